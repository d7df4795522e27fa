"""What a seller serves an edge with. Types of parts that stand on this one, found when needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strawberry.types.lazy_type import LazyType

from tradeline import catalog, inventory, pricing
from tradeline.kernel import Actor, Connection
from tradeline_graph._context import Info

if TYPE_CHECKING:
    from tradeline_graph.catalog.types import Assortment
    from tradeline_graph.inventory.types import Warehouse
    from tradeline_graph.pricing.price_lists import PriceList

ASSORTMENTS = "tradeline_graph.catalog.types"
PRICE_LISTS = "tradeline_graph.pricing.price_lists"
WAREHOUSES = "tradeline_graph.inventory.types"


async def load_assortments(info: Info, relationship_id: int) -> list[Assortment]:
    rows = await info.context.loader("assortments of edge", _assortments).load(relationship_id)
    assortment: type[Assortment] = LazyType("Assortment", ASSORTMENTS).resolve_type()
    return [assortment.of(row) for row in rows]


async def load_price_lists(info: Info, relationship_id: int) -> list[PriceList]:
    rows = await info.context.loader("price lists of edge", _price_lists).load(relationship_id)
    price_list: type[PriceList] = LazyType("PriceList", PRICE_LISTS).resolve_type()
    return [price_list.of(row) for row in rows]


async def load_warehouses(info: Info, relationship_id: int) -> list[Warehouse]:
    rows = await info.context.loader("warehouses of edge", _warehouses).load(relationship_id)
    warehouse: type[Warehouse] = LazyType("Warehouse", WAREHOUSES).resolve_type()
    return [warehouse.of(row) for row in rows]


async def has_own_warehouses(info: Info, relationship_id: int) -> bool:
    return await info.context.loader("edges' own warehouses", _own_warehouses).load(relationship_id)


async def _assortments(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[list[catalog.Assortment]]:
    found = await catalog.assortments_of_edges(conn, actor=actor, relationship_ids=ids)
    return [found.get(id, []) for id in ids]


async def _price_lists(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[list[pricing.PriceList]]:
    found = await pricing.price_lists_of_edges(conn, actor=actor, relationship_ids=ids)
    return [found.get(id, []) for id in ids]


async def _warehouses(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[list[inventory.Warehouse]]:
    found = await inventory.warehouses_of_edges(conn, actor=actor, relationship_ids=ids)
    return [found.get(id, []) for id in ids]


async def _own_warehouses(conn: Connection, actor: Actor, ids: list[int]) -> list[bool]:
    found = await inventory.edges_with_own_warehouses(conn, actor=actor, relationship_ids=ids)
    return [id in found for id in ids]
