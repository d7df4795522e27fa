"""API clients: machines that act for an organization."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from tradeline.identity.model import ApiClient, ApiClientDraft, known_permissions
from tradeline.kernel import Actor, Connection, PageRequest

# Whoever deactivates the creator waits, and then finds the new machine as well.
SHARE_CREATOR = """
    SELECT membership.id
      FROM identity.membership AS membership
     WHERE membership.network_id = $1
       AND membership.org_id = $2
       AND membership.account_id = $3
       AND membership.is_active
       FOR SHARE
"""

INSERT_API_CLIENTS = """
    INSERT INTO identity.api_client
           (network_id, org_id, created_by_account_id, client_id, secret_hash, name, permissions)
    SELECT $1, $2, $3, draft.client_id, draft.secret_hash, draft.name,
           string_to_array(draft.permissions, ' ')
      FROM unnest($4::text[], $5::bytea[], $6::text[], $7::text[])
           WITH ORDINALITY AS draft (client_id, secret_hash, name, permissions, position)
     ORDER BY draft.position
    RETURNING client_id, id
"""

LIST_API_CLIENTS = """
    SELECT client.network_id, client.id, client.org_id, client.client_id, client.name,
           client.permissions, client.is_active, client.created_by_account_id, client.created_at,
           client.last_used_at
      FROM identity.api_client AS client
     WHERE client.network_id = $1
       AND client.org_id = $2
       AND ($3::bigint IS NULL OR client.id < $3)
       AND ($4::bigint[] IS NULL OR client.id = ANY($4))
     ORDER BY client.id DESC
     LIMIT $5
"""

LOCK_API_CLIENT = """
    SELECT client.permissions, client.is_active
      FROM identity.api_client AS client
     WHERE client.network_id = $1 AND client.org_id = $2 AND client.id = $3
       FOR UPDATE
"""

DEACTIVATE_API_CLIENT = """
    UPDATE identity.api_client
       SET is_active = false
     WHERE network_id = $1 AND org_id = $2 AND id = $3
"""

DEACTIVATE_API_CLIENTS_OF = """
    UPDATE identity.api_client
       SET is_active = false
     WHERE network_id = $1
       AND id IN (
               SELECT client.id
                 FROM identity.api_client AS client
                WHERE client.network_id = $1
                  AND client.org_id = $2
                  AND client.created_by_account_id = $3
                  AND client.is_active
                ORDER BY client.id
                  FOR UPDATE
           )
    RETURNING id
"""

FETCH_API_CLIENT = """
    SELECT network_id, id, org_id, secret_hash, permissions
      FROM identity.api_client_of($1, NULL, NULL)
"""

FETCH_API_CLIENTS = """
    SELECT asked.position, client.network_id, client.id, client.org_id, client.permissions
      FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS asked (network_id, id, position)
     CROSS JOIN LATERAL identity.api_client_of(NULL, asked.network_id, asked.id) AS client
"""

MARK_API_CLIENT_USED = """
    UPDATE identity.api_client SET last_used_at = now() WHERE network_id = $1 AND id = $2
"""


async def share_creator(conn: Connection, actor: Actor) -> bool:
    """Keep the actor from being deactivated; False unless they are an active member."""
    found = await conn.fetchval(SHARE_CREATOR, actor.network_id, actor.org_id, actor.account_id)
    return found is not None


async def insert_api_clients(
    conn: Connection,
    actor: Actor,
    drafts: Sequence[ApiClientDraft],
    client_ids: Sequence[str],
    secret_hashes: Sequence[bytes],
) -> list[int]:
    rows = await conn.fetch(
        INSERT_API_CLIENTS,
        actor.network_id,
        actor.org_id,
        actor.account_id,
        client_ids,
        secret_hashes,
        [draft.name for draft in drafts],
        [" ".join(sorted(draft.permissions)) for draft in drafts],
    )
    ids = {row["client_id"]: row["id"] for row in rows}
    return [ids[client_id] for client_id in client_ids]


async def list_api_clients(
    conn: Connection, actor: Actor, page: PageRequest, ids: Sequence[int] | None = None
) -> list[ApiClient]:
    after = None if page.after is None else page.after[0]
    rows = await conn.fetch(
        LIST_API_CLIENTS, actor.network_id, actor.org_id, after, ids, page.limit
    )
    return [
        ApiClient(**dict(row) | {"permissions": known_permissions(row["permissions"])})
        for row in rows
    ]


async def lock_api_client(
    conn: Connection, actor: Actor, api_client_id: int
) -> asyncpg.Record | None:
    return await conn.fetchrow(LOCK_API_CLIENT, actor.network_id, actor.org_id, api_client_id)


async def deactivate_api_client(conn: Connection, actor: Actor, api_client_id: int) -> None:
    await conn.execute(DEACTIVATE_API_CLIENT, actor.network_id, actor.org_id, api_client_id)


async def deactivate_api_clients_of(conn: Connection, actor: Actor, account_id: int) -> list[int]:
    """Those that the account created in the actor's organization; the ids of those it was."""
    rows = await conn.fetch(DEACTIVATE_API_CLIENTS_OF, actor.network_id, actor.org_id, account_id)
    return sorted(row["id"] for row in rows)


async def fetch_api_client(conn: Connection, client_id: str) -> asyncpg.Record | None:
    """An active client by what it calls itself."""
    return await conn.fetchrow(FETCH_API_CLIENT, client_id)


async def fetch_api_clients(
    conn: Connection, asked: Sequence[tuple[int, int]]
) -> dict[int, asyncpg.Record]:
    """Active clients, by position, of (network, row)."""
    rows = await conn.fetch(FETCH_API_CLIENTS, *map(list, zip(*asked, strict=True)))
    return {row["position"] - 1: row for row in rows}


async def mark_api_client_used(conn: Connection, network_id: int, id: int) -> None:
    await conn.execute(MARK_API_CLIENT_USED, network_id, id)
