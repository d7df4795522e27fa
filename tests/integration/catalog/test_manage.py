"""Making and changing what is traded, against a real PostgreSQL."""

import asyncio
from dataclasses import replace

import pytest

from tests.factories import Story, a_network
from tests.factories_catalog import GTIN, Catalog, a_catalog
from tradeline.catalog import (
    AssortmentGrant,
    AssortmentItem,
    NewAssortment,
    NewBarcode,
    NewBuyerCode,
    NewCategory,
    NewSku,
    ProductChange,
    SkuChange,
    add_barcodes,
    assortments_by_ids,
    create_assortments,
    create_categories,
    create_products,
    create_skus,
    find_skus,
    grant_assortments,
    list_assortment_edges,
    list_assortment_skus,
    list_assortments,
    put_assortment_skus,
    put_buyer_codes,
    remove_assortment_skus,
    revoke_assortments,
    skus_by_ids,
    update_products,
    update_skus,
)
from tradeline.kernel import Database, Forbidden, PageRequest, Pool, Rejected
from tradeline.organizations import end_relationship

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


async def test_a_sku_gets_its_base_pack_by_itself(
    db: Database, story: Story, catalog: Catalog
) -> None:
    async with db.reading(story.network_id) as conn:
        actor = story.actor("brand")
        [beer] = (await skus_by_ids(conn, actor=actor, ids=[catalog.skus["BEER"]])).values()

    assert [(pack.code, pack.units) for pack in beer.packs] == [("EA", 1), ("CASE", 12)]
    assert beer.pack(None) == beer.packs[0]
    assert [barcode.code for barcode in beer.barcodes] == [GTIN]


async def test_all_faults_of_a_batch_are_named_and_nothing_is_stored(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    def sku(code: str, product_id: int = catalog.product_id, *barcodes: str) -> NewSku:
        return NewSku(product_id=product_id, code=code, name=code, barcodes=barcodes)

    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await create_skus(
                conn,
                actor=story.actor("brand"),
                skus=[
                    sku("BEER"),
                    sku("NEW"),
                    sku("NEW"),
                    sku("X", 0),
                    sku("Y", catalog.product_id, GTIN),
                ],
            )

    assert faults(refusal) == [
        ("NotFound", "skus/3/productId"),
        ("AlreadyExists", "skus/0/code"),
        ("AlreadyExists", "skus/2/code"),
        ("AlreadyExists", "skus/4/barcodes/0"),
    ]
    count = await owner_pool.fetchval(
        "SELECT count(*) FROM catalog.sku WHERE network_id = $1", story.network_id
    )
    assert count == 3


async def test_of_two_who_take_a_code_at_once_the_second_is_refused(
    db: Database, story: Story, catalog: Catalog
) -> None:
    async def make() -> None:
        async with db.unit_of_work(story.network_id) as conn:
            await create_skus(
                conn,
                actor=story.actor("brand"),
                skus=[NewSku(product_id=catalog.product_id, code="ONE", name="ONE")],
            )
            await asyncio.sleep(0.1)

    outcomes = await asyncio.gather(make(), make(), return_exceptions=True)

    [refusal] = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refusal, Rejected)
    assert "ONE exists already" in str(refusal)


