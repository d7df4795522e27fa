"""The invariants of channels, over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import comparison

# Each edge is bought on by the legal entity of the tier below, and there is one below.
ROUTES = comparison(
    code="channels.routes_are_unbroken",
    title_en="A store's route goes up from the store without a gap",
    title_zh="门店的供货路线逐级相连",
    subject_en="Store (buyer of an edge of its route)",
    subject_zh="门店（供货路线某级的采购主体）",
    sql="""
    SELECT edge.network_id, edge.store_id AS subject_id,
           CASE WHEN edge.tier = 1 THEN store.entity_id ELSE below.seller_entity_id END AS expected,
           sold.buyer_entity_id AS found
      FROM channels.store_edge AS edge
      JOIN channels.store AS store
        ON store.network_id = edge.network_id AND store.id = edge.store_id
      JOIN organizations.relationship AS sold
        ON sold.network_id = edge.network_id AND sold.id = edge.relationship_id
      LEFT JOIN channels.store_edge AS lower
        ON lower.network_id = edge.network_id
       AND lower.store_id = edge.store_id
       AND lower.tier = edge.tier - 1
      LEFT JOIN organizations.relationship AS below
        ON below.network_id = edge.network_id AND below.id = lower.relationship_id
     WHERE sold.buyer_entity_id IS DISTINCT FROM
           CASE WHEN edge.tier = 1 THEN store.entity_id ELSE below.seller_entity_id END
    """,
)

CURRENCIES = comparison(
    code="channels.routes_have_one_currency",
    title_en="All edges of a store's route trade in the store's currency",
    title_zh="门店供货路线各级币种与门店一致",
    subject_en="Store (currency of an edge of its route)",
    subject_zh="门店（供货路线某级的币种）",
    sql="""
    SELECT edge.network_id, edge.store_id AS subject_id, store.currency AS expected,
           sold.currency AS found
      FROM channels.store_edge AS edge
      JOIN channels.store AS store
        ON store.network_id = edge.network_id AND store.id = edge.store_id
      JOIN organizations.relationship AS sold
        ON sold.network_id = edge.network_id AND sold.id = edge.relationship_id
     WHERE sold.currency <> store.currency
    """,
)

COLLECTORS = comparison(
    code="channels.collectors_are_on_the_route",
    title_en="Whoever collects for a store stands on its route",
    title_zh="门店的收款方在其供货路线上",
    subject_en="Store (tier of the collector)",
    subject_zh="门店（收款方所在级）",
    sql="""
    SELECT store.network_id, store.id AS subject_id,
           'at most ' || (SELECT count(*)
                            FROM channels.store_edge AS edge
                           WHERE edge.network_id = store.network_id
                             AND edge.store_id = store.id) AS expected,
           store.collector_tier AS found
      FROM channels.store AS store
     WHERE store.collector_tier > (SELECT count(*)
                                     FROM channels.store_edge AS edge
                                    WHERE edge.network_id = store.network_id
                                      AND edge.store_id = store.id)
    """,
)

INVARIANTS = (ROUTES, CURRENCIES, COLLECTORS)
