"""What settlement does behind the documents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tradeline.kernel import Connection, by_halves
from tradeline.settlement.queries import bookings, journals, queues
from tradeline.settlement.queries.queues import Claimed, PostingQueue


class CannotBePosted(Exception):
    """Something in a queue is such that the books do not take it; the doctor names it, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Posting:
    """What waits to be posted, and how it is."""

    name: str
    queue: PostingQueue
    post: Callable[[Connection, Sequence[Claimed]], Awaitable[None]]


POSTINGS = (
    _Posting(name="obligations", queue=queues.OBLIGATIONS, post=journals.insert_journals),
    _Posting(name="bookings", queue=queues.BOOKINGS, post=bookings.insert_journals),
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
    for posting in POSTINGS:
        taken += await _post(conn, posting, limit, failed)
    if failed:
        raise CannotBePosted("; ".join(failed))
    return taken


async def _post(conn: Connection, posting: _Posting, limit: int, failed: list[str]) -> int:
    claimed: list[Claimed] = []
    try:
        async with conn.transaction():
            claimed = await posting.queue.claim(conn, limit)
            if claimed:
                await posting.post(conn, claimed)
    except Exception:
        if not claimed or conn.is_closed():
            raise
        errors = await by_halves(claimed, partial(_post_these, conn, posting))
        if errors:
            # Who is left of them in the queue could not be posted.
            left = await posting.queue.postpone(conn, claimed)
            failed.append(f"{posting.name} {sorted(left)}: {errors[0]}")
    return len(claimed)


async def _post_these(conn: Connection, posting: _Posting, wanted: Sequence[Claimed]) -> None:
    async with conn.transaction():
        claimed = await posting.queue.claim_these(conn, wanted)
        if claimed:
            await posting.post(conn, claimed)
