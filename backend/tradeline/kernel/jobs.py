"""What the kernel does now and then: forgetting what nobody will ask for again."""

from __future__ import annotations

from tradeline.kernel import queries
from tradeline.kernel.database import Connection


async def forget_events(conn: Connection, *, limit: int) -> int:
    """Delete up to `limit` events that were delivered 30 days ago; how many there were.

    For the owner's connection, over all networks.
    """
    return await queries.forget_events(conn, limit)


async def forget_requests(conn: Connection, *, limit: int) -> int:
    """Delete up to `limit` request ids of 30 days ago and earlier; how many there were.

    Sent again after that, such a request would be done anew. For the owner's connection.
    """
    return await queries.forget_requests(conn, limit)
