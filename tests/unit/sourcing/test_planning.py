"""Which stock is chosen, by example, and why."""

from __future__ import annotations

import gc
import random
import time
from decimal import Decimal

import pytest

from tradeline.inventory import Stock, StockRow
from tradeline.kernel import Locale
from tradeline.sourcing import (
    NewRule,
    Plan,
    ReasonCode,
    Rule,
    RuleKind,
    Rules,
    Sources,
    SourceTier,
    SourcingLine,
    plan,
    put_back_plan,
    take_plan,
)
from tradeline.sourcing.model import RULES_MAX, covers, distance_of, judge_rules
from tradeline.sourcing.words import CHINESE, ENGLISH

STORE, TRADER, BRAND = 10, 11, 12
TIERS = (SourceTier(0, STORE), SourceTier(1, TRADER), SourceTier(2, BRAND))
TEA, CUP = 1, 2


def row(
    org_id: int, warehouse_id: int, sku_id: int, free: int, region: str = "", priority: int = 100
) -> StockRow:
    return StockRow(org_id, warehouse_id, region, priority, sku_id, free)


def rules(*said: NewRule) -> Rules:
    return Rules.of(
        Rule(
            id=index,
            position=index,
            kind=rule.kind,
            tier=rule.tier,
            warehouse_id=rule.warehouse_id,
            region=rule.region,
            quantity=rule.quantity,
        )
        for index, rule in enumerate(said, start=1)
    )


def planned(
    rows: list[StockRow],
    *wanted: tuple[int, int],
    by: Rules | None = None,
    region: str = "CN-SH",
    excluded: frozenset[tuple[int, int]] = frozenset(),
    costs: dict[tuple[int, int], Decimal] | None = None,
    bundles: dict[int, dict[int, int]] | None = None,
) -> Plan:
    lines = [SourcingLine(index, sku_id, units) for index, (sku_id, units) in enumerate(wanted)]
    sources = Sources(
        tiers=TIERS,
        stock=Stock(rows, bundles),
        region=region,
        costs=costs or {},
        excluded=excluded,
    )
    return plan(lines, sources, by or Rules())


def parts(found: Plan) -> list[tuple[int, int, int]]:
    """(position, warehouse, quantity) of each part."""
    return [(part.position, part.warehouse_id, part.quantity) for part in found.parts]


def whys(found: Plan) -> list[tuple[ReasonCode, ...]]:
    return [tuple(reason.code for reason in part.reasons) for part in found.parts]


def why_nots(found: Plan) -> dict[int, ReasonCode]:
    """By warehouse, of an order of one line."""
    return {it.warehouse_id: it.reason.code for it in found.rejected}


def test_the_nearest_tier_that_has_it_gives_and_the_later_ones_say_so() -> None:
    rows = [row(STORE, 1, TEA, 5), row(TRADER, 2, TEA, 5), row(BRAND, 3, TEA, 5)]

    found = planned(rows, (TEA, 5))

    assert parts(found) == [(0, 1, 5)]
    assert whys(found) == [(ReasonCode.NEAREST_TIER, ReasonCode.ONLY_WAREHOUSE)]
    assert why_nots(found) == {2: ReasonCode.LATER_TIER, 3: ReasonCode.LATER_TIER}
    assert found.is_complete


def test_what_the_store_lacks_comes_from_further_up() -> None:
    rows = [row(STORE, 1, TEA, 2), row(TRADER, 2, TEA, 1), row(BRAND, 3, TEA, 9)]

    found = planned(rows, (TEA, 5))

    assert parts(found) == [(0, 1, 2), (0, 2, 1), (0, 3, 2)]
    assert [part.tier for part in found.parts] == [0, 1, 2]
    assert whys(found)[2] == (ReasonCode.REST_OF_LINE, ReasonCode.ONLY_WAREHOUSE)
    assert found.parts[2].reasons[0].data == {"wanted": 5, "given": 3}


