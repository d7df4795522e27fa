"""Whether the stock of a live database is whole; for the owner's connection."""

from __future__ import annotations

from tradeline.inventory.queries.checks import INVARIANTS
from tradeline.kernel import Connection, Finding, examine


async def find_violations(conn: Connection) -> list[Finding]:
    """The invariants of inventory, over all networks."""
    return await examine(conn, INVARIANTS)
