"""What holds of an order line whatever becomes of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tradeline.ordering import OrderLine, OrderSide

STEPS = ("refuse", "cancel", "ship", "count_full", "count_short", "count_over", "give_back")

steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 40)), max_size=25)


def a_line(quantity: int, amount_minor: int) -> OrderLine:
    return OrderLine(
        id=1,
        order_id=1,
        line_no=1,
        sku_id=1,
        sku_code="TEA",
        sku_name="茶",
        sku_name_en="tea",
        base_unit="EA",
        pack_id=1,
        pack_code="EA",
        pack_quantity=quantity,
        quantity=quantity,
        unit_price=Decimal("1"),
        priced_quantity=quantity,
        amount_minor=amount_minor,
        open_minor=amount_minor,
        explanation={},
    )


def walk(line: OrderLine, step: str, units: int) -> tuple[OrderLine, int]:
    """Take as much of a step as the line allows; the line, and the sum its hold lost."""
    if step in ("refuse", "cancel"):
        units = min(units, line.unshipped)
        return (
            line.refuse(units, "why") if step == "refuse" else line.cancel(units, OrderSide.BUYING)
        )
    if step == "ship":
        return line.ship(min(units, line.unshipped)), 0
    if step == "give_back":
        return line.give_back(min(units, line.returnable))[0] if line.returnable else line, 0
    shipped = min(units, line.in_transit)
    received = {"count_full": shipped, "count_short": shipped // 2, "count_over": shipped * 2}
    counted, result = line.count(shipped, received[step]) if shipped else (line, None)
    return counted, result.released_minor if result else 0


@given(st.integers(1, 60), st.integers(0, 10**9), steps)
def test_the_hold_falls_by_what_is_settled_and_ends_at_nothing(
    quantity: int, amount: int, taken: list[tuple[str, int]]
) -> None:
    line = a_line(quantity, amount)
    held = amount
    for step, units in taken:
        line, released = walk(line, step, units)
        held -= released
        assert held == line.open_minor >= 0

    line, dropped = line.cancel(line.unshipped, OrderSide.BUYING)
    held -= dropped
    if line.in_transit:
        line, result = line.count(line.in_transit, line.in_transit)
        held -= result.released_minor

    assert line.unsettled == 0
    assert held == line.open_minor == 0


@given(st.integers(1, 60), st.integers(0, 10**9), st.lists(st.integers(1, 20), max_size=30))
def test_a_line_received_in_parts_owes_exactly_its_amount(
    quantity: int, amount: int, parts: list[int]
) -> None:
    line = a_line(quantity, amount).ship(quantity)
    for part in [*parts, quantity]:
        units = min(part, line.in_transit)
        if units:
            line, _ = line.count(units, units)

    assert line.owed_minor == amount


@given(st.integers(1, 60), st.integers(0, 10**9), st.lists(st.integers(1, 20), max_size=30))
def test_a_line_given_back_in_parts_ends_at_nothing_owed(
    quantity: int, amount: int, parts: list[int]
) -> None:
    line, _ = a_line(quantity, amount).ship(quantity).count(quantity, quantity)
    for part in [*parts, quantity]:
        units = min(part, line.returnable)
        if units:
            line, given = line.give_back(units)
            assert given >= 0

    assert line.returned_minor == line.owed_minor == amount


@given(st.integers(1, 60), st.integers(0, 10**9), st.integers(0, 60), st.integers(0, 120))
def test_what_is_short_is_not_owed_and_what_is_over_is(
    quantity: int, amount: int, shipped: int, received: int
) -> None:
    shipped = min(shipped, quantity)
    line, result = a_line(quantity, amount).ship(shipped).count(shipped, received)

    fair = Decimal(amount) * received / quantity
    assert abs(result.owed_minor - fair) <= 1
    assert line.owed_minor == result.owed_minor


def test_a_share_never_leaves_more_open_than_the_line_costs() -> None:
    line = replace(a_line(3, 100), refused_quantity=1, open_minor=67)

    line, dropped = line.cancel(1, OrderSide.BUYING)

    assert (dropped, line.open_minor) == (34, 33)
