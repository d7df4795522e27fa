"""Whether members of a live database are who they are said to be; for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import Connection, Finding, examine
from tradeline.members.queries.checks import INVARIANTS


async def find_violations(conn: Connection) -> list[Finding]:
    """The invariants of members, over all networks."""
    return await examine(conn, INVARIANTS)
