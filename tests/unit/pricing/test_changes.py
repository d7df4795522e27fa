"""What becomes of a list when prices are put into it, by examples."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from tradeline.kernel import AlreadyExists
from tradeline.pricing import NewPrice, NewPriceList, Price, PriceHasBegun, PriceLevel
from tradeline.pricing.changes import judge_price, judge_price_list, plan_ends, plan_prices

NOW = datetime(2026, 7, 1, tzinfo=UTC)
SOON, LATER = NOW + timedelta(days=1), NOW + timedelta(days=9)
AGO = NOW - timedelta(days=9)


def stored(
    id: int = 1, price: str = "10", begin: datetime | None = None, end: datetime | None = None
) -> Price:
    return Price(
        id=id,
        price_list_id=1,
        sku_id=1,
        pack_id=None,
        quantity_minimum=1,
        unit_price=Decimal(price),
        valid_from=begin,
        valid_to=end,
    )


def new(price: str, begin: datetime | None = None, end: datetime | None = None) -> NewPrice:
    return NewPrice(sku_id=1, unit_price=Decimal(price), valid_from=begin, valid_to=end)


def test_the_first_price_of_a_break_holds_from_ever() -> None:
    plan, problems = plan_prices([new("10")], [], NOW)

    assert (plan.inserts, plan.ends, plan.kept, problems) == ((new("10"),), {}, (None,), [])


def test_another_price_begins_now_and_ends_the_one_before() -> None:
    plan, _ = plan_prices([new("11")], [stored()], NOW)

    assert plan.inserts == (new("11", NOW),)
    assert plan.ends == {1: NOW}


@pytest.mark.parametrize("before", [stored(), stored(begin=AGO)])
def test_putting_what_holds_already_changes_nothing(before: Price) -> None:
    plan, problems = plan_prices([new("10.00")], [before], NOW)

    assert (plan.inserts, plan.ends, plan.kept, problems) == ((), {}, (1,), [])


def test_a_price_to_come_ends_the_present_one_when_it_begins() -> None:
    plan, _ = plan_prices([new("11", SOON)], [stored()], NOW)

    assert plan.ends == {1: SOON}


def test_a_price_with_an_end_lies_over_the_present_one() -> None:
    plan, problems = plan_prices([new("5", SOON, LATER)], [stored()], NOW)

    assert (plan.inserts, plan.ends, problems) == ((new("5", SOON, LATER),), {}, [])


def test_a_price_that_has_not_begun_is_replaced() -> None:
    plan, problems = plan_prices([new("12", SOON)], [stored(end=SOON), stored(2, "11", SOON)], NOW)

    assert (plan.ends, problems) == ({2: SOON}, [])
    assert plan.inserts == (new("12", SOON),)


def test_a_price_that_has_begun_is_never_rewritten() -> None:
    _, [problem] = plan_prices([new("12", AGO)], [stored(begin=AGO)], NOW)

    assert isinstance(problem, PriceHasBegun)


def test_prices_of_one_batch_follow_one_another() -> None:
    plan, problems = plan_prices([new("12", LATER), new("10"), new("11", SOON)], [], NOW)

    assert problems == []
    assert plan.inserts == (new("12", LATER), new("10", None, SOON), new("11", SOON, LATER))


def test_a_break_named_twice_is_refused() -> None:
    _, problems = plan_prices([new("10"), new("11"), new("10")], [], NOW)

    assert [(type(p), p.path) for p in problems] == [
        (AlreadyExists, ("prices", 1)),
        (AlreadyExists, ("prices", 2)),
    ]


def test_breaks_and_packs_do_not_touch_one_another() -> None:
    other = NewPrice(sku_id=1, unit_price=Decimal(9), quantity_minimum=12)

    plan, _ = plan_prices([other], [stored()], NOW)

    assert (plan.inserts, plan.ends) == ((other,), {})


def test_ending_cuts_what_holds_and_withdraws_what_has_not_begun() -> None:
    prices = [
        stored(1),
        stored(2, begin=SOON),
        stored(3, end=AGO),
        stored(4, begin=SOON, end=SOON),
        stored(5, end=LATER),
        stored(6, begin=SOON, end=LATER),
    ]

    assert plan_ends(prices, NOW) == {1: NOW, 2: SOON, 5: NOW, 6: SOON}


@pytest.mark.parametrize(
    "fault",
    [
        NewPrice(sku_id=1, unit_price=Decimal("-0.01")),
        NewPrice(sku_id=1, unit_price=Decimal("NaN")),
        NewPrice(sku_id=1, unit_price=Decimal("Infinity")),
        NewPrice(sku_id=1, unit_price=Decimal("0.0000001")),
        NewPrice(sku_id=1, unit_price=Decimal(10**9 + 1)),
        NewPrice(sku_id=1, unit_price=Decimal(1), quantity_minimum=0),
        new("1", SOON, SOON),
        new("1", datetime(2026, 1, 1)),  # noqa: DTZ001 - the fault itself
    ],
)
def test_a_price_that_cannot_be_is_refused(fault: NewPrice) -> None:
    assert len(judge_price(fault, ())) == 1


def test_all_faults_of_a_list_are_named() -> None:
    fault = NewPriceList(
        code="a b",
        name=" ",
        level=PriceLevel.BASE,
        currency="XYZ",
        valid_from=SOON,
        valid_to=NOW,
    )

    fields = [problem.path[-1] for problem in judge_price_list(fault, ())]
    assert fields == ["code", "name", "currency", "validTo"]


@pytest.mark.parametrize(
    "at",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime(1999, 12, 31, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
        NOW.replace(tzinfo=None),
    ],
)
def test_a_time_that_nobody_means_is_refused(at: datetime) -> None:
    begins = judge_price(new("1", begin=at), ("prices", 0))
    ends = judge_price(new("1", end=at), ("prices", 0))

    assert [fault.path for fault in begins + ends] == [
        ("prices", 0, "validFrom"),
        ("prices", 0, "validTo"),
    ]
