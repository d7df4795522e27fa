"""A bundle stands in stock as its components, and nowhere as itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.factories import Story, a_network
from tests.factories_bundles import a_bundle
from tests.factories_inventory import a_sku, a_warehouse, level_of, stock
from tradeline.inventory import (
    BundleHasNoStock,
    HoldLine,
    NewHold,
    StockAdjustment,
    StockCount,
    StockTransfer,
    WarehouseChange,
    WarehousePromised,
    adjust_stock,
    available_on_edges,
    count_stock,
    hold_stock,
    store_holds,
    transfer_stock,
    update_warehouse,
)
from tradeline.kernel import Database, Locale, Pool, Rejected


async def a_set(owner_pool: Pool, story: Story, *sold_on: int) -> tuple[int, int, int]:
    """A set of a chair and four screws: its id and theirs."""
    chair, screw = await a_sku(owner_pool, story, "CHAIR"), await a_sku(owner_pool, story, "SCREW")
    whole = await a_bundle(owner_pool, story, "SET", {chair: 1, screw: 4}, sold_on=sold_on)
    return whole, chair, screw


def changes(here: int, there: int, sku: int) -> dict[Callable[..., Awaitable[int]], dict[str, Any]]:
    """All that its keeper might do to stock of a SKU."""
    until = datetime.now(UTC) + timedelta(days=1)
    return {
        adjust_stock: {"adjustments": [StockAdjustment(warehouse_id=here, sku_id=sku, quantity=1)]},
        count_stock: {"counts": [StockCount(warehouse_id=here, sku_id=sku, counted=1)]},
        transfer_stock: {
            "transfers": [
                StockTransfer(from_warehouse_id=here, to_warehouse_id=there, sku_id=sku, quantity=1)
            ]
        },
        hold_stock: {"lines": [HoldLine(sku_id=sku, quantity=1)], "expires_at": until},
    }


async def test_its_keeper_is_told_to_name_the_components(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    whole, chair, screw = await a_set(owner_pool, story)
    here, there = [await a_warehouse(owner_pool, story, "brand", code) for code in ("A", "B")]
    for sku in (chair, screw):
        await stock(owner_pool, story, here, sku, 10)
    brand = story.actor("brand")

    for use_case, arguments in changes(here, there, whole).items():
        with pytest.raises(Rejected) as refusal:
            async with db.unit_of_work(story.network_id) as conn:
                await use_case(conn, actor=brand, **arguments)

        [problem] = refusal.value.problems
        assert problem == BundleHasNoStock(
            path=("lines", 0, "skuId"), sku="SET", components="CHAIR, SCREW"
        )
    assert "SET 是套装" in problem.message(Locale.ZH)
    levels = await owner_pool.fetchval(
        "SELECT count(*) FROM inventory.stock_level WHERE network_id = $1", story.network_id
    )
    assert levels == 2
    assert await level_of(owner_pool, story, here, chair) == (10, 0)


async def test_a_buyer_holds_no_bundle_either(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    whole, chair, screw = await a_set(owner_pool, story, edge)
    house = await a_warehouse(owner_pool, story, "brand")
    for sku in (chair, screw):
        await stock(owner_pool, story, house, sku, 10)

    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await hold_stock(
                conn,
                actor=story.actor("trader_a"),
                relationship_id=edge,
                lines=[HoldLine(sku_id=whole, quantity=1)],
                expires_at=datetime.now(UTC) + timedelta(days=1),
            )

    assert [type(problem) for problem in refusal.value.problems] == [BundleHasNoStock]
    assert await level_of(owner_pool, story, house, chair) == (10, 0)


async def test_of_a_bundle_the_sides_see_how_many_can_be_had(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    whole, chair, screw = await a_set(owner_pool, story, edge)
    for code, chairs, screws in (("A", 5, 11), ("B", 1, 100), ("C", 7, None)):
        house = await a_warehouse(owner_pool, story, "brand", code)
        await stock(owner_pool, story, house, chair, chairs)
        if screws is not None:
            await stock(owner_pool, story, house, screw, screws)
    pairs = [(edge, whole), (edge, chair)]

    async with db.reading(story.network_id) as conn:
        seen = await available_on_edges(conn, actor=story.actor("trader_a"), pairs=pairs)
        stranger = await available_on_edges(conn, actor=story.actor("trader_b"), pairs=pairs)

    assert seen == {(edge, whole): 3, (edge, chair): 13}
    assert stranger == {}


async def test_a_line_of_a_bundle_keeps_its_warehouse_open_as_one_line(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    _, chair, screw = await a_set(owner_pool, story)
    house = await a_warehouse(owner_pool, story, "brand")
    for sku in (chair, screw):
        await stock(owner_pool, story, house, sku, 4)
    holds = [
        NewHold(
            warehouse_id=house,
            sku_id=sku,
            held_for_org_id=story.orgs["trader_a"],
            reference_type="order_line",
            reference_id=1,
            quantity=each,
            quantity_each=each,
        )
        for sku, each in ((chair, 1), (screw, 4))
    ]

    async with db.unit_of_work(story.network_id) as conn:
        await store_holds(conn, network_id=story.network_id, holds=holds)

    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await update_warehouse(
                conn,
                actor=story.actor("brand"),
                change=WarehouseChange(warehouse_id=house, is_active=False),
            )

    [promised] = [it for it in refusal.value.problems if isinstance(it, WarehousePromised)]
    assert (promised.order_lines, promised.holds) == (1, 0)
