"""SQL of SKUs, their packs, barcodes and buyers' codes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tradeline.catalog.model import (
    Barcode,
    CodeKind,
    CodeMatch,
    NewPack,
    NewSku,
    Pack,
    Sku,
    SkuFilter,
)
from tradeline.catalog.queries.components import COMPONENTS, components_of
from tradeline.catalog.queries.visibility import CATEGORY_BRANCH, SEARCH_HITS, VISIBLE
from tradeline.catalog.search_text import SearchIndex, SearchTerms
from tradeline.kernel import Actor, Connection, PageRequest

# Everything that a reader is told of a SKU, for a subquery `sku` that has picked the rows.
_WHOLE_SKU = (
    """
    SELECT sku.id, sku.product_id, sku.owner_org_id, sku.code, sku.name, sku.name_en,
           sku.attributes, sku.base_unit, sku.is_active, sku.sort_key,
           (SELECT array_agg((pack.id, pack.code, pack.units, pack.name, pack.name_en)
                   ORDER BY pack.units, pack.id)
              FROM catalog.pack AS pack
             WHERE pack.network_id = $1 AND pack.sku_id = sku.id) AS packs,
           (SELECT array_agg((barcode.code, barcode.pack_id) ORDER BY barcode.code)
              FROM catalog.barcode AS barcode
             WHERE barcode.network_id = $1 AND barcode.sku_id = sku.id) AS barcodes,
           (SELECT own.code
              FROM catalog.buyer_code AS own
             WHERE own.network_id = $1 AND own.buyer_org_id = $2 AND own.sku_id = sku.id
           ) AS own_code,
    """
    + COMPONENTS
)

_SKU_AND_PRODUCT = """
      FROM catalog.sku AS sku
      JOIN catalog.product AS product
        ON product.network_id = $1 AND product.id = sku.product_id
"""

FETCH_SKUS = (
    _WHOLE_SKU
    + _SKU_AND_PRODUCT
    + " WHERE sku.network_id = $1 AND sku.id = ANY($3::bigint[]) AND "
    + VISIBLE
)

FETCH_VISIBLE_IDS = (
    "SELECT sku.id"
    + _SKU_AND_PRODUCT
    + " WHERE sku.network_id = $1 AND sku.id = ANY($3::bigint[]) AND "
    + VISIBLE
)

# At most $4 of each product, in the order of lists.
FETCH_SKUS_OF_PRODUCTS = (
    _WHOLE_SKU
    + """
      FROM (SELECT sku.*, row_number() OVER (
                       PARTITION BY sku.product_id ORDER BY sku.sort_key, sku.id) AS place
    """
    + _SKU_AND_PRODUCT
    + " WHERE sku.network_id = $1 AND sku.product_id = ANY($3::bigint[]) AND "
    + VISIBLE
    + """
           ) AS sku
     WHERE sku.place <= $4
     ORDER BY sku.product_id, sku.sort_key, sku.id
    """
)

_CHOSEN = """
       AND ($3::bigint IS NULL
            OR product.category_id = ANY (ARRAY(SELECT branch.id FROM branch)))
       AND ($6::bigint IS NULL OR sku.product_id = $6)
       AND (sku.sort_key, sku.id) > ($7::text, $8::bigint)
"""

# Without a search, rows come in the order of sku_in_order until the page is full.
LIST_SKUS = (
    CATEGORY_BRANCH
    + _WHOLE_SKU
    + "FROM (SELECT sku.*"
    + _SKU_AND_PRODUCT
    + " WHERE sku.network_id = $1 AND $4::text[] IS NULL AND $5::text[] IS NULL AND "
    + VISIBLE
    + _CHOSEN
    + " ORDER BY sku.sort_key, sku.id LIMIT $9) AS sku ORDER BY sku.sort_key, sku.id"
)

# With one, those that were found are judged one by one and put in order; LIMIT 1 has the same
# reason as in offers.SEARCH_OFFERS.
SEARCH_SKUS = (
    CATEGORY_BRANCH
    + _WHOLE_SKU
    + "FROM (SELECT found.* FROM ("
    + SEARCH_HITS
    + ") AS hit CROSS JOIN LATERAL (SELECT sku.*"
    + _SKU_AND_PRODUCT
    + " WHERE sku.network_id = $1 AND sku.id = hit.id AND "
    + VISIBLE
    + _CHOSEN
    + " LIMIT 1) AS found ORDER BY found.sort_key, found.id LIMIT $9) AS sku"
    + " ORDER BY sku.sort_key, sku.id"
)

# One row for each way in which a code leads to a visible SKU.
FIND_CODE = (
    """
    SELECT found.kind, found.sku_id, found.pack_id
      FROM (SELECT 'code' AS kind, sku.id AS sku_id, NULL::bigint AS pack_id
              FROM catalog.sku AS sku
             WHERE sku.network_id = $1 AND sku.code = $3
             UNION ALL
            SELECT 'barcode', barcode.sku_id, barcode.pack_id
              FROM catalog.barcode AS barcode
             WHERE barcode.network_id = $1 AND barcode.code = $3
             UNION ALL
            SELECT 'own_code', own.sku_id, NULL
              FROM catalog.buyer_code AS own
             WHERE own.network_id = $1 AND own.buyer_org_id = $2 AND own.code = $3
           ) AS found
      JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.id = found.sku_id
      JOIN catalog.product AS product
        ON product.network_id = $1 AND product.id = sku.product_id
     WHERE """
    + VISIBLE
    + " ORDER BY found.kind DESC, sku.sort_key, sku.id LIMIT 100"
)

FETCH_TAKEN_SKU_CODES = """
    SELECT code
      FROM catalog.sku
     WHERE network_id = $1 AND owner_org_id = $2 AND code = ANY($3::text[])
