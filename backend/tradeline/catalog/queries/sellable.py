"""SQL of what consumers may be sold."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.catalog.model import Sellable
from tradeline.catalog.queries.components import COMPONENTS, components_of
from tradeline.kernel import Connection

FETCH_SELLABLE = (
    """
    SELECT sku.id AS sku_id, sku.code AS sku_code, sku.name AS sku_name,
           sku.name_en AS sku_name_en, sku.base_unit, pack.id AS base_pack_id,
    """
    + COMPONENTS
    + """
      FROM unnest($2::bigint[]) AS wanted (sku_id)
      JOIN catalog.sku AS sku
        ON sku.network_id = $1 AND sku.id = wanted.sku_id AND sku.is_active
      JOIN catalog.product AS product
        ON product.network_id = $1 AND product.id = sku.product_id AND product.is_active
      JOIN catalog.pack AS pack
        ON pack.network_id = $1 AND pack.sku_id = sku.id AND pack.code = sku.base_unit
    """
)

# Of a pair it is enough that one assortment of the edge has the SKU.
FETCH_TRADED = """
    SELECT pair.relationship_id, pair.sku_id
      FROM unnest($2::bigint[], $3::bigint[]) AS pair (relationship_id, sku_id)
      JOIN organizations.trading_relationship AS edge
        ON edge.network_id = $1 AND edge.id = pair.relationship_id
     WHERE EXISTS (
           SELECT
             FROM catalog.assortment_grant AS granted
             JOIN catalog.assortment_sku AS item
               ON item.network_id = $1
              AND item.assortment_id = granted.assortment_id
              AND item.sku_id = pair.sku_id
            WHERE granted.network_id = $1 AND granted.relationship_id = pair.relationship_id)
"""


async def fetch_sellable(
    conn: Connection, network_id: int, sku_ids: Sequence[int]
) -> dict[int, Sellable]:
    sellable = {}
    for row in await conn.fetch(FETCH_SELLABLE, network_id, sku_ids):
        components = components_of(row["components"])
        sellable[row["sku_id"]] = Sellable(**{**row, "components": components})
    return sellable


async def fetch_traded(
    conn: Connection, network_id: int, pairs: Sequence[tuple[int, int]]
) -> set[tuple[int, int]]:
    rows = await conn.fetch(
        FETCH_TRADED,
        network_id,
        [relationship_id for relationship_id, _ in pairs],
        [sku_id for _, sku_id in pairs],
    )
    return {(row["relationship_id"], row["sku_id"]) for row in rows}
