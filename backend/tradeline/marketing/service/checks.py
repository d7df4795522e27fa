"""Whether the coupons of a live database are whole; for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import Connection, Finding, examine
from tradeline.marketing.queries.checks import INVARIANTS


async def find_violations(conn: Connection) -> list[Finding]:
    """The invariants of marketing, over all networks."""
    return await examine(conn, INVARIANTS)
