"""What the keepers of a warehouse do: adjust, count, carry, look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradeline.catalog import search_terms, visible_sku_ids
from tradeline.inventory.model import (
    MovementReason,
    NewMovement,
    SkuName,
    StockAdjustment,
    StockCount,
    StockHold,
    StockLevel,
    StockMovement,
    StockTransfer,
)
from tradeline.inventory.queries import stock as queries
from tradeline.inventory.queries import warehouses as warehouse_queries
from tradeline.inventory.rules import (
    Path,
    judge_adjustments,
    judge_counts,
    judge_open,
    judge_transfers,
)
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Event,
    Page,
    PageRequest,
    Permission,
    Problem,
    listing,
    make_page,
    publish,
    raise_any,
    record_changes,
)


async def adjust_stock(
    conn: Connection,
    *,
    actor: Actor,
    adjustments: Sequence[StockAdjustment],
    reason: MovementReason = MovementReason.ADJUSTMENT,
) -> int:
    """Correct on-hand by signed amounts, all or none; returns the document's number.

    `reason` is OPENING for what stood there when the books were opened (imports and seeds).

    Raises:
        Forbidden: without `stock:manage`.
        Rejected: NotFound for a foreign warehouse or unseen SKU; BundleHasNoStock;
            InsufficientStock where more would go than is free; WarehouseClosed where something
            would come in; InvalidValue.
    """
    actor.require(Permission.STOCK_MANAGE)
    keys = [(line.warehouse_id, line.sku_id) for line in adjustments]
    targets = [
        (line.warehouse_id, ("lines", index, "warehouseId"))
        for index, line in enumerate(adjustments)
        if line.quantity > 0
    ]
    closed = await _closed(conn, actor, targets)
    levels, names = await _lock(conn, actor, keys)
    movements, problems = judge_adjustments(adjustments, levels, names)
    return await _store(conn, actor, movements, problems + closed, reason, levels)


async def count_stock(conn: Connection, *, actor: Actor, counts: Sequence[StockCount]) -> int:
    """Set on-hand to what was counted, all or none; the differences become movements.

    Returns the document's number, also when nothing differed.

    Raises:
        Forbidden: without `stock:manage`.
        Rejected: NotFound for a foreign warehouse or unseen SKU; BundleHasNoStock; CountBelowHeld;
            WarehouseClosed where something would stand; InvalidValue.
    """
    actor.require(Permission.STOCK_MANAGE)
    keys = [(line.warehouse_id, line.sku_id) for line in counts]
    targets = [
        (line.warehouse_id, ("lines", index, "warehouseId"))
        for index, line in enumerate(counts)
        if line.counted > 0
    ]
    closed = await _closed(conn, actor, targets)
    levels, names = await _lock(conn, actor, keys)
    movements, problems = judge_counts(counts, levels, names)
    return await _store(conn, actor, movements, problems + closed, MovementReason.COUNT, levels)


async def transfer_stock(
    conn: Connection, *, actor: Actor, transfers: Sequence[StockTransfer], note: str = ""
) -> int:
    """Carry free stock between own warehouses, all or none; returns the document's number.

    Raises:
        Forbidden: without `stock:manage`.
        Rejected: NotFound for a foreign warehouse or unseen SKU; BundleHasNoStock;
            InsufficientStock; WarehouseClosed for one that is carried to; InvalidValue.
    """
    actor.require(Permission.STOCK_MANAGE)
    keys = [(line.from_warehouse_id, line.sku_id) for line in transfers]
    keys += [(line.to_warehouse_id, line.sku_id) for line in transfers]
    targets = [
        (line.to_warehouse_id, ("lines", index, "toWarehouseId"))
        for index, line in enumerate(transfers)
    ]
    closed = await _closed(conn, actor, targets)
    levels, names = await _lock(conn, actor, keys)
    movements, problems = judge_transfers(transfers, levels, names, note)
    return await _store(conn, actor, movements, problems + closed, MovementReason.TRANSFER, levels)


async def list_stock_levels(
    conn: Connection,
    *,
    actor: Actor,
    page: PageRequest,
    warehouse_id: int | None = None,
    sku_id: int | None = None,
    search: str | None = None,
) -> Page[StockLevel]:
    """Levels in own warehouses; `search` finds their SKUs as the catalog does. The cursor is
    (int, int).

    Raises:
        Forbidden: without `stock:read`.
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.STOCK_READ)
    terms = search_terms(search)
    rows = await queries.list_levels(conn, actor, page, warehouse_id, sku_id, terms)
    return make_page(rows, page, lambda level: (level.warehouse_id, level.sku_id))


