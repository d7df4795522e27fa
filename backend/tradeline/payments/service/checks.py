"""Whether the payments of a live database are whole; for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import Connection, Finding, examine
from tradeline.payments.queries.checks import INVARIANTS


async def find_violations(conn: Connection) -> list[Finding]:
    """The invariants of payments, over all networks."""
    return await examine(conn, INVARIANTS)
