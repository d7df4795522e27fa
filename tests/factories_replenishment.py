"""A shop that is replenished, for tests: retailer 1 buys tea and oil of trader A on terms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.factories import Story
from tests.factories_inventory import a_warehouse
from tests.factories_ordering import Market, a_market
from tradeline.kernel import Actor, Database, Pool, system_actor
from tradeline.replenishment import (
    HORIZON_DAYS,
    ProposalKind,
    ProposalLine,
    ProposalState,
    Term,
    make_proposals,
    proposals_by_ids,
    put_terms,
    store_forecasts,
)
from tradeline.replenishment.queries.forecasts import NewForecast

SET_STOCK = """
    WITH level AS (
        INSERT INTO inventory.stock_level (network_id, warehouse_id, sku_id, on_hand)
        VALUES ($1, $2, $3, $4))
    INSERT INTO inventory.stock_movement
           (network_id, warehouse_id, sku_id, quantity, reason, occurred_at)
    SELECT $1, $2, $3, $4, 'opening', now() - make_interval(days => $5)
     WHERE $4 > 0
"""

# Where the rows of the types are that have to do with replenishment.
REPLENISHMENT_ROWS = {
    "ProposalLine": (
        "SELECT id FROM replenishment.proposal_line WHERE network_id = $1 ORDER BY kind"
    ),
    "ReplenishmentTerm": "SELECT id FROM replenishment.term WHERE network_id = $1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """`first` is where retailer 1 receives its goods, `second` another of its warehouses."""

    market: Market
    first: int
    second: int

    @property
    def story(self) -> Story:
        return self.market.story

    @property
    def edge(self) -> int:
        return self.market.edge


async def a_shop(owner_pool: Pool, db: Database, **term: Any) -> Shop:
    """Goods come within 4 days, and are looked after every 3; one in two cycles may run out, so
    that nothing is added for safety unless a test says so."""
    market = await a_market(owner_pool, db)
    first = await a_warehouse(owner_pool, market.story, "retailer_1", "FRONT", priority=1)
    second = await a_warehouse(owner_pool, market.story, "retailer_1", "BACK", priority=2)
    shop = Shop(market=market, first=first, second=second)
    await with_term(db, shop, **term)
    return shop


async def with_term(db: Database, shop: Shop, **term: Any) -> None:
    said = {"lead_time_days": 4, "review_days": 3, "service_level_bp": 5000} | term
    async with db.unit_of_work(shop.story.network_id) as conn:
        await put_terms(
            conn,
            actor=shop.story.actor("retailer_1"),
            terms=[Term(relationship_id=shop.edge, **said)],
        )


async def expects(
    db: Database, shop: Shop, sku_id: int, daily: int, *, at: int | None = None, sigma: int = 0
) -> None:
    """Retailer 1 expects so many a day, off by `sigma`."""
    days = [daily * 1000] * HORIZON_DAYS
    network_id, org_id = shop.story.network_id, shop.story.orgs["retailer_1"]
    async with db.unit_of_work(network_id) as conn:
        await store_forecasts(
            conn,
            network_id=network_id,
            org_id=org_id,
            made=[
                NewForecast(
                    warehouse_id=shop.first if at is None else at,
                    sku_id=sku_id,
                    method="moving_average",
                    mase=None,
                    bias=None,
                    sigma_milli=sigma * 1000,
                    mean_milli=days,
                    low_milli=days,
                    high_milli=days,
                    explanation={},
                )
            ],
        )


async def stands(
    owner_pool: Pool, shop: Shop, sku_id: int, units: int, *, at: int | None = None, days: int = 1
) -> None:
    """So many stand there since so many days."""
    place = shop.first if at is None else at
    await owner_pool.execute(SET_STOCK, shop.story.network_id, place, sku_id, units, days)


async def done(
    db: Database, actor: Actor, use_case: Callable[..., Awaitable[Any]], **values: Any
) -> Any:
    """What a use case comes to, in a unit of work of its own."""
    async with db.unit_of_work(actor.network_id) as conn:
        return await use_case(conn, actor=actor, **values)


async def proposed(db: Database, shop: Shop) -> list[ProposalLine]:
    """What the system proposes to retailer 1 now, in the order of its ids."""
    actor = system_actor(shop.story.network_id, shop.story.orgs["retailer_1"])
    async with db.unit_of_work(shop.story.network_id) as conn:
        ids = await make_proposals(conn, actor=actor)
        found = await proposals_by_ids(conn, actor=actor, ids=ids)
    assert all(found[id].state is ProposalState.OPEN for id in ids)
    return [found[id] for id in sorted(ids)]


def of_kind(lines: list[ProposalLine], kind: ProposalKind) -> list[ProposalLine]:
    return [line for line in lines if line.kind is kind]


def figures(line: ProposalLine) -> dict[str, str]:
    """The arithmetic by its steps."""
    return {code: value for code, value in line.arithmetic["steps"]}


# So many SKUs like the market's tea, each in three warehouses of the shop's, with what is expected
# and too little of it.
MAKE_RANGE = """
    WITH made AS (
        INSERT INTO catalog.sku
               (network_id, product_id, owner_org_id, code, name, name_en, sort_key, search_text,
                search_grams)
        SELECT sku.network_id, sku.product_id, sku.owner_org_id, one.name, one.name, one.name,
               one.name, one.name, '{}'
          FROM catalog.sku AS sku
         CROSS JOIN LATERAL (SELECT 'RANGE-' || n FROM generate_series(1, $3) AS n) AS one (name)
         WHERE sku.network_id = $1 AND sku.id = $2
        RETURNING id, network_id
    ), packs AS (
        INSERT INTO catalog.pack (network_id, sku_id, code, name, name_en, units)
        SELECT network_id, id, 'EA', 'EA', 'EA', 1 FROM made
    ), assorted AS (
        INSERT INTO catalog.assortment_sku (network_id, assortment_id, sku_id)
        SELECT made.network_id, item.assortment_id, made.id
          FROM made, catalog.assortment_sku AS item
         WHERE item.network_id = $1 AND item.sku_id = $2
    ), priced AS (
        INSERT INTO pricing.price (network_id, price_list_id, sku_id, unit_price)
        SELECT made.network_id, price.price_list_id, made.id, price.unit_price
          FROM made, pricing.price AS price
         WHERE price.network_id = $1 AND price.sku_id = $2
    )
    SELECT array_agg(id) FROM made
