"""Into which of the buyer's warehouses goods come. Pure: its warehouses are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from tradeline.inventory import Warehouse, WarehouseClosed
from tradeline.kernel import NotFound, Problem

# The warehouses of an organization by id, the first that takes goods in first.
Places: TypeAlias = Mapping[int, Warehouse]


def judge_place(
    places: Places, warehouse_id: int | None, path: tuple[str | int, ...]
) -> list[Problem]:
    """What keeps goods from being sent into a warehouse that somebody names."""
    if warehouse_id is None:
        return []
    found = places.get(warehouse_id)
    if found is None:
        return [NotFound(path=path, subject="warehouse")]
    return [] if found.is_active else [WarehouseClosed(path=path, warehouse=found.code)]


def place_of(places: Places, *wanted: int | None) -> int | None:
    """The first of those wanted that takes goods in, else the first that does; None where none
    does. What was wanted of a line may have been closed since, and its goods come nevertheless."""
    open_ids = [place.id for place in places.values() if place.is_active]
    return next((id for id in (*wanted, *open_ids) if id in open_ids), None)
