"""Rules of sourcing: who says them, what they come to, and quotas that run out."""

from __future__ import annotations

import asyncio
from random import Random

import asyncpg
import pytest

from tests.factories import Story, a_network
from tests.factories_catalog import Catalog, a_catalog
from tests.factories_channels import a_draft, a_store, listed, store_of
from tests.factories_inventory import a_warehouse, stock
from tests.factories_pricing import a_price_list
from tradeline.kernel import (
    Actor,
    Database,
    Forbidden,
    InvalidValue,
    NotFound,
    Permission,
    Pool,
    Rejected,
)
from tradeline.shopping import preview_sourcing
from tradeline.sourcing import (
    NewRule,
    Preview,
    QuotaTake,
    ReasonCode,
    RuleKind,
    Rules,
    SourcingLine,
    find_violations,
    list_rules,
    load_rules,
    lock_rules,
    put_rules,
    release_quotas,
    rules_owner,
    take_quotas,
)

QUOTA = NewRule(kind=RuleKind.QUOTA, tier=2, quantity=10)


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_network(owner_pool, db)


async def put(db: Database, actor: Actor, *rules: NewRule) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await put_rules(conn, actor=actor, rules=rules)


async def rules_of(db: Database, story: Story, name: str = "brand") -> Rules:
    org_id = story.orgs[name]
    async with db.reading(story.network_id) as conn:
        return (await load_rules(conn, network_id=story.network_id, org_ids=[org_id]))[org_id]


async def take(db: Database, story: Story, order_id: int, quantity: int) -> bool:
    """As an order does it: lock, look, take."""
    org_id, network_id = story.orgs["brand"], story.network_id
    async with db.unit_of_work(network_id) as conn:
        rules = (await lock_rules(conn, network_id=network_id, org_ids=[org_id]))[org_id]
        left = rules.left_of(2)
        if left is None or left < quantity:
            return False
        taken = QuotaTake(org_id, 2, order_id, quantity)
        await take_quotas(conn, network_id=network_id, takes=[taken])
        return True


async def release(db: Database, story: Story, *order_ids: int) -> None:
    async with db.unit_of_work(story.network_id) as conn:
        await release_quotas(conn, network_id=story.network_id, order_ids=order_ids)


async def used(owner_pool: Pool, story: Story) -> int | None:
    quantity: int | None = await owner_pool.fetchval(
        "SELECT sum(used)::bigint FROM sourcing.quota_use WHERE network_id = $1", story.network_id
    )
    return quantity


async def test_rules_are_said_anew_in_their_order(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    brand = story.actor("brand")
    warehouse = await a_warehouse(owner_pool, story, "brand")
    said = [
        NewRule(kind=RuleKind.PREFER_TIER, tier=2),
        NewRule(kind=RuleKind.PREFER_REGION, warehouse_id=warehouse, region="CN-SH"),
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=0, quantity=3),
        NewRule(kind=RuleKind.SAFETY_STOCK, warehouse_id=warehouse, quantity=4),
        NewRule(kind=RuleKind.MAX_PARCELS, quantity=2),
        NewRule(kind=RuleKind.WHOLE_LINES),
        NewRule(kind=RuleKind.COST, quantity=150),
        QUOTA,
    ]
    await put(db, brand, QUOTA)
    await put(db, brand, *said)

    async with db.reading(story.network_id) as conn:
        standing = await list_rules(conn, actor=brand)
    rules = await rules_of(db, story)

    assert [rule.kind for rule in standing] == [rule.kind for rule in said]
    assert rules == Rules(
        tiers=(2,),
        regions={warehouse: ("CN-SH",)},
        parcels_max=2,
        is_whole=True,
        tier_safety={0: 3},
        warehouse_safety={warehouse: 4},
        quotas={2: 10},
        step_minor=150,
        left={2: 10},
    )
    assert await rules_of(db, story, "trader_a") == Rules()


