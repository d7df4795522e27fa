"""Finding orders by what one knows of them, and counting those that wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import a_network
from tests.factories_ordering import Market, a_market, confirmed, lines, placed
from tests.integration.ordering.test_steps import do, in_days
from tradeline.kernel import Actor, Database, Forbidden, InvalidValue, Pool, Rejected
from tradeline.kernel.pages import PageRequest
from tradeline.ordering import (
    Confirmation,
    OrderFilter,
    OrderSide,
    OrderState,
    cancel_order,
    close_dispute,
    confirm_order,
    count_orders,
    decide_return,
    list_orders,
    open_dispute,
    orders_by_ids,
    outlines_of_orders,
    place_order,
    receive_shipment,
    request_return,
    ship_order,
)
from tradeline.ordering.queries import listing as queries

SELLING, BUYING = OrderSide.SELLING, OrderSide.BUYING


async def found(db: Database, actor: Actor, side: OrderSide = SELLING, **only: Any) -> list[int]:
    async with db.reading(actor.network_id) as conn:
        page = await list_orders(
            conn, actor=actor, page=PageRequest(100), only=OrderFilter(side=side, **only)
        )
    return [order.id for order in page.items]


async def referring(db: Database, market: Market, reference: str) -> int:
    order = replace(market.order(oil=1), buyer_reference=reference)
    return await do(db, market.story.actor("retailer_1"), place_order, order=order)


@pytest.mark.parametrize("rare_max", [0, 1_000])
async def test_a_search_finds_by_number_by_reference_and_by_sku(
    owner_pool: Pool, db: Database, monkeypatch: pytest.MonkeyPatch, rare_max: int
) -> None:
    """SKUs that few lines hold are looked for in another way than those of many."""
    monkeypatch.setattr(queries, "LINES_OF_RARE_SKUS_MAX", rare_max)
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    tea = await placed(db, market, tea=1)
    named = await referring(db, market, "PO-2026/Herbst")
    both = await placed(db, market, tea=1, oil=1)

    assert await found(db, seller, search=f"SO{tea:08d}") == [tea]
    assert await found(db, seller, search=f"{tea:08d}") == [tea]
    assert await found(db, buyer, BUYING, search="2026/herb") == [named]
    assert await found(db, seller, search="tea") == [both, tea]
    assert await found(db, seller, search="ＴＥＡ ") == [both, tea]
    assert await found(db, seller, search="il") == [both, named]
    assert await found(db, seller, search="nothing") == []
    assert await found(db, seller, search=" ") == [both, named, tea]


async def test_nothing_in_a_search_stands_for_anything_else(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    odd = await referring(db, market, r"50%_off\now")
    await referring(db, market, "50 percent off now")

    for search in ("%", "_", "0%_o", "\\"):
        assert await found(db, seller, search=search) == [odd], search
    for search in ("5%f", "T_A", "'", "SO%"):
        assert await found(db, seller, search=search) == [], search


async def test_a_reference_in_full_width_is_found_as_it_was_written(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    wide = await referring(db, market, "（加急）ＰＯ１")

    for search in ("（加急）", "(加急)", "po1", "ＰＯ１"):
        assert await found(db, market.story.actor("trader_a"), search=search) == [wide], search


async def test_a_search_that_nobody_types_is_refused(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)

    with pytest.raises(Rejected) as refusal:
        await found(db, market.story.actor("trader_a"), search="x" * 101)

    assert [type(problem) for problem in refusal.value.problems] == [InvalidValue]


async def test_filters_narrow_a_list_together(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    other = market.story.actor("retailer_2")
    waiting = await placed(db, market, tea=1)
    to_ship = await confirmed(db, market, tea=1)
    under_way = await confirmed(db, market, oil=1)
    await do(db, seller, ship_order, order_id=under_way)
    gone = await placed(db, market, tea=1)
    await do(db, buyer, cancel_order, order_id=gone)
    edge = market.story.edge("trader_a", "retailer_2")
    of_other = await do(db, other, place_order, order=market.order(edge=edge, tea=1))
    dispute = {"order_id": to_ship, "reason": "太慢"}
    disputed = await do(db, buyer, open_dispute, **dispute)

    assert await found(db, seller) == [of_other, gone, under_way, to_ship, waiting]
    assert await found(db, seller, is_held_by_own=True) == [of_other, to_ship, waiting]
    assert await found(db, seller, is_held_by_own=False) == [gone, under_way]
    assert await found(db, buyer, BUYING, is_held_by_own=True) == [under_way]
    assert await found(db, seller, states=(OrderState.TO_SHIP, OrderState.TO_RECEIVE)) == [
        under_way,
        to_ship,
    ]
    assert await found(db, seller, states=()) == []
    assert await found(db, seller, relationship_id=edge) == [of_other]
    assert await found(db, seller, counterpart_org_id=other.org_id) == [of_other]
    assert await found(db, other, BUYING, counterpart_org_id=seller.org_id) == [of_other]
    assert await found(db, seller, is_disputed=True) == [to_ship]
    assert await found(db, seller, is_disputed=False) == [of_other, gone, under_way, waiting]
    assert await found(db, seller, is_disputed=True, search="oil") == []
    tea_to_confirm = {"search": "tea", "states": (OrderState.TO_CONFIRM,)}
    assert await found(db, seller, **tea_to_confirm, relationship_id=market.edge) == [waiting]
    await do(db, buyer, close_dispute, dispute_id=disputed, resolution="已到")
    assert await found(db, seller, is_disputed=True) == []


async def test_orders_with_a_return_to_decide_are_found_until_it_is_decided(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    other = await placed(db, market, oil=1)
    order_id = await confirmed(db, market, tea=2)
    shipment_id = await do(db, seller, ship_order, order_id=order_id)
    await do(db, buyer, receive_shipment, shipment_id=shipment_id)
    [line] = await lines(db, market, order_id)
    asked = {"order_id": order_id, "quantities": {line.id: 1}, "reason": "破损"}

    assert await found(db, seller, has_open_return=True) == []
    return_id = await do(db, buyer, request_return, **asked)
    assert await found(db, seller, has_open_return=True) == [order_id]
    assert await found(db, seller, has_open_return=False) == [other]
    assert await found(db, buyer, BUYING, has_open_return=True) == [order_id]
    assert await found(db, seller, has_open_return=True, search="oil") == []
    await do(db, seller, decide_return, return_id=return_id, accepts=True)
    assert await found(db, seller, has_open_return=True) == []
    assert await found(db, seller, has_open_return=False) == [order_id, other]


async def test_pages_of_a_search_follow_one_another_without_gaps(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    orders = [await confirmed(db, market, tea=1) for _ in range(2)]
    orders += [await placed(db, market, tea=1) for _ in range(3)]

    for search in ("tea", None):
        seen: list[int] = []
        page = PageRequest(2)
        while True:
            async with db.reading(seller.network_id) as conn:
                only = OrderFilter(side=SELLING, search=search)
                answer = await list_orders(conn, actor=seller, page=page, only=only)
            seen += [order.id for order in answer.items]
            if not answer.has_next:
                break
            page = PageRequest(2, (seen[-1],))

        assert seen == orders[::-1]


@pytest.mark.parametrize("rare_max", [0, 1_000])
async def test_no_filter_shows_a_stranger_an_order(
    owner_pool: Pool, db: Database, monkeypatch: pytest.MonkeyPatch, rare_max: int
) -> None:
    monkeypatch.setattr(queries, "LINES_OF_RARE_SKUS_MAX", rare_max)
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=1)
    buyer, seller = market.story.actor("retailer_1"), market.story.actor("trader_a")
    await do(db, buyer, open_dispute, order_id=order_id, reason="少货")
    elsewhere = (await a_network(owner_pool, db)).actor("trader_a")

    for stranger in (market.story.actor("retailer_2"), market.story.actor("brand"), elsewhere):
        for only in (
            {},
            {"relationship_id": market.edge},
            {"counterpart_org_id": seller.org_id},
            {"counterpart_org_id": buyer.org_id},
            {"search": f"SO{order_id:08d}"},
            {"search": "TEA"},
            {"is_disputed": True},
            {"has_open_return": False},
            {"is_held_by_own": True},
        ):
            for side in OrderSide:
                assert order_id not in await found(db, stranger, side, **only)
        async with db.reading(stranger.network_id) as conn:
            assert await outlines_of_orders(conn, actor=stranger, order_ids=[order_id]) == {}
            for side in OrderSide:
                counts = await count_orders(conn, actor=stranger, side=side)
                assert sum(count.count for count in counts) == 0


async def test_counts_say_how_many_wait_for_whom_and_how_long(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    oldest = await placed(db, market, tea=1)
    await placed(db, market, tea=1)
    await owner_pool.execute(
        "UPDATE ordering.trade_order SET since = '2026-01-01Z' WHERE id = $1", oldest
    )
    under_way = await confirmed(db, market, tea=1)
    await do(db, seller, ship_order, order_id=under_way)
    gone = await placed(db, market, tea=1)
    await do(db, buyer, cancel_order, order_id=gone)

    async def counted(actor: Actor, side: OrderSide) -> list[tuple[str, int, int]]:
        async with db.reading(actor.network_id) as conn:
            counts = await count_orders(conn, actor=actor, side=side)
        return [(count.state.value, count.count, count.held_by_own_count) for count in counts]

    assert await counted(seller, SELLING) == [
        ("in_review", 0, 0),
        ("to_confirm", 2, 2),
        ("to_ship", 0, 0),
        ("to_receive", 1, 0),
    ]
    assert await counted(buyer, BUYING) == [
        ("in_review", 0, 0),
        ("to_confirm", 2, 0),
        ("to_ship", 0, 0),
        ("to_receive", 1, 1),
    ]
    async with db.reading(seller.network_id) as conn:
        counts = await count_orders(conn, actor=seller, side=SELLING)
    assert str(counts[1].oldest_since) == "2026-01-01 00:00:00+00:00"
    assert counts[0].oldest_since is None
    nobody = replace(seller, permissions=frozenset())
    with pytest.raises(Forbidden):
        await counted(nobody, SELLING)


async def test_an_outline_is_what_the_lines_and_papers_come_to(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10, oil=4)
    tea, oil = await lines(db, market, order_id)
    said = [
        Confirmation(order_line_id=tea.id, quantity=8, promised_on=in_days(3), reason="缺货"),
        Confirmation(order_line_id=oil.id, quantity=4, promised_on=in_days(7)),
    ]
    await do(db, seller, confirm_order, order_id=order_id, confirmations=said)
    first = await do(db, seller, ship_order, order_id=order_id, quantities={tea.id: 8})
    await do(db, buyer, receive_shipment, shipment_id=first)
    await do(db, seller, ship_order, order_id=order_id, quantities={oil.id: 1})
    back = {"quantities": {tea.id: 3}, "reason": "破损"}
    await do(db, buyer, request_return, order_id=order_id, **back)
    await do(db, buyer, open_dispute, order_id=order_id, reason="少货")
    over = await do(db, seller, open_dispute, order_id=order_id, reason="地址不对")
    await do(db, seller, close_dispute, dispute_id=over, resolution="已更正")

    outlines = {}
    for actor in (seller, buyer):
        async with db.reading(actor.network_id) as conn:
            many = await outlines_of_orders(conn, actor=actor, order_ids=[order_id])
        outlines[actor.org_id] = many[order_id]

    outline = outlines[buyer.org_id]
    assert (outline.line_count, outline.quantity, outline.unshipped) == (2, 14, 3)
    assert (outline.in_transit, outline.received, outline.returnable) == (1, 8, 5)
    assert (outline.promised_from, outline.promised_until) == (in_days(7), in_days(7))
    assert (outline.requested_returns, outline.open_disputes, outline.own_disputes) == (1, 1, 1)
    assert replace(outline, own_disputes=0) == outlines[seller.org_id]


async def test_an_order_waits_since_it_came_to_its_state_whatever_is_done_to_it_there(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await confirmed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)
    await owner_pool.execute(
        "UPDATE ordering.trade_order SET since = '2026-01-01Z' WHERE id = $1", order_id
    )

    async def since() -> datetime:
        async with db.reading(seller.network_id) as conn:
            return (await orders_by_ids(conn, actor=seller, ids=[order_id]))[order_id].since

    await do(db, seller, ship_order, order_id=order_id, quantities={tea.id: 4})
    assert await since() == datetime(2026, 1, 1, tzinfo=UTC)
    await do(db, seller, ship_order, order_id=order_id)
    assert await since() > datetime(2026, 1, 2, tzinfo=UTC)
