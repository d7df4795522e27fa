"""Whether the accounts of a live database are whole; for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import Connection, Finding, examine
from tradeline.settlement.queries import checks as queries


async def find_violations(conn: Connection) -> list[Finding]:
    """The invariants of settlement, over all networks."""
    return [*await examine(conn, queries.INVARIANTS), await verify_statements(conn)]


async def verify_statements(conn: Connection) -> Finding:
    """Compute every statement's hash again from the obligations as they are now.

    Names the first statement that says something else than when it was issued, and counts them.
    """
    count, first = 0, None
    async with conn.transaction():
        async for network_id, statement_id, stored, draft in queries.stated(conn):
            if stored == draft.hash:
                continue
            count += 1
            first = first or {
                "network_id": network_id,
                "subject_id": statement_id,
                "expected": draft.hash.hex(),
                "found": stored.hex(),
            }
    return Finding(queries.STATEMENT_HASH, count, first)


async def count_under_way(conn: Connection) -> int:
    """How many obligations and bookings wait for their journals."""
    return await queries.count_under_way(conn)
