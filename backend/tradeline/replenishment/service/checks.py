"""Whether what is planned is what came of it; for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import Connection, Finding, examine
from tradeline.replenishment.queries.checks import INVARIANTS


async def find_violations(conn: Connection) -> list[Finding]:
    """The invariants of replenishment, over all networks."""
    return await examine(conn, INVARIANTS)
