"""A shop for tests of drafts: trader A sells beer and tea, to be found by every code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.factories import Story
from tests.factories_catalog import GTIN, Catalog, a_catalog
from tests.factories_inventory import a_warehouse, stock
from tests.factories_ordering import MAKE_LIST, MAKE_PRICE
from tests.factories_settlement import a_trading_network
from tradeline.catalog import NewBarcode, NewBuyerCode, add_barcodes, put_buyer_codes
from tradeline.kernel import Actor, Database, Pool, Problem
from tradeline.ordering import (
    NewDraft,
    OrderDraft,
    ResolvedDraft,
    TypedRow,
    draft_of_edge,
    resolve_drafts,
    save_draft,
)

CASE_GTIN = "16901234567899"
__all__ = ["CASE_GTIN", "GTIN", "Shop", "a_shop", "names", "resolved", "rows", "saved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Beer at 3.00 (a case holds 12) and tea at 12.50, 100 of each; credit of 1,000.00.

    Retailer 1 calls beer "Ale-01". SODA is on no edge of its.
    """

    story: Story
    catalog: Catalog
    warehouse: int

    @property
    def edge(self) -> int:
        return self.story.edge("trader_a", "retailer_1")

    @property
    def buyer(self) -> Actor:
        return self.story.actor("retailer_1")


async def a_shop(owner_pool: Pool, db: Database) -> Shop:
    story = await a_trading_network(owner_pool, db, limit_minor=100_000)
    catalog = await a_catalog(db, story)
    beer, case = catalog.skus["BEER"], catalog.packs["BEER", "CASE"]
    async with db.unit_of_work(story.network_id) as conn:
        await add_barcodes(
            conn,
            actor=story.actor("brand"),
            barcodes=[NewBarcode(sku_id=beer, code=CASE_GTIN, pack_id=case)],
        )
        await put_buyer_codes(
            conn,
            actor=story.actor("retailer_1"),
            codes=[NewBuyerCode(sku_id=beer, code="Ale-01")],
        )
    warehouse = await a_warehouse(owner_pool, story, "trader_a")
    list_id = await owner_pool.fetchval(MAKE_LIST, story.network_id, story.orgs["trader_a"])
    for code, price in (("BEER", "3.00"), ("TEA", "12.50")):
        await stock(owner_pool, story, warehouse, catalog.skus[code], 100)
        await owner_pool.execute(MAKE_PRICE, story.network_id, list_id, catalog.skus[code], price)
    return Shop(story=story, catalog=catalog, warehouse=warehouse)


def names(problems: Iterable[Problem]) -> list[str]:
    """Their types, to compare."""
    return [type(problem).__name__ for problem in problems]


def rows(*typed: tuple[str, str]) -> tuple[TypedRow, ...]:
    return tuple(TypedRow(code, quantity) for code, quantity in typed)


async def saved(
    db: Database, shop: Shop, *typed: tuple[str, str], by: str = "retailer_1", region: str = ""
) -> OrderDraft:
    """A draft of trader A's buyer, or of trader A's on its behalf for retailer 1, with these rows
    in place of what it held."""
    actor = shop.story.actor(by)
    edge = shop.edge if by == "trader_a" else shop.story.edge("trader_a", by)
    async with db.unit_of_work(shop.story.network_id) as conn:
        before = await draft_of_edge(conn, actor=actor, relationship_id=edge)
        await save_draft(
            conn,
            actor=actor,
            draft=NewDraft(relationship_id=edge, rows=rows(*typed), ship_to_region=region),
            version=before.version if before else 0,
        )
        after = await draft_of_edge(conn, actor=actor, relationship_id=edge)
    assert after is not None
    return after


async def resolved(
    db: Database, shop: Shop, *typed: tuple[str, str], by: str = "retailer_1", region: str = ""
) -> ResolvedDraft:
    """What a draft of these rows comes to."""
    draft = await saved(db, shop, *typed, by=by, region=region)
    async with db.reading(shop.story.network_id) as conn:
        return (await resolve_drafts(conn, actor=shop.story.actor(by), ids=[draft.id]))[draft.id]
