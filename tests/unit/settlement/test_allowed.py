"""What a party may say to a paper, by its state, the party's side and the person's permissions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tradeline.kernel import Actor, Permission
from tradeline.settlement import (
    Adjustment,
    AdjustmentState,
    ObligationKind,
    PaperStep,
    Payment,
    PaymentMethod,
    PaymentState,
    Statement,
    StatementState,
    adjustment_steps,
    payment_steps,
    statement_steps,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SELLER, BUYER = 1, 2
CONFIRM, REFUSE, DISPUTE, REISSUE = PaperStep
ALL = frozenset(Permission)


def actor(org_id: int, permissions: frozenset[Permission] = ALL) -> Actor:
    return Actor(network_id=1, org_id=org_id, account_id=1, permissions=permissions)


def payment(state: PaymentState) -> Payment:
    return Payment(
        id=1,
        number="P1",
        relationship_id=1,
        payer_org_id=BUYER,
        payee_org_id=SELLER,
        recorded_by_org_id=BUYER,
        amount_minor=100,
        currency="CNY",
        method=PaymentMethod.BANK,
        reference="",
        paid_on=date(2026, 11, 23),
        state=state,
        recorded_at=NOON,
        decided_at=None,
        refusal_reason=None,
    )


def adjustment(state: AdjustmentState) -> Adjustment:
    return Adjustment(
        id=1,
        number="A1",
        relationship_id=1,
        seller_org_id=SELLER,
        buyer_org_id=BUYER,
        kind=ObligationKind.CHARGE,
        amount_minor=100,
        currency="CNY",
        reason="freight",
        due_on=None,
        state=state,
        made_at=NOON,
        decided_at=None,
        refusal_reason=None,
    )


def statement(state: StatementState, **confirmed: Any) -> Statement:
    return Statement(
        id=1,
        number="S1",
        relationship_id=1,
        sequence=1,
        seller_org_id=SELLER,
        buyer_org_id=BUYER,
        currency="CNY",
        state=state,
        period_from=None,
        period_to=NOON,
        opening_minor=0,
        movement_minor=0,
        closing_minor=0,
        issued_at=NOON,
        dispute_reason=None,
        disputed_by_org_id=None,
        hash=b"",
        previous_hash=b"",
        **{"seller_confirmed_at": None, "buyer_confirmed_at": None, **confirmed},
    )


@pytest.mark.parametrize("state", PaymentState)
def test_the_payee_alone_decides_a_payment_while_it_waits(state: PaymentState) -> None:
    expected = [CONFIRM, REFUSE] if state is PaymentState.RECORDED else []

    assert payment_steps(actor(SELLER), payment(state)) == expected
    assert payment_steps(actor(BUYER), payment(state)) == []
    assert payment_steps(actor(SELLER, ALL - {Permission.PAYMENT_RECORD}), payment(state)) == []


@pytest.mark.parametrize("state", AdjustmentState)
def test_the_buyer_alone_decides_a_charge_while_it_waits(state: AdjustmentState) -> None:
    expected = [CONFIRM, REFUSE] if state is AdjustmentState.RECORDED else []
    reads = actor(BUYER, ALL - {Permission.STATEMENT_CONFIRM})

    assert adjustment_steps(actor(BUYER), adjustment(state)) == expected
    assert adjustment_steps(actor(SELLER), adjustment(state)) == []
    assert adjustment_steps(reads, adjustment(state)) == []


def test_either_side_agrees_to_a_statement_once_or_disputes_it() -> None:
    issued = statement(StatementState.ISSUED, buyer_confirmed_at=NOON)

    assert statement_steps(actor(SELLER), issued) == [CONFIRM, DISPUTE]
    assert statement_steps(actor(BUYER), issued) == [DISPUTE]
    assert statement_steps(actor(BUYER, ALL - {Permission.STATEMENT_CONFIRM}), issued) == []


def test_the_seller_issues_a_disputed_statement_anew() -> None:
    disputed = statement(StatementState.DISPUTED)

    assert statement_steps(actor(SELLER), disputed) == [REISSUE]
    assert statement_steps(actor(BUYER), disputed) == []


def test_nothing_is_said_to_a_statement_that_both_confirmed() -> None:
    closed = statement(StatementState.CONFIRMED, seller_confirmed_at=NOON, buyer_confirmed_at=NOON)

    assert statement_steps(actor(SELLER), closed) == statement_steps(actor(BUYER), closed) == []
