"""What holds of a balance whatever was owed and paid."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tradeline.settlement import Ageing
from tradeline.settlement.ageing import age_debts
from tradeline.settlement.model import Debt

TODAY = date(2030, 6, 15)
debts = st.lists(
    st.builds(
        Debt,
        st.integers(-60, 200).map(lambda days: TODAY - timedelta(days=days)),
        st.integers(1, 10**6),
    ),
    max_size=15,
)
credits = st.integers(0, 10**7)


@given(debts, credits)
def test_nothing_is_lost_and_nothing_made(debts: list[Debt], credits: int) -> None:
    ageing = age_debts(debts, credits, TODAY)

    assert ageing.owed_minor == sum(debt.amount_minor for debt in debts) - credits
    assert ageing.prepaid_minor >= 0
    assert ageing.prepaid_minor == 0 or ageing.not_due_minor + ageing.overdue_minor == 0


@given(debts, credits)
def test_the_oldest_debt_is_paid_first(debts: list[Debt], credits: int) -> None:
    """By brute force: each fen goes to the debt that is due first among those still open."""
    left = [debt.amount_minor for debt in sorted(debts, key=lambda debt: debt.due_on)]
    purse = credits
    for index in range(len(left)):
        paid = min(purse, left[index])
        left[index] -= paid
        purse -= paid
    expected = dict.fromkeys(
        ["not_due", "days_1_to_30", "days_31_to_60", "days_61_to_90", "days_over_90"], 0
    )
    for debt, rest in zip(sorted(debts, key=lambda debt: debt.due_on), left, strict=True):
        late = (TODAY - debt.due_on).days
        if late <= 0:
            name = "not_due"
        elif late <= 30:
            name = "days_1_to_30"
        elif late <= 60:
            name = "days_31_to_60"
        elif late <= 90:
            name = "days_61_to_90"
        else:
            name = "days_over_90"
        expected[name] += rest

    assert age_debts(debts, credits, TODAY) == Ageing(
        **{f"{name}_minor": rest for name, rest in expected.items()}, prepaid_minor=purse
    )


@given(debts, credits, st.integers(0, 10**5))
def test_paying_more_never_leaves_more_overdue(debts: list[Debt], credits: int, more: int) -> None:
    before = age_debts(debts, credits, TODAY)
    after = age_debts(debts, credits + more, TODAY)

    assert after.overdue_minor <= before.overdue_minor
    assert after.owed_minor == before.owed_minor - more
