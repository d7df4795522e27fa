"""Credit, payments, statements and books through the graph: shapes, permissions, both sides."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.factories import Story
from tests.factories_settlement import a_debt, a_trading_network, owing, posted
from tradeline import settlement
from tradeline.kernel import Actor, Database, Locale, Permission, Pool
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema


async def ask(db: Database, actor: Actor | None, document: str, **variables: Any) -> Any:
    """The data of an answer; its errors fail the test."""
    result = await schema.execute(
        document, variables, context_value=Context(db=db, actor=actor, locale=Locale.EN)
    )
    assert not result.errors, result.errors
    return result.data


async def refused(db: Database, actor: Actor | None, document: str, **variables: Any) -> str:
    """The code of the first error of an answer."""
    result = await schema.execute(
        document, variables, context_value=Context(db=db, actor=actor, locale=Locale.EN)
    )
    assert result.errors
    return str((result.errors[0].extensions or {})["code"])


async def do(
    db: Database, actor: Actor, name: str, selection: str, request_id: str = "", /, **body: Any
) -> Any:
    """The payload of a mutation."""
    document = (
        f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{"
        f" {selection} errors {{ __typename ... on Problem {{ message path }} }} }} }}"
    )
    body["requestId"] = request_id or uuid4().hex
    return (await ask(db, actor, document, input=body))[name]


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_trading_network(owner_pool, db, limit_minor=100_000)


@pytest.fixture
def edge_id(story: Story) -> str:
    return to_id("Relationship", story.edge("brand", "trader_a"))


async def test_both_sides_read_the_credit_gauge_and_the_balance(
    db: Database, story: Story, edge_id: str
) -> None:
    await owing(db, story, a_debt(story.edge("brand", "trader_a"), 12_345))
    document = """query($id: ID!) { relationship(id: $id) {
        exposure { limit { amount } held { amount } owed { amount } free { amount } isBlocked }
        balance { amount { amount } buyerOwes { amount } ageing { notDue { amount }
                  overdue { amount } prepaid { amount } days1To30 { amount } } }
        account { edges { node { kind documentType documentNumber amount { amount }
                  buyerOwes { amount } } } } } }"""

    answers = {
        name: (await ask(db, story.actor(name), document, id=edge_id))["relationship"]
        for name in ("brand", "trader_a")
    }

    for name, own in (("brand", "123.45"), ("trader_a", "-123.45")):
        answer = answers[name]
        assert answer["exposure"] == {
            "limit": {"amount": "1000.00"},
            "held": {"amount": "0.00"},
            "owed": {"amount": "123.45"},
            "free": {"amount": "876.55"},
            "isBlocked": False,
        }
        assert answer["balance"]["amount"] == {"amount": own}
        assert answer["balance"]["buyerOwes"] == {"amount": "123.45"}
        assert answer["balance"]["ageing"]["notDue"] == {"amount": "123.45"}
        [entry] = [it["node"] for it in answer["account"]["edges"]]
        assert (entry["kind"], entry["amount"]["amount"]) == ("GOODS", own)
        assert entry["buyerOwes"]["amount"] == "123.45"


async def test_an_account_says_after_each_entry_what_was_owed_on_every_page_alike(
    db: Database, story: Story, edge_id: str
) -> None:
    edge = story.edge("brand", "trader_a")
    for minor, kind in ((500, "goods"), (120, "payment"), (70, "goods")):
        await owing(db, story, a_debt(edge, minor, settlement.ObligationKind(kind)))
    document = """query($id: ID!, $after: String) { relationship(id: $id) {
        balance { buyerOwes { amount } }
        account(first: 2, after: $after) { pageInfo { endCursor }
            edges { node { buyerOwesAfter { amount } } } } } }"""

    buyer = story.actor("trader_a")
    first = (await ask(db, buyer, document, id=edge_id))["relationship"]
    cursor = first["account"]["pageInfo"]["endCursor"]
    second = (await ask(db, buyer, document, id=edge_id, after=cursor))["relationship"]

    after = [
        it["node"]["buyerOwesAfter"]["amount"]
        for page in (first, second)
        for it in page["account"]["edges"]
    ]
    assert after == ["4.50", "3.80", "5.00"]
    assert after[0] == first["balance"]["buyerOwes"]["amount"]


async def test_the_seller_sets_credit_and_the_buyer_does_not(
    db: Database, story: Story, edge_id: str
) -> None:
    selection = "relationship { exposure { limit { amount } isBlocked } }"
    body = {"relationshipId": edge_id, "limit": cny("5000.00")}

    done = await do(db, story.actor("brand"), "creditLimitSet", selection, **body)
    blocked = await do(
        db,
        story.actor("brand"),
        "creditBlock",
        selection,
        relationshipId=edge_id,
        isBlocked=True,
    )
    failed = await do(db, story.actor("trader_a"), "creditLimitSet", selection, **body)

    assert done["relationship"]["exposure"] == {"limit": {"amount": "5000.00"}, "isBlocked": False}
    assert blocked["relationship"]["exposure"]["isBlocked"]
    assert failed == {
        "relationship": None,
        "errors": [
            {
                "__typename": "NotFound",
                "message": "There is no such relationship; check what you sent.",
                "path": ["relationshipId"],
            }
        ],
    }


async def test_a_payment_is_recorded_once_and_confirmed_by_the_payee(
    db: Database, story: Story, edge_id: str
) -> None:
    selection = "payment { id number state amount { amount currency } payer { code } }"
    body = {
        "relationshipId": edge_id,
        "paidBy": "BUYER",
        "amount": cny("250.00"),
        "method": "BANK",
        "paidOn": "2026-01-05",
        "reference": "B-1",
    }
    payer, payee = story.actor("trader_a"), story.actor("brand")

    first = await do(db, payer, "paymentRecord", selection, "r1", **body)
    again = await do(db, payer, "paymentRecord", selection, "r1", **body)
    payment_id = first["payment"]["id"]
    own = await do(db, payer, "paymentConfirm", "payment { id }", paymentId=payment_id)
    confirmed = await do(db, payee, "paymentConfirm", selection, paymentId=payment_id)
    late = await do(db, payee, "paymentRefuse", "payment { id }", paymentId=payment_id, reason="no")

    assert first == again
    assert first["payment"]["state"] == "RECORDED"
    assert [error["__typename"] for error in own["errors"]] == ["PayeeDecides"]
    assert confirmed["payment"] == first["payment"] | {"state": "CONFIRMED"}
    assert [error["__typename"] for error in late["errors"]] == ["WrongState"]
    listed = await ask(
        db,
        payer,
        "query($id: ID) { payments(relationshipId: $id, state: CONFIRMED)"
        " { edges { node { id } } } }",
        id=edge_id,
    )
    assert [it["node"]["id"] for it in listed["payments"]["edges"]] == [payment_id]


async def test_only_who_decides_a_payment_is_told_that_it_may(
    db: Database, story: Story, edge_id: str
) -> None:
    payer, payee = story.actor("trader_a"), story.actor("brand")
    body = {
        "relationshipId": edge_id,
        "paidBy": "BUYER",
        "amount": cny("250.00"),
        "method": "BANK",
        "paidOn": "2026-01-05",
    }
    selection = "payment { id allowedSteps }"
    recorded = (await do(db, payer, "paymentRecord", selection, "r1", **body))["payment"]
    query = "query($id: ID!) { payment(id: $id) { allowedSteps } }"

    waiting = await ask(db, payee, query, id=recorded["id"])
    confirmed = await do(db, payee, "paymentConfirm", selection, paymentId=recorded["id"])

    assert recorded["allowedSteps"] == []
    assert waiting["payment"]["allowedSteps"] == ["CONFIRM", "REFUSE"]
    assert confirmed["payment"]["allowedSteps"] == []


async def test_whoever_records_payments_reads_what_came_of_it(
    db: Database, story: Story, edge_id: str
) -> None:
    clerk = story.actor("brand", Permission.PAYMENT_RECORD)

    done = await do(
        db,
        clerk,
        "paymentRecord",
        "payment { state }",
        relationshipId=edge_id,
        paidBy="BUYER",
        amount=cny("1.00"),
        method="CASH",
        paidOn="2026-01-05",
    )

    assert done == {"payment": {"state": "CONFIRMED"}, "errors": []}


async def test_a_charge_waits_for_the_buyer(db: Database, story: Story, edge_id: str) -> None:
    seller, buyer = story.actor("brand"), story.actor("trader_a", Permission.STATEMENT_CONFIRM)
    selection = "adjustment { id state dueOn decidedAt refusalReason }"
    body = {"relationshipId": edge_id, "kind": "CHARGE", "amount": cny("9.00"), "reason": "freight"}

    first, second = [await do(db, seller, "adjustmentCreate", selection, **body) for _ in range(2)]
    ids = [payload["adjustment"]["id"] for payload in (first, second)]
    own = await do(db, seller, "adjustmentConfirm", selection, adjustmentId=ids[0])
    confirmed = await do(db, buyer, "adjustmentConfirm", selection, adjustmentId=ids[0])
    refused_ = await do(
        db, buyer, "adjustmentRefuse", selection, adjustmentId=ids[1], reason="not agreed"
    )
    late = await do(db, buyer, "adjustmentRefuse", selection, adjustmentId=ids[0], reason="no")
    far = await do(db, seller, "adjustmentCreate", selection, dueOn="2001-01-01", **body)

    assert first["adjustment"] == {
        "id": ids[0],
        "state": "RECORDED",
        "dueOn": None,
        "decidedAt": None,
        "refusalReason": None,
    }
    assert [error["__typename"] for error in own["errors"]] == ["BuyerDecides"]
    assert confirmed["adjustment"]["state"] == "CONFIRMED"
    assert refused_["adjustment"]["refusalReason"] == "not agreed"
    assert [error["__typename"] for error in late["errors"]] == ["WrongState"]
    assert [(e["__typename"], e["path"]) for e in far["errors"]] == [("InvalidValue", ["dueOn"])]
    document = """query($id: ID!, $state: AdjustmentState) {
        adjustments(relationshipId: $id, state: $state) { edges { node { id } } }
        relationship(id: $id) { balance { buyerOwes { amount } } } }"""
    for actor in (seller, story.actor("trader_a")):
        answer = await ask(db, actor, document, id=edge_id, state="REFUSED")
        assert [it["node"]["id"] for it in answer["adjustments"]["edges"]] == ids[1:]
        assert answer["relationship"]["balance"]["buyerOwes"] == {"amount": "9.00"}


async def test_a_statement_goes_from_issue_over_dispute_to_confirmation(
    db: Database, story: Story, edge_id: str
) -> None:
    await owing(db, story, a_debt(story.edge("brand", "trader_a"), 90_000))
    seller, buyer = story.actor("brand"), story.actor("trader_a")
    selection = """statement { id number state hash sequence opening { amount } closing { amount }
        buyerOwesClosing { amount } disputeReason disputedBy { code }
        lines { edges { node { documentNumber amount { amount } buyerOwes { amount } } } } }"""

    issued = await do(db, seller, "statementIssue", selection, relationshipId=edge_id)
    statement_id = issued["statement"]["id"]
    second = await do(db, seller, "statementIssue", "statement { id }", relationshipId=edge_id)
    disputed = await do(
        db, buyer, "statementDispute", selection, statementId=statement_id, reason="broken"
    )
    await do(
        db,
        seller,
        "adjustmentCreate",
        "adjustment { id number kind reason }",
        relationshipId=edge_id,
        kind="CREDIT_NOTE",
        amount=cny("100.00"),
        reason="broken",
    )
    reissued = await do(db, seller, "statementReissue", selection, statementId=statement_id)
    stale = await do(
        db,
        buyer,
        "statementConfirm",
        "statement { id }",
        statementId=statement_id,
        hash=issued["statement"]["hash"],
    )
    fresh = reissued["statement"]["hash"]
    one = await do(db, buyer, "statementConfirm", selection, statementId=statement_id, hash=fresh)
    both = await do(db, seller, "statementConfirm", selection, statementId=statement_id)

    assert (issued["statement"]["state"], issued["statement"]["closing"]["amount"]) == (
        "ISSUED",
        "900.00",
    )
    assert [error["__typename"] for error in second["errors"]] == ["StatementOpen"]
    assert disputed["statement"]["closing"]["amount"] == "-900.00"
    assert disputed["statement"]["disputedBy"]["code"] == "TRADER_A"
    assert [error["__typename"] for error in stale["errors"]] == ["StatementChanged"]
    assert one["statement"]["state"] == "ISSUED"
    assert both["statement"]["state"] == "CONFIRMED"
    for mine, sign in ((one, "-"), (both, "")):
        assert mine["statement"]["closing"]["amount"] == f"{sign}800.00"
        assert mine["statement"]["buyerOwesClosing"]["amount"] == "800.00"
        owed = [it["node"]["buyerOwes"]["amount"] for it in mine["statement"]["lines"]["edges"]]
        assert owed == ["900.00", "-100.00"]


async def test_everybody_reads_their_own_books_only(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    await owing(db, story, a_debt(story.edge("brand", "trader_a"), 300))
    await posted(owner_pool)
    document = """query($id: ID!) {
        ledgerAccounts(legalEntityId: $id) { edges { node {
            code balance { amount } relationship { buyer { code } } } } }
        journals(legalEntityId: $id) { edges { node { kind documentNumber transfers {
            debitCode creditCode amount { amount } } } } } }"""
    books = to_id("LegalEntity", story.entities["brand"])

    own = await ask(db, story.actor("brand"), document, id=books)
    others = await ask(db, story.actor("trader_a"), document, id=books)

    balances = {
        it["node"]["code"]: it["node"]["balance"]["amount"] for it in own["ledgerAccounts"]["edges"]
    }
    assert balances == {"current": "3.00", "revenue": "-3.00"}
    [journal] = [it["node"] for it in own["journals"]["edges"]]
    assert journal["transfers"] == [
        {"debitCode": "current", "creditCode": "revenue", "amount": {"amount": "3.00"}}
    ]
    assert others == {"ledgerAccounts": {"edges": []}, "journals": {"edges": []}}


async def test_strangers_find_nothing_and_nobody_gets_past_the_guard(
    db: Database, owner_pool: Pool, story: Story, edge_id: str
) -> None:
    other = await a_trading_network(owner_pool, db)
    issued = await do(
        db, story.actor("brand"), "statementIssue", "statement { id }", relationshipId=edge_id
    )
    one = "query($id: ID!) { statement(id: $id) { id } payment(id: $id) { id }"
    one += " adjustment(id: $id) { id } }"
    lists = "{ statements { edges { node { id } } } payments { edges { node { id } } } }"
    statement_id = issued["statement"]["id"]

    for stranger in (story.actor("trader_b"), other.actor("brand")):
        found = await ask(db, stranger, one, id=statement_id)
        assert found == {"statement": None, "payment": None, "adjustment": None}
        listed = await ask(db, stranger, lists)
        assert listed == {"statements": {"edges": []}, "payments": {"edges": []}}
        tried = await do(
            db, stranger, "statementConfirm", "statement { id }", statementId=statement_id
        )
        assert [error["__typename"] for error in tried["errors"]] == ["NotFound"]
    assert await refused(db, story.visitor("brand"), lists) == "FORBIDDEN"
    assert await refused(db, None, lists) == "UNAUTHENTICATED"


async def test_a_list_of_edges_reads_all_gauges_in_one_statement(
    db: Database, owner_pool: Pool, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = 0
    reading = db.reading

    def counted(network_id: int) -> Any:
        nonlocal readings
        readings += 1
        return reading(network_id)

    monkeypatch.setattr(db, "reading", counted)

    answer = await ask(
        db,
        story.actor("brand"),
        "{ relationships { edges { node { exposure { free { amount } }"
        " balance { amount { amount } } } } } }",
    )

    assert len(answer["relationships"]["edges"]) == 3
    assert readings == 3