"""

# A barcode names one SKU of its owner; other owners may use the same (they sell the same thing).
FETCH_TAKEN_BARCODES = """
    SELECT barcode.code
      FROM catalog.barcode AS barcode
      JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.id = barcode.sku_id
     WHERE barcode.network_id = $1
       AND barcode.code = ANY($3::text[])
       AND sku.owner_org_id = $2
"""

INSERT_SKUS = """
    INSERT INTO catalog.sku
           (network_id, owner_org_id, product_id, code, name, name_en, attributes, base_unit,
            sort_key, search_text, search_grams, is_bundle)
    SELECT $1, $2, new.product_id, new.code, new.name, new.name_en, new.attributes::jsonb,
           new.base_unit, new.sort_key, new.search_text,
           string_to_array(new.search_grams, E'\\n'), new.is_bundle
      FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                  $9::text[], $10::text[], $11::text[], $12::boolean[])
           WITH ORDINALITY
           AS new (product_id, code, name, name_en, attributes, base_unit,
                   sort_key, search_text, search_grams, is_bundle, place)
     ORDER BY new.place
        ON CONFLICT (network_id, owner_org_id, code) DO NOTHING
    RETURNING id, code
"""

INSERT_PACKS = """
    INSERT INTO catalog.pack (network_id, sku_id, code, units, name, name_en)
    SELECT $1, new.sku_id, new.code, new.units, new.name, new.name_en
      FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[])
           WITH ORDINALITY AS new (sku_id, code, units, name, name_en, place)
     ORDER BY new.place
    RETURNING id, sku_id, code
"""

INSERT_BARCODES = """
    INSERT INTO catalog.barcode (network_id, sku_id, pack_id, code)
    SELECT $1, new.sku_id, new.pack_id, new.code
      FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS new (sku_id, pack_id, code)
"""

INSERT_PACK = """
    INSERT INTO catalog.pack (network_id, sku_id, code, units, name, name_en)
    VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING id
"""

DELETE_BARCODE = """
    DELETE FROM catalog.barcode
     WHERE network_id = $1 AND sku_id = $2 AND code = $3
    RETURNING pack_id
"""

# Locked in the order of ids: whoever changes SKUs, or what they are found by, keeps to it.
LOCK_OWN_SKUS = """
    SELECT sku.id
      FROM catalog.sku AS sku
     WHERE sku.network_id = $1
       AND sku.owner_org_id = $2
       AND (sku.id = ANY($3::bigint[]) OR sku.product_id = ANY($4::bigint[]))
     ORDER BY sku.id
       FOR NO KEY UPDATE
"""

# Read by a statement of its own: that which waited for the lock sees packs, barcodes and products
# as they were before it waited.
FETCH_LOCKED_SKUS = """
    SELECT sku.id, sku.product_id, sku.code, sku.name, sku.name_en, sku.attributes,
           sku.base_unit, sku.is_active,
           product.name AS product_name, product.name_en AS product_name_en,
           product.code AS product_code, product.brand,
           (SELECT jsonb_agg(jsonb_build_object('id', pack.id, 'code', pack.code))
              FROM catalog.pack AS pack
             WHERE pack.network_id = $1 AND pack.sku_id = sku.id) AS packs,
           ARRAY(SELECT barcode.code
                   FROM catalog.barcode AS barcode
                  WHERE barcode.network_id = $1 AND barcode.sku_id = sku.id
                  ORDER BY barcode.code) AS barcodes
      FROM catalog.sku AS sku
      JOIN catalog.product AS product
        ON product.network_id = $1 AND product.id = sku.product_id
     WHERE sku.network_id = $1 AND sku.id = ANY($2::bigint[])
     ORDER BY sku.id
