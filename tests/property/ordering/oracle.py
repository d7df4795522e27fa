"""What placing orders means: one at a time, in plain words. This is the definition.

An order is taken whole or not at all. Its lines ask in turn for what is free in the warehouses
that serve its edge, by priority; its sum must fit into what credit and deposit leave. Whoever came
before has had theirs; a refused order has had nothing. A bundle is taken one by one, each with all
of its components from one warehouse, the first that still has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tradeline.catalog import Tradable
from tradeline.ordering import NewOrder
from tradeline.organizations import Relationship

Reason = tuple[str, tuple[str | int, ...]]


@dataclass
class World:
    """All that can run out, and all that is fixed."""

    edges: dict[int, Relationship]
    tradable: dict[tuple[int, int], Tradable]
    prices: dict[tuple[int, int], int | None]
    blocked: set[int]
    warehouses: dict[int, list[int]]
    stock: dict[tuple[int, int], int]
    bundles: dict[int, dict[int, int]] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    credit: dict[int, int] = field(default_factory=dict)


Taken = list[tuple[int, int, int]]


def place(order: NewOrder, world: World) -> tuple[int, Taken] | set[Reason]:
    """The order's amount and what it took (warehouse, SKU, quantity), or every reason why not."""
    edge = world.edges.get(order.relationship_id)
    if edge is None:
        return {("NotTrading", ("relationshipId",))}
    stock = dict(world.stock)
    reasons: set[Reason] = set()
    taken: Taken = []
    amount = 0
    for index, line in enumerate(order.lines):
        before = dict(stock)
        faults, quantity = _line_faults(
            index, line.sku_id, line.pack_id, line.quantity, world, edge
        )
        took: Taken = []
        if quantity and edge.holds_stock:
            parts = world.bundles.get(line.sku_id, {line.sku_id: 1})
            took = _take(world.warehouses[edge.id], stock, parts, quantity)
            if sum(part for _, _, part in took) < quantity * sum(parts.values()):
                faults.add(("NotEnoughStock", ("lines", index, "quantity")))
        if faults:
            stock = before
            reasons |= faults
            continue
        price = world.prices[edge.id, line.sku_id]
        assert price is not None
        amount += price * quantity
        taken += took
    if edge.territory and order.ship_to_region not in edge.territory:
        reasons.add(("OutsideTerritory", ("shipToRegion",)))
    bad_lines = {reason[1][1] for reason in reasons if reason[1][0] == "lines"}
    some_lines_are_good = len(bad_lines) < len(order.lines)
    if not bad_lines and amount < edge.order_minimum_minor:
        reasons.add(("BelowOrderMinimum", ("lines",)))
    if some_lines_are_good and edge.id in world.blocked:
        reasons.add(("CreditBlocked", ("relationshipId",)))
    if some_lines_are_good and amount > world.credit[edge.id]:
        reasons.add(("NotEnoughCredit", ("lines",)))
    if reasons:
        return reasons
    world.stock = stock
    world.credit[edge.id] -= amount
    return amount, taken


def _line_faults(
    index: int, sku_id: int, pack_id: int | None, packs: int, world: World, edge: Relationship
) -> tuple[set[Reason], int]:
    sku = world.tradable.get((edge.id, sku_id))
    if sku is None:
        return {("NotInAssortment", ("lines", index, "skuId"))}, 0
    pack = (
        sku.packs.get(pack_id) if pack_id else next(p for p in sku.packs.values() if p.units == 1)
    )
    if pack is None:
        return {("UnknownPack", ("lines", index, "packId"))}, 0
    quantity = packs * pack.units
    faults: set[Reason] = set()
    if quantity < sku.quantity_minimum:
        faults.add(("BelowMinimum", ("lines", index, "quantity")))
    if quantity % sku.quantity_step:
        faults.add(("OutOfStep", ("lines", index, "quantity")))
    if world.bundles.get(sku_id, {}).keys() & world.closed:
        faults.add(("ComponentClosed", ("lines", index, "skuId")))
    if world.prices[edge.id, sku_id] is None:
        faults.add(("PriceMissing", ("lines", index)))
    return faults, quantity


def _take(
    warehouses: list[int],
    stock: dict[tuple[int, int], int],
    parts: dict[int, int],
    quantity: int,
) -> Taken:
    took: Taken = []
    for warehouse_id in warehouses:
        units = 0
        while units < quantity and all(
            stock.get((warehouse_id, part), 0) >= each for part, each in parts.items()
        ):
            units += 1
            for part, each in parts.items():
                stock[warehouse_id, part] -= each
        quantity -= units
        took += [(warehouse_id, part, units * each) for part, each in parts.items() if units]
    return took
