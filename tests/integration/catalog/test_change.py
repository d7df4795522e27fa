"""Changing the catalog after it was made: trees, packs, barcodes, names."""

from __future__ import annotations

import asyncio

import pytest

from tests.factories import Story, a_network
from tests.factories_catalog import GTIN, Catalog, a_catalog
from tradeline.catalog import (
    Category,
    CategoryChange,
    NewCategory,
    NewPack,
    SkuFilter,
    add_pack,
    assortments_by_ids,
    categories_by_ids,
    create_categories,
    find_skus,
    list_assortments,
    list_products,
    remove_barcode,
    search_skus,
    skus_by_ids,
    update_assortment,
    update_category,
)
from tradeline.kernel import (
    Actor,
    Database,
    Forbidden,
    PageRequest,
    Permission,
    Pool,
    Rejected,
    list_audit_entries,
)

ALL = PageRequest(100)


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


def faults(refusal: pytest.ExceptionInfo[Rejected]) -> list[tuple[str, str]]:
    return [
        (type(problem).__name__, "/".join(str(step) for step in problem.path))
        for problem in refusal.value.problems
    ]


async def a_tree(db: Database, actor: Actor, *codes: str) -> list[int]:
    """Categories, each below the one before."""
    ids: list[int] = []
    for code in codes:
        async with db.unit_of_work(actor.network_id) as conn:
            new = NewCategory(code=code, name=code, parent_id=ids[-1] if ids else None)
            ids += await create_categories(conn, actor=actor, categories=[new])
    return ids


async def changed(db: Database, actor: Actor, change: CategoryChange) -> Category:
    async with db.unit_of_work(actor.network_id) as conn:
        await update_category(conn, actor=actor, change=change)
    return await category(db, actor, change.category_id)


async def category(db: Database, actor: Actor, id: int) -> Category:
    async with db.reading(actor.network_id) as conn:
        return (await categories_by_ids(conn, actor=actor, ids=[id]))[id]


async def found(db: Database, actor: Actor, search: str) -> list[str]:
    async with db.reading(actor.network_id) as conn:
        only = SkuFilter(search=search)
        return [s.code for s in (await search_skus(conn, actor=actor, page=ALL, only=only)).items]


async def last_told(db: Database, actor: Actor, subject_type: str, id: int) -> tuple[str, object]:
    async with db.reading(actor.network_id) as conn:
        [entry] = (
            await list_audit_entries(
                conn,
                actor=actor,
                page=PageRequest(1),
                subject_type=subject_type,
                subject_id=id,
            )
        ).items
    return entry.action, entry.before


async def test_a_category_is_renamed_and_moved_with_all_below_it(
    db: Database, story: Story
) -> None:
    brand = story.actor("brand")
    top, middle, leaf = await a_tree(db, brand, "TOP", "MIDDLE", "LEAF")

    named = await changed(db, brand, CategoryChange(category_id=middle, name="中", position=3))
    freed = await changed(db, brand, CategoryChange(category_id=middle, parent_id=None))
    below = await changed(db, brand, CategoryChange(category_id=top, parent_id=leaf))

    assert (named.name, named.name_en, named.position, named.parent_id) == ("中", "", 3, top)
    assert (freed.parent_id, freed.name) == (None, "中")
    assert below.parent_id == leaf
    assert (await category(db, brand, leaf)).parent_id == middle
    assert await last_told(db, brand, "category", top) == (
        "category.update",
        {"parent_id": None},
    )


async def test_a_move_that_would_close_a_circle_is_refused(db: Database, story: Story) -> None:
    brand = story.actor("brand")
    top, middle, leaf = await a_tree(db, brand, "TOP", "MIDDLE", "LEAF")
    [foreign] = await a_tree(db, story.actor("trader_a"), "FOREIGN")
    before = await category(db, brand, top)

    for parent_id, problem in [
        (leaf, "InvalidValue"),
        (middle, "InvalidValue"),
        (top, "InvalidValue"),
        (foreign, "NotFound"),
        (0, "NotFound"),
    ]:
        with pytest.raises(Rejected) as refusal:
            await changed(db, brand, CategoryChange(category_id=top, parent_id=parent_id))
        assert faults(refusal) == [(problem, "parentId")]

    assert await category(db, brand, top) == before


async def test_two_moves_at_once_close_no_circle(db: Database, story: Story) -> None:
    brand = story.actor("brand")
    [first], [second] = await a_tree(db, brand, "A"), await a_tree(db, brand, "B")

    async with db.unit_of_work(story.network_id) as conn:
        below = CategoryChange(category_id=first, parent_id=second)
        await update_category(conn, actor=brand, change=below)
        above = CategoryChange(category_id=second, parent_id=first)
        moving = asyncio.create_task(changed(db, brand, above))
        await asyncio.sleep(0.3)
        assert not moving.done()
    [outcome] = await asyncio.gather(moving, return_exceptions=True)

    assert isinstance(outcome, Rejected)
    assert (await category(db, brand, second)).parent_id is None


