"""SKUs that are made of others: what is accepted, who sees it, and that it never changes."""

from __future__ import annotations

import asyncpg
import pytest

from tests.factories import Story, a_network
from tests.factories_bundles import a_bundle
from tests.factories_catalog import Catalog, a_catalog, an_assortment
from tests.factories_inventory import a_sku
from tradeline.catalog import (
    Component,
    NewComponent,
    NewSku,
    create_skus,
    load_compositions,
    load_tradable,
    skus_by_ids,
)
from tradeline.kernel import Actor, Database, Pool, Rejected


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


async def create(
    db: Database, actor: Actor, catalog: Catalog, *parts: tuple[int, int], code: str = "GIFT"
) -> int:
    sku = NewSku(
        product_id=catalog.product_id,
        code=code,
        name="礼盒",
        name_en="Gift box",
        components=tuple(NewComponent(sku_id=sku, quantity=units) for sku, units in parts),
    )
    async with db.unit_of_work(actor.network_id) as conn:
        [sku_id] = await create_skus(conn, actor=actor, skus=[sku])
    return sku_id


async def faults(
    db: Database, actor: Actor, catalog: Catalog, *parts: tuple[int, int]
) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as refusal:
        await create(db, actor, catalog, *parts)
    return [
        (type(problem).__name__, "/".join(map(str, problem.path)))
        for problem in refusal.value.problems
    ]


async def test_a_bundle_says_what_it_is_made_of(
    db: Database, story: Story, catalog: Catalog, owner_pool: Pool
) -> None:
    brand = story.actor("brand")
    tea, beer = catalog.skus["TEA"], catalog.skus["BEER"]

    gift = await create(db, brand, catalog, (tea, 2), (beer, 6))

    async with db.reading(story.network_id) as conn:
        skus = await skus_by_ids(conn, actor=brand, ids=[gift, tea])
        compositions = await load_compositions(
            conn, network_id=story.network_id, sku_ids=[gift, tea]
        )
    part = Component(
        sku_id=beer,
        code="BEER",
        name="晨露啤酒 500ml",
        name_en="Morning Dew beer",
        base_unit="EA",
        quantity=6,
        is_active=True,
    )
    assert skus[gift].components[0] == part
    assert [(it.code, it.quantity) for it in skus[gift].components] == [("BEER", 6), ("TEA", 2)]
    assert skus[tea].components == ()
    assert compositions == {gift: {tea: 2, beer: 6}}
    audited = await owner_pool.fetchval(
        "SELECT after -> 'components' ->> 0 FROM kernel.audit_entry"
        " WHERE network_id = $1 AND action = 'sku.create' AND subject_id = $2",
        story.network_id,
        gift,
    )
    assert f'"sku_id": {tea}' in audited


async def test_whoever_may_buy_the_bundle_sees_all_of_it(
    db: Database, story: Story, catalog: Catalog
) -> None:
    tea, soda = catalog.skus["TEA"], catalog.skus["SODA"]
    gift = await create(db, story.actor("brand"), catalog, (tea, 2), (soda, 1))
    catalog.skus["GIFT"] = gift
    for seller in ("brand", "trader_a"):
        await an_assortment(db, story, catalog, seller, ["GIFT"], code="GIFTS")
    edge = story.edge("trader_a", "retailer_1")

    async with db.reading(story.network_id) as conn:
        buyer = await skus_by_ids(conn, actor=story.actor("retailer_1"), ids=[gift, soda])
        stranger = await skus_by_ids(conn, actor=story.actor("supplier"), ids=[gift, soda])
        tradable = await load_tradable(
            conn, network_id=story.network_id, pairs=[(edge, gift), (edge, tea)]
        )

    assert {id: [it.code for it in sku.components] for id, sku in buyer.items()} == {
        gift: ["SODA", "TEA"]
    }
    assert stranger == {}
    assert tradable[edge, gift].composition == {tea: 2, soda: 1}
    assert tradable[edge, tea].composition == {}


async def test_what_cannot_be_a_component_is_named_and_nothing_is_stored(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    tea, beer = catalog.skus["TEA"], catalog.skus["BEER"]
    gift = await create(db, brand, catalog, (tea, 1), code="ONE")
    foreign = await a_sku(owner_pool, story, "FOREIGN", owner="trader_a")
    elsewhere = await a_sku(owner_pool, await a_network(owner_pool, db), "ELSEWHERE")

    assert await faults(db, brand, catalog, (tea, 0), (tea, 1), (beer, 10**6 + 1)) == [
        ("InvalidValue", "skus/0/components/0/quantity"),
        ("InvalidValue", "skus/0/components/1/skuId"),
        ("InvalidValue", "skus/0/components/2/quantity"),
    ]
    assert await faults(db, brand, catalog, (gift, 1), (foreign, 1), (elsewhere, 1), (tea, 1)) == [
        ("InvalidValue", "skus/0/components/0/skuId"),
        ("NotFound", "skus/0/components/1/skuId"),
        ("NotFound", "skus/0/components/2/skuId"),
    ]
    many = [(number, 1) for number in range(1, 52)]
    assert ("InvalidValue", "components") in await faults(db, brand, catalog, *many)
    stored = await owner_pool.fetchval(
        "SELECT count(*) FROM catalog.sku WHERE network_id = $1 AND code = 'GIFT'",
        story.network_id,
    )
    assert stored == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalog.sku_component SET quantity = 9",
        "DELETE FROM catalog.sku_component",
    ],
)
async def test_what_a_bundle_is_made_of_never_changes(
    db: Database, story: Story, catalog: Catalog, statement: str
) -> None:
    await create(db, story.actor("brand"), catalog, (catalog.skus["TEA"], 1))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.unit_of_work(story.network_id) as conn:
            await conn.execute(statement)


async def test_the_database_itself_knows_one_level_and_one_owner(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    tea = await a_sku(owner_pool, story, "TEA")
    foreign = await a_sku(owner_pool, story, "FOREIGN", owner="trader_a")
    gift = await a_bundle(owner_pool, story, "GIFT", {tea: 1})

    for parts in ({gift: 1}, {foreign: 1}):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await a_bundle(owner_pool, story, f"OF-{max(parts)}", parts)
    for statement in (
        "UPDATE catalog.sku SET is_bundle = true WHERE id = $1",
        "UPDATE catalog.sku SET is_bundle = false"
        " WHERE id IN (SELECT bundle_sku_id FROM catalog.sku_component"
        "               WHERE component_sku_id = $1)",
    ):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await owner_pool.execute(statement, tea)