async def test_only_own_warehouses_are_named_and_only_with_the_permission(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    theirs = await a_warehouse(owner_pool, story, "trader_a")
    foreign = NewRule(kind=RuleKind.SAFETY_STOCK, warehouse_id=theirs, quantity=1)
    brand = story.actor("brand")
    await put(db, brand, QUOTA)

    with pytest.raises(Rejected) as caught:
        await put(db, brand, QUOTA, foreign)
    assert caught.value.problems == (
        NotFound(path=("rules", 1, "warehouseId"), subject="warehouse"),
    )
    with pytest.raises(Rejected) as caught:
        await put(db, brand, NewRule(kind=RuleKind.QUOTA, tier=2, quantity=-1))
    assert [type(problem) for problem in caught.value.problems] == [InvalidValue]
    keeper = story.actor("brand", Permission.STORE_MANAGE)
    with pytest.raises(Forbidden):
        await put(db, keeper)
    async with db.reading(story.network_id) as conn:
        with pytest.raises(Forbidden):
            await list_rules(conn, actor=keeper)
        assert len(await list_rules(conn, actor=brand)) == 1
        assert await list_rules(conn, actor=story.actor("trader_b")) == []


async def test_two_who_say_the_rules_at_once_leave_those_of_one(db: Database, story: Story) -> None:
    brand = story.actor("brand")
    quotas = [NewRule(kind=RuleKind.QUOTA, tier=2, quantity=size) for size in range(1, 7)]

    await asyncio.gather(*(put(db, brand, rule, rule) for rule in quotas))

    async with db.reading(story.network_id) as conn:
        standing = await list_rules(conn, actor=brand)
    assert [rule.position for rule in standing] == [1, 2]
    assert len({rule.quantity for rule in standing}) == 1


async def test_of_many_orders_at_once_no_more_are_served_than_the_quota_allows(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    await put(db, story.actor("brand"), QUOTA)

    served = await asyncio.gather(*(take(db, story, order_id, 3) for order_id in range(1, 9)))

    assert sum(served) == 3
    assert await used(owner_pool, story) == 9
    assert (await rules_of(db, story)).left_of(2) == 1


async def test_what_an_order_took_is_given_back_once(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    await put(db, story.actor("brand"), QUOTA)
    assert await take(db, story, 1, 4)
    assert await take(db, story, 2, 5)

    await asyncio.gather(*(release(db, story, 1, 3) for _ in range(4)))
    await release(db, story, 1)

    assert await used(owner_pool, story) == 5
    assert (await rules_of(db, story)).left_of(2) == 5


async def test_a_quota_that_is_said_anew_is_not_given_twice(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    brand = story.actor("brand")
    await put(db, brand, QUOTA)
    assert await take(db, story, 1, 8)

    await put(db, brand, NewRule(kind=RuleKind.QUOTA, tier=2, quantity=9))
    assert not await take(db, story, 2, 2)
    assert await take(db, story, 2, 1)
    await put(db, brand, NewRule(kind=RuleKind.QUOTA, tier=2, quantity=3))
    assert not await take(db, story, 3, 1)

    assert (await rules_of(db, story)).left_of(2) == 0
    assert await used(owner_pool, story) == 9


async def test_orders_that_take_and_give_back_of_several_quotas_never_deadlock(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    quotas = [NewRule(kind=RuleKind.QUOTA, tier=tier, quantity=1_000) for tier in range(6)]
    await put(db, story.actor("brand"), *quotas)
    org_id, network_id = story.orgs["brand"], story.network_id

    async def place_and_cancel(seed: int) -> None:
        random = Random(seed)
        for turn in range(6):
            order_ids = [seed * 100 + turn * 10 + index for index in range(3)]
            takes = [QuotaTake(org_id, tier, it, 1) for it in order_ids for tier in range(6)]
            random.shuffle(takes)
            async with db.unit_of_work(network_id) as conn:
                await lock_rules(conn, network_id=network_id, org_ids=[org_id])
                await take_quotas(conn, network_id=network_id, takes=takes)
            random.shuffle(order_ids)
            await release(db, story, *order_ids[:2])

    await asyncio.gather(*map(place_and_cancel, range(1, 9)))

    assert await used(owner_pool, story) == 8 * 6 * 6


async def test_another_day_has_its_own_quota(db: Database, owner_pool: Pool, story: Story) -> None:
    await put(db, story.actor("brand"), QUOTA)
    assert await take(db, story, 1, 10)
    async with owner_pool.acquire() as conn, conn.transaction():
        # Without the foreign key between them, for the moment.
        await conn.execute("SET LOCAL session_replication_role = replica")
        for table in ("quota_use", "quota_take"):
            yesterday = f"UPDATE sourcing.{table} SET day = day - 1 WHERE network_id = $1"
            await conn.execute(yesterday, story.network_id)

    assert await take(db, story, 2, 10)
    await release(db, story, 1, 2)

    assert await used(owner_pool, story) == 0


async def test_the_database_and_the_doctor_watch_over_quotas(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    await put(db, story.actor("brand"), QUOTA)
    assert await take(db, story, 1, 4)
    change = "UPDATE sourcing.quota_use SET used = $2 WHERE network_id = $1"

    with pytest.raises(asyncpg.CheckViolationError, match="never_more_than_the_quota"):
        await owner_pool.execute(change, story.network_id, 11)
    async with owner_pool.acquire() as conn:
        [before] = await find_violations(conn)
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute(change, story.network_id, 5)
        [after] = await find_violations(conn)
        await transaction.rollback()

    assert after.count - before.count == 1


async def test_the_top_of_the_route_says_the_rules(db: Database, story: Story) -> None:
    supplied = await store_of(db, story, await a_store(db, story))
    alone = await store_of(db, story, await a_store(db, story, a_draft(story, route=())))

    assert rules_owner(supplied) == story.orgs["brand"]
    assert rules_owner(alone) == story.orgs["retailer_1"]


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


async def a_stocked_store(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> tuple[int, dict[str, int]]:
    """A store that lists tea, of which it has 2, its trader 3 and the brand 50; and where."""
    store = await a_store(db, story)
    await listed(db, story, store, catalog, {"TEA": "9.90"})
    for seller, price in (("brand", "3.00"), ("trader_a", "4.00")):
        await a_price_list(db, story, catalog, seller, {"TEA": price})
    places = {}
    for owner, units in (("retailer_1", 2), ("trader_a", 3), ("brand", 50)):
        places[owner] = await a_warehouse(owner_pool, story, owner)
        await stock(owner_pool, story, places[owner], catalog.skus["TEA"], units)
    return store, places


async def preview(db: Database, actor: Actor, store: int, sku_id: int, quantity: int) -> Preview:
    async with db.reading(actor.network_id) as conn:
        return await preview_sourcing(
            conn,
            actor=actor,
            store_id=store,
            lines=[SourcingLine(0, sku_id, quantity)],
            region="CN-SH",
        )


async def test_a_preview_tells_each_party_of_its_own_warehouses_only(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    store, places = await a_stocked_store(db, owner_pool, story, catalog)
    tea = catalog.skus["TEA"]
    await put(db, story.actor("brand"), NewRule(kind=RuleKind.SAFETY_STOCK, tier=1, quantity=3))

    seen = {
        name: await preview(db, story.actor(name), store, tea, 4)
        for name in ("retailer_1", "trader_a", "brand")
    }

    for name, found in seen.items():
        assert [(it.tier, it.quantity) for it in found.options] == [(0, 2), (2, 2), (1, 0)]
        assert [it.warehouse_id for it in found.options if it.warehouse_id] == [places[name]]
        assert (found.unfilled, found.parcel_count) == ({}, 2)
    [kept] = seen["trader_a"].options[2].reasons
    [told] = seen["retailer_1"].options[2].reasons
    assert (kept.code, kept.data) == (ReasonCode.SAFETY_STOCK, {"free": 3, "kept": 3})
    assert (told.code, told.data) == (ReasonCode.NO_STOCK, {})


async def test_a_preview_is_for_the_route_and_of_what_the_store_lists(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    store, _ = await a_stocked_store(db, owner_pool, story, catalog)
    tea, beer = catalog.skus["TEA"], catalog.skus["BEER"]
    elsewhere = await a_network(owner_pool, db)

    for stranger in (
        story.actor("trader_b"),
        story.actor("retailer_2"),
        elsewhere.actor("brand"),
    ):
        with pytest.raises(Rejected) as caught:
            await preview(db, stranger, store, tea, 1)
        assert caught.value.problems == (NotFound(path=("storeId",), subject="store"),)
    with pytest.raises(Rejected) as caught:
        await preview(db, story.actor("brand"), store, beer, 1)
    assert caught.value.problems == (NotFound(path=("lines", 0, "skuId"), subject="SKU"),)
    with pytest.raises(Rejected):
        await preview(db, story.actor("brand"), store, tea, 0)
    with pytest.raises(Forbidden):
        await preview(db, story.actor("brand", Permission.STOCK_READ), store, tea, 1)
    keeper = story.actor("retailer_1", Permission.STORE_MANAGE)
    assert (await preview(db, keeper, store, tea, 1)).parcel_count == 1


async def test_a_preview_goes_no_further_up_than_prices_reach(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    store, _ = await a_stocked_store(db, owner_pool, story, catalog)
    tea = catalog.skus["TEA"]
    await owner_pool.execute(
        "DELETE FROM pricing.price AS price USING pricing.price_list AS list"
        " WHERE list.id = price.price_list_id AND list.seller_org_id = $1",
        story.orgs["brand"],
    )

    found = await preview(db, story.actor("brand"), store, tea, 6)

    assert [(it.tier, it.quantity) for it in found.options] == [(0, 2), (1, 3), (2, 0)]
    [reason] = found.options[2].reasons
    assert (reason.code, found.unfilled) == (ReasonCode.EXCLUDED, {0: 1})


async def test_a_preview_weighs_costs_as_placing_does(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    store, _ = await a_stocked_store(db, owner_pool, story, catalog)
    tea, brand = catalog.skus["TEA"], story.actor("brand")
    # The store's own is replaced at 4.00, what the trader pays the brand is 3.00.
    await put(db, brand, NewRule(kind=RuleKind.COST, quantity=1))
    near = await preview(db, brand, store, tea, 2)
    assert [(it.tier, it.quantity) for it in near.options if it.quantity] == [(2, 2)]
    assert near.options[0].reasons[0].code is ReasonCode.CHEAPEST_TIER

    await put(db, brand, NewRule(kind=RuleKind.COST, quantity=1_000))
    far = await preview(db, brand, store, tea, 2)
    assert [(it.tier, it.quantity) for it in far.options if it.quantity] == [(0, 2)]
