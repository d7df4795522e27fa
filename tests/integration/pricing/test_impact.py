"""Whom prices would reach, against a real PostgreSQL: what is foretold is what happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.factories import Story, a_network
from tests.factories_catalog import Catalog, a_catalog, an_assortment
from tests.factories_pricing import a_price, a_price_list
from tradeline.kernel import Actor, Database, Forbidden, Permission, Pool, Rejected
from tradeline.organizations import (
    PriceStrategy,
    TermsChange,
    change_terms,
    end_relationship,
    suspend_relationship,
)
from tradeline.pricing import (
    NewPrice,
    PriceLevel,
    PriceListChange,
    PriceListImpact,
    PriceRequest,
    preview_prices,
    price_lines,
    put_prices,
    update_price_list,
)
from tradeline.pricing.service import impact as impact_service


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


async def preview(db: Database, actor: Actor, list_id: int, *prices: NewPrice) -> PriceListImpact:
    async with db.reading(actor.network_id) as conn:
        return await preview_prices(conn, actor=actor, price_list_id=list_id, prices=prices)


async def put(db: Database, actor: Actor, list_id: int, *prices: NewPrice) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await put_prices(conn, actor=actor, price_list_id=list_id, prices=prices)


def shown(story: Story, impact: PriceListImpact) -> list[tuple[str, str | None, str | None, bool]]:
    """(buyer, before, after, whether the list wins) of each change, in order."""
    buyers = {edge: buyer for (_, buyer), edge in story.relationships.items()}
    return [
        (
            buyers[change.relationship_id],
            None if change.before is None else str(change.before),
            None if change.after is None else str(change.after),
            change.is_winning,
        )
        for change in impact.changes
    ]


async def strategy(db: Database, story: Story, buyer: str, strategy: PriceStrategy) -> None:
    change = TermsChange(relationship_id=story.edge("trader_a", buyer), price_strategy=strategy)
    async with db.unit_of_work(story.network_id) as conn:
        await change_terms(conn, actor=story.actor("trader_a"), changes=[change])


async def test_a_base_list_reaches_every_buyer_and_wins_where_nothing_is_above_it(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller = story.actor("trader_a")
    base = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    await a_price_list(
        db,
        story,
        catalog,
        "trader_a",
        {"BEER": "7.5"},
        level=PriceLevel.CONTRACT,
        buyers=["retailer_2"],
    )

    impact = await preview(db, seller, base, a_price(catalog, "BEER", "9"))

    assert shown(story, impact) == [
        ("retailer_1", "8.00", "9.00", True),
        ("retailer_2", "7.50", "7.50", False),
    ]
    counts = impact.relationship_count, impact.affected_count, impact.change_count
    assert counts == (2, 1, 2)


async def test_a_granted_list_reaches_whom_it_is_granted_to_and_trades_the_sku(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller = story.actor("trader_a")
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "8", "TEA": "3"})
    group = await a_price_list(
        db, story, catalog, "trader_a", {}, level=PriceLevel.GROUP, buyers=["retailer_1"]
    )

    impact = await preview(
        db,
        seller,
        group,
        a_price(catalog, "BEER", "7"),
        a_price(catalog, "TEA>=10", "2"),
        a_price(catalog, "SODA", "1"),
    )

    assert shown(story, impact) == [
        ("retailer_1", "8.00", "7.00", True),
        ("retailer_1", "3.00", "2.00", True),
    ], "nobody trades soda"
    assert [change.quantity_minimum for change in impact.changes] == [1, 10]
    assert impact.relationship_count == 1


async def test_the_cheapest_wins_only_where_that_is_agreed(
    db: Database, story: Story, catalog: Catalog
) -> None:
    await strategy(db, story, "retailer_1", PriceStrategy.LOWEST)
    await strategy(db, story, "retailer_2", PriceStrategy.CONTRACT_ONLY)
    base = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    await a_price_list(
        db,
        story,
        catalog,
        "trader_a",
        {"BEER": "7.5"},
        level=PriceLevel.TIER,
        buyers=["retailer_1", "retailer_2"],
    )

    cheaper = await preview(db, story.actor("trader_a"), base, a_price(catalog, "BEER", "7"))
    dearer = await preview(db, story.actor("trader_a"), base, a_price(catalog, "BEER", "7.8"))

    assert shown(story, cheaper) == [
        ("retailer_1", "7.50", "7.00", True),
        ("retailer_2", None, None, False),
    ]
    assert shown(story, dearer) == [
        ("retailer_1", "7.50", "7.50", False),
        ("retailer_2", None, None, False),
    ]
    assert dearer.affected_count == 0


async def test_a_price_for_a_pack_is_compared_with_what_the_pack_costs_now(
    db: Database, story: Story, catalog: Catalog
) -> None:
    base = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8", "BEER>=24": "7.5"})

    one = await preview(db, story.actor("trader_a"), base, a_price(catalog, "BEER/CASE", "90"))
    more = await preview(db, story.actor("trader_a"), base, a_price(catalog, "BEER/CASE>=20", "80"))

    assert shown(story, one)[0] == ("retailer_1", "96.00", "90.00", True)
    assert shown(story, more)[0] == ("retailer_1", "90.00", "80.00", True), "two cases are 24"


async def test_a_price_to_come_is_foretold_for_when_it_comes(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller = story.actor("trader_a")
    base = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    month = datetime.now(UTC) + timedelta(days=30)
    year = datetime.now(UTC) + timedelta(days=365)
    beer = catalog.skus["BEER"]
    await put(db, seller, base, NewPrice(sku_id=beer, unit_price=Decimal("8.5"), valid_from=month))

    later = NewPrice(sku_id=beer, unit_price=Decimal(9), valid_from=year)
    now = NewPrice(sku_id=beer, unit_price=Decimal(7))
    instead = NewPrice(sku_id=beer, unit_price=Decimal("9.5"), valid_from=month)

    assert shown(story, await preview(db, seller, base, later))[0][1:3] == ("8.50", "9.00")
    assert shown(story, await preview(db, seller, base, now))[0][1:3] == ("8.00", "7.00")
    replaced = shown(story, await preview(db, seller, base, instead))
    assert replaced[0][1:3] == ("8.50", "9.50"), "what has not begun is withdrawn"


async def test_a_list_that_applies_to_nobody_changes_nothing(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller = story.actor("trader_a")
    base = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    asleep = await a_price_list(db, story, catalog, "trader_a", {}, code="ASLEEP")
    async with db.unit_of_work(story.network_id) as conn:
        change = PriceListChange(price_list_id=asleep, is_active=False)
        await update_price_list(conn, actor=seller, change=change)

    impact = await preview(db, seller, asleep, a_price(catalog, "BEER", "1"))

    assert shown(story, impact)[0] == ("retailer_1", "8.00", "8.00", False)
    assert impact.affected_count == 0
    assert shown(story, await preview(db, seller, base, a_price(catalog, "BEER", "8"))) == [
        ("retailer_1", "8.00", "8.00", True),
        ("retailer_2", "8.00", "8.00", True),
    ], "what is said already is no news"


async def test_suspended_edges_are_reached_and_ended_ones_are_not(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller = story.actor("trader_a")
    base = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    async with db.unit_of_work(story.network_id) as conn:
        await suspend_relationship(
            conn, actor=seller, relationship_id=story.edge("trader_a", "retailer_1")
        )
        await end_relationship(
            conn, actor=seller, relationship_id=story.edge("trader_a", "retailer_2")
        )

    impact = await preview(db, seller, base, a_price(catalog, "BEER", "9"))

    assert [buyer for buyer, *_ in shown(story, impact)] == ["retailer_1"]


async def test_another_currency_is_not_reached(
    db: Database, story: Story, catalog: Catalog
) -> None:
    dollars = await a_price_list(db, story, catalog, "trader_a", {}, currency="USD")

    impact = await preview(db, story.actor("trader_a"), dollars, a_price(catalog, "BEER", "9"))

    assert (impact.relationship_count, impact.change_count, impact.changes) == (0, 0, ())


async def test_what_is_foretold_is_what_happens(
    db: Database, story: Story, catalog: Catalog
) -> None:
    """Over several lists, strategies, packs and breaks: put, and ask for the price as orders do."""
    seller = story.actor("trader_a")
    await an_assortment(db, story, catalog, "trader_a", ["SODA"], code="MORE")
    await strategy(db, story, "retailer_2", PriceStrategy.LOWEST)
    base = await a_price_list(
        db, story, catalog, "trader_a", {"BEER": "8", "BEER>=24": "7", "TEA": "3", "SODA": "2"}
    )
    group = await a_price_list(
        db,
        story,
        catalog,
        "trader_a",
        {"BEER/CASE": "84", "TEA>=5": "2.5"},
        level=PriceLevel.GROUP,
        buyers=["retailer_1", "retailer_2"],
    )
    batches = [
        (base, {"BEER": "6", "BEER>=24": "6.5", "TEA": "2.2", "SODA>=10": "1.9"}),
        (group, {"BEER": "5.5", "BEER/CASE>=36": "60", "TEA>=5": "4", "SODA": "2.1"}),
        (base, {"BEER/CASE": "1", "TEA>=7": "0", "SODA": "9"}),
    ]
    for list_id, prices in batches:
        wanted = [a_price(catalog, key, price) for key, price in prices.items()]
        told = await preview(db, seller, list_id, *wanted)
        assert told == await preview(db, seller, list_id, *wanted), "looking changes nothing"
        await put(db, seller, list_id, *wanted)

        assert told.change_count == 2 * len(wanted)
        for change in told.changes:
            units = 12 if change.pack_id is not None else 1
            base_pack = next(
                pack
                for (sku, code), pack in catalog.packs.items()
                if catalog.skus[sku] == change.sku_id and code == "EA"
            )
            request = PriceRequest(
                relationship_id=change.relationship_id,
                sku_id=change.sku_id,
                pack_id=change.pack_id or base_pack,
                pack_units=units,
                pack_quantity=-(-change.quantity_minimum // units),
            )
            async with db.reading(story.network_id) as conn:
                [found] = await price_lines(conn, network_id=story.network_id, requests=[request])
            assert found.price is not None
            paid = found.unit_price * (1 if found.price.pack_id is not None else units)
            assert change.after == paid, (list_id, change)
            assert change.is_winning is (found.price.price_list_id == list_id)


async def test_only_so_much_is_told_and_worked_out_and_all_is_counted(
    db: Database, story: Story, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller = story.actor("trader_a")
    base = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8", "TEA": "3"})
    prices = [a_price(catalog, "BEER", "8"), a_price(catalog, "TEA", "4")]
    monkeypatch.setattr(impact_service, "CHANGES_MAX", 2)

    told = await preview(db, seller, base, *prices)
    monkeypatch.setattr(impact_service, "WORKED_OUT_MAX", 3)
    cut = await preview(db, seller, base, *prices)

    assert shown(story, told) == [
        ("retailer_1", "3.00", "4.00", True),
        ("retailer_2", "3.00", "4.00", True),
    ], "such as change come first"
    assert (told.change_count, told.relationship_count, told.affected_count) == (4, 2, 2)
    assert (cut.change_count, cut.relationship_count, cut.affected_count) == (4, 2, None)


async def test_only_the_owner_of_a_list_looks_and_only_at_what_could_be_put(
    db: Database, story: Story, catalog: Catalog
) -> None:
    base = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    beer = a_price(catalog, "BEER", "9")

    for stranger in ("brand", "trader_b", "retailer_1"):
        with pytest.raises(Rejected, match="no such price list"):
            await preview(db, story.actor(stranger), base, beer)
    with pytest.raises(Forbidden):
        await preview(db, story.actor("trader_a", Permission.PRICE_READ), base, beer)
    with pytest.raises(Rejected, match="1 to 100 at once"):
        await preview(db, story.actor("trader_a"), base, *[beer] * 101)
    with pytest.raises(Rejected, match="exists already"):
        await preview(db, story.actor("trader_a"), base, beer, beer)
    with pytest.raises(Rejected, match="no such SKU"):
        await preview(db, story.actor("trader_a"), base, NewPrice(sku_id=0, unit_price=Decimal(1)))
