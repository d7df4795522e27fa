"""Pages, filters and searches."""

import pytest

from tests.factories import Story, a_network
from tests.factories_catalog import Catalog, a_catalog
from tradeline.catalog import (
    NewCategory,
    NewProduct,
    NewSku,
    OfferFilter,
    ProductChange,
    SkuFilter,
    categories_by_ids,
    create_categories,
    create_products,
    create_skus,
    find_many_skus,
    list_categories,
    list_offers,
    search_skus,
    update_products,
)
from tradeline.kernel import (
    Actor,
    Connection,
    Database,
    Forbidden,
    PageRequest,
    Permission,
    Pool,
    page_request,
)

ALL = PageRequest(100)


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


async def codes(conn: Connection, actor: Actor, only: SkuFilter) -> list[str]:
    return [sku.code for sku in (await search_skus(conn, actor=actor, page=ALL, only=only)).items]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("晨露", ["BEER", "SODA", "TEA"]),  # the brand of the product
        ("chenlupi", ["BEER"]),
        ("clpj", ["BEER"]),
        ("zhongshan", ["TEA"]),
        ("green T", ["TEA"]),
        ("690123", ["BEER"]),
        ("sod", ["SODA"]),
        ("50%_", ["SODA"]),
        ("5%", []),
        ("_", ["SODA"]),
        ("\\", []),
        ("'; DROP TABLE", []),
        ("  ", ["BEER", "SODA", "TEA"]),
    ],
)
async def test_search_finds_chinese_pinyin_latin_and_codes(
    db: Database, story: Story, catalog: Catalog, search: str, found: list[str]
) -> None:
    async with db.reading(story.network_id) as conn:
        assert await codes(conn, story.actor("brand"), SkuFilter(search=search)) == found
        page = await list_offers(
            conn, actor=story.actor("trader_b"), page=ALL, only=OfferFilter(search=search)
        )
        assert [o.sku_id for o in page.items] == [catalog.skus[code] for code in found]


async def test_a_renamed_product_is_found_by_its_new_name(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    async with db.unit_of_work(story.network_id) as conn:
        change = ProductChange(product_id=catalog.product_id, name="果汁", brand="")
        await update_products(conn, actor=brand, changes=[change])

        assert await codes(conn, brand, SkuFilter(search="guozhi")) == ["BEER", "SODA", "TEA"]
        assert await codes(conn, brand, SkuFilter(search="饮品")) == []
        assert await codes(conn, brand, SkuFilter(search="690123")) == ["BEER"]


async def test_pages_follow_one_another_without_gap_or_repeat(
    db: Database, story: Story, catalog: Catalog
) -> None:
    buyer = story.actor("retailer_2")
    async with db.reading(story.network_id) as conn:
        whole = (await list_offers(conn, actor=buyer, page=ALL)).items
        after, pieces = None, []
        while True:
            request = page_request(1, after, (str, int, int))
            page = await list_offers(conn, actor=buyer, page=request)
            pieces += page.items
            if not page.has_next:
                break
            after = page.cursors[-1]
        assert tuple(pieces) == whole

        skus = (await search_skus(conn, actor=buyer, page=ALL)).items
        first = await search_skus(conn, actor=buyer, page=page_request(2, None, (str, int)))
        rest = await search_skus(
            conn, actor=buyer, page=page_request(2, first.cursors[-1], (str, int))
        )
        assert first.items + rest.items == skus
        assert (first.has_next, rest.has_next) == (True, False)


async def test_a_category_stands_for_all_below_it_and_shows_only_with_something_in_it(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand, buyer = story.actor("brand"), story.actor("retailer_1")
    async with db.unit_of_work(story.network_id) as conn:
        [top, other] = await create_categories(
            conn,
            actor=brand,
            categories=[
                NewCategory(code="DRINKS", name="饮料"),
                NewCategory(code="SNACKS", name="零食", position=1),
            ],
        )
        [inner] = await create_categories(
            conn,
            actor=brand,
            categories=[NewCategory(code="COLD", name="冷饮", parent_id=top, position=2)],
        )
        change = ProductChange(product_id=catalog.product_id, category_id=inner)
        await update_products(conn, actor=brand, changes=[change])

        for category, count in ((top, 2), (inner, 2), (other, 0)):
            assert len(await codes(conn, buyer, SkuFilter(category_id=category))) == count
            only = OfferFilter(category_id=category)
            assert len((await list_offers(conn, actor=buyer, page=ALL, only=only)).items) == count
        for name, seen in (
            ("brand", [top, other, inner]),
            ("retailer_1", [top, inner]),
            ("supplier", []),
        ):
            actor = story.actor(name)
            page = await list_categories(conn, actor=actor, page=ALL)
            assert [category.id for category in page.items] == seen
            found = await categories_by_ids(conn, actor=actor, ids=[top, inner, other])
            assert set(found) == set(seen)


async def test_offers_are_filtered_by_seller_and_edge(
    db: Database, story: Story, catalog: Catalog
) -> None:
    buyer = story.actor("retailer_2")
    edge = story.edge("trader_b", "retailer_2")
    async with db.reading(story.network_id) as conn:
        for only in (
            OfferFilter(seller_org_id=story.orgs["trader_b"]),
            OfferFilter(relationship_id=edge),
        ):
            offers = (await list_offers(conn, actor=buyer, page=ALL, only=only)).items
            assert {offer.relationship_id for offer in offers} == {edge}
            assert len(offers) == 2


async def test_offers_are_filtered_by_product(db: Database, story: Story, catalog: Catalog) -> None:
    buyer = story.actor("trader_b")
    async with db.reading(story.network_id) as conn:
        whole = (await list_offers(conn, actor=buyer, page=ALL)).items
        for only, found in (
            (OfferFilter(product_id=catalog.product_id), whole),
            (OfferFilter(product_id=catalog.product_id + 10_000), ()),
        ):
            assert (await list_offers(conn, actor=buyer, page=ALL, only=only)).items == found
    assert whole != ()


async def test_skus_are_filtered_by_product(db: Database, story: Story, catalog: Catalog) -> None:
    brand = story.actor("brand")
    async with db.unit_of_work(story.network_id) as conn:
        [product] = await create_products(
            conn, actor=brand, products=[NewProduct(code="CUPS", name="杯子")]
        )
        await create_skus(
            conn, actor=brand, skus=[NewSku(product_id=product, code="CUP", name="杯子")]
        )
        assert await codes(conn, brand, SkuFilter(product_id=product)) == ["CUP"]
        assert await codes(conn, brand, SkuFilter(product_id=product, search="beizi")) == ["CUP"]
        assert await codes(conn, brand, SkuFilter(product_id=product, search="tea")) == []


async def test_finding_many_codes_takes_the_permission(
    db: Database, story: Story, catalog: Catalog
) -> None:
    reader = story.actor("brand", Permission.ORDER_READ)
    async with db.reading(story.network_id) as conn:
        with pytest.raises(Forbidden):
            await find_many_skus(conn, actor=reader, codes=["BEER"])