"""
STOCK_RANGE = """
    WITH level AS (
        INSERT INTO inventory.stock_level (network_id, warehouse_id, sku_id, on_hand)
        SELECT $1, warehouse_id, sku_id, 3
          FROM unnest($3::bigint[]) AS warehouse_id, unnest($4::bigint[]) AS sku_id
    ), movement AS (
        INSERT INTO inventory.stock_movement (network_id, warehouse_id, sku_id, quantity, reason)
        SELECT $1, warehouse_id, sku_id, 3, 'opening'
          FROM unnest($3::bigint[]) AS warehouse_id, unnest($4::bigint[]) AS sku_id
    )
    INSERT INTO replenishment.forecast
           (network_id, org_id, warehouse_id, sku_id, first_day, method, sigma_milli, mean_milli,
            low_milli, high_milli)
    SELECT $1, $2, warehouse_id, sku_id, current_date, 'sba', 700, days, days, days
      FROM unnest($3::bigint[]) AS warehouse_id, unnest($4::bigint[]) AS sku_id,
           (SELECT array_agg(1500::bigint) FROM generate_series(1, 56)) AS mean (days)
"""


async def a_range(owner_pool: Pool, shop: Shop, size: int) -> None:
    """So many SKUs more that the shop runs short of, in three warehouses."""
    network_id, org_id = shop.story.network_id, shop.story.orgs["retailer_1"]
    third = await a_warehouse(owner_pool, shop.story, "retailer_1", "THIRD", priority=3)
    async with owner_pool.acquire() as conn, conn.transaction():
        sku_ids = await conn.fetchval(MAKE_RANGE, network_id, shop.market.tea, size)
        places = [shop.first, shop.second, third]
        await conn.execute(STOCK_RANGE, network_id, org_id, places, sku_ids)
    await owner_pool.execute("ANALYZE")
