"""What inventory talks about, and its rules. Pure: no storage, no network, no clock.

All amounts are whole base units of their SKU.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

CODE_LENGTH_MAX = 64
TEXT_LENGTH_MAX = 200
PRIORITY_MAX = 10_000
LINES_MAX = 1_000
HOLD_TIME_MAX = timedelta(days=7)
HOLD_REFERENCE = "hold"

# A paper that stock moved on: its type, and the id of its line.
Paper: TypeAlias = tuple[str, int]

# Stands for "the organization's own use" where others name an edge; no edge has this id.
OWN_USE = 0


class MovementReason(StrEnum):
    """Why on-hand changed."""

    OPENING = "opening"
    COUNT = "count"
    ADJUSTMENT = "adjustment"
    TRANSFER = "transfer"
    SHIPMENT = "shipment"
    RECEIPT = "receipt"
    RETURN = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """A place where one organization keeps stock. A lower priority serves first."""

    id: int
    org_id: int
    code: str
    name: str
    name_en: str
    region: str
    priority: int
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWarehouse:
    """A warehouse to be opened for the actor's organization."""

    code: str
    name: str
    name_en: str
    region: str = ""
    priority: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseChange:
    """New values for a warehouse; None leaves a field as it is."""

    warehouse_id: int
    name: str | None = None
    name_en: str | None = None
    region: str | None = None
    priority: int | None = None
    is_active: bool | None = None

    def values(self) -> dict[str, Any]:
        """What is given, by name."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        del named["warehouse_id"]
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingStock:
    """What keeps a warehouse from being closed: how many SKUs stand in it, with the codes of some,
    and how many order lines and holds have stock set aside."""

    sku_count: int
    sku_codes: tuple[str, ...]
    order_lines: int
    holds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseGrant:
    """Which of the seller's warehouses serve an edge, the first one first; none means all of them,
    by their own priority."""

    relationship_id: int
    warehouse_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SkuName:
    """How messages call a SKU, and in what it is counted. A bundle is not: its components are,
    whose codes it comes with."""

    code: str
    unit: str
    component_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """How much of a SKU stands in a warehouse, and how much of that is spoken for."""

    warehouse_id: int
    sku_id: int
    on_hand: int
    held: int

    @property
    def free(self) -> int:
        return self.on_hand - self.held


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMovement:
    """One change of on-hand, and why. `reference` names the document that caused it."""

    id: int
    warehouse_id: int
    sku_id: int
    quantity: int
    reason: MovementReason
    reference_type: str | None
    reference_id: int | None
    note: str
    account_id: int | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StockHold:
    """Stock set aside in one warehouse for a document, as its owner sees it: `quantity` is what is
    still held, `held_for_org_id` may use it."""

    id: int
    warehouse_id: int
    sku_id: int
    held_for_org_id: int
    reference_type: str
    reference_id: int
    quantity: int
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """Some of one SKU that somebody wants set aside."""

    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldStock:
    """A hold that somebody asked for: what of it still stands, until it is released or lapses."""

    id: int
    owner_org_id: int
    held_for_org_id: int
    created_at: datetime
    expires_at: datetime
    lines: tuple[HoldLine, ...]

    @property
    def is_active(self) -> bool:
        return any(line.quantity > 0 for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHold:
    """Stock to set aside in one warehouse for a document, such as ("order_line", 17).

    `quantity_each` of it go to one unit of what the document asks for: as many as are in a bundle,
    whose components are held together.
    """

    warehouse_id: int
    sku_id: int
    held_for_org_id: int
    reference_type: str
    reference_id: int
    quantity: int
    quantity_each: int = 1
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """So much of what a document holds is to be free again: of a bundle, so many whole ones."""

    reference_type: str
    reference_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldShipment:
    """So much of what a document holds leaves, on the paper ("shipment_line", 4), say: of a
    bundle, so many whole ones."""

    reference_type: str
    reference_id: int
    quantity: int
    movement_type: str
    movement_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReceipt:
    """Goods that came in to an organization, on the paper that `reference` names: to that one of
    its warehouses, else to its first. Of a bundle its components are put into stock."""

    org_id: int
    sku_id: int
    quantity: int
    reason: MovementReason
    reference_type: str
    reference_id: int
    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBack:
    """Goods that leave an organization's own stock again, on the paper that `reference` names.
    `came_on` are the papers, (type, id), on which such goods came and left before."""

    sku_id: int
    quantity: int
    reference_type: str
    reference_id: int
    came_on: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdjustment:
    """A signed correction of on-hand, with the reason in words."""

    warehouse_id: int
    sku_id: int
    quantity: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCount:
    """What somebody counted."""

    warehouse_id: int
    sku_id: int
    counted: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockTransfer:
    """Goods carried from one warehouse to another of the same organization."""

    from_warehouse_id: int
    to_warehouse_id: int
    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMovement:
    """A change of on-hand to be stored together with the level."""

    warehouse_id: int
    sku_id: int
    quantity: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much comes from this warehouse."""

    warehouse_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class SupplySource:
    """One stock level that may serve one edge, as it was when it was locked."""

    relationship_id: int
    sku_id: int
    warehouse_id: int
    priority: int
    free: int


