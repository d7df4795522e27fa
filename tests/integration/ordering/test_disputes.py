"""Saying that something is wrong with an order, against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.factories import a_network
from tests.factories_ordering import Market, a_market, lines, placed
from tests.integration.ordering.test_steps import do, state_of
from tests.integration.ordering.test_trail import facts, trail
from tradeline.kernel import (
    Actor,
    Database,
    Forbidden,
    InvalidValue,
    NotFound,
    Pool,
    Rejected,
    WrongState,
)
from tradeline.ordering import (
    Dispute,
    OrderState,
    close_dispute,
    disputes_by_ids,
    disputes_of_orders,
    events_of_orders,
    open_dispute,
    outlines_of_orders,
)


async def disputes(db: Database, market: Market, order_id: int) -> list[Dispute]:
    actor = market.story.actor("trader_a")
    async with db.reading(actor.network_id) as conn:
        return (await disputes_of_orders(conn, actor=actor, order_ids=[order_id]))[order_id]


async def refused(db: Database, actor: Actor, step: object, **values: object) -> list[type]:
    with pytest.raises(Rejected) as refusal:
        await do(db, actor, step, **values)  # type: ignore[arg-type]
    return [type(problem) for problem in refusal.value.problems]


async def test_a_dispute_is_seen_by_both_and_holds_nothing_up(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)

    dispute_id = await do(
        db, buyer, open_dispute, order_id=order_id, order_line_id=tea.id, reason=" 少一瓶 "
    )

    [dispute] = await disputes(db, market, order_id)
    assert (dispute.id, dispute.order_line_id, dispute.reason) == (dispute_id, tea.id, "少一瓶")
    assert (dispute.opened_by_org_id, dispute.closed_at) == (buyer.org_id, None)
    assert await state_of(db, market, order_id) is OrderState.TO_CONFIRM
    assert await lines(db, market, order_id) == [tea]
    topic, payload = (await facts(owner_pool, order_id))[-1]
    assert (topic, payload["dispute_id"]) == ("order.disputed", dispute_id)


async def test_the_party_that_opened_a_dispute_closes_it_once(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10)
    dispute_id = await do(db, seller, open_dispute, order_id=order_id, reason="地址不对")
    close = {"dispute_id": dispute_id, "resolution": "已更正"}

    with pytest.raises(Forbidden):
        await do(db, buyer, close_dispute, **close)
    unsaid = {"dispute_id": dispute_id, "resolution": " "}
    assert await refused(db, seller, close_dispute, **unsaid) == [InvalidValue]
    assert (await disputes(db, market, order_id))[0].closed_at is None
    await do(db, seller, close_dispute, **close)
    assert await refused(db, seller, close_dispute, **close) == [WrongState]

    [dispute] = await disputes(db, market, order_id)
    assert (dispute.resolution, dispute.closed_by_org_id) == ("已更正", seller.org_id)
    assert [action for action, _, _ in await trail(db, market, order_id)] == [
        "order.dispute",
        "order.close_dispute",
    ]
    async with db.reading(market.story.network_id) as conn:
        events = await events_of_orders(conn, actor=buyer, order_ids=[order_id])
    assert [(event.step, event.note) for event in events[order_id]][1:] == [
        ("dispute", "地址不对"),
        ("close_dispute", "已更正"),
    ]


async def test_a_matter_already_in_dispute_is_not_disputed_again_by_the_same_party(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10)
    values = {"order_id": order_id, "reason": "价格不对"}

    first = await do(db, buyer, open_dispute, **values)
    assert await refused(db, buyer, open_dispute, **values) == [WrongState]
    await do(db, seller, open_dispute, **values)
    await do(db, buyer, close_dispute, dispute_id=first, resolution="已更正")
    await do(db, buyer, open_dispute, **values)

    assert len(await disputes(db, market, order_id)) == 3


async def test_of_two_who_dispute_at_once_one_is_refused(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10)

    done = await asyncio.gather(
        *(do(db, buyer, open_dispute, order_id=order_id, reason="少货") for _ in range(5)),
        return_exceptions=True,
    )

    assert sorted(type(it).__name__ for it in done) == ["Rejected"] * 4 + ["int"]
    assert len(await disputes(db, market, order_id)) == 1


async def test_a_dispute_with_faults_is_refused_with_all_of_them(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    order_id, other = await placed(db, market, tea=1), await placed(db, market, tea=2)
    [foreign] = await lines(db, market, other)

    found = await refused(
        db, buyer, open_dispute, order_id=order_id, order_line_id=foreign.id, reason=" "
    )

    assert found == [InvalidValue, NotFound]
    assert await disputes(db, market, order_id) == []
    assert [topic for topic, _ in await facts(owner_pool, order_id)] == ["order.placed"]


async def test_a_stranger_neither_finds_nor_makes_nor_closes_a_dispute(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=10)
    buyer = market.story.actor("retailer_1")
    dispute_id = await do(db, buyer, open_dispute, order_id=order_id, reason="少货")
    before = await disputes(db, market, order_id)
    elsewhere = (await a_network(owner_pool, db)).actor("trader_a")

    for stranger in (market.story.actor("retailer_2"), elsewhere):
        close = {"dispute_id": dispute_id, "resolution": "?"}
        assert await refused(db, stranger, close_dispute, **close) == [NotFound]
        again = {"order_id": order_id, "reason": "?"}
        assert await refused(db, stranger, open_dispute, **again) == [NotFound]
        async with db.reading(stranger.network_id) as conn:
            assert await disputes_by_ids(conn, actor=stranger, ids=[dispute_id]) == {}
            many = {"conn": conn, "actor": stranger, "order_ids": [order_id]}
            assert await disputes_of_orders(**many) == {order_id: []}

    assert await disputes(db, market, order_id) == before


async def test_without_the_permission_nothing_is_read_or_closed(
    owner_pool: Pool, db: Database
) -> None:
    """Of one's own organization, too: jobs and the command line do not pass the graph."""
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=10)
    buyer = market.story.actor("retailer_1")
    dispute_id = await do(db, buyer, open_dispute, order_id=order_id, reason="少货")
    nobody = replace(buyer, permissions=frozenset())

    with pytest.raises(Forbidden):
        await do(db, nobody, close_dispute, dispute_id=dispute_id, resolution="已补发")
    async with db.reading(nobody.network_id) as conn:
        with pytest.raises(Forbidden):
            await disputes_by_ids(conn, actor=nobody, ids=[dispute_id])
        with pytest.raises(Forbidden):
            await disputes_of_orders(conn, actor=nobody, order_ids=[order_id])
        with pytest.raises(Forbidden):
            await outlines_of_orders(conn, actor=nobody, order_ids=[order_id])

    assert (await disputes(db, market, order_id))[0].closed_at is None
