"""Setting stores up, and who supplies them, against a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.factories import Story, a_network
from tests.factories_channels import a_draft, a_store, store_of
from tradeline.channels import (
    NewStore,
    Store,
    StoreChange,
    agree_to_route,
    create_stores,
    leave_route,
    list_managed_stores,
    managed_stores_by_ids,
    put_mini_program,
    put_payment_account,
    stores_by_ids,
    update_store,
)
from tradeline.kernel import (
    Actor,
    Database,
    Forbidden,
    PageRequest,
    Permission,
    Pool,
    Rejected,
    system_actor,
)
from tradeline.organizations import resume_relationship, suspend_relationship

ALL = PageRequest(100)


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


def faults(refusal: pytest.ExceptionInfo[Rejected]) -> list[tuple[str, str]]:
    return [
        (type(problem).__name__, "/".join(str(step) for step in problem.path))
        for problem in refusal.value.problems
    ]


async def create(db: Database, actor: Actor, *stores: NewStore) -> list[int]:
    async with db.unit_of_work(actor.network_id) as conn:
        return await create_stores(conn, actor=actor, stores=stores)


async def change(db: Database, actor: Actor, store_id: int, **values: object) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        given = StoreChange(store_id=store_id, **values)  # type: ignore[arg-type]
        await update_store(conn, actor=actor, change=given)


async def agree(db: Database, actor: Actor, store: Store) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await agree_to_route(conn, actor=actor, store_id=store.id, route_hash=store.route_hash)


async def count_stores(owner_pool: Pool, story: Story) -> int:
    count: int = await owner_pool.fetchval(
        "SELECT count(*) FROM channels.store WHERE network_id = $1", story.network_id
    )
    return count


async def test_a_store_sells_its_own_until_its_sellers_have_agreed(
    db: Database, story: Story
) -> None:
    draft = replace(a_draft(story), collector_tier=2)
    [id] = await create(db, story.actor("retailer_1"), draft)
    store = await store_of(db, story, id)
    assert (store.org_id, store.entity_id) == (
        story.orgs["retailer_1"],
        story.entities["retailer_1"],
    )
    assert [tier.org_id for tier in store.tiers] == [story.orgs["retailer_1"]]
    assert [edge.seller_org_id for edge in store.route] == [
        story.orgs["trader_a"],
        story.orgs["brand"],
    ]
    assert store.is_open
    assert not store.takes_orders
    assert store.collector is None

    await agree(db, story.actor("brand"), store)
    assert len((await store_of(db, story, id)).tiers) == 1, "the trader below has not agreed"
    await agree(db, story.actor("trader_a"), store)
    store = await store_of(db, story, id)

    assert [(tier.tier, tier.entity_id, tier.relationship_id) for tier in store.tiers] == [
        (0, story.entities["retailer_1"], None),
        (1, story.entities["trader_a"], story.edge("trader_a", "retailer_1")),
        (2, story.entities["brand"], story.edge("brand", "trader_a")),
    ]
    assert store.collector is not None
    assert store.collector.org_id == story.orgs["brand"]
    assert store.takes_orders


async def test_nobody_agrees_for_another_nor_to_what_they_have_not_read(
    db: Database, story: Story
) -> None:
    [id] = await create(db, story.actor("retailer_1"), a_draft(story))
    store = await store_of(db, story, id)
    for name in ("retailer_1", "retailer_2", "trader_b"):
        with pytest.raises(Rejected) as refusal:
            await agree(db, story.actor(name), store)
        assert faults(refusal) == [("NotFound", "storeId")], name
    await change(db, story.actor("retailer_1"), id, collector_tier=1)
    with pytest.raises(Rejected) as refusal:
        await agree(db, story.actor("trader_a"), store)
    assert faults(refusal) == [("RouteChanged", "routeHash")]
    with pytest.raises(Forbidden):
        await agree(db, story.actor("trader_a", Permission.STORE_READ), store)

    assert [edge.agreed_at for edge in (await store_of(db, story, id)).route] == [None, None]


async def test_another_route_or_collector_has_to_be_agreed_to_anew(
    db: Database, story: Story
) -> None:
    keeper = story.actor("retailer_1")
    id = await a_store(db, story)
    await change(db, keeper, id, name="新店名", collector_tier=0)
    assert len((await store_of(db, story, id)).tiers) == 3
    await change(db, keeper, id, collector_tier=2)
    store = await store_of(db, story, id)
    assert [edge.agreed_at for edge in store.route] == [None, None]

    for seller in ("trader_a", "brand"):
        await agree(db, story.actor(seller), store)
    await change(db, keeper, id, route=(story.edge("trader_a", "retailer_1"),), collector_tier=1)
    store = await store_of(db, story, id)

    assert [(edge.tier, edge.agreed_at) for edge in store.route] == [(1, None)]


async def test_who_leaves_takes_those_above_along(db: Database, story: Story) -> None:
    id = await a_store(db, story)
    async with db.unit_of_work(story.network_id) as conn:
        await leave_route(conn, actor=story.actor("trader_a"), store_id=id)

    store = await store_of(db, story, id)
    assert len(store.tiers) == 1
    assert store.takes_orders, "it collects for itself"
    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await leave_route(conn, actor=story.actor("retailer_1"), store_id=id)
    assert faults(refusal) == [("NotFound", "storeId")]


async def test_an_edge_that_stops_trading_supplies_nothing_at_once(
    db: Database, story: Story
) -> None:
    id = await a_store(db, story, replace(a_draft(story), collector_tier=2))
    edge = story.edge("brand", "trader_a")
    async with db.unit_of_work(story.network_id) as conn:
        await suspend_relationship(conn, actor=story.actor("brand"), relationship_id=edge)
    store = await store_of(db, story, id)
    assert [tier.tier for tier in store.tiers] == [0, 1]
    assert not store.takes_orders, "whoever collects is out of reach"

    async with db.unit_of_work(story.network_id) as conn:
        await resume_relationship(conn, actor=story.actor("brand"), relationship_id=edge)
    assert (await store_of(db, story, id)).takes_orders


@pytest.mark.parametrize(
    ("route", "tier"),
    [
        ((("trader_b", "retailer_2"),), 1),  # somebody else's
        ((("trader_a", "retailer_1"), ("brand", "trader_b")), 2),  # a gap
        ((("brand", "trader_a"), ("trader_a", "retailer_1")), 1),  # upside down
        ((("trader_a", "retailer_1"), ("trader_a", "retailer_1")), 2),  # twice
    ],
)
async def test_a_route_is_a_chain_of_edges_up_from_the_store(
    db: Database,
    story: Story,
    owner_pool: Pool,
    route: tuple[tuple[str, str], ...],
    tier: int,
) -> None:
    draft = replace(a_draft(story), route=tuple(story.edge(*ends) for ends in route))
    with pytest.raises(Rejected) as refusal:
        await create(db, story.actor("retailer_1"), draft)

    assert faults(refusal) == [("RouteBroken", f"stores/0/route/{tier - 1}")]
    assert await count_stores(owner_pool, story) == 0


async def test_no_answer_tells_on_which_edges_others_trade(db: Database, story: Story) -> None:
    """An edge that is not there, one elsewhere and one that does not trade look alike."""
    keeper = story.actor("retailer_1")
    first = story.edge("trader_a", "retailer_1")
    told = set()
    for second in (10**12, story.edge("brand", "trader_b")):
        with pytest.raises(Rejected) as refusal:
            await create(db, keeper, replace(a_draft(story), route=(first, second)))
        told.add(str(refusal.value))
    async with db.unit_of_work(story.network_id) as conn:
        await suspend_relationship(
            conn, actor=story.actor("brand"), relationship_id=story.edge("brand", "trader_a")
        )
    with pytest.raises(Rejected) as refusal:
        await create(db, keeper, a_draft(story))

    assert told == {str(refusal.value)}


async def test_a_route_has_one_currency_and_each_organization_once(
    db: Database, story: Story, owner_pool: Pool
) -> None:
    keeper = story.actor("retailer_1")
    await owner_pool.execute(
        "UPDATE organizations.relationship SET currency = 'EUR' WHERE id = $1",
        story.edge("brand", "trader_a"),
    )
    with pytest.raises(Rejected) as refusal:
        await create(db, keeper, a_draft(story))
    assert faults(refusal) == [("RouteBroken", "stores/0/route/1")]
    circle: int = await owner_pool.fetchval(
        """
        INSERT INTO organizations.relationship
               (network_id, seller_org_id, buyer_org_id, seller_entity_id, buyer_entity_id,
                currency, state, accepted_at)
        VALUES ($1, $2, $3, $4, $5, 'CNY', 'active', now())
        RETURNING id
        """,
        story.network_id,
        story.orgs["retailer_1"],
        story.orgs["trader_a"],
        story.entities["retailer_1"],
        story.entities["trader_a"],
    )
    round_trip = (story.edge("trader_a", "retailer_1"), circle)
    with pytest.raises(Rejected) as refusal:
        await create(db, keeper, replace(a_draft(story), route=round_trip))
    assert faults(refusal) == [("RouteBroken", "stores/0/route/1")]


async def test_all_faults_are_told_at_once(db: Database, story: Story, owner_pool: Pool) -> None:
    keeper = story.actor("retailer_1")
    bad = NewStore(
        code="A B",
        name="",
        latitude=Decimal(91),
        longitude=Decimal(1),
        entity_id=story.entities["retailer_2"],
        collector_tier=1,
        mini_program_id=10**9,
    )
    with pytest.raises(Rejected) as refusal:
        await create(db, keeper, bad)
    assert {path for _, path in faults(refusal)} == {
        f"stores/0/{field}"
        for field in (
            "code",
            "name",
            "latitude",
            "legalEntityId",
            "collectorTier",
            "miniProgramId",
        )
    }
    with pytest.raises(Rejected) as refusal:
        await create(db, keeper, a_draft(story), replace(a_draft(story), route=(0,)))
    assert faults(refusal) == [("RouteBroken", "stores/1/route/0")]
    assert await count_stores(owner_pool, story) == 0
    draft = a_draft(story)
    await create(db, keeper, draft)
    with pytest.raises(Rejected) as refusal:
        await create(db, keeper, draft)
    assert faults(refusal) == [("AlreadyExists", "stores/0/code")]


async def test_only_its_organization_changes_a_store(db: Database, story: Story) -> None:
    id = await a_store(db, story)
    before = await store_of(db, story, id)
    for name in ("trader_a", "brand", "retailer_2"):
        with pytest.raises(Rejected) as refusal:
            await change(db, story.actor(name), id, name="别人的店")
        assert faults(refusal) == [("NotFound", "storeId")], name
    with pytest.raises(Forbidden):
        await change(db, story.actor("retailer_1", Permission.STORE_READ), id, name="店")
    with pytest.raises(Forbidden):
        await create(db, story.actor("retailer_1", Permission.STORE_READ), a_draft(story))
    with pytest.raises(Rejected) as refusal:
        await change(db, story.actor("retailer_1"), id, route=(), latitude=Decimal(1), name=" ")
    assert {path for _, path in faults(refusal)} == {"name", "longitude"}
    for nobodys in (0, 10**9):  # what is no id at all is read as 0
        with pytest.raises(Rejected) as refusal:
            await change(db, story.actor("retailer_1"), id, mini_program_id=nobodys)
        assert faults(refusal) == [("NotFound", "miniProgramId")]

    assert await store_of(db, story, id) == before


async def test_a_store_is_seen_by_its_organization_and_those_who_supply_it(
    db: Database, story: Story, owner_pool: Pool
) -> None:
    [id] = await create(db, story.actor("retailer_1"), a_draft(story))
    for name, sees in (
        ("retailer_1", True),
        ("trader_a", True),
        ("brand", True),
        ("trader_b", False),
        ("retailer_2", False),
        ("supplier", False),
    ):
        actor = story.actor(name, Permission.STORE_READ)
        async with db.reading(story.network_id) as conn:
            assert (id in await managed_stores_by_ids(conn, actor=actor, ids=[id])) is sees, name
            page = await list_managed_stores(conn, actor=actor, page=ALL)
            assert [store.id for store in page.items] == [id] * sees
            found = await list_managed_stores(conn, actor=actor, page=ALL, search="yanxia")
            assert [store.id for store in found.items] == [id] * sees
            found = await list_managed_stores(conn, actor=actor, page=ALL, search="别处")
            assert found.items == ()
            with pytest.raises(Forbidden):
                await managed_stores_by_ids(conn, actor=story.visitor(name), ids=[id])
    other = await a_network(owner_pool, db)
    async with db.reading(other.network_id) as conn:
        assert await managed_stores_by_ids(conn, actor=other.actor("retailer_1"), ids=[id]) == {}
        assert await stores_by_ids(conn, network_id=other.network_id, ids=[id]) == {}


async def test_programs_and_merchants_are_the_systems_to_tell_and_in_one_network(
    db: Database, story: Story, owner_pool: Pool
) -> None:
    other = await a_network(owner_pool, db)
    app_id, merchant_id = f"wx{story.code}", f"m-{story.code}"
    brand = system_actor(story.network_id, story.orgs["brand"])
    async with db.unit_of_work(story.network_id) as conn:
        with pytest.raises(Forbidden):
            await put_mini_program(conn, actor=story.actor("brand"), app_id=app_id, name="小店")
        with pytest.raises(Forbidden):
            await put_payment_account(conn, actor=story.actor("brand"), merchant_id=merchant_id)
        id = await put_mini_program(conn, actor=brand, app_id=app_id, name="小店")
        assert await put_mini_program(conn, actor=brand, app_id=app_id, name="大店") == id
        await put_payment_account(conn, actor=brand, merchant_id=merchant_id)
        await put_payment_account(
            conn, actor=brand, merchant_id=merchant_id, sharing_ratio_max_bp=1000
        )
    async with db.unit_of_work(other.network_id) as conn:
        stranger = system_actor(other.network_id, other.orgs["brand"])
        with pytest.raises(Rejected):
            await put_mini_program(conn, actor=stranger, app_id=app_id, name="抢注")
        with pytest.raises(Rejected):
            await put_payment_account(conn, actor=stranger, merchant_id=merchant_id)
