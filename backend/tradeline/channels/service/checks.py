"""Whether the channels of a live database are whole; for the owner's connection."""

from __future__ import annotations

from tradeline.channels.queries.checks import INVARIANTS
from tradeline.kernel import Connection, Finding, examine


async def find_violations(conn: Connection) -> list[Finding]:
    """The invariants of channels, over all networks."""
    return await examine(conn, INVARIANTS)