async def list_stock_movements(
    conn: Connection,
    *,
    actor: Actor,
    page: PageRequest,
    warehouse_id: int | None = None,
    sku_id: int | None = None,
) -> Page[StockMovement]:
    """Movements in own warehouses, newest first; the cursor is (int,).

    Raises Forbidden without `stock:read`.
    """
    actor.require(Permission.STOCK_READ)
    rows = await queries.list_movements(conn, actor, page, warehouse_id, sku_id)
    return make_page(rows, page, lambda movement: (movement.id,))


async def movements_of_document(
    conn: Connection, *, actor: Actor, reason: MovementReason, document_id: int
) -> list[StockMovement]:
    """What one adjustment, count or transfer of the actor's organization moved.

    Raises Forbidden without `stock:manage`: it is the answer to whoever moved it.
    """
    actor.require(Permission.STOCK_MANAGE)
    return await queries.fetch_document_movements(conn, actor, reason, document_id)


async def list_reservations(
    conn: Connection,
    *,
    actor: Actor,
    page: PageRequest,
    warehouse_id: int | None = None,
    sku_id: int | None = None,
) -> Page[StockHold]:
    """What is set aside in own warehouses, for orders and for people, newest first.

    The cursor is (int,). Raises Forbidden without `stock:read`.
    """
    actor.require(Permission.STOCK_READ)
    rows = await queries.list_reservations(conn, actor, page, warehouse_id, sku_id)
    return make_page(rows, page, lambda hold: (hold.id,))


async def _closed(
    conn: Connection, actor: Actor, targets: Sequence[tuple[int, Path]]
) -> list[Problem]:
    """Keep the warehouses that something is put into from being closed meanwhile, before any level
    is locked; the faults of those that are closed."""
    ids = sorted({warehouse_id for warehouse_id, _ in targets})
    return judge_open(targets, await warehouse_queries.keep_warehouses(conn, actor, ids))


async def _lock(
    conn: Connection, actor: Actor, keys: Sequence[tuple[int, int]]
) -> tuple[dict[tuple[int, int], StockLevel], dict[int, SkuName]]:
    """The levels of (warehouse, SKU) in own warehouses, locked, and the names of the SKUs."""
    sku_ids = sorted({sku_id for _, sku_id in keys})
    visible = await visible_sku_ids(conn, actor=actor, ids=sku_ids)
    names = await queries.fetch_sku_names(conn, actor, sku_ids, visible)
    stocked = [sku_id for sku_id, name in names.items() if not name.component_codes]
    return await queries.lock_levels(conn, actor, keys, stocked), names


async def _store(
    conn: Connection,
    actor: Actor,
    movements: Sequence[NewMovement],
    problems: Sequence[Problem],
    reason: MovementReason,
    levels: Mapping[tuple[int, int], StockLevel],
) -> int:
    """Store what was decided as one document, or refuse. A document has one movement of a level."""
    raise_any(problems)
    document_id = await queries.next_document(conn)
    await queries.insert_movements(conn, actor, movements, reason, document_id)
    change = Change(
        action=f"stock.{reason}",
        subject_type=f"stock_{reason}",
        subject_id=document_id,
        before=listing("lines", [_told(move, levels, has_moved=False) for move in movements]),
        after=listing("lines", [_told(move, levels, has_moved=True) for move in movements]),
    )
    await record_changes(conn, actor=actor, changes=[change])
    event = Event(
        topic="stock.moved",
        key=f"stock_document:{document_id}",
        payload={"reason": reason, "document_id": document_id, "org_id": actor.org_id},
    )
    await publish(conn, network_id=actor.network_id, events=[event])
    return document_id


def _told(
    movement: NewMovement, levels: Mapping[tuple[int, int], StockLevel], *, has_moved: bool
) -> dict[str, object]:
    """A level before or after it was moved, as the audit trail tells of it."""
    on_hand = levels[movement.warehouse_id, movement.sku_id].on_hand
    level = {"warehouse_id": movement.warehouse_id, "sku_id": movement.sku_id}
    if not has_moved:
        return {**level, "on_hand": on_hand}
    return {**level, "on_hand": on_hand + movement.quantity, "note": movement.note}
