"""What identity does now and then."""

from __future__ import annotations

from tradeline.identity.queries import access as queries
from tradeline.kernel import Connection


async def forget_past_sign_ins(conn: Connection, *, limit: int) -> int:
    """Delete up to `limit` each of failures whose window has passed, and of sessions and refresh
    tokens that expired a day ago; the largest of the three counts. For the owner's connection.
    """
    return await queries.forget_past_sign_ins(conn, limit)
