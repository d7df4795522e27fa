"""Sales through the graph: what each party of a consumer's order sees of it, and may do to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.factories_counting import CountingDatabase
from tests.factories_sale_rows import Counter, Want
from tests.factories_sales import Placed, a_counter, placed, refunds_succeed, sold, violations
from tradeline.kernel import Actor, Locale, Permission
from tradeline.shopping import request_after_sale
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema

SALE = """
    query Sale($id: ID!) { sale(id: $id) {
        number state tier isCollector allowedSteps
        netToMe { amount } total { amount } couponAmount { amount } freightAmount { amount }
        store { name } shipTo { recipient phone region detail }
        lines { skuCode isMineToShip unshippedQuantity retailUnitPrice retailAmount { amount }
                refundedAmount { amount }
                legs { sells unitPrice amount { amount } counterpart { code } } }
        events { step isByConsumer organization { code } }
        shipments { trackingNumber lines { quantity } }
        afterSales { state answers refusalReason amount { amount } }
        refunds { cause amount { amount } }
        moneyTrail { isComplete
            parties { key role tier net { amount } isMine organization { code } }
            flows { from to kind amount { amount } documentNumber } }
    } }
"""
LIST = """
    query Sales($filter: SaleFilterInput) { sales(filter: $filter, first: 50) {
        edges { node { id number state netToMe { amount } store { name }
            lines { skuCode legs { amount { amount } } source { code } }
            shipments { number } afterSales { state } refunds { number } events { step }
            moneyTrail { flows { kind } } allowedSteps } }
    } }
