"""The rules of settlement, example by example."""

from __future__ import annotations

from datetime import date

import pytest

from tradeline.settlement import Ageing, Exposure, NewObligation, ObligationKind, Side
from tradeline.settlement.ageing import age_debts
from tradeline.settlement.model import Debt

TODAY = date(2030, 3, 1)


def an_exposure(limit: int, held: int, owed: int) -> Exposure:
    return Exposure(
        relationship_id=1,
        currency="CNY",
        credit_limit_minor=limit,
        held_minor=held,
        owed_minor=owed,
        is_blocked=False,
    )


@pytest.mark.parametrize(
    ("limit", "held", "owed", "free"),
    [
        (1_000, 200, 300, 500),
        (0, 0, -700, 700),
        (1_000, 0, -700, 1_700),
        (100, 0, 300, -200),
    ],
)
def test_credit_and_deposit_are_one_number(limit: int, held: int, owed: int, free: int) -> None:
    assert an_exposure(limit, held, owed).free_minor == free


@pytest.mark.parametrize(
    ("kind", "side"),
    [
        ("goods", "buyer"),
        ("charge", "buyer"),
        ("refund", "buyer"),
        ("return", "seller"),
        ("payment", "seller"),
        ("rebate", "seller"),
        ("credit_note", "seller"),
    ],
)
def test_each_kind_has_one_debtor(kind: str, side: str) -> None:
    assert ObligationKind(kind).owed_by == side


def test_a_debt_the_wrong_way_round_or_of_nothing_is_a_fault() -> None:
    def owe(owed_by: Side, amount_minor: int) -> NewObligation:
        return NewObligation(
            relationship_id=1,
            kind=ObligationKind.GOODS,
            owed_by=owed_by,
            amount_minor=amount_minor,
            document_type="receipt",
            document_id=1,
            document_number="R-1",
        )

    owe(Side.BUYER, 1)
    with pytest.raises(ValueError, match="never owed by the seller"):
        owe(Side.SELLER, 1)
    with pytest.raises(ValueError, match="nothing to owe"):
        owe(Side.BUYER, 0)


@pytest.mark.parametrize(
    ("due_on", "bucket"),
    [
        (date(2030, 3, 2), "not_due_minor"),
        (date(2030, 3, 1), "not_due_minor"),
        (date(2030, 2, 28), "days_1_to_30_minor"),
        (date(2030, 1, 30), "days_1_to_30_minor"),
        (date(2030, 1, 29), "days_31_to_60_minor"),
        (date(2029, 12, 31), "days_31_to_60_minor"),
        (date(2029, 12, 30), "days_61_to_90_minor"),
        (date(2029, 12, 1), "days_61_to_90_minor"),
        (date(2029, 11, 30), "days_over_90_minor"),
    ],
)
def test_a_debt_ages_from_the_day_after_it_was_due(due_on: date, bucket: str) -> None:
    ageing = age_debts([Debt(due_on, 100)], 0, TODAY)

    assert ageing == Ageing(**{bucket: 100})


def test_payments_go_to_the_oldest_debt_and_the_rest_is_prepaid() -> None:
    debts = [Debt(date(2030, 3, 20), 300), Debt(date(2030, 1, 1), 500)]

    assert age_debts(debts, 600, TODAY) == Ageing(not_due_minor=200)
    assert age_debts(debts, 900, TODAY) == Ageing(prepaid_minor=100)
    assert age_debts([], 5, TODAY).owed_minor == -5
