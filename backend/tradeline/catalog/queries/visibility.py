"""Who may see a SKU: the one condition that every reader of SKUs carries."""

from __future__ import annotations

# For `sku` joined with its `product`; $1 is the network, $2 the organization that asks. Three
# ways lead to a SKU: it is one's own; one sells it on some edge, whose history stays even when
# the edge no longer trades; or one may buy it now. The arrays are read once for a statement.
VISIBLE = """
           (sku.owner_org_id = $2
            OR EXISTS (
                   SELECT 1
                     FROM catalog.assortment_sku AS sold
                    WHERE sold.network_id = $1
                      AND sold.sku_id = sku.id
                      AND sold.assortment_id = ANY (ARRAY(
                              SELECT assortment.id
                                FROM catalog.assortment AS assortment
                               WHERE assortment.network_id = $1
                                 AND assortment.seller_org_id = $2
                                 AND EXISTS (
                                         SELECT 1
                                           FROM catalog.assortment_grant AS granted
                                          WHERE granted.network_id = $1
                                            AND granted.assortment_id = assortment.id))))
            OR sku.is_active AND product.is_active AND EXISTS (
                   SELECT 1
                     FROM catalog.assortment_sku AS bought
                    WHERE bought.network_id = $1
                      AND bought.sku_id = sku.id
                      AND bought.assortment_id = ANY (ARRAY(
                              SELECT granted.assortment_id
                                FROM organizations.trading_relationship AS edge
                                JOIN catalog.assortment_grant AS granted
                                  ON granted.network_id = $1
                                 AND granted.relationship_id = edge.id
                               WHERE edge.network_id = $1
                                 AND edge.buyer_org_id = $2))))
"""

# The category $3 and all below it. UNION rather than UNION ALL ends even if a tree bit its tail.
CATEGORY_BRANCH = """
    WITH RECURSIVE branch AS (
        SELECT category.id
          FROM catalog.category AS category
         WHERE category.network_id = $1 AND category.id = $3
         UNION
        SELECT child.id
          FROM branch
          JOIN catalog.category AS child
            ON child.network_id = $1 AND child.parent_id = branch.id
    )
"""

# The SKUs that a search finds, before anybody asks who may see them: by what the SKU says of
# itself, or by what the asking organization calls it. $4 grams, $5 terms.
SEARCH_HITS = """
        SELECT hit.id
          FROM catalog.skus_with_text($1, $4::text[], $5::text[]) AS hit (id)
         UNION
        SELECT own.sku_id
          FROM catalog.buyer_code AS own
         WHERE own.network_id = $1
           AND own.buyer_org_id = $2
           AND NOT EXISTS (
                   SELECT 1 FROM unnest($5::text[]) AS term
                    WHERE strpos(lower(own.code), term) = 0)
"""
