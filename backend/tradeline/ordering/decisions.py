"""Placing orders: who gets what there is. Pure; the outcome equals placing them one by one.

Everything scarce meets here: stock and exposure are given in order of arrival, a refused order
takes nothing of either, and every refusal carries all of its reasons.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tradeline.catalog import Pack, Tradable
from tradeline.inventory import Allocation, Supply
from tradeline.kernel import QUANTITY_MAX, InvalidValue, Money, Problem, Quantity
from tradeline.ordering.errors import (
    BelowMinimum,
    BelowOrderMinimum,
    ComponentClosed,
    CreditBlocked,
    NotEnoughCredit,
    NotEnoughStock,
    NotInAssortment,
    NotTrading,
    OutOfStep,
    OutsideTerritory,
    PriceMissing,
    UnknownPack,
)
from tradeline.ordering.model import LINES_MAX, NewOrder, NewOrderLine
from tradeline.ordering.receiving import Places, judge_place
from tradeline.ordering.rules import judge_day, judge_texts
from tradeline.organizations import Relationship
from tradeline.pricing import PriceResolution
from tradeline.settlement import Exposure


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line that can be had: what it costs, and where its stock is taken from."""

    tradable: Tradable
    pack: Pack
    pack_quantity: int
    quantity: int
    price: PriceResolution
    amount_minor: int
    allocations: tuple[Allocation, ...]
    receiving_warehouse_id: int | None


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An accepted order."""

    order: NewOrder
    relationship: Relationship
    lines: tuple[PlacedLine, ...]
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RefusedOrder:
    """A refused order, with every reason."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class PlacementState:
    """All that deciding needs, as it stood when its scarce rows were locked.

    `relationships` holds those that trade now. `prices` are by (position of the order, position
    of the line); a line without a known pack has none. `free_minor` is what credit and deposit
    leave on each edge; deciding takes from it, as it does from `supply`. `places` are the buyer's
    warehouses by position of the order, of those that name any, and none for a seller.
    """

    relationships: Mapping[int, Relationship]
    tradable: Mapping[tuple[int, int], Tradable]
    prices: Mapping[tuple[int, int], PriceResolution]
    exposures: Mapping[int, Exposure]
    supply: Supply
    free_minor: dict[int, int]
    today: date
    places: Mapping[int, Places] = field(default_factory=dict)


def decide_orders(
    asked: Sequence[tuple[Hashable, NewOrder]], state: PlacementState
) -> list[PlacedOrder | RefusedOrder | None]:
    """Judge the orders in order of arrival, each under the key of its request.

    Of those with the same key only one is placed, and what comes after it is not looked at: None.
    One that is refused leaves the key to the next.
    """
    placed: set[Hashable] = set()
    decisions: list[PlacedOrder | RefusedOrder | None] = []
    for position, (key, order) in enumerate(asked):
        decision = None if key in placed else _decide(position, order, state)
        if isinstance(decision, PlacedOrder):
            placed.add(key)
        decisions.append(decision)
    return decisions


def decide_order(order: NewOrder, state: PlacementState) -> PlacedOrder | RefusedOrder:
    """Judge one order, the first and only one of its state."""
    return _decide(0, order, state)


def judge_lines(
    position: int, order: NewOrder, relationship: Relationship, state: PlacementState
) -> list[PlacedLine | list[Problem]]:
    """Each line by itself, on an edge that trades: what it comes to, or all that is wrong with it.

    A line that can be had takes its stock, so that the lines after it find less.
    """
    return [
        _decide_line((position, index), line, relationship, state)
        for index, line in enumerate(order.lines)
    ]


def pack_of(line: NewOrderLine, tradable: Tradable) -> Pack | None:
    """The line's pack; the base pack where none is named, None where there is no such pack."""
    if line.pack_id is None:
        return next(pack for pack in tradable.packs.values() if pack.code == tradable.base_unit)
    return tradable.packs.get(line.pack_id)


def _decide(position: int, order: NewOrder, state: PlacementState) -> PlacedOrder | RefusedOrder:
    if faults := _order_faults(order, state.today):
        return RefusedOrder(tuple(faults))
    relationship = state.relationships.get(order.relationship_id)
    if relationship is None:
        return RefusedOrder((NotTrading(path=("relationshipId",)),))
    problems: list[Problem] = []
    lines: list[PlacedLine] = []
    for placed in judge_lines(position, order, relationship, state):
        if isinstance(placed, PlacedLine):
            lines.append(placed)
        else:
            problems += placed
    amount = sum(line.amount_minor for line in lines)
    is_complete = not problems
    problems += _territory_problems(order, relationship)
    if lines:
        # The sum of the good lines alone can only be too much, never too little.
        problems += [
            problem
            for problem in _money_problems(amount, relationship, state)
            if is_complete or not isinstance(problem, BelowOrderMinimum)
        ]
    if problems:
        for placed_line in lines:
            state.supply.put_back(placed_line.tradable.sku_id, placed_line.allocations)
        return RefusedOrder(tuple(problems))
    state.free_minor[relationship.id] -= amount
    return PlacedOrder(order, relationship, tuple(lines), amount)


