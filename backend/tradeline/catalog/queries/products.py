"""SQL of categories and products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tradeline.catalog.model import Category, NewCategory, NewProduct, Product
from tradeline.catalog.queries.visibility import VISIBLE
from tradeline.kernel import Actor, Connection, PageRequest

_CATEGORY = """
    SELECT category.id, category.owner_org_id, category.parent_id, category.code,
           category.name, category.name_en, category.position
"""

# One's own categories; and of others, those above something that one may see.
_VISIBLE_CATEGORIES = (
    """
    WITH RECURSIVE shown AS (
        SELECT DISTINCT product.category_id AS id
          FROM catalog.sku AS sku
          JOIN catalog.product AS product
            ON product.network_id = $1 AND product.id = sku.product_id
         WHERE sku.network_id = $1
           AND product.owner_org_id <> $2
           AND product.category_id IS NOT NULL
           AND """
    + VISIBLE
    + """
         UNION
        SELECT category.parent_id
          FROM shown
          JOIN catalog.category AS category
            ON category.network_id = $1 AND category.id = shown.id
    )
    """
)

_CATEGORY_IS_VISIBLE = """
       AND (category.owner_org_id = $2 OR category.id IN (SELECT shown.id FROM shown))
"""

FETCH_CATEGORIES = (
    _VISIBLE_CATEGORIES
    + _CATEGORY
    + """
      FROM catalog.category AS category
     WHERE category.network_id = $1 AND category.id = ANY($3::bigint[])
    """
    + _CATEGORY_IS_VISIBLE
)

LIST_CATEGORIES = (
    _VISIBLE_CATEGORIES
    + _CATEGORY
    + """
      FROM catalog.category AS category
     WHERE category.network_id = $1 AND (category.position, category.id) > ($3::bigint, $4::bigint)
    """
    + _CATEGORY_IS_VISIBLE
    + " ORDER BY category.position, category.id LIMIT $5"
)

FETCH_OWN_CATEGORIES = """
    SELECT id
      FROM catalog.category
     WHERE network_id = $1 AND owner_org_id = $2 AND id = ANY($3::bigint[])
"""

FETCH_TAKEN_CATEGORY_CODES = """
    SELECT code
      FROM catalog.category
     WHERE network_id = $1 AND owner_org_id = $2 AND code = ANY($3::text[])
"""

INSERT_CATEGORIES = """
    INSERT INTO catalog.category
           (network_id, owner_org_id, parent_id, code, name, name_en, position)
    SELECT $1, $2, new.parent_id, new.code, new.name, new.name_en, new.position
      FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::integer[])
           WITH ORDINALITY AS new (parent_id, code, name, name_en, position, place)
     ORDER BY new.place
        ON CONFLICT (network_id, owner_org_id, code) DO NOTHING
    RETURNING id, code
"""

# An owner's tree changes one move at a time, for two could close a circle together. The lock is
# held until the unit of work ends.
LOCK_TREE = """
    SELECT pg_advisory_xact_lock(hashtextextended('catalog.categories ' || $2::bigint, $1))
"""

LOCK_OWN_CATEGORY = (
    _CATEGORY
    + """
      FROM catalog.category AS category
     WHERE category.network_id = $1 AND category.owner_org_id = $2 AND category.id = $3
       FOR NO KEY UPDATE
    """
)

# Of the category $2 and all below it.
FETCH_BRANCH = """
    WITH RECURSIVE branch AS (
        SELECT category.id
          FROM catalog.category AS category
         WHERE category.network_id = $1 AND category.id = $2
         UNION
        SELECT child.id
          FROM branch
          JOIN catalog.category AS child
            ON child.network_id = $1 AND child.parent_id = branch.id
    )
    SELECT branch.id FROM branch
"""

UPDATE_CATEGORY = """
    UPDATE catalog.category
       SET parent_id = $4, name = $5, name_en = $6, position = $7
     WHERE network_id = $1 AND owner_org_id = $2 AND id = $3
"""

_PRODUCT = """
    SELECT product.id, product.owner_org_id, product.category_id, product.code, product.name,
           product.name_en, product.brand, product.description, product.is_active
      FROM catalog.product AS product
