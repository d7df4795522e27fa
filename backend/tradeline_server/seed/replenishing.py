"""How the brand of the demo network is supplied, and what it is proposed to order now."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from tradeline import inventory, replenishment
from tradeline.kernel import Connection, PageRequest, Permission
from tradeline.replenishment import Term
from tradeline_server.seed import queries
from tradeline_server.seed.story import BOTTLER, BRAND, BREWER, TRADER_A
from tradeline_server.seed.world import World

# By edge: brewing takes longer than bottling. Trader A looks after its own stock as well.
# Days of the lead time, by how many they vary, and days between two orders.
TERMS = {(BREWER, BRAND): (12, 3, 28), (BOTTLER, BRAND): (6, 2, 14), (BRAND, TRADER_A): (3, 1, 7)}

# What tastings all over the country took of the brand's first warehouse, down to so many units.
TASTED = (
    "CBT-GH-330",
    "CBT-GH-500",
    "CBT-WL-330",
    "DRV-SS-500",
    "DRV-SZ-500",
    "FRT-QM-500",
    "SPK-HY-330",
    "SPK-TZ-500",
)
LEFT_OVER = 24
# Of the brand, for this month.
BUDGET_MINOR = 1_000_000_00
MADE_AGO = timedelta(hours=2)
LEVELS = PageRequest(size=100)
NOTE = "品鉴会领用 Taken for tastings"


async def plan_replenishment(conn: Connection, world: World, now: datetime) -> None:
    """Count what was asked for, forecast it, and propose; in the seed's transaction, and as if it
    had been done this morning."""
    network_id = world.network_id
    await _taste(conn, world)
    await replenishment.recount_demand(conn, network_id=network_id)
    for (seller, buyer), (days, spread, review) in TERMS.items():
        actor = world.actor(buyer, Permission.REPLENISHMENT_MANAGE)
        term = Term(
            relationship_id=world.edges[seller, buyer],
            lead_time_days=days,
            lead_time_spread_days=Decimal(spread),
            review_days=review,
        )
        await replenishment.put_terms(conn, actor=actor, terms=[term])
    await replenishment.put_budget(
        conn,
        actor=world.actor(BRAND, Permission.REPLENISHMENT_MANAGE),
        month=now.date(),
        currency=world.currency,
        amount_minor=BUDGET_MINOR,
    )
    for buyer in sorted({buyer for _, buyer in TERMS}):
        org_id = world.orgs[buyer]
        series = await replenishment.series_of(conn, network_id=network_id, org_id=org_id)
        made = replenishment.forecast_series(series)
        await replenishment.store_forecasts(
            conn, network_id=network_id, org_id=org_id, made=made, is_all=True
        )
        actor = world.actor(buyer, Permission.REPLENISHMENT_MANAGE)
        await replenishment.make_proposals(conn, actor=actor)
    await queries.move_scene(conn, network_id, now - MADE_AGO)


async def _taste(conn: Connection, world: World) -> None:
    """Without it the brand's warehouses are so full that nothing would have to be bought."""
    actor = world.actor(BRAND, Permission.STOCK_MANAGE)
    warehouse_id = world.warehouses[BRAND, "HUZHOU"]
    tasted = {world.skus[code].id for code in TASTED}
    levels = await inventory.list_stock_levels(
        conn, actor=actor, page=LEVELS, warehouse_id=warehouse_id
    )
    await inventory.adjust_stock(
        conn,
        actor=actor,
        adjustments=[
            inventory.StockAdjustment(
                warehouse_id=warehouse_id,
                sku_id=level.sku_id,
                quantity=LEFT_OVER - (level.on_hand - level.held),
                note=NOTE,
            )
            for level in levels.items
            if level.sku_id in tasted and level.on_hand - level.held > LEFT_OVER
        ],
    )
