"""What a store gives back out of its own pocket: nobody else's part of a sale changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tradeline.kernel import Connection, Money, Problem
from tradeline.settlement import Exposure
from tradeline.shopping.credit import parts_left, returnable_by_line
from tradeline.shopping.model import Split, SplitPart
from tradeline.shopping.queries import steps
from tradeline.shopping.sale_errors import BeyondOwnPart
from tradeline.shopping.sales import OpenSale


async def open_concessions(
    conn: Connection, network_id: int, sale: OpenSale, line_ids: Iterable[int | None]
) -> OpenSale:
    """The sale with a concession of its store for each of the lines, or for the freight (None)."""
    open_already = {
        split.order_line_id for split in sale.splits if split.part is SplitPart.CONCESSION
    }
    order = sale.order
    new = [
        Split(
            id=await steps.open_concession(conn, network_id, sale.tiers[0], line_id),
            order_id=order.id,
            order_line_id=line_id,
            part=SplitPart.CONCESSION,
            tier=0,
            org_id=order.seller_org_id,
            entity_id=order.seller_entity_id,
            original_minor=0,
        )
        for line_id in line_ids
        if line_id not in open_already
    ]
    return replace(sale, splits=(*sale.splits, *new))


def judge_own_cost(
    sale: OpenSale,
    conceded: Mapping[int | None, int],
    exposures: Mapping[int, Exposure],
    path: tuple[str | int, ...] = ("amount",),
    from_tier: int = 0,
) -> list[Problem]:
    """What a store gives, by line (None: freight), has to be what that line has left to it on each
    edge up to whoever collects the money, or to fit the credit that is free there: they pay it out,
    and everybody below comes to owe it. What another line has left covers nothing, for that may
    still come back. A store that collects pays out of what it holds. What another party gives, by
    its `from_tier`, is the same to the edges above it."""
    edges = {
        tier: edge
        for tier, edge in sale.edges.items()
        if from_tier < tier <= sale.order.collector_tier
    }
    if not edges:
        return []
    left = {} if sale.order.is_final else _left(sale)
    minor = sum(conceded.values())
    most = min(
        sum(min(part, left.get((tier, line), 0)) for line, part in conceded.items())
        + _free(exposures.get(edge))
        for tier, edge in edges.items()
    )
    if minor <= most:
        return []
    currency = sale.order.currency
    return [BeyondOwnPart(path=path, amount=Money(minor, currency), most=Money(most, currency))]


def _left(sale: OpenSale) -> Mapping[tuple[int, int | None], int]:
    parts = parts_left(sale.splits)
    return returnable_by_line(len(sale.tiers), sale.order.collector_tier, parts)


def _free(exposure: Exposure | None) -> int:
    if exposure is None or exposure.is_blocked:
        return 0
    return max(exposure.free_minor, 0)
