"""What stores list: nothing of it is copied, so what upstream changes arrives at once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.factories import Story, a_network
from tests.factories_catalog import Catalog, a_catalog
from tests.factories_channels import a_draft, a_store, listed
from tests.factories_pricing import a_price, a_price_list
from tradeline.catalog import ProductChange, SkuChange, update_products, update_skus
from tradeline.channels import (
    FreightRule,
    Listing,
    NewLink,
    NewListing,
    OfferedSku,
    Place,
    create_links,
    find_stores,
    find_violations,
    freight_rules_of,
    links_by_ids,
    list_links,
    list_listings,
    list_offered,
    load_freight,
    load_listings,
    load_offered_skus,
    mini_program_of,
    open_link,
    payment_account_of,
    put_freight_rules,
    put_listings,
    put_mini_program,
    put_payment_account,
    remove_listings,
)
from tradeline.kernel import (
    Database,
    Forbidden,
    PageRequest,
    Permission,
    Pool,
    Rejected,
    system_actor,
)
from tradeline.pricing import PriceRequest, end_prices, list_prices, price_lines, put_prices

ALL = PageRequest(100)


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


@pytest.fixture
async def store(db: Database, story: Story, catalog: Catalog) -> int:
    """With beer at a price and tea at a markup."""
    id = await a_store(db, story)
    await listed(db, story, id, catalog, {"BEER": "9.90", "TEA": "+2500"})
    return id


def faults(refusal: pytest.ExceptionInfo[Rejected]) -> list[tuple[str, str]]:
    return [
        (type(problem).__name__, "/".join(str(step) for step in problem.path))
        for problem in refusal.value.problems
    ]


async def offered(
    db: Database, story: Story, store: int, search: str | None = None, page: PageRequest = ALL
) -> list[int]:
    async with db.reading(story.network_id) as conn:
        found = await list_offered(
            conn, network_id=story.network_id, store_id=store, page=page, search=search
        )
    return [listing.sku_id for listing in found.items]


async def listings_in(
    db: Database, story: Story, catalog: Catalog, store: int
) -> dict[str, Listing]:
    names = {id: name for name, id in catalog.skus.items()}
    async with db.reading(story.network_id) as conn:
        found = await load_listings(
            conn, network_id=story.network_id, pairs=[(store, id) for id in names]
        )
    return {names[sku_id]: listing for (_, sku_id), listing in found.items()}


async def shown(db: Database, story: Story, sku_id: int) -> OfferedSku:
    async with db.reading(story.network_id) as conn:
        return (await load_offered_skus(conn, network_id=story.network_id, ids=[sku_id]))[sku_id]


async def test_what_is_listed_can_be_said_anew_and_taken_off(
    db: Database, story: Story, catalog: Catalog, store: int
) -> None:
    keeper = story.actor("retailer_1")
    beer, tea = catalog.skus["BEER"], catalog.skus["TEA"]
    assert await offered(db, story, store) == [beer, tea]
    async with db.unit_of_work(story.network_id) as conn:
        await put_listings(
            conn,
            actor=keeper,
            store_id=store,
            listings=[NewListing(sku_id=beer, markup_bp=0, limit_per_order=6, position=9)],
        )
    assert await offered(db, story, store) == [tea, beer]
    found = await listings_in(db, story, catalog, store)
    assert (found["BEER"].unit_price, found["BEER"].markup_bp) == (None, 0)
    assert found["BEER"].limit_per_order == 6
    assert found["TEA"].markup_bp == 2500
    async with db.unit_of_work(story.network_id) as conn:
        off = NewListing(sku_id=tea, markup_bp=0, is_listed=False)
        await put_listings(conn, actor=keeper, store_id=store, listings=[off])
        await remove_listings(conn, actor=keeper, store_id=store, sku_ids=[beer, 10**9])

    assert await offered(db, story, store) == []
    assert set(await listings_in(db, story, catalog, store)) == {"TEA"}


async def test_only_what_the_store_sees_is_listed_and_all_faults_are_told(
    db: Database, story: Story, catalog: Catalog, store: int
) -> None:
    before = await listings_in(db, story, catalog, store)
    beer, soda = catalog.skus["BEER"], catalog.skus["SODA"]
    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await put_listings(
                conn,
                actor=story.actor("retailer_1"),
                store_id=store,
                listings=[
                    NewListing(sku_id=beer, unit_price=Decimal("1.005")),
                    NewListing(sku_id=soda, unit_price=Decimal("1.00")),
                    NewListing(sku_id=beer, unit_price=Decimal("1.00")),
                ],
            )
    assert sorted(faults(refusal)) == [
        ("AlreadyExists", "listings/2/skuId"),
        ("InvalidValue", "listings/0/unitPrice"),
        ("NotFound", "listings/1/skuId"),
    ]
    many = [NewListing(sku_id=id, markup_bp=0) for id in range(1, 1002)]
    for listings in ([], many):
        with pytest.raises(Rejected) as refusal:
            async with db.unit_of_work(story.network_id) as conn:
                await put_listings(
                    conn, actor=story.actor("retailer_1"), store_id=store, listings=listings
                )
        assert faults(refusal) == [("InvalidValue", "listings")]

    assert await listings_in(db, story, catalog, store) == before


async def test_upstream_changes_arrive_at_once(
    db: Database, story: Story, catalog: Catalog, store: int
) -> None:
    brand, beer = story.actor("brand"), catalog.skus["BEER"]
    async with db.unit_of_work(story.network_id) as conn:
        renamed = SkuChange(sku_id=beer, name="新版啤酒")
        await update_skus(conn, actor=brand, changes=[renamed])
    assert (await shown(db, story, beer)).name == "新版啤酒"
    assert await offered(db, story, store, search="xinban") == [beer]
    assert await offered(db, story, store, search="晨露啤酒") == []

    async with db.unit_of_work(story.network_id) as conn:
        await update_skus(conn, actor=brand, changes=[SkuChange(sku_id=beer, is_active=False)])
    assert await offered(db, story, store) == [catalog.skus["TEA"]]
    assert await offered(db, story, store, search="xinban") == []
    async with db.unit_of_work(story.network_id) as conn:
        retired = ProductChange(product_id=catalog.product_id, is_active=False)
        await update_products(conn, actor=brand, changes=[retired])
    assert await offered(db, story, store) == []
    assert set(await listings_in(db, story, catalog, store)) == {"BEER", "TEA"}


async def test_one_sku_goes_from_brand_to_store_at_each_sellers_own_price(
    db: Database, story: Story, catalog: Catalog, store: int
) -> None:
    """Nobody copies it: there is one row of it, three prices of their owners', one listing."""
    beer = catalog.skus["BEER"]
    await a_price_list(db, story, catalog, "brand", {"BEER": "4.00"})
    list_id = await a_price_list(db, story, catalog, "trader_a", {"BEER": "5.00"})
    edges = [story.edge("brand", "trader_a"), story.edge("trader_a", "retailer_1")]

    async def prices() -> list[Decimal | None]:
        requests = [
            PriceRequest(
                relationship_id=edge, sku_id=beer, pack_quantity=1, pack_id=None, pack_units=1
            )
            for edge in edges
        ]
        async with db.reading(story.network_id) as conn:
            found = await price_lines(conn, network_id=story.network_id, requests=requests)
        return [each.unit_price for each in found]

    assert await prices() == [Decimal(4), Decimal(5)]
    assert (await listings_in(db, story, catalog, store))["BEER"].unit_price == Decimal("9.90")
    trader = story.actor("trader_a")
    async with db.unit_of_work(story.network_id) as conn:
        page = await list_prices(conn, actor=trader, price_list_ids=[list_id], page=ALL)
        old = [price.id for price in page[list_id].items]
        await end_prices(conn, actor=trader, price_list_id=list_id, price_ids=old)
        await put_prices(
            conn, actor=trader, price_list_id=list_id, prices=[a_price(catalog, "BEER", "6.00")]
        )

    assert await prices() == [Decimal(4), Decimal(6)]
    assert await offered(db, story, store) == [beer, catalog.skus["TEA"]]


