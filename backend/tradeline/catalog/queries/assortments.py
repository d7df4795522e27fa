"""SQL of assortments: what they hold, to whom they are granted."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.catalog.model import Assortment, AssortmentGrant, AssortmentItem, NewAssortment
from tradeline.catalog.queries.visibility import VISIBLE
from tradeline.kernel import Actor, Connection, PageRequest, grouped

_ASSORTMENT = """
    SELECT assortment.id, assortment.seller_org_id, assortment.code, assortment.name,
           assortment.name_en
      FROM catalog.assortment AS assortment
     WHERE assortment.network_id = $1
"""

# One's own; and a supplier's that was made for oneself, that is granted to one's edges and to
# nobody else's: there a buyer says which of its own SKUs it wants to be supplied with.
_IS_SEEN = """
       AND (assortment.seller_org_id = $2
            OR (SELECT coalesce(bool_and(edge.buyer_org_id = $2), false)
                  FROM catalog.assortment_grant AS granted
                  JOIN organizations.relationship AS edge
                    ON edge.network_id = $1 AND edge.id = granted.relationship_id
                 WHERE granted.network_id = $1 AND granted.assortment_id = assortment.id))
"""

FETCH_ASSORTMENTS = _ASSORTMENT + " AND assortment.id = ANY($3::bigint[])" + _IS_SEEN

LIST_ASSORTMENTS = (
    _ASSORTMENT
    + """
       AND assortment.id > $3
       AND ($5::text IS NULL
            OR strpos(lower(concat_ws(E'\\n', assortment.code, assortment.name,
                                      assortment.name_en)), $5) > 0)
    """
    + _IS_SEEN
    + " ORDER BY assortment.id LIMIT $4"
)

# Locked while what it holds or whom it is granted to changes, so that the audit trail's before
# and after are true.
LOCK_ASSORTMENTS = (
    _ASSORTMENT
    + " AND assortment.id = ANY($3::bigint[])"
    + _IS_SEEN
    + " ORDER BY assortment.id FOR NO KEY UPDATE OF assortment"
)

FETCH_TAKEN_CODES = """
    SELECT code
      FROM catalog.assortment
     WHERE network_id = $1 AND seller_org_id = $2 AND code = ANY($3::text[])
"""

INSERT_ASSORTMENTS = """
    INSERT INTO catalog.assortment (network_id, seller_org_id, code, name, name_en)
    SELECT $1, $2, new.code, new.name, new.name_en
      FROM unnest($3::text[], $4::text[], $5::text[])
           WITH ORDINALITY AS new (code, name, name_en, place)
     ORDER BY new.place
        ON CONFLICT (network_id, seller_org_id, code) DO NOTHING
    RETURNING id, code
"""

UPDATE_ASSORTMENT = """
    UPDATE catalog.assortment
       SET name = $4, name_en = $5
     WHERE network_id = $1 AND seller_org_id = $2 AND id = $3
"""

# The same page of each assortment. A buyer is told of what it may see in it.
FETCH_ITEMS = (
    """
    SELECT assortment.id AS assortment_id, item.sku_id, item.quantity_minimum, item.quantity_step
      FROM catalog.assortment AS assortment
     CROSS JOIN LATERAL (
               SELECT item.sku_id, item.quantity_minimum, item.quantity_step
                 FROM catalog.assortment_sku AS item
                 JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.id = item.sku_id
                 JOIN catalog.product AS product
                   ON product.network_id = $1 AND product.id = sku.product_id
                WHERE item.network_id = $1
                  AND item.assortment_id = assortment.id
                  AND item.sku_id > $4
                  AND ($6::bigint IS NULL OR item.sku_id = $6)
                  AND (assortment.seller_org_id = $2 OR """
    + VISIBLE
    + """)
                ORDER BY item.sku_id
                LIMIT $5
           ) AS item
     WHERE assortment.network_id = $1 AND assortment.id = ANY($3::bigint[])
    """
    + _IS_SEEN
    + " ORDER BY assortment.id, item.sku_id"
)

FETCH_ITEMS_BEFORE = """
    SELECT sku_id, quantity_minimum, quantity_step
      FROM catalog.assortment_sku
     WHERE network_id = $1 AND assortment_id = $2 AND sku_id = ANY($3::bigint[])
"""

PUT_ITEMS = """
    INSERT INTO catalog.assortment_sku AS item
           (network_id, assortment_id, sku_id, quantity_minimum, quantity_step)
    SELECT $1, $2, new.sku_id, new.quantity_minimum, new.quantity_step
      FROM unnest($3::bigint[], $4::bigint[], $5::bigint[])
           AS new (sku_id, quantity_minimum, quantity_step)
        ON CONFLICT (network_id, assortment_id, sku_id) DO UPDATE
       SET quantity_minimum = excluded.quantity_minimum, quantity_step = excluded.quantity_step
     WHERE (item.quantity_minimum, item.quantity_step)
           IS DISTINCT FROM (excluded.quantity_minimum, excluded.quantity_step)