def test_what_nobody_has_is_named_as_missing() -> None:
    found = planned([row(STORE, 1, TEA, 2), row(TRADER, 2, TEA, 0)], (TEA, 5), (CUP, 1))

    assert parts(found) == [(0, 1, 2)]
    assert found.unfilled == {0: 3, 1: 1}
    assert not found.is_complete
    assert {it.reason.code for it in found.rejected} == {ReasonCode.NO_STOCK}


def test_of_a_tier_the_warehouse_nearest_to_the_consumer_gives() -> None:
    rows = [
        row(BRAND, 1, TEA, 9, "CN-BJ", priority=1),
        row(BRAND, 2, TEA, 9, "CN-SH-PD", priority=2),
        row(BRAND, 3, TEA, 9, "", priority=0),
    ]

    found = planned(rows, (TEA, 5), region="CN-SH-PD")

    assert parts(found) == [(0, 2, 5)]
    assert whys(found) == [(ReasonCode.ONLY_TIER, ReasonCode.NEAREST_REGION)]
    assert why_nots(found) == {1: ReasonCode.FARTHER, 3: ReasonCode.FARTHER}


def test_equally_near_the_first_by_priority_gives_and_then_the_older_one() -> None:
    rows = [
        row(BRAND, 3, TEA, 9, priority=2),
        row(BRAND, 2, TEA, 9, priority=1),
        row(BRAND, 1, TEA, 9, priority=2),
    ]

    found = planned(rows, (TEA, 5))
    without_the_first = planned(rows, (TEA, 5), excluded=frozenset({(2, TEA)}))

    assert parts(found) == [(0, 2, 5)]
    assert whys(found)[0][1] is ReasonCode.FIRST_PRIORITY
    assert why_nots(found) == {1: ReasonCode.LATER_PRIORITY, 3: ReasonCode.LATER_PRIORITY}
    assert parts(without_the_first) == [(0, 1, 5)]
    assert why_nots(without_the_first)[2] is ReasonCode.EXCLUDED


def test_one_parcel_is_better_than_two_near_ones() -> None:
    rows = [
        row(BRAND, 1, TEA, 9, "CN-SH"),
        row(BRAND, 2, CUP, 9, "CN-SH"),
        row(BRAND, 3, TEA, 9, "CN-BJ"),
        row(BRAND, 3, CUP, 9, "CN-BJ"),
    ]

    found = planned(rows, (TEA, 1), (CUP, 1))

    assert parts(found) == [(0, 3, 1), (1, 3, 1)]
    assert whys(found)[0][1] is ReasonCode.FEWEST_PARCELS
    assert {it.reason.code for it in found.rejected if it.warehouse_id == 1} == {
        ReasonCode.MORE_PARCELS,
        ReasonCode.NO_STOCK,
    }


def test_a_line_comes_whole_from_a_later_warehouse_rather_than_in_two_parcels() -> None:
    rows = [row(BRAND, 1, TEA, 3, "CN-SH"), row(BRAND, 2, TEA, 5, "CN-BJ")]

    found = planned(rows, (TEA, 5))

    assert parts(found) == [(0, 2, 5)]
    assert why_nots(found) == {1: ReasonCode.MORE_PARCELS}


def test_rules_put_another_tier_first() -> None:
    rows = [row(STORE, 1, TEA, 5), row(TRADER, 2, TEA, 5), row(BRAND, 3, TEA, 5)]
    brand_first = rules(NewRule(kind=RuleKind.PREFER_TIER, tier=2))

    found = planned(rows, (TEA, 7), by=brand_first)

    assert parts(found) == [(0, 3, 5), (0, 1, 2)]
    assert whys(found)[0][0] is ReasonCode.PREFERRED_TIER
    assert why_nots(found) == {2: ReasonCode.LATER_TIER}


