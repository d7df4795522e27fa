"""SQL of price sheets: all that may decide the price of SKUs on edges."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from tradeline.kernel import Connection
from tradeline.organizations import PriceStrategy
from tradeline.pricing.model import Candidate, PriceLevel, tidy
from tradeline.pricing.resolver import PriceSheet

# One row for each price of each pair of edge and SKU, and one without a price for a pair that has
# none; no pair twice. A base list applies to all edges of its seller in its currency, any other
# where granted; never one of another seller. $4 limits the pairs to edges of one organization;
# NULL, for modules above that have checked who asks, does not. Few prices are for packs: looking
# each of those up is nothing, and a join would have to be prepared for all of them.
FETCH_SHEETS = """
    SELECT pair.relationship_id, pair.sku_id, edge.seller_org_id, edge.currency AS edge_currency,
           edge.price_strategy, sku.base_unit, now() AS at,
           price.id AS price_id, list.id AS price_list_id, list.code AS price_list_code,
           list.name AS price_list_name, list.name_en AS price_list_name_en, list.level,
           list.currency, list.is_active AS list_is_active, list.valid_from AS list_valid_from,
           list.valid_to AS list_valid_to, price.pack_id,
           CASE WHEN price.pack_id IS NULL THEN sku.base_unit
                ELSE (SELECT pack.code
                        FROM catalog.pack AS pack
                       WHERE pack.network_id = $1 AND pack.id = price.pack_id) END AS unit,
           price.quantity_minimum, price.unit_price, price.valid_from, price.valid_to
      FROM unnest($2::bigint[], $3::bigint[]) AS pair (relationship_id, sku_id)
      JOIN organizations.relationship AS edge
        ON edge.network_id = $1
       AND edge.id = pair.relationship_id
       AND ($4::bigint IS NULL OR edge.seller_org_id = $4 OR edge.buyer_org_id = $4)
      JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.id = pair.sku_id
      LEFT JOIN LATERAL (
                SELECT base.id, base.code, base.name, base.name_en, base.level, base.currency,
                       base.is_active, base.valid_from, base.valid_to
                  FROM pricing.price_list AS base
                 WHERE base.network_id = $1
                   AND base.seller_org_id = edge.seller_org_id
                   AND base.currency = edge.currency
                   AND base.level = 'base'
                 UNION ALL
                SELECT given.id, given.code, given.name, given.name_en, given.level,
                       given.currency, given.is_active, given.valid_from, given.valid_to
                  FROM pricing.price_list_grant AS granted
                  JOIN pricing.price_list AS given
                    ON given.network_id = $1 AND given.id = granted.price_list_id
                 WHERE granted.network_id = $1
                   AND granted.relationship_id = edge.id
                   AND given.seller_org_id = edge.seller_org_id
                   AND given.level <> 'base'
           ) AS list ON true
      LEFT JOIN pricing.price AS price
        ON price.network_id = $1 AND price.sku_id = pair.sku_id AND price.price_list_id = list.id
"""

_LEVELS = {level.value: level for level in PriceLevel}


async def fetch_sheets(
    conn: Connection, network_id: int, org_id: int | None, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], PriceSheet]:
    """By pair of edge and SKU; a pair that is not there, or not the organization's, is absent."""
    distinct = dict.fromkeys(pairs)
    rows = await conn.fetch(
        FETCH_SHEETS,
        network_id,
        [relationship_id for relationship_id, _ in distinct],
        [sku_id for _, sku_id in distinct],
        org_id,
    )
    found: dict[tuple[int, int], list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), []).append(row)
    return {pair: _sheet(rows) for pair, rows in found.items()}


def _sheet(rows: Sequence[asyncpg.Record]) -> PriceSheet:
    relationship_id, sku_id, seller_org_id, currency, strategy, base_unit, at, *_ = rows[0]
    return PriceSheet(
        relationship_id=relationship_id,
        seller_org_id=seller_org_id,
        sku_id=sku_id,
        currency=currency,
        strategy=PriceStrategy(strategy),
        base_unit=base_unit,
        at=at,
        candidates=tuple([_candidate(row) for row in rows if row["price_id"] is not None]),
    )


def _candidate(row: asyncpg.Record) -> Candidate:
    """Columns by their places: this runs for every price that any line could have had."""
    (
        *_,
        price_id,
        list_id,
        list_code,
        list_name,
        list_name_en,
        level,
        currency,
        list_is_active,
        list_valid_from,
        list_valid_to,
        pack_id,
        unit,
        quantity_minimum,
        unit_price,
        valid_from,
        valid_to,
    ) = row
    return Candidate(
        price_id=price_id,
        price_list_id=list_id,
        price_list_code=list_code,
        price_list_name=list_name,
        price_list_name_en=list_name_en,
        level=_LEVELS[level],
        currency=currency,
        list_is_active=list_is_active,
        list_valid_from=list_valid_from,
        list_valid_to=list_valid_to,
        pack_id=pack_id,
        unit=unit,
        quantity_minimum=quantity_minimum,
        unit_price=tidy(unit_price),
        valid_from=valid_from,
        valid_to=valid_to,
    )
