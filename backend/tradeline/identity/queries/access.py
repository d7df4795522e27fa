"""Who is asking: accounts, sessions, tokens. These tables span networks; what an account may do
is told by functions of the database that see through the wall for that account alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from tradeline.identity.model import Account, Membership, known_permissions
from tradeline.kernel import Connection, Locale

FETCH_ACCOUNT_BY_EMAIL = """
    SELECT account.id, account.email, account.name, account.locale, account.password_hash,
           account.is_active
      FROM identity.account AS account
     WHERE account.email = $1
"""

FETCH_ACCOUNT = """
    SELECT account.id, account.email, account.name, account.locale, account.password_hash,
           account.is_active
      FROM identity.account AS account
     WHERE account.id = $1
"""

INSERT_ACCOUNT = """
    INSERT INTO identity.account (email, name, locale, password_hash)
    VALUES ($1, $2, $3, $4)
        ON CONFLICT (email) DO NOTHING
    RETURNING id
"""

UPDATE_PASSWORD = """
    UPDATE identity.account
       SET password_hash = $2
     WHERE id = $1
"""

# In the order of the keys, so that two attempts never deadlock. The count begins anew when its
# window has passed.
COUNT_ATTEMPTS = """
    INSERT INTO identity.sign_in_failure AS failure (key, failures, window_ends_at)
    SELECT attempt.key, 1, now() + $2
      FROM unnest($1::text[]) AS attempt (key)
     ORDER BY attempt.key
        ON CONFLICT (key) DO UPDATE
       SET failures = CASE WHEN failure.window_ends_at > now() THEN failure.failures + 1 ELSE 1 END,
           window_ends_at = CASE WHEN failure.window_ends_at > now()
                                 THEN failure.window_ends_at ELSE now() + $2 END
    RETURNING key, failures, window_ends_at,
              ceil(extract(epoch FROM window_ends_at - now()) / 60)::int AS minutes
"""

FETCH_ATTEMPTS = """
    SELECT key, failures, window_ends_at,
           ceil(extract(epoch FROM window_ends_at - now()) / 60)::int AS minutes
      FROM identity.sign_in_failure
     WHERE key = ANY($1::text[]) AND window_ends_at > now()
"""

# The address's other failures stay: one good account must not wash guesses at others away.
FORGET_ATTEMPTS = """
    WITH email AS (
        DELETE FROM identity.sign_in_failure WHERE key = $1
    )
    UPDATE identity.sign_in_failure
       SET failures = greatest(failures - 1, 0)
     WHERE key = $2
"""

# A refresh token is kept until it expires, used or not, for a second use of it ends its family.
FORGET_PAST_SIGN_INS = """
    WITH failure AS (
        DELETE FROM identity.sign_in_failure
         WHERE key IN (SELECT key FROM identity.sign_in_failure
                        WHERE window_ends_at < now() LIMIT $1)
        RETURNING true
    ), session AS (
        DELETE FROM identity.session
         WHERE id IN (SELECT id FROM identity.session
                       WHERE expires_at < now() - interval '1 day' LIMIT $1)
        RETURNING true
    ), token AS (
        DELETE FROM identity.refresh_token
         WHERE id IN (SELECT id FROM identity.refresh_token
                       WHERE expires_at < now() - interval '1 day' LIMIT $1)
        RETURNING true
    )
    SELECT greatest((SELECT count(*) FROM failure), (SELECT count(*) FROM session),
                    (SELECT count(*) FROM token))
"""

FETCH_MEMBERSHIPS = """
    SELECT membership_id, network_id, network_code, network_name, network_name_en, org_id,
           org_kind, org_code, org_name, org_name_en, permissions
      FROM identity.memberships_of($1)
"""

INSERT_SESSION = """
    INSERT INTO identity.session (token_hash, account_id, network_id, membership_id, expires_at)
    VALUES ($1, $2, $3, $4, now() + $5)
    RETURNING expires_at
