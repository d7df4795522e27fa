"""Managing price lists, against a real PostgreSQL."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from asyncpg import CheckViolationError

from tests.factories import Story, a_network
from tests.factories_catalog import Catalog, a_catalog
from tests.factories_pricing import a_price, a_price_list
from tradeline.kernel import Actor, Connection, Database, Forbidden, PageRequest, Pool, Rejected
from tradeline.organizations import end_relationship
from tradeline.pricing import (
    NewPrice,
    NewPriceList,
    Price,
    PriceLevel,
    PriceListGrant,
    create_price_lists,
    end_prices,
    grant_price_lists,
    list_affected_edges,
    list_price_lists,
    list_prices,
    price_lists_by_ids,
    put_prices,
    revoke_price_lists,
)

ALL = PageRequest(100)
FUTURE = datetime(2199, 1, 1, tzinfo=UTC)


async def prices_of(
    conn: Connection, actor: Actor, list_id: int, sku_id: int | None = None
) -> tuple[Price, ...]:
    found = await list_prices(conn, actor=actor, price_list_ids=[list_id], page=ALL, sku_id=sku_id)
    return found[list_id].items


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


async def test_putting_the_same_prices_twice_changes_nothing(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    list_id = await a_price_list(db, story, catalog, "brand", {"BEER": "6", "BEER/CASE": "70"})
    prices = [a_price(catalog, "BEER/CASE", "70"), a_price(catalog, "BEER", "6.00")]

    async def state() -> list[object]:
        return [
            await owner_pool.fetch(
                f"SELECT * FROM {table} WHERE network_id = $1 ORDER BY id", story.network_id
            )
            for table in ("pricing.price", "kernel.audit_entry")
        ]

    before = await state()
    async with db.unit_of_work(story.network_id) as conn:
        ids = await put_prices(
            conn, actor=story.actor("brand"), price_list_id=list_id, prices=prices
        )
        prices = await prices_of(conn, story.actor("brand"), list_id)

    assert await state() == before
    assert sorted(ids) == [price.id for price in prices]
    assert ids == sorted(ids, reverse=True)


async def test_a_new_price_ends_the_one_before_at_the_very_moment(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    list_id = await a_price_list(db, story, catalog, "brand", {"BEER": "6"})
    async with db.unit_of_work(story.network_id) as conn:
        await put_prices(
            conn, actor=brand, price_list_id=list_id, prices=[a_price(catalog, "BEER", "7")]
        )
        prices = await prices_of(conn, brand, list_id)

    old, new = prices
    assert (old.unit_price, new.unit_price) == (6, 7)
    assert old.valid_to == new.valid_from
    assert new.valid_to is None


async def test_a_price_to_come_is_replaced_and_withdrawn(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    list_id = await a_price_list(db, story, catalog, "brand", {"BEER": "6"})

    async def put(price: str) -> int:
        new = replace(a_price(catalog, "BEER", price), valid_from=FUTURE)
        async with db.unit_of_work(story.network_id) as conn:
            [id] = await put_prices(conn, actor=brand, price_list_id=list_id, prices=[new])
        return id

    await put("7")
    second = await put("8")
    async with db.unit_of_work(story.network_id) as conn:
        await end_prices(conn, actor=brand, price_list_id=list_id, price_ids=[second])
    await put("8")
    async with db.reading(story.network_id) as conn:
        prices = await prices_of(conn, brand, list_id)
    assert [(price.unit_price, price.valid_from, price.valid_to) for price in prices] == [
        (6, None, FUTURE),
        (7, FUTURE, FUTURE),
        (8, FUTURE, FUTURE),
        (8, FUTURE, None),
    ]


async def test_prices_end_now_or_later_but_not_in_the_past(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    list_id = await a_price_list(db, story, catalog, "brand", {"BEER": "6", "TEA": "2"})
    async with db.unit_of_work(story.network_id) as conn:
        prices = await prices_of(conn, brand, list_id)
        beer, tea = [price.id for price in prices]
        await end_prices(conn, actor=brand, price_list_id=list_id, price_ids=[beer])
        await end_prices(conn, actor=brand, price_list_id=list_id, price_ids=[tea], at=FUTURE)
        now = await conn.fetchval("SELECT now()")
        ended, ending = await prices_of(conn, brand, list_id)
        assert ended.valid_to is not None
        assert now <= ended.valid_to < now + timedelta(minutes=1)
        assert ending.valid_to == FUTURE
        past = now - timedelta(days=1)
        with pytest.raises(Rejected, match="to come"):
            await end_prices(conn, actor=brand, price_list_id=list_id, price_ids=[tea], at=past)


async def test_ten_thousand_prices_go_in_few_statements(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    list_id = await a_price_list(db, story, catalog, "brand", {"BEER": "6"})
    prices = [
        NewPrice(
            sku_id=catalog.skus["BEER"],
            unit_price=Decimal(50_000 - n).scaleb(-4),
            quantity_minimum=n + 1,
        )
        for n in range(10_000)
    ]
    statements: list[str] = []
    async with db.unit_of_work(story.network_id) as conn:
        with conn.query_logger(lambda record: statements.append(record.query)):
            ids = await put_prices(conn, actor=brand, price_list_id=list_id, prices=prices)
        assert len(set(ids)) == 10_000
        assert len(statements) <= 8
        with pytest.raises(Rejected, match="1 to 10000"):
            await put_prices(conn, actor=brand, price_list_id=list_id, prices=[*prices, prices[0]])


async def test_of_two_who_put_prices_at_once_the_later_one_has_the_last_word(
    db: Database, story: Story, catalog: Catalog
) -> None:
    """The first to begin its unit of work is the second to get the list."""
    brand = story.actor("brand")
    list_id = await a_price_list(db, story, catalog, "brand", {"BEER": "1"})

    async def put(conn: Connection, price: str) -> None:
        new = [a_price(catalog, "BEER", price)]
        await put_prices(conn, actor=brand, price_list_id=list_id, prices=new)

    async with db.unit_of_work(story.network_id) as early:
        async with db.unit_of_work(story.network_id) as late:
            await put(late, "2")
            waiting = asyncio.create_task(put(early, "3"))
            _, pending = await asyncio.wait({waiting}, timeout=0.2)
            assert pending
        await waiting

    async with db.reading(story.network_id) as conn:
        prices = await prices_of(conn, brand, list_id)
    assert [price.unit_price for price in prices] == [1, 2, 3]
    assert [price.valid_to for price in prices] == [
        prices[1].valid_from,
        prices[2].valid_from,
        None,
    ]


async def test_a_seller_prices_only_what_it_sees_in_its_own_lists(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    other = await a_network(owner_pool, db)
    list_id = await a_price_list(db, story, catalog, "brand", {"BEER": "6"})
    own_id = await a_price_list(db, story, catalog, "trader_a", {"BEER": "6"})
    async with db.reading(story.network_id) as conn:
        prices = await prices_of(conn, story.actor("brand"), list_id)
    price_id = prices[0].id
    grant = PriceListGrant(relationship_id=story.edge("brand", "trader_a"), price_list_id=list_id)
    attempts = [
        (put_prices, {"price_list_id": list_id, "prices": [a_price(catalog, "BEER", "1")]}),
        (end_prices, {"price_list_id": list_id, "price_ids": [price_id]}),
        (grant_price_lists, {"grants": [grant]}),
        (revoke_price_lists, {"grants": [grant]}),
    ]
    for stranger in (story.actor("trader_a"), story.actor("supplier"), other.actor("brand")):
        for use_case, arguments in attempts:
            with pytest.raises(Rejected, match="no such price list"):
                async with db.unit_of_work(stranger.network_id) as conn:
                    await use_case(conn, actor=stranger, **arguments)
        async with db.reading(stranger.network_id) as conn:
            assert await price_lists_by_ids(conn, actor=stranger, ids=[list_id]) == {}
            listed = await list_price_lists(conn, actor=stranger, page=ALL)
            assert list_id not in {found.id for found in listed.items}
            for reader in (list_prices, list_affected_edges):
                found = await reader(conn, actor=stranger, price_list_ids=[list_id], page=ALL)
                assert found[list_id].items == ()
    with pytest.raises(Rejected, match="no such price;"):
        async with db.unit_of_work(story.network_id) as conn:
            await end_prices(
                conn, actor=story.actor("trader_a"), price_list_id=own_id, price_ids=[price_id]
            )
    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await put_prices(
                conn,
                actor=story.actor("trader_b"),
                price_list_id=await a_price_list(db, story, catalog, "trader_b", {"BEER": "6"}),
                prices=[
                    NewPrice(sku_id=0, unit_price=Decimal(1)),
                    replace(a_price(catalog, "TEA", "1"), pack_id=catalog.packs["BEER", "CASE"]),
                ],
            )
    assert [p.path for p in refusal.value.problems] == [
        ("prices", 0, "skuId"),
        ("prices", 1, "packId"),
    ]


async def test_a_list_is_granted_on_edges_one_sells_on_and_a_base_list_on_none(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller = story.actor("trader_a")
    tier = await a_price_list(
        db, story, catalog, "trader_a", {"BEER": "6"}, level=PriceLevel.TIER, buyers=["retailer_1"]
    )
    base = await a_price_list(db, story, catalog, "trader_a", {"BEER": "6"})
    sold, bought = story.edge("trader_a", "retailer_2"), story.edge("brand", "trader_a")
    async with db.unit_of_work(story.network_id) as conn:

        async def affected(list_id: int) -> tuple[int, ...]:
            found = await list_affected_edges(
                conn, actor=seller, price_list_ids=[list_id], page=ALL
            )
            return found[list_id].items

        with pytest.raises(Rejected) as refusal:
            await grant_price_lists(
                conn,
                actor=seller,
                grants=[
                    PriceListGrant(relationship_id=sold, price_list_id=base),
                    PriceListGrant(relationship_id=bought, price_list_id=tier),
                ],
            )
        assert [(type(p).__name__, p.path) for p in refusal.value.problems] == [
            ("BaseListIsForAll", ("grants", 0, "priceListId")),
            ("NotFound", ("grants", 1, "relationshipId")),
        ]
        assert await affected(tier) == (story.edge("trader_a", "retailer_1"),)
        assert await affected(base) == (story.edge("trader_a", "retailer_1"), sold)
        grant = PriceListGrant(relationship_id=sold, price_list_id=tier)
        await grant_price_lists(conn, actor=seller, grants=[grant, grant])
        assert await affected(tier) == (story.edge("trader_a", "retailer_1"), sold)
        await revoke_price_lists(conn, actor=seller, grants=[grant])
        assert await affected(tier) == (story.edge("trader_a", "retailer_1"),)
        await end_relationship(conn, actor=seller, relationship_id=sold)
        with pytest.raises(Rejected, match="no such relationship"):
            await grant_price_lists(conn, actor=seller, grants=[grant])


async def test_a_code_is_used_once(db: Database, story: Story, catalog: Catalog) -> None:
    await a_price_list(db, story, catalog, "brand", {"BEER": "6"}, code="A")

    def new(code: str) -> NewPriceList:
        return NewPriceList(code=code, name=code, level=PriceLevel.TIER, currency="CNY")

    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await create_price_lists(
                conn, actor=story.actor("brand"), price_lists=[new("A"), new("B"), new("B")]
            )
    assert [p.path for p in refusal.value.problems] == [
        ("priceLists", 0, "code"),
        ("priceLists", 2, "code"),
    ]


async def test_without_the_permission_no_price_is_managed(
    db: Database, story: Story, catalog: Catalog
) -> None:
    visitor = story.visitor("brand")
    async with db.unit_of_work(story.network_id) as conn:
        for use_case, arguments in (
            (create_price_lists, {"price_lists": []}),
            (put_prices, {"price_list_id": 1, "prices": []}),
            (end_prices, {"price_list_id": 1, "price_ids": []}),
            (grant_price_lists, {"grants": []}),
            (revoke_price_lists, {"grants": []}),
        ):
            with pytest.raises(Forbidden):
                await use_case(conn, actor=visitor, **arguments)
            with pytest.raises(Rejected, match="1 to 10000"):
                await use_case(conn, actor=story.actor("brand"), **arguments)
        for reader in (list_price_lists, list_prices, list_affected_edges):
            with pytest.raises(Forbidden):
                await reader(
                    conn,
                    actor=visitor,
                    page=ALL,
                    **({} if reader is list_price_lists else {"price_list_ids": [1]}),
                )


async def test_a_price_is_ended_in_its_own_list_only(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    base_id = await a_price_list(db, story, catalog, "brand", {"BEER": "6"})
    tier_id = await a_price_list(db, story, catalog, "brand", {"BEER": "5"}, level=PriceLevel.TIER)
    async with db.unit_of_work(story.network_id) as conn:
        [price] = await prices_of(conn, brand, base_id)
        with pytest.raises(Rejected, match="no such price;"):
            await end_prices(conn, actor=brand, price_list_id=tier_id, price_ids=[price.id])


@pytest.mark.parametrize("table", ["price", "price_list"])
@pytest.mark.parametrize("field", ["valid_from", "valid_to"])
@pytest.mark.parametrize("forever", ["infinity", "-infinity"])
async def test_the_database_keeps_no_infinite_time(
    db: Database,
    owner_pool: Pool,
    story: Story,
    catalog: Catalog,
    table: str,
    field: str,
    forever: str,
) -> None:
    await a_price_list(db, story, catalog, "brand", {"BEER": "6"})

    with pytest.raises(CheckViolationError):
        await owner_pool.execute(
            f"UPDATE pricing.{table} SET {field} = '{forever}' WHERE network_id = $1",
            story.network_id,
        )


async def told_of(pool: Pool, story: Story, action: str) -> list[tuple[object, object]]:
    """What the audit trail tells of an action: before and after, oldest first."""
    rows = await pool.fetch(
        "SELECT before, after FROM kernel.audit_entry"
        " WHERE network_id = $1 AND action = $2 ORDER BY id",
        story.network_id,
        action,
    )
    return [(json.loads(row["before"]), json.loads(row["after"])) for row in rows]


async def test_the_trail_tells_what_prices_were_and_are(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    list_id = await a_price_list(db, story, catalog, "brand", {"BEER": "6"})
    new = replace(a_price(catalog, "BEER", "7"), valid_from=FUTURE)
    async with db.unit_of_work(story.network_id) as conn:
        [new_id] = await put_prices(conn, actor=brand, price_list_id=list_id, prices=[new])
        await end_prices(conn, actor=brand, price_list_id=list_id, price_ids=[new_id])

    def told(price: str, begin: datetime | None, end: datetime | None) -> dict[str, object]:
        return {
            "sku_id": catalog.skus["BEER"],
            "pack_id": None,
            "quantity_minimum": 1,
            "unit_price": price,
            "valid_from": begin and str(begin),
            "valid_to": end and str(end),
        }

    [_, (before, after)] = await told_of(owner_pool, story, "prices.put")
    assert before == {"prices": [told("6.000000", None, None)], "prices_count": 1}
    assert after == {
        "prices": [told("7", FUTURE, None), told("6.000000", None, FUTURE)],
        "prices_count": 2,
    }
    [(before, after)] = await told_of(owner_pool, story, "prices.end")
    assert before == {"prices": [told("7.000000", FUTURE, None)], "prices_count": 1}
    assert after == {"prices": [told("7.000000", FUTURE, FUTURE)], "prices_count": 1}


async def test_of_many_prices_the_trail_lists_a_hundred_and_counts_all(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    keys = {f"BEER>={minimum}": "5" for minimum in range(1, 131)}
    await a_price_list(db, story, catalog, "brand", keys)

    [(_, after)] = await told_of(owner_pool, story, "prices.put")
    assert isinstance(after, dict)
    assert (len(after["prices"]), after["prices_count"]) == (100, 130)


async def test_what_is_taken_away_was_there_before_and_is_published_of_the_list(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    list_id = await a_price_list(
        db, story, catalog, "brand", {}, level=PriceLevel.TIER, buyers=["trader_a"]
    )
    grant = PriceListGrant(relationship_id=story.edge("brand", "trader_a"), price_list_id=list_id)
    async with db.unit_of_work(story.network_id) as conn:
        await revoke_price_lists(conn, actor=story.actor("brand"), grants=[grant])

    told = {"price_list_id": list_id}
    assert await told_of(owner_pool, story, "price_list.grant") == [({}, told)]
    assert await told_of(owner_pool, story, "price_list.revoke") == [(told, {})]
    topics = await owner_pool.fetch(
        "SELECT topic FROM kernel.outbox_event WHERE network_id = $1 AND key = $2 ORDER BY id",
        story.network_id,
        f"price_list:{list_id}",
    )
    assert [row["topic"] for row in topics] == [
        "price_list.created",
        "price_list.granted",
        "price_list.revoked",
    ]
