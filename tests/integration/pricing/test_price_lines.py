"""What things cost on an edge, against a real PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.factories import Story, a_network
from tests.factories_catalog import Catalog, a_catalog
from tests.factories_pricing import a_price_list
from tradeline.kernel import Actor, Database, Forbidden, Money, Permission, Pool, Rejected
from tradeline.pricing import (
    PriceLevel,
    PriceRequest,
    QuoteLine,
    load_price_sheets,
    price_lines,
    quote_prices,
)


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


async def price_of(
    db: Database,
    story: Story,
    catalog: Catalog,
    edge: tuple[str, str],
    sku: str = "BEER",
    *,
    pack: str = "EA",
    units: int = 1,
    packs: int = 1,
) -> Decimal | None:
    request = PriceRequest(
        relationship_id=story.edge(*edge),
        sku_id=catalog.skus[sku],
        pack_id=catalog.packs[sku, pack],
        pack_units=units,
        pack_quantity=packs,
    )
    async with db.reading(story.network_id) as conn:
        [found] = await price_lines(conn, network_id=story.network_id, requests=[request])
    return found.price and found.unit_price


async def test_a_base_list_holds_on_all_edges_of_its_seller_and_on_no_other(
    db: Database, story: Story, catalog: Catalog
) -> None:
    await a_price_list(db, story, catalog, "brand", {"BEER": "6"})
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})

    assert await price_of(db, story, catalog, ("brand", "trader_a")) == 6
    assert await price_of(db, story, catalog, ("brand", "trader_b")) == 6
    assert await price_of(db, story, catalog, ("trader_a", "retailer_1")) == 8
    assert await price_of(db, story, catalog, ("trader_a", "retailer_2")) == 8
    assert await price_of(db, story, catalog, ("trader_b", "retailer_2")) is None


async def test_a_granted_list_holds_on_its_edges_only(
    db: Database, story: Story, catalog: Catalog
) -> None:
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "8", "TEA": "3"})
    await a_price_list(
        db,
        story,
        catalog,
        "trader_a",
        {"BEER": "7.2"},
        level=PriceLevel.CONTRACT,
        buyers=["retailer_1"],
    )

    assert await price_of(db, story, catalog, ("trader_a", "retailer_1")) == Decimal("7.2")
    assert await price_of(db, story, catalog, ("trader_a", "retailer_1"), "TEA") == 3
    assert await price_of(db, story, catalog, ("trader_a", "retailer_2")) == 8


async def test_breaks_and_packs_are_priced(db: Database, story: Story, catalog: Catalog) -> None:
    prices = {"BEER": "8", "BEER>=24": "7.5", "BEER/CASE": "84", "BEER/CASE>=120": "80"}
    await a_price_list(db, story, catalog, "trader_a", prices)
    edge = ("trader_a", "retailer_1")

    assert await price_of(db, story, catalog, edge, packs=23) == 8
    assert await price_of(db, story, catalog, edge, packs=24) == Decimal("7.5")
    assert await price_of(db, story, catalog, edge, pack="CASE", units=12, packs=9) == 84
    assert await price_of(db, story, catalog, edge, pack="CASE", units=12, packs=10) == 80


async def test_base_lists_of_another_currency_are_no_candidates_and_granted_ones_are_impossible(
    db: Database, story: Story, catalog: Catalog
) -> None:
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "1"}, currency="EUR")

    pair = (story.edge("trader_a", "retailer_1"), catalog.skus["BEER"])
    async with db.reading(story.network_id) as conn:
        sheets = await load_price_sheets(conn, actor=story.actor("trader_a"), pairs=[pair])
    assert sheets[pair].candidates == ()
    with pytest.raises(Rejected, match="in EUR"):
        await a_price_list(
            db,
            story,
            catalog,
            "trader_a",
            {"BEER": "1"},
            level=PriceLevel.TIER,
            currency="EUR",
            buyers=["retailer_1"],
        )


async def test_all_lines_are_priced_in_one_statement_and_in_order(
    db: Database, story: Story, catalog: Catalog
) -> None:
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "8", "TEA": "3"})
    request = PriceRequest(
        relationship_id=story.edge("trader_a", "retailer_1"),
        sku_id=catalog.skus["BEER"],
        pack_id=catalog.packs["BEER", "EA"],
        pack_units=1,
        pack_quantity=1,
    )
    tea = replace(request, sku_id=catalog.skus["TEA"], pack_id=catalog.packs["TEA", "EA"])
    unpriced = replace(request, sku_id=catalog.skus["SODA"])
    other_edge = replace(request, relationship_id=story.edge("trader_b", "retailer_2"))
    requests = [tea, request, unpriced, other_edge, replace(request, pack_quantity=5)]
    statements: list[str] = []
    async with db.reading(story.network_id) as conn:
        with conn.query_logger(lambda record: statements.append(record.query)):
            found = await price_lines(conn, network_id=story.network_id, requests=requests)
        nothing = await price_lines(conn, network_id=story.network_id, requests=[])

    assert [f.amount for f in found] == [
        Money(300, "CNY"),
        Money(800, "CNY"),
        None,
        None,
        Money(4000, "CNY"),
    ]
    assert not any(f.rejected for f in found), "the price of a SKU that stands twice is heard twice"
    assert nothing == []
    assert len(statements) == 1


async def test_what_is_not_there_has_no_price(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    other = await a_network(owner_pool, db)
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    request = PriceRequest(
        relationship_id=story.edge("trader_a", "retailer_1"),
        sku_id=catalog.skus["BEER"],
        pack_id=0,
        pack_units=1,
        pack_quantity=1,
    )
    async with db.reading(other.network_id) as conn:
        [found] = await price_lines(conn, network_id=other.network_id, requests=[request])
    assert (found.price, found.amount, found.currency) == (None, None, "XXX")


async def quote(
    db: Database, actor: Actor, relationship_id: int, *lines: QuoteLine
) -> list[Money | None]:
    async with db.reading(actor.network_id) as conn:
        found = await quote_prices(conn, actor=actor, relationship_id=relationship_id, lines=lines)
    return [resolution.amount for resolution in found]


async def test_both_sides_of_an_edge_and_nobody_else_are_quoted_its_prices(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "8", "SODA": "2"})
    await a_price_list(db, story, catalog, "brand", {"BEER": "6"})
    edge = story.edge("trader_a", "retailer_1")
    beer = catalog.skus["BEER"]
    lines = [
        QuoteLine(sku_id=beer, pack_id=catalog.packs["BEER", "CASE"], pack_quantity=2),
        QuoteLine(sku_id=beer, pack_quantity=1),
    ]

    for name in ("trader_a", "retailer_1"):
        assert await quote(db, story.actor(name), edge, *lines) == [
            Money(19200, "CNY"),
            Money(800, "CNY"),
        ]
    other = await a_network(owner_pool, db)
    strangers = [story.actor(n) for n in ("brand", "trader_b", "retailer_2")]
    for stranger in [*strangers, other.actor("retailer_1")]:
        with pytest.raises(Rejected, match="no such SKU"):
            await quote(db, stranger, edge, *lines)
    purchase = story.edge("brand", "trader_a")
    with pytest.raises(Rejected, match="no such SKU"):
        await quote(db, story.actor("retailer_1"), purchase, *lines)


async def test_all_faults_of_a_quote_are_named(
    db: Database, story: Story, catalog: Catalog
) -> None:
    beer = catalog.skus["BEER"]
    with pytest.raises(Rejected) as refusal:
        await quote(
            db,
            story.actor("retailer_1"),
            story.edge("trader_a", "retailer_1"),
            QuoteLine(sku_id=catalog.skus["SODA"], pack_quantity=1),
            QuoteLine(sku_id=beer, pack_id=catalog.packs["TEA", "EA"], pack_quantity=1),
            QuoteLine(sku_id=beer, pack_quantity=0),
            QuoteLine(sku_id=beer, pack_quantity=-1),
            QuoteLine(sku_id=beer, pack_quantity=2**63),
        )
    assert [problem.path for problem in refusal.value.problems] == [
        ("lines", 0, "skuId"),
        ("lines", 1, "packId"),
        ("lines", 2, "quantity"),
        ("lines", 3, "quantity"),
        ("lines", 4, "quantity"),
    ]
    with pytest.raises(Rejected):
        await quote(db, story.actor("retailer_1"), story.edge("trader_a", "retailer_1"))
    reader = story.actor("retailer_1", Permission.CATALOG_READ)
    with pytest.raises(Forbidden):
        await quote(db, reader, 1, QuoteLine(sku_id=1, pack_quantity=1))


async def test_price_sheets_are_of_ones_own_edges_only(
    db: Database, story: Story, catalog: Catalog
) -> None:
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "8", "BEER>=12": "7"})
    pairs = [(edge, catalog.skus["BEER"]) for edge in story.relationships.values()]
    async with db.reading(story.network_id) as conn:
        found = await load_price_sheets(conn, actor=story.actor("retailer_2"), pairs=pairs)

    a, b = story.edge("trader_a", "retailer_2"), story.edge("trader_b", "retailer_2")
    assert {pair[0] for pair in found} == {a, b}
    sheet = found[a, catalog.skus["BEER"]]
    breaks = sheet.breaks(catalog.packs["BEER", "EA"], 1, 1)
    assert [(b.quantity_minimum, b.unit_price.amount, b.unit) for b in breaks] == [
        (1, Decimal("8"), "EA"),
        (12, Decimal("7"), "EA"),
    ]


async def test_a_list_holds_only_within_its_time(
    db: Database, story: Story, catalog: Catalog
) -> None:
    begin = datetime(2199, 1, 1, tzinfo=UTC)
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"}, valid_from=begin)

    assert await price_of(db, story, catalog, ("trader_a", "retailer_1")) is None


async def test_the_seller_is_told_what_it_prepares_and_its_buyer_is_not(
    db: Database, story: Story, catalog: Catalog
) -> None:
    begin = datetime(2199, 1, 1, tzinfo=UTC)
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"}, valid_from=begin)
    line = QuoteLine(sku_id=catalog.skus["BEER"], pack_quantity=1)
    for name, reasons in (("trader_a", ["list_not_yet_valid"]), ("retailer_1", [])):
        async with db.reading(story.network_id) as conn:
            [found] = await quote_prices(
                conn,
                actor=story.actor(name),
                relationship_id=story.edge("trader_a", "retailer_1"),
                lines=[line],
            )
        assert [rejected.reason for rejected in found.rejected] == reasons


async def test_more_than_anybody_can_pay_is_still_quoted(
    db: Database, story: Story, catalog: Catalog
) -> None:
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "1000000000"})
    edge = story.edge("trader_a", "retailer_1")
    line = QuoteLine(sku_id=catalog.skus["BEER"], pack_quantity=10**9)

    assert await quote(db, story.actor("retailer_1"), edge, line) == [Money(10**20, "CNY")]
