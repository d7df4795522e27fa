"""Where an order stands, by what became of its lines."""

from __future__ import annotations

import pytest

from tests.property.ordering.test_line import a_line
from tradeline.ordering import OrderLine, OrderSide, OrderState
from tradeline.ordering.model import first_state, holder_of, state_of

WHOLE = a_line(10, 1000)
REFUSED = WHOLE.refuse(10, "none left")[0]
CANCELLED = WHOLE.cancel(10, OrderSide.BUYING)[0]
SHIPPED = WHOLE.ship(10)
PARTLY_SHIPPED = WHOLE.ship(4)
RECEIVED = SHIPPED.count(10, 10)[0]
SHORT = SHIPPED.count(10, 0)[0]


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([WHOLE, REFUSED], OrderState.TO_SHIP),
        ([PARTLY_SHIPPED, RECEIVED], OrderState.TO_SHIP),
        ([SHIPPED, CANCELLED], OrderState.TO_RECEIVE),
        ([RECEIVED, REFUSED, CANCELLED], OrderState.CLOSED),
        ([SHORT], OrderState.CLOSED),
        ([REFUSED, CANCELLED], OrderState.CANCELLED),
        ([REFUSED, REFUSED], OrderState.REFUSED),
    ],
)
def test_the_state_follows_from_the_lines(lines: list[OrderLine], state: OrderState) -> None:
    assert state_of(lines) is state


@pytest.mark.parametrize(
    ("review", "confirmation", "state"),
    [
        (True, True, OrderState.IN_REVIEW),
        (True, False, OrderState.IN_REVIEW),
        (False, True, OrderState.TO_CONFIRM),
        (False, False, OrderState.TO_SHIP),
    ],
)
def test_an_order_begins_at_the_first_step_its_edge_asks_for(
    review: bool, confirmation: bool, state: OrderState
) -> None:
    assert first_state(review, confirmation) is state


def test_an_open_order_lies_with_whoever_has_the_next_step() -> None:
    seller, buyer = 7, 8

    holders = {state: holder_of(state, seller, buyer) for state in OrderState}

    assert holders == {
        OrderState.IN_REVIEW: seller,
        OrderState.TO_CONFIRM: seller,
        OrderState.TO_SHIP: seller,
        OrderState.TO_RECEIVE: buyer,
        OrderState.CLOSED: None,
        OrderState.CANCELLED: None,
        OrderState.REFUSED: None,
    }
