"""Units that their source cannot serve: from elsewhere, or given back."""

from __future__ import annotations

import pytest

from tests.factories_marketing import a_campaign, a_coupon
from tests.factories_sale_rows import Counter, Want
from tests.factories_sales import Placed, sold, violations
from tradeline.kernel import Forbidden, InvalidValue, NotFound, Rejected
from tradeline.shopping import (
    UnitsNotOpen,
    legs_of_sales,
    resource_orders,
    ship_consumer_order,
)
from tradeline.sourcing import (
    NewRule,
    QuotaTake,
    RuleKind,
    lock_rules,
    put_rules,
    take_quotas,
)

TRADERS = (Want(sku="SHIRT", units=5, price="69.90", costs=("52.30",), tier=1),)


async def move(counter: Counter, name: str, order: Placed, *units: int) -> None:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await resource_orders(
            conn,
            actor=counter.story.actor(name),
            order_id=order.id,
            quantities=dict(zip(order.line_ids, units, strict=False)),
            reason="破损",
        )


async def standing(counter: Counter, name: str, units: int) -> None:
    """So many shirts stand free with somebody."""
    await counter.owner_pool.execute(
        "WITH gone AS ("
        "    SELECT warehouse_id, sku_id, held + $4::bigint - on_hand AS units"
        "      FROM inventory.stock_level"
        "     WHERE network_id = $1 AND warehouse_id = $2 AND sku_id = $3),"
        " level AS ("
        "    UPDATE inventory.stock_level AS level SET on_hand = level.on_hand + gone.units"
        "      FROM gone WHERE level.warehouse_id = $2 AND level.sku_id = $3)"
        " INSERT INTO inventory.stock_movement"
        "        (network_id, warehouse_id, sku_id, quantity, reason)"
        " SELECT $1, warehouse_id, sku_id, units, 'adjustment' FROM gone",
        counter.network_id,
        counter.warehouses[name],
        counter.skus["SHIRT"],
        units,
    )


async def lines(counter: Counter, order: Placed) -> list[tuple[int, int, int, int]]:
    """(source tier, units, cancelled, goods) of each line."""
    rows = await counter.owner_pool.fetch(
        "SELECT source_tier, quantity, cancelled_quantity, goods_minor"
        "  FROM shopping.order_line WHERE order_id = $1 ORDER BY line_no",
        order.id,
    )
    return [tuple(row) for row in rows]


async def owed(counter: Counter) -> list[int]:
    return [
        await counter.owner_pool.fetchval(
            "SELECT owed_minor FROM settlement.exposure WHERE relationship_id = $1", edge
        )
        for edge in counter.edges.values()
    ]


async def refunded(counter: Counter, order: Placed) -> tuple[str, int]:
    row = await counter.owner_pool.fetchrow(
        "SELECT state, refunded_minor FROM shopping.consumer_order WHERE id = $1", order.id
    )
    assert row is not None
    return tuple(row)


async def test_the_store_itself_serves_what_the_trader_cannot_and_owes_less(
    counter: Counter,
) -> None:
    order = await sold(counter, TRADERS, freight_minor=600, freight_tier=1)
    before = await owed(counter)

    await move(counter, "trader_a", order, 2)

    assert await lines(counter, order) == [(1, 5, 2, 34950), (0, 2, 0, 13980)]
    assert await counter.level("trader_a", "SHIRT") == (10_000, 3)
    assert await counter.level("retailer_1", "SHIRT") == (10_000, 2)
    # Two shirts that the store need not buy, and nobody else is concerned.
    assert await owed(counter) == [before[0] - 2 * 5230, before[1]]
    assert await refunded(counter, order) == ("to_ship", 0)
    assert await violations(counter) == []

    for name in ("trader_a", "retailer_1"):
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await ship_consumer_order(conn, actor=counter.story.actor(name), order_id=order.id)
    assert await refunded(counter, order) == ("shipped", 0)
    assert await violations(counter) == []


async def test_goods_from_further_up_walk_every_edge_at_its_price(counter: Counter) -> None:
    order = await sold(counter, TRADERS, freight_minor=600, freight_tier=1)
    before = await owed(counter)
    await standing(counter, "retailer_1", 0)

    await move(counter, "trader_a", order, 5)

    assert await lines(counter, order) == [(1, 5, 5, 34950), (2, 5, 0, 34950)]
    # The trader buys them now; and the freight is whose parcel it is.
    assert await owed(counter) == [before[0], before[1] + 5 * 4170 + 600]
    async with counter.db.reading(counter.network_id) as conn:
        legs = await legs_of_sales(conn, actor=counter.story.actor("brand"), order_ids=[order.id])
    assert [(leg.tier, leg.amount_minor) for leg in legs[order.id]] == [(2, 20850)]
    assert await violations(counter) == []


