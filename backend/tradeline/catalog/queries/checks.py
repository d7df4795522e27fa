"""The invariants of the catalog, over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import comparison

# That components are no bundles themselves, and of the same owner, is what the keys say.
BUNDLES = comparison(
    code="catalog.bundles_have_components",
    title_en="A bundle is made of something",
    title_zh="套装都有组件",
    subject_en="SKU (components)",
    subject_zh="规格（组件数）",
    sql="""
    SELECT sku.network_id, sku.id AS subject_id, '1 ...' AS expected, 0 AS found
      FROM catalog.sku AS sku
     WHERE sku.is_bundle
       AND NOT EXISTS (SELECT
                         FROM catalog.sku_component AS component
                        WHERE component.network_id = sku.network_id
                          AND component.bundle_sku_id = sku.id)
    """,
)

INVARIANTS = (BUNDLES,)
