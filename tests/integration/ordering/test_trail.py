"""What is left behind of a step: in the audit trail, in the outbox, on the time line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.factories_ordering import Market, a_market, confirmed, lines, placed
from tests.integration.ordering.test_steps import do, in_days
from tradeline.kernel import Database, InvalidValue, Pool, Rejected, list_audit_entries
from tradeline.kernel.pages import PageRequest
from tradeline.ordering import (
    Confirmation,
    QuantityNotOpen,
    cancel_order,
    confirm_order,
    decide_return,
    events_of_orders,
    place_order,
    receive_shipment,
    redate_lines,
    request_return,
    review_order,
    ship_order,
)


async def trail(db: Database, market: Market, order_id: int) -> list[tuple[str, Any, Any]]:
    """Action, before and after of what was done to the order by the seller, oldest first."""
    async with db.reading(market.story.network_id) as conn:
        page = await list_audit_entries(
            conn,
            actor=market.story.actor("trader_a"),
            page=PageRequest(),
            subject_type="order",
            subject_id=order_id,
        )
    return [(entry.action, entry.before, entry.after) for entry in reversed(page.items)]


async def facts(owner_pool: Pool, order_id: int) -> list[tuple[str, dict[str, Any]]]:
    rows = await owner_pool.fetch(
        "SELECT topic, payload FROM kernel.outbox_event WHERE key = $1 ORDER BY id",
        f"order:{order_id}",
    )
    return [(row["topic"], json.loads(row["payload"])) for row in rows]


async def test_a_step_says_of_each_line_what_it_changed(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=10, oil=4)
    tea, _ = await lines(db, market, order_id)
    less = [Confirmation(order_line_id=tea.id, quantity=6, reason="缺货")]

    seller = market.story.actor("trader_a")
    await do(db, seller, confirm_order, order_id=order_id, confirmations=less)

    [(action, before, after)] = await trail(db, market, order_id)
    assert action == "order.confirm"
    assert before == {
        "state": "to_confirm",
        "lines": [
            {"line_no": 1, "refused_quantity": 0, "open_minor": 3_000, "refusal_reason": None}
        ],
    }
    assert after == {
        "state": "to_ship",
        "note": "",
        "lines": [
            {"line_no": 1, "refused_quantity": 4, "open_minor": 1_800, "refusal_reason": "缺货"}
        ],
    }
    topic, payload = (await facts(owner_pool, order_id))[-1]
    assert (topic, payload["lines"]) == ("order.confirmed", after["lines"])


async def test_a_return_leaves_its_trail_from_asking_to_answering(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    shipment = await do(db, seller, ship_order, order_id=order_id)
    await do(db, buyer, receive_shipment, shipment_id=shipment)
    [tea] = await lines(db, market, order_id)
    for accepts in (False, True):
        wanted = {"order_id": order_id, "quantities": {tea.id: 4}, "reason": "破损"}
        return_id = await do(db, buyer, request_return, **wanted)
        await do(db, seller, decide_return, return_id=return_id, accepts=accepts, reason="看过了")

    topics = [topic for topic, _ in await facts(owner_pool, order_id)]
    assert topics[-4:] == [
        "order.return_requested",
        "order.return_refused",
        "order.return_requested",
        "order.returned",
    ]
    entries = await trail(db, market, order_id)
    assert [action for action, _, _ in entries][-2:] == ["order.refuse_return", "order.return"]
    _, before, after = entries[-1]
    assert before["lines"] == [{"line_no": 1, "returned_quantity": 0, "returned_minor": 0}]
    assert after["lines"] == [{"line_no": 1, "returned_quantity": 4, "returned_minor": 1_200}]
    assert after["amount_minor"] == 1_200
    async with db.reading(market.story.network_id) as conn:
        found = await events_of_orders(conn, actor=buyer, order_ids=[order_id])
    assert [event.step for event in found[order_id]][-4:] == [
        "request_return",
        "refuse_return",
        "request_return",
        "return",
    ]


async def test_shipping_and_receiving_name_the_shipment(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    shipment = await do(db, seller, ship_order, order_id=order_id)
    await do(db, buyer, receive_shipment, shipment_id=shipment)

    *_, shipped, received = await facts(owner_pool, order_id)
    told = [(topic, payload["shipment_id"]) for topic, payload in (shipped, received)]
    assert told == [("order.shipped", shipment), ("order.received", shipment)]


async def test_a_step_that_would_do_nothing_is_refused_and_leaves_nothing(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await confirmed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)
    before = await facts(owner_pool, order_id)

    for step, values in (
        (cancel_order, {"quantities": {}}),
        (cancel_order, {"quantities": {tea.id: 0}}),
        (redate_lines, {"dates": []}),
        (ship_order, {"quantities": {tea.id: 0}}),
    ):
        with pytest.raises(Rejected) as refusal:
            await do(db, seller, step, order_id=order_id, **values)
        assert [type(problem) for problem in refusal.value.problems] == [InvalidValue]

    assert await facts(owner_pool, order_id) == before


async def test_a_shipped_line_takes_no_other_date(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await confirmed(db, market, tea=10, oil=1)
    tea, _ = await lines(db, market, order_id)
    await do(db, seller, ship_order, order_id=order_id, quantities={tea.id: 10})

    with pytest.raises(Rejected) as refusal:
        await do(db, seller, redate_lines, order_id=order_id, dates=[(tea.id, in_days(3))])

    assert [type(problem) for problem in refusal.value.problems] == [QuantityNotOpen]


async def test_texts_that_nobody_reads_are_refused(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    buyer, seller = market.story.actor("retailer_1"), market.story.actor("trader_a")
    order_id = await placed(db, market, tea=10)
    endless = "长" * 1_001

    order = replace(
        market.order(tea=1),
        note=endless,
        ship_to_address=endless,
        buyer_reference=endless,
        requested_on=date(1999, 1, 1),
    )
    with pytest.raises(Rejected) as refusal:
        await do(db, buyer, place_order, order=order)
    paths = {problem.path for problem in refusal.value.problems}
    assert paths == {("note",), ("shipToAddress",), ("buyerReference",), ("requestedOn",)}

    for step, values in (
        (cancel_order, {"reason": endless}),
        (review_order, {"approves": False, "reason": endless}),
        (ship_order, {"carrier": endless}),
    ):
        with pytest.raises(Rejected) as refusal:
            await do(db, seller, step, order_id=order_id, **values)
        assert isinstance(refusal.value.problems[0], InvalidValue)
