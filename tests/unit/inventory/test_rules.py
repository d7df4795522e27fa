"""What inventory accepts and refuses, example by example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradeline.inventory import (
    Allocation,
    CountBelowHeld,
    HoldLine,
    InsufficientStock,
    NewWarehouse,
    StockAdjustment,
    StockCount,
    StockLevel,
    StockTransfer,
    Supply,
    SupplySource,
)
from tradeline.inventory.model import SkuName
from tradeline.inventory.rules import (
    judge_adjustments,
    judge_counts,
    judge_hold,
    judge_transfers,
    judge_warehouses,
    shortfalls,
)
from tradeline.kernel import InvalidValue, NotFound, Problem

NOW = datetime(2030, 1, 1, tzinfo=UTC)
NAMES = {7: SkuName("CHAIR", "EA")}


def a_level(warehouse_id: int = 1, on_hand: int = 10, held: int = 0) -> StockLevel:
    return StockLevel(warehouse_id=warehouse_id, sku_id=7, on_hand=on_hand, held=held)


def levels(*some: StockLevel) -> dict[tuple[int, int], StockLevel]:
    return {(level.warehouse_id, level.sku_id): level for level in some}


def kinds(problems: list[Problem]) -> list[type[Problem]]:
    return [type(problem) for problem in problems]


def adjust(quantity: int, *, sku_id: int = 7, warehouse_id: int = 1) -> StockAdjustment:
    return StockAdjustment(warehouse_id=warehouse_id, sku_id=sku_id, quantity=quantity)


def test_an_adjustment_never_takes_what_is_held() -> None:
    stock = levels(a_level(on_hand=10, held=4))

    _, fine = judge_adjustments([adjust(-6)], stock, NAMES)
    _, refused = judge_adjustments([adjust(-7)], stock, NAMES)

    assert fine == []
    assert refused == [
        InsufficientStock(
            path=("lines", 0, "quantity"), sku="CHAIR", unit="EA", asked=7, free_units=6
        )
    ]


@pytest.mark.parametrize("quantity", [0, 10**9 + 1, -(10**9) - 1, 2**63])
def test_an_adjustment_moves_a_bounded_amount(quantity: int) -> None:
    _, problems = judge_adjustments([adjust(quantity)], levels(a_level(on_hand=10**18)), NAMES)

    assert kinds(problems) == [InvalidValue]


def test_an_unknown_sku_and_a_foreign_warehouse_are_not_there() -> None:
    _, problems = judge_adjustments(
        [adjust(1, sku_id=8), adjust(1, warehouse_id=2)], levels(a_level()), NAMES
    )

    assert problems == [
        NotFound(path=("lines", 0, "skuId"), subject="SKU"),
        NotFound(path=("lines", 1, "warehouseId"), subject="warehouse"),
    ]


def test_every_fault_of_every_line_is_named_at_once() -> None:
    _, problems = judge_adjustments(
        [adjust(0), adjust(0), adjust(-11, sku_id=7)], levels(a_level()), NAMES
    )

    assert kinds(problems) == [InvalidValue] * 4 + [InsufficientStock]


def test_no_lines_are_no_document() -> None:
    assert kinds(judge_adjustments([], {}, {})[1]) == [InvalidValue]
    assert kinds(judge_counts([], {}, {})[1]) == [InvalidValue]
    assert kinds(judge_transfers([], {}, {}, "")[1]) == [InvalidValue]
    assert kinds(judge_hold([], NOW + timedelta(1), NOW)) == [InvalidValue]
    assert kinds(judge_warehouses([])) == [InvalidValue]


def count(counted: int) -> StockCount:
    return StockCount(warehouse_id=1, sku_id=7, counted=counted)


def test_a_count_becomes_the_difference() -> None:
    stock = levels(a_level(on_hand=10, held=4))

    [less], _ = judge_counts([count(4)], stock, NAMES)
    [more], _ = judge_counts([count(25)], stock, NAMES)
    same, problems = judge_counts([count(10)], stock, NAMES)

    assert (less.quantity, more.quantity) == (-6, 15)
    assert (same, problems) == ([], [])


def test_a_count_below_what_is_held_is_refused() -> None:
    _, problems = judge_counts([count(3)], levels(a_level(on_hand=10, held=4)), NAMES)

    assert problems == [
        CountBelowHeld(path=("lines", 0, "counted"), sku="CHAIR", unit="EA", counted=3, held=4)
    ]
    assert kinds(judge_counts([count(-1)], levels(a_level()), NAMES)[1]) == [InvalidValue]


def carry(source: int, target: int, quantity: int) -> StockTransfer:
    return StockTransfer(
        from_warehouse_id=source, to_warehouse_id=target, sku_id=7, quantity=quantity
    )


def test_a_transfer_may_pass_on_what_an_earlier_line_brings() -> None:
    stock = levels(a_level(1, 5), a_level(2, 0), a_level(3, 0))

    movements, problems = judge_transfers([carry(1, 2, 5), carry(2, 3, 4)], stock, NAMES, "")

    assert problems == []
    assert {(move.warehouse_id, move.quantity) for move in movements} == {(1, -5), (2, 1), (3, 4)}


def test_what_goes_round_in_a_circle_moves_nothing() -> None:
    stock = levels(a_level(1, 5), a_level(2, 0))

    assert judge_transfers([carry(1, 2, 5), carry(2, 1, 5)], stock, NAMES, "") == ([], [])


def test_a_transfer_takes_only_what_is_free_and_to_another_warehouse() -> None:
    stock = levels(a_level(1, 5, 3), a_level(2, 0))

    _, problems = judge_transfers(
        [carry(1, 2, 3), carry(1, 1, 1), carry(2, 9, 1)], stock, NAMES, ""
    )

    assert kinds(problems) == [InsufficientStock, InvalidValue, NotFound]


@pytest.mark.parametrize(
    ("expires_in", "is_fine"),
    [
        (timedelta(0), False),
        (timedelta(seconds=-1), False),
        (timedelta(seconds=1), True),
        (timedelta(days=7), True),
        (timedelta(days=7, microseconds=1), False),
    ],
)
def test_a_hold_lasts_seven_days_at_most(expires_in: timedelta, is_fine: bool) -> None:
    problems = judge_hold([HoldLine(sku_id=7, quantity=1)], NOW + expires_in, NOW)

    assert (problems == []) is is_fine


@pytest.mark.parametrize("quantity", [0, -1, 2**31, 2**63])
def test_a_hold_is_of_a_bounded_amount(quantity: int) -> None:
    problems = judge_hold([HoldLine(sku_id=7, quantity=quantity)], NOW + timedelta(1), NOW)

    assert kinds(problems) == [InvalidValue]


def test_a_line_said_twice_is_a_slip() -> None:
    line = HoldLine(sku_id=7, quantity=1)

    assert kinds(judge_hold([line, line], NOW + timedelta(1), NOW)) == [InvalidValue]


def test_names_every_line_that_cannot_be_held() -> None:
    supply = Supply([a_source(warehouse_id=1, free=3), a_source(warehouse_id=2, free=4)])

    assert shortfalls([HoldLine(sku_id=7, quantity=7)], supply, 5, NAMES) == []
    [problem] = shortfalls([HoldLine(sku_id=7, quantity=8)], supply, 5, NAMES)
    assert problem.message() == "8 EA of CHAIR were asked for, 7 EA are free; ask for less."


def a_source(
    warehouse_id: int, free: int, *, edge: int = 5, sku: int = 7, priority: int = 1
) -> SupplySource:
    return SupplySource(
        relationship_id=edge, sku_id=sku, warehouse_id=warehouse_id, priority=priority, free=free
    )


def test_two_edges_draw_on_the_same_stock() -> None:
    supply = Supply([a_source(1, 10, edge=5), a_source(1, 10, edge=6)])

    assert supply.allocate(5, 7, 6) == [Allocation(1, 6)]
    assert supply.free(6, 7) == 4
    assert supply.allocate(6, 7, 5) is None
    assert supply.allocate(6, 7, 4) == [Allocation(1, 4)]


def test_nothing_cannot_be_allocated() -> None:
    with pytest.raises(ValueError, match="0"):
        Supply([]).allocate(5, 7, 0)


@pytest.mark.parametrize("code", ["", "A B", "A\n", "x" * 65])
def test_a_warehouse_needs_a_plain_code(code: str) -> None:
    [problem] = judge_warehouses([NewWarehouse(code=code, name="n", name_en="")])

    assert problem.path == ("warehouses", 0, "code")
