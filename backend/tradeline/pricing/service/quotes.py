"""What things cost on an edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradeline.catalog import load_tradable
from tradeline.kernel import (
    QUANTITY_MAX,
    Actor,
    Connection,
    InvalidValue,
    NotFound,
    Permission,
    Problem,
    Rejected,
    raise_any,
)
from tradeline.organizations import PriceStrategy
from tradeline.pricing.model import PriceRequest, PriceResolution
from tradeline.pricing.queries import price_lists as list_queries
from tradeline.pricing.queries import sheets as queries
from tradeline.pricing.resolver import PriceSheet

QUOTE_LINES_MAX = 500
NO_CURRENCY = "XXX"  # as ISO 4217 calls it


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """Some packs of a SKU; without `pack_id`, base units."""

    sku_id: int
    pack_quantity: int
    pack_id: int | None = None


async def price_lines(
    conn: Connection, *, network_id: int, requests: Sequence[PriceRequest]
) -> list[PriceResolution]:
    """The price of each request, in order, for modules above, whoever asks. One statement.

    Does not ask whether the edge may trade the SKU (`catalog.load_tradable` does). An edge or
    SKU that is not there has no price, in the currency XXX.
    """
    sheets = await queries.fetch_sheets(conn, network_id, None, _pairs(requests))
    if len({*_pairs(requests)}) > len(sheets):
        at = await list_queries.get_time(conn)
        for relationship_id, sku_id in _pairs(requests):
            empty = PriceSheet(
                relationship_id=relationship_id,
                seller_org_id=0,
                sku_id=sku_id,
                currency=NO_CURRENCY,
                strategy=PriceStrategy.PRIORITY,
                base_unit="",
                at=at,
                candidates=(),
            )
            sheets.setdefault((relationship_id, sku_id), empty)
    return [sheets[pair].resolve(r) for pair, r in zip(_pairs(requests), requests, strict=True)]


async def load_sheets(
    conn: Connection, *, network_id: int, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], PriceSheet]:
    """As `load_price_sheets`, for modules above, whoever asks: for prices of quantities that are
    not known yet."""
    return await queries.fetch_sheets(conn, network_id, None, pairs) if pairs else {}


async def load_price_sheets(
    conn: Connection, *, actor: Actor, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], PriceSheet]:
    """All that decides the prices of pairs of edge and SKU, for pairs that the actor was shown as
    offers. One statement; a pair on whose edge the organization does not stand is absent.

    Raises Forbidden without `price:read`.
    """
    actor.require(Permission.PRICE_READ)
    return await queries.fetch_sheets(conn, actor.network_id, actor.org_id, pairs)


async def quote_prices(
    conn: Connection, *, actor: Actor, relationship_id: int, lines: Sequence[QuoteLine]
) -> list[PriceResolution]:
    """What the lines would cost on an edge now, in order. Either side may ask; the buyer is not
    told what the seller only prepares. Two statements.

    Raises:
        Forbidden: without `price:read`.
        Rejected: NotFound for a SKU that the edge does not trade (as for an edge on which the
            organization does not stand) or a pack; InvalidValue for a quantity or too many lines.
    """
    actor.require(Permission.PRICE_READ)
    if not 1 <= len(lines) <= QUOTE_LINES_MAX:
        raise Rejected(
            [_invalid(("lines",), f"1 to {QUOTE_LINES_MAX}", f"1 至 {QUOTE_LINES_MAX} 行")]
        )
    pairs = [(relationship_id, line.sku_id) for line in lines]
    sheets = await queries.fetch_sheets(conn, actor.network_id, actor.org_id, pairs)
    tradable = await load_tradable(conn, network_id=actor.network_id, pairs=pairs)
    problems: list[Problem] = []
    requests: list[PriceRequest] = []
    for index, (line, pair) in enumerate(zip(lines, pairs, strict=True)):
        path = ("lines", index)
        if pair not in sheets or pair not in tradable:
            problems.append(NotFound(path=(*path, "skuId"), subject="SKU"))
            continue
        pack = tradable[pair].pack(line.pack_id)
        if pack is None:
            problems.append(NotFound(path=(*path, "packId"), subject="pack"))
            continue
        if not 1 <= line.pack_quantity * pack.units <= QUANTITY_MAX:
            rule = f"1 to {QUANTITY_MAX} base units"
            rule_zh = f"1 至 {QUANTITY_MAX} 个基本单位"
            problems.append(_invalid((*path, "quantity"), rule, rule_zh))
            continue
        requests.append(
            PriceRequest(
                relationship_id=relationship_id,
                sku_id=line.sku_id,
                pack_id=pack.id,
                pack_units=pack.units,
                pack_quantity=line.pack_quantity,
            )
        )
    raise_any(problems)
    return [
        sheets[pair].resolve_for(actor.org_id, request)
        for pair, request in zip(pairs, requests, strict=True)
    ]


def _pairs(requests: Sequence[PriceRequest]) -> list[tuple[int, int]]:
    return [(request.relationship_id, request.sku_id) for request in requests]


def _invalid(path: tuple[str | int, ...], rule: str, rule_zh: str) -> InvalidValue:
    return InvalidValue(path=path, field=str(path[-1]), rule=rule, rule_zh=rule_zh)
