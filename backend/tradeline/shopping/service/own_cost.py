"""What a store gives back out of its own pocket: nobody else's part of a sale changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tradeline.kernel import Connection, Money, Problem
from tradeline.settlement import Exposure
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
) -> list[Problem]:
    """What a store gives, by line (None: freight), has to be its own part of that line, or all of
    it to fit the credit that is free on each edge up to whoever collects the money: they pay it
    out, and everybody below comes to owe it. Its part of another line covers nothing, for that may
    still come back. Where nobody sells to the store all of the sale is its own."""
    if len(sale.tiers) == 1:
        return []
    edges = [sale.edges[tier] for tier in range(1, max(sale.order.collector_tier, 1) + 1)]
    own = sum(min(part, _own_part(sale, line_id)) for line_id, part in conceded.items())
    minor = sum(conceded.values())
    most = max(own, min(_free(exposures.get(edge)) for edge in edges))
    if minor <= most:
        return []
    currency = sale.order.currency
    return [BeyondOwnPart(path=path, amount=Money(minor, currency), most=Money(most, currency))]


def _own_part(sale: OpenSale, line_id: int | None) -> int:
    """What a line, or the freight, is worth to the store by now; nothing where it is a loss."""
    worth = sum(
        -split.remaining_minor if split.part is SplitPart.COUPON else split.remaining_minor
        for split in sale.splits
        if split.tier == 0 and split.order_line_id == line_id
    )
    return max(worth, 0)


def _free(exposure: Exposure | None) -> int:
    if exposure is None or exposure.is_blocked:
        return 0
    return max(exposure.free_minor, 0)
