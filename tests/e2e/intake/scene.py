"""The network that a story is set in: a brand, dealers who buy from it, and its stock. Made by one
statement for each kind of row, as the bench makes its own; every SKU costs 10.00."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.e2e.asking import Caller
from tests.factories import PASSWORD, PASSWORD_HASH, an_empty_network
from tradeline.identity import NewPerson, add_people, create_built_in_roles
from tradeline.kernel import Connection, Database, Locale, Permission, Pool
from tradeline_graph._ids import to_id
from tradeline_server.bench.queries import scene as queries

CURRENCY = "CNY"
REGION = "CN-ZJ"
PRICE_MINOR = 1_000
UNLIMITED_MINOR = 10**12

# The brand's terms as the story wants them: no minimums, no steps, no territories.
SET_TERMS = """
    UPDATE organizations.relationship
       SET price_strategy = 'priority', order_minimum_minor = 0, territory = '{}',
           requires_review = $2, requires_confirmation = $3, requires_receipt = $4
     WHERE network_id = $1
"""
LIFT_MINIMUMS = """
    UPDATE catalog.assortment_sku SET quantity_minimum = 1, quantity_step = 1 WHERE network_id = $1
"""
INSERT_EXPOSURES = """
    INSERT INTO settlement.exposure (network_id, relationship_id, currency, credit_limit_minor)
    SELECT $1, edge_id, $3, $4 FROM unnest($2::bigint[]) AS edge_id
"""
INSERT_PRICES = """
    WITH list AS (
        INSERT INTO pricing.price_list
               (network_id, seller_org_id, code, name, name_en, level, currency)
        VALUES ($1, $2, 'BASE', 'BASE', 'BASE', 'base', $4)
        RETURNING id
    )
    INSERT INTO pricing.price (network_id, price_list_id, sku_id, unit_price)
    SELECT $1, list.id, sku_id, $5::bigint / 100.0 FROM list, unnest($3::bigint[]) AS sku_id
"""
# The first warehouse serves first.
INSERT_WAREHOUSES = """
    INSERT INTO inventory.warehouse (network_id, org_id, code, name, name_en, priority)
    SELECT $1, $2, code, code, code, position
      FROM unnest($3::text[]) WITH ORDINALITY AS warehouse (code, position)
     ORDER BY position
    RETURNING id
"""
INSERT_STOCK = """
    WITH opening AS (
        SELECT *
          FROM unnest($2::bigint[], $3::bigint[], $4::bigint[])
               AS opening (warehouse_id, sku_id, quantity)
    ), level AS (
        INSERT INTO inventory.stock_level (network_id, warehouse_id, sku_id, on_hand)
        SELECT $1, * FROM opening
    )
    INSERT INTO inventory.stock_movement (network_id, warehouse_id, sku_id, quantity, reason)
    SELECT $1, *, 'opening' FROM opening WHERE quantity > 0
"""

MAKE_BUNDLES = """
    UPDATE catalog.sku SET is_bundle = true WHERE network_id = $1 AND id = ANY($2::bigint[])