async def test_nobody_changes_what_belongs_to_another(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    other = await a_network(owner_pool, db)
    before = await owner_pool.fetch(
        "SELECT * FROM catalog.sku WHERE network_id = $1 ORDER BY id", story.network_id
    )
    beer = catalog.skus["BEER"]
    all_assortment = catalog.assortments["brand/ALL"]
    for actor in (story.actor("trader_a"), other.actor("brand")):
        attempts = [
            (update_skus, {"changes": [SkuChange(sku_id=beer, name="x")]}),
            (
                update_products,
                {"changes": [ProductChange(product_id=catalog.product_id, name="x")]},
            ),
            (add_barcodes, {"barcodes": [NewBarcode(sku_id=beer, code="X")]}),
            (
                create_skus,
                {"skus": [NewSku(product_id=catalog.product_id, code="X", name="x")]},
            ),
            (
                put_assortment_skus,
                {"assortment_id": all_assortment, "items": [AssortmentItem(sku_id=beer)]},
            ),
            (remove_assortment_skus, {"assortment_id": all_assortment, "sku_ids": [beer]}),
            (
                grant_assortments,
                {
                    "grants": [
                        AssortmentGrant(
                            relationship_id=story.edge("trader_a", "retailer_1"),
                            assortment_id=all_assortment,
                        )
                    ]
                },
            ),
            (
                revoke_assortments,
                {
                    "grants": [
                        AssortmentGrant(
                            relationship_id=story.edge("brand", "trader_a"),
                            assortment_id=all_assortment,
                        )
                    ]
                },
            ),
        ]
        for use_case, arguments in attempts:
            with pytest.raises(Rejected) as refusal:
                async with db.unit_of_work(actor.network_id) as conn:
                    await use_case(conn, actor=actor, **arguments)
            assert faults(refusal)[0][0] == "NotFound", use_case.__name__
    assert before == await owner_pool.fetch(
        "SELECT * FROM catalog.sku WHERE network_id = $1 ORDER BY id", story.network_id
    )


async def test_without_the_permission_nothing_is_managed(
    db: Database, story: Story, catalog: Catalog
) -> None:
    visitor = story.visitor("brand")
    async with db.unit_of_work(story.network_id) as conn:
        for use_case, arguments in (
            (create_categories, {"categories": []}),
            (create_products, {"products": []}),
            (create_skus, {"skus": []}),
            (update_products, {"changes": []}),
            (update_skus, {"changes": []}),
            (add_barcodes, {"barcodes": []}),
            (put_buyer_codes, {"codes": []}),
            (create_assortments, {"assortments": []}),
            (put_assortment_skus, {"assortment_id": 1, "items": []}),
            (remove_assortment_skus, {"assortment_id": 1, "sku_ids": []}),
            (grant_assortments, {"grants": []}),
            (revoke_assortments, {"grants": []}),
        ):
            with pytest.raises(Forbidden):
                await use_case(conn, actor=visitor, **arguments)
            if use_case not in (put_assortment_skus, remove_assortment_skus):
                with pytest.raises(Rejected, match="1 to 10000"):
                    await use_case(conn, actor=story.actor("brand"), **arguments)


async def test_a_category_hangs_below_one_of_the_same_owner(
    db: Database, story: Story, catalog: Catalog
) -> None:
    async with db.unit_of_work(story.network_id) as conn:
        [parent] = await create_categories(
            conn, actor=story.actor("brand"), categories=[NewCategory(code="A", name="A")]
        )
        with pytest.raises(Rejected) as refusal:
            await create_categories(
                conn,
                actor=story.actor("trader_a"),
                categories=[NewCategory(code="B", name="B", parent_id=parent)],
            )
    assert faults(refusal) == [("NotFound", "categories/0/parentId")]


async def test_a_barcode_is_added_to_a_pack_of_the_sku(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    tea, case = catalog.skus["TEA"], catalog.packs["BEER", "CASE"]
    async with db.unit_of_work(story.network_id) as conn:
        await add_barcodes(
            conn,
            actor=brand,
            barcodes=[
                NewBarcode(sku_id=tea, code="TEA-1"),
                NewBarcode(sku_id=catalog.skus["BEER"], code="BEER-12", pack_id=case),
            ],
        )
        [match] = await find_skus(conn, actor=brand, code="BEER-12")
        assert match.pack_id == case
    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await add_barcodes(
                conn,
                actor=brand,
                barcodes=[
                    NewBarcode(sku_id=tea, code="TEA-2", pack_id=case),
                    NewBarcode(sku_id=tea, code="BEER-12"),
                ],
            )
    assert faults(refusal) == [
        ("NotFound", "barcodes/0/packId"),
        ("AlreadyExists", "barcodes/1/code"),
    ]


async def test_buyers_codes_are_swapped_taken_back_and_kept_unique(
    db: Database, story: Story, catalog: Catalog
) -> None:
    buyer, beer, tea = story.actor("retailer_1"), catalog.skus["BEER"], catalog.skus["TEA"]

    async def put(**codes: str | None) -> dict[str, str | None]:
        async with db.unit_of_work(story.network_id) as conn:
            entries = [NewBuyerCode(sku_id=catalog.skus[k], code=v) for k, v in codes.items()]
            await put_buyer_codes(conn, actor=buyer, codes=entries)
            skus = await skus_by_ids(conn, actor=buyer, ids=[beer, tea])
            return {sku.code: sku.own_code for sku in skus.values()}

    assert await put(BEER="1", TEA="2") == {"BEER": "1", "TEA": "2"}
    assert await put(BEER="2", TEA="1") == {"BEER": "2", "TEA": "1"}
    with pytest.raises(Rejected, match="1 exists already"):
        await put(BEER="1")
    assert await put(TEA=None) == {"BEER": "2", "TEA": None}
    with pytest.raises(Rejected, match="no such SKU"):
        await put(SODA="3")


async def test_a_seller_puts_only_what_it_sees_into_an_assortment(
    db: Database, story: Story, catalog: Catalog
) -> None:
    actor = story.actor("supplier")
    async with db.unit_of_work(story.network_id) as conn:
        [id] = await create_assortments(
            conn, actor=actor, assortments=[NewAssortment(code="X", name="X")]
        )
        with pytest.raises(Rejected) as refusal:
            await put_assortment_skus(
                conn,
                actor=actor,
                assortment_id=id,
                items=[AssortmentItem(sku_id=catalog.skus["BEER"])],
            )
    assert faults(refusal) == [("NotFound", "items/0/skuId")]


async def test_a_brand_says_what_its_supplier_makes_for_it_alone(
    db: Database, story: Story, catalog: Catalog
) -> None:
    supplier, brand, beer = story.actor("supplier"), story.actor("brand"), catalog.skus["BEER"]
    async with db.unit_of_work(story.network_id) as conn:
        [id] = await create_assortments(
            conn, actor=supplier, assortments=[NewAssortment(code="FOR-BRAND", name="X")]
        )
        items = [AssortmentItem(sku_id=beer, quantity_minimum=100)]
        with pytest.raises(Rejected):
            await put_assortment_skus(conn, actor=brand, assortment_id=id, items=items)
        edge = story.edge("supplier", "brand")
        await grant_assortments(
            conn,
            actor=supplier,
            grants=[AssortmentGrant(relationship_id=edge, assortment_id=id)],
        )
        await put_assortment_skus(conn, actor=brand, assortment_id=id, items=items)

        assert set(await skus_by_ids(conn, actor=supplier, ids=[beer])) == {beer}
        for actor in (supplier, brand):
            assert set(await assortments_by_ids(conn, actor=actor, ids=[id])) == {id}
            pages = await list_assortment_skus(conn, actor=actor, assortment_ids=[id], page=ALL)
            assert list(pages[id].items) == items
        await remove_assortment_skus(conn, actor=brand, assortment_id=id, sku_ids=[beer])
        assert await skus_by_ids(conn, actor=supplier, ids=[beer]) == {}


async def test_an_assortment_is_its_sellers_affair(
    db: Database, story: Story, catalog: Catalog
) -> None:
    """Granted to several, it is seen by none of the buyers: its name and its edges tell much."""
    id = catalog.assortments["trader_a/ALL"]
    async with db.reading(story.network_id) as conn:
        for name, is_seen in (("trader_a", True), ("retailer_1", False), ("brand", False)):
            actor = story.actor(name)
            edges = await list_assortment_edges(conn, actor=actor, assortment_ids=[id], page=ALL)
            items = await list_assortment_skus(conn, actor=actor, assortment_ids=[id], page=ALL)
            listed = await list_assortments(conn, actor=actor, page=ALL)
            assert (len(edges[id].items) == 2) is is_seen
            assert (len(items[id].items) == 2) is is_seen
            assert (id in {found.id for found in listed.items}) is is_seen
            assert (await assortments_by_ids(conn, actor=actor, ids=[id]) != {}) is is_seen


async def test_granting_twice_is_granting_once_and_an_ended_edge_gets_none(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    seller, edge = story.actor("trader_a"), story.edge("trader_a", "retailer_1")
    grant = AssortmentGrant(relationship_id=edge, assortment_id=catalog.assortments["trader_a/ALL"])
    async with db.unit_of_work(story.network_id) as conn:
        await grant_assortments(conn, actor=seller, grants=[grant, grant])
    assert (
        await owner_pool.fetchval(
            "SELECT count(*) FROM catalog.assortment_grant"
            " WHERE network_id = $1 AND relationship_id = $2",
            story.network_id,
            edge,
        )
        == 1
    )
    ended = story.edge("trader_a", "retailer_2")
    async with db.unit_of_work(story.network_id) as conn:
        await end_relationship(conn, actor=seller, relationship_id=ended)
    for bad in (
        replace(grant, relationship_id=ended),
        replace(grant, relationship_id=story.edge("trader_b", "retailer_2")),
        replace(grant, relationship_id=story.edge("brand", "trader_a")),
        replace(grant, relationship_id=0),
    ):
        with pytest.raises(Rejected, match="no such relationship"):
            async with db.unit_of_work(story.network_id) as conn:
                await grant_assortments(conn, actor=seller, grants=[bad])


async def test_changes_are_audited_with_before_and_after(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    change = SkuChange(sku_id=catalog.skus["TEA"], name="红茶")
    async with db.unit_of_work(story.network_id) as conn:
        await update_skus(conn, actor=story.actor("brand"), changes=[change])

    row = await owner_pool.fetchrow(
        "SELECT before->>'name' AS before, after->>'name' AS after, account_id"
        "  FROM kernel.audit_entry WHERE network_id = $1 AND action = 'sku.update'",
        story.network_id,
    )
    assert tuple(row) == ("重山绿茶", "红茶", story.accounts["brand"])
