"""What can be promised of goods that stand here, that are to come, and that others wait for."""

from __future__ import annotations

from datetime import date

from tradeline.replenishment import (
    Awaited,
    Pegged,
    Promise,
    Supplied,
    peg,
    promise_bundle,
)

MARCH_1, MARCH_12, MARCH_20 = date(2026, 3, 1), date(2026, 3, 12), date(2026, 3, 20)
STOCK = Supplied(None, 5)
SOON, LATE = Supplied(MARCH_12, 20), Supplied(MARCH_20, 10)


def test_what_nobody_waits_for_is_promised_five_now_and_twenty_on_the_twelfth() -> None:
    assert peg([LATE, SOON, STOCK], []) == Promise(5, ((MARCH_12, 20), (MARCH_20, 10)))


def test_first_come_is_first_served_and_a_line_is_had_with_its_last_unit() -> None:
    found = peg([STOCK, SOON, LATE], [Awaited(1, 5), Awaited(2, 1), Awaited(3, 21)])

    assert found.lines == {1: Pegged(None), 2: Pegged(MARCH_12), 3: Pegged(MARCH_20)}
    assert (found.now, found.later) == (0, ((MARCH_20, 8),))


def test_who_cannot_be_served_whole_keeps_what_is_there_from_those_behind() -> None:
    found = peg([STOCK, SOON], [Awaited(1, 26), Awaited(2, 1)])

    assert found == Promise(0, (), {})


def test_deliveries_of_one_day_are_one_promise() -> None:
    assert peg([SOON, SOON], [Awaited(1, 3)]).later == ((MARCH_12, 37),)


def test_of_a_bundle_so_many_as_its_scarcest_component_allows() -> None:
    tea = peg([STOCK, SOON], [])
    cups = peg([Supplied(None, 40), LATE], [])

    found = promise_bundle([(tea, 1), (cups, 4)])

    assert (found.now, found.later) == (5, ((MARCH_12, 5), (MARCH_20, 2)))
    assert promise_bundle([(tea, 6)]) == Promise(0, ((MARCH_12, 4),))


def test_a_bundle_is_had_with_the_last_of_its_components() -> None:
    tea, cups = peg([STOCK], [Awaited(1, 5)]), peg([LATE], [Awaited(1, 5), Awaited(2, 9)])

    assert promise_bundle([(tea, 1), (cups, 1)]).lines == {1: Pegged(MARCH_20)}


def test_a_line_is_expected_when_the_goods_are_there_and_not_before_its_seller_said() -> None:
    now, late = peg([STOCK], [Awaited(1, 5)]), peg([LATE], [Awaited(1, 5)])

    assert now.expected_on(1, None, MARCH_1) == MARCH_1
    assert now.expected_on(1, MARCH_12, MARCH_1) == MARCH_12
    assert late.expected_on(1, MARCH_12, MARCH_1) == MARCH_20
    assert late.expected_on(2, MARCH_12, MARCH_1) is None
    assert Promise(is_tracked=False).expected_on(2, MARCH_12, MARCH_1) == MARCH_12