"""

FETCH_ACTOR_OF_SESSION = """
    SELECT session.account_id, session.network_id, acting.org_id, acting.locale,
           acting.permissions
      FROM identity.session AS session
     CROSS JOIN LATERAL identity.acting_as(
               session.account_id, session.network_id, session.membership_id) AS acting
     WHERE session.token_hash = $1
       AND session.revoked_at IS NULL
       AND session.expires_at > now()
"""

FETCH_SESSION_ACCOUNT = """
    SELECT account.id, account.email, account.name, account.locale, account.password_hash,
           account.is_active
      FROM identity.session AS session
      JOIN identity.account AS account ON account.id = session.account_id
     WHERE session.token_hash = $1
       AND session.revoked_at IS NULL
       AND session.expires_at > now()
       AND account.is_active
"""

# A program's access ends with its family of refresh tokens, not only when its token expires.
FETCH_ACTORS_OF_MEMBERSHIPS = """
    SELECT asked.position, acting.org_id, acting.locale, acting.permissions
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[]) WITH ORDINALITY
           AS asked (account_id, network_id, membership_id, family, position)
     CROSS JOIN LATERAL identity.acting_as(
               asked.account_id, asked.network_id, asked.membership_id) AS acting
     WHERE EXISTS (
               SELECT 1
                 FROM identity.refresh_token AS token
                WHERE token.family = asked.family
                  AND token.account_id = asked.account_id
                  AND token.revoked_at IS NULL
           )
"""

REVOKE_SESSION = """
    UPDATE identity.session
       SET revoked_at = now()
     WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > now()
    RETURNING account_id, network_id, membership_id
"""

SWITCH_SESSION = """
    UPDATE identity.session
       SET network_id = $3, membership_id = $4
     WHERE token_hash = $1 AND account_id = $2 AND revoked_at IS NULL AND expires_at > now()
    RETURNING id
"""

# Everywhere but in the session that asked, if it was one.
REVOKE_ALL_OF_ACCOUNT = """
    WITH session AS (
        UPDATE identity.session
           SET revoked_at = now()
         WHERE account_id = $1 AND revoked_at IS NULL
           AND token_hash IS DISTINCT FROM $2
    )
    UPDATE identity.refresh_token
       SET revoked_at = now()
     WHERE account_id = $1 AND revoked_at IS NULL
"""

INSERT_REFRESH_TOKEN = """
    INSERT INTO identity.refresh_token
           (token_hash, family, account_id, network_id, membership_id, expires_at)
    VALUES ($1, $2, $3, $4, $5, now() + $6)
"""

# Of two uses at once the second waits here, and then finds the token used.
LOCK_REFRESH_TOKEN = """
    SELECT token.id, token.family, token.account_id, token.network_id, token.membership_id,
           token.used_at IS NOT NULL AS is_used,
           token.revoked_at IS NULL AND token.expires_at > now() AS is_alive
      FROM identity.refresh_token AS token
     WHERE token.token_hash = $1
       FOR UPDATE
"""

MARK_REFRESH_TOKEN_USED = """
    UPDATE identity.refresh_token SET used_at = now() WHERE id = $1
"""

REVOKE_FAMILY = """
    UPDATE identity.refresh_token
       SET revoked_at = now()
     WHERE family = $1 AND revoked_at IS NULL
"""


async def fetch_account_by_email(conn: Connection, email: str) -> asyncpg.Record | None:
    return await conn.fetchrow(FETCH_ACCOUNT_BY_EMAIL, email)


async def fetch_account(conn: Connection, account_id: int) -> asyncpg.Record | None:
    return await conn.fetchrow(FETCH_ACCOUNT, account_id)


async def insert_account(
    conn: Connection, email: str, name: str, locale: Locale, password_hash: str
) -> int | None:
    """The new account's id, or None if the address has one."""
    account_id: int | None = await conn.fetchval(
        INSERT_ACCOUNT, email, name, locale.value, password_hash
    )
    return account_id


async def update_password(conn: Connection, account_id: int, password_hash: str) -> None:
    await conn.execute(UPDATE_PASSWORD, account_id, password_hash)


