"""Consumers' sessions. Who sends a request is asked before it is known whose network it is: of the
two functions of the database that see through the wall each tells of one bearer alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from tradeline.identity import MemberClaims
from tradeline.kernel import Connection

INSERT_SESSION = """
    INSERT INTO members.session (network_id, member_id, token_hash, family, expires_at)
    VALUES ($1, $2, $3, $4, now() + $5)
"""

FETCH_SHOPPERS = """
    SELECT asked.position, shopping.member_id, shopping.is_guest, shopping.locale
      FROM unnest($1::bigint[], $2::bigint[], $3::uuid[]) WITH ORDINALITY
           AS asked (network_id, member_id, family, position)
     CROSS JOIN LATERAL members.shopping_as(
               asked.network_id, asked.member_id, asked.family) AS shopping
"""

FETCH_NETWORK = "SELECT members.network_of_session($1)"

# Before any of a member's sessions, as where a guest's sessions end.
LOCK_MEMBER_OF_SESSION = """
    SELECT member.id
      FROM members.session AS session
      JOIN members.member AS member
        ON member.network_id = session.network_id AND member.id = session.member_id
     WHERE session.network_id = $1 AND session.token_hash = $2
       FOR NO KEY UPDATE OF member
"""

# Of two uses at once the second finds the token used.
FETCH_SESSION = """
    SELECT session.id, session.member_id, session.family,
           session.used_at IS NOT NULL AS is_used,
           session.revoked_at IS NULL AND session.expires_at > now() AS is_alive
      FROM members.session AS session
     WHERE session.network_id = $1 AND session.token_hash = $2
"""

MARK_USED = """
    WITH member AS (
        UPDATE members.member SET last_seen_at = now() WHERE network_id = $1 AND id = $3
    )
    UPDATE members.session SET used_at = now() WHERE network_id = $1 AND id = $2
"""

REVOKE_FAMILY = """
    UPDATE members.session
       SET revoked_at = now()
     WHERE network_id = $1 AND family = $2 AND revoked_at IS NULL
"""

REVOKE_OF_MEMBERS = """
    UPDATE members.session
       SET revoked_at = now()
     WHERE network_id = $1 AND member_id = ANY($2::bigint[]) AND revoked_at IS NULL
"""

# A token is kept until it expires, used or not, for a second use of it ends its family.
FORGET_PAST_SESSIONS = """
    WITH past AS (
        DELETE FROM members.session
         WHERE (network_id, id) IN (SELECT network_id, id
                                      FROM members.session
                                     WHERE expires_at < now() - interval '1 day'
                                     LIMIT $1)
        RETURNING true
    )
    SELECT count(*) FROM past
"""

KEEP_FINGERPRINT = """
    INSERT INTO members.seal_key (fingerprint) VALUES ($1) ON CONFLICT (is_only) DO NOTHING
"""

FETCH_FINGERPRINT = "SELECT fingerprint FROM members.seal_key"


async def insert_session(
    conn: Connection,
    network_id: int,
    member_id: int,
    token_hash: bytes,
    family: UUID,
    lasts: object,
) -> None:
    await conn.execute(INSERT_SESSION, network_id, member_id, token_hash, family, lasts)


async def fetch_shoppers(
    conn: Connection, asked: Sequence[MemberClaims]
) -> dict[int, asyncpg.Record]:
    """By position; who is not there is nobody."""
    rows = await conn.fetch(
        FETCH_SHOPPERS,
        [claims.network_id for claims in asked],
        [claims.member_id for claims in asked],
        [claims.family for claims in asked],
    )
    return {row["position"] - 1: row for row in rows}


async def fetch_network(conn: Connection, token_hash: bytes) -> int | None:
    network_id: int | None = await conn.fetchval(FETCH_NETWORK, token_hash)
    return network_id


async def lock_session(
    conn: Connection, network_id: int, token_hash: bytes
) -> asyncpg.Record | None:
    """With the lock of its member."""
    await conn.execute(LOCK_MEMBER_OF_SESSION, network_id, token_hash)
    return await conn.fetchrow(FETCH_SESSION, network_id, token_hash)


async def mark_used(conn: Connection, network_id: int, session_id: int, member_id: int) -> None:
    await conn.execute(MARK_USED, network_id, session_id, member_id)


async def revoke_family(conn: Connection, network_id: int, family: UUID) -> None:
    await conn.execute(REVOKE_FAMILY, network_id, family)


async def revoke_of_members(conn: Connection, network_id: int, member_ids: Collection[int]) -> None:
    await conn.execute(REVOKE_OF_MEMBERS, network_id, list(member_ids))


async def forget_past_sessions(conn: Connection, limit: int) -> int:
    count: int = await conn.fetchval(FORGET_PAST_SESSIONS, limit)
    return count


async def keep_fingerprint(conn: Connection, fingerprint: bytes) -> bytes:
    """The one that is kept: this one, if there was none before."""
    await conn.execute(KEEP_FINGERPRINT, fingerprint)
    kept: bytes = await conn.fetchval(FETCH_FINGERPRINT)
    return kept
