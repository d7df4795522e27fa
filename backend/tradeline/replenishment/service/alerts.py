"""Noticing what suppliers are late or short with, and who may see it."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from tradeline.kernel import (
    Actor,
    Connection,
    Event,
    Page,
    PageRequest,
    Permission,
    make_page,
    publish,
    trade_day,
)
from tradeline.replenishment.alerts import Alert, AlertCount, AlertFilter
from tradeline.replenishment.queries import alerts as queries

# Where an edge is planned SKU by SKU, and no term speaks for the whole of it.
CONFIRM_DAYS: Final = 2
NEWS_DAYS: Final = 30


async def watch_supply(conn: Connection, *, limit: int) -> int:
    """Raise an alert for each confirmation and delivery that is late and each receipt that is
    short, and close those that have healed. Always 0: nothing of it is left over.

    Goods that are late can be promised to nobody any more. Those who wait for them are told as the
    alert is delivered, each order by itself: what that locks, no pass over all of them could lock
    in order. For the owner's connection, over all networks.
    """
    today = trade_day()
    async with conn.transaction():
        raised = await queries.watch_supply(conn, today, CONFIRM_DAYS, NEWS_DAYS)
        for network_id, alerts in groupby(raised, key=lambda alert: alert.network_id):
            await publish(conn, network_id=network_id, events=[_event(alert) for alert in alerts])
    return 0


async def list_alerts(
    conn: Connection, *, actor: Actor, page: PageRequest, only: AlertFilter | None = None
) -> Page[Alert]:
    """What sellers of the actor's edges, its own organization among them, are late or short with.
    Those that are open, where `only` these are asked for, begin with what is overdue longest, and
    the cursor's shape is (int, int); else the newest come first, and it is (int,).

    Raises Forbidden without `order:read`."""
    actor.require(Permission.ORDER_READ)
    only = only or AlertFilter()
    rows = await queries.list_alerts(conn, actor, page, only)
    return make_page(rows, page, lambda alert: alert.since if only.is_open else (alert.id,))


async def count_alerts(conn: Connection, *, actor: Actor) -> list[AlertCount]:
    """How many of each kind are open, as `list_alerts` lists them; kinds without any are left
    out. Raises Forbidden without `order:read`."""
    actor.require(Permission.ORDER_READ)
    return await queries.count_alerts(conn, actor)


def _event(alert: queries.Raised) -> Event:
    return Event(
        topic="order.alert_raised",
        key=f"order:{alert.order_id}",
        payload={
            "order_id": alert.order_id,
            "seller_org_id": alert.seller_org_id,
            "buyer_org_id": alert.buyer_org_id,
            "alert_id": alert.id,
            "kind": alert.kind.value,
        },
    )
