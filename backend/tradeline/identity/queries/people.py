"""Roles and members of one organization."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import asyncpg

from tradeline.identity.model import NewPerson, Person, Role, known_permissions
from tradeline.identity.roles import OWNER, BuiltInRole
from tradeline.kernel import Actor, Connection, PageRequest, Permission

UPSERT_BUILT_IN_ROLES = """
    INSERT INTO identity.role (network_id, org_id, code, name, name_en, permissions)
    SELECT $1, NULL, draft.code, draft.name, draft.name_en,
           string_to_array(draft.permissions, ' ')
      FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
           AS draft (code, name, name_en, permissions)
        ON CONFLICT (network_id, org_id, code) DO UPDATE
       SET name = excluded.name, name_en = excluded.name_en, permissions = excluded.permissions
    RETURNING code, id
"""

# Built-in roles, and those of the one organization.
LIST_ROLES = """
    SELECT role.network_id, role.id, role.org_id, role.code, role.name, role.name_en,
           role.permissions
      FROM identity.role AS role
     WHERE role.network_id = $1
       AND (role.org_id IS NULL OR role.org_id = $2)
     ORDER BY role.org_id NULLS FIRST, role.id
"""

FETCH_ROLES = """
    SELECT role.network_id, role.id, role.org_id, role.code, role.name, role.name_en,
           role.permissions
      FROM identity.role AS role
     WHERE role.network_id = $1
       AND (role.org_id IS NULL OR role.org_id = $2)
       AND role.id = ANY($3::bigint[])
     ORDER BY role.id
"""

LOCK_OWN_ROLE = """
    SELECT role.network_id, role.id, role.org_id, role.code, role.name, role.name_en,
           role.permissions
      FROM identity.role AS role
     WHERE role.network_id = $1 AND role.org_id = $2 AND role.id = $3
       FOR UPDATE
"""

INSERT_ROLE = """
    INSERT INTO identity.role (network_id, org_id, code, name, name_en, permissions)
    VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (network_id, org_id, code) DO NOTHING
    RETURNING id
"""

UPDATE_ROLE = """
    UPDATE identity.role
       SET name = $4, name_en = $5, permissions = $6
     WHERE network_id = $1 AND org_id = $2 AND id = $3
"""

# How many members hold a role, and how many open invitations offer it.
COUNT_USES_OF_ROLE = """
    SELECT (SELECT count(*)
              FROM identity.membership_role AS held
              JOIN identity.membership AS membership
                ON membership.network_id = held.network_id AND membership.id = held.membership_id
             WHERE held.network_id = $1 AND held.role_id = $3 AND membership.is_active) AS members,
           (SELECT count(*)
              FROM identity.invitation AS invitation
             WHERE invitation.network_id = $1
               AND invitation.org_id = $2
               AND $3 = ANY(invitation.role_ids)
               AND invitation.accepted_at IS NULL
               AND invitation.revoked_at IS NULL
               AND invitation.expires_at > now()) AS invitations
"""

# Those who were shut out lose it as well: they come back with an invitation's roles alone.
DELETE_ROLE_OF_MEMBERSHIPS = """
    DELETE FROM identity.membership_role WHERE network_id = $1 AND role_id = $2
"""

DELETE_ROLE = """
    DELETE FROM identity.role WHERE network_id = $1 AND org_id = $2 AND id = $3
"""

LIST_PEOPLE = """
    SELECT membership.id AS membership_id, membership.account_id, account.name, account.email,
           membership.is_active, membership.created_at, held.role_ids, held.permissions
      FROM identity.membership AS membership
      JOIN identity.account AS account ON account.id = membership.account_id
     CROSS JOIN LATERAL (
               SELECT coalesce(array_agg(DISTINCT role.id), '{}') AS role_ids,
                      coalesce(array_agg(DISTINCT permission)
                               FILTER (WHERE permission IS NOT NULL), '{}') AS permissions
                 FROM identity.membership_role AS given
                 JOIN identity.role AS role
                   ON role.network_id = given.network_id AND role.id = given.role_id
                 LEFT JOIN unnest(role.permissions) AS permission ON true
                WHERE given.network_id = $1 AND given.membership_id = membership.id
           ) AS held
     WHERE membership.network_id = $1
       AND membership.org_id = $2
       AND ($3::bigint IS NULL OR membership.id > $3)
       AND ($4::bigint[] IS NULL OR membership.id = ANY($4))
       AND ($6::text IS NULL
            OR strpos(lower(concat_ws(E'\\n', account.name, account.email)), $6) > 0)
     ORDER BY membership.id
     LIMIT $5
