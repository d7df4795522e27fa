"""What inventory does on a schedule."""

from __future__ import annotations

from itertools import groupby

from tradeline.inventory.queries import holds as queries
from tradeline.kernel import Connection, Event, publish


async def expire_holds(conn: Connection, *, limit: int) -> int:
    """Free the stock of holds whose time is over, in up to `limit` levels; how many it looked at.

    For the owner's connection, over all networks. The database's clock decides. Any number of
    workers may run it; levels that somebody is changing wait for the next run.
    """
    async with conn.transaction():
        levels = await queries.lock_lapsed_levels(conn, limit)
        lapsed = await queries.lapse_holds(conn, levels) if levels else []
        # An outbox is one network's: few networks have a hold that lapses in the same second.
        for network_id, holds in groupby(lapsed, key=lambda hold: hold.network_id):
            events = [
                Event(
                    topic="stock.hold_expired",
                    key=f"stock_{hold.reference_type}:{hold.reference_id}",
                    payload={
                        "reference_type": hold.reference_type,
                        "id": hold.reference_id,
                        "held_for_org_id": hold.held_for_org_id,
                        "owner_org_id": hold.owner_org_id,
                        "sku_id": hold.sku_id,
                        "quantity": hold.quantity,
                    },
                )
                for hold in holds
            ]
            await publish(conn, network_id=network_id, events=events)
    return len(levels)
