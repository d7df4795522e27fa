"""The worked example of settlement, on the database, to the last fen."""

from __future__ import annotations

from tests.factories_sale_rows import Counter
from tests.factories_sales import (
    refunds_succeed,
    sold,
    violations,
)
from tradeline.kernel import Money
from tradeline.shopping import (
    decide_after_sale,
    money_trails,
    refund_freight,
    refund_price,
    request_after_sale,
    ship_consumer_order,
)


async def returned(counter: Counter, order_id: int, **units: int) -> int:
    """Units of lines, named as `l17`, go back to the brand with their money."""
    quantities = {int(name[1:]): count for name, count in units.items()}
    async with counter.db.unit_of_work(counter.network_id) as conn:
        after_sale_id = await request_after_sale(
            conn,
            shopper=counter.shopper,
            order_id=order_id,
            quantities=quantities,
            reason="太小",
        )
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await decide_after_sale(
            conn,
            actor=counter.story.actor("brand"),
            after_sale_id=after_sale_id,
            accepts=True,
        )


async def refunds(counter: Counter) -> list[int]:
    rows = await counter.owner_pool.fetch(
        "SELECT amount_minor FROM shopping.consumer_refund ORDER BY id"
    )
    return [row["amount_minor"] for row in rows]


async def owed(counter: Counter) -> list[int]:
    """What the retailer owes the trader, and the trader the brand."""
    return [
        await counter.owner_pool.fetchval(
            "SELECT owed_minor FROM settlement.exposure WHERE relationship_id = $1", edge
        )
        for edge in counter.edges.values()
    ]


async def test_a_sale_is_owed_along_the_route_and_taken_back_to_the_last_fen(
    counter: Counter,
) -> None:
    story, network_id = counter.story, counter.network_id
    order = await sold(counter)
    first, second = order.line_ids
    assert order.total_minor == 32469
    # goods 25540 - coupon 1801 - collected 32469, and freight 600 on top; then 20520 - 1201 - …
    assert await owed(counter) == [25540 + 600 - 1801 - 32469, 20520 + 600 - 1201 - 32469]
    assert await violations(counter) == []

    async with counter.db.unit_of_work(network_id) as conn:
        await ship_consumer_order(conn, actor=story.actor("brand"), order_id=order.id)
    await returned(counter, order.id, **{f"l{first}": 1})
    async with counter.db.unit_of_work(network_id) as conn:
        await refund_price(
            conn,
            actor=story.actor("retailer_1"),
            line_id=first,
            amount=Money(1000, "CNY"),
            reason="划痕",
        )
    await returned(counter, order.id, **{f"l{first}": 2})
    await returned(counter, order.id, **{f"l{second}": 1})
    async with counter.db.unit_of_work(network_id) as conn:
        await refund_freight(
            conn,
            actor=story.actor("brand"),
            order_id=order.id,
            amount=Money(600, "CNY"),
            reason="致歉",
        )

    assert await refunds(counter) == [6577, 1000, 12154, 12138, 600]
    assert await owed(counter) == [0, 0]
    assert await violations(counter) == []
    assert await refunds_succeed(counter) == 5
    assert await refunds_succeed(counter) == 0
    assert await violations(counter) == []
    async with counter.db.reading(network_id) as conn:
        for name in ("retailer_1", "trader_a", "brand"):
            trails = await money_trails(conn, actor=story.actor(name), order_ids=[order.id])
            [mine] = [party for party in trails[order.id].parties if party.is_mine]
            assert (mine.net_minor, trails[order.id].is_complete) == (0, True)