"""

# All members of the organization, so that its owners cannot remove each other at the same moment.
LOCK_MEMBERS = """
    SELECT membership.id
      FROM identity.membership AS membership
     WHERE membership.network_id = $1 AND membership.org_id = $2
     ORDER BY membership.id
       FOR UPDATE
"""

FETCH_OWNERS = """
    SELECT membership.id
      FROM identity.membership AS membership
      JOIN identity.membership_role AS held
        ON held.network_id = membership.network_id AND held.membership_id = membership.id
      JOIN identity.role AS role
        ON role.network_id = held.network_id AND role.id = held.role_id
     WHERE membership.network_id = $1
       AND membership.org_id = $2
       AND membership.is_active
       AND role.org_id IS NULL
       AND role.code = $3
"""

# For seeds and imports: people with their first role, in three steps that each name what the step
# before made.
INSERT_ACCOUNTS = """
    INSERT INTO identity.account (email, name, locale, password_hash)
    SELECT draft.email, draft.name, draft.locale, draft.password_hash
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
           AS draft (email, name, locale, password_hash, position)
     ORDER BY draft.position
        ON CONFLICT (email) DO NOTHING
"""

INSERT_MEMBERSHIPS = """
    INSERT INTO identity.membership (network_id, account_id, org_id)
    SELECT $1, account.id, draft.org_id
      FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS draft (org_id, email, position)
      JOIN identity.account AS account ON account.email = draft.email
     ORDER BY draft.position
        ON CONFLICT (network_id, account_id, org_id) DO NOTHING
"""

INSERT_FIRST_ROLES = """
    INSERT INTO identity.membership_role (network_id, membership_id, role_id)
    SELECT $1, membership.id, role.id
      FROM unnest($2::bigint[], $3::text[], $4::text[]) AS draft (org_id, email, role_code)
      JOIN identity.account AS account ON account.email = draft.email
      JOIN identity.membership AS membership
        ON membership.network_id = $1
       AND membership.account_id = account.id
       AND membership.org_id = draft.org_id
      JOIN identity.role AS role
        ON role.network_id = $1 AND role.org_id IS NULL AND role.code = draft.role_code
        ON CONFLICT DO NOTHING
"""

UPSERT_MEMBERSHIP = """
    INSERT INTO identity.membership (network_id, account_id, org_id)
    VALUES ($1, $2, $3)
        ON CONFLICT (network_id, account_id, org_id) DO UPDATE SET is_active = true
    RETURNING id
"""

IS_MEMBER = """
    SELECT EXISTS (
               SELECT 1
                 FROM identity.membership AS membership
                 JOIN identity.account AS account ON account.id = membership.account_id
                WHERE membership.network_id = $1 AND membership.org_id = $2
                  AND membership.is_active AND account.email = $3
           )
"""

DELETE_ROLES_OF_MEMBERSHIP = """
    DELETE FROM identity.membership_role WHERE network_id = $1 AND membership_id = $2
"""

INSERT_ROLES_OF_MEMBERSHIP = """
    INSERT INTO identity.membership_role (network_id, membership_id, role_id)
    SELECT DISTINCT $1::bigint, $2::bigint, wanted.role_id
      FROM unnest($3::bigint[]) AS wanted (role_id)
        ON CONFLICT DO NOTHING
"""

DEACTIVATE_MEMBERSHIP = """
    UPDATE identity.membership
       SET is_active = false
     WHERE network_id = $1 AND org_id = $2 AND id = $3
"""

# Of an account, nobody but its colleagues is told the name.
FETCH_COLLEAGUES = """
    SELECT account.id, account.name
      FROM identity.membership AS membership
      JOIN identity.account AS account ON account.id = membership.account_id
     WHERE membership.network_id = $1
       AND membership.org_id = $2
       AND membership.account_id = ANY($3::bigint[])
"""


async def upsert_built_in_roles(
    conn: Connection, network_id: int, roles: Collection[BuiltInRole]
) -> dict[str, int]:
    rows = await conn.fetch(
        UPSERT_BUILT_IN_ROLES,
        network_id,
        [role.code for role in roles],
        [role.name for role in roles],
        [role.name_en for role in roles],
        [" ".join(sorted(role.permissions)) for role in roles],
    )
    return {row["code"]: row["id"] for row in rows}


async def list_roles(conn: Connection, actor: Actor) -> list[Role]:
    rows = await conn.fetch(LIST_ROLES, actor.network_id, actor.org_id)
    return [_role(row) for row in rows]


async def fetch_roles(
    conn: Connection, network_id: int, org_id: int, ids: Sequence[int]
) -> dict[int, Role]:
    rows = await conn.fetch(FETCH_ROLES, network_id, org_id, ids)
    return {row["id"]: _role(row) for row in rows}


async def lock_own_role(conn: Connection, actor: Actor, role_id: int) -> Role | None:
    row = await conn.fetchrow(LOCK_OWN_ROLE, actor.network_id, actor.org_id, role_id)
    return None if row is None else _role(row)


async def insert_role(
    conn: Connection,
    actor: Actor,
    code: str,
    name: str,
    name_en: str,
    permissions: Iterable[Permission],
) -> int | None:
    """The new role's id, or None if the code is taken."""
    role_id: int | None = await conn.fetchval(
        INSERT_ROLE, actor.network_id, actor.org_id, code, name, name_en, sorted(permissions)
    )
    return role_id