"""

# A product is seen by its owner, and by whoever sees one of its SKUs.
_PRODUCT_IS_VISIBLE = (
    """
       AND (product.owner_org_id = $2
            OR EXISTS (
                   SELECT 1
                     FROM catalog.sku AS sku
                    WHERE sku.network_id = $1 AND sku.product_id = product.id AND """
    + VISIBLE
    + "))"
)

FETCH_PRODUCTS = (
    _PRODUCT
    + " WHERE product.network_id = $1 AND product.id = ANY($3::bigint[])"
    + _PRODUCT_IS_VISIBLE
)

LIST_PRODUCTS = (
    _PRODUCT
    + """
     WHERE product.network_id = $1
       AND product.id > $3
       AND ($5::text IS NULL
            OR strpos(lower(concat_ws(E'\\n', product.code, product.name, product.name_en,
                                      product.brand)), $5) > 0)
    """
    + _PRODUCT_IS_VISIBLE
    + " ORDER BY product.id LIMIT $4"
)

FETCH_TAKEN_PRODUCT_CODES = """
    SELECT code
      FROM catalog.product
     WHERE network_id = $1 AND owner_org_id = $2 AND code = ANY($3::text[])
"""

INSERT_PRODUCTS = """
    INSERT INTO catalog.product
           (network_id, owner_org_id, category_id, code, name, name_en, brand, description)
    SELECT $1, $2, new.category_id, new.code, new.name, new.name_en, new.brand, new.description
      FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
           WITH ORDINALITY AS new (category_id, code, name, name_en, brand, description, place)
     ORDER BY new.place
        ON CONFLICT (network_id, owner_org_id, code) DO NOTHING
    RETURNING id, code
"""

# Shared, so that SKUs may be made side by side, but not while the product gets another name:
# what a SKU is found by holds the product's.
SHARE_OWN_PRODUCTS = _PRODUCT + (
    " WHERE product.network_id = $1 AND product.owner_org_id = $2"
    " AND product.id = ANY($3::bigint[]) ORDER BY product.id FOR SHARE"
)

LOCK_OWN_PRODUCTS = _PRODUCT + (
    " WHERE product.network_id = $1 AND product.owner_org_id = $2"
    " AND product.id = ANY($3::bigint[]) ORDER BY product.id FOR NO KEY UPDATE"
)

UPDATE_PRODUCTS = """
    UPDATE catalog.product AS product
       SET category_id = new.category_id, name = new.name, name_en = new.name_en,
           brand = new.brand, description = new.description, is_active = new.is_active
      FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
                  $9::boolean[])
           AS new (id, category_id, name, name_en, brand, description, is_active)
     WHERE product.network_id = $1 AND product.owner_org_id = $2 AND product.id = new.id
"""


async def fetch_categories(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Category]:
    rows = await conn.fetch(FETCH_CATEGORIES, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: Category(**row) for row in rows}


async def fetch_category_page(conn: Connection, actor: Actor, page: PageRequest) -> list[Category]:
    position, after_id = page.after or (-1, 0)
    rows = await conn.fetch(
        LIST_CATEGORIES, actor.network_id, actor.org_id, position, after_id, page.limit
    )
    return [Category(**row) for row in rows]


async def fetch_own_categories(conn: Connection, actor: Actor, ids: Sequence[int]) -> set[int]:
    rows = await conn.fetch(FETCH_OWN_CATEGORIES, actor.network_id, actor.org_id, list(ids))
    return {row["id"] for row in rows}


async def fetch_taken_category_codes(
    conn: Connection, actor: Actor, codes: Sequence[str]
) -> set[str]:
    rows = await conn.fetch(FETCH_TAKEN_CATEGORY_CODES, actor.network_id, actor.org_id, list(codes))
    return {row["code"] for row in rows}


async def insert_categories(
    conn: Connection, actor: Actor, categories: Sequence[NewCategory]
) -> dict[str, int]:
    """Ids by code; a code that somebody took meanwhile is missing."""
    rows = await conn.fetch(
        INSERT_CATEGORIES,
        actor.network_id,
        actor.org_id,
        [category.parent_id for category in categories],
        [category.code for category in categories],
        [category.name for category in categories],
        [category.name_en for category in categories],
        [category.position for category in categories],
    )
    return {row["code"]: row["id"] for row in rows}


async def lock_own_category(conn: Connection, actor: Actor, id: int) -> Category | None:
    """One of the organization's own, with its whole tree kept as it is."""
    await conn.execute(LOCK_TREE, actor.network_id, actor.org_id)
    row = await conn.fetchrow(LOCK_OWN_CATEGORY, actor.network_id, actor.org_id, id)
    return None if row is None else Category(**row)


async def fetch_branch(conn: Connection, actor: Actor, id: int) -> set[int]:
    """A category, whose tree the caller has locked, and all below it."""
    rows = await conn.fetch(FETCH_BRANCH, actor.network_id, id)
    return {row["id"] for row in rows}


async def update_category(conn: Connection, actor: Actor, category: Category) -> None:
    await conn.execute(
        UPDATE_CATEGORY,
        actor.network_id,
        actor.org_id,
        category.id,
        category.parent_id,
        category.name,
        category.name_en,
        category.position,
    )


async def fetch_products(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, Product]:
    rows = await conn.fetch(FETCH_PRODUCTS, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: Product(**row) for row in rows}


async def fetch_product_page(
    conn: Connection, actor: Actor, page: PageRequest, search: str | None
) -> list[Product]:
    [after_id] = page.after or (0,)
    rows = await conn.fetch(
        LIST_PRODUCTS, actor.network_id, actor.org_id, after_id, page.limit, search
    )
    return [Product(**row) for row in rows]


async def fetch_taken_product_codes(
    conn: Connection, actor: Actor, codes: Sequence[str]
) -> set[str]:
    rows = await conn.fetch(FETCH_TAKEN_PRODUCT_CODES, actor.network_id, actor.org_id, list(codes))
    return {row["code"] for row in rows}


async def insert_products(
    conn: Connection, actor: Actor, products: Sequence[NewProduct]
) -> dict[str, int]:
    """Ids by code; a code that somebody took meanwhile is missing."""
    rows = await conn.fetch(
        INSERT_PRODUCTS,
        actor.network_id,
        actor.org_id,
        [product.category_id for product in products],
        [product.code for product in products],
        [product.name for product in products],
        [product.name_en for product in products],
        [product.brand for product in products],
        [product.description for product in products],
    )
    return {row["code"]: row["id"] for row in rows}


async def share_own_products(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Product]:
    """The organization's own products, kept as they are until the unit of work ends."""
    rows = await conn.fetch(SHARE_OWN_PRODUCTS, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: Product(**row) for row in rows}


async def lock_own_products(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Product]:
    rows = await conn.fetch(LOCK_OWN_PRODUCTS, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: Product(**row) for row in rows}


async def update_products(
    conn: Connection, actor: Actor, products: Sequence[Mapping[str, Any]]
) -> None:
    await conn.execute(
        UPDATE_PRODUCTS,
        actor.network_id,
        actor.org_id,
        [product["id"] for product in products],
        [product["category_id"] for product in products],
        [product["name"] for product in products],
        [product["name_en"] for product in products],
        [product["brand"] for product in products],
        [product["description"] for product in products],
        [product["is_active"] for product in products],
    )
