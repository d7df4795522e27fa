"""Bills of the provider and differences through the graph: whose they are, and who may look."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

import pytest

from tests.factories_payments import (
    Till,
    a_payment,
    a_refund,
    a_till,
    merchant_of,
    paid,
    refunding,
    telling,
)
from tradeline.kernel import TRADE_ZONE, Actor, Database, Locale, Permission, Pool
from tradeline.kernel.pages import encode_cursor
from tradeline.payments import (
    BillKind,
    BillLine,
    RefundResult,
    RefundState,
    reconcile,
    refunds_by_ids,
    store_bill,
)
from tradeline_graph._context import Context
from tradeline_graph.schema import schema

DAY = date(2026, 11, 22)
RECONCILIATION = """
    query Day($merchantId: String!, $day: Date!, $isOpen: Boolean) {
      reconciliation(merchantId: $merchantId, day: $day) {
        merchantId day
        bill { day paymentCount paymentAmount { amount } refundCount fee { amount } reconciledAt }
        differences(isOpen: $isOpen, first: 10) { edges { node {
          id kind number transactionId ours { amount } theirs { amount } note resolvedAt } } } } }
"""
LISTS = """
    query Lists($after: String) {
      providerBills(first: 1, after: $after) {
        pageInfo { hasNextPage endCursor } edges { node { merchantId day } } }
      differences(isOpen: true, first: 10) { edges { node { id } } } }
"""
RESOLVE = """
    mutation Resolve($input: DifferenceResolveInput!) { differenceResolve(input: $input) {
      difference { note resolvedAt } errors { __typename ... on Problem { message path } } } }
"""

TROUBLED = """
    query Troubled($after: String) { troubledRefunds(first: 1, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { id number paymentNumber amount { amount } state canBeSentAgain } } } }
"""
SEND_AGAIN = """
    mutation Again($input: RefundSendAgainInput!) { refundSendAgain(input: $input) {
      refund { id number state canBeSentAgain }
      errors { __typename ... on Problem { message path } } } }