async def update_role(conn: Connection, actor: Actor, role: Role) -> None:
    await conn.execute(
        UPDATE_ROLE,
        actor.network_id,
        actor.org_id,
        role.id,
        role.name,
        role.name_en,
        sorted(role.permissions),
    )


async def count_uses_of_role(conn: Connection, actor: Actor, role_id: int) -> tuple[int, int]:
    """(active members, open invitations)."""
    row = await conn.fetchrow(COUNT_USES_OF_ROLE, actor.network_id, actor.org_id, role_id)
    assert row is not None, "a count has a row"
    return row["members"], row["invitations"]


async def delete_role(conn: Connection, actor: Actor, role_id: int) -> None:
    await conn.execute(DELETE_ROLE_OF_MEMBERSHIPS, actor.network_id, role_id)
    await conn.execute(DELETE_ROLE, actor.network_id, actor.org_id, role_id)


async def list_people(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    ids: Sequence[int] | None = None,
    search: str | None = None,
) -> list[Person]:
    """Members of the actor's organization; `ids` names certain memberships."""
    after = None if page.after is None else page.after[0]
    rows = await conn.fetch(
        LIST_PEOPLE, actor.network_id, actor.org_id, after, ids, page.limit, search
    )
    return [
        Person(
            **dict(row)
            | {
                "role_ids": tuple(row["role_ids"]),
                "permissions": known_permissions(row["permissions"]),
            }
        )
        for row in rows
    ]


async def lock_members(conn: Connection, actor: Actor) -> list[int]:
    rows = await conn.fetch(LOCK_MEMBERS, actor.network_id, actor.org_id)
    return [row["id"] for row in rows]


async def fetch_owners(conn: Connection, actor: Actor) -> set[int]:
    rows = await conn.fetch(FETCH_OWNERS, actor.network_id, actor.org_id, OWNER)
    return {row["id"] for row in rows}


async def insert_people(conn: Connection, network_id: int, people: Sequence[NewPerson]) -> None:
    """Accounts, memberships and roles; what is there already stays as it is."""
    emails = [person.email for person in people]
    org_ids = [person.org_id for person in people]
    await conn.execute(
        INSERT_ACCOUNTS,
        emails,
        [person.name for person in people],
        [person.locale.value for person in people],
        [person.password_hash for person in people],
    )
    await conn.execute(INSERT_MEMBERSHIPS, network_id, org_ids, emails)
    roles = [person.role_code for person in people]
    await conn.execute(INSERT_FIRST_ROLES, network_id, org_ids, emails, roles)


async def is_member(conn: Connection, network_id: int, org_id: int, email: str) -> bool:
    found: bool = await conn.fetchval(IS_MEMBER, network_id, org_id, email)
    return found


async def upsert_membership(conn: Connection, network_id: int, account_id: int, org_id: int) -> int:
    membership_id: int = await conn.fetchval(UPSERT_MEMBERSHIP, network_id, account_id, org_id)
    return membership_id


async def replace_roles(
    conn: Connection, network_id: int, membership_id: int, role_ids: Sequence[int]
) -> None:
    await conn.execute(DELETE_ROLES_OF_MEMBERSHIP, network_id, membership_id)
    await add_roles(conn, network_id, membership_id, role_ids)


async def add_roles(
    conn: Connection, network_id: int, membership_id: int, role_ids: Sequence[int]
) -> None:
    """What is held already stays."""
    await conn.execute(INSERT_ROLES_OF_MEMBERSHIP, network_id, membership_id, role_ids)


async def deactivate_membership(conn: Connection, actor: Actor, membership_id: int) -> None:
    await conn.execute(DEACTIVATE_MEMBERSHIP, actor.network_id, actor.org_id, membership_id)


async def fetch_colleagues(
    conn: Connection, actor: Actor, account_ids: Sequence[int]
) -> dict[int, str]:
    rows = await conn.fetch(FETCH_COLLEAGUES, actor.network_id, actor.org_id, account_ids)
    return {row["id"]: row["name"] for row in rows}


def _role(row: asyncpg.Record) -> Role:
    return Role(**dict(row) | {"permissions": known_permissions(row["permissions"])})
