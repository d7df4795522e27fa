"""What holds of a plan whatever is asked for, and that no better one is found by brute force."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.property.sourcing.oracle import Shelf, Wish, best, judge
from tradeline.inventory import Stock, StockRow
from tradeline.sourcing import (
    Plan,
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

TIERS = (SourceTier(0, 10), SourceTier(1, 11), SourceTier(2, 12))
REGIONS = ("CN-SH", "CN-BJ", "")
# Bundles, which share what they are made of with each other and with the SKUs themselves.
BUNDLES = {91: {1: 2, 2: 1}, 92: {2: 3}}


@st.composite
def stocks(draw: st.DrawFn, *, most: int = 12, places: int = 6, skus: int = 4) -> list[StockRow]:
    """What stands in up to so many warehouses, each of one organization and region."""
    rows = []
    for warehouse_id in range(1, draw(st.integers(0, places)) + 1):
        org_id = draw(st.sampled_from([tier.org_id for tier in TIERS]))
        region = draw(st.sampled_from(REGIONS))
        priority = draw(st.integers(1, 2))
        for sku_id in range(1, skus + 1):
            free = draw(st.integers(0, most))
            rows.append(StockRow(org_id, warehouse_id, region, priority, sku_id, free))
    return rows


@st.composite
def rule_sets(draw: st.DrawFn) -> Rules:
    """Some rules of each kind that says something here."""
    rules: list[Rule] = []

    def add(kind: RuleKind, **values: int | str) -> None:
        position = len(rules) + 1
        rules.append(Rule(id=position, position=position, kind=kind, **values))  # type: ignore[arg-type]

    for tier in draw(st.lists(st.integers(0, 3), max_size=2, unique=True)):
        add(RuleKind.PREFER_TIER, tier=tier)
    if draw(st.booleans()):
        add(RuleKind.PREFER_REGION, warehouse_id=draw(st.integers(1, 6)), region="CN")
    if draw(st.booleans()):
        add(RuleKind.MAX_PARCELS, quantity=draw(st.integers(1, 3)))
    if draw(st.booleans()):
        add(RuleKind.WHOLE_LINES)
    if draw(st.booleans()):
        add(RuleKind.SAFETY_STOCK, tier=draw(st.integers(0, 2)), quantity=draw(st.integers(0, 4)))
    if draw(st.booleans()):
        warehouse_id = draw(st.integers(1, 6))
        add(RuleKind.SAFETY_STOCK, warehouse_id=warehouse_id, quantity=draw(st.integers(0, 4)))
    if draw(st.booleans()):
        add(RuleKind.QUOTA, tier=draw(st.integers(0, 2)), quantity=draw(st.integers(0, 8)))
    return Rules.of(rules)


carts = st.lists(
    st.tuples(st.sampled_from((1, 2, 3, 4, *BUNDLES)), st.integers(1, 9)), min_size=1, max_size=5
)


def lines_of(cart: Sequence[tuple[int, int]]) -> list[SourcingLine]:
    return [SourcingLine(index, sku_id, units) for index, (sku_id, units) in enumerate(cart)]


@given(stocks(), rule_sets(), carts)
def test_never_gives_more_than_is_free_beyond_what_has_to_stay(
    rows: list[StockRow], rules: Rules, cart: list[tuple[int, int]]
) -> None:
    stock = Stock(rows, BUNDLES)
    sources = Sources(tiers=TIERS, stock=stock, region="CN-SH")
    tier_of = {row.warehouse_id: row.org_id - 10 for row in rows}
    left = {(row.warehouse_id, row.sku_id): row.free for row in rows}

    found = plan(lines_of(cart), sources, rules)

    given_out: dict[int, int] = {}
    by_tier: dict[int, int] = {}
    for part in found.parts:
        assert part.quantity > 0
        assert cart[part.position][0] == part.sku_id
        assert tier_of[part.warehouse_id] == part.tier
        given_out[part.position] = given_out.get(part.position, 0) + part.quantity
        by_tier[part.tier] = by_tier.get(part.tier, 0) + part.quantity
        for sku_id, each in BUNDLES.get(part.sku_id, {part.sku_id: 1}).items():
            left[part.warehouse_id, sku_id] -= part.quantity * each
            assert left[part.warehouse_id, sku_id] >= rules.safety(part.tier, part.warehouse_id)
    for position, (_, units) in enumerate(cart):
        assert given_out.get(position, 0) + found.unfilled.get(position, 0) == units
    for tier, most in rules.quotas.items():
        assert by_tier.get(tier, 0) <= most
        assert found.quota_uses.get(tier, 0) == by_tier.get(tier, 0)
    if rules.parcels_max is not None:
        assert found.parcel_count <= rules.parcels_max
    if rules.is_whole:
        assert len(found.parts) == len({part.position for part in found.parts})
        assert all(units == cart[position][1] for position, units in given_out.items())


@given(stocks(), rule_sets(), carts, st.integers(0, 2**16))
def test_the_same_input_in_any_order_gives_the_same_plan(
    rows: list[StockRow], rules: Rules, cart: list[tuple[int, int]], seed: int
) -> None:
    shuffle = random.Random(seed).shuffle
    first = plan(
        lines_of(cart), Sources(tiers=TIERS, stock=Stock(rows, BUNDLES), region="CN-SH"), rules
    )
    lines, tiers, others = lines_of(cart), list(TIERS), list(rows)
    for some in (lines, tiers, others):
        shuffle(some)  # type: ignore[arg-type]
    components = [(bundle, list(parts.items())) for bundle, parts in BUNDLES.items()]
    shuffle(components)
    for _, parts in components:
        shuffle(parts)
    bundles = {bundle: dict(parts) for bundle, parts in components}

    again = plan(lines, Sources(tiers=tiers, stock=Stock(others, bundles), region="CN-SH"), rules)

    assert again == first


@given(stocks(), rule_sets(), carts)
def test_each_warehouse_gives_to_a_line_or_says_why_not(
    rows: list[StockRow], rules: Rules, cart: list[tuple[int, int]]
) -> None:
    stock = Stock(rows, BUNDLES)

    found = plan(lines_of(cart), Sources(tiers=TIERS, stock=stock, region="CN-SH"), rules)

    said = [(part.position, part.warehouse_id) for part in found.parts]
    assert all(len(part.reasons) == 2 for part in found.parts)
    said += [(rejection.position, rejection.warehouse_id) for rejection in found.rejected]
    places = {row.warehouse_id for row in rows}
    assert sorted(said) == sorted(
        (position, place) for position in range(len(cart)) for place in places
    )
    for reason in [it for part in found.parts for it in part.reasons]:
        assert "{" not in reason.message()
    for rejection in found.rejected:
        assert "{" not in rejection.reason.message()


@given(stocks(), rule_sets(), st.lists(carts, min_size=1, max_size=4))
def test_orders_one_after_another_never_share_a_unit(
    rows: list[StockRow], rules: Rules, orders: list[list[tuple[int, int]]]
) -> None:
    stock = Stock(rows, BUNDLES)
    free = {(row.warehouse_id, row.sku_id): row.free for row in rows}
    quotas = dict(rules.left)
    taken: list[Plan] = []
    for cart in orders:
        found = plan(lines_of(cart), Sources(tiers=TIERS, stock=stock, region="CN-SH"), rules)
        take_plan(found, stock, rules)
        taken.append(found)
        for warehouse_id, sku_id in free:
            assert stock.free(warehouse_id, sku_id) >= 0
        assert all(left >= 0 for left in rules.left.values())

    for found in reversed(taken):
        put_back_plan(found, stock, rules)

    assert {key: stock.free(*key) for key in free} == free
    assert rules.left == quotas


@st.composite
def small(draw: st.DrawFn) -> tuple[list[StockRow], list[tuple[int, int]]]:
    rows = draw(stocks(most=3, places=4, skus=2))
    skus = draw(st.lists(st.sampled_from((1, 2)), min_size=1, max_size=2, unique=True))
    return rows, [(sku_id, draw(st.integers(1, 4))) for sku_id in skus]


@given(
    small(),
    st.permutations((0, 1, 2)),
    st.one_of(st.none(), st.integers(1, 3)),
    st.booleans(),
    st.integers(0, 1),
    st.one_of(st.none(), st.integers(0, 3)),
    st.dictionaries(st.tuples(st.integers(0, 2), st.integers(1, 2)), st.integers(0, 6), max_size=6),
)
def test_no_way_of_filling_a_small_order_is_better(
    case: tuple[list[StockRow], list[tuple[int, int]]],
    preferred: list[int],
    parcels_max: int | None,
    is_whole: bool,
    safety: int,
    step: int | None,
    costs: Mapping[tuple[int, int], int],
) -> None:
    rows, cart = case
    rules = Rules(
        tiers=tuple(preferred),
        parcels_max=parcels_max,
        is_whole=is_whole,
        tier_safety=dict.fromkeys((0, 1, 2), safety),
        step_minor=step,
    )
    sources = Sources(
        tiers=TIERS,
        stock=Stock(rows),
        region="CN-SH",
        costs={key: Decimal(value) for key, value in costs.items()},
    )
    rank = {tier: index for index, tier in enumerate(preferred)}
    shelves = shelves_of(rows, safety)
    wishes = [
        Wish(sku_id, units, scores_of(sku_id, units, shelves, rank, rules, costs))
        for sku_id, units in cart
    ]

    found = plan(lines_of(cart), sources, rules)

    ordered = sorted(shelves, key=lambda shelf: (rank[shelf.tier], *shelf.order))
    way = [
        [
            sum(
                part.quantity
                for part in found.parts
                if part.position == position and part.warehouse_id == shelf.warehouse_id
            )
            for shelf in ordered
        ]
        for position in range(len(cart))
    ]
    expected = best(wishes, shelves, rank, parcels_max=parcels_max, is_whole=is_whole)
    assert judge(wishes, ordered, rank, way) == expected


def shelves_of(rows: list[StockRow], safety: int) -> list[Shelf]:
    free: dict[int, dict[int, int]] = {}
    for row in rows:
        free.setdefault(row.warehouse_id, {})[row.sku_id] = max(row.free - safety, 0)
    distance = {"CN-SH": 0, "CN-BJ": 1, "": 2}
    return [
        Shelf(
            row.warehouse_id,
            row.org_id - 10,
            (distance[row.region], row.priority, row.warehouse_id),
            free[row.warehouse_id],
        )
        for row in {row.warehouse_id: row for row in rows}.values()
    ]


def scores_of(
    sku_id: int,
    units: int,
    shelves: list[Shelf],
    rank: Mapping[int, int],
    rules: Rules,
    costs: Mapping[tuple[int, int], int],
) -> dict[int, int]:
    """Costs count where they are weighed, and known of all tiers that could give to the line."""
    least = units if rules.is_whole else 1
    offering = {shelf.tier for shelf in shelves if shelf.free.get(sku_id, 0) >= least}
    if rules.step_minor is None or any((tier, sku_id) not in costs for tier in offering):
        return dict(rank)
    return {tier: rank[tier] * rules.step_minor + costs.get((tier, sku_id), 0) for tier in rank}
