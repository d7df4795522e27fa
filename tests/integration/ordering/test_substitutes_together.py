"""Many offers at once, offers that are withdrawn, and offers whose last day is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest
from asyncpg.connection import LoggedQuery

from tests.factories_ordering import Market, a_market, confirmed, lines, placed, with_terms
from tests.factories_settlement import exposure_of
from tests.integration.ordering.test_steps import do, in_days
from tests.integration.ordering.test_substitutes import (
    amount_of,
    decided,
    for_tea,
    offered,
    offers,
    scarce,
)
from tradeline.kernel import (
    Actor,
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
    LINES_MAX,
    NewOrder,
    NewOrderLine,
    NewSubstitute,
    NotEnoughCredit,
    NotEnoughStock,
    NotInAssortment,
    SubstituteDecision,
    SubstituteState,
    cancel_order,
    decide_substitutes,
    events_of_orders,
    orders_by_ids,
    outlines_of_orders,
    place_order,
    propose_substitutes,
    substitutes_of_orders,
    withdraw_substitutes,
    word_event,
)

State = SubstituteState


async def refused(
    db: Database, actor: Actor, step: Callable[..., Awaitable[object]], **values: object
) -> list[tuple[type, tuple[str | int, ...]]]:
    with pytest.raises(Rejected) as told:
        await do(db, actor, step, **values)
    return [(type(problem), problem.path) for problem in told.value.problems]


async def counted(
    db: Database, actor: Actor, step: Callable[..., Awaitable[object]], **values: object
) -> int:
    """How many statements a step takes."""
    seen: list[str] = []

    def note(record: LoggedQuery) -> None:
        if "typeinfo_tree" not in record.query and "'jit'" not in record.query:
            seen.append(record.query)

    async with db.unit_of_work(actor.network_id) as conn:
        with conn.query_logger(note):
            await step(conn, actor=actor, **values)
    return len(seen)


async def states(db: Database, market: Market, *order_ids: int) -> list[SubstituteState]:
    return [offer.state for it in order_ids for offer in await offers(db, market, it)]


async def test_lines_of_many_orders_are_offered_for_and_decided_on_at_once(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    orders = [await confirmed(db, market, tea=10), await placed(db, market, tea=6)]
    teas = [(await lines(db, market, it))[0] for it in orders]
    wanted = [for_tea(teas[0], market, 4), for_tea(teas[1], market, 2), for_tea(teas[0], market, 6)]
    before = await scarce(owner_pool, market)

    ids = await do(db, seller, propose_substitutes, substitutes=wanted)

    assert ids == sorted(ids)
    assert await scarce(owner_pool, market) == before == (4_800, (100, 16), (100, 0))
    found = [offer for it in orders for offer in await offers(db, market, it)]
    assert [offer.id for offer in found] == [ids[0], ids[2], ids[1]]
    # Two are taken, of which one empties its line with the one before; one is declined.
    decisions = [*decided(ids[0], ids[2]), *decided(ids[1], accepts=False, reason="不要")]
    assert await do(db, buyer, decide_substitutes, decisions=decisions) == [ids[0], ids[2], ids[1]]

    tea, first, second = await lines(db, market, orders[0])
    assert (tea.refused_quantity, tea.unshipped, tea.open_minor) == (10, 0, 0)
    assert [(it.line_no, it.quantity, it.replaces_line_id) for it in (first, second)] == [
        (2, 2, tea.id),
        (3, 3, tea.id),
    ]
    assert await amount_of(db, market, orders[0]) == 3_000 + 5 * 1_250
    assert await scarce(owner_pool, market) == (1_800 + 5 * 1_250, (100, 6), (100, 5))
    assert await states(db, market, *orders) == [State.ACCEPTED, State.ACCEPTED, State.REFUSED]
    async with db.reading(buyer.network_id) as conn:
        events = (await events_of_orders(conn, actor=buyer, order_ids=orders))[orders[0]]
    assert [event.step for event in events[2:]] == ["propose_substitute"] * 2 + [
        "accept_substitute"
    ] * 2
    # Each event tells of its own units alone.
    assert [event.detail["offer"] for event in events[2:]] == ["OIL × 2", "OIL × 3"] * 2


async def test_many_take_as_many_statements_as_one(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    few, many = (
        [await confirmed(db, market, tea=10)],
        [await confirmed(db, market, tea=6) for _ in range(5)],
    )
    counts = []
    for orders in (few, many):
        teas = [(await lines(db, market, it))[0] for it in orders]
        wanted = [for_tea(tea, market, 2) for tea in teas for _ in range(2)]
        told = [await counted(db, seller, propose_substitutes, substitutes=wanted)]
        found = [offer.id for it in orders for offer in await offers(db, market, it)]
        taken, declined = found[: len(found) // 2], found[len(found) // 2 :]
        decisions = [*decided(*taken), *decided(*declined, accepts=False)]
        told.append(await counted(db, buyer, decide_substitutes, decisions=decisions))
        await do(
            db, seller, propose_substitutes, substitutes=[for_tea(it, market, 2) for it in teas]
        )
        standing = [
            offer.id
            for it in orders
            for offer in await offers(db, market, it)
            if offer.state is State.PROPOSED
        ]
        told.append(await counted(db, seller, withdraw_substitutes, substitute_ids=standing))
        counts.append(told)

    assert counts[0] == counts[1]


async def test_all_that_is_wrong_with_a_list_is_told_at_its_place_and_nothing_is_done(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id, over = await confirmed(db, market, tea=10), await placed(db, market, tea=1)
    [tea], [gone] = await lines(db, market, order_id), await lines(db, market, over)
    await do(db, buyer, cancel_order, order_id=over)
    unknown = for_tea(tea, market, 2)
    terms = {"order_id": order_id, "order_line_id": tea.id}
    wanted = [
        for_tea(tea, market, 8),
        for_tea(tea, market, 3),
        for_tea(gone, market, 2),
        NewSubstitute(order_id=0, order_line_id=0, quantity=1, replacement=unknown.replacement),
        NewSubstitute(**terms, quantity=1, replacement=NewOrderLine(999_999, 1)),
        NewSubstitute(**terms, quantity=1, replacement=NewOrderLine(market.oil, 97)),
    ]

    assert await refused(db, seller, propose_substitutes, substitutes=wanted) == [
        (InvalidValue, ("substitutes", 1, "quantity")),
        (WrongState, ("substitutes", 2, "orderId")),
        (NotFound, ("substitutes", 3, "orderId")),
        (InvalidValue, ("substitutes", 4, "quantity")),
        (NotInAssortment, ("substitutes", 4, "skuId")),
        (InvalidValue, ("substitutes", 5, "quantity")),
        (NotEnoughStock, ("substitutes", 5, "packQuantity")),
    ]
    for number in (0, 101):
        told = await refused(db, seller, propose_substitutes, substitutes=[wanted[0]] * number)
        assert told == [(InvalidValue, ("substitutes",))]
    assert await states(db, market, order_id) == []

    first, second = [await offered(db, market, order_id, 4) for _ in range(2)]
    declined = await offered(db, market, order_id, 2)
    await do(db, buyer, decide_substitutes, decisions=decided(declined, accepts=False))
    await owner_pool.execute(
        "UPDATE settlement.exposure SET credit_limit_minor = 5000 WHERE network_id = $1",
        market.story.network_id,
    )
    before = await scarce(owner_pool, market)
    # 3,000 are held; the first of them makes that 4,300, and with the second it would be 5,600.
    assert await refused(
        db, buyer, decide_substitutes, decisions=decided(first, second, declined, 0)
    ) == [
        (NotEnoughCredit, ("decisions", 1, "orderSubstituteId")),
        (WrongState, ("decisions", 2, "orderSubstituteId")),
        (NotFound, ("decisions", 3, "orderSubstituteId")),
    ]
    assert await refused(db, buyer, decide_substitutes, decisions=decided(first, first)) == [
        (InvalidValue, ("decisions", 1, "orderSubstituteId"))
    ]
    assert await scarce(owner_pool, market) == before
    assert await states(db, market, order_id) == [State.PROPOSED, State.PROPOSED, State.REFUSED]
    assert len(await lines(db, market, order_id)) == 1


async def test_an_offer_that_is_withdrawn_is_told_of_and_leaves_its_units_to_another(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    kept, withdrawn = [await offered(db, market, order_id, units) for units in (2, 8)]
    values = {"substitute_ids": [withdrawn], "reason": "又有货了"}
    for actor, why in (
        (buyer, Forbidden),
        (market.story.actor("trader_a", Permission.ORDER_READ), Forbidden),
        (market.story.actor("trader_b"), Rejected),
        (market.story.actor("brand"), Rejected),
    ):
        with pytest.raises(why):
            await do(db, actor, withdraw_substitutes, **values)
    assert await states(db, market, order_id) == [State.PROPOSED] * 2

    assert await do(db, seller, withdraw_substitutes, **values) == [withdrawn]

    assert await states(db, market, order_id) == [State.PROPOSED, State.WITHDRAWN]
    offer = (await offers(db, market, order_id))[1]
    assert offer.decision_reason == "又有货了"
    assert offer.decided_at is not None
    both = decided(withdrawn, kept)
    assert await refused(db, buyer, decide_substitutes, decisions=both) == [
        (WrongState, ("decisions", 0, "orderSubstituteId"))
    ]
    assert await refused(db, seller, withdraw_substitutes, substitute_ids=[kept, withdrawn]) == [
        (WrongState, ("orderSubstituteIds", 1))
    ]
    assert await states(db, market, order_id) == [State.PROPOSED, State.WITHDRAWN]
    async with db.reading(buyer.network_id) as conn:
        events = (await events_of_orders(conn, actor=buyer, order_ids=[order_id]))[order_id]
        order = (await orders_by_ids(conn, actor=buyer, ids=[order_id]))[order_id]
    assert word_event(events[-1], order, buyer.locale) == (
        "Withdrew the substitute; OIL × 4; line 1."
    )
    assert events[-1].note == "又有货了"
    topic = await owner_pool.fetchval(
        "SELECT topic FROM kernel.outbox_event WHERE network_id = $1 ORDER BY id DESC LIMIT 1",
        market.story.network_id,
    )
    assert topic == "order.substitute_withdrawn"
    await offered(db, market, order_id, 8)


async def test_an_offer_that_is_withdrawn_while_it_is_taken_is_one_or_the_other(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    for _ in range(6):
        order_id = await confirmed(db, market, tea=2)
        offer_id = await offered(db, market, order_id, 2)
        done = await asyncio.gather(
            do(db, buyer, decide_substitutes, decisions=decided(offer_id)),
            do(db, seller, withdraw_substitutes, substitute_ids=[offer_id]),
            return_exceptions=True,
        )
        assert sum(isinstance(one, Rejected) for one in done) == 1
        [state] = await states(db, market, order_id)
        is_taken = len(await lines(db, market, order_id)) == 2
        assert state is (State.ACCEPTED if is_taken else State.WITHDRAWN)


async def test_an_offer_lapses_as_its_last_day_ends_and_blocks_no_other(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)
    late = [for_tea(tea, market, 2, valid_until=in_days(-1))]
    assert await refused(db, seller, propose_substitutes, substitutes=late) == [
        (InvalidValue, ("substitutes", 0, "validUntil"))
    ]
    lapsing, standing = [
        await offered(db, market, order_id, units, valid_until=in_days(0)) for units in (8, 2)
    ]
    assert await states(db, market, order_id) == [State.PROPOSED] * 2
    await owner_pool.execute(
        "UPDATE ordering.substitute SET valid_until = $3 WHERE network_id = $1 AND id = $2",
        market.story.network_id,
        lapsing,
        in_days(0) - timedelta(days=1),
    )

    assert await states(db, market, order_id) == [State.LAPSED, State.PROPOSED]
    async with db.reading(buyer.network_id) as conn:
        outline = (await outlines_of_orders(conn, actor=buyer, order_ids=[order_id]))[order_id]
    assert outline.proposed_substitutes == 1
    before = await scarce(owner_pool, market)
    for accepts in (True, False):
        decisions = decided(standing, lapsing, accepts=accepts)
        assert await refused(db, buyer, decide_substitutes, decisions=decisions) == [
            (WrongState, ("decisions", 1, "orderSubstituteId"))
        ]
    assert await refused(db, seller, withdraw_substitutes, substitute_ids=[lapsing]) == [
        (WrongState, ("orderSubstituteIds", 0))
    ]
    assert await scarce(owner_pool, market) == before
    again = await offered(db, market, order_id, 8)
    await do(db, buyer, decide_substitutes, decisions=decided(standing, again))
    assert await states(db, market, order_id) == [State.LAPSED, State.ACCEPTED, State.ACCEPTED]


async def test_an_order_with_room_for_one_line_more_takes_one_substitute(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    await with_terms(owner_pool, market, holds_stock=False)
    await owner_pool.execute(
        "UPDATE settlement.exposure SET credit_limit_minor = 10000000 WHERE network_id = $1",
        market.story.network_id,
    )
    long = NewOrder(
        relationship_id=market.edge, lines=(NewOrderLine(market.tea, 2),) * (LINES_MAX - 1)
    )
    order_id = await do(db, buyer, place_order, order=long)
    every = await lines(db, market, order_id)
    wanted = [for_tea(line, market, 2) for line in every[:3]]
    ids = await do(db, seller, propose_substitutes, substitutes=wanted)
    held = (await exposure_of(owner_pool, market.edge)).held_minor
    assert await refused(db, buyer, decide_substitutes, decisions=decided(*ids)) == [
        (InvalidValue, ("decisions", 1, "orderSubstituteId")),
        (InvalidValue, ("decisions", 2, "orderSubstituteId")),
    ]
    assert len(await lines(db, market, order_id)) == LINES_MAX - 1

    done = await asyncio.gather(
        *(do(db, buyer, decide_substitutes, decisions=decided(it)) for it in ids),
        return_exceptions=True,
    )

    assert sum(isinstance(one, list) for one in done) == 1
    assert sum(isinstance(one, Rejected) for one in done) == 2
    assert len(await lines(db, market, order_id)) == LINES_MAX
    assert (await exposure_of(owner_pool, market.edge)).held_minor == held - 600 + 1_250
    told = await refused(
        db, seller, propose_substitutes, substitutes=[for_tea(every[9], market, 2)]
    )
    assert told == [(InvalidValue, ("substitutes", 0, "orderLineId"))]


async def test_a_list_with_somebody_elses_offer_in_it_is_refused_whole(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    story = market.story
    order_id = await confirmed(db, market, tea=10)
    own = await offered(db, market, order_id)
    other = story.actor("retailer_2")
    edge = story.edge("trader_a", "retailer_2")
    others_id = await do(db, other, place_order, order=market.order(edge=edge, tea=4))
    [tea] = await lines(db, market, others_id)
    [foreign] = await do(
        db, story.actor("trader_a"), propose_substitutes, substitutes=[for_tea(tea, market, 4)]
    )

    decisions: Sequence[SubstituteDecision] = decided(own, foreign)
    told = await refused(db, story.actor("retailer_1"), decide_substitutes, decisions=decisions)

    assert told == [(NotFound, ("decisions", 1, "orderSubstituteId"))]
    assert await states(db, market, order_id) == [State.PROPOSED]
    async with db.reading(story.network_id) as conn:
        found = await substitutes_of_orders(conn, actor=other, order_ids=[others_id, order_id])
    assert [len(found[it]) for it in (others_id, order_id)] == [1, 0]
