"""What documents do to one set of books. For modules above: they have checked the actor."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Connection
from tradeline.settlement.model import NewBooking
from tradeline.settlement.queries import bookings as queries


async def book(
    conn: Connection, *, network_id: int, bookings: Sequence[NewBooking]
) -> list[int | None]:
    """Enter documents into the books of one legal entity each, and queue the journals.

    Idempotent by (entity, kind, document): one that is there changes nothing, and answers None
    instead of its id; so does the second of two that are the same.
    """
    if not bookings:
        return []
    return await queries.insert_bookings(conn, network_id, bookings)
