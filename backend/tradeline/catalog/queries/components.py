"""SQL of bundles: what they are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tradeline.catalog.model import Component, NewSku
from tradeline.kernel import Actor, Connection

# The components of `sku`, for the list of a SELECT. What is no bundle is not looked for.
COMPONENTS = """
           CASE WHEN sku.is_bundle THEN (
               SELECT jsonb_agg(jsonb_build_object(
                          'sku_id', part.id, 'code', part.code, 'name', part.name,
                          'name_en', part.name_en, 'base_unit', part.base_unit,
                          'quantity', component.quantity,
                          'is_active', part.is_active AND product_of_part.is_active)
                      ORDER BY part.code)
                 FROM catalog.sku_component AS component
                 JOIN catalog.sku AS part
                   ON part.network_id = $1 AND part.id = component.component_sku_id
                 JOIN catalog.product AS product_of_part
                   ON product_of_part.network_id = $1 AND product_of_part.id = part.product_id
                WHERE component.network_id = $1 AND component.bundle_sku_id = sku.id
           ) END AS components
"""

FETCH_COMPOSITIONS = """
    SELECT bundle_sku_id, component_sku_id, quantity
      FROM catalog.sku_component
     WHERE network_id = $1 AND bundle_sku_id = ANY($2::bigint[])
     ORDER BY bundle_sku_id, component_sku_id
"""

# Own SKUs, each with whether it is a bundle itself.
FETCH_OWN_KINDS = """
    SELECT id, is_bundle
      FROM catalog.sku
     WHERE network_id = $1 AND owner_org_id = $2 AND id = ANY($3::bigint[])
"""

INSERT_COMPONENTS = """
    INSERT INTO catalog.sku_component
           (network_id, owner_org_id, bundle_sku_id, component_sku_id, quantity)
    SELECT $1, $2, new.bundle_sku_id, new.component_sku_id, new.quantity
      FROM unnest($3::bigint[], $4::bigint[], $5::bigint[])
           AS new (bundle_sku_id, component_sku_id, quantity)
"""


async def fetch_compositions(
    conn: Connection, network_id: int, sku_ids: Sequence[int]
) -> dict[int, dict[int, int]]:
    """How many of which SKUs are in each bundle; what is none is absent."""
    compositions: dict[int, dict[int, int]] = {}
    for row in await conn.fetch(FETCH_COMPOSITIONS, network_id, list(sku_ids)):
        parts = compositions.setdefault(row["bundle_sku_id"], {})
        parts[row["component_sku_id"]] = row["quantity"]
    return compositions


async def fetch_own_kinds(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, bool]:
    """Whether own SKUs are bundles; others are absent."""
    rows = await conn.fetch(FETCH_OWN_KINDS, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: row["is_bundle"] for row in rows}


async def insert_components(
    conn: Connection, actor: Actor, sku_ids: Sequence[int], skus: Sequence[NewSku]
) -> None:
    """The components of new bundles, which the actor's organization owns with them."""
    parts = [
        (sku_id, component)
        for sku_id, sku in zip(sku_ids, skus, strict=True)
        for component in sku.components
    ]
    if parts:
        await conn.execute(
            INSERT_COMPONENTS,
            actor.network_id,
            actor.org_id,
            [sku_id for sku_id, _ in parts],
            [component.sku_id for _, component in parts],
            [component.quantity for _, component in parts],
        )


def components_of(told: str | None) -> tuple[Component, ...]:
    """What COMPONENTS says of a SKU."""
    if told is None:
        return ()
    return tuple(Component(**component) for component in json.loads(told))
