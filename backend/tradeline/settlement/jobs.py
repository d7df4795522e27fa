"""What settlement does behind the documents."""

from __future__ import annotations

from tradeline.kernel import Connection
from tradeline.settlement.queries import bookings as booking_queries
from tradeline.settlement.queries import journals as queries


async def post_journals(conn: Connection, *, limit: int) -> int:
    """Post waiting obligations in both books, and bookings in theirs, up to `limit` of each;
    returns how many were taken.

    For the owner's connection, over all networks; three statements for any number of each. Any
    number of workers may run it at the same time, and each is posted once whatever happens. Two
    transactions, as each makes accounts in an order of its own.
    """
    async with conn.transaction():
        obligations = await queries.claim_obligations(conn, limit)
        if obligations:
            await queries.insert_journals(conn, obligations)
    async with conn.transaction():
        bookings = await booking_queries.claim_bookings(conn, limit)
        if bookings:
            await booking_queries.insert_journals(conn, bookings)
    return len(obligations) + len(bookings)
