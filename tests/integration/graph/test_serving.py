"""What serves an edge: its seller reads it in one statement of each kind, and nobody else does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.factories import a_network
from tests.factories_ordering import a_market
from tradeline import catalog, inventory, pricing
from tradeline.kernel import Actor, Database, Forbidden, Locale, Permission, Pool
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema

SERVING = """
    query ($id: ID!) {
        relationship(id: $id) {
            assortments { code items { edges { node { quantityMinimum } } } }
            priceLists { code level }
            warehouses { id priority }
        }
    }
"""
READERS = (
    catalog.assortments_of_edges,
    pricing.price_lists_of_edges,
    inventory.warehouses_of_edges,
)


async def serving(db: Database, actor: Actor, relationship_id: int) -> Any:
    context = Context(db=db, actor=actor, locale=Locale.EN)
    given = {"id": to_id("Relationship", relationship_id)}
    result = await schema.execute(SERVING, given, context)
    assert result.errors is None, result.errors
    assert result.data is not None
    return result.data["relationship"]


async def test_the_seller_reads_what_serves_an_edge(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)

    found = await serving(db, market.story.actor("trader_a"), market.edge)

    assert found["assortments"]
    assert found["assortments"][0]["items"]["edges"]
    assert found["priceLists"] == [{"code": "BASE", "level": "BASE"}]
    assert found["warehouses"] == [{"id": to_id("Warehouse", market.warehouse), "priority": 100}]


async def test_the_buyer_reads_none_of_it(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)

    found = await serving(db, market.story.actor("retailer_1"), market.edge)

    assert found == {"assortments": None, "priceLists": None, "warehouses": None}


async def test_strangers_to_an_edge_find_nothing_that_serves_it(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    other = await a_network(owner_pool, db)
    strangers = [market.story.actor(name) for name in ("retailer_1", "trader_b", "brand")]
    async with db.unit_of_work(market.story.network_id) as conn:
        own = pricing.NewPriceList(
            code="BASE", name="基础价", level=pricing.PriceLevel.BASE, currency="CNY"
        )
        for actor in strangers:
            await pricing.create_price_lists(conn, actor=actor, price_lists=[own])

    for actor in (*strangers, other.actor("trader_a")):
        async with db.reading(actor.network_id) as conn:
            for reader in READERS:
                assert await reader(conn, actor=actor, relationship_ids=[market.edge]) == {}
    assert await serving(db, market.story.actor("trader_b"), market.edge) is None


async def test_what_serves_an_edge_is_for_whom_it_concerns(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    permissions = (Permission.CATALOG_MANAGE, Permission.PRICE_MANAGE, Permission.STOCK_READ)

    async with db.reading(seller.network_id) as conn:
        for reader, permission in zip(READERS, permissions, strict=True):
            lacking = replace(seller, permissions=seller.permissions - {permission})
            with pytest.raises(Forbidden):
                await reader(conn, actor=lacking, relationship_ids=[market.edge])
