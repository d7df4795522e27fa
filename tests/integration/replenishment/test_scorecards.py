"""What a scorecard says of a supplier, and to whom."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.factories_ordering import Market, a_market, confirmed, lines, placed
from tests.factories_supply import in_days, noon, set_times
from tests.integration.ordering.test_steps import do
from tradeline.kernel import Database, Forbidden, InvalidValue, Pool, Rejected
from tradeline.ordering import (
    Confirmation,
    cancel_order,
    confirm_order,
    receive_shipment,
    redate_lines,
    ship_order,
)
from tradeline.replenishment import LeadTime, Scorecard, lead_times, scorecards

MARCH = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}


async def delivered(
    db: Database, owner_pool: Pool, market: Market, day: int, came: int, *, found: int = 10
) -> int:
    """An order of 10 tea, placed in March at noon, promised for the 10th, received at noon."""
    order_id = await confirmed(db, market, tea=10)
    [line] = await lines(db, market, order_id)
    shipment = await do(db, market.story.actor("trader_a"), ship_order, order_id=order_id)
    buyer = market.story.actor("retailer_1")
    await do(db, buyer, receive_shipment, shipment_id=shipment, found={line.id: found})
    await set_times(
        owner_pool,
        market,
        order_id,
        placed=noon(day),
        confirmed=noon(day) + timedelta(hours=6),
        promised=date(2026, 3, 10),
        received=noon(came),
    )
    return order_id


async def card(db: Database, market: Market, by: str = "retailer_1") -> Scorecard:
    [found] = await do(
        db, market.story.actor(by), scorecards, relationship_ids=[market.edge], **MARCH
    )
    assert isinstance(found, Scorecard)
    return found


async def test_both_sides_see_what_came_in_time_how_long_it_took_and_what_was_short(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    await delivered(db, owner_pool, market, 2, 6, found=12)
    await delivered(db, owner_pool, market, 2, 10, found=8)
    await delivered(db, owner_pool, market, 2, 14)

    found = await card(db, market)

    figures = found.total
    assert (figures.due_quantity, figures.filled_quantity) == (30, 18)
    assert figures.fill_rate == Decimal("0.6000")
    assert (figures.due_lines, figures.lines_on_time) == (3, 2)
    assert figures.lead_time == LeadTime(
        mean_days=Decimal("8.0000"), spread_days=Decimal("4.0000"), deliveries=3
    )
    assert figures.confirmation_hours == Decimal("6.0000")
    assert (figures.counted_quantity, figures.short_quantity) == (30, 2)
    assert figures.short_rate == Decimal("0.0667")
    assert found.months == (("2026-03", figures),)
    assert await card(db, market, "trader_a") == found


async def test_what_the_seller_refused_or_cut_was_ordered_and_what_the_buyer_cancelled_was_not(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10)
    [line] = await lines(db, market, order_id)
    less = Confirmation(order_line_id=line.id, quantity=7, reason="缺货")
    await do(db, seller, confirm_order, order_id=order_id, confirmations=[less])
    await do(db, seller, cancel_order, order_id=order_id, quantities={line.id: 2})
    await do(db, buyer, cancel_order, order_id=order_id, quantities={line.id: 1})
    await do(db, seller, ship_order, order_id=order_id)
    await set_times(owner_pool, market, order_id, placed=noon(2), promised=date(2026, 3, 10))

    figures = (await card(db, market)).total

    [line] = await lines(db, market, order_id)
    assert (line.cancelled_quantity, line.cut_quantity) == (3, 2)
    assert (figures.due_quantity, figures.filled_quantity) == (9, 0)
    assert (figures.due_lines, figures.lines_on_time) == (1, 0)
    assert figures.lead_time is None


async def test_what_is_not_due_yet_is_left_out_and_a_later_date_makes_nobody_punctual(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    young, late = await placed(db, market, tea=5), await placed(db, market, tea=4)
    for order_id, day in ((young, None), (late, date(2026, 3, 9))):
        [line] = await lines(db, market, order_id)
        said = Confirmation(order_line_id=line.id, quantity=line.quantity, promised_on=in_days(300))
        await do(db, seller, confirm_order, order_id=order_id, confirmations=[said])
        await set_times(owner_pool, market, order_id, placed=noon(2), promised=day)
    await do(db, seller, redate_lines, order_id=late, dates=[(line.id, in_days(301))])

    figures = (await card(db, market)).total

    assert (figures.order_count, figures.due_quantity, figures.due_lines) == (2, 4, 1)
    assert figures.lines_on_time == 0


async def test_strangers_have_no_scorecard_of_others_and_nobody_without_permission_any(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    await delivered(db, owner_pool, market, 2, 6)

    asked = {"relationship_ids": [market.edge], **MARCH}
    assert await do(db, market.story.actor("retailer_2"), scorecards, **asked) == []
    assert await do(db, market.story.actor("brand"), scorecards, **asked) == []
    with pytest.raises(Forbidden):
        await do(db, market.story.visitor("retailer_1"), scorecards, **asked)


async def test_too_many_edges_or_days_are_refused(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    with pytest.raises(Rejected) as refused:
        await do(
            db,
            buyer,
            scorecards,
            relationship_ids=[market.edge] * 101,
            first=date(2026, 3, 2),
            last=date(2026, 3, 1),
        )
    assert [type(problem) for problem in refused.value.problems] == [InvalidValue, InvalidValue]


async def test_lead_times_are_told_of_an_edge_and_of_each_sku_of_it(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    for _ in range(2):
        order_id = await confirmed(db, market, tea=2, oil=1)
        shipment = await do(db, market.story.actor("trader_a"), ship_order, order_id=order_id)
        buyer = market.story.actor("retailer_1")
        await do(db, buyer, receive_shipment, shipment_id=shipment)
        await owner_pool.execute(
            "UPDATE ordering.trade_order SET placed_at = placed_at - interval '3 days'"
            " WHERE network_id = $1 AND id = $2",
            market.story.network_id,
            order_id,
        )

    async with db.reading(market.story.network_id) as conn:
        found = await lead_times(
            conn, network_id=market.story.network_id, relationship_ids=[market.edge]
        )

    assert set(found) == {(market.edge, sku) for sku in (None, market.tea, market.oil)}
    assert {time.deliveries for time in found.values()} == {2}
    assert {round(time.mean_days, 2) for time in found.values()} == {Decimal("3.00")}