"""

REMOVE_ITEMS = """
    DELETE FROM catalog.assortment_sku
     WHERE network_id = $1 AND assortment_id = $2 AND sku_id = ANY($3::bigint[])
"""

FETCH_OWN_SKUS = """
    SELECT id
      FROM catalog.sku
     WHERE network_id = $1 AND owner_org_id = $2 AND id = ANY($3::bigint[])
"""

FETCH_SOLD_EDGES = """
    SELECT id
      FROM organizations.relationship
     WHERE network_id = $1
       AND seller_org_id = $2
       AND state <> 'ended'
       AND id = ANY($3::bigint[])
"""

INSERT_GRANTS = """
    INSERT INTO catalog.assortment_grant (network_id, relationship_id, assortment_id)
    SELECT $1, new.relationship_id, new.assortment_id
      FROM unnest($2::bigint[], $3::bigint[]) AS new (relationship_id, assortment_id)
        ON CONFLICT DO NOTHING
    RETURNING relationship_id, assortment_id
"""

DELETE_GRANTS = """
    DELETE FROM catalog.assortment_grant AS granted
     USING unnest($3::bigint[], $4::bigint[]) AS old (relationship_id, assortment_id),
           catalog.assortment AS assortment
     WHERE granted.network_id = $1
       AND granted.relationship_id = old.relationship_id
       AND granted.assortment_id = old.assortment_id
       AND assortment.network_id = $1
       AND assortment.id = old.assortment_id
       AND assortment.seller_org_id = $2
    RETURNING granted.relationship_id, granted.assortment_id
"""

# The same page of the edges of each of the seller's own assortments.
FETCH_GRANTED_EDGES = """
    SELECT assortment.id AS assortment_id, edge.relationship_id
      FROM catalog.assortment AS assortment
     CROSS JOIN LATERAL (
               SELECT granted.relationship_id
                 FROM catalog.assortment_grant AS granted
                WHERE granted.network_id = $1
                  AND granted.assortment_id = assortment.id
                  AND granted.relationship_id > $4
                ORDER BY granted.relationship_id
                LIMIT $5
           ) AS edge
     WHERE assortment.network_id = $1
       AND assortment.seller_org_id = $2
       AND assortment.id = ANY($3::bigint[])
     ORDER BY assortment.id, edge.relationship_id
"""

FETCH_ASSORTMENTS_OF_EDGES = """
    SELECT edge.id AS relationship_id, offered.*
      FROM organizations.relationship AS edge
     CROSS JOIN LATERAL (
               SELECT assortment.id, assortment.seller_org_id, assortment.code, assortment.name,
                      assortment.name_en
                 FROM catalog.assortment_grant AS granted
                 JOIN catalog.assortment AS assortment
                   ON assortment.network_id = $1 AND assortment.id = granted.assortment_id
                WHERE granted.network_id = $1 AND granted.relationship_id = edge.id
                ORDER BY assortment.id
                LIMIT $4
           ) AS offered
     WHERE edge.network_id = $1 AND edge.seller_org_id = $2 AND edge.id = ANY($3::bigint[])
     ORDER BY edge.id, offered.id
"""


async def fetch_assortments(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Assortment]:
    rows = await conn.fetch(FETCH_ASSORTMENTS, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: Assortment(**row) for row in rows}


async def fetch_assortment_page(
    conn: Connection, actor: Actor, page: PageRequest, search: str | None
) -> list[Assortment]:
    [after_id] = page.after or (0,)
    rows = await conn.fetch(
        LIST_ASSORTMENTS, actor.network_id, actor.org_id, after_id, page.limit, search
    )
    return [Assortment(**row) for row in rows]


async def update_assortment(
    conn: Connection, actor: Actor, id: int, *, name: str, name_en: str
) -> None:
    """One of the organization's own, which the caller has locked."""
    await conn.execute(UPDATE_ASSORTMENT, actor.network_id, actor.org_id, id, name, name_en)


async def lock_assortments(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Assortment]:
    rows = await conn.fetch(LOCK_ASSORTMENTS, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: Assortment(**row) for row in rows}


async def fetch_taken_codes(conn: Connection, actor: Actor, codes: Sequence[str]) -> set[str]:
    rows = await conn.fetch(FETCH_TAKEN_CODES, actor.network_id, actor.org_id, list(codes))
    return {row["code"] for row in rows}


