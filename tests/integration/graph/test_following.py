"""Following orders through the graph: what a list shows, the time line, disputes, many at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.factories_counting import CountingDatabase
from tests.factories_ordering import a_market, confirmed, lines, placed
from tests.integration.graph.test_ordering import ask
from tests.integration.ordering.test_steps import do, state_of
from tradeline.kernel import Database, Locale, Pool
from tradeline.ordering import (
    OrderState,
    cancel_order,
    decide_return,
    open_dispute,
    receive_shipment,
    request_return,
    ship_order,
)
from tradeline_graph._ids import to_id

LIST = """
    query Orders($side: OrderSide!, $search: String, $isHeldByUs: Boolean, $counterpartId: ID) {
        orders(side: $side, search: $search, isHeldByUs: $isHeldByUs,
               counterpartId: $counterpartId) {
            edges { node {
                number side allowedSteps isDisputed promisedFrom promisedUntil
                counterpart { nameEn } counts { lineCount quantity openQuantity }
                disputes { reason openedBy { nameEn } }
                events { step message person lines { lineNo quantity } }
            } }
        }
        orderCounts(side: $side) { state count heldByUsCount oldestSince }
    }
"""
CONFIRM = """
    mutation Confirm($input: OrdersConfirmInput!) {
        ordersConfirm(input: $input) {
            orders { id state allowedSteps }
            errors { __typename ... on Problem { path } ... on WrongState { state } }
        }
    }
"""
OPEN = """
    mutation Open($input: OrderDisputeOpenInput!) {
        orderDisputeOpen(input: $input) {
            dispute {
                id orderLineId reason isOwn openedByPerson closedAt resolution
                openedBy { nameEn } closedBy { nameEn } order { isDisputed allowedSteps }
            }
            errors { __typename ... on Problem { message path } }
        }
    }
"""
CLOSE = """
    mutation Close($input: OrderDisputeCloseInput!) {
        orderDisputeClose(input: $input) {
            dispute { resolution closedBy { nameEn } order { isDisputed } }
            errors { __typename ... on Problem { path } }
        }
    }