class Supply:
    """What can be promised on some edges. It keeps what it gave as taken, so that lines and orders
    are judged in the order in which they ask; several edges draw on the same stock.

    `bundles` are SKUs that have no stock of their own, with how many of which others are in one:
    what is free of one is what its components allow, each bundle whole from one warehouse.
    """

    def __init__(
        self,
        sources: Iterable[SupplySource],
        bundles: Mapping[int, Mapping[int, int]] | None = None,
    ) -> None:
        self._free: dict[tuple[int, int], int] = {}
        self._warehouses: dict[tuple[int, int], list[int]] = {}
        self._bundles = {id: parts for id, parts in (bundles or {}).items() if parts}
        for source in sorted(sources, key=lambda source: (source.priority, source.warehouse_id)):
            self._free[source.warehouse_id, source.sku_id] = source.free
            self._warehouses.setdefault((source.relationship_id, source.sku_id), []).append(
                source.warehouse_id
            )

    def free(self, relationship_id: int, sku_id: int) -> int:
        """What the edge could still be given, over all warehouses that serve it."""
        return sum(units for _, units in self._standing(relationship_id, sku_id))

    def allocate(self, relationship_id: int, sku_id: int, quantity: int) -> list[Allocation] | None:
        """Take `quantity` from the edge's warehouses by priority; None, and nothing taken, if less
        is free. `quantity` is more than zero."""
        if quantity <= 0:
            raise ValueError(f"cannot allocate {quantity}")
        allocations = []
        for warehouse_id, units in self._standing(relationship_id, sku_id):
            part = min(quantity, units)
            if part > 0:
                quantity -= part
                allocations.append(Allocation(warehouse_id, part))
        if quantity:
            return None
        self._move(sku_id, allocations, -1)
        return allocations

    def put_back(self, sku_id: int, allocations: Iterable[Allocation]) -> None:
        """Undo what `allocate` gave of a SKU: an order that is refused takes nothing."""
        self._move(sku_id, allocations, 1)

    def short_of(self, relationship_id: int, sku_id: int, quantity: int) -> set[int]:
        """The components of which there are too few for so many of a bundle, in all warehouses
        together; all of them where there is enough of each and they do not stand together. Empty
        for other SKUs."""
        parts = self._bundles.get(sku_id, {})
        short = {
            part
            for part, each in parts.items()
            if quantity > sum(units // each for _, units in self._standing(relationship_id, part))
        }
        return short or set(parts)

    def _standing(self, relationship_id: int, sku_id: int) -> list[tuple[int, int]]:
        """The warehouses that keep the SKU for the edge, by priority, and how many are free there;
        of a bundle those that keep all of its components."""
        free = self._free
        parts = self._bundles.get(sku_id)
        if parts is None:
            warehouses = self._warehouses.get((relationship_id, sku_id), ())
            return [(warehouse_id, free[warehouse_id, sku_id]) for warehouse_id in warehouses]
        first, *others = (self._warehouses.get((relationship_id, part), ()) for part in parts)
        return [
            (warehouse_id, min(free[warehouse_id, part] // each for part, each in parts.items()))
            for warehouse_id in first
            if all(warehouse_id in other for other in others)
        ]

    def _move(self, sku_id: int, allocations: Iterable[Allocation], sign: int) -> None:
        """Count what is given or put back; of a bundle, its components."""
        parts = self._bundles.get(sku_id)
        for allocation in allocations:
            warehouse_id, units = allocation.warehouse_id, sign * allocation.quantity
            if parts is None:
                self._free[warehouse_id, sku_id] += units
                continue
            for part, each in parts.items():
                self._free[warehouse_id, part] += units * each


@dataclass(frozen=True, slots=True)
class StockRow:
    """One stock level of an organization, as it was when it was read or locked."""

    org_id: int
    warehouse_id: int
    region: str
    priority: int
    sku_id: int
    free: int


@dataclass(frozen=True, slots=True)
class StockPlace:
    """A warehouse that keeps some of what was asked for."""

    warehouse_id: int
    org_id: int
    region: str
    priority: int


class Stock:
    """What stands free in the warehouses of some organizations. As `Supply`, it keeps what was
    taken as taken, so that orders are judged in the order in which they ask; here whoever takes
    says from which warehouse.

    `bundles` are SKUs without stock of their own: what is free of one is what its components in
    the same warehouse allow.
    """

    def __init__(
        self,
        rows: Iterable[StockRow],
        bundles: Mapping[int, Mapping[int, int]] | None = None,
    ) -> None:
        self._free: dict[tuple[int, int], int] = {}
        self._bundles = {id: parts for id, parts in (bundles or {}).items() if parts}
        places: dict[int, dict[int, StockPlace]] = {}
        for row in rows:
            self._free[row.warehouse_id, row.sku_id] = row.free
            ours = places.setdefault(row.org_id, {})
            if row.warehouse_id not in ours:
                ours[row.warehouse_id] = StockPlace(
                    row.warehouse_id, row.org_id, row.region, row.priority
                )
        self._places = {
            org_id: tuple(
                sorted(ours.values(), key=lambda place: (place.priority, place.warehouse_id))
            )
            for org_id, ours in places.items()
        }

    def places(self, org_id: int) -> tuple[StockPlace, ...]:
        """The organization's warehouses that keep any of what was asked for, the first first."""
        return self._places.get(org_id, ())

    def components(self, sku_id: int) -> Mapping[int, int] | None:
        """How many of which other SKUs are in one of a bundle; None for other SKUs."""
        return self._bundles.get(sku_id)

    def free(self, warehouse_id: int, sku_id: int) -> int:
        """How many could still be taken there."""
        parts = self._bundles.get(sku_id)
        if parts is None:
            return self._free.get((warehouse_id, sku_id), 0)
        return min(self._free.get((warehouse_id, p), 0) // each for p, each in parts.items())

    def take(self, warehouse_id: int, sku_id: int, quantity: int) -> None:
        """Count so many as taken; the caller has seen that they are free."""
        self._move(warehouse_id, sku_id, -quantity)

    def take_from(
        self, org_id: int, sku_id: int, quantity: int, preferred: Mapping[int, int]
    ) -> list[Allocation]:
        """Take up to so many of an organization's: of the `preferred` warehouses first, as many as
        is said of each, then of all by priority. Of a SKU that is no bundle."""
        given = []
        for limits in (preferred, None):
            for place in self.places(org_id):
                limit = quantity if limits is None else limits.get(place.warehouse_id, 0)
                units = min(quantity, limit, self.free(place.warehouse_id, sku_id))
                if units > 0:
                    self.take(place.warehouse_id, sku_id, units)
                    given.append(Allocation(place.warehouse_id, units))
                    quantity -= units
        return given

    def put_back(self, warehouse_id: int, sku_id: int, quantity: int) -> None:
        """Undo `take`: an order that is refused takes nothing."""
        self._move(warehouse_id, sku_id, quantity)

    def _move(self, warehouse_id: int, sku_id: int, units: int) -> None:
        parts = self._bundles.get(sku_id)
        for part, each in ((sku_id, 1),) if parts is None else parts.items():
            self._free[warehouse_id, part] += units * each