def test_a_warehouse_that_rules_give_to_a_region_counts_as_on_the_spot_there() -> None:
    rows = [row(BRAND, 1, TEA, 9, "CN-SH"), row(BRAND, 2, TEA, 9, "CN-BJ", priority=1)]
    east = rules(NewRule(kind=RuleKind.PREFER_REGION, warehouse_id=2, region="CN-SH"))

    assert parts(planned(rows, (TEA, 1))) == [(0, 1, 1)]
    assert parts(planned(rows, (TEA, 1), by=east)) == [(0, 2, 1)]
    assert parts(planned(rows, (TEA, 1), by=east, region="CN-SH-PD")) == [(0, 2, 1)]


def test_safety_stock_stays_and_what_is_said_of_a_warehouse_comes_before_its_tier() -> None:
    rows = [row(STORE, 1, TEA, 5), row(BRAND, 2, TEA, 5), row(BRAND, 3, TEA, 5)]
    kept = rules(
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=0, quantity=5),
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=2, quantity=4),
        NewRule(kind=RuleKind.SAFETY_STOCK, warehouse_id=3, quantity=2),
    )

    found = planned(rows, (TEA, 9), by=kept)

    assert parts(found) == [(0, 2, 1), (0, 3, 3)]
    assert found.unfilled == {0: 5}
    assert why_nots(found) == {1: ReasonCode.SAFETY_STOCK}
    assert found.rejected[0].reason.message() == "5 are free, of which 5 have to stay"


def test_a_quota_ends_what_a_tier_gives() -> None:
    rows = [row(STORE, 1, TEA, 5), row(STORE, 1, CUP, 5), row(BRAND, 2, TEA, 5)]
    few = rules(
        NewRule(kind=RuleKind.QUOTA, tier=0, quantity=4),
        NewRule(kind=RuleKind.QUOTA, tier=0, quantity=3),
    )

    found = planned(rows, (TEA, 5), (CUP, 1), by=few)

    assert parts(found) == [(0, 1, 3), (0, 2, 2)]
    assert found.unfilled == {1: 1}
    assert found.quota_uses == {0: 3}
    assert [it.reason.code for it in found.rejected if it.position == 1] == [
        ReasonCode.QUOTA_SPENT,
        ReasonCode.NO_STOCK,
    ]


def test_what_one_order_takes_of_a_quota_is_not_there_for_the_next() -> None:
    stock = Stock([row(STORE, 1, TEA, 9)])
    sources = Sources(tiers=TIERS, stock=stock)
    few = rules(NewRule(kind=RuleKind.QUOTA, tier=0, quantity=4))
    lines = [SourcingLine(0, TEA, 3)]

    first = plan(lines, sources, few)
    take_plan(first, stock, few)
    second = plan(lines, sources, few)
    put_back_plan(first, stock, few)

    assert (first.unfilled, second.unfilled) == ({}, {0: 2})
    assert second.quota_uses == {0: 1}
    assert few.left == {0: 4}


def test_of_several_rules_that_keep_stock_back_the_strictest_counts() -> None:
    kept = rules(
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=0, quantity=4),
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=0, quantity=2),
    )

    assert planned([row(STORE, 1, TEA, 5)], (TEA, 5), by=kept).unfilled == {0: 4}


def test_lines_that_are_not_split_come_from_where_they_are_whole() -> None:
    rows = [row(STORE, 1, TEA, 4), row(TRADER, 2, TEA, 5), row(BRAND, 3, TEA, 9)]
    whole = rules(NewRule(kind=RuleKind.WHOLE_LINES))

    found = planned(rows, (TEA, 5), by=whole)

    assert parts(found) == [(0, 2, 5)]
    assert why_nots(found) == {1: ReasonCode.NOT_WHOLE, 3: ReasonCode.LATER_TIER}
    assert planned(rows, (TEA, 10), by=whole).unfilled == {0: 10}