"""
INSERT_COMPONENTS = """
    INSERT INTO catalog.sku_component
           (network_id, owner_org_id, bundle_sku_id, component_sku_id, quantity)
    SELECT $1, $2, * FROM unnest($3::bigint[], $4::bigint[], $5::bigint[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who is there. SKUs and warehouses are by position; `stock` is what stands where at first, by
    (warehouse, SKU)."""

    network_id: int
    brand: Caller
    dealers: Sequence[Caller]
    edge_ids: Sequence[int]
    sku_ids: Sequence[int]
    warehouse_ids: Sequence[int]
    stock: Mapping[tuple[int, int], int]

    def lines(self, quantities: Mapping[int, int]) -> list[dict[str, Any]]:
        """Lines of an order: so many units of the SKU at that position."""
        return [
            {"skuId": to_id("Sku", self.sku_ids[sku]), "quantity": units}
            for sku, units in quantities.items()
        ]

    def order(self, dealer: Caller, quantities: Mapping[int, int]) -> dict[str, Any]:
        """The input of `orderPlace` on the dealer's edge, without its `requestId`."""
        return {"relationshipId": dealer.edge, "lines": self.lines(quantities)}


async def make_scene(
    owner: Pool,
    *,
    dealers: int,
    stock: Sequence[Sequence[int]],
    bundles: Mapping[int, Mapping[int, int]] | None = None,
    limit_minor: int = UNLIMITED_MINOR,
    review: bool = False,
    confirmation: bool = False,
    receipt: bool = False,
) -> Scene:
    """`stock` is what stands in each warehouse, of each SKU but the bundles, which come after them:
    by their position, how many of which others one is made of. Each dealer may owe `limit_minor`.
    """
    story = await an_empty_network(owner)
    network_id = story.network_id
    bundles = bundles or {}
    skus = len(stock[0]) + len(bundles)
    async with Database(owner).unit_of_work(network_id) as conn:
        brand_id, edge_ids = await queries.insert_parties(
            conn, network_id, dealers, CURRENCY, REGION
        )
        await conn.execute(SET_TERMS, network_id, review, confirmation, receipt)
        await conn.execute(INSERT_EXPOSURES, network_id, edge_ids, CURRENCY, limit_minor)
        sku_ids, _ = await queries.insert_catalog(conn, network_id, brand_id, skus, edge_ids)
        await conn.execute(LIFT_MINIMUMS, network_id)
        await conn.execute(INSERT_PRICES, network_id, brand_id, sku_ids, CURRENCY, PRICE_MINOR)
        codes = [f"W{number}" for number in range(len(stock))]
        rows = await conn.fetch(INSERT_WAREHOUSES, network_id, brand_id, codes)
        warehouse_ids = sorted(row["id"] for row in rows)
        opening = [
            (warehouse_id, sku_id, units)
            for warehouse_id, shelf in zip(warehouse_ids, stock, strict=True)
            for sku_id, units in zip(sku_ids, shelf, strict=False)
        ]
        await conn.execute(INSERT_STOCK, network_id, *map(list, zip(*opening, strict=True)))
        components = [
            (sku_ids[bundle], sku_ids[component], units)
            for bundle, parts in bundles.items()
            for component, units in parts.items()
        ]
        if components:
            columns = [list(column) for column in zip(*components, strict=True)]
            await conn.execute(MAKE_BUNDLES, network_id, columns[0])
            await conn.execute(INSERT_COMPONENTS, network_id, brand_id, *columns)
        brand, callers = await _callers(conn, network_id, brand_id)
    async with owner.acquire() as conn:
        await conn.execute("ANALYZE")
    return Scene(
        network_id=network_id,
        brand=brand,
        dealers=callers,
        edge_ids=edge_ids,
        sku_ids=sku_ids,
        warehouse_ids=warehouse_ids,
        stock={(warehouse, sku): units for warehouse, sku, units in opening},
    )


async def a_buyer(owner: Pool, scene: Scene, dealer: Caller) -> Caller:
    """A person who owns the dealer, and signs in with a password: drafts are a person's."""
    email = f"buyer.{dealer.org_id}@example.com"
    async with Database(owner).unit_of_work(scene.network_id) as conn:
        await create_built_in_roles(conn, network_id=scene.network_id)
        buyer = NewPerson(
            org_id=dealer.org_id,
            email=email,
            name="buyer",
            password_hash=PASSWORD_HASH,
            role_code="owner",
            locale=Locale.EN,
        )
        await add_people(conn, network_id=scene.network_id, people=[buyer])
    return Caller(
        name=email, secret=PASSWORD, org_id=dealer.org_id, edge=dealer.edge, is_person=True
    )


async def _callers(conn: Connection, network_id: int, brand_id: int) -> tuple[Caller, list[Caller]]:
    """A machine for each party, which may do everything for it."""
    buyers = await queries.fetch_buyers(conn, network_id)
    brand = _caller(network_id, brand_id, "")
    callers = [
        _caller(network_id, org_id, to_id("Relationship", edge_id)) for edge_id, org_id in buyers
    ]
    machines = [(one.org_id, one.name, one.secret) for one in (brand, *callers)]
    await queries.insert_api_clients(conn, network_id, machines, tuple(Permission))
    return brand, callers


def _caller(network_id: int, org_id: int, edge: str) -> Caller:
    return Caller(
        name=f"client_{network_id}_{org_id}",
        secret=secrets.token_urlsafe(32),
        org_id=org_id,
        edge=edge,
    )