async def test_pages_go_on_where_they_ended_and_categories_narrow_them_down(
    db: Database, story: Story, catalog: Catalog, store: int
) -> None:
    async with db.reading(story.network_id) as conn:
        first = await list_offered(
            conn, network_id=story.network_id, store_id=store, page=PageRequest(1)
        )
        assert first.has_next
        nowhere = await list_offered(
            conn, network_id=story.network_id, store_id=store, page=ALL, category_id=10**9
        )
    [listing] = first.items
    after = PageRequest(1, (listing.position, listing.sku_id))

    assert await offered(db, story, store, page=after) == [catalog.skus["TEA"]]
    assert nowhere.items == ()


async def test_strangers_keep_off_and_see_nothing_of_a_store(
    db: Database, story: Story, catalog: Catalog, store: int, owner_pool: Pool
) -> None:
    beer = catalog.skus["BEER"]
    before = await listings_in(db, story, catalog, store)
    async with db.unit_of_work(story.network_id) as conn:
        keeper, rules = story.actor("retailer_1"), [FreightRule(region="", base_minor=600)]
        await put_freight_rules(conn, actor=keeper, store_id=store, rules=rules)
        await create_links(conn, actor=keeper, links=[NewLink(store_id=store, source="qr")])
    other = await a_network(owner_pool, db)
    strangers = [story.actor("trader_a"), story.actor("retailer_2"), other.actor("retailer_1")]
    for actor in strangers:
        async with db.unit_of_work(actor.network_id) as conn:
            for deed in (
                put_listings(
                    conn,
                    actor=actor,
                    store_id=store,
                    listings=[NewListing(sku_id=beer, markup_bp=0)],
                ),
                remove_listings(conn, actor=actor, store_id=store, sku_ids=[beer]),
                put_freight_rules(conn, actor=actor, store_id=store, rules=[]),
                create_links(conn, actor=actor, links=[NewLink(store_id=store, source="qr")]),
            ):
                with pytest.raises(Rejected) as refusal:
                    await deed
                assert {kind for kind, _ in faults(refusal)} == {"NotFound"}
            seen = await list_listings(conn, actor=actor, store_ids=[store], page=ALL)
            assert seen[store].items == ()
            assert await freight_rules_of(conn, actor=actor, store_ids=[store]) == {store: []}
            links = await list_links(conn, actor=actor, store_ids=[store], page=ALL)
            assert links[store].items == ()
    nobody = story.visitor("retailer_1")
    reader = story.actor("retailer_1", Permission.STORE_READ)
    async with db.unit_of_work(story.network_id) as conn:
        with pytest.raises(Forbidden):
            await list_listings(conn, actor=nobody, store_ids=[store], page=ALL)
        with pytest.raises(Forbidden):
            await remove_listings(conn, actor=reader, store_id=store, sku_ids=[beer])
        own = await list_listings(conn, actor=reader, store_ids=[store], page=ALL)
        assert await freight_rules_of(conn, actor=reader, store_ids=[store]) == {store: rules}
        assert len((await list_links(conn, actor=reader, store_ids=[store], page=ALL))[store].items)
    async with db.reading(other.network_id) as conn:
        elsewhere = await list_offered(conn, network_id=other.network_id, store_id=store, page=ALL)
        assert elsewhere.items == ()
        assert await load_offered_skus(conn, network_id=other.network_id, ids=[beer]) == {}

    assert len(own[store].items) == 2
    assert await listings_in(db, story, catalog, store) == before