def test_fewer_parcels_where_rules_want_no_more_of_them() -> None:
    rows = [row(STORE, 1, TEA, 4), row(TRADER, 2, TEA, 3), row(BRAND, 3, TEA, 9)]
    one = rules(NewRule(kind=RuleKind.MAX_PARCELS, quantity=1))

    found = planned(rows, (TEA, 5), by=one)

    assert parts(found) == [(0, 3, 5)]
    assert whys(found)[0][0] is ReasonCode.FEWEST_PARCELS
    assert planned(rows, (TEA, 5)).parcel_count == 2
    missing = planned(rows[:2], (TEA, 5), by=one)
    assert (parts(missing), missing.unfilled) == ([(0, 1, 4)], {0: 1})
    assert why_nots(missing) == {2: ReasonCode.TOO_MANY_PARCELS}


def test_what_goods_cost_counts_as_much_as_the_rules_say() -> None:
    rows = [row(STORE, 1, TEA, 5), row(TRADER, 2, TEA, 5)]
    costs = {(0, TEA): Decimal(5_230), (1, TEA): Decimal(5_000)}
    step = NewRule(kind=RuleKind.COST, quantity=200)
    dear_step = NewRule(kind=RuleKind.COST, quantity=300)

    cheaper = planned(rows, (TEA, 5), by=rules(step), costs=costs)

    assert parts(cheaper) == [(0, 2, 5)]
    assert whys(cheaper)[0][0] is ReasonCode.CHEAPEST_TIER
    assert parts(planned(rows, (TEA, 5), by=rules(dear_step), costs=costs)) == [(0, 1, 5)]
    assert parts(planned(rows, (TEA, 5), by=rules(step))) == [(0, 1, 5)]
    assert parts(planned(rows, (TEA, 5), costs=costs)) == [(0, 1, 5)]


def test_a_bundle_comes_whole_from_each_warehouse_beside_its_own_components() -> None:
    rows = [row(STORE, 1, TEA, 5), row(STORE, 1, CUP, 4), row(BRAND, 2, TEA, 9)]
    box = {9: {TEA: 1, CUP: 2}}

    found = planned(rows, (CUP, 1), (9, 2), (TEA, 5), bundles=box)

    assert parts(found) == [(0, 1, 1), (1, 1, 1), (2, 1, 4), (2, 2, 1)]
    assert found.unfilled == {1: 1}
    gone = planned(rows, (9, 1), bundles=box, excluded=frozenset({(1, CUP)}))
    assert why_nots(gone)[1] is ReasonCode.EXCLUDED


def test_an_explanation_is_kept_as_json_values() -> None:
    found = planned([row(STORE, 1, TEA, 2)], (TEA, 3))

    assert found.explanation() == {
        "parts": [
            {
                "position": 0,
                "sku_id": TEA,
                "tier": 0,
                "org_id": STORE,
                "warehouse_id": 1,
                "quantity": 2,
                "reasons": [{"code": "only_tier"}, {"code": "only_warehouse"}],
            }
        ],
        "rejected": [],
        "unfilled": [{"position": 0, "quantity": 1}],
    }


def test_nobody_asks_for_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        planned([row(STORE, 1, TEA, 2)], (TEA, 0))


def test_every_reason_is_worded_in_both_languages() -> None:
    assert set(ENGLISH) == set(CHINESE) == set(ReasonCode)
    found = planned([row(STORE, 1, TEA, 2)], (TEA, 2))
    assert found.parts[0].reasons[0].message(Locale.ZH) == "其他层级均无可售库存"


def test_others_do_not_learn_what_stands_in_a_warehouse() -> None:
    kept = rules(NewRule(kind=RuleKind.SAFETY_STOCK, tier=0, quantity=5))
    found = planned([row(STORE, 1, TEA, 4)], (TEA, 2), by=kept)

    told = found.rejected[0].reason.discreet()

    assert (told.code, told.data) == (ReasonCode.NO_STOCK, {})


@pytest.mark.parametrize(
    ("place", "destination", "steps"),
    [
        ("CN-SH", "CN-SH", 0),
        ("CN-SH-PD", "CN-SH", 0),
        ("CN-SH", "CN-SH-PD", 1),
        ("CN-BJ", "CN-SH-PD", 2),
        ("US", "CN-SH", 2),
        ("", "CN-SH", 2),
        ("CN-SH", "", 0),
    ],
)
def test_distance_is_the_steps_of_the_region_that_differ(
    place: str, destination: str, steps: int
) -> None:
    assert distance_of(place, destination) == steps


