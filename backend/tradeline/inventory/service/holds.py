"""Holds that people ask for: stock set aside for a while, every line or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tradeline.catalog import load_tradable, visible_sku_ids
from tradeline.inventory.model import (
    HOLD_REFERENCE,
    OWN_USE,
    HeldStock,
    HoldLine,
    NewHold,
    Release,
    SkuName,
    Supply,
)
from tradeline.inventory.queries import holds as queries
from tradeline.inventory.queries import stock as stock_queries
from tradeline.inventory.queries import supply as supply_queries
from tradeline.inventory.rules import judge_hold, shortfalls
from tradeline.inventory.service.supply import release_holds
from tradeline.kernel import (
    QUANTITY_MAX,
    Actor,
    Change,
    Connection,
    Event,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Problem,
    WrongState,
    make_page,
    publish,
    raise_any,
    record_changes,
    refuse,
)
from tradeline.organizations import load_trading_relationships


async def hold_stock(
    conn: Connection,
    *,
    actor: Actor,
    lines: Sequence[HoldLine],
    expires_at: datetime,
    relationship_id: int | None = None,
) -> int:
    """Set stock aside until `expires_at`, every line or none; returns the hold's id.

    With an edge, the actor's organization is its buyer and the seller's stock is held for it, as
    far as the edge trades the SKU and holds stock at all. Without one, the organization holds its
    own stock for itself. An order does not draw on a hold: release it to order the goods.

    Raises:
        Forbidden: without `stock:hold`.
        Rejected: NotFound for an edge that the actor cannot buy on or a SKU not traded there;
            BundleHasNoStock; InsufficientStock for each line that cannot be met; InvalidValue.
    """
    actor.require(Permission.STOCK_HOLD)
    now = await supply_queries.fetch_now(conn)
    raise_any(judge_hold(lines, expires_at, now))
    edge_id = OWN_USE if relationship_id is None else relationship_id
    names = await _names(conn, actor, edge_id, [line.sku_id for line in lines])
    supply = await _lock_supply(conn, actor, edge_id, [line.sku_id for line in lines])
    missing: list[Problem] = [
        NotFound(path=("lines", index, "skuId"), subject="SKU")
        for index, line in enumerate(lines)
        if line.sku_id not in names
    ]
    raise_any(missing or shortfalls(lines, supply, edge_id, names))
    hold_id = await stock_queries.next_document(conn)
    holds = [
        NewHold(
            warehouse_id=part.warehouse_id,
            sku_id=line.sku_id,
            held_for_org_id=actor.org_id,
            reference_type=HOLD_REFERENCE,
            reference_id=hold_id,
            quantity=part.quantity,
            expires_at=expires_at,
        )
        for line in lines
        for part in supply.allocate(edge_id, line.sku_id, line.quantity) or ()
    ]
    await supply_queries.insert_holds(conn, actor.network_id, holds)
    after = {
        "relationship_id": relationship_id,
        "expires_at": expires_at,
        "lines": [{"sku_id": line.sku_id, "quantity": line.quantity} for line in lines],
    }
    parties = {"held_for_org_id": actor.org_id, "relationship_id": relationship_id}
    await _record(conn, actor, "stock.hold", "stock.held", hold_id, after, parties)
    return hold_id


async def release_stock_hold(conn: Connection, *, actor: Actor, hold_id: int) -> int:
    """Let go of a hold that somebody asked for; returns its id.

    Whom it is held for may, and whose stock it is: an owner is never locked out of its stock.

    Raises:
        Forbidden: without `stock:hold`.
        Rejected: NotFound; WrongState if it was released or has lapsed.
    """
    actor.require(Permission.STOCK_HOLD)
    held = (await queries.fetch_held_stock(conn, actor, [hold_id])).get(hold_id)
    if held is None:
        raise refuse(NotFound(path=("stockHoldId",), subject="hold"))
    # More than any hold of so many lines: all that still stands when the levels are locked.
    everything = Release(
        reference_type=HOLD_REFERENCE,
        reference_id=hold_id,
        quantity=QUANTITY_MAX * len(held.lines),
    )
    freed = await release_holds(conn, network_id=actor.network_id, releases=[everything])
    if not freed:
        raise refuse(WrongState(path=("stockHoldId",), subject="hold", state="released"))
    after = {"released": freed[HOLD_REFERENCE, hold_id]}
    parties = {"held_for_org_id": held.held_for_org_id, "owner_org_id": held.owner_org_id}
    await _record(conn, actor, "stock.hold_release", "stock.hold_released", hold_id, after, parties)
    return hold_id


async def stock_holds_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, HeldStock]:
    """Holds for the actor's organization or of its stock; also such as are over.

    Raises Forbidden unless the actor may see stock or hold it.
    """
    _require_sight(actor)
    return await queries.fetch_held_stock(conn, actor, ids)


async def list_stock_holds(conn: Connection, *, actor: Actor, page: PageRequest) -> Page[HeldStock]:
    """Standing holds for the actor's organization or of its stock, newest first.

    The cursor is (int,). Raises Forbidden unless the actor may see stock or hold it.
    """
    _require_sight(actor)
    rows = await queries.list_held_stock(conn, actor, page)
    return make_page(rows, page, lambda held: (held.id,))


def _require_sight(actor: Actor) -> None:
    if not actor.may(Permission.STOCK_HOLD):
        actor.require(Permission.STOCK_READ)


async def _names(
    conn: Connection, actor: Actor, edge_id: int, sku_ids: Sequence[int]
) -> dict[int, SkuName]:
    """The SKUs that the actor may hold there, by id."""
    if edge_id == OWN_USE:
        visible = await visible_sku_ids(conn, actor=actor, ids=sku_ids)
        return await stock_queries.fetch_sku_names(conn, actor, sku_ids, visible)
    pairs = [(edge_id, sku_id) for sku_id in sku_ids]
    edges = await load_trading_relationships(conn, network_id=actor.network_id, ids=[edge_id])
    edge = edges.get(edge_id)
    if edge is None or edge.buyer_org_id != actor.org_id or not edge.holds_stock:
        raise refuse(NotFound(path=("relationshipId",), subject="relationship"))
    tradable = await load_tradable(conn, network_id=actor.network_id, pairs=pairs)
    return {
        sku_id: SkuName(
            found.sku_code, found.base_unit, tuple(part.code for part in found.components)
        )
        for (_, sku_id), found in tradable.items()
    }


async def _lock_supply(
    conn: Connection, actor: Actor, edge_id: int, sku_ids: Sequence[int]
) -> Supply:
    if edge_id == OWN_USE:
        return Supply(
            await supply_queries.lock_own_supply(conn, actor.network_id, actor.org_id, sku_ids)
        )
    pairs = [(edge_id, sku_id) for sku_id in sku_ids]
    return Supply(await supply_queries.lock_supply(conn, actor.network_id, pairs))


async def _record(
    conn: Connection,
    actor: Actor,
    action: str,
    topic: str,
    hold_id: int,
    after: Mapping[str, object],
    parties: Mapping[str, int | None],
) -> None:
    change = Change(action=action, subject_type="stock_hold", subject_id=hold_id, after=after)
    await record_changes(conn, actor=actor, changes=[change])
    event = Event(topic=topic, key=f"stock_hold:{hold_id}", payload={"id": hold_id, **parties})
    await publish(conn, network_id=actor.network_id, events=[event])