async def test_freight_rules_are_those_that_were_put_last(
    db: Database, story: Story, store: int
) -> None:
    keeper = story.actor("retailer_1")
    first = [FreightRule(region="CN-ZJ", base_minor=600), FreightRule(region="", base_minor=1200)]
    async with db.unit_of_work(story.network_id) as conn:
        await put_freight_rules(conn, actor=keeper, store_id=store, rules=first)
        await put_freight_rules(conn, actor=keeper, store_id=store, rules=first[:1])
        found = await load_freight(conn, network_id=story.network_id, store_ids=[store, 10**9])
        assert found == {store: first[:1], 10**9: []}
    bad = [FreightRule(region="", base_minor=-1), FreightRule(region="", base_minor=1)]
    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await put_freight_rules(conn, actor=keeper, store_id=store, rules=bad)
    assert faults(refusal) == [
        ("InvalidValue", "rules/0/base"),
        ("AlreadyExists", "rules/1/region"),
    ]
    async with db.reading(story.network_id) as conn:
        found = await load_freight(conn, network_id=story.network_id, store_ids=[store])
    assert found == {store: first[:1]}


async def test_a_link_leads_to_its_store_and_sku_in_its_network_only(
    db: Database, story: Story, catalog: Catalog, store: int, owner_pool: Pool
) -> None:
    keeper = story.actor("retailer_1")
    async with db.unit_of_work(story.network_id) as conn:
        [id] = await create_links(
            conn,
            actor=keeper,
            links=[NewLink(store_id=store, sku_id=catalog.skus["BEER"], source="moments")],
        )
        link = (await links_by_ids(conn, actor=keeper, ids=[id]))[id]
        opened = await open_link(conn, network_id=story.network_id, code=link.code)
        assert opened == link
        assert await open_link(conn, network_id=story.network_id, code="") is None
        for bad in (
            NewLink(store_id=store, source=""),
            NewLink(store_id=store, source="qr", sku_id=catalog.skus["SODA"]),
        ):
            with pytest.raises(Rejected):
                await create_links(conn, actor=keeper, links=[bad])
    other = await a_network(owner_pool, db)
    async with db.reading(other.network_id) as conn:
        assert await open_link(conn, network_id=other.network_id, code=link.code) is None


