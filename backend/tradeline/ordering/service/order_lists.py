"""Saved lists: rows that an organization's people keep under a name, to order them again."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import (
    Actor,
    AlreadyExists,
    Change,
    Connection,
    Forbidden,
    NotFound,
    Page,
    PageRequest,
    Permission,
    make_page,
    raise_any,
    record_changes,
    refuse,
)
from tradeline.ordering.drafts import OrderList, TypedRow, clean_name, judge_rows
from tradeline.ordering.queries import drafts as queries


async def list_order_lists(conn: Connection, *, actor: Actor, page: PageRequest) -> Page[OrderList]:
    """The lists of the actor's organization by name; the cursor's shape is (str, int).

    Raises Forbidden without `order:place` or `order:place_on_behalf`.
    """
    require_placing(actor)
    rows = await queries.list_lists(conn, actor, page)
    return make_page(rows, page, lambda order_list: (order_list.name, order_list.id))


async def order_lists_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, OrderList]:
    """Those of the lists that are the organization's; raises Forbidden as `list_order_lists`."""
    require_placing(actor)
    return {found.id: found for found in await queries.fetch_lists(conn, actor, ids)}


async def save_order_list(
    conn: Connection,
    *,
    actor: Actor,
    name: str,
    rows: Sequence[TypedRow],
    order_list_id: int | None = None,
) -> int:
    """Keep rows under a name: as a new list, or in place of what a list held. Its id.

    Raises:
        Forbidden: without `order:place` or `order:place_on_behalf`.
        Rejected: NotFound, AlreadyExists for a name that another list has, InvalidValue.
    """
    require_placing(actor)
    name, faults = clean_name(name)
    raise_any(faults + judge_rows(rows))
    before = None
    if order_list_id is None:
        order_list_id = await queries.insert_list(conn, actor, name, rows)
        is_stored = order_list_id is not None
    else:
        before = await _lock(conn, actor, order_list_id)
        is_stored = await queries.update_list(conn, actor, order_list_id, name, rows)
    if order_list_id is None or not is_stored:
        raise refuse(AlreadyExists(path=("name",), subject="list", code=name))
    change = Change(
        action="order_list.save",
        subject_type="order_list",
        subject_id=order_list_id,
        before={} if before is None else {"name": before.name, "rows": len(before.rows)},
        after={"name": name, "rows": len(rows)},
    )
    await record_changes(conn, actor=actor, changes=[change])
    return order_list_id


async def delete_order_list(conn: Connection, *, actor: Actor, order_list_id: int) -> int:
    """Forget a list; its id.

    Raises:
        Forbidden: without `order:place` or `order:place_on_behalf`.
        Rejected: NotFound.
    """
    require_placing(actor)
    before = await _lock(conn, actor, order_list_id)
    await queries.delete_list(conn, actor, order_list_id)
    change = Change(
        action="order_list.delete",
        subject_type="order_list",
        subject_id=order_list_id,
        before={"name": before.name, "rows": len(before.rows)},
    )
    await record_changes(conn, actor=actor, changes=[change])
    return order_list_id


def require_placing(actor: Actor) -> None:
    """Raise Forbidden unless the actor may place orders, for itself or for its buyers."""
    if not actor.may(Permission.ORDER_PLACE) and not actor.may(Permission.ORDER_PLACE_ON_BEHALF):
        raise Forbidden(Permission.ORDER_PLACE)


async def _lock(conn: Connection, actor: Actor, order_list_id: int) -> OrderList:
    found = await queries.lock_list(conn, actor, order_list_id)
    if found is None:
        raise refuse(NotFound(path=("orderListId",), subject="list"))
    return found
