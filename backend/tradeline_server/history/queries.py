"""The SQL of import and replay, which act as the owner of the database."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tradeline.kernel import Connection

# Two imports at once would found the same network twice.
LOCK_IMPORTS = "SELECT pg_advisory_xact_lock(7239181068)"

ENTER_NETWORK = "SELECT set_config('tradeline.network_id', $1, false)"

FETCH_NETWORK_ID = "SELECT id FROM organizations.network WHERE code = $1"

FETCH_DIGEST = """
    SELECT entry.after
      FROM kernel.audit_entry AS entry
     WHERE entry.network_id = $1
       AND entry.action = $2
       AND entry.subject_type = 'network'
       AND entry.subject_id = $1
     ORDER BY entry.id DESC
     LIMIT 1
"""

FETCH_ORGANIZATIONS = """
    SELECT organization.id, organization.code
      FROM organizations.organization AS organization
     WHERE organization.network_id = $1 AND organization.code = ANY($2::text[])
     ORDER BY organization.id
"""

COUNT_UNPOSTED = "SELECT count(*) FROM settlement.posting_queue WHERE network_id = $1"

SUM_OPEN_BALANCES = """
    SELECT coalesce(sum(abs(exposure.owed_minor) + exposure.held_minor), 0)::bigint
      FROM settlement.exposure AS exposure
     WHERE exposure.network_id = $1
"""


async def lock_imports(conn: Connection) -> None:
    """Held until the transaction ends."""
    await conn.execute(LOCK_IMPORTS)


async def enter_network(conn: Connection, network_id: int) -> None:
    """Owners that are no superusers are under row-level security too."""
    await conn.execute(ENTER_NETWORK, str(network_id))


async def fetch_network_id(conn: Connection, code: str) -> int | None:
    network_id: int | None = await conn.fetchval(FETCH_NETWORK_ID, code)
    return network_id


async def fetch_digest(conn: Connection, network_id: int, action: str) -> str | None:
    """What the latest import wrote down of its file."""
    after = await conn.fetchval(FETCH_DIGEST, network_id, action)
    return None if after is None else json.loads(after).get("digest")


async def fetch_organizations(
    conn: Connection, network_id: int, codes: Sequence[str]
) -> list[tuple[int, str]]:
    """Ids and codes of those of `codes` that are there, by id."""
    rows = await conn.fetch(FETCH_ORGANIZATIONS, network_id, codes)
    return [(row["id"], row["code"]) for row in rows]


async def count_unposted(conn: Connection, network_id: int) -> int:
    """Debts that do not stand in both books yet."""
    count: int = await conn.fetchval(COUNT_UNPOSTED, network_id)
    return count


async def sum_open_balances(conn: Connection, network_id: int) -> int:
    """What is left between sellers and buyers in either direction, in minor units."""
    total: int = await conn.fetchval(SUM_OPEN_BALANCES, network_id)
    return total