"""


async def execute(db: Database, actor: Actor | None, document: str, **variables: Any) -> Any:
    context = Context(db=db, actor=actor, locale=Locale.EN)
    return await schema.execute(document, variables, context_value=context)


async def ask(db: Database, actor: Actor | None, document: str, **variables: Any) -> Any:
    result = await execute(db, actor, document, **variables)
    assert not result.errors, result.errors
    return result.data


async def refused(db: Database, actor: Actor | None, document: str, **variables: Any) -> str:
    result = await execute(db, actor, document, **variables)
    assert result.errors
    return str((result.errors[0].extensions or {})["code"])


async def a_bill(till: Till, day: date, *lines: BillLine) -> None:
    network_id, merchant_id = till.network_id, till.merchant_id
    async with till.db.unit_of_work(network_id) as conn:
        await store_bill(
            conn, network_id=network_id, merchant_id=merchant_id, bill_date=day, lines=lines
        )
        await reconcile(conn, network_id=network_id, merchant_id=merchant_id, day=day)


def a_line(number: str, day: date = DAY) -> BillLine:
    return BillLine(
        kind=BillKind.PAY,
        transaction_id=f"42{number}",
        number=number,
        occurred_at=datetime.combine(day, time(12), TRADE_ZONE),
        amount_minor=32_469,
        fee_minor=195,
    )


@pytest.fixture
async def till(db: Database, owner_pool: Pool) -> Till:
    till = await a_till(owner_pool, db)
    await a_bill(till, DAY, a_line("T-of-nobody"))
    return till


def clerk(till: Till, name: str = "brand") -> Actor:
    return till.story.actor(name, Permission.PAYMENT_RECONCILE)


async def test_a_day_shows_its_bill_and_what_differs(till: Till) -> None:
    asked = {"merchantId": till.merchant_id, "day": DAY.isoformat()}

    found = (await ask(till.db, clerk(till), RECONCILIATION, **asked))["reconciliation"]

    bill = found["bill"]
    assert (bill["paymentCount"], bill["paymentAmount"]["amount"]) == (1, "324.69")
    assert (bill["refundCount"], bill["fee"]["amount"]) == (0, "1.95")
    [edge] = found["differences"]["edges"]
    assert (edge["node"]["kind"], edge["node"]["number"]) == ("MISSING_HERE", "T-of-nobody")
    assert edge["node"]["ours"] is None
    assert edge["node"]["theirs"]["amount"] == "324.69"


async def test_a_day_of_which_there_is_no_bill_has_none(till: Till) -> None:
    await a_bill(till, date(2026, 11, 20))
    asked = {"merchantId": till.merchant_id, "day": "2026-11-21"}

    found = (await ask(till.db, clerk(till), RECONCILIATION, **asked))["reconciliation"]

    assert found["bill"] is None
    assert found["differences"]["edges"] == []


async def test_who_looked_after_a_difference_says_what_came_of_it(till: Till) -> None:
    asked = {"merchantId": till.merchant_id, "day": DAY.isoformat()}
    found = (await ask(till.db, clerk(till), RECONCILIATION, **asked))["reconciliation"]
    [edge] = found["differences"]["edges"]
    input = {"requestId": uuid4().hex, "differenceId": edge["node"]["id"], "note": "属于旧系统"}

    done = (await ask(till.db, clerk(till), RESOLVE, input=input))["differenceResolve"]
    same = (await ask(till.db, clerk(till), RESOLVE, input=input))["differenceResolve"]

    assert done["errors"] == same["errors"] == []
    assert (done["difference"]["note"], same["difference"]) == ("属于旧系统", done["difference"])
    again = {**input, "requestId": uuid4().hex}
    refusal = (await ask(till.db, clerk(till), RESOLVE, input=again))["differenceResolve"]
    assert [error["__typename"] for error in refusal["errors"]] == ["WrongState"]
    still = await ask(till.db, clerk(till), RECONCILIATION, **asked, isOpen=True)
    assert still["reconciliation"]["differences"]["edges"] == []


async def test_bills_are_listed_newest_first_page_by_page(till: Till) -> None:
    await a_bill(till, date(2026, 11, 21))

    first = await ask(till.db, clerk(till), LISTS)
    page = first["providerBills"]
    second = await ask(till.db, clerk(till), LISTS, after=page["pageInfo"]["endCursor"])

    assert [edge["node"]["day"] for edge in page["edges"]] == ["2026-11-22"]
    assert page["pageInfo"]["hasNextPage"]
    assert [edge["node"]["day"] for edge in second["providerBills"]["edges"]] == ["2026-11-21"]
    assert len(first["differences"]["edges"]) == 1


async def test_a_cursor_of_ones_own_making_is_refused_as_such(till: Till) -> None:
    assert (
        await refused(till.db, clerk(till), LISTS, after=encode_cursor(("no day", "1900000109")))
        == "REFUSED"
    )


async def test_a_neighbour_and_a_stranger_see_nothing_of_it(
    till: Till, owner_pool: Pool, db: Database
) -> None:
    elsewhere = await a_till(owner_pool, db)
    asked = {"merchantId": till.merchant_id, "day": DAY.isoformat()}
    mine = await ask(till.db, clerk(till), LISTS)
    [edge] = mine["differences"]["edges"]
    for actor in (clerk(till, "trader_a"), clerk(till, "retailer_1"), clerk(elsewhere)):
        found = (await ask(db, actor, RECONCILIATION, **asked))["reconciliation"]
        assert found["bill"] is None
        assert found["differences"]["edges"] == []
        lists = await ask(db, actor, LISTS)
        assert lists["providerBills"]["edges"] == lists["differences"]["edges"] == []
        input = {"requestId": uuid4().hex, "differenceId": edge["node"]["id"], "note": "mine"}
        payload = (await ask(db, actor, RESOLVE, input=input))["differenceResolve"]
        assert [error["__typename"] for error in payload["errors"]] == ["NotFound"]
    assert (await ask(till.db, clerk(till), LISTS))["differences"] == mine["differences"]
    assert merchant_of(till, "trader_a") != till.merchant_id


async def test_without_the_permission_nobody_looks(till: Till) -> None:
    reader = till.story.actor("brand", Permission.PAYMENT_READ, Permission.STATEMENT_READ)
    asked = {"merchantId": till.merchant_id, "day": DAY.isoformat()}

    assert await refused(till.db, reader, RECONCILIATION, **asked) == "FORBIDDEN"
    assert await refused(till.db, reader, LISTS) == "FORBIDDEN"
    input = {"requestId": uuid4().hex, "differenceId": "x", "note": "mine"}
    assert await refused(till.db, reader, RESOLVE, input=input) == "FORBIDDEN"
    assert await refused(till.db, None, LISTS) == "UNAUTHENTICATED"


async def a_troubled_refund(till: Till, state: RefundState = RefundState.CLOSED) -> RefundResult:
    [payment] = await paid(till, a_payment(till, 500))
    [refund_id] = await refunding(till, a_refund(payment, 500))
    async with till.db.reading(till.network_id) as conn:
        found = await refunds_by_ids(conn, network_id=till.network_id, ids=[refund_id])
    result = RefundResult(
        number=found[refund_id].number,
        merchant_id=till.merchant_id,
        state=state,
        amount_minor=500,
    )
    await telling(till, result)
    return result


async def troubled(db: Database, actor: Actor) -> list[dict[str, Any]]:
    """All pages of them, one each."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await ask(db, actor, TROUBLED, after=after))["troubledRefunds"]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def test_a_refund_that_was_closed_is_listed_and_sent_again_once(till: Till) -> None:
    closed = await a_troubled_refund(till)
    abnormal = await a_troubled_refund(till, RefundState.ABNORMAL)
    first, second = await troubled(till.db, clerk(till))
    assert (first["number"], first["state"], first["amount"]["amount"]) == (
        closed.number,
        "CLOSED",
        "5.00",
    )
    assert (second["number"], second["state"]) == (abnormal.number, "ABNORMAL")
    assert (first["canBeSentAgain"], second["canBeSentAgain"]) == (True, False)
    input = {"requestId": uuid4().hex, "refundId": first["id"]}

    done = (await ask(till.db, clerk(till), SEND_AGAIN, input=input))["refundSendAgain"]
    same = (await ask(till.db, clerk(till), SEND_AGAIN, input=input))["refundSendAgain"]

    assert done == same
    assert done["errors"] == []
    assert done["refund"]["state"] == "REQUESTED"
    assert done["refund"]["number"] != closed.number
    assert await troubled(till.db, clerk(till)) == [second]
    for refund_id, problem in ((first["id"], "WrongState"), (second["id"], "RefundNotClosed")):
        again = {"requestId": uuid4().hex, "refundId": refund_id}
        payload = (await ask(till.db, clerk(till), SEND_AGAIN, input=again))["refundSendAgain"]
        assert payload["refund"] is None
        assert [error["__typename"] for error in payload["errors"]] == [problem]


async def test_a_stranger_sees_and_sends_no_refund_of_others(
    till: Till, owner_pool: Pool, db: Database
) -> None:
    await a_troubled_refund(till)
    elsewhere = await a_till(owner_pool, db)
    [mine] = await troubled(db, clerk(till))
    for actor in (clerk(till, "trader_a"), clerk(till, "retailer_1"), clerk(elsewhere)):
        assert await troubled(db, actor) == []
        input = {"requestId": uuid4().hex, "refundId": mine["id"]}
        payload = (await ask(db, actor, SEND_AGAIN, input=input))["refundSendAgain"]
        assert [error["__typename"] for error in payload["errors"]] == ["NotFound"]
    reader = till.story.actor("brand", Permission.PAYMENT_READ)
    assert await refused(db, reader, TROUBLED) == "FORBIDDEN"
    input = {"requestId": uuid4().hex, "refundId": mine["id"]}
    assert await refused(db, reader, SEND_AGAIN, input=input) == "FORBIDDEN"

    assert await troubled(db, clerk(till)) == [mine]