async def test_consumers_find_open_stores_nearest_first(db: Database, story: Story) -> None:
    base = a_draft(story)
    near = replace(base, code="N", latitude=Decimal("30.25"), longitude=Decimal("120.17"))
    far = replace(base, code="F", latitude=Decimal("31.23"), longitude=Decimal("121.47"))
    nowhere = replace(base, code="X", name="无名处")
    shut = replace(near, code="C", is_open=False)
    ids = [await a_store(db, story, draft) for draft in (far, nowhere, near, shut)]
    here = Place(latitude=Decimal("30.2500004"), longitude=Decimal("120.1700"))

    async def found(page: PageRequest = ALL, **only: object) -> list[tuple[int, int | None]]:
        async with db.reading(story.network_id) as conn:
            stores = await find_stores(
                conn,
                network_id=story.network_id,
                page=page,
                **only,  # type: ignore[arg-type]
            )
        return [(each.store.id, each.distance_metres) for each in stores.items]

    assert await found(near=here) == [(ids[2], 0), (ids[0], 165_258), (ids[1], None)]
    assert await found() == [(ids[0], None), (ids[1], None), (ids[2], None)]
    assert await found(search="wuming") == [(ids[1], None)]
    assert await found(PageRequest(5, (0, ids[2])), near=here) == [
        (ids[0], 165_258),
        (ids[1], None),
    ]
    with pytest.raises(Rejected):
        await found(near=Place(latitude=Decimal(91), longitude=Decimal(0)))


async def test_a_store_whose_collector_has_not_agreed_is_not_found(
    db: Database, story: Story, owner_pool: Pool
) -> None:
    id = await a_store(db, story, replace(a_draft(story), collector_tier=1))
    async with db.reading(story.network_id) as conn:
        page = await find_stores(conn, network_id=story.network_id, page=ALL)
        assert [found.store.id for found in page.items] == [id]
    take_back = "UPDATE channels.store_edge SET agreed_at = NULL WHERE store_id = $1 AND tier = $2"
    await owner_pool.execute(take_back, id, 2)
    async with db.reading(story.network_id) as conn:
        page = await find_stores(conn, network_id=story.network_id, page=ALL)
        assert [found.store.id for found in page.items] == [id], "tier 1 collects, and agreed"
    await owner_pool.execute(take_back, id, 1)
    async with db.reading(story.network_id) as conn:
        page = await find_stores(conn, network_id=story.network_id, page=ALL)
        assert page.items == ()


async def test_an_app_id_and_a_merchant_find_their_network(db: Database, story: Story) -> None:
    brand = system_actor(story.network_id, story.orgs["brand"])
    app_id, merchant_id = f"wx-{story.code}", f"m-{story.code}"
    async with db.unit_of_work(story.network_id) as conn:
        id = await put_mini_program(conn, actor=brand, app_id=app_id, name="小店")
        await put_payment_account(conn, actor=brand, merchant_id=merchant_id)
    async with db.asking() as conn:
        program = await mini_program_of(conn, app_id=app_id)
        account = await payment_account_of(conn, merchant_id=merchant_id)
        assert await mini_program_of(conn, app_id="wx-nobody") is None
        assert await payment_account_of(conn, merchant_id="nobody") is None

    assert program is not None
    assert (program.network_id, program.id) == (story.network_id, id)
    assert account is not None
    assert (account.network_id, account.org_id) == (story.network_id, story.orgs["brand"])


CORRUPTIONS = {
    "channels.routes_are_unbroken": [
        "UPDATE channels.store_edge SET tier = 3 WHERE tier = 2",
        "DELETE FROM channels.store_edge WHERE tier = 1",
        """UPDATE channels.store_edge AS edge
              SET relationship_id = other.id
             FROM organizations.relationship AS other, organizations.relationship AS own
            WHERE edge.tier = 2 AND own.id = edge.relationship_id
              AND other.network_id = own.network_id AND other.seller_org_id = own.seller_org_id
              AND other.id <> own.id""",
    ],
    "channels.routes_have_one_currency": [
        """UPDATE organizations.relationship SET currency = 'EUR'
            WHERE id = (SELECT max(relationship_id) FROM channels.store_edge)""",
        """UPDATE channels.store SET currency = 'EUR'
            WHERE id = (SELECT max(id) FROM channels.store)""",
    ],
    "channels.collectors_are_on_the_route": [
        """UPDATE channels.store SET collector_tier = 3
            WHERE id = (SELECT max(id) FROM channels.store)""",
    ],
}


@pytest.mark.parametrize("code", CORRUPTIONS)
async def test_the_doctor_names_what_is_wrong_with_a_route(
    db: Database, story: Story, owner_pool: Pool, code: str
) -> None:
    await a_store(db, story)
    for corruption in CORRUPTIONS[code]:
        async with owner_pool.acquire() as conn:
            transaction = conn.transaction()
            await transaction.start()
            assert [finding for finding in await find_violations(conn) if finding.count] == []
            await conn.execute(corruption)
            broken = [f.invariant.code for f in await find_violations(conn) if f.count]
            await transaction.rollback()
        assert code in broken, corruption
