"""What holds of promises whatever comes and whoever waits."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tradeline.replenishment import Awaited, Supplied, peg

DAYS = st.none() | st.integers(0, 9).map(lambda days: date(2026, 3, 1) + timedelta(days))
SUPPLIES = st.lists(st.builds(Supplied, DAYS, st.integers(0, 30)), max_size=8)
UNITS = st.lists(st.integers(1, 30), max_size=8)


def awaited(units: list[int]) -> list[Awaited]:
    return [Awaited(key, quantity) for key, quantity in enumerate(units)]


def by_units(supplies: list[Supplied], units: list[int]) -> dict[int, date | None]:
    """The plain way: every unit by itself, handed out one after the other."""
    stack = [
        supply.on
        for supply in sorted(supplies, key=lambda it: it.on or date.min)
        for _ in range(supply.quantity)
    ]
    days: dict[int, date | None] = {}
    for key, quantity in enumerate(units):
        mine, stack = stack[:quantity], stack[quantity:]
        if len(mine) == quantity:
            days[key] = mine[-1]
    return days


@given(SUPPLIES, UNITS)
def test_pegging_gives_each_line_what_handing_out_units_one_by_one_would(
    supplies: list[Supplied], units: list[int]
) -> None:
    found = peg(supplies, awaited(units))

    assert {key: pegged.on for key, pegged in found.lines.items()} == by_units(supplies, units)


@given(SUPPLIES, UNITS)
def test_nothing_is_promised_twice_and_nothing_is_lost(
    supplies: list[Supplied], units: list[int]
) -> None:
    found = peg(supplies, awaited(units))
    there = sum(supply.quantity for supply in supplies)

    left = found.now + sum(quantity for _, quantity in found.later)
    assert left == max(there - sum(units), 0)


@given(SUPPLIES, UNITS, st.integers(1, 9))
def test_whoever_comes_later_moves_nobody_who_was_there(
    supplies: list[Supplied], units: list[int], more: int
) -> None:
    before = peg(supplies, awaited(units)).lines
    after = peg(supplies, awaited([*units, more])).lines

    assert {key: after.get(key) for key in before} == before


@given(SUPPLIES, UNITS, st.integers(0, 7), st.integers(1, 9))
def test_what_comes_later_makes_nobody_s_goods_come_sooner(
    supplies: list[Supplied], units: list[int], place: int, days: int
) -> None:
    later = [
        Supplied((supply.on or date(2026, 3, 1)) + timedelta(days), supply.quantity)
        if position == place
        else supply
        for position, supply in enumerate(supplies)
    ]
    before, after = peg(supplies, awaited(units)).lines, peg(later, awaited(units)).lines

    assert set(after) == set(before)
    assert all((after[key].on or date.min) >= (before[key].on or date.min) for key in before)