async def count_attempts(
    conn: Connection, keys: Sequence[str], window: object
) -> dict[str, asyncpg.Record]:
    """Count one more attempt for each key; return each count, and when it ends."""
    rows = await conn.fetch(COUNT_ATTEMPTS, keys, window)
    return {row["key"]: row for row in rows}


async def fetch_attempts(conn: Connection, keys: Sequence[str]) -> dict[str, asyncpg.Record]:
    """The counts that still hold."""
    rows = await conn.fetch(FETCH_ATTEMPTS, keys)
    return {row["key"]: row for row in rows}


async def forget_attempts(conn: Connection, email_key: str, address_key: str) -> None:
    await conn.execute(FORGET_ATTEMPTS, email_key, address_key)


async def forget_past_sign_ins(conn: Connection, limit: int) -> int:
    """How many rows went from the table that lost the most."""
    count: int = await conn.fetchval(FORGET_PAST_SIGN_INS, limit)
    return count


async def fetch_memberships(conn: Connection, account_id: int) -> list[Membership]:
    rows = await conn.fetch(FETCH_MEMBERSHIPS, account_id)
    return [
        Membership(
            **{name: value for name, value in row.items() if name != "membership_id"}
            | {
                "id": row["membership_id"],
                "permissions": known_permissions(row["permissions"]),
            }
        )
        for row in rows
    ]


async def insert_session(
    conn: Connection,
    token_hash: bytes,
    account_id: int,
    membership: Membership,
    lasts: object,
) -> datetime:
    expires_at: datetime = await conn.fetchval(
        INSERT_SESSION,
        token_hash,
        account_id,
        membership.network_id,
        membership.id,
        lasts,
    )
    return expires_at


async def fetch_actor_of_session(conn: Connection, token_hash: bytes) -> asyncpg.Record | None:
    return await conn.fetchrow(FETCH_ACTOR_OF_SESSION, token_hash)


async def fetch_session_account(conn: Connection, token_hash: bytes) -> asyncpg.Record | None:
    return await conn.fetchrow(FETCH_SESSION_ACCOUNT, token_hash)


async def fetch_actors_of_memberships(
    conn: Connection, asked: Sequence[tuple[int, int, int, UUID]]
) -> dict[int, asyncpg.Record]:
    """By position, of (account, network, membership, family of tokens)."""
    rows = await conn.fetch(FETCH_ACTORS_OF_MEMBERSHIPS, *map(list, zip(*asked, strict=True)))
    return {row["position"] - 1: row for row in rows}


async def revoke_session(conn: Connection, token_hash: bytes) -> asyncpg.Record | None:
    """The session that ended, or None if there was none."""
    return await conn.fetchrow(REVOKE_SESSION, token_hash)


async def switch_session(
    conn: Connection, token_hash: bytes, account_id: int, membership: Membership
) -> int | None:
    session_id: int | None = await conn.fetchval(
        SWITCH_SESSION, token_hash, account_id, membership.network_id, membership.id
    )
    return session_id


async def revoke_all_of_account(
    conn: Connection, account_id: int, kept_session: bytes | None
) -> None:
    await conn.execute(REVOKE_ALL_OF_ACCOUNT, account_id, kept_session)


async def insert_refresh_token(
    conn: Connection,
    token_hash: bytes,
    family: UUID,
    account_id: int,
    network_id: int,
    membership_id: int,
    lasts: object,
) -> None:
    await conn.execute(
        INSERT_REFRESH_TOKEN, token_hash, family, account_id, network_id, membership_id, lasts
    )


async def lock_refresh_token(conn: Connection, token_hash: bytes) -> asyncpg.Record | None:
    return await conn.fetchrow(LOCK_REFRESH_TOKEN, token_hash)


async def mark_refresh_token_used(conn: Connection, token_id: int) -> None:
    await conn.execute(MARK_REFRESH_TOKEN_USED, token_id)


async def revoke_family(conn: Connection, family: UUID) -> None:
    await conn.execute(REVOKE_FAMILY, family)


def account_of(row: asyncpg.Record) -> Account:
    """The account of a row that also holds its password's hash."""
    return Account(id=row["id"], email=row["email"], name=row["name"], locale=Locale(row["locale"]))
