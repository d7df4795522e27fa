"""Changing price lists after they were made, against a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import Story, a_network
from tests.factories_catalog import Catalog, a_catalog
from tests.factories_pricing import a_price_list
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
from tradeline.pricing import (
    PriceLevel,
    PriceList,
    PriceListChange,
    QuoteLine,
    list_price_lists,
    price_lists_by_ids,
    quote_prices,
    update_price_list,
)


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


async def changed(db: Database, actor: Actor, change: PriceListChange) -> PriceList:
    async with db.unit_of_work(actor.network_id) as conn:
        id = await update_price_list(conn, actor=actor, change=change)
    return await read(db, actor, id)


async def read(db: Database, actor: Actor, id: int) -> PriceList:
    async with db.reading(actor.network_id) as conn:
        return (await price_lists_by_ids(conn, actor=actor, ids=[id]))[id]


async def beer_costs(db: Database, story: Story, catalog: Catalog) -> str | None:
    async with db.reading(story.network_id) as conn:
        [quote] = await quote_prices(
            conn,
            actor=story.actor("retailer_1"),
            relationship_id=story.edge("trader_a", "retailer_1"),
            lines=[QuoteLine(sku_id=catalog.skus["BEER"], pack_quantity=1)],
        )
    return None if quote.price is None else str(quote.unit_price)


async def test_a_list_is_renamed_put_to_sleep_and_woken(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller = story.actor("trader_a")
    id = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})

    after = await changed(
        db, seller, PriceListChange(price_list_id=id, name="新价", is_active=False)
    )

    assert (after.code, after.name, after.is_active) == ("BASE", "新价", False)
    assert await beer_costs(db, story, catalog) is None
    async with db.reading(story.network_id) as conn:
        [entry] = (
            await list_audit_entries(
                conn, actor=seller, page=PageRequest(1), subject_type="price_list", subject_id=id
            )
        ).items
    assert (entry.action, entry.before, entry.after) == (
        "price_list.update",
        {"name": "base", "is_active": True},
        {"name": "新价", "is_active": False},
    )
    await changed(db, seller, PriceListChange(price_list_id=id, is_active=True))
    assert await beer_costs(db, story, catalog) == "8.00"


async def test_an_end_is_set_moved_and_taken_away(
    db: Database, story: Story, catalog: Catalog, owner_pool: Pool
) -> None:
    seller = story.actor("trader_a")
    id = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    end = datetime.now(UTC) + timedelta(days=1)

    ending = await changed(db, seller, PriceListChange(price_list_id=id, valid_to=end))
    named = await changed(db, seller, PriceListChange(price_list_id=id, name_en="Base"))
    assert (ending.valid_to, named.valid_to) == (end, end)
    await owner_pool.execute(
        "UPDATE pricing.price_list SET valid_to = now() - interval '1 day' WHERE id = $1", id
    )
    past = (await read(db, seller, id)).valid_to
    kept = await changed(db, seller, PriceListChange(price_list_id=id, name="alt", valid_to=past))
    assert (kept.name, kept.valid_to) == ("alt", past), "an end gone by is left as it is"
    assert await beer_costs(db, story, catalog) is None
    endless = await changed(db, seller, PriceListChange(price_list_id=id, valid_to=None))

    assert endless.valid_to is None
    assert await beer_costs(db, story, catalog) == "8.00"


async def test_all_faults_are_named_and_nothing_changes(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller = story.actor("trader_a")
    id = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    later = datetime.now(UTC) + timedelta(days=9)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    begins = await a_price_list(db, story, catalog, "trader_a", {}, code="LATER", valid_from=later)
    before = await read(db, seller, id), await read(db, seller, begins)

    for change, paths in [
        (PriceListChange(price_list_id=id, name=" ", name_en="x" * 201), ["name", "nameEn"]),
        (PriceListChange(price_list_id=id, valid_to=datetime(2020, 1, 1, tzinfo=UTC)), ["validTo"]),
        (PriceListChange(price_list_id=id, valid_to=datetime(2300, 1, 1, tzinfo=UTC)), ["validTo"]),
        (PriceListChange(price_list_id=begins, valid_to=tomorrow), ["validTo"]),
    ]:
        with pytest.raises(Rejected) as refusal:
            await changed(db, seller, change)
        assert ["/".join(map(str, p.path)) for p in refusal.value.problems] == paths

    assert (await read(db, seller, id), await read(db, seller, begins)) == before


async def test_a_list_is_its_sellers_to_change_and_to_find(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller = story.actor("trader_a")
    id = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    await a_price_list(db, story, catalog, "trader_a", {}, code="Gold_1", level=PriceLevel.CONTRACT)
    change = PriceListChange(price_list_id=id, is_active=False)

    for stranger in ("brand", "trader_b", "retailer_1"):
        with pytest.raises(Rejected, match="no such price list"):
            await changed(db, story.actor(stranger), change)
    with pytest.raises(Forbidden):
        await changed(db, story.actor("trader_a", Permission.PRICE_READ), change)
    assert (await read(db, seller, id)).is_active

    async def found(search: str, name: str = "trader_a") -> list[str]:
        async with db.reading(story.network_id) as conn:
            page = await list_price_lists(
                conn, actor=story.actor(name), page=PageRequest(), search=search
            )
        return [row.code for row in page.items]

    assert await found(" gold_") == ["Gold_1"]
    assert await found("CONTRACT") == ["Gold_1"], "by name"
    assert await found("%") == []
    assert await found("") == ["BASE", "Gold_1"]
    assert await found("gold", "trader_b") == []
