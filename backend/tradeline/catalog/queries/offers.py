"""SQL of offers: which SKUs an edge may trade."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.catalog.model import Offer, OfferFilter, Pack, Tradable
from tradeline.catalog.queries.components import COMPONENTS, components_of
from tradeline.catalog.queries.visibility import CATEGORY_BRANCH, SEARCH_HITS
from tradeline.catalog.search_text import SearchTerms
from tradeline.kernel import Actor, Connection, PageRequest

# What the buyer $2 is granted, a few rows.
_GRANTED = """
    , granted AS MATERIALIZED (
        SELECT edge.id AS relationship_id, edge.seller_org_id, given.assortment_id
          FROM organizations.trading_relationship AS edge
          JOIN catalog.assortment_grant AS given
            ON given.network_id = $1 AND given.relationship_id = edge.id
         WHERE edge.network_id = $1
           AND edge.buyer_org_id = $2
           AND ($6::bigint IS NULL OR edge.seller_org_id = $6)
           AND ($7::bigint IS NULL OR edge.id = $7)
    )
    SELECT offer.relationship_id, offer.seller_org_id, sku.id AS sku_id, sku.sort_key,
           offer.quantity_minimum, offer.quantity_step
"""

_SKUS = """
      FROM catalog.sku AS sku
      JOIN catalog.product AS product
        ON product.network_id = $1 AND product.id = sku.product_id
"""

# Each SKU with its edges.
_OFFER = """
     CROSS JOIN LATERAL (
               SELECT DISTINCT ON (granted.relationship_id)
                      granted.relationship_id, granted.seller_org_id,
                      item.quantity_minimum, item.quantity_step
                 FROM granted
                 JOIN catalog.assortment_sku AS item
                   ON item.network_id = $1
                  AND item.assortment_id = granted.assortment_id
                  AND item.sku_id = sku.id
                ORDER BY granted.relationship_id, item.quantity_minimum, item.quantity_step
           ) AS offer
"""

# The condition on (sort_key, id) is what the index can use; the exact one is _BEHIND.
_CHOSEN = """
     WHERE sku.network_id = $1
       AND sku.is_active
       AND product.is_active
       AND ($3::bigint IS NULL
            OR product.category_id = ANY (ARRAY(SELECT branch.id FROM branch)))
       AND ($12::bigint IS NULL OR sku.product_id = $12)
       AND (sku.sort_key, sku.id) >= ($8::text, $9::bigint)
"""

_BEHIND = " (sku.sort_key, sku.id, offer.relationship_id) > ($8::text, $9::bigint, $10::bigint)"

_IN_ORDER = " ORDER BY sku.sort_key, sku.id, offer.relationship_id LIMIT $11"

# The SKUs in order, each with its edges, until the page is full.
LIST_OFFERS = (
    CATEGORY_BRANCH
    + _GRANTED
    + _SKUS
    + _OFFER
    + _CHOSEN
    + " AND $4::text[] IS NULL AND $5::text[] IS NULL AND"
    + _BEHIND
    + _IN_ORDER
)

# A few letters may find very many SKUs. They are put in order first, and asked for their edges
# until the page is full. Each hit is looked up by itself (LIMIT 1 keeps the planner from doing
# otherwise): a plan made for any values takes the filters to leave one SKU, and then compares
# every SKU with every hit.
SEARCH_OFFERS = (
    CATEGORY_BRANCH
    + _GRANTED
    + " FROM (SELECT found.id, found.sort_key FROM ("
    + SEARCH_HITS
    + ") AS hit CROSS JOIN LATERAL (SELECT sku.id, sku.sort_key"
    + _SKUS
    + _CHOSEN
    + " AND sku.id = hit.id LIMIT 1) AS found ORDER BY found.sort_key, found.id) AS sku"
    + _OFFER
    + " WHERE"
    + _BEHIND
    + _IN_ORDER
)

LOAD_TRADABLE = (
    """
    SELECT pair.relationship_id, sku.id AS sku_id, sku.code AS sku_code, sku.name AS sku_name,
           sku.name_en AS sku_name_en, sku.base_unit, term.quantity_minimum, term.quantity_step,
           ARRAY(SELECT (pack.id, pack.code, pack.units, pack.name, pack.name_en)
                   FROM catalog.pack AS pack
                  WHERE pack.network_id = $1 AND pack.sku_id = sku.id) AS packs,
    """
    + COMPONENTS
    + """
      FROM unnest($2::bigint[], $3::bigint[]) AS pair (relationship_id, sku_id)
      JOIN organizations.trading_relationship AS edge
        ON edge.network_id = $1 AND edge.id = pair.relationship_id
      JOIN catalog.sku AS sku
        ON sku.network_id = $1 AND sku.id = pair.sku_id AND sku.is_active
      JOIN catalog.product AS product
        ON product.network_id = $1 AND product.id = sku.product_id AND product.is_active
     CROSS JOIN LATERAL (
               SELECT item.quantity_minimum, item.quantity_step
                 FROM catalog.assortment_grant AS granted
                 JOIN catalog.assortment_sku AS item
                   ON item.network_id = $1
                  AND item.assortment_id = granted.assortment_id
                  AND item.sku_id = sku.id
                WHERE granted.network_id = $1 AND granted.relationship_id = edge.id
                ORDER BY item.quantity_minimum, item.quantity_step
                LIMIT 1
           ) AS term
    """
)


async def fetch_offer_page(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    only: OfferFilter,
    search: SearchTerms | None,
) -> list[Offer]:
    sort_key, after_sku_id, after_relationship_id = page.after or ("", 0, 0)
    rows = await conn.fetch(
        LIST_OFFERS if search is None else SEARCH_OFFERS,
        actor.network_id,
        actor.org_id,
        only.category_id,
        None if search is None else list(search.grams),
        None if search is None else list(search.terms),
        only.seller_org_id,
        only.relationship_id,
        sort_key,
        after_sku_id,
        after_relationship_id,
        page.limit,
        only.product_id,
    )
    return [Offer(**row) for row in rows]


async def load_tradable(
    conn: Connection, network_id: int, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Tradable]:
    rows = await conn.fetch(
        LOAD_TRADABLE,
        network_id,
        [relationship_id for relationship_id, _ in pairs],
        [sku_id for _, sku_id in pairs],
    )
    tradable = {}
    for row in rows:
        values = dict(row)
        relationship_id = values.pop("relationship_id")
        values["packs"] = {
            id: Pack(id=id, code=code, units=units, name=name, name_en=name_en)
            for id, code, units, name, name_en in values["packs"]
        }
        values["components"] = components_of(values["components"])
        tradable[relationship_id, row["sku_id"]] = Tradable(**values)
    return tradable
