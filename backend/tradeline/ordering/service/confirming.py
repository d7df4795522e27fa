"""Confirming many orders: as they were placed, or by a sheet that says how much of each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tradeline.inventory import Release, release_holds
from tradeline.kernel import (
    Actor,
    Connection,
    InvalidValue,
    NotFound,
    Permission,
    Problem,
    raise_any,
    trade_day,
)
from tradeline.ordering.allowed import OrderStep, judge_state, require_step
from tradeline.ordering.confirmation_sheets import (
    JudgedConfirmation,
    goods_of,
    judge_confirmations,
    offer_of,
    read_confirmations,
    with_faults,
)
from tradeline.ordering.model import ORDERS_AT_ONCE_MAX, Order, OrderLine, OrderState, state_of
from tradeline.ordering.queries import reading
from tradeline.ordering.service.offering import look_at_offers, read_goods, store_offers
from tradeline.ordering.service.steps import (
    Taken,
    exposure_releases,
    lock_for_steps,
    store_all,
)
from tradeline.ordering.sheets import table_of_file
from tradeline.ordering.substitutes import NewSubstitute
from tradeline.settlement import release_exposure


async def confirm_orders(conn: Connection, *, actor: Actor, order_ids: Sequence[int]) -> int:
    """Confirm every line of the orders in full: all of them, or none; how many they are.

    As `confirm_order` without any confirmations for each, with one lock, one read and one write.

    Raises:
        Forbidden: without `order:confirm`, or for the buyer of one of them.
        Rejected: NotFound, WrongState or InvalidValue, for each order at its place in the list.
    """
    require_step(actor, OrderStep.CONFIRM)
    raise_any(_judge_list(order_ids))
    orders = await lock_for_steps(conn, actor, order_ids, OrderStep.CONFIRM)
    raise_any(
        [
            problem
            for position, order_id in enumerate(order_ids)
            for problem in _judge_order(position, orders.get(order_id))
        ]
    )
    lines = await reading.fetch_lines(conn, actor, order_ids)
    taken = [
        Taken(
            order=order,
            before=lines[order.id],
            after=lines[order.id],
            state=state_of(lines[order.id]),
        )
        for order in orders.values()
    ]
    await store_all(conn, actor, "confirm", taken)
    return len(taken)


def _judge_list(order_ids: Sequence[int]) -> list[Problem]:
    if not 1 <= len(order_ids) <= ORDERS_AT_ONCE_MAX:
        return [
            InvalidValue(
                path=("orderIds",),
                field="orderIds",
                rule=f"name 1 to {ORDERS_AT_ONCE_MAX} orders",
                rule_zh=f"每次 1 至 {ORDERS_AT_ONCE_MAX} 张订单",
            )
        ]
    return [
        InvalidValue(
            path=("orderIds", position),
            field="orderIds",
            rule="name each order once",
            rule_zh="每张订单只能出现一次",
        )
        for position, order_id in enumerate(order_ids)
        if order_id in order_ids[:position]
    ]


def _judge_order(position: int, order: Order | None) -> list[Problem]:
    path = ("orderIds", position)
    if order is None:
        return [NotFound(path=path, subject="order")]
    return judge_state(order, OrderStep.CONFIRM, path)


async def preview_confirmations(
    conn: Connection, *, actor: Actor, name: str, content: bytes
) -> list[JudgedConfirmation]:
    """What a sheet of confirmations would do, row by row; nothing is locked, and nothing changes.

    Raises:
        Forbidden: without `order:confirm`.
        Rejected: with BadFile, which says what to do.
    """
    actor.require(Permission.ORDER_CONFIRM)
    return await _judge_sheet(conn, actor, name, content, is_locking=False)


async def apply_confirmations(conn: Connection, *, actor: Actor, name: str, content: bytes) -> int:
    """Confirm orders as a sheet says, promise other days for lines that were confirmed before, and
    offer other goods for what will not come: all that it fills in, or nothing; how many orders they
    are.

    As `confirm_order`, `redate_lines` and `propose_substitutes` for each, with one lock, one read
    and a write for each of the three steps.

    Raises:
        Forbidden: without `order:confirm`.
        Rejected: with BadFile, or with what is wrong with any row, at ("rows", its number, …).
    """
    actor.require(Permission.ORDER_CONFIRM)
    rows = await _judge_sheet(conn, actor, name, content, is_locking=True)
    raise_any([problem for row in rows for problem in row.problems])
    said = {row.line.id: row for row in rows if row.line is not None and not row.is_left}
    orders = {row.order.id: row.order for row in rows if row.order is not None and not row.is_left}
    if not orders:
        raise_any([_nothing_filled_in()])
    lines = await reading.fetch_lines(conn, actor, list(orders))
    dropped: dict[int, int] = {}
    taken = []
    for order in orders.values():
        after = []
        for line in lines[order.id]:
            now, minor = _confirmed(line, said.get(line.id))
            after.append(now)
            dropped[order.id] = dropped.get(order.id, 0) + minor
        taken.append(Taken(order=order, before=lines[order.id], after=after, state=state_of(after)))
    await _release_all(conn, actor, taken, dropped)
    confirmed = [one for one in taken if one.order.state is OrderState.TO_CONFIRM]
    redated = [one for one in taken if one not in confirmed and one.after != one.before]
    for step, stepped in (("confirm", confirmed), ("redate", redated)):
        if stepped:
            await store_all(conn, actor, step, stepped)
    offers = [row.offer for row in rows if row.offer is not None]
    orders = {one.order.id: replace(one.order, state=one.state) for one in taken}
    await store_offers(conn, actor, offers, orders, {one.order.id: one.after for one in taken})
    return len(taken)


async def _judge_sheet(
    conn: Connection, actor: Actor, name: str, content: bytes, *, is_locking: bool
) -> list[JudgedConfirmation]:
    typed = read_confirmations(table_of_file(name, content))
    numbers = sorted({row.order_number for row in typed})
    ids = await reading.fetch_ids_by_number(conn, actor, numbers)
    read = reading.lock_orders if is_locking else reading.fetch_orders
    orders = {order.number: order for order in await read(conn, actor, ids)}
    lines = await reading.fetch_lines(conn, actor, ids)
    rows = judge_confirmations(typed, orders, lines, trade_day())
    return await _look_at_offers(conn, actor, rows, lines)


async def _look_at_offers(
    conn: Connection,
    actor: Actor,
    rows: Sequence[JudgedConfirmation],
    lines: Mapping[int, Sequence[OrderLine]],
) -> list[JudgedConfirmation]:
    """The rows with what the goods come to that they offer, and all that is wrong with those; the
    same statements, however many."""
    judged = list(rows)
    named = {place: goods for place, row in enumerate(rows) if (goods := goods_of(row)) is not None}
    read = await read_goods(conn, actor, list(named.values()))
    offers: dict[int, NewSubstitute] = {}
    for place, found in zip(named, read, strict=True):
        judged[place] = with_faults(rows[place], found.problems)
        if (offer := offer_of(rows[place], found)) is not None:
            offers[place] = offer
    coming = {row.line.id: row.line.unshipped - row.replaced for row in rows if row.line}
    orders = {row.order.id: row.order for row in rows if row.order is not None}
    looked = await look_at_offers(conn, actor, list(offers.values()), orders, lines, coming)
    for place, one in zip(offers, looked, strict=True):
        judged[place] = replace(with_faults(judged[place], one.problems), offer=one)
    return judged


def _confirmed(line: OrderLine, row: JudgedConfirmation | None) -> tuple[OrderLine, int]:
    """The line as the row says, and the sum that its refused units no longer hold.

    A row of a line that was confirmed before refuses nothing. What something else is offered for is
    not refused either, and if that is all of the line, the day is the other goods'.
    """
    if row is None or not row.comes:
        return line, 0
    if row.confirmed is None:
        return replace(line, promised_on=row.promised_on or line.promised_on), 0
    dated = replace(line, promised_on=row.promised_on)
    units = line.unshipped - row.confirmed - row.replaced
    return dated.refuse(units, row.typed.reason) if units else (dated, 0)


async def _release_all(
    conn: Connection, actor: Actor, taken: Sequence[Taken], dropped: dict[int, int]
) -> None:
    """Free the exposures, then the stock, of what is refused of all the orders."""
    await release_exposure(
        conn,
        network_id=actor.network_id,
        releases=[
            release
            for one in taken
            for release in exposure_releases(one.order, dropped[one.order.id])
        ],
    )
    await release_holds(
        conn,
        network_id=actor.network_id,
        releases=[
            Release(
                reference_type="order_line",
                reference_id=was.id,
                quantity=was.unshipped - now.unshipped,
            )
            for one in taken
            for was, now in zip(one.before, one.after, strict=True)
            if was.unshipped > now.unshipped
        ],
    )


def _nothing_filled_in() -> InvalidValue:
    return InvalidValue(
        path=("content",),
        field="content",
        rule="fill in what you confirm of at least one order",
        rule_zh="请至少填写一张订单的确认数量",
    )
