"""Terms of edges, and what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tradeline.organizations import (
    PriceStrategy,
    Relationship,
    RelationshipState,
    Side,
    TermsChange,
)
from tradeline.organizations.model import change_relationship, differences, judge_text, repeated

EDGE = Relationship(
    network_id=1,
    id=2,
    seller_org_id=3,
    buyer_org_id=4,
    seller_entity_id=5,
    buyer_entity_id=6,
    currency="CNY",
    state=RelationshipState.ACTIVE,
    accepted_at=datetime(2031, 1, 1, tzinfo=UTC),
    valid_from=date(2031, 1, 1),
    valid_to=date(2031, 12, 31),
    price_strategy=PriceStrategy.PRIORITY,
    payment_terms_days=30,
    order_minimum_minor=0,
    requires_review=False,
    requires_confirmation=True,
    requires_receipt=True,
    holds_stock=True,
    territory=(),
    shares_sell_out=False,
    rebate_basis_points=0,
    rebate_threshold_minor=0,
    created_at=datetime(2031, 1, 1, tzinfo=UTC),
)


def test_what_is_not_given_stays() -> None:
    change = TermsChange(relationship_id=2, payment_terms_days=0, requires_review=True)

    changed, problems = change_relationship(EDGE, change, Side.SELLER, ())

    assert problems == []
    assert changed == replace(EDGE, payment_terms_days=0, requires_review=True)


def test_none_takes_the_last_day_away() -> None:
    changed, _ = change_relationship(
        EDGE, TermsChange(relationship_id=2, valid_to=None), Side.SELLER, ()
    )

    assert changed.valid_to is None


def test_a_later_beginning_is_judged_against_the_end_that_stays() -> None:
    change = TermsChange(relationship_id=2, valid_from=date(2032, 1, 1))

    _, problems = change_relationship(EDGE, change, Side.SELLER, ("changes", 0))

    assert [problem.path for problem in problems] == [("changes", 0, "validTo")]


@pytest.mark.parametrize("side", list(Side))
def test_a_change_of_nothing_is_nobodys_fault(side: Side) -> None:
    assert change_relationship(EDGE, TermsChange(relationship_id=2), side, ()) == (EDGE, [])


def test_a_seller_takes_the_receipt_away_before_the_buyer_accepts_or_where_it_manages() -> None:
    change = TermsChange(relationship_id=2, requires_receipt=False)
    proposed = replace(EDGE, state=RelationshipState.PROPOSED, accepted_at=None)

    _, problems = change_relationship(EDGE, change, Side.SELLER, ())

    assert [problem.path for problem in problems] == [("requiresReceipt",)]
    for state in (RelationshipState.ACTIVE, RelationshipState.SUSPENDED):
        paused = replace(EDGE, state=state)
        assert change_relationship(paused, change, Side.SELLER, ())[1]
        assert not change_relationship(paused, change, Side.SELLER, (), manages_buyer=True)[1]
    assert not change_relationship(proposed, change, Side.SELLER, ())[1]
    assert not change_relationship(EDGE, change, Side.BUYER, ())[1]


def test_either_side_asks_for_a_receipt() -> None:
    change = TermsChange(relationship_id=2, requires_receipt=True)

    for side in Side:
        for edge in (EDGE, replace(EDGE, requires_receipt=False)):
            assert change_relationship(edge, change, side, ())[1] == []


def test_sides() -> None:
    assert EDGE.side_of(3) is Side.SELLER
    assert EDGE.side_of(4) is Side.BUYER
    assert EDGE.side_of(5) is None


def test_only_what_changed_is_told() -> None:
    assert differences(EDGE, EDGE) == ({}, {})
    assert differences(EDGE, replace(EDGE, territory=("CN-31",))) == (
        {"territory": ()},
        {"territory": ("CN-31",)},
    )


@pytest.mark.parametrize(
    ("field", "value", "is_good"),
    [
        ("code", "R-001", True),
        ("code", "", False),
        ("code", "a b", False),
        ("code", "x" * 65, False),
        ("name", "一家店", True),
        ("name", " ", False),
        ("name", "a\0b", False),
        ("name", "\ud800", False),
        ("name_en", "", True),
        ("name_en", "x" * 201, False),
    ],
)
def test_texts(field: str, value: str, is_good: bool) -> None:
    assert (judge_text({field: value}, ()) == []) is is_good


def test_repeated_positions_come_after_the_first() -> None:
    assert repeated(["a", "b", "a", "a"]) == [2, 3]
