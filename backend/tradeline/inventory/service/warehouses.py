"""Warehouses, and which of them serve whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from tradeline.inventory.model import NewWarehouse, Warehouse, WarehouseChange, WarehouseGrant
from tradeline.inventory.queries import warehouses as queries
from tradeline.inventory.rules import (
    judge_closing,
    judge_lines,
    judge_warehouse,
    judge_warehouses,
)
from tradeline.kernel import (
    Actor,
    AlreadyExists,
    Change,
    Connection,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Problem,
    listing,
    make_page,
    raise_any,
    record_and_publish,
    refuse,
)

ON_EDGE_MAX = 100
CODES_NAMED = 5


async def create_warehouses(
    conn: Connection, *, actor: Actor, warehouses: Sequence[NewWarehouse]
) -> list[int]:
    """Open warehouses for the actor's organization; their ids in order.

    From then on the goods that the organization receives stand there.

    Raises:
        Forbidden: without `stock:manage`.
        Rejected: InvalidValue; AlreadyExists for a code that the organization uses.
    """
    actor.require(Permission.STOCK_MANAGE)
    raise_any(judge_warehouses(warehouses))
    ids = await queries.insert_warehouses(conn, actor, warehouses)
    problems: list[Problem] = [
        AlreadyExists(path=("warehouses", index, "code"), subject="warehouse", code=warehouse.code)
        for index, warehouse in enumerate(warehouses)
        if warehouse.code not in ids
    ]
    raise_any(problems)
    changes = [
        Change(
            action="warehouse.create",
            subject_type="warehouse",
            subject_id=ids[warehouse.code],
            after=asdict(warehouse),
        )
        for warehouse in warehouses
    ]
    await record_and_publish(conn, actor=actor, changes=changes, topic="warehouse.created")
    return [ids[warehouse.code] for warehouse in warehouses]


async def update_warehouse(conn: Connection, *, actor: Actor, change: WarehouseChange) -> int:
    """Change a warehouse of the actor's organization, close it (`is_active`) or open it again.

    A closed one serves nobody and takes nothing in. Locks the warehouse against all who would put
    stock into it.

    Raises:
        Forbidden: without `stock:manage`.
        Rejected: NotFound, InvalidValue; to close it, WarehouseNotEmpty while stock stands in it
            and WarehousePromised while orders or holds have some of it set aside.
    """
    actor.require(Permission.STOCK_MANAGE)
    before = await queries.lock_warehouse(conn, actor, change.warehouse_id)
    if before is None:
        raise refuse(NotFound(path=("warehouseId",), subject="warehouse"))
    values = change.values()
    after = replace(before, **values)
    problems = judge_warehouse(after, ())
    if before.is_active and not after.is_active:
        standing = await queries.fetch_standing_stock(conn, actor, before.id, CODES_NAMED)
        problems += judge_closing(before, standing)
    raise_any(problems)
    await queries.update_warehouse(conn, actor, after)
    audited = Change(
        action="warehouse.update",
        subject_type="warehouse",
        subject_id=before.id,
        before={name: getattr(before, name) for name in values},
        after=values,
    )
    await record_and_publish(conn, actor=actor, changes=[audited], topic="warehouse.updated")
    return before.id


async def grant_warehouses(
    conn: Connection, *, actor: Actor, grants: Sequence[WarehouseGrant]
) -> list[int]:
    """Say which warehouses serve some edges, in place of what was said before; the edges' ids.

    Only the seller may. What is held already stays where it is. Locks the edges.

    Raises:
        Forbidden: without `stock:manage`.
        Rejected: NotFound for an edge on which the actor does not sell, or a foreign warehouse.
    """
    actor.require(Permission.STOCK_MANAGE)
    edge_ids = [grant.relationship_id for grant in grants]
    named = {id for grant in grants for id in grant.warehouse_ids}
    edges = await queries.lock_selling_edges(conn, actor, edge_ids)
    warehouses = await queries.fetch_warehouses(conn, actor, list(named))
    problems = judge_lines(grants, edge_ids, "grants")
    for index, grant in enumerate(grants):
        path = ("grants", index)
        if grant.relationship_id not in edges:
            problems.append(NotFound(path=(*path, "relationshipId"), subject="relationship"))
        if grant.warehouse_ids:
            faults = judge_lines(grant.warehouse_ids, grant.warehouse_ids, "warehouseIds")
            problems += [replace(fault, path=(*path, *fault.path)) for fault in faults]
        problems += [
            NotFound(path=(*path, "warehouseIds", position), subject="warehouse")
            for position, warehouse_id in enumerate(grant.warehouse_ids)
            if warehouse_id not in warehouses
        ]
    raise_any(problems)
    before = await queries.fetch_granted_warehouses(conn, actor.network_id, edge_ids)
    await queries.replace_grants(conn, actor.network_id, grants)
    changes = [
        Change(
            action="warehouse.grant",
            subject_type="relationship",
            subject_id=grant.relationship_id,
            before=listing("warehouse_ids", before[grant.relationship_id]),
            after=listing("warehouse_ids", grant.warehouse_ids),
        )
        for grant in grants
    ]
    await record_and_publish(conn, actor=actor, changes=changes, topic="warehouse.granted")
    return edge_ids


async def warehouses_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Warehouse]:
    """Own warehouses. Raises Forbidden without `stock:read` or `stock:manage`."""
    if not actor.may(Permission.STOCK_MANAGE):
        actor.require(Permission.STOCK_READ)
    return await queries.fetch_warehouses(conn, actor, ids)


async def list_warehouses(conn: Connection, *, actor: Actor, page: PageRequest) -> Page[Warehouse]:
    """Own warehouses, oldest first; the cursor is (int,). Raises Forbidden without `stock:read`."""
    actor.require(Permission.STOCK_READ)
    rows = await queries.list_warehouses(conn, actor, page)
    return make_page(rows, page, lambda warehouse: (warehouse.id,))


async def warehouses_of_edges(
    conn: Connection, *, actor: Actor, relationship_ids: Sequence[int]
) -> dict[int, list[Warehouse]]:
    """Which warehouses serve edges on which the actor's organization sells, the first to serve
    first and each with its priority there; at most 100 for each edge.

    Other edges are absent, as are those without any. Raises Forbidden without `stock:read`.
    """
    actor.require(Permission.STOCK_READ)
    return await queries.fetch_warehouses_of_edges(conn, actor, relationship_ids, ON_EDGE_MAX)


async def edges_with_own_warehouses(
    conn: Connection, *, actor: Actor, relationship_ids: Sequence[int]
) -> set[int]:
    """For which of the edges on which the actor's organization sells it was said which warehouses
    serve them; all of its warehouses serve the others.

    Raises Forbidden without `stock:read`.
    """
    actor.require(Permission.STOCK_READ)
    return await queries.fetch_edges_with_grants(conn, actor, relationship_ids)
