"""Networks, organizations and legal entities."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.organizations.model import (
    LegalEntity,
    Network,
    NewLegalEntity,
    NewOrganization,
    Organization,
    OrganizationKind,
)

INSERT_NETWORK = """
    INSERT INTO organizations.network (code, name, name_en, currency)
    VALUES ($1, $2, $3, $4)
    RETURNING id
"""

FETCH_NETWORK = """
    SELECT id, code, name, name_en, currency FROM organizations.network WHERE id = $1
"""

# The oldest, where a network has several.
FETCH_BRAND = """
    SELECT organization.id
      FROM organizations.organization AS organization
     WHERE organization.network_id = $1 AND organization.kind = 'brand'
     ORDER BY organization.id
     LIMIT 1
"""

# What is taken comes back without a row.
INSERT_ORGANIZATIONS = """
    INSERT INTO organizations.organization
           (network_id, parent_id, kind, code, name, name_en, region, created_by_org_id)
    SELECT $1, draft.parent_id, draft.kind, draft.code, draft.name,
           coalesce(nullif(draft.name_en, ''), draft.name), draft.region, $2
      FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
           WITH ORDINALITY
           AS draft (parent_id, kind, code, name, name_en, region, position)
     ORDER BY draft.position
        ON CONFLICT (network_id, code) DO NOTHING
    RETURNING code, id
"""

INSERT_LEGAL_ENTITIES = """
    INSERT INTO organizations.legal_entity (network_id, org_id, code, name, name_en, tax_number)
    SELECT $1, draft.org_id, draft.code, draft.name,
           coalesce(nullif(draft.name_en, ''), draft.name), draft.tax_number
      FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
           WITH ORDINALITY AS draft (org_id, code, name, name_en, tax_number, position)
     ORDER BY draft.position
        ON CONFLICT (network_id, org_id, code) DO NOTHING
    RETURNING org_id, code, id
"""

# Trees change one at a time in each network, for two moves could close a circle together. The lock
# is held until the unit of work ends.
LOCK_TREES = """
    SELECT pg_advisory_xact_lock(hashtextextended('organizations.trees', $1))
"""

FETCH_MANAGED = """
    SELECT managed.id
      FROM organizations.managed_by($1, $2) AS managed
     WHERE managed.id = ANY($3::bigint[])
"""

FETCH_TREE = """
    SELECT tree.id FROM organizations.tree_of($1, $2) AS tree
"""

LOCK_MANAGED_ORGANIZATIONS = """
    SELECT organization.network_id, organization.id, organization.parent_id, organization.kind,
           organization.code, organization.name, organization.name_en, organization.region,
           organization.is_active, organization.created_by_org_id, organization.is_independent,
           organization.created_at
      FROM organizations.organization AS organization
     WHERE organization.network_id = $1
       AND organization.id = ANY($3::bigint[])
       AND organization.id IN (SELECT managed.id FROM organizations.managed_by($1, $2) AS managed)
     ORDER BY organization.id
       FOR UPDATE
"""

UPDATE_ORGANIZATION = """
    UPDATE organizations.organization
       SET parent_id = $3, name = $4, name_en = $5, region = $6, is_active = $7
     WHERE network_id = $1 AND id = $2
"""

MAKE_INDEPENDENT = """
    UPDATE organizations.organization
       SET is_independent = true
     WHERE network_id = $1 AND id = ANY($2::bigint[]) AND NOT is_independent
"""

FETCH_VISIBLE_ORGANIZATIONS = """
    SELECT organization.network_id, organization.id, organization.parent_id, organization.kind,
           organization.code, organization.name, organization.name_en, organization.region,
           organization.is_active, organization.created_by_org_id, organization.is_independent,
           organization.created_at
      FROM organizations.organization AS organization
     WHERE organization.network_id = $1
       AND organization.id = ANY($3::bigint[])
       AND organization.id IN (SELECT visible.id FROM organizations.visible_to($1, $2) AS visible)
     ORDER BY organization.id
