"""New passwords for those who forgot theirs."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from tradeline.identity.model import OpenPasswordReset, Standing, known_permissions
from tradeline.kernel import Actor, Connection

# What was issued in an organization's name by somebody, and what was issued for somebody.
REVOKE_RESETS = """
    UPDATE identity.password_reset
       SET revoked_at = now()
     WHERE network_id = $1
       AND id IN (
               SELECT reset.id
                 FROM identity.password_reset AS reset
                WHERE reset.network_id = $1
                  AND reset.org_id = $2
                  AND reset.used_at IS NULL
                  AND reset.revoked_at IS NULL
                  AND (reset.account_id = $3 OR reset.issued_by_account_id = $4)
                ORDER BY reset.id
                  FOR UPDATE
           )
"""

# It holds as long as the password that it is to replace: one who changes theirs meanwhile, in
# whichever network, has ended it.
INSERT_RESET = """
    INSERT INTO identity.password_reset
           (network_id, org_id, account_id, token_hash, replaces_hash, issued_by_account_id,
            issued_by_api_client_id, expires_at)
    SELECT $1, $2, account.id, $4, sha256(convert_to(account.password_hash, 'UTF8')), $5, $6,
           now() + $7
      FROM identity.account AS account
     WHERE account.id = $3
    RETURNING expires_at
"""

FETCH_RESET_BY_TOKEN = """
    SELECT network_id, id, org_id, account_id FROM identity.password_reset_of($1)
"""

LOCK_OPEN_RESET = """
    SELECT reset.id, reset.account_id, reset.issued_by_account_id, reset.issued_by_api_client_id
      FROM identity.password_reset AS reset
     WHERE reset.network_id = $1
       AND reset.org_id = $2
       AND reset.id = $3
       AND reset.used_at IS NULL
       AND reset.revoked_at IS NULL
       AND reset.expires_at > now()
       AND EXISTS (
               SELECT 1
                 FROM identity.membership AS membership
                WHERE membership.network_id = $1
                  AND membership.org_id = $2
                  AND membership.account_id = reset.account_id
                  AND membership.is_active
           )
       FOR UPDATE
"""

USE_RESET = """
    WITH used AS (
        UPDATE identity.password_reset
           SET used_at = now()
         WHERE network_id = $1 AND id = $2
        RETURNING account_id, replaces_hash
    )
    UPDATE identity.account AS account
       SET password_hash = $3
      FROM used
     WHERE account.id = used.account_id
       AND account.is_active
       AND sha256(convert_to(account.password_hash, 'UTF8')) = used.replaces_hash
    RETURNING account.email
"""

FETCH_STANDING = "SELECT is_elsewhere, permissions FROM identity.standing_of($1, $2, $3)"


async def revoke_resets(
    conn: Connection, actor: Actor, *, for_account_id: int, by_account_id: int | None = None
) -> None:
    """End the open ones of the actor's organization for the one account, and by the other."""
    await conn.execute(REVOKE_RESETS, actor.network_id, actor.org_id, for_account_id, by_account_id)


async def insert_reset(
    conn: Connection, actor: Actor, account_id: int, token_hash: bytes, lasts: object
) -> datetime:
    """When it expires."""
    expires_at: datetime = await conn.fetchval(
        INSERT_RESET,
        actor.network_id,
        actor.org_id,
        account_id,
        token_hash,
        actor.account_id,
        actor.api_client_id,
        lasts,
    )
    return expires_at


async def fetch_reset_by_token(conn: Connection, token_hash: bytes) -> asyncpg.Record | None:
    return await conn.fetchrow(FETCH_RESET_BY_TOKEN, token_hash)


async def lock_open_reset(
    conn: Connection, network_id: int, org_id: int, reset_id: int
) -> OpenPasswordReset | None:
    """None if it is not open any more, or not for a member any more."""
    row = await conn.fetchrow(LOCK_OPEN_RESET, network_id, org_id, reset_id)
    return None if row is None else OpenPasswordReset(**row)


async def use_reset(
    conn: Connection, network_id: int, reset_id: int, password_hash: str
) -> str | None:
    """The address of the account that has the new password, or None if its password is not the one
    that was to be replaced."""
    email: str | None = await conn.fetchval(USE_RESET, network_id, reset_id, password_hash)
    return email


async def fetch_standing(
    conn: Connection, network_id: int, org_id: int, account_id: int
) -> Standing:
    """Elsewhere is outside of what the organization manages."""
    row = await conn.fetchrow(FETCH_STANDING, account_id, network_id, org_id)
    assert row is not None, "an aggregate has a row"
    return Standing(
        is_elsewhere=row["is_elsewhere"], permissions=known_permissions(row["permissions"])
    )