def test_a_region_covers_itself_and_what_lies_in_it() -> None:
    covered = [it for it in ("CN-SH", "CN-SH-PD", "CN-SHX", "CN") if covers("CN-SH", it)]

    assert covered == ["CN-SH", "CN-SH-PD"]


@pytest.mark.parametrize(
    "rule",
    [
        NewRule(kind=RuleKind.PREFER_TIER),
        NewRule(kind=RuleKind.PREFER_TIER, tier=-1),
        NewRule(kind=RuleKind.PREFER_TIER, tier=1, quantity=3),
        NewRule(kind=RuleKind.PREFER_REGION, warehouse_id=1),
        NewRule(kind=RuleKind.PREFER_REGION, warehouse_id=1, region="x" * 65),
        NewRule(kind=RuleKind.MAX_PARCELS, quantity=0),
        NewRule(kind=RuleKind.WHOLE_LINES, tier=1),
        NewRule(kind=RuleKind.SAFETY_STOCK, quantity=1),
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=1, warehouse_id=1, quantity=1),
        NewRule(kind=RuleKind.QUOTA, tier=1, quantity=-1),
        NewRule(kind=RuleKind.COST),
    ],
)
def test_a_rule_says_what_its_kind_needs_and_nothing_else(rule: NewRule) -> None:
    assert [problem.path[:2] for problem in judge_rules([rule])] == [("rules", 0)]


def test_rules_that_say_what_they_need_are_taken() -> None:
    said = [
        NewRule(kind=RuleKind.PREFER_TIER, tier=2),
        NewRule(kind=RuleKind.PREFER_REGION, warehouse_id=1, region="CN-SH"),
        NewRule(kind=RuleKind.MAX_PARCELS, quantity=1),
        NewRule(kind=RuleKind.WHOLE_LINES),
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=1, quantity=0),
        NewRule(kind=RuleKind.SAFETY_STOCK, warehouse_id=1, quantity=1),
        NewRule(kind=RuleKind.QUOTA, tier=1, quantity=0),
        NewRule(kind=RuleKind.COST, quantity=100),
    ]

    assert judge_rules(said) == []
    assert len(judge_rules([NewRule(kind=RuleKind.WHOLE_LINES)] * (RULES_MAX + 1))) == 1


@pytest.mark.parametrize("density", [1.0, 0.5, 0.2])
@pytest.mark.parametrize("limit", [None, 3, 10])
def test_two_hundred_lines_over_thirty_warehouses_are_planned_in_time(
    density: float, limit: int | None
) -> None:
    dice = random.Random(7)
    rows = [
        row(STORE + place % 3, 100 + place, sku, dice.randrange(1, 30), f"CN-{place % 5}")
        for place in range(30)
        for sku in range(200)
        if dice.random() < density
    ]
    wanted = [(sku, dice.randrange(1, 9)) for sku in range(200)]

    gc.collect()
    gc.freeze()  # what other tests have left is not looked through in the planner's time
    began = time.process_time()
    found = planned(rows, *wanted, by=Rules(parcels_max=limit), region="CN-2")
    seconds = time.process_time() - began
    gc.unfreeze()

    assert found.parts
    # Some 50 ms; three hundred are the promise.
    assert seconds < 0.3


def test_a_cart_of_one_line_is_planned_at_once() -> None:
    rows = [row(STORE, 1, TEA, 9), row(TRADER, 2, TEA, 9), row(BRAND, 3, TEA, 9)]
    stock = Stock(rows)
    sources = Sources(tiers=TIERS, stock=stock, region="CN-SH")
    lines = [SourcingLine(0, TEA, 1)]

    began = time.process_time()
    for _ in range(1_000):
        plan(lines, sources, Rules())
    seconds = time.process_time() - began

    # Some 30 µs each; a hundred are the promise, with a wide margin.
    assert seconds < 0.3
