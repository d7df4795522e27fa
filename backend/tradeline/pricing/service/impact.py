"""Looking before one leaps: whom new prices would reach."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Actor, Connection, NotFound, Permission, refuse
from tradeline.pricing.impact import Preview, PriceListImpact
from tradeline.pricing.model import NewPrice
from tradeline.pricing.queries import impact as queries
from tradeline.pricing.queries import price_lists as list_queries
from tradeline.pricing.queries import sheets as sheet_queries
from tradeline.pricing.service.price_lists import judge_prices, load_plan

PREVIEWED_MAX = 100
CHANGES_MAX = 200
WORKED_OUT_MAX = 5_000


async def preview_prices(
    conn: Connection, *, actor: Actor, price_list_id: int, prices: Sequence[NewPrice]
) -> PriceListImpact:
    """Whom prices would reach if they were put into one of the organization's own lists, and what
    would become of the price there. Changes nothing; a constant number of statements.

    At most 5,000 pairs of edge and price are worked out, and 200 told of.

    Raises:
        Forbidden: without `price:manage`.
        Rejected: as `put_prices`; InvalidValue for more than 100 prices.
    """
    actor.require(Permission.PRICE_MANAGE)
    judge_prices(prices, PREVIEWED_MAX)
    lists = await list_queries.fetch_price_lists(conn, actor, [price_list_id])
    if price_list_id not in lists:
        raise refuse(NotFound(path=("priceListId",), subject="price list"))
    plan, _ = await load_plan(conn, actor, price_list_id, prices)
    sku_ids = [new.sku_id for new in prices]
    packs = await queries.fetch_pack_units(conn, actor.network_id, sku_ids)
    relationship_count, change_count, reach = await queries.fetch_reach(
        conn, actor, price_list_id, sku_ids, WORKED_OUT_MAX
    )
    sheets = await sheet_queries.fetch_sheets(
        conn,
        actor.network_id,
        actor.org_id,
        [(relationship_id, sku_ids[place]) for relationship_id, place in reach],
    )
    preview = Preview(lists[price_list_id], prices, plan, packs)
    impacts = [
        preview.impact(place, sheets[relationship_id, sku_ids[place]])
        for relationship_id, place in reach
    ]
    affected = {impact.relationship_id for impact in impacts if impact.changes_price}
    impacts.sort(key=lambda impact: not impact.changes_price)
    return PriceListImpact(
        relationship_count=relationship_count,
        affected_count=len(affected) if len(impacts) == change_count else None,
        change_count=change_count,
        changes=tuple(impacts[:CHANGES_MAX]),
    )