"""

UPDATE_SKUS = """
    UPDATE catalog.sku AS sku
       SET name = new.name, name_en = new.name_en, attributes = new.attributes::jsonb,
           is_active = new.is_active, sort_key = new.sort_key, search_text = new.search_text,
           search_grams = string_to_array(new.search_grams, E'\\n')
      FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::boolean[],
                  $8::text[], $9::text[], $10::text[])
           AS new (id, name, name_en, attributes, is_active, sort_key, search_text, search_grams)
     WHERE sku.network_id = $1 AND sku.owner_org_id = $2 AND sku.id = new.id
"""

# The buyer's codes that name one of the SKUs, or are one of the codes, in a fixed order.
LOCK_BUYER_CODES = """
    SELECT own.code, own.sku_id
      FROM catalog.buyer_code AS own
     WHERE own.network_id = $1
       AND own.buyer_org_id = $2
       AND (own.sku_id = ANY($3::bigint[]) OR own.code = ANY($4::text[]))
     ORDER BY own.code
       FOR UPDATE
"""

DELETE_BUYER_CODES = """
    DELETE FROM catalog.buyer_code
     WHERE network_id = $1 AND buyer_org_id = $2 AND sku_id = ANY($3::bigint[])
"""

INSERT_BUYER_CODES = """
    INSERT INTO catalog.buyer_code (network_id, buyer_org_id, sku_id, code)
    SELECT $1, $2, new.sku_id, new.code
      FROM unnest($3::bigint[], $4::text[]) AS new (sku_id, code)
        ON CONFLICT DO NOTHING
    RETURNING code
"""


async def fetch_skus(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, Sku]:
    rows = await conn.fetch(FETCH_SKUS, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: _sku(dict(row)) for row in rows}


async def fetch_visible_ids(conn: Connection, actor: Actor, ids: Sequence[int]) -> set[int]:
    rows = await conn.fetch(FETCH_VISIBLE_IDS, actor.network_id, actor.org_id, list(ids))
    return {row["id"] for row in rows}


async def fetch_skus_of_products(
    conn: Connection, actor: Actor, product_ids: Sequence[int], most: int
) -> list[Sku]:
    rows = await conn.fetch(
        FETCH_SKUS_OF_PRODUCTS, actor.network_id, actor.org_id, list(product_ids), most
    )
    return [_sku(dict(row)) for row in rows]


async def fetch_sku_page(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    only: SkuFilter,
    search: SearchTerms | None,
) -> list[Sku]:
    sort_key, after_id = page.after or ("", 0)
    rows = await conn.fetch(
        LIST_SKUS if search is None else SEARCH_SKUS,
        actor.network_id,
        actor.org_id,
        only.category_id,
        None if search is None else list(search.grams),
        None if search is None else list(search.terms),
        only.product_id,
        sort_key,
        after_id,
        page.limit,
    )
    return [_sku(dict(row)) for row in rows]


async def find_code(conn: Connection, actor: Actor, code: str) -> list[CodeMatch]:
    rows = await conn.fetch(FIND_CODE, actor.network_id, actor.org_id, code)
    return [
        CodeMatch(sku_id=row["sku_id"], pack_id=row["pack_id"], kind=CodeKind(row["kind"]))
        for row in rows
    ]


async def fetch_taken_sku_codes(conn: Connection, actor: Actor, codes: Sequence[str]) -> set[str]:
    rows = await conn.fetch(FETCH_TAKEN_SKU_CODES, actor.network_id, actor.org_id, list(codes))
    return {row["code"] for row in rows}


async def fetch_taken_barcodes(conn: Connection, actor: Actor, codes: Sequence[str]) -> set[str]:
    rows = await conn.fetch(FETCH_TAKEN_BARCODES, actor.network_id, actor.org_id, list(codes))
    return {row["code"] for row in rows}


async def insert_skus(
    conn: Connection,
    actor: Actor,
    skus: Sequence[NewSku],
    sort_keys: Sequence[str],
    indexes: Sequence[SearchIndex],
) -> dict[str, int]:
    """Ids by code; a code that somebody took meanwhile is missing."""
    rows = await conn.fetch(
        INSERT_SKUS,
        actor.network_id,
        actor.org_id,
        [sku.product_id for sku in skus],
        [sku.code for sku in skus],
        [sku.name for sku in skus],
        [sku.name_en for sku in skus],
        [_json(sku.attributes) for sku in skus],
        [sku.base_unit for sku in skus],
        list(sort_keys),
        [index.text for index in indexes],
        ["\n".join(index.grams) for index in indexes],
        [bool(sku.components) for sku in skus],
    )
    return {row["code"]: row["id"] for row in rows}


async def insert_packs(
    conn: Connection, actor: Actor, sku_ids: Sequence[int], skus: Sequence[NewSku]
) -> dict[tuple[int, str], int]:
    """Ids of all packs, the base pack included, by SKU and code."""
    packs = [
        (sku_id, pack)
        for sku_id, sku in zip(sku_ids, skus, strict=True)
        for pack in sku.all_packs()
    ]
    rows = await conn.fetch(
        INSERT_PACKS,
        actor.network_id,
        [sku_id for sku_id, _ in packs],
        [pack.code for _, pack in packs],
        [pack.units for _, pack in packs],
        [pack.name or pack.code for _, pack in packs],
        [pack.name_en for _, pack in packs],
    )
    return {(row["sku_id"], row["code"]): row["id"] for row in rows}


async def insert_pack(conn: Connection, actor: Actor, sku_id: int, pack: NewPack) -> int:
    """Of a SKU that the caller has locked."""
    pack_id: int = await conn.fetchval(
        INSERT_PACK,
        actor.network_id,
        sku_id,
        pack.code,
        pack.units,
        pack.name or pack.code,
        pack.name_en,
    )
    return pack_id


async def delete_barcode(conn: Connection, actor: Actor, sku_id: int, code: str) -> int:
    """The pack that it was printed on; the caller has locked the SKU and found the barcode."""
    pack_id: int = await conn.fetchval(DELETE_BARCODE, actor.network_id, sku_id, code)
    return pack_id


async def insert_barcodes(
    conn: Connection, actor: Actor, barcodes: Sequence[tuple[int, int, str]]
) -> None:
    """Each of a SKU's id, a pack's id and the code."""
    await conn.execute(
        INSERT_BARCODES,
        actor.network_id,
        [sku_id for sku_id, _, _ in barcodes],
        [pack_id for _, pack_id, _ in barcodes],
        [code for _, _, code in barcodes],
    )


async def lock_own_skus(
    conn: Connection, actor: Actor, *, ids: Sequence[int] = (), product_ids: Sequence[int] = ()
) -> dict[int, dict[str, Any]]:
    """Lock the organization's own SKUs, by id or of products, with all that they are found by."""
    locked = await conn.fetch(
        LOCK_OWN_SKUS, actor.network_id, actor.org_id, list(ids), list(product_ids)
    )
    rows = await conn.fetch(FETCH_LOCKED_SKUS, actor.network_id, [row["id"] for row in locked])
    return {
        row["id"]: dict(row)
        | {"attributes": json.loads(row["attributes"]), "packs": json.loads(row["packs"])}
        for row in rows
    }


