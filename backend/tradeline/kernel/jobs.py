"""What the kernel does now and then: forgetting what nobody will ask for again, and telling the
database what its tables hold."""

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


async def refresh_statistics(conn: Connection, *, limit: int) -> int:
    """Have the database look at tables that have grown much; up to `limit`, none of them again
    within ten seconds. Always 0: nothing of it is left over.

    Without it the first minutes of a new installation, and those after an import, are slow: even
    its foreign keys are checked by plans for an empty table. For the owner's connection.
    """
    tables = await queries.find_unknown_tables(conn, limit)
    if tables:
        await queries.analyze(conn, tables)
    return 0
