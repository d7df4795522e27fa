"""SQL of what stores list, and of what a consumer may know of it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import asyncpg

from tradeline.catalog import SearchTerms
from tradeline.channels.model import Listing, NewListing, OfferedCategory, OfferedSku, PriceBasis
from tradeline.kernel import Actor, Connection, PageRequest, grouped

_LISTING = """
    SELECT listing.store_id, listing.sku_id, listing.basis, listing.unit_price, listing.markup_bp,
           listing.limit_per_order, listing.position, listing.is_listed
"""

LOAD_LISTINGS = (
    _LISTING
    + """
      FROM unnest($2::bigint[], $3::bigint[]) AS pair (store_id, sku_id)
      JOIN channels.listing AS listing
        ON listing.network_id = $1
       AND listing.store_id = pair.store_id
       AND listing.sku_id = pair.sku_id
    """
)

# $5 and $6 are grams and terms of a search; both NULL where everything is asked for.
_FOUND = """
       AND ($5::text[] IS NULL
            OR listing.sku_id IN (
                   SELECT hit.id
                     FROM catalog.skus_with_text($1, $5::text[], $6::text[]) AS hit (id)))
"""

# What consumers find. That upstream has retired a SKU or its product shows here at once.
LIST_OFFERED = (
    """
    WITH RECURSIVE branch AS (
        SELECT category.id
          FROM catalog.category AS category
         WHERE category.network_id = $1 AND category.id = $7
         UNION
        SELECT child.id
          FROM branch
          JOIN catalog.category AS child
            ON child.network_id = $1 AND child.parent_id = branch.id
    )
    """
    + _LISTING
    + """
      FROM channels.listing AS listing
      JOIN catalog.sku AS sku
        ON sku.network_id = $1 AND sku.id = listing.sku_id AND sku.is_active
      JOIN catalog.product AS product
        ON product.network_id = $1 AND product.id = sku.product_id AND product.is_active
     WHERE listing.network_id = $1
       AND listing.store_id = $2
       AND listing.is_listed
       AND (listing.position, listing.sku_id) > ($3::integer, $4::bigint)
       AND ($7::bigint IS NULL
            OR product.category_id = ANY (ARRAY(SELECT branch.id FROM branch)))
    """
    + _FOUND
    + " ORDER BY listing.position, listing.sku_id LIMIT $8"
)

# Each category of what is listed, and all above it; what is in one is in those above.
LIST_CATEGORIES = """
    WITH RECURSIVE counted AS (
        SELECT product.category_id AS id, count(*) AS count
          FROM channels.listing AS listing
          JOIN catalog.sku AS sku
            ON sku.network_id = $1 AND sku.id = listing.sku_id AND sku.is_active
          JOIN catalog.product AS product
            ON product.network_id = $1 AND product.id = sku.product_id AND product.is_active
         WHERE listing.network_id = $1
           AND listing.store_id = $2
           AND listing.is_listed
           AND product.category_id IS NOT NULL
         GROUP BY product.category_id
    ), branch AS (
        SELECT counted.id, counted.count FROM counted
         UNION ALL
        SELECT category.parent_id, branch.count
          FROM branch
          JOIN catalog.category AS category
            ON category.network_id = $1 AND category.id = branch.id
         WHERE category.parent_id IS NOT NULL
    )
    SELECT category.id, category.parent_id, category.name, category.name_en,
           sum(branch.count)::bigint AS count
      FROM branch
      JOIN catalog.category AS category
        ON category.network_id = $1 AND category.id = branch.id
     GROUP BY category.network_id, category.id
     ORDER BY category.position, category.id
     LIMIT $3
"""

# What staff sees: all of it, of its own stores.
LIST_LISTINGS = (
    "SELECT found.* FROM unnest($2::bigint[]) AS asked (id)"
    " JOIN channels.store AS store"
    " ON store.network_id = $1 AND store.id = asked.id AND store.org_id = $7"
    " CROSS JOIN LATERAL ("
    + _LISTING
    + """
      FROM channels.listing AS listing
     WHERE listing.network_id = $1
       AND listing.store_id = store.id
       AND (listing.position, listing.sku_id) > ($3::integer, $4::bigint)
    """
    + _FOUND
    + " ORDER BY listing.position, listing.sku_id LIMIT $8) AS found"
    " ORDER BY found.store_id, found.position, found.sku_id"
)

LOAD_OFFERED_SKUS = """
    SELECT sku.id, sku.code, sku.name, sku.name_en, sku.base_unit, sku.attributes,
           product.name AS product_name, product.name_en AS product_name_en, product.brand,
           product.description, product.category_id
      FROM catalog.sku AS sku
      JOIN catalog.product AS product
        ON product.network_id = $1 AND product.id = sku.product_id
     WHERE sku.network_id = $1 AND sku.id = ANY($2::bigint[])
