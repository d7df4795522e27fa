"""What is hidden is hidden everywhere: each reader of SKUs, asked by each organization."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from tests.factories import Story, a_network
from tests.factories_catalog import GTIN, Catalog, a_catalog, an_assortment
from tradeline.catalog import (
    AssortmentGrant,
    NewBuyerCode,
    OfferFilter,
    ProductChange,
    SkuChange,
    SkuFilter,
    find_skus,
    list_offers,
    list_products,
    load_tradable,
    products_by_ids,
    put_buyer_codes,
    remove_assortment_skus,
    revoke_assortments,
    search_skus,
    skus_by_ids,
    skus_of_products,
    update_products,
    update_skus,
    visible_sku_ids,
)
from tradeline.kernel import Actor, Connection, Database, PageRequest, Pool
from tradeline.organizations import end_relationship, resume_relationship, suspend_relationship

ALL = PageRequest(100)


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


async def by_id(conn: Connection, actor: Actor, catalog: Catalog) -> set[int]:
    return set(await skus_by_ids(conn, actor=actor, ids=list(catalog.skus.values())))


async def by_checking(conn: Connection, actor: Actor, catalog: Catalog) -> set[int]:
    return await visible_sku_ids(conn, actor=actor, ids=list(catalog.skus.values()))


async def by_list(conn: Connection, actor: Actor, catalog: Catalog) -> set[int]:
    return {sku.id for sku in (await search_skus(conn, actor=actor, page=ALL)).items}


async def by_search(conn: Connection, actor: Actor, catalog: Catalog) -> set[int]:
    found: set[int] = set()
    for text in ("cl", "茶", "soda"):
        only = SkuFilter(search=text)
        found |= {s.id for s in (await search_skus(conn, actor=actor, page=ALL, only=only)).items}
    return found


async def by_code(conn: Connection, actor: Actor, catalog: Catalog) -> set[int]:
    return {
        match.sku_id
        for code in catalog.skus
        for match in await find_skus(conn, actor=actor, code=code)
    }


async def by_product(conn: Connection, actor: Actor, catalog: Catalog) -> set[int]:
    ids = [catalog.product_id]
    return {sku.id for sku in (await skus_of_products(conn, actor=actor, product_ids=ids))[ids[0]]}


READERS = [by_id, by_checking, by_list, by_search, by_code, by_product]
Reader = Callable[[Connection, Actor, Catalog], Awaitable[set[int]]]


@pytest.mark.parametrize("reader", READERS)
async def test_each_organization_sees_what_it_owns_sells_or_may_buy(
    db: Database, story: Story, catalog: Catalog, reader: Reader
) -> None:
    expected = {
        "brand": {"BEER", "TEA", "SODA"},
        "supplier": set(),
        "trader_a": {"BEER", "TEA", "SODA"},
        "retailer_1": {"BEER", "TEA"},
        "retailer_2": {"BEER", "TEA", "SODA"},
        "retailer_3": {"BEER", "SODA"},
    }
    async with db.reading(story.network_id) as conn:
        for name, codes in expected.items():
            seen = await reader(conn, story.actor(name), catalog)
            assert seen == {catalog.skus[code] for code in codes}, name


@pytest.mark.parametrize("reader", READERS)
async def test_another_network_sees_nothing(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog, reader: Reader
) -> None:
    other = await a_network(owner_pool, db)

    async with db.reading(other.network_id) as conn:
        for name in other.orgs:
            assert await reader(conn, other.actor(name), catalog) == set()


@pytest.mark.parametrize("reader", READERS)
async def test_a_query_names_its_network_itself(
    owner_pool: Pool, story: Story, catalog: Catalog, reader: Reader
) -> None:
    """Without row-level security, as the owner, an actor of another network still sees nothing."""
    actor = story.actor("brand")
    stranger = replace(actor, network_id=story.network_id + 10**9)
    async with owner_pool.acquire() as conn:
        await conn.execute(f"SET tradeline.network_id = {stranger.network_id}")
        assert await reader(conn, stranger, catalog) == set()


@pytest.mark.parametrize("reader", READERS)
async def test_a_suspended_edge_hides_from_its_buyer_at_once_and_shows_again_when_resumed(
    db: Database, story: Story, catalog: Catalog, reader: Reader
) -> None:
    seller, buyer = story.actor("trader_a"), story.actor("retailer_1")
    edge = story.edge("trader_a", "retailer_1")

    async with db.unit_of_work(story.network_id) as conn:
        await suspend_relationship(conn, actor=seller, relationship_id=edge)
        assert await reader(conn, buyer, catalog) == set()
        assert len(await reader(conn, seller, catalog)) == 3
        await resume_relationship(conn, actor=seller, relationship_id=edge)
        assert len(await reader(conn, buyer, catalog)) == 2


@pytest.mark.parametrize("reader", READERS)
async def test_what_is_inactive_is_hidden_from_buyers_only(
    db: Database, story: Story, catalog: Catalog, reader: Reader
) -> None:
    brand, buyer = story.actor("brand"), story.actor("retailer_1")
    async with db.unit_of_work(story.network_id) as conn:
        change = SkuChange(sku_id=catalog.skus["BEER"], is_active=False)
        await update_skus(conn, actor=brand, changes=[change])
        assert await reader(conn, buyer, catalog) == {catalog.skus["TEA"]}
        assert len(await reader(conn, brand, catalog)) == 3

        hidden = ProductChange(product_id=catalog.product_id, is_active=False)
        await update_products(conn, actor=brand, changes=[hidden])
        assert await reader(conn, buyer, catalog) == set()
        assert len(await reader(conn, story.actor("trader_a"), catalog)) == 2


async def test_a_barcode_leads_only_where_its_sku_may_be_seen(
    db: Database, story: Story, catalog: Catalog
) -> None:
    async with db.reading(story.network_id) as conn:
        [match] = await find_skus(conn, actor=story.actor("retailer_3"), code=GTIN)
        assert (match.sku_id, match.pack_id) == (catalog.skus["BEER"], catalog.packs["BEER", "EA"])
        assert await find_skus(conn, actor=story.actor("supplier"), code=GTIN) == []


async def test_an_own_code_leads_its_own_organization_and_nobody_else(
    db: Database, story: Story, catalog: Catalog
) -> None:
    buyer = story.actor("retailer_1")
    async with db.unit_of_work(story.network_id) as conn:
        await put_buyer_codes(
            conn, actor=buyer, codes=[NewBuyerCode(sku_id=catalog.skus["TEA"], code="R1-77")]
        )
    only = SkuFilter(search="r1-7")
    async with db.reading(story.network_id) as conn:
        assert [m.kind for m in await find_skus(conn, actor=buyer, code="R1-77")] == ["own_code"]
        [sku] = (await search_skus(conn, actor=buyer, page=ALL, only=only)).items
        assert (sku.code, sku.own_code) == ("TEA", "R1-77")
        offers = await list_offers(conn, actor=buyer, page=ALL, only=OfferFilter(search="R1-77"))
        assert [offer.sku_id for offer in offers.items] == [catalog.skus["TEA"]]
        for name in ("brand", "trader_a", "retailer_2"):
            other = story.actor(name)
            assert await find_skus(conn, actor=other, code="R1-77") == []
            assert (await search_skus(conn, actor=other, page=ALL, only=only)).items == ()
            tea = (await skus_by_ids(conn, actor=other, ids=[catalog.skus["TEA"]])).values()
            assert [sku.own_code for sku in tea] == [None]


async def test_an_own_code_of_what_is_hidden_since_leads_nowhere(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller, buyer = story.actor("trader_a"), story.actor("retailer_1")
    async with db.unit_of_work(story.network_id) as conn:
        await put_buyer_codes(
            conn, actor=buyer, codes=[NewBuyerCode(sku_id=catalog.skus["TEA"], code="R1-77")]
        )
        await remove_assortment_skus(
            conn,
            actor=seller,
            assortment_id=catalog.assortments["trader_a/ALL"],
            sku_ids=[catalog.skus["TEA"]],
        )
        assert await find_skus(conn, actor=buyer, code="R1-77") == []
        only = SkuFilter(search="R1-77")
        assert (await search_skus(conn, actor=buyer, page=ALL, only=only)).items == ()


async def test_a_product_is_seen_by_whoever_sees_one_of_its_skus(
    db: Database, story: Story, catalog: Catalog
) -> None:
    async with db.reading(story.network_id) as conn:
        for name, is_seen in (("brand", True), ("retailer_3", True), ("supplier", False)):
            actor = story.actor(name)
            found = await products_by_ids(conn, actor=actor, ids=[catalog.product_id])
            listed = await list_products(conn, actor=actor, page=ALL)
            assert (set(found) == {catalog.product_id}) is is_seen
            assert ([product.id for product in listed.items] == [catalog.product_id]) is is_seen


async def test_of_two_sellers_of_one_sku_a_buyer_sees_two_offers(
    db: Database, story: Story, catalog: Catalog
) -> None:
    async with db.reading(story.network_id) as conn:
        offers = (await list_offers(conn, actor=story.actor("retailer_2"), page=ALL)).items

    from_a, from_b = story.edge("trader_a", "retailer_2"), story.edge("trader_b", "retailer_2")
    assert [(offer.relationship_id, offer.sku_id) for offer in offers] == [
        (from_a, catalog.skus["BEER"]),
        (from_b, catalog.skus["BEER"]),
        (from_b, catalog.skus["SODA"]),
        (from_a, catalog.skus["TEA"]),
    ]


async def test_offers_and_what_may_be_traded_are_the_same(
    db: Database, story: Story, catalog: Catalog
) -> None:
    pairs = [
        (edge, sku_id) for edge in story.relationships.values() for sku_id in catalog.skus.values()
    ]
    for action in (None, suspend_relationship, end_relationship):
        async with db.unit_of_work(story.network_id) as conn:
            if action is not None:
                edge = story.edge("trader_a", "retailer_2")
                await action(conn, actor=story.actor("trader_a"), relationship_id=edge)
            tradable = await load_tradable(conn, network_id=story.network_id, pairs=pairs)
            listed = set()
            for name in story.orgs:
                actor = story.actor(name)
                page = await list_offers(conn, actor=actor, page=ALL)
                listed |= {(offer.relationship_id, offer.sku_id) for offer in page.items}
            assert listed == set(tradable)


async def test_what_is_inactive_is_neither_offered_nor_traded(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand, buyer = story.actor("brand"), story.actor("retailer_1")
    pairs = [(story.edge("trader_a", "retailer_1"), sku_id) for sku_id in catalog.skus.values()]
    async with db.unit_of_work(story.network_id) as conn:

        async def offered() -> list[set[int]]:
            listed = (await list_offers(conn, actor=buyer, page=ALL)).items
            only = OfferFilter(search="晨露")
            found = (await list_offers(conn, actor=buyer, page=ALL, only=only)).items
            tradable = await load_tradable(conn, network_id=story.network_id, pairs=pairs)
            return [
                {offer.sku_id for offer in listed},
                {offer.sku_id for offer in found},
                {sku_id for _, sku_id in tradable},
            ]

        change = SkuChange(sku_id=catalog.skus["BEER"], is_active=False)
        await update_skus(conn, actor=brand, changes=[change])
        assert await offered() == [{catalog.skus["TEA"]}] * 3
        hidden = ProductChange(product_id=catalog.product_id, is_active=False)
        await update_products(conn, actor=brand, changes=[hidden])
        assert await offered() == [set()] * 3


async def test_a_seller_sees_no_offers_of_the_edges_it_sells_on(
    db: Database, story: Story, catalog: Catalog
) -> None:
    edge = story.edge("trader_a", "retailer_1")
    async with db.reading(story.network_id) as conn:
        for name in ("trader_a", "retailer_2"):
            page = await list_offers(
                conn, actor=story.actor(name), page=ALL, only=OfferFilter(relationship_id=edge)
            )
            assert page.items == ()


async def test_of_several_grants_the_smallest_minimum_counts_with_its_step(
    db: Database, story: Story, catalog: Catalog
) -> None:
    pair = (story.edge("trader_a", "retailer_1"), catalog.skus["SODA"])
    for code, minimum, step in (("BIG", 24, 1), ("SMALL", 6, 6), ("SAME", 6, 2)):
        await an_assortment(
            db,
            story,
            catalog,
            "trader_a",
            ["SODA"],
            code=code,
            minimum=minimum,
            step=step,
            buyers=["retailer_1"],
        )
    buyer = story.actor("retailer_1")
    async with db.unit_of_work(story.network_id) as conn:

        async def terms() -> list[tuple[int, int]]:
            tradable = await load_tradable(conn, network_id=story.network_id, pairs=[pair])
            only = OfferFilter(search="苏打")
            [listed] = (await list_offers(conn, actor=buyer, page=ALL, only=only)).items
            return [
                (found.quantity_minimum, found.quantity_step)
                for found in (*tradable.values(), listed)
            ]

        assert await terms() == [(6, 2)] * 2
        gone = [
            AssortmentGrant(
                relationship_id=pair[0], assortment_id=catalog.assortments[f"trader_a/{code}"]
            )
            for code in ("SAME", "SMALL")
        ]
        await revoke_assortments(conn, actor=story.actor("trader_a"), grants=gone)
        assert await terms() == [(24, 1)] * 2
