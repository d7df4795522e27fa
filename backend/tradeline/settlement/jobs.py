"""What settlement does behind the documents."""

from __future__ import annotations

from tradeline.kernel import Connection
from tradeline.settlement.queries import journals as queries


async def post_journals(conn: Connection, *, limit: int) -> int:
    """Post up to `limit` waiting obligations in both books; returns how many were taken.

    For the owner's connection, over all networks; three statements for any number. Any number of
    workers may run it at the same time, and an obligation is posted once whatever happens.
    """
    async with conn.transaction():
        claimed = await queries.claim_obligations(conn, limit)
        if claimed:
            await queries.insert_journals(conn, claimed)
    return len(claimed)
