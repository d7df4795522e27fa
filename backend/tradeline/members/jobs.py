"""What members does now and then."""

from __future__ import annotations

from tradeline.kernel import Connection
from tradeline.members.queries import sessions as queries


async def forget_past_sessions(conn: Connection, *, limit: int) -> int:
    """Delete up to `limit` refresh tokens that expired a day ago. For the owner's connection."""
    return await queries.forget_past_sessions(conn, limit)


async def is_known_key(conn: Connection, *, fingerprint: bytes) -> bool:
    """Whether what is sealed is sealed by the key with this fingerprint. The first key to ask is,
    for nothing is sealed before."""
    return await queries.keep_fingerprint(conn, fingerprint) == fingerprint
