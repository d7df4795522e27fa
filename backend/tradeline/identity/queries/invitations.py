"""Invitations into organizations."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from tradeline.identity.model import Invitation, OpenInvitation, known_permissions
from tradeline.kernel import Actor, Connection, PageRequest, Permission

# What was offered in an organization's name by somebody or by machines, and what is offered to an
# address in that organization. In the order in which all lock invitations.
REVOKE_INVITATIONS = """
    UPDATE identity.invitation
       SET revoked_at = now()
     WHERE network_id = $1
       AND id IN (
               SELECT invitation.id
                 FROM identity.invitation AS invitation
                WHERE invitation.network_id = $1
                  AND invitation.accepted_at IS NULL
                  AND invitation.revoked_at IS NULL
                  AND ((invitation.invited_by_org_id = $2
                        AND (invitation.invited_by_account_id = $3
                             OR invitation.invited_by_api_client_id = ANY($4::bigint[])))
                       OR (invitation.org_id = $2 AND invitation.email = $5))
                ORDER BY invitation.id
                  FOR UPDATE
           )
"""

INSERT_INVITATION = """
    INSERT INTO identity.invitation
           (network_id, org_id, email, role_ids, token_hash, invited_by_org_id,
            invited_by_account_id, invited_by_api_client_id, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9)
    RETURNING id
"""

# Invitations into an organization that the actor manages are the actor's to see as well.
LIST_INVITATIONS = """
    SELECT invitation.network_id, invitation.id, invitation.org_id, invitation.email,
           invitation.role_ids, invitation.created_at, invitation.expires_at,
           invitation.accepted_at, invitation.revoked_at
      FROM identity.invitation AS invitation
     WHERE invitation.network_id = $1
       AND invitation.org_id IN (SELECT managed.id FROM organizations.managed_by($1, $2) AS managed)
       AND ($3::bigint IS NULL OR invitation.id < $3)
       AND ($4::bigint[] IS NULL OR invitation.id = ANY($4))
     ORDER BY invitation.id DESC
     LIMIT $5
"""

REVOKE_INVITATION = """
    UPDATE identity.invitation AS invitation
       SET revoked_at = now()
     WHERE invitation.network_id = $1
       AND invitation.org_id IN (SELECT managed.id FROM organizations.managed_by($1, $2) AS managed)
       AND invitation.id = $3
       AND invitation.accepted_at IS NULL
       AND invitation.revoked_at IS NULL
    RETURNING invitation.org_id
"""

FETCH_INVITATION_BY_TOKEN = """
    SELECT network_id, id, org_id, email FROM identity.invitation_of($1)
"""

# All that are open for the address, for the first to be accepted ends the others.
LOCK_OPEN_INVITATIONS = """
    SELECT invitation.id, invitation.role_ids, invitation.invited_by_org_id,
           invitation.invited_by_account_id, invitation.invited_by_api_client_id
      FROM identity.invitation AS invitation
     WHERE invitation.network_id = $1
       AND invitation.org_id = $2
       AND invitation.email = $3
       AND invitation.accepted_at IS NULL
       AND invitation.revoked_at IS NULL
       AND invitation.expires_at > now()
     ORDER BY invitation.id
       FOR UPDATE
"""

# What an inviter may do at this moment for the organization in whose name they have invited;
# nothing once that organization no longer manages the one that was invited into.
FETCH_PERMISSIONS_OF_INVITER = """
    SELECT DISTINCT permission
      FROM (SELECT role.permissions
              FROM identity.membership AS membership
              JOIN identity.account AS account ON account.id = membership.account_id
              JOIN identity.membership_role AS held
                ON held.network_id = membership.network_id AND held.membership_id = membership.id
              JOIN identity.role AS role
                ON role.network_id = held.network_id AND role.id = held.role_id
             WHERE membership.network_id = $1
               AND membership.org_id = $2
               AND membership.account_id = $3
               AND membership.is_active AND account.is_active
             UNION ALL
            SELECT client.permissions
              FROM identity.api_client AS client
             WHERE client.network_id = $1 AND client.org_id = $2 AND client.id = $4
               AND client.is_active
           ) AS inviter
     CROSS JOIN unnest(inviter.permissions) AS permission
     WHERE EXISTS (
               SELECT 1
                 FROM organizations.organization AS organization
                WHERE organization.network_id = $1 AND organization.id = $2
                  AND organization.is_active
           )
       AND $5 IN (SELECT managed.id FROM organizations.managed_by($1, $2) AS managed)
"""

MARK_INVITATION_ACCEPTED = """
    UPDATE identity.invitation SET accepted_at = now() WHERE network_id = $1 AND id = $2
"""


async def revoke_invitations(
    conn: Connection,
    network_id: int,
    org_id: int,
    *,
    by_account_id: int | None = None,
    by_api_client_ids: Sequence[int] = (),
    to_email: str | None = None,
) -> None:
    """End the open ones that those have made in the organization's name, and those into it for
    the address."""
    await conn.execute(
        REVOKE_INVITATIONS, network_id, org_id, by_account_id, by_api_client_ids, to_email
    )


async def insert_invitation(
    conn: Connection,
    actor: Actor,
    org_id: int,
    email: str,
    role_ids: Sequence[int],
    token_hash: bytes,
    lasts: object,
) -> int:
    invitation_id: int = await conn.fetchval(
        INSERT_INVITATION,
        actor.network_id,
        org_id,
        email,
        role_ids,
        token_hash,
        actor.org_id,
        actor.account_id,
        actor.api_client_id,
        lasts,
    )
    return invitation_id


async def list_invitations(
    conn: Connection, actor: Actor, page: PageRequest, ids: Sequence[int] | None = None
) -> list[Invitation]:
    after = None if page.after is None else page.after[0]
    rows = await conn.fetch(
        LIST_INVITATIONS, actor.network_id, actor.org_id, after, ids, page.limit
    )
    return [Invitation(**dict(row) | {"role_ids": tuple(row["role_ids"])}) for row in rows]


async def revoke_invitation(conn: Connection, actor: Actor, invitation_id: int) -> int | None:
    """The organization that it was into, or None if there was none to revoke."""
    org_id: int | None = await conn.fetchval(
        REVOKE_INVITATION, actor.network_id, actor.org_id, invitation_id
    )
    return org_id


async def fetch_invitation_by_token(conn: Connection, token_hash: bytes) -> asyncpg.Record | None:
    return await conn.fetchrow(FETCH_INVITATION_BY_TOKEN, token_hash)


async def lock_open_invitations(
    conn: Connection, network_id: int, org_id: int, email: str
) -> dict[int, OpenInvitation]:
    rows = await conn.fetch(LOCK_OPEN_INVITATIONS, network_id, org_id, email)
    return {
        row["id"]: OpenInvitation(**dict(row) | {"role_ids": tuple(row["role_ids"])})
        for row in rows
    }


async def fetch_permissions_of_inviter(
    conn: Connection,
    network_id: int,
    org_id: int,
    *,
    by_org_id: int,
    by_account_id: int | None,
    by_api_client_id: int | None,
) -> frozenset[Permission]:
    """Of whoever offers something, in the name of an organization, in the organization `org_id`."""
    rows = await conn.fetch(
        FETCH_PERMISSIONS_OF_INVITER,
        network_id,
        by_org_id,
        by_account_id,
        by_api_client_id,
        org_id,
    )
    return known_permissions([row["permission"] for row in rows])


async def mark_invitation_accepted(conn: Connection, network_id: int, invitation_id: int) -> None:
    await conn.execute(MARK_INVITATION_ACCEPTED, network_id, invitation_id)
