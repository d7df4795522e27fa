"""Other goods in place of those that were ordered: offered, taken, declined, too late."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from tests.factories_inventory import level_of
from tests.factories_ordering import Market, a_market, confirmed, lines, placed
from tests.factories_settlement import exposure_of
from tests.integration.ordering.test_steps import do, state_of
from tradeline.kernel import (
    Database,
    Forbidden,
    InvalidValue,
    NotFound,
    Permission,
    Pool,
    Rejected,
    WrongState,
)
from tradeline.ordering import (
    CreditBlocked,
    NewOrderLine,
    NewSubstitute,
    NotEnoughCredit,
    NotEnoughStock,
    NotInAssortment,
    NotTrading,
    OrderLine,
    OrderState,
    Substitute,
    SubstituteDecision,
    SubstituteState,
    cancel_order,
    decide_substitutes,
    events_of_orders,
    orders_by_ids,
    outlines_of_orders,
    propose_substitutes,
    receive_shipment,
    ship_order,
    substitutes_of_orders,
    word_event,
)

DAY = date(2027, 3, 12)


def for_tea(line: OrderLine, market: Market, units: int, **terms: object) -> NewSubstitute:
    """Half as much oil for some of the tea."""
    return NewSubstitute(
        order_id=line.order_id,
        order_line_id=line.id,
        quantity=units,
        replacement=NewOrderLine(market.oil, units // 2),
        promised_on=DAY,
        reason="茶叶断货",
        **terms,  # type: ignore[arg-type]
    )


async def offered(
    db: Database, market: Market, order_id: int, units: int = 4, **terms: object
) -> int:
    tea = (await lines(db, market, order_id))[0]
    offer = for_tea(tea, market, units, **terms)
    seller = market.story.actor("trader_a")
    [substitute_id] = await do(db, seller, propose_substitutes, substitutes=[offer])
    return substitute_id


def decided(*ids: int, accepts: bool = True, reason: str = "") -> list[SubstituteDecision]:
    return [SubstituteDecision(substitute_id, accepts, reason) for substitute_id in ids]


async def offers(db: Database, market: Market, order_id: int) -> list[Substitute]:
    actor = market.story.actor("retailer_1")
    async with db.reading(actor.network_id) as conn:
        return (await substitutes_of_orders(conn, actor=actor, order_ids=[order_id]))[order_id]


async def amount_of(db: Database, market: Market, order_id: int) -> int:
    actor = market.story.actor("retailer_1")
    async with db.reading(actor.network_id) as conn:
        return (await orders_by_ids(conn, actor=actor, ids=[order_id]))[order_id].amount_minor


async def scarce(owner_pool: Pool, market: Market) -> tuple[object, ...]:
    exposure = await exposure_of(owner_pool, market.edge)
    return (
        exposure.held_minor,
        await level_of(owner_pool, market.story, market.warehouse, market.tea),
        await level_of(owner_pool, market.story, market.warehouse, market.oil),
    )


async def test_an_offer_holds_nothing_and_once_taken_is_a_line_that_is_held_and_owed(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    before = await scarce(owner_pool, market)

    substitute_id = await offered(db, market, order_id)

    assert await scarce(owner_pool, market) == before == (3_000, (100, 10), (100, 0))
    [offer] = await offers(db, market, order_id)
    assert (offer.state, offer.amount_minor, offer.quantity) == (
        SubstituteState.PROPOSED,
        2_500,
        2,
    )
    assert len(await lines(db, market, order_id)) == 1
    await do(db, buyer, decide_substitutes, decisions=decided(substitute_id))

    tea, oil = await lines(db, market, order_id)
    assert (tea.refused_quantity, tea.refusal_reason, tea.unshipped) == (4, "substituted", 6)
    assert (oil.replaces_line_id, oil.line_no, oil.quantity) == (tea.id, 2, 2)
    assert (oil.promised_on, oil.amount_minor, oil.open_minor) == (DAY, 2_500, 2_500)
    assert await scarce(owner_pool, market) == (1_800 + 2_500, (100, 6), (100, 2))
    assert await amount_of(db, market, order_id) == 3_000 + 2_500
    [offer] = await offers(db, market, order_id)
    assert (offer.state, offer.new_line_id) == (SubstituteState.ACCEPTED, oil.id)
    shipment = await do(db, seller, ship_order, order_id=order_id)
    await do(db, buyer, receive_shipment, shipment_id=shipment)
    assert (await exposure_of(owner_pool, market.edge)).owed_minor == 1_800 + 2_500
    assert await state_of(db, market, order_id) is OrderState.CLOSED


async def test_the_time_line_tells_of_offer_and_decision(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10)
    declined = await offered(db, market, order_id)
    refusal = decided(declined, accepts=False, reason="不要油")
    await do(db, buyer, decide_substitutes, decisions=refusal)
    taken = await offered(db, market, order_id)
    await do(db, buyer, decide_substitutes, decisions=decided(taken))

    async with db.reading(buyer.network_id) as conn:
        events = (await events_of_orders(conn, actor=buyer, order_ids=[order_id]))[order_id]
        order = (await orders_by_ids(conn, actor=buyer, ids=[order_id]))[order_id]
    assert [event.step for event in events] == [
        "place",
        "propose_substitute",
        "refuse_substitute",
        "propose_substitute",
        "accept_substitute",
    ]
    assert word_event(events[1], order, buyer.locale) == ("Offered a substitute; OIL × 2; line 1.")
    assert events[2].note == "不要油"
    assert order.state is OrderState.TO_CONFIRM


async def test_a_price_raised_after_the_offer_is_not_paid(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    order_id = await confirmed(db, market, tea=10)
    substitute_id = await offered(db, market, order_id)
    await owner_pool.execute(
        "UPDATE pricing.price SET unit_price = 99 WHERE network_id = $1 AND sku_id = $2",
        market.story.network_id,
        market.oil,
    )

    buyer = market.story.actor("retailer_1")
    await do(db, buyer, decide_substitutes, decisions=decided(substitute_id))

    assert (await lines(db, market, order_id))[1].amount_minor == 2_500


async def test_an_offer_that_cannot_be_made_is_refused_with_all_reasons(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await confirmed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)

    async def refused(**changes: object) -> list[type]:
        terms: dict[str, object] = {
            "order_id": order_id,
            "order_line_id": tea.id,
            "quantity": 4,
            "replacement": NewOrderLine(market.oil, 2),
        } | changes
        offer = NewSubstitute(**terms)  # type: ignore[arg-type]
        with pytest.raises(Rejected) as told:
            await do(db, seller, propose_substitutes, substitutes=[offer])
        return [type(problem) for problem in told.value.problems]

    assert await refused(order_line_id=0) == [NotFound]
    assert await refused(order_id=0) == [NotFound]
    assert await refused(quantity=11, promised_on=date(1999, 1, 1)) == [
        InvalidValue,
        InvalidValue,
    ]
    assert await refused(quantity=0) == [InvalidValue]
    assert await refused(replacement=NewOrderLine(market.tea, 2)) == [InvalidValue]
    assert await refused(replacement=NewOrderLine(999_999, 2)) == [NotInAssortment]
    assert await refused(replacement=NewOrderLine(market.oil, 101)) == [NotEnoughStock]
    await offered(db, market, order_id, units=8)
    assert await refused(quantity=3) == [InvalidValue]
    assert len(await offers(db, market, order_id)) == 1


async def test_who_may_not_offer_or_decide_cannot(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    story = market.story
    order_id = await confirmed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)
    offer = {"substitutes": [for_tea(tea, market, 4)]}
    for actor, why in (
        (story.actor("retailer_1"), Forbidden),
        (story.actor("trader_a", Permission.ORDER_READ), Forbidden),
        (story.actor("retailer_2"), Rejected),
        (story.actor("brand"), Rejected),
    ):
        with pytest.raises(why):
            await do(db, actor, propose_substitutes, **offer)
    substitute_id = await offered(db, market, order_id)
    for actor, why in (
        (story.actor("trader_a"), Forbidden),
        (story.actor("retailer_1", Permission.ORDER_READ), Forbidden),
        (story.actor("retailer_2"), Rejected),
    ):
        with pytest.raises(why):
            await do(db, actor, decide_substitutes, decisions=decided(substitute_id))
    assert [it.state for it in await offers(db, market, order_id)] == [SubstituteState.PROPOSED]
    async with db.reading(story.network_id) as conn:
        stranger = story.actor("retailer_2")
        found = await substitutes_of_orders(conn, actor=stranger, order_ids=[order_id])
    assert found == {order_id: []}


async def test_an_offer_lapses_when_its_units_are_gone_and_is_decided_once(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)
    lapsing, standing = [await offered(db, market, order_id, units) for units in (6, 4)]
    async with db.reading(buyer.network_id) as conn:
        outline = await outlines_of_orders(conn, actor=buyer, order_ids=[order_id])
    assert outline[order_id].proposed_substitutes == 2

    await do(db, seller, ship_order, order_id=order_id, quantities={tea.id: 6})

    async with db.reading(buyer.network_id) as conn:
        outline = await outlines_of_orders(conn, actor=buyer, order_ids=[order_id])
    assert outline[order_id].proposed_substitutes == 1
    before = await scarce(owner_pool, market)
    with pytest.raises(Rejected) as late:
        await do(db, buyer, decide_substitutes, decisions=decided(lapsing))
    assert [type(problem) for problem in late.value.problems] == [WrongState]
    assert await scarce(owner_pool, market) == before
    await do(db, buyer, decide_substitutes, decisions=decided(standing))
    with pytest.raises(Rejected):
        await do(db, buyer, decide_substitutes, decisions=decided(standing))
    states = [it.state for it in await offers(db, market, order_id)]
    assert states == [SubstituteState.LAPSED, SubstituteState.ACCEPTED]
    assert len(await lines(db, market, order_id)) == 2


async def test_what_credit_stock_or_the_edge_no_longer_allow_changes_nothing(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    network, buyer = market.story.network_id, market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    substitute_id = await offered(db, market, order_id)
    standing = await scarce(owner_pool, market)
    for spoil, mend, why in (
        (
            "UPDATE settlement.exposure SET credit_limit_minor = 3000 WHERE network_id = $1",
            "UPDATE settlement.exposure SET credit_limit_minor = 100000 WHERE network_id = $1",
            NotEnoughCredit,
        ),
        (
            "UPDATE settlement.exposure SET is_blocked = true WHERE network_id = $1",
            "UPDATE settlement.exposure SET is_blocked = false WHERE network_id = $1",
            CreditBlocked,
        ),
        (
            "UPDATE organizations.relationship SET state = 'suspended' WHERE network_id = $1",
            "UPDATE organizations.relationship SET state = 'active' WHERE network_id = $1",
            NotTrading,
        ),
        (
            f"UPDATE inventory.stock_level SET on_hand = 1 WHERE network_id = $1"
            f" AND sku_id = {market.oil}",
            f"UPDATE inventory.stock_level SET on_hand = 100 WHERE network_id = $1"
            f" AND sku_id = {market.oil}",
            NotEnoughStock,
        ),
    ):
        await owner_pool.execute(spoil, network)
        with pytest.raises(Rejected) as refused:
            await do(db, buyer, decide_substitutes, decisions=decided(substitute_id))
        assert [type(problem) for problem in refused.value.problems] == [why]
        await owner_pool.execute(mend, network)
        assert await scarce(owner_pool, market) == standing
        assert len(await lines(db, market, order_id)) == 1
    # The units that it replaces pay for some of it.
    await owner_pool.execute(
        "UPDATE settlement.exposure SET credit_limit_minor = 4300 WHERE network_id = $1", network
    )
    await do(db, buyer, decide_substitutes, decisions=decided(substitute_id))
    assert await scarce(owner_pool, market) == (4_300, (100, 6), (100, 2))


async def test_a_buyer_who_cancels_while_it_takes_the_substitute_gets_one_or_the_other(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    for _ in range(6):
        order_id = await confirmed(db, market, tea=4)
        substitute_id = await offered(db, market, order_id)
        await asyncio.gather(
            do(db, buyer, decide_substitutes, decisions=decided(substitute_id)),
            do(db, buyer, cancel_order, order_id=order_id),
            do(db, seller, cancel_order, order_id=order_id),
            return_exceptions=True,
        )
        assert await state_of(db, market, order_id) is OrderState.CANCELLED

    assert await scarce(owner_pool, market) == (0, (100, 0), (100, 0))


async def test_an_order_that_is_cancelled_while_a_substitute_is_offered_has_none(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    for _ in range(6):
        order_id = await confirmed(db, market, tea=4)
        done = await asyncio.gather(
            offered(db, market, order_id),
            do(db, buyer, cancel_order, order_id=order_id),
            return_exceptions=True,
        )
        assert not isinstance(done[1], BaseException)
        states = [offer.state for offer in await offers(db, market, order_id)]
        assert states in ([], [SubstituteState.LAPSED])