"""


def nodes(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in answer["orders"]["edges"]]


async def test_a_list_shows_what_each_side_may_do_and_what_waits(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    await placed(db, market, tea=2, oil=1)

    sold = await ask(db, seller, LIST, {"side": "SELLING", "isHeldByUs": True, "search": "TEA"})
    bought = await ask(db, buyer, LIST, {"side": "BUYING"}, Locale.ZH)

    [order] = nodes(sold)
    assert (order["side"], order["counterpart"]) == ("SELLING", {"nameEn": "retailer_1"})
    assert order["allowedSteps"] == ["CONFIRM", "CANCEL", "DISPUTE", "PROPOSE_SUBSTITUTE"]
    assert order["counts"] == {"lineCount": 2, "quantity": "3", "openQuantity": "3"}
    assert [event["message"] for event in order["events"]] == ["Ordered for 18.50 CNY."]
    [order] = nodes(bought)
    assert (order["side"], order["counterpart"]) == ("BUYING", {"nameEn": "trader_a"})
    assert order["allowedSteps"] == ["CANCEL", "DISPUTE"]
    assert [event["message"] for event in order["events"]] == ["下单，金额 18.50 CNY。"]
    assert [count["state"] for count in sold["orderCounts"]] == [
        "IN_REVIEW",
        "TO_CONFIRM",
        "TO_SHIP",
        "TO_RECEIVE",
    ]
    assert sold["orderCounts"][1]["heldByUsCount"] == 1
    assert bought["orderCounts"][1]["heldByUsCount"] == 0


async def test_a_list_takes_as_many_statements_for_one_order_as_for_many(
    pool: Pool, owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    variables = {"side": "SELLING", "search": "T"}
    first = await placed(db, market, tea=1, oil=1)
    await do(db, buyer, open_dispute, order_id=first, reason="少货")
    counts = []
    for orders in (0, 4):
        for _ in range(orders):
            order_id = await confirmed(db, market, tea=1, oil=1)
            await do(db, buyer, open_dispute, order_id=order_id, reason="少货")
        counting = CountingDatabase(pool)
        await ask(counting, seller, LIST, variables)
        counts.append(counting.count)

    assert counts[0] == counts[1]


async def test_many_orders_are_confirmed_by_one_request_sent_twice(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    orders = [await placed(db, market, tea=1) for _ in range(3)]
    ids = [to_id("Order", order_id) for order_id in reversed(orders)]
    variables = {"input": {"requestId": "1", "orderIds": ids}}

    first = (await ask(db, seller, CONFIRM, variables))["ordersConfirm"]
    again = (await ask(db, seller, CONFIRM, variables))["ordersConfirm"]

    assert first == again
    assert first["errors"] == []
    assert [order["id"] for order in first["orders"]] == ids
    assert {order["state"] for order in first["orders"]} == {"TO_SHIP"}


async def test_what_was_confirmed_is_read_at_once_however_much_it_is(
    pool: Pool, owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    counts = []
    for many in (1, 4):
        ids = [to_id("Order", await placed(db, market, tea=1)) for _ in range(many)]
        counting = CountingDatabase(pool)
        variables = {"input": {"requestId": f"{many}", "orderIds": ids}}
        answer = await ask(counting, market.story.actor("trader_a"), CONFIRM, variables)
        assert len(answer["ordersConfirm"]["orders"]) == many
        counts.append(counting.count)

    assert counts[0] == counts[1]


async def test_one_order_that_cannot_be_confirmed_is_named_by_its_place(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    good, gone = await placed(db, market, tea=1), await placed(db, market, tea=1)
    await do(db, market.story.actor("retailer_1"), cancel_order, order_id=gone)
    ids = [to_id("Order", good), to_id("Order", gone)]

    answer = await ask(
        db,
        market.story.actor("trader_a"),
        CONFIRM,
        {"input": {"requestId": "1", "orderIds": ids}},
    )

    assert answer["ordersConfirm"] == {
        "orders": [],
        "errors": [
            {"__typename": "WrongState", "path": ["orderIds", "1"], "state": "cancelled"},
        ],
    }
    assert await state_of(db, market, good) is OrderState.TO_CONFIRM


async def test_an_order_says_what_is_owed_for_it_after_returns(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=2)
    document = """query Owed($id: ID!) {
        order(id: $id) { amount { amount } owed { amount } lines { owed { amount } } } }"""

    async def owed() -> tuple[Decimal, Decimal, Decimal]:
        order = (await ask(db, buyer, document, {"id": to_id("Order", order_id)}))["order"]
        values = order["amount"], order["owed"], order["lines"][0]["owed"]
        return tuple(Decimal(value["amount"]) for value in values)  # type: ignore[return-value]

    amount, *none = await owed()
    assert none == [0, 0]
    shipment_id = await do(db, seller, ship_order, order_id=order_id)
    await do(db, buyer, receive_shipment, shipment_id=shipment_id)
    assert await owed() == (amount, amount, amount)
    [tea] = await lines(db, market, order_id)
    asked = {"order_id": order_id, "quantities": {tea.id: 1}, "reason": "破损"}
    return_id = await do(db, buyer, request_return, **asked)
    assert await owed() == (amount, amount, amount)
    await do(db, seller, decide_return, return_id=return_id, accepts=True)
    assert await owed() == (amount, amount / 2, amount)


async def test_a_dispute_names_its_person_to_their_own_organization_alone(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)
    wanted = {
        "requestId": "1",
        "orderId": to_id("Order", order_id),
        "orderLineId": to_id("OrderLine", tea.id),
        "reason": "少一瓶",
    }

    opened = (await ask(db, buyer, OPEN, {"input": wanted}))["orderDisputeOpen"]

    assert opened["errors"] == []
    dispute = opened["dispute"]
    assert (dispute["isOwn"], dispute["openedBy"]) == (True, {"nameEn": "retailer_1"})
    assert dispute["order"] == {
        "isDisputed": True,
        "allowedSteps": ["CANCEL", "DISPUTE", "CLOSE_DISPUTE"],
    }
    name = await owner_pool.fetchval(
        "SELECT name FROM identity.account WHERE id = $1", buyer.account_id
    )
    assert dispute["openedByPerson"] == name
    document = """query Dispute($id: ID!, $orderId: ID!) {
        dispute(id: $id) { isOwn openedByPerson reason }
        order(id: $orderId) { events { step message person organization { nameEn } } } }"""
    ids = {"id": dispute["id"], "orderId": wanted["orderId"]}
    mine, theirs = await ask(db, buyer, document, ids), await ask(db, seller, document, ids)
    assert theirs["dispute"] == {"isOwn": False, "openedByPerson": None, "reason": "少一瓶"}
    assert mine["order"]["events"][-1] == {
        "step": "dispute",
        "message": "Disputed; line 1.",
        "person": name,
        "organization": {"nameEn": "retailer_1"},
    }
    assert {event["person"] for event in theirs["order"]["events"]} == {None}

    done = {"requestId": "2", "disputeId": dispute["id"], "resolution": "已补发"}
    closed = (await ask(db, buyer, CLOSE, {"input": done}))["orderDisputeClose"]
    assert closed["dispute"] == {
        "resolution": "已补发",
        "closedBy": {"nameEn": "retailer_1"},
        "order": {"isDisputed": False},
    }


async def test_a_stranger_gets_nothing_of_orders_that_are_named_to_it(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    stranger, seller = market.story.actor("retailer_2"), market.story.actor("trader_a")
    order_id = await placed(db, market, tea=1)
    buyer = market.story.actor("retailer_1")
    dispute_id = await do(db, buyer, open_dispute, order_id=order_id, reason="少货")
    order, dispute = to_id("Order", order_id), to_id("Dispute", dispute_id)

    for side in ("BUYING", "SELLING"):
        for other in (seller.org_id, buyer.org_id):
            variables = {"side": side, "counterpartId": to_id("Organization", other)}
            answer = await ask(db, stranger, LIST, variables)
            assert nodes(answer) == []
            assert {count["count"] for count in answer["orderCounts"]} == {0}
    found = await ask(
        db, stranger, "query D($id: ID!) { dispute(id: $id) { reason } }", {"id": dispute}
    )
    assert found == {"dispute": None}
    for document, name, values in (
        (CONFIRM, "ordersConfirm", {"orderIds": [order]}),
        (OPEN, "orderDisputeOpen", {"orderId": order, "reason": "?"}),
        (CLOSE, "orderDisputeClose", {"disputeId": dispute, "resolution": "?"}),
    ):
        answer = await ask(db, stranger, document, {"input": {"requestId": name, **values}})
        assert [error["__typename"] for error in answer[name]["errors"]] == ["NotFound"]
    assert await state_of(db, market, order_id) is OrderState.TO_CONFIRM