"""

LIST_VISIBLE_ORGANIZATIONS = """
    SELECT organization.network_id, organization.id, organization.parent_id, organization.kind,
           organization.code, organization.name, organization.name_en, organization.region,
           organization.is_active, organization.created_by_org_id, organization.is_independent,
           organization.created_at
      FROM organizations.organization AS organization
     WHERE organization.network_id = $1
       AND organization.id IN (SELECT visible.id FROM organizations.visible_to($1, $2) AS visible)
       AND ($3::bigint IS NULL OR organization.id > $3)
       AND ($4::text IS NULL OR organization.kind = $4)
       AND ($6::text IS NULL
            OR strpos(lower(concat_ws(E'\\n', organization.code, organization.name,
                                      organization.name_en)), $6) > 0)
     ORDER BY organization.id
     LIMIT $5
"""

LIST_VISIBLE_CHILDREN = """
    SELECT organization.network_id, organization.id, organization.parent_id, organization.kind,
           organization.code, organization.name, organization.name_en, organization.region,
           organization.is_active, organization.created_by_org_id, organization.is_independent,
           organization.created_at
      FROM organizations.organization AS organization
     WHERE organization.network_id = $1
       AND organization.parent_id = ANY($3::bigint[])
       AND organization.id IN (SELECT visible.id FROM organizations.visible_to($1, $2) AS visible)
     ORDER BY organization.id
"""

FETCH_VISIBLE_ENTITIES = """
    SELECT entity.network_id, entity.id, entity.org_id, entity.code, entity.name,
           entity.name_en, entity.tax_number, entity.created_at
      FROM organizations.legal_entity AS entity
     WHERE entity.network_id = $1
       AND entity.org_id = ANY($3::bigint[])
       AND entity.id IN (
           SELECT visible.id FROM organizations.entities_visible_to($1, $2) AS visible)
     ORDER BY entity.org_id, entity.id
"""

FETCH_VISIBLE_ENTITIES_BY_ID = """
    SELECT entity.network_id, entity.id, entity.org_id, entity.code, entity.name,
           entity.name_en, entity.tax_number, entity.created_at
      FROM organizations.legal_entity AS entity
     WHERE entity.network_id = $1
       AND entity.id = ANY($3::bigint[])
       AND entity.id IN (
           SELECT visible.id FROM organizations.entities_visible_to($1, $2) AS visible)
"""

# The system, seeding or importing, may join any two organizations of its network.
FETCH_ENTITIES_TO_JOIN = """
    SELECT entity.org_id, entity.id
      FROM organizations.legal_entity AS entity
     WHERE entity.network_id = $1
       AND entity.org_id = ANY($3::bigint[])
       AND ($4 OR entity.org_id IN (
               SELECT visible.id FROM organizations.visible_to($1, $2) AS visible))
     ORDER BY entity.org_id, entity.id
"""


async def insert_network(
    conn: Connection, code: str, name: str, name_en: str, currency: str
) -> int:
    network_id: int = await conn.fetchval(INSERT_NETWORK, code, name, name_en, currency)
    return network_id


async def fetch_network(conn: Connection, network_id: int) -> Network | None:
    row = await conn.fetchrow(FETCH_NETWORK, network_id)
    return None if row is None else Network(**dict(row))


async def fetch_brand(conn: Connection, network_id: int) -> int | None:
    org_id: int | None = await conn.fetchval(FETCH_BRAND, network_id)
    return org_id


async def insert_organizations(
    conn: Connection, actor: Actor, organizations: Sequence[NewOrganization]
) -> dict[str, int]:
    """The new ids by code; a code that was taken is absent."""
    rows = await conn.fetch(
        INSERT_ORGANIZATIONS,
        actor.network_id,
        actor.org_id or None,
        [draft.parent_id for draft in organizations],
        [draft.kind.value for draft in organizations],
        [draft.code for draft in organizations],
        [draft.name for draft in organizations],
        [draft.name_en for draft in organizations],
        [draft.region for draft in organizations],
    )
    return {row["code"]: row["id"] for row in rows}


async def insert_legal_entities(
    conn: Connection, network_id: int, entities: Sequence[NewLegalEntity]
) -> dict[tuple[int, str], int]:
    """The new ids by organization and code; a code that was taken is absent."""
    rows = await conn.fetch(
        INSERT_LEGAL_ENTITIES,
        network_id,
        [draft.org_id for draft in entities],
        [draft.code for draft in entities],
        [draft.name for draft in entities],
        [draft.name_en for draft in entities],
        [draft.tax_number for draft in entities],
    )
    return {(row["org_id"], row["code"]): row["id"] for row in rows}


async def lock_trees(conn: Connection, network_id: int) -> None:
    await conn.execute(LOCK_TREES, network_id)


async def fetch_managed(conn: Connection, actor: Actor, ids: Sequence[int]) -> set[int]:
    """Those of `ids` that the actor's organization manages."""
    rows = await conn.fetch(FETCH_MANAGED, actor.network_id, actor.org_id, ids)
    return {row["id"] for row in rows}