async def update_skus(
    conn: Connection,
    actor: Actor,
    skus: Sequence[Mapping[str, Any]],
    sort_keys: Sequence[str],
    indexes: Sequence[SearchIndex],
) -> None:
    await conn.execute(
        UPDATE_SKUS,
        actor.network_id,
        actor.org_id,
        [sku["id"] for sku in skus],
        [sku["name"] for sku in skus],
        [sku["name_en"] for sku in skus],
        [_json(sku["attributes"]) for sku in skus],
        [sku["is_active"] for sku in skus],
        list(sort_keys),
        [index.text for index in indexes],
        ["\n".join(index.grams) for index in indexes],
    )


async def lock_buyer_codes(
    conn: Connection, actor: Actor, sku_ids: Sequence[int], codes: Sequence[str]
) -> dict[int, str]:
    """The organization's own codes that the SKUs or codes touch, by SKU."""
    rows = await conn.fetch(
        LOCK_BUYER_CODES, actor.network_id, actor.org_id, list(sku_ids), list(codes)
    )
    return {row["sku_id"]: row["code"] for row in rows}


async def delete_buyer_codes(conn: Connection, actor: Actor, sku_ids: Sequence[int]) -> None:
    await conn.execute(DELETE_BUYER_CODES, actor.network_id, actor.org_id, list(sku_ids))


async def insert_buyer_codes(
    conn: Connection, actor: Actor, codes: Sequence[tuple[int, str]]
) -> set[str]:
    """The codes that were stored; one that was taken meanwhile is missing."""
    rows = await conn.fetch(
        INSERT_BUYER_CODES,
        actor.network_id,
        actor.org_id,
        [sku_id for sku_id, _ in codes],
        [code for _, code in codes],
    )
    return {row["code"] for row in rows}


def _sku(values: dict[str, Any]) -> Sku:
    values["attributes"] = json.loads(values["attributes"])
    values["packs"] = tuple(
        [
            Pack(id=id, code=code, units=units, name=name, name_en=name_en)
            for id, code, units, name, name_en in values["packs"]
        ]
    )
    values["barcodes"] = tuple(
        [Barcode(code=code, pack_id=pack_id) for code, pack_id in values["barcodes"] or ()]
    )
    values["components"] = components_of(values["components"])
    return Sku(**values)


def _json(value: Mapping[str, str]) -> str:
    return json.dumps(dict(value), ensure_ascii=False, sort_keys=True)
