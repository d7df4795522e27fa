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

# What the edge trades, for the names; `granted` is what a search may lead to. A text that is a
# whole code in some other case, or a whole name, is that; anything else is only similar.
MATCH_TEXTS = """
    SELECT asked.relationship_id, asked.typed, hit.sku_id, hit.kind
      FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[])
           AS asked (relationship_id, typed, grams, terms)
     CROSS JOIN LATERAL (
               SELECT sku.id AS sku_id,
                      CASE WHEN lower(normalize(asked.typed, NFKC))
                                = lower(normalize(sku.code, NFKC)) THEN 'code'
                           WHEN lower(normalize(asked.typed, NFKC))
                                IN (lower(normalize(sku.name, NFKC)),
                                    lower(normalize(sku.name_en, NFKC))) THEN 'name'
                           ELSE 'similar' END AS kind
                 FROM catalog.skus_with_text(
                          $1, string_to_array(asked.grams, E'\\n'),
                          string_to_array(asked.terms, E'\\n')) AS found (id)
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
                ORDER BY kind, sku.sort_key, sku.id
                LIMIT $6
           ) AS hit
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


async def match_texts(
    conn: Connection, network_id: int, asked: Sequence[tuple[int, str, SearchTerms]], most: int
) -> dict[tuple[int, str], list[TypedMatch]]:
    """What of the edge's assortment each text leads to, at most so many; sure ones first."""
    rows = await conn.fetch(
        MATCH_TEXTS,
        network_id,
        [relationship_id for relationship_id, _, _ in asked],
        [typed for _, typed, _ in asked],
        ["\n".join(search.grams) for _, _, search in asked],
        ["\n".join(search.terms) for _, _, search in asked],
        most,
    )
    found: dict[tuple[int, str], list[TypedMatch]] = {}
    for row in rows:
        found.setdefault((row["relationship_id"], row["typed"]), []).append(
            TypedMatch(sku_id=row["sku_id"], kind=MatchKind(row["kind"]))
        )
    return found