async def fetch_tree(conn: Connection, network_id: int, org_id: int) -> set[int]:
    rows = await conn.fetch(FETCH_TREE, network_id, org_id)
    return {row["id"] for row in rows}


async def lock_managed_organizations(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Organization]:
    rows = await conn.fetch(LOCK_MANAGED_ORGANIZATIONS, actor.network_id, actor.org_id, ids)
    return _organizations(rows)


async def update_organization(conn: Connection, organization: Organization) -> None:
    await conn.execute(
        UPDATE_ORGANIZATION,
        organization.network_id,
        organization.id,
        organization.parent_id,
        organization.name,
        organization.name_en,
        organization.region,
        organization.is_active,
    )


async def make_independent(conn: Connection, network_id: int, ids: Sequence[int]) -> None:
    await conn.execute(MAKE_INDEPENDENT, network_id, ids)


async def fetch_visible_organizations(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Organization]:
    rows = await conn.fetch(FETCH_VISIBLE_ORGANIZATIONS, actor.network_id, actor.org_id, ids)
    return _organizations(rows)


async def list_visible_organizations(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    kind: OrganizationKind | None,
    search: str | None,
) -> list[Organization]:
    after = None if page.after is None else page.after[0]
    rows = await conn.fetch(
        LIST_VISIBLE_ORGANIZATIONS, actor.network_id, actor.org_id, after, kind, page.limit, search
    )
    return list(_organizations(rows).values())


async def list_visible_children(
    conn: Connection, actor: Actor, parent_ids: Sequence[int]
) -> list[Organization]:
    rows = await conn.fetch(LIST_VISIBLE_CHILDREN, actor.network_id, actor.org_id, parent_ids)
    return list(_organizations(rows).values())


async def fetch_visible_entities(
    conn: Connection, actor: Actor, org_ids: Sequence[int]
) -> list[LegalEntity]:
    rows = await conn.fetch(FETCH_VISIBLE_ENTITIES, actor.network_id, actor.org_id, org_ids)
    return [LegalEntity(**dict(row)) for row in rows]


async def fetch_visible_entities_by_id(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, LegalEntity]:
    rows = await conn.fetch(FETCH_VISIBLE_ENTITIES_BY_ID, actor.network_id, actor.org_id, ids)
    return {row["id"]: LegalEntity(**dict(row)) for row in rows}


async def fetch_entities_to_join(
    conn: Connection, actor: Actor, org_ids: Sequence[int], *, is_system: bool
) -> dict[int, list[int]]:
    """The entities of organizations that the actor may name, oldest first."""
    rows = await conn.fetch(
        FETCH_ENTITIES_TO_JOIN, actor.network_id, actor.org_id, org_ids, is_system
    )
    entities: dict[int, list[int]] = {}
    for row in rows:
        entities.setdefault(row["org_id"], []).append(row["id"])
    return entities


def _organizations(rows: Sequence[asyncpg.Record]) -> dict[int, Organization]:
    organizations = (
        Organization(**dict(row) | {"kind": OrganizationKind(row["kind"])}) for row in rows
    )
    return {organization.id: organization for organization in organizations}
