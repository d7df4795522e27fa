"""What members does now and then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from tradeline.kernel import Connection
from tradeline.members.queries import people
from tradeline.members.queries import sessions as queries

# A guest's login lasts 30 days after they last came.
GUEST_RESTS: Final = timedelta(days=90)


async def forget_past_sessions(conn: Connection, *, limit: int) -> int:
    """Delete up to `limit` refresh tokens that expired a day ago. For the owner's connection."""
    return await queries.forget_past_sessions(conn, limit)


async def lock_past_guests(conn: Connection, *, limit: int) -> list[tuple[int, int]]:
    """Up to `limit` guests who have not come for 90 days, and cannot come again: network and
    member. For the owner's connection; whoever forgets what is theirs calls `forget_members`."""
    return await people.lock_past_guests(conn, limit, GUEST_RESTS)


async def forget_members(conn: Connection, *, gone: Sequence[tuple[int, int]]) -> None:
    """Delete members of whom nothing is left elsewhere, which the caller has locked."""
    await people.delete_members(conn, gone)


async def is_known_key(conn: Connection, *, fingerprint: bytes) -> bool:
    """Whether what is sealed is sealed by the key with this fingerprint. The first key to ask is,
    for nothing is sealed before."""
    return await queries.keep_fingerprint(conn, fingerprint) == fingerprint