"""

FETCH_LISTINGS = (
    _LISTING
    + """
      FROM channels.listing AS listing
     WHERE listing.network_id = $1 AND listing.store_id = $2 AND listing.sku_id = ANY($3::bigint[])
    """
)

PUT_LISTINGS = """
    INSERT INTO channels.listing
           (network_id, store_id, sku_id, basis, unit_price, markup_bp, limit_per_order, position,
            is_listed)
    SELECT $1, $2, new.*
      FROM unnest($3::bigint[], $4::text[], $5::numeric[], $6::integer[], $7::bigint[],
                  $8::integer[], $9::boolean[]) AS new
        ON CONFLICT (network_id, store_id, sku_id) DO UPDATE
       SET basis = excluded.basis, unit_price = excluded.unit_price,
           markup_bp = excluded.markup_bp, limit_per_order = excluded.limit_per_order,
           position = excluded.position, is_listed = excluded.is_listed
"""

REMOVE_LISTINGS = """
    DELETE FROM channels.listing
     WHERE network_id = $1 AND store_id = $2 AND sku_id = ANY($3::bigint[])
"""


async def load_listings(
    conn: Connection, network_id: int, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Listing]:
    rows = await conn.fetch(
        LOAD_LISTINGS,
        network_id,
        [store_id for store_id, _ in pairs],
        [sku_id for _, sku_id in pairs],
    )
    return {(row["store_id"], row["sku_id"]): _listing(row) for row in rows}


async def fetch_offered_page(
    conn: Connection,
    network_id: int,
    store_id: int,
    page: PageRequest,
    search: SearchTerms | None,
    category_id: int | None,
) -> list[Listing]:
    position, after_sku_id = page.after or (-1, 0)
    rows = await conn.fetch(
        LIST_OFFERED,
        network_id,
        store_id,
        position,
        after_sku_id,
        None if search is None else list(search.grams),
        None if search is None else list(search.terms),
        category_id,
        page.limit,
    )
    return [_listing(row) for row in rows]


async def list_categories(
    conn: Connection, network_id: int, store_id: int, limit: int
) -> list[OfferedCategory]:
    rows = await conn.fetch(LIST_CATEGORIES, network_id, store_id, limit)
    return [OfferedCategory(**row) for row in rows]


async def fetch_listing_pages(
    conn: Connection,
    actor: Actor,
    store_ids: Sequence[int],
    page: PageRequest,
    search: SearchTerms | None,
) -> dict[int, list[Listing]]:
    position, after_sku_id = page.after or (-1, 0)
    rows = await conn.fetch(
        LIST_LISTINGS,
        actor.network_id,
        list(store_ids),
        position,
        after_sku_id,
        None if search is None else list(search.grams),
        None if search is None else list(search.terms),
        actor.org_id,
        page.limit,
    )
    return grouped(store_ids, ((row["store_id"], _listing(row)) for row in rows))


async def load_offered_skus(
    conn: Connection, network_id: int, ids: Sequence[int]
) -> dict[int, OfferedSku]:
    rows = await conn.fetch(LOAD_OFFERED_SKUS, network_id, list(ids))
    return {
        row["id"]: OfferedSku(**(dict(row) | {"attributes": json.loads(row["attributes"])}))
        for row in rows
    }


async def fetch_listings(
    conn: Connection, actor: Actor, store_id: int, sku_ids: Sequence[int]
) -> dict[int, Listing]:
    """What a store, which the caller has locked, lists of the SKUs."""
    rows = await conn.fetch(FETCH_LISTINGS, actor.network_id, store_id, list(sku_ids))
    return {row["sku_id"]: _listing(row) for row in rows}


async def put_listings(
    conn: Connection, actor: Actor, store_id: int, listings: Sequence[NewListing]
) -> None:
    await conn.execute(
        PUT_LISTINGS,
        actor.network_id,
        store_id,
        [listing.sku_id for listing in listings],
        [listing.basis.value for listing in listings],
        [listing.unit_price for listing in listings],
        [listing.markup_bp for listing in listings],
        [listing.limit_per_order for listing in listings],
        [listing.position for listing in listings],
        [listing.is_listed for listing in listings],
    )


async def remove_listings(
    conn: Connection, actor: Actor, store_id: int, sku_ids: Sequence[int]
) -> None:
    await conn.execute(REMOVE_LISTINGS, actor.network_id, store_id, list(sku_ids))


def _listing(row: asyncpg.Record) -> Listing:
    return Listing(**(dict(row) | {"basis": PriceBasis(row["basis"])}))