"""
PROBLEMS = "errors { __typename ... on Problem { message path } }"
SHIP = f"""mutation S($input: SaleShipInput!) {{ saleShip(input: $input) {{
    sale {{ state }} {PROBLEMS} }} }}"""
CANCEL = f"""mutation C($input: SaleCancelInput!) {{ saleCancel(input: $input) {{
    sale {{ state }} {PROBLEMS} }} }}"""
DECIDE = f"""mutation D($input: AfterSaleDecideInput!) {{ afterSaleDecide(input: $input) {{
    sale {{ state netToMe {{ amount }} }} {PROBLEMS} }} }}"""
REFUND = f"""mutation R($input: SalePriceRefundInput!) {{ salePriceRefund(input: $input) {{
    sale {{ refundedAmount {{ amount }} }} {PROBLEMS} }} }}"""
FREIGHT = f"""mutation F($input: SaleFreightRefundInput!) {{ saleFreightRefund(input: $input) {{
    sale {{ refundedAmount {{ amount }} }} {PROBLEMS} }} }}"""
RESOURCE = f"""mutation M($input: SaleResourceInput!) {{ saleResource(input: $input) {{
    sale {{ state }} {PROBLEMS} }} }}"""
HAND_OVER = f"""mutation H($input: SaleHandOverInput!) {{ saleHandOver(input: $input) {{
    sale {{ state }} {PROBLEMS} }} }}"""


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with a_counter(await clone()) as counter:
        yield counter


async def run(counter: Counter, actor: Actor, query: str, **variables: Any) -> Any:
    context = Context(db=counter.db, actor=actor, locale=Locale.EN)
    return await schema.execute(query, variables, context)


async def ask(counter: Counter, name: str, query: str, **variables: Any) -> Any:
    result = await run(counter, counter.story.actor(name), query, **variables)
    assert result.errors is None, result.errors
    [answer] = result.data.values()
    return answer


async def do(counter: Counter, name: str, query: str, **input: Any) -> Any:
    payload = await ask(counter, name, query, input={"requestId": uuid4().hex, **input})
    return payload


async def seen_by(counter: Counter, order: Placed, name: str) -> Any:
    return await ask(counter, name, SALE, id=to_id("Sale", order.id))


async def test_a_sale_that_was_called_off_unpaid_is_worth_nothing_to_anybody(
    counter: Counter,
) -> None:
    order = await placed(counter)
    expected = (await seen_by(counter, order, "retailer_1"))["netToMe"]["amount"]
    done = await do(
        counter, "retailer_1", CANCEL, saleId=to_id("Sale", order.id), reason="Closed today"
    )

    assert done == {"sale": {"state": "CANCELLED"}, "errors": []}
    worth = [
        (await seen_by(counter, order, name))["netToMe"]["amount"]
        for name in ("retailer_1", "trader_a", "brand")
    ]
    assert (expected != "0.00", worth) == (True, ["0.00"] * 3)


async def test_each_party_sees_its_own_part_of_a_sale_to_the_last_fen(counter: Counter) -> None:
    order = await sold(counter)

    store, trader, brand = [
        await seen_by(counter, order, name) for name in ("retailer_1", "trader_a", "brand")
    ]

    assert [it["netToMe"]["amount"] for it in (store, trader, brand)] == [
        "81.30",
        "44.20",
        "199.19",
    ]
    assert [it["tier"] for it in (store, trader, brand)] == [0, 1, 2]
    assert [it["isCollector"] for it in (store, trader, brand)] == [False, False, True]
    assert all(it["moneyTrail"]["isComplete"] for it in (store, trader, brand))
    assert store["total"] == brand["total"] == {"amount": "324.69"}
    assert trader["total"] is trader["couponAmount"] is trader["freightAmount"] is None


async def test_a_party_sees_prices_of_its_own_edges_and_of_no_other(counter: Counter) -> None:
    order = await sold(counter)

    def prices(sale: Any) -> list[list[tuple[bool, str]]]:
        return [[(it["sells"], it["unitPrice"]) for it in line["legs"]] for line in sale["lines"]]

    assert prices(await seen_by(counter, order, "retailer_1")) == [
        [(False, "52.3")],
        [(False, "98.5")],
    ]
    assert prices(await seen_by(counter, order, "trader_a")) == [
        [(True, "52.3"), (False, "41.7")],
        [(True, "98.5"), (False, "80.1")],
    ]
    brand = await seen_by(counter, order, "brand")
    assert prices(brand) == [[(True, "41.7")], [(True, "80.1")]]
    trader = await seen_by(counter, order, "trader_a")
    assert {line["retailUnitPrice"] for line in trader["lines"]} == {None}
    assert [line["retailUnitPrice"] for line in brand["lines"]] == ["69.9", "129"]


async def test_only_who_sells_or_ships_is_told_who_receives(counter: Counter) -> None:
    order = await sold(counter)

    store, trader, brand = [
        (await seen_by(counter, order, name))["shipTo"]
        for name in ("retailer_1", "trader_a", "brand")
    ]

    assert store == brand
    assert brand is not None
    assert trader is None


async def test_who_is_no_party_sees_no_sale_and_changes_none(counter: Counter) -> None:
    order = await sold(counter)
    sale = to_id("Sale", order.id)

    assert await seen_by(counter, order, "retailer_2") is None
    assert await ask(counter, "retailer_2", LIST, filter={}) == {"edges": []}
    for query, input in (
        (SHIP, {"saleId": sale}),
        (CANCEL, {"saleId": sale, "reason": "x"}),
        (FREIGHT, {"saleId": sale, "amount": {"amount": "1.00", "currency": "CNY"}, "reason": "x"}),
        (
            RESOURCE,
            {
                "saleId": sale,
                "lines": [{"lineId": to_id("ConsumerOrderLine", order.line_ids[0]), "quantity": 1}],
                "reason": "x",
            },
        ),
        (
            REFUND,
            {
                "lineId": to_id("ConsumerOrderLine", order.line_ids[0]),
                "amount": {"amount": "1.00", "currency": "CNY"},
                "reason": "x",
            },
        ),
    ):
        payload = await do(counter, "retailer_2", query, **input)
        assert [error["__typename"] for error in payload["errors"]] == ["NotFound"]
    assert (await seen_by(counter, order, "brand"))["state"] == "TO_SHIP"


async def test_goods_are_shipped_by_whose_they_are(counter: Counter) -> None:
    order = await sold(counter)
    input = {"requestId": "1", "saleId": to_id("Sale", order.id), "trackingNumber": "SF1"}

    refused = await run(counter, counter.story.actor("trader_a"), SHIP, input=input)
    assert refused.errors[0].extensions["code"] == "FORBIDDEN"
    shipped = await ask(counter, "brand", SHIP, input=input)
    assert shipped == {"sale": {"state": "SHIPPED"}, "errors": []}

    again = await ask(counter, "brand", SHIP, input=input)
    assert again == shipped, "the same request is the same shipment"
    sale = await seen_by(counter, order, "trader_a")
    assert [it["trackingNumber"] for it in sale["shipments"]] == ["SF1"]
    late = await do(counter, "brand", SHIP, saleId=input["saleId"])
    assert [error["__typename"] for error in late["errors"]] == ["WrongState"]


async def answers(counter: Counter, order: Placed) -> dict[str, list[str]]:
    """What each party can say to what the consumer wants to give back."""
    found = {}
    for name in ("retailer_1", "trader_a", "brand"):
        [after_sale] = (await seen_by(counter, order, name))["afterSales"]
        found[name] = after_sale["answers"]
    return found


async def test_what_comes_back_is_taken_from_everybody(counter: Counter) -> None:
    order = await sold(counter)
    await do(counter, "brand", SHIP, saleId=to_id("Sale", order.id))
    async with counter.db.unit_of_work(counter.network_id) as conn:
        after_sale_id = await request_after_sale(
            conn,
            shopper=counter.shopper,
            order_id=order.id,
            quantities={order.line_ids[0]: 1},
            reason="太小",
        )
    after_sale = to_id("AfterSale", after_sale_id)

    refused = await do(counter, "retailer_1", DECIDE, afterSaleId=after_sale, isAccepted=False)
    assert [error["path"] for error in refused["errors"]] == [["reason"]]
    assert await answers(counter, order) == {
        "retailer_1": ["ACCEPT", "ACCEPT_AT_OWN_COST", "REFUSE"],
        "trader_a": [],
        "brand": ["ACCEPT", "REFUSE"],
    }
    agreed = await do(counter, "retailer_1", DECIDE, afterSaleId=after_sale, isAccepted=True)
    assert agreed["sale"]["netToMe"] == {"amount": "81.30"}
    assert await answers(counter, order) == {
        "retailer_1": ["ACCEPT_AT_OWN_COST", "REFUSE"],
        "trader_a": [],
        "brand": ["ACCEPT", "REFUSE"],
    }
    decided = await do(counter, "brand", DECIDE, afterSaleId=after_sale, isAccepted=True)
    assert decided["errors"] == []
    assert await refunds_succeed(counter) == 1
    assert set(map(tuple, (await answers(counter, order)).values())) == {()}

    sale = await seen_by(counter, order, "retailer_1")
    assert sale["lines"][0]["refundedAmount"] == {"amount": "65.77"}
    assert [it["amount"] for it in sale["refunds"]] == [{"amount": "65.77"}]
    nets = [
        (await seen_by(counter, order, name))["netToMe"]["amount"]
        for name in ("retailer_1", "trader_a", "brand")
    ]
    # Of 60.30, 35.60 and 157.39 the example takes 17.60, 10.60 and 41.70 less their coupons.
    assert nets == ["64.11", "34.84", "159.97"]
    assert await violations(counter) == []


async def test_a_store_that_will_not_wait_bears_it_alone(counter: Counter) -> None:
    order = await sold(counter)
    await do(counter, "brand", SHIP, saleId=to_id("Sale", order.id))
    async with counter.db.unit_of_work(counter.network_id) as conn:
        after_sale_id = await request_after_sale(
            conn,
            shopper=counter.shopper,
            order_id=order.id,
            quantities={order.line_ids[0]: 1},
            reason="太小",
        )
    input = {"afterSaleId": to_id("AfterSale", after_sale_id), "isAccepted": True}

    decided = await do(counter, "retailer_1", DECIDE, **input, atOwnCost=True)

    assert decided == {"sale": {"state": "SHIPPED", "netToMe": {"amount": "15.53"}}, "errors": []}
    others = [
        (await seen_by(counter, order, name))["netToMe"]["amount"] for name in ("trader_a", "brand")
    ]
    assert others == ["44.20", "199.19"]
    assert await violations(counter) == []


async def test_money_is_given_back_in_its_own_currency_and_never_more_than_was_paid(
    counter: Counter,
) -> None:
    order = await sold(counter)
    line = to_id("ConsumerOrderLine", order.line_ids[0])

    async def refund(amount: str, currency: str = "CNY") -> Any:
        return await do(
            counter,
            "retailer_1",
            REFUND,
            lineId=line,
            amount={"amount": amount, "currency": currency},
            reason="包装破损",
        )

    assert [e["__typename"] for e in (await refund("1.00", "USD"))["errors"]] == ["InvalidValue"]
    assert [e["__typename"] for e in (await refund("0.00"))["errors"]] == ["InvalidValue"]
    too_much = await refund("197.32")
    assert [e["__typename"] for e in too_much["errors"]] == ["MoreThanWasPaid"]
    beyond = await refund("197.31")
    assert [e["__typename"] for e in beyond["errors"]] == ["BeyondOwnPart"]
    done = await refund("10.00")
    assert done == {"sale": {"refundedAmount": {"amount": "10.00"}}, "errors": []}


async def test_freight_is_given_back_once(counter: Counter) -> None:
    order = await sold(counter)
    input = {
        "saleId": to_id("Sale", order.id),
        "amount": {"amount": "6.00", "currency": "CNY"},
        "reason": "送货太晚",
    }

    done = await do(counter, "brand", FREIGHT, **input)
    again = await do(counter, "retailer_1", FREIGHT, **input)

    assert done == {"sale": {"refundedAmount": {"amount": "6.00"}}, "errors": []}
    assert [error["__typename"] for error in again["errors"]] == ["MoreThanWasPaid"]
    assert (await seen_by(counter, order, "brand"))["netToMe"] == {"amount": "193.19"}
    assert await violations(counter) == []


async def test_what_one_cannot_serve_another_does_and_the_consumer_pays_no_more(
    counter: Counter,
) -> None:
    order = await sold(counter)
    line = to_id("ConsumerOrderLine", order.line_ids[0])
    input = {
        "saleId": to_id("Sale", order.id),
        "lines": [{"lineId": line, "quantity": 3}],
        "reason": "破损",
    }

    other = await run(
        counter,
        counter.story.actor("trader_a"),
        RESOURCE,
        input={"requestId": "1", **input},
    )
    assert other.errors[0].extensions["code"] == "FORBIDDEN"
    moved = await do(counter, "brand", RESOURCE, **input)

    assert moved["errors"] == []
    lines = (await seen_by(counter, order, "brand"))["lines"]
    open_units = [(line["isMineToShip"], line["unshippedQuantity"]) for line in lines]
    assert (open_units[0], open_units[-1]) == ((True, 0), (False, 3))
    sale = await seen_by(counter, order, "retailer_1")
    assert [(it["cause"], it["amount"]) for it in sale["refunds"]] == [
        ("MOVED", {"amount": "0.00"})
    ]
    assert sale["total"] == {"amount": "324.69"}
    assert await violations(counter) == []


async def test_a_store_calls_a_sale_off_and_nobody_else_does(counter: Counter) -> None:
    order = await sold(counter)
    sale = to_id("Sale", order.id)

    refused = await run(
        counter,
        counter.story.actor("brand"),
        CANCEL,
        input={"requestId": "1", "saleId": sale, "reason": "缺货"},
    )
    assert refused.errors[0].extensions["code"] == "FORBIDDEN"
    nameless = await do(counter, "retailer_1", CANCEL, saleId=sale, reason=" ")
    assert [error["path"] for error in nameless["errors"]] == [["reason"]]
    done = await do(counter, "retailer_1", CANCEL, saleId=sale, reason="缺货")
    assert done == {"sale": {"state": "CANCELLED"}, "errors": []}
    assert await refunds_succeed(counter) == 1
    assert await violations(counter) == []


async def test_wrong_pick_up_codes_are_counted_and_then_not_looked_at(counter: Counter) -> None:
    store = to_id("Store", counter.store_id)
    payload: Any = None
    for _ in range(11):
        payload = await do(counter, "retailer_1", HAND_OVER, storeId=store, code="000000")
        assert payload["sale"] is None

    assert [error["__typename"] for error in payload["errors"]] == ["TooManyPickupAttempts"]


async def test_a_list_of_sales_takes_as_many_statements_for_one_as_for_many(
    counter: Counter,
) -> None:
    counts = []
    seller = counter.story.actor("retailer_1")
    await sold(counter)
    for more in (0, 5):
        for _ in range(more):
            await sold(counter)
        counting = CountingDatabase(counter.db._pool)
        context = Context(db=counting, actor=seller, locale=Locale.EN)
        result = await schema.execute(LIST, {}, context)
        assert result.errors is None, result.errors
        assert result.data is not None
        assert len(result.data["sales"]["edges"]) == 1 + more
        counts.append(counting.count)

    assert counts[0] == counts[1]


async def test_without_the_permission_nothing_of_sales_is_told(counter: Counter) -> None:
    shirt = Want(sku="SHIRT", units=1, price="69.90", costs=("52.30", "41.70"))
    order = await placed(counter, [shirt])
    nobody = counter.story.actor("retailer_1", Permission.ORDER_READ)

    result = await run(counter, nobody, SALE, id=to_id("Sale", order.id))

    assert result.data == {"sale": None}
    assert result.errors[0].extensions == {"code": "FORBIDDEN"}


async def test_a_party_sees_what_walks_its_edges_and_none_of_the_rest(counter: Counter) -> None:
    wants = (
        Want(sku="SHIRT", units=3, price="69.90", costs=("52.30", "41.70"), tier=2),
        Want(sku="COAT", units=1, price="129.00", tier=0),
    )
    order = await sold(counter, wants, coupon={1: 10_000}, coupon_minor=100)
    for name in ("brand", "retailer_1"):
        await do(counter, name, SHIP, saleId=to_id("Sale", order.id))
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await request_after_sale(
            conn,
            shopper=counter.shopper,
            order_id=order.id,
            quantities={order.line_ids[1]: 1},
            reason="太小",
        )

    trader, brand, store = [
        await seen_by(counter, order, name) for name in ("trader_a", "brand", "retailer_1")
    ]

    assert [line["skuCode"] for line in trader["lines"]] == ["SHIRT"]
    assert [len(trader[papers]) for papers in ("shipments", "afterSales")] == [1, 0]
    # The brand collects, and the store sold it.
    for sale in (brand, store):
        assert [line["skuCode"] for line in sale["lines"]] == ["SHIRT", "COAT"]
        assert [len(sale[papers]) for papers in ("shipments", "afterSales")] == [2, 1]


async def test_what_moves_nothing_on_its_edges_a_party_is_not_told_of(counter: Counter) -> None:
    want = Want(sku="SHIRT", units=2, price="69.90", costs=("52.30",), tier=1)
    order = await sold(counter, [want], collector="retailer_1")
    for amount in ("5.00", "3.00"):
        given = await do(
            counter,
            "retailer_1",
            REFUND,
            lineId=to_id("ConsumerOrderLine", order.line_ids[0]),
            amount={"amount": amount, "currency": "CNY"},
            reason="Scratched",
        )
        assert given["errors"] == []
    await refunds_succeed(counter)

    store, trader = [await seen_by(counter, order, name) for name in ("retailer_1", "trader_a")]

    assert [it["cause"] for it in store["refunds"]] == ["PRICE", "PRICE"]
    assert "price_refund" in [event["step"] for event in store["events"]]
    # It sold two shirts to the store, and that is all there is of the sale for it.
    assert trader["refunds"] == trader["afterSales"] == []
    assert {event["step"] for event in trader["events"]} <= {"place", "pay"}
    flows = trader["moneyTrail"]["flows"]
    assert [(it["kind"], it["amount"]["amount"]) for it in flows] == [("GOODS", "104.60")]
    assert [it["role"] for it in trader["moneyTrail"]["parties"]] == ["STORE", "SELLER"]
    assert [it["net"] and it["net"]["amount"] for it in trader["moneyTrail"]["parties"]] == [
        None,
        "104.60",
    ]
    assert trader["moneyTrail"]["isComplete"] is True

    done = await do(
        counter, "retailer_1", CANCEL, saleId=to_id("Sale", order.id), reason="Closed today"
    )
    assert done["errors"] == []
    trader = await seen_by(counter, order, "trader_a")
    assert [(it["cause"], it["amount"]) for it in trader["refunds"]] == [("CANCEL", None)]
