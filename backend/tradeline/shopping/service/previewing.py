"""Where a cart that nobody has would come from, to see what rules come to."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Actor, Connection, Forbidden, NotFound, Permission, raise_any, refuse
from tradeline.shopping.judging import JudgedLine, plan_lines
from tradeline.shopping.model import CartLine, Delivery
from tradeline.shopping.service.loading import load_shelves
from tradeline.sourcing import Preview, SourcingLine, judge_preview, preview_for


async def preview_sourcing(
    conn: Connection,
    *,
    actor: Actor,
    store_id: int,
    lines: Sequence[SourcingLine],
    region: str,
) -> Preview:
    """Which stock would fill the lines now, sold by the store and sent to the region: planned as an
    order is, by the prices on the edges of the route. It takes nothing. Positions are those of the
    lines.

    Raises:
        Forbidden: without `sourcing:manage` or `store:manage`.
        Rejected: NotFound for a store of whose route the actor's organization is no part, and for
            SKUs that it does not list; InvalidValue.
    """
    if not (actor.may(Permission.SOURCING_MANAGE) or actor.may(Permission.STORE_MANAGE)):
        raise Forbidden(Permission.SOURCING_MANAGE)
    wanted = [(store_id, line.sku_id) for line in lines]
    market = await load_shelves(conn, actor.network_id, [store_id], wanted)
    store = market.stores.get(store_id)
    if store is None or actor.org_id not in {tier.org_id for tier in store.tiers}:
        raise refuse(NotFound(path=("storeId",), subject="store"))
    raise_any(judge_preview(lines))
    raise_any(
        [
            NotFound(path=("lines", index, "skuId"), subject="SKU")
            for index, line in enumerate(lines)
            if (store_id, line.sku_id) not in market.listings or line.sku_id not in market.skus
        ]
    )
    asked = [
        JudgedLine(
            line.position,
            CartLine(line.sku_id, line.quantity),
            market.skus[line.sku_id],
            None,
            market.listings[store_id, line.sku_id],
        )
        for line in lines
    ]
    found = plan_lines(store, asked, market, region, Delivery.DELIVERY)
    return preview_for(actor.org_id, store, found)
