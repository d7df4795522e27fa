"""Whether the catalog of a live database is whole; for the owner's connection."""

from __future__ import annotations

from tradeline.catalog.queries.checks import INVARIANTS
from tradeline.kernel import Connection, Finding, examine


async def find_violations(conn: Connection) -> list[Finding]:
    """The invariants of the catalog, over all networks."""
    return await examine(conn, INVARIANTS)
