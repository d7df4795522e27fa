"""Things to trade for tests: a brand's drinks, offered by it and sold on by both traders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.factories import Story
from tradeline.catalog import (
    AssortmentGrant,
    AssortmentItem,
    NewAssortment,
    NewPack,
    NewProduct,
    NewSku,
    create_assortments,
    create_products,
    create_skus,
    grant_assortments,
    put_assortment_skus,
    skus_by_ids,
)
from tradeline.kernel import Database

GTIN = "6901234567892"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Ids by name. SKUs are "BEER", "TEA" and "SODA", of the brand; packs by (SKU, pack code)."""

    product_id: int
    skus: dict[str, int] = field(default_factory=dict)
    packs: dict[tuple[str, str], int] = field(default_factory=dict)
    assortments: dict[str, int] = field(default_factory=dict)


async def a_catalog(db: Database, story: Story) -> Catalog:
    """The brand owns three SKUs in bottles, beer also in cases of 12. It offers all of them to
    both traders; trader A offers beer and tea on, trader B beer and soda; nobody offers SODA to
    retailer 1. The supplier sees none of them."""
    brand = story.actor("brand")
    async with db.unit_of_work(story.network_id) as conn:
        [product_id] = await create_products(
            conn,
            actor=brand,
            products=[NewProduct(code="DRINKS", name="饮品", name_en="Drinks", brand="晨露")],
        )
        ids = await create_skus(
            conn,
            actor=brand,
            skus=[
                NewSku(
                    product_id=product_id,
                    code="BEER",
                    name="晨露啤酒 500ml",
                    name_en="Morning Dew beer",
                    packs=(NewPack(code="CASE", units=12, name="箱", name_en="Case"),),
                    barcodes=(GTIN,),
                ),
                NewSku(product_id=product_id, code="TEA", name="重山绿茶", name_en="Green tea"),
                NewSku(product_id=product_id, code="SODA", name="苏打水", name_en="Soda 50%_off"),
            ],
        )
        catalog = Catalog(product_id=product_id)
        for sku in (await skus_by_ids(conn, actor=brand, ids=ids)).values():
            catalog.skus[sku.code] = sku.id
            catalog.packs.update({(sku.code, pack.code): pack.id for pack in sku.packs})
    await an_assortment(db, story, catalog, "brand", ["BEER", "TEA", "SODA"])
    await an_assortment(db, story, catalog, "trader_a", ["BEER", "TEA"])
    await an_assortment(db, story, catalog, "trader_b", ["BEER", "SODA"])
    return catalog


async def an_assortment(
    db: Database,
    story: Story,
    catalog: Catalog,
    seller: str,
    names: Sequence[str],
    *,
    code: str = "ALL",
    minimum: int = 1,
    step: int = 1,
    buyers: Sequence[str] | None = None,
) -> int:
    """An assortment of the seller, granted to the edges to `buyers` (None: to all of its own)."""
    actor = story.actor(seller)
    async with db.unit_of_work(story.network_id) as conn:
        [id] = await create_assortments(
            conn, actor=actor, assortments=[NewAssortment(code=code, name=code)]
        )
        await put_assortment_skus(
            conn,
            actor=actor,
            assortment_id=id,
            items=[
                AssortmentItem(
                    sku_id=catalog.skus[name], quantity_minimum=minimum, quantity_step=step
                )
                for name in names
            ],
        )
        grants = [
            AssortmentGrant(relationship_id=edge, assortment_id=id)
            for (edge_seller, buyer), edge in story.relationships.items()
            if edge_seller == seller and (buyers is None or buyer in buyers)
        ]
        await grant_assortments(conn, actor=actor, grants=grants)
    catalog.assortments[f"{seller}/{code}"] = id
    return id
