"""What settlement does behind the documents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tradeline.kernel import Connection, by_halves
from tradeline.settlement.queries import bookings as booking_queries
from tradeline.settlement.queries import journals as queries

# Of a network, an obligation or a booking.
Claimed = tuple[int, int]


class CannotBePosted(Exception):
    """Something in a queue is such that the books do not take it; the doctor names it, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queue:
    """What waits to be posted, and how it is."""

    name: str
    claim: Callable[[Connection, int], Awaitable[list[Claimed]]]
    claim_these: Callable[[Connection, Sequence[Claimed]], Awaitable[list[Claimed]]]
    post: Callable[[Connection, Sequence[Claimed]], Awaitable[None]]
    postpone: Callable[[Connection, Sequence[Claimed]], Awaitable[list[Claimed]]]


OBLIGATIONS = _Queue(
    name="obligations",
    claim=queries.claim_obligations,
    claim_these=queries.claim_these_obligations,
    post=queries.insert_journals,
    postpone=queries.postpone_obligations,
)
BOOKINGS = _Queue(
    name="bookings",
    claim=booking_queries.claim_bookings,
    claim_these=booking_queries.claim_these_bookings,
    post=booking_queries.insert_journals,
    postpone=booking_queries.postpone_bookings,
)


async def post_journals(conn: Connection, *, limit: int) -> int:
    """Post waiting obligations in both books, and bookings in theirs, up to `limit` of each;
    returns how many were taken.

    For the owner's connection, over all networks; three statements for any number of each. Any
    number of workers may run it at the same time, and each is posted once whatever happens. Two
    transactions, as each makes accounts in an order of its own.

    What cannot be posted keeps nothing else waiting: it is tried again in a minute.

    Raises CannotBePosted, naming it, once all others are posted.
    """
    failed: list[str] = []
    taken = 0
    for queue in (OBLIGATIONS, BOOKINGS):
        taken += await _post(conn, queue, limit, failed)
    if failed:
        raise CannotBePosted("; ".join(failed))
    return taken


async def _post(conn: Connection, queue: _Queue, limit: int, failed: list[str]) -> int:
    claimed: list[Claimed] = []
    try:
        async with conn.transaction():
            claimed = await queue.claim(conn, limit)
            if claimed:
                await queue.post(conn, claimed)
    except Exception:
        if not claimed or conn.is_closed():
            raise
        errors = await by_halves(claimed, partial(_post_these, conn, queue))
        if errors:
            # Who is left of them in the queue could not be posted.
            left = await queue.postpone(conn, claimed)
            failed.append(f"{queue.name} {sorted(left)}: {errors[0]}")
    return len(claimed)


async def _post_these(conn: Connection, queue: _Queue, wanted: Sequence[Claimed]) -> None:
    async with conn.transaction():
        claimed = await queue.claim_these(conn, wanted)
        if claimed:
            await queue.post(conn, claimed)