async def insert_assortments(
    conn: Connection, actor: Actor, assortments: Sequence[NewAssortment]
) -> dict[str, int]:
    """Ids by code; a code that somebody took meanwhile is missing."""
    rows = await conn.fetch(
        INSERT_ASSORTMENTS,
        actor.network_id,
        actor.org_id,
        [assortment.code for assortment in assortments],
        [assortment.name for assortment in assortments],
        [assortment.name_en for assortment in assortments],
    )
    return {row["code"]: row["id"] for row in rows}


async def fetch_items(
    conn: Connection,
    actor: Actor,
    assortment_ids: Sequence[int],
    page: PageRequest,
    sku_id: int | None,
) -> dict[int, list[AssortmentItem]]:
    [after_id] = page.after or (0,)
    rows = await conn.fetch(
        FETCH_ITEMS,
        actor.network_id,
        actor.org_id,
        list(assortment_ids),
        after_id,
        page.limit,
        sku_id,
    )
    items = [dict(row) for row in rows]
    return grouped(
        assortment_ids,
        ((values.pop("assortment_id"), AssortmentItem(**values)) for values in items),
    )


async def fetch_items_before(
    conn: Connection, actor: Actor, assortment_id: int, sku_ids: Sequence[int]
) -> dict[int, AssortmentItem]:
    """What the assortment, which the caller has locked, holds of the SKUs."""
    rows = await conn.fetch(FETCH_ITEMS_BEFORE, actor.network_id, assortment_id, list(sku_ids))
    return {row["sku_id"]: AssortmentItem(**row) for row in rows}


async def put_items(
    conn: Connection, actor: Actor, assortment_id: int, items: Sequence[AssortmentItem]
) -> None:
    await conn.execute(
        PUT_ITEMS,
        actor.network_id,
        assortment_id,
        [item.sku_id for item in items],
        [item.quantity_minimum for item in items],
        [item.quantity_step for item in items],
    )


async def remove_items(
    conn: Connection, actor: Actor, assortment_id: int, sku_ids: Sequence[int]
) -> None:
    await conn.execute(REMOVE_ITEMS, actor.network_id, assortment_id, list(sku_ids))


async def fetch_own_skus(conn: Connection, actor: Actor, sku_ids: Sequence[int]) -> set[int]:
    rows = await conn.fetch(FETCH_OWN_SKUS, actor.network_id, actor.org_id, list(sku_ids))
    return {row["id"] for row in rows}


async def fetch_sold_edges(conn: Connection, actor: Actor, ids: Sequence[int]) -> set[int]:
    """Those of the edges on which the actor's organization sells and that have not ended."""
    rows = await conn.fetch(FETCH_SOLD_EDGES, actor.network_id, actor.org_id, list(ids))
    return {row["id"] for row in rows}


async def insert_grants(
    conn: Connection, actor: Actor, grants: Sequence[AssortmentGrant]
) -> list[AssortmentGrant]:
    """Those that were not there before."""
    rows = await conn.fetch(
        INSERT_GRANTS,
        actor.network_id,
        [grant.relationship_id for grant in grants],
        [grant.assortment_id for grant in grants],
    )
    return [AssortmentGrant(**row) for row in rows]


async def delete_grants(
    conn: Connection, actor: Actor, grants: Sequence[AssortmentGrant]
) -> list[AssortmentGrant]:
    """Those that were there."""
    rows = await conn.fetch(
        DELETE_GRANTS,
        actor.network_id,
        actor.org_id,
        [grant.relationship_id for grant in grants],
        [grant.assortment_id for grant in grants],
    )
    return [AssortmentGrant(**row) for row in rows]


async def fetch_granted_edges(
    conn: Connection, actor: Actor, assortment_ids: Sequence[int], page: PageRequest
) -> dict[int, list[int]]:
    [after_id] = page.after or (0,)
    rows = await conn.fetch(
        FETCH_GRANTED_EDGES,
        actor.network_id,
        actor.org_id,
        list(assortment_ids),
        after_id,
        page.limit,
    )
    return grouped(assortment_ids, ((row["assortment_id"], row["relationship_id"]) for row in rows))


async def fetch_assortments_of_edges(
    conn: Connection, actor: Actor, relationship_ids: Sequence[int], limit: int
) -> dict[int, list[Assortment]]:
    """Of the edges on which the actor's organization sells."""
    rows = await conn.fetch(
        FETCH_ASSORTMENTS_OF_EDGES, actor.network_id, actor.org_id, list(relationship_ids), limit
    )
    found: dict[int, list[Assortment]] = {}
    for row in rows:
        values = dict(row)
        found.setdefault(values.pop("relationship_id"), []).append(Assortment(**values))
    return found