async def test_what_comes_from_two_places_is_two_lines_and_the_rest_is_given_back(
    counter: Counter,
) -> None:
    order = await sold(counter, TRADERS, coupon={1: 10_000}, coupon_minor=1000)
    await standing(counter, "retailer_1", 1)
    await standing(counter, "brand", 2)

    await move(counter, "trader_a", order, 5)

    found = await lines(counter, order)
    assert [(tier, units, gone) for tier, units, gone, _ in found] == [
        (1, 5, 5),
        (0, 1, 0),
        (2, 2, 0),
    ]
    assert await refunded(counter, order) == ("to_ship", (34950 - 1000) * 2 // 5)
    assert await counter.level("trader_a", "SHIRT") == (10_000, 0)
    assert await violations(counter) == []


async def test_what_nobody_has_is_given_back_with_the_freight(counter: Counter) -> None:
    order = await sold(counter, TRADERS, freight_minor=600, freight_tier=1)
    await standing(counter, "retailer_1", 0)
    await standing(counter, "brand", 0)

    await move(counter, "trader_a", order, 5)

    assert await refunded(counter, order) == ("cancelled", order.total_minor)
    assert await owed(counter) == [0, 0]
    assert await violations(counter) == []


@pytest.mark.parametrize(("units", "state"), [(5, "open"), (4, "used")])
async def test_a_coupon_comes_back_once_nobody_has_any_of_it(
    counter: Counter, units: int, state: str
) -> None:
    order = await sold(counter, TRADERS, coupon={1: 10_000}, coupon_minor=2001)
    campaign = await a_campaign(counter.db, counter.story, [counter.store_id], trader_a=10_000)
    coupon = await a_coupon(counter.db, counter.shopper, campaign)
    await counter.owner_pool.execute(
        "UPDATE marketing.coupon SET state = 'used', order_id = $2, held_at = now(),"
        " used_at = now() WHERE id = $1",
        coupon,
        order.id,
    )
    await counter.owner_pool.execute(
        "UPDATE shopping.consumer_order SET coupon_id = $2 WHERE id = $1", order.id, coupon
    )
    await standing(counter, "retailer_1", 0)
    await standing(counter, "brand", 0)

    await move(counter, "trader_a", order, units)

    found = await counter.owner_pool.fetchval(
        "SELECT state FROM marketing.coupon WHERE id = $1", coupon
    )
    assert found == state
    assert await violations(counter) == []


async def test_what_somebody_has_given_up_does_not_come_back_to_it(counter: Counter) -> None:
    order = await sold(counter, TRADERS, freight_minor=600, freight_tier=1)
    await move(counter, "trader_a", order, 2)
    [second] = await counter.owner_pool.fetch(
        "SELECT id FROM shopping.order_line WHERE order_id = $1 AND source_tier = 0", order.id
    )
    moved = Placed(id=order.id, line_ids=(second["id"],), total_minor=order.total_minor)
    await move(counter, "retailer_1", moved, 2)

    # Not to the trader, who stands nearest and has thousands.
    assert await lines(counter, order) == [
        (1, 5, 2, 34950),
        (0, 2, 2, 13980),
        (2, 2, 0, 13980),
    ]
    assert await violations(counter) == []


async def test_a_route_that_has_changed_since_serves_no_order_of_before(
    counter: Counter,
) -> None:
    order = await sold(counter, TRADERS, freight_minor=600, freight_tier=1)
    await counter.owner_pool.execute(
        "UPDATE shopping.order_tier SET entity_id = entity_id + 1000 WHERE order_id = $1"
        " AND tier = 0",
        order.id,
    )

    await move(counter, "trader_a", order, 5)

    assert await refunded(counter, order) == ("cancelled", order.total_minor)


async def test_what_waits_in_the_store_comes_from_nowhere_else(counter: Counter) -> None:
    own = (Want(sku="SHIRT", units=2, price="69.90", tier=0),)
    order = await sold(counter, own, code="428117")

    await move(counter, "retailer_1", order, 1)

    assert await refunded(counter, order) == ("to_pick_up", 6990)
    assert await violations(counter) == []


async def test_only_who_was_to_serve_says_that_it_cannot(counter: Counter) -> None:
    order = await sold(counter, TRADERS, freight_minor=600, freight_tier=1)

    with pytest.raises(Forbidden):
        await move(counter, "brand", order, 1)
    with pytest.raises(Rejected) as stranger:
        await move(counter, "retailer_2", order, 1)
    with pytest.raises(Rejected) as more:
        await move(counter, "trader_a", order, 6)
    with pytest.raises(Rejected) as nothing:
        await move(counter, "trader_a", order, 0)

    answers = [type(it.value.problems[0]) for it in (stranger, more, nothing)]
    assert answers == [NotFound, UnitsNotOpen, InvalidValue]
    assert await lines(counter, order) == [(1, 5, 0, 34950)]
    assert await counter.level("trader_a", "SHIRT") == (10_000, 5)


async def test_what_others_serve_is_given_back_of_the_days_quota(counter: Counter) -> None:
    order, brand = await sold(counter, TRADERS), counter.story.orgs["brand"]
    async with counter.db.unit_of_work(counter.network_id) as conn:
        rule = NewRule(kind=RuleKind.QUOTA, tier=1, quantity=10)
        await put_rules(conn, actor=counter.story.actor("brand"), rules=[rule])
        await lock_rules(conn, network_id=counter.network_id, org_ids=[brand])
        taken = QuotaTake(order_id=order.id, org_id=brand, tier=1, quantity=5)
        await take_quotas(conn, network_id=counter.network_id, takes=[taken])

    async def used() -> int:
        found: int = await counter.owner_pool.fetchval("SELECT used FROM sourcing.quota_use")
        return found

    await move(counter, "trader_a", order, 2)
    assert await used() == 3
    await move(counter, "trader_a", order, 3)
    assert await used() == 0
    assert await violations(counter) == []
