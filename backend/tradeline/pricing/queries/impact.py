"""SQL of whom a change of prices would reach."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Actor, Connection
from tradeline.pricing.impact import PackUnits

# The edges to which a list applies, by each of the SKUs that they trade: counted all, some named.
FETCH_REACH = """
    WITH reach AS MATERIALIZED (
        SELECT DISTINCT edge.id AS relationship_id, changed.place
          FROM pricing.price_list AS list
          JOIN organizations.relationship AS edge
            ON edge.network_id = $1
           AND edge.seller_org_id = $2
           AND edge.state <> 'ended'
           AND CASE WHEN list.level = 'base' THEN edge.currency = list.currency
                    ELSE EXISTS (
                             SELECT 1
                               FROM pricing.price_list_grant AS given
                              WHERE given.network_id = $1
                                AND given.relationship_id = edge.id
                                AND given.price_list_id = list.id)
               END
          JOIN catalog.assortment_grant AS granted
            ON granted.network_id = $1 AND granted.relationship_id = edge.id
          JOIN catalog.assortment_sku AS item
            ON item.network_id = $1 AND item.assortment_id = granted.assortment_id
          JOIN unnest($4::bigint[]) WITH ORDINALITY AS changed (sku_id, place)
            ON changed.sku_id = item.sku_id
         WHERE list.network_id = $1 AND list.seller_org_id = $2 AND list.id = $3
    )
    SELECT total.relationship_count, total.change_count, part.relationship_id,
           (part.place - 1)::int AS place
      FROM (SELECT count(DISTINCT relationship_id) AS relationship_count,
                   count(*) AS change_count
              FROM reach) AS total
      LEFT JOIN (SELECT relationship_id, place
                   FROM reach
                  ORDER BY relationship_id, place
                  LIMIT $5) AS part ON true
     ORDER BY part.relationship_id, part.place
"""

FETCH_PACK_UNITS = """
    SELECT pack.sku_id, pack.id AS pack_id, pack.code, pack.units,
           pack.code = sku.base_unit AS is_base
      FROM catalog.pack AS pack
      JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.id = pack.sku_id
     WHERE pack.network_id = $1 AND pack.sku_id = ANY($2::bigint[])
"""


async def fetch_reach(
    conn: Connection, actor: Actor, price_list_id: int, sku_ids: Sequence[int], limit: int
) -> tuple[int, int, list[tuple[int, int]]]:
    """How many edges, how many pairs of edge and place among the SKUs, and the first pairs."""
    rows = await conn.fetch(
        FETCH_REACH, actor.network_id, actor.org_id, price_list_id, list(sku_ids), limit
    )
    pairs = [
        (row["relationship_id"], row["place"]) for row in rows if row["relationship_id"] is not None
    ]
    return rows[0]["relationship_count"], rows[0]["change_count"], pairs


async def fetch_pack_units(
    conn: Connection, network_id: int, sku_ids: Sequence[int]
) -> dict[tuple[int, int | None], PackUnits]:
    """The packs of SKUs, which the caller has seen, by SKU and pack; the base pack by None too."""
    found: dict[tuple[int, int | None], PackUnits] = {}
    for row in await conn.fetch(FETCH_PACK_UNITS, network_id, list(sku_ids)):
        pack = PackUnits(pack_id=row["pack_id"], code=row["code"], units=row["units"])
        found[row["sku_id"], pack.pack_id] = pack
        if row["is_base"]:
            found[row["sku_id"], None] = pack
    return found
