"""Sums that are sent."""

from decimal import Decimal

import pytest

from tradeline.kernel import Money, Rejected
from tradeline_graph._scalars import MoneyInput


def test_a_sum_is_read() -> None:
    assert MoneyInput(amount=Decimal("1.20"), currency="CNY").to_model("limit") == Money(120, "CNY")


@pytest.mark.parametrize(
    ("amount", "currency", "part"), [("1.234", "CNY", "amount"), ("1", "XXX", "currency")]
)
def test_a_fault_leads_to_the_part_at_fault_of_the_field_that_was_sent(
    amount: str, currency: str, part: str
) -> None:
    with pytest.raises(Rejected) as refusal:
        MoneyInput(amount=Decimal(amount), currency=currency).to_model("limit")

    assert [problem.path for problem in refusal.value.problems] == [("limit", part)]