def _order_faults(order: NewOrder, today: date) -> list[Problem]:
    """What cannot be used of the order as it was sent, whatever it wants."""
    faults = judge_texts(
        codes={"buyerReference": order.buyer_reference, "shipToRegion": order.ship_to_region},
        texts={"note": order.note, "shipToAddress": order.ship_to_address},
    )
    faults += judge_day(order.requested_on, today, ("requestedOn",), "requestedOn")
    if not 1 <= len(order.lines) <= LINES_MAX:
        faults.append(
            InvalidValue(
                path=("lines",),
                field="lines",
                rule=f"an order has 1 to {LINES_MAX} lines",
                rule_zh=f"每单 1 至 {LINES_MAX} 行",
            )
        )
    return faults


def _decide_line(
    place: tuple[int, int], line: NewOrderLine, relationship: Relationship, state: PlacementState
) -> PlacedLine | list[Problem]:
    path = ("lines", place[1])
    tradable = state.tradable.get((relationship.id, line.sku_id))
    if tradable is None:
        return [NotInAssortment(path=(*path, "skuId"))]
    pack = pack_of(line, tradable)
    if pack is None:
        return [UnknownPack.of((*path, "packId"), tradable)]
    quantity = line.quantity * pack.units
    if quantity > QUANTITY_MAX:
        return [_too_many((*path, "quantity"))]
    problems = _quantity_problems(quantity, tradable, (*path, "quantity"))
    if line.receiving_warehouse_id is not None:
        problems += _place_problems(place, line, state)
    if closed := [part.code for part in tradable.components if not part.is_active]:
        components = ", ".join(closed)
        problems.append(
            ComponentClosed(path=(*path, "skuId"), sku=tradable.sku_code, components=components)
        )
    price = state.prices[place]
    amount = price.amount
    if amount is None:
        problems.append(PriceMissing(path=path, sku=tradable.sku_code))
    allocations: tuple[Allocation, ...] = ()
    if relationship.holds_stock:
        found = state.supply.allocate(relationship.id, line.sku_id, quantity)
        if found is None:
            problems.append(
                _shortage(quantity, tradable, relationship.id, state.supply, (*path, "quantity"))
            )
        else:
            allocations = tuple(found)
    if problems or amount is None:
        state.supply.put_back(line.sku_id, allocations)
        return problems
    return PlacedLine(
        tradable,
        pack,
        line.quantity,
        quantity,
        price,
        amount.minor,
        allocations,
        line.receiving_warehouse_id,
    )


def _place_problems(
    place: tuple[int, int], line: NewOrderLine, state: PlacementState
) -> list[Problem]:
    position, index = place
    path = ("lines", index, "receivingWarehouseId")
    return judge_place(state.places.get(position, {}), line.receiving_warehouse_id, path)


def _shortage(
    quantity: int,
    tradable: Tradable,
    relationship_id: int,
    supply: Supply,
    path: tuple[str | int, ...],
) -> NotEnoughStock:
    """What is free of the SKU, and of which of its components there would have to be more."""
    short_of = supply.short_of(relationship_id, tradable.sku_id, quantity)
    return NotEnoughStock(
        path=path,
        sku=tradable.sku_code,
        requested=Quantity(quantity, tradable.base_unit),
        available=Quantity(supply.free(relationship_id, tradable.sku_id), tradable.base_unit),
        short_of=tuple(part.code for part in tradable.components if part.sku_id in short_of),
    )


def _too_many(path: tuple[str | int, ...]) -> Problem:
    return InvalidValue(
        path=path,
        field="quantity",
        rule=f"a line holds at most {QUANTITY_MAX} base units",
        rule_zh=f"每行最多 {QUANTITY_MAX} 个基本单位",
    )


def _quantity_problems(
    quantity: int, tradable: Tradable, path: tuple[str | int, ...]
) -> list[Problem]:
    unit = tradable.base_unit
    minimum, step = tradable.quantity_minimum, tradable.quantity_step
    problems: list[Problem] = []
    if quantity < minimum:
        problems.append(
            BelowMinimum(
                path=path,
                sku=tradable.sku_code,
                requested=Quantity(quantity, unit),
                minimum=Quantity(minimum, unit),
            )
        )
    if quantity % step:
        lower = max(quantity - quantity % step, step)
        upper = lower + step
        problems.append(
            OutOfStep(
                path=path,
                sku=tradable.sku_code,
                requested=Quantity(quantity, unit),
                step=Quantity(step, unit),
                lower=Quantity(lower, unit),
                upper=Quantity(upper, unit),
            )
        )
    return problems


def _territory_problems(order: NewOrder, relationship: Relationship) -> list[Problem]:
    if not relationship.territory or order.ship_to_region in relationship.territory:
        return []
    return [
        OutsideTerritory(
            path=("shipToRegion",),
            region=order.ship_to_region,
            territory=", ".join(relationship.territory),
        )
    ]


def _money_problems(
    amount_minor: int, relationship: Relationship, state: PlacementState
) -> list[Problem]:
    problems: list[Problem] = []
    amount = Money(amount_minor, relationship.currency)
    if amount_minor < relationship.order_minimum_minor:
        minimum = Money(relationship.order_minimum_minor, relationship.currency)
        problems.append(
            BelowOrderMinimum(path=("lines",), order_minimum=minimum, order_amount=amount)
        )
    if state.exposures[relationship.id].is_blocked:
        problems.append(CreditBlocked(path=("relationshipId",)))
    free = state.free_minor[relationship.id]
    if amount_minor > free:
        problems.append(
            NotEnoughCredit(
                path=("lines",),
                required=amount,
                free=Money(max(free, 0), relationship.currency),
            )
        )
    return problems
