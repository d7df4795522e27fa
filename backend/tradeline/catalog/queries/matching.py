"""SQL that reads what people type, for a thousand rows as for one: by code, then by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradeline.catalog.model import MatchKind, TypedMatch
from tradeline.catalog.queries.visibility import VISIBLE
from tradeline.catalog.search_text import SearchTerms
from tradeline.kernel import Actor, Connection

# Codes and barcodes are looked up in the ways in which a typed text is usually written, by their
# indexes; the few codes that a buyer made up are compared whatever their case and width.
MATCH_CODES = (
    """
    WITH asked AS MATERIALIZED (
        SELECT DISTINCT typed, variant
          FROM unnest($3::text[], $4::text[]) AS asked (typed, variant)
    ), own AS MATERIALIZED (
        SELECT own.sku_id, own.code, lower(normalize(own.code, NFKC)) AS folded
          FROM catalog.buyer_code AS own
         WHERE own.network_id = $1 AND own.buyer_org_id = $2
    )
    SELECT DISTINCT found.typed, found.kind, found.sku_id, found.pack_id, found.is_exact
      FROM (SELECT asked.typed, 'code' AS kind, sku.id AS sku_id, NULL::bigint AS pack_id,
                   sku.code = asked.typed AS is_exact
              FROM asked
              JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.code = asked.variant
             UNION ALL
            SELECT asked.typed, 'barcode', barcode.sku_id, barcode.pack_id,
                   barcode.code = asked.typed
              FROM asked
              JOIN catalog.barcode AS barcode
                ON barcode.network_id = $1 AND barcode.code = asked.variant
             UNION ALL
            SELECT asked.typed, 'own_code', own.sku_id, NULL, own.code = asked.typed
              FROM asked
              JOIN own ON own.folded = lower(normalize(asked.typed, NFKC))
           ) AS found
      JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.id = found.sku_id
      JOIN catalog.product AS product
        ON product.network_id = $1 AND product.id = sku.product_id
     WHERE """
    + VISIBLE
)

# Names by their pinyin, which is the order of lists and has an index, and then to the letter. Few
# texts come this far; for them one pass over English names and codes in any case beats a search
# for each.
MATCH_NAMES = (
    """
    WITH asked AS MATERIALIZED (
        SELECT asked.typed, lower(normalize(asked.typed, NFKC)) AS folded, asked.sort_key
          FROM unnest($3::text[], $4::text[]) AS asked (typed, sort_key)
    )
    SELECT DISTINCT found.typed, found.kind, found.sku_id
      FROM (SELECT asked.typed, 'name' AS kind, sku.id AS sku_id
              FROM asked
              JOIN catalog.sku AS sku
                ON sku.network_id = $1
               AND sku.sort_key = asked.sort_key
               AND lower(normalize(sku.name, NFKC)) = asked.folded
             UNION ALL
            SELECT asked.typed, named.kind, sku.id
              FROM catalog.sku AS sku
             CROSS JOIN LATERAL (VALUES ('name', lower(normalize(sku.name_en, NFKC))),
                                        ('code', lower(normalize(sku.code, NFKC)))
                                ) AS named (kind, folded)
              JOIN asked ON asked.folded = named.folded
             WHERE sku.network_id = $1
           ) AS found
      JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.id = found.sku_id
      JOIN catalog.product AS product
        ON product.network_id = $1 AND product.id = sku.product_id
     WHERE """
    + VISIBLE
)

# What a search finds of what the edge trades. For how many texts is bounded by the caller, and of
# a text that leads to half of the catalog no more than $7 hits are looked at.
MATCH_SIMILAR = """
    SELECT asked.relationship_id, asked.typed, hit.sku_id
      FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[])
           AS asked (relationship_id, typed, grams, terms)
     CROSS JOIN LATERAL (
               SELECT sku.id AS sku_id, sku.sort_key
                 FROM (SELECT hit.id
                         FROM catalog.skus_with_text(
                                  $1, string_to_array(asked.grams, E'\\n'),
                                  string_to_array(asked.terms, E'\\n')) AS hit (id)
                        LIMIT $7) AS found
                 JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.id = found.id
                 JOIN catalog.product AS product
                   ON product.network_id = $1 AND product.id = sku.product_id
                WHERE sku.is_active
                  AND product.is_active
                  AND EXISTS (
                          SELECT 1
                            FROM catalog.assortment_sku AS item
                           WHERE item.network_id = $1
                             AND item.sku_id = sku.id
                             AND item.assortment_id = ANY (ARRAY(
                                     SELECT granted.assortment_id
                                       FROM organizations.trading_relationship AS edge
                                       JOIN catalog.assortment_grant AS granted
                                         ON granted.network_id = $1
                                        AND granted.relationship_id = edge.id
                                      WHERE edge.network_id = $1
                                        AND edge.id = asked.relationship_id)))
                ORDER BY sku.sort_key, sku.id
                LIMIT $6
           ) AS hit
     ORDER BY hit.sort_key, hit.sku_id
"""


async def match_codes(
    conn: Connection, actor: Actor, variants: Mapping[str, Sequence[str]]
) -> dict[str, list[TypedMatch]]:
    """Visible SKUs by what each text, in one of its variants, is a whole code of."""
    pairs = [(typed, variant) for typed, some in variants.items() for variant in some]
    rows = await conn.fetch(
        MATCH_CODES,
        actor.network_id,
        actor.org_id,
        [typed for typed, _ in pairs],
        [variant for _, variant in pairs],
    )
    found: dict[str, list[TypedMatch]] = {}
    for row in rows:
        found.setdefault(row["typed"], []).append(
            TypedMatch(
                sku_id=row["sku_id"],
                kind=MatchKind(row["kind"]),
                pack_id=row["pack_id"],
                is_exact=row["is_exact"],
            )
        )
    return found


async def match_names(
    conn: Connection, actor: Actor, sort_keys: Mapping[str, str]
) -> dict[str, list[TypedMatch]]:
    """Visible SKUs whose whole name, or code in any case, a text is; each with its sort key."""
    rows = await conn.fetch(
        MATCH_NAMES, actor.network_id, actor.org_id, list(sort_keys), list(sort_keys.values())
    )
    found: dict[str, list[TypedMatch]] = {}
    for row in rows:
        match = TypedMatch(sku_id=row["sku_id"], kind=MatchKind(row["kind"]))
        found.setdefault(row["typed"], []).append(match)
    return found


async def match_similar(
    conn: Connection,
    network_id: int,
    asked: Sequence[tuple[int, str, SearchTerms]],
    *,
    most: int,
    hits_max: int,
) -> dict[tuple[int, str], list[TypedMatch]]:
    """What of the edge's assortment each text leads to, at most so many, in the order of lists."""
    rows = await conn.fetch(
        MATCH_SIMILAR,
        network_id,
        [relationship_id for relationship_id, _, _ in asked],
        [typed for _, typed, _ in asked],
        ["\n".join(search.grams) for _, _, search in asked],
        ["\n".join(search.terms) for _, _, search in asked],
        most,
        hits_max,
    )
    found: dict[tuple[int, str], list[TypedMatch]] = {}
    for row in rows:
        found.setdefault((row["relationship_id"], row["typed"]), []).append(
            TypedMatch(sku_id=row["sku_id"], kind=MatchKind.SIMILAR)
        )
    return found