async def test_a_category_is_its_owners_to_change(db: Database, story: Story) -> None:
    brand = story.actor("brand")
    [id] = await a_tree(db, brand, "MINE")
    before = await category(db, brand, id)

    with pytest.raises(Rejected) as refusal:
        await changed(db, story.actor("trader_a"), CategoryChange(category_id=id, name="theirs"))
    assert faults(refusal) == [("NotFound", "categoryId")]
    with pytest.raises(Rejected) as refusal:
        await changed(db, brand, CategoryChange(category_id=id, name=" ", position=-1))
    assert faults(refusal) == [("InvalidValue", "name"), ("InvalidValue", "position")]
    with pytest.raises(Forbidden):
        await changed(
            db,
            story.actor("brand", Permission.CATALOG_READ),
            CategoryChange(category_id=id, name="x"),
        )

    assert await category(db, brand, id) == before


async def removed(db: Database, actor: Actor, sku_id: int, code: str) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await remove_barcode(conn, actor=actor, sku_id=sku_id, code=code)


async def test_a_sku_is_not_found_by_a_barcode_that_was_taken_off(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    beer = catalog.skus["BEER"]
    assert await found(db, brand, GTIN) == ["BEER"]

    await removed(db, brand, beer, GTIN)

    assert await found(db, brand, GTIN) == []
    async with db.reading(story.network_id) as conn:
        assert await find_skus(conn, actor=brand, code=GTIN) == []
        assert (await skus_by_ids(conn, actor=brand, ids=[beer]))[beer].barcodes == ()
    assert await last_told(db, brand, "sku", beer) == (
        "barcode.remove",
        {"code": GTIN, "pack_id": catalog.packs["BEER", "EA"]},
    )


async def test_a_barcode_is_the_owners_to_take_off(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand, beer, tea = story.actor("brand"), catalog.skus["BEER"], catalog.skus["TEA"]

    for actor, sku_id, path in [
        (story.actor("trader_a"), beer, "skuId"),
        (brand, tea, "code"),
    ]:
        with pytest.raises(Rejected) as refusal:
            await removed(db, actor, sku_id, GTIN)
        assert faults(refusal) == [("NotFound", path)]
    with pytest.raises(Forbidden):
        await removed(db, story.actor("brand", Permission.CATALOG_READ), beer, GTIN)

    assert await found(db, brand, GTIN) == ["BEER"]


async def packed(db: Database, actor: Actor, sku_id: int, pack: NewPack) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await add_pack(conn, actor=actor, sku_id=sku_id, pack=pack)


async def test_a_sku_gets_one_more_pack_and_is_found_by_its_barcode(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand, beer = story.actor("brand"), catalog.skus["BEER"]

    await packed(db, brand, beer, NewPack(code="PALLET", units=480, barcodes=("PAL-1",)))

    async with db.reading(story.network_id) as conn:
        sku = (await skus_by_ids(conn, actor=brand, ids=[beer]))[beer]
    pallet = sku.packs[-1]
    assert [(pack.code, pack.units) for pack in sku.packs] == [
        ("EA", 1),
        ("CASE", 12),
        ("PALLET", 480),
    ]
    assert {(code.code, code.pack_id) for code in sku.barcodes} == {
        (GTIN, catalog.packs["BEER", "EA"]),
        ("PAL-1", pallet.id),
    }
    assert await found(db, brand, "pal-1") == ["BEER"]
    assert (await last_told(db, brand, "sku", beer))[0] == "sku.pack_add"


async def test_what_is_added_to_one_sku_at_once_knows_of_each_other(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand, beer = story.actor("brand"), catalog.skus["BEER"]

    async with db.unit_of_work(story.network_id) as conn:
        box = NewPack(code="BOX", units=6, barcodes=("BOX-1",))
        await add_pack(conn, actor=brand, sku_id=beer, pack=box)
        others = [
            asyncio.create_task(
                packed(db, brand, beer, NewPack(code=code, units=6, barcodes=(to,)))
            )
            for code, to in (("BOX", "BOX-2"), ("TRAY", "TRAY-1"))
        ]
        await asyncio.sleep(0.3)
        assert not any(task.done() for task in others)
    same, other = await asyncio.gather(*others, return_exceptions=True)

    assert isinstance(same, Rejected)
    assert other is None
    for code in ("BOX-1", "TRAY-1"):
        assert await found(db, brand, code.lower()) == ["BEER"]


async def test_all_faults_of_a_pack_are_named_and_none_is_made(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand, beer = story.actor("brand"), catalog.skus["BEER"]
    wrong = NewPack(code="CASE", units=1, barcodes=(GTIN, GTIN[:-1] + "3"))

    with pytest.raises(Rejected) as refusal:
        await packed(db, brand, beer, wrong)
    assert faults(refusal) == [
        ("InvalidValue", "units"),
        ("WrongCheckDigit", "barcodes/1"),
        ("AlreadyExists", "code"),
        ("AlreadyExists", "barcodes/0"),
    ]
    with pytest.raises(Rejected) as refusal:
        await packed(db, story.actor("trader_a"), beer, NewPack(code="BOX", units=6))
    assert faults(refusal) == [("NotFound", "skuId")]
    with pytest.raises(Forbidden):
        await packed(
            db, story.actor("brand", Permission.CATALOG_READ), beer, NewPack(code="BOX", units=6)
        )

    async with db.reading(story.network_id) as conn:
        sku = (await skus_by_ids(conn, actor=brand, ids=[beer]))[beer]
    assert [pack.code for pack in sku.packs] == ["EA", "CASE"]


async def test_a_sku_has_twenty_packs_at_most_beside_its_base(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand, tea = story.actor("brand"), catalog.skus["TEA"]
    for number in range(20):
        await packed(db, brand, tea, NewPack(code=f"P{number}", units=number + 2))

    with pytest.raises(Rejected) as refusal:
        await packed(db, brand, tea, NewPack(code="P20", units=99))

    assert faults(refusal) == [("InvalidValue", "packs")]


async def test_an_assortment_is_renamed_by_its_seller_alone(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand, id = story.actor("brand"), catalog.assortments["brand/ALL"]

    async def renamed(actor: Actor, name: str) -> None:
        async with db.unit_of_work(story.network_id) as conn:
            await update_assortment(conn, actor=actor, assortment_id=id, name=name)

    await renamed(brand, "全部")
    for actor, name, problem in [
        (story.actor("trader_b"), "mine", ("NotFound", "assortmentId")),
        (brand, " ", ("InvalidValue", "name")),
    ]:
        with pytest.raises(Rejected) as refusal:
            await renamed(actor, name)
        assert faults(refusal) == [problem]
    with pytest.raises(Forbidden):
        await renamed(story.actor("brand", Permission.CATALOG_READ), "mine")

    async with db.reading(story.network_id) as conn:
        row = (await assortments_by_ids(conn, actor=brand, ids=[id]))[id]
    assert (row.code, row.name, row.name_en) == ("ALL", "全部", "")
    assert (await last_told(db, brand, "assortment", id))[0] == "assortment.update"


async def test_a_buyer_does_not_rename_what_was_made_for_it(
    db: Database, story: Story, catalog: Catalog
) -> None:
    """It may fill a supplier's assortment that is granted to it alone; the name is the other's."""
    own = catalog.assortments["trader_b/ALL"]
    async with db.unit_of_work(story.network_id) as conn:
        await conn.execute(
            "DELETE FROM catalog.assortment_grant WHERE assortment_id = $1"
            " AND relationship_id <> $2",
            own,
            story.edge("trader_b", "retailer_3"),
        )
    buyer = story.actor("retailer_3")

    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await update_assortment(conn, actor=buyer, assortment_id=own, name="mine")

    assert faults(refusal) == [("NotFound", "assortmentId")]
    async with db.reading(story.network_id) as conn:
        assert (await assortments_by_ids(conn, actor=buyer, ids=[own]))[own].name == "ALL"


async def test_products_and_assortments_are_found_by_a_part_of_what_they_are_called(
    db: Database, story: Story, catalog: Catalog
) -> None:
    async def products(search: str, name: str = "brand") -> list[str]:
        async with db.reading(story.network_id) as conn:
            page = await list_products(conn, actor=story.actor(name), page=ALL, search=search)
        return [product.code for product in page.items]

    async def assortments(search: str, name: str = "brand") -> list[str]:
        async with db.reading(story.network_id) as conn:
            page = await list_assortments(conn, actor=story.actor(name), page=ALL, search=search)
        return [assortment.code for assortment in page.items]

    assert await products("rink") == ["DRINKS"]
    assert await products("饮") == ["DRINKS"]
    assert await products("晨露", "retailer_1") == ["DRINKS"], "by brand"
    assert await products("drinks", "supplier") == [], "who sees none of its SKUs finds none"
    assert await products("_") == []
    assert await assortments("al") == ["ALL"]
    assert await assortments("x") == []
    assert await assortments("al", "supplier") == []
