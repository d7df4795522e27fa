"""What trade comes to, against a count of every line."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.factories_inventory import a_sku
from tests.factories_ordering import Market, a_market, confirmed, lines, placed
from tradeline.kernel import TRADE_ZONE, Actor, Database, Forbidden, Permission, Pool, Rejected
from tradeline.ordering import (
    NewOrderLine,
    NewSubstitute,
    OrderSide,
    SubstituteDecision,
    TradeReport,
    cancel_order,
    decide_substitutes,
    orders_of_documents,
    propose_substitutes,
    receive_shipment,
    report_trade,
    ship_order,
)
from tradeline.ordering.reports import month_starts

ADD_ORDER = """
    INSERT INTO ordering.trade_order
           (network_id, number, relationship_id, seller_org_id, buyer_org_id, currency, state,
            held_by_org_id, amount_minor, requires_review, requires_confirmation,
            requires_receipt, holds_stock, payment_terms_days, placed_by_org_id, placed_at)
    SELECT network_id, $2, id, seller_org_id, buyer_org_id, $3, 'to_ship', seller_org_id, $4,
           false, true, true, false, 30, buyer_org_id, $5
      FROM organizations.relationship
     WHERE id = $1
    RETURNING id
"""
ADD_LINE = """
    INSERT INTO ordering.order_line
           (network_id, order_id, line_no, sku_id, sku_code, sku_name, sku_name_en, base_unit,
            pack_id, pack_code, pack_quantity, quantity, unit_price, priced_quantity, amount_minor,
            explanation, refused_quantity, cancelled_quantity, shipped_quantity, counted_quantity,
            received_quantity, open_minor, owed_minor)
    SELECT sku.network_id, $1, $2, sku.id, sku.code, $4, sku.name_en, 'EA', pack.id, 'EA', $5, $5,
           1, $5, $6, '{}', $7, $8, $9, $10, $11, 0, $12
      FROM catalog.sku AS sku
      JOIN catalog.pack AS pack ON pack.network_id = sku.network_id AND pack.sku_id = sku.id
     WHERE sku.id = $3
     ORDER BY pack.id
     LIMIT 1
"""
# Orders of the ages of which the tests think are moved there after the fact.
MOVE_ORDER = "UPDATE ordering.trade_order SET placed_at = $2 WHERE id = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line as the test made it."""

    edge: int
    order: int
    month: str
    currency: str
    sku: int
    name: str
    quantity: int
    amount: int
    owed: int
    refused: int
    cancelled: int
    shipped: int
    counted: int
    received: int


async def reported(
    db: Database, actor: Actor, side: OrderSide, months: int = 12, edge: int | None = None
) -> list[TradeReport]:
    async with db.reading(actor.network_id) as conn:
        return await report_trade(conn, actor=actor, side=side, relationship_id=edge, months=months)


async def many_orders(owner_pool: Pool, market: Market, dice: random.Random) -> list[Row]:
    """Orders of all ages and fates on three edges, in two currencies, of 14 SKUs."""
    story = market.story
    edges = [("trader_a", "retailer_1"), ("trader_a", "retailer_2"), ("brand", "trader_a")]
    skus = [await a_sku(owner_pool, story, f"S{number}") for number in range(14)]
    now = await owner_pool.fetchval("SELECT now()")
    starts = month_starts(now, 15)
    moments = [moment for start in starts[:-1] for moment in (start, start - timedelta(seconds=1))]
    moments = [moment for moment in moments if moment <= now]
    rows: list[Row] = []
    for number in range(80):
        edge = story.edge(*dice.choice(edges))
        currency = dice.choice(["CNY", "CNY", "HKD"])
        placed_at: datetime = dice.choice(moments)
        order_id = await owner_pool.fetchval(
            ADD_ORDER, edge, f"X-{story.code}-{number}", currency, 0, placed_at
        )
        for line_no, sku in enumerate(dice.sample(skus, dice.randint(1, 4)), start=1):
            row = _row(dice, edge, order_id, placed_at, currency, sku)
            rows.append(row)
            await owner_pool.execute(
                ADD_LINE,
                order_id,
                line_no,
                sku,
                row.name,
                row.quantity,
                row.amount,
                row.refused,
                row.cancelled,
                row.shipped,
                row.counted,
                row.received,
                row.owed,
            )
    return rows


def _row(
    dice: random.Random, edge: int, order: int, placed_at: datetime, currency: str, sku: int
) -> Row:
    quantity = dice.randint(1, 100)
    refused = dice.choice([0, 0, dice.randint(0, quantity)])
    cancelled = dice.choice([0, 0, dice.randint(0, quantity - refused)])
    rest = quantity - refused - cancelled
    shipped = dice.choice([rest, rest, dice.randint(0, rest)])
    counted = dice.choice([shipped, shipped, dice.randint(0, shipped)])
    received = dice.choice([counted, counted, counted + 7, dice.randint(0, counted)])
    return Row(
        edge=edge,
        order=order,
        month=f"{placed_at.astimezone(TRADE_ZONE):%Y-%m}",
        currency=currency,
        sku=sku,
        name=f"as of order {order}",
        quantity=quantity,
        amount=dice.randint(0, 10**9),
        owed=dice.randint(0, 10**9),
        refused=refused,
        cancelled=cancelled,
        shipped=shipped,
        counted=counted,
        received=received,
    )


def check(report: TradeReport, rows: list[Row], months: list[str]) -> None:
    """Compare a report with a count of the lines that it is to be of."""
    assert [month.month for month in report.months] == months
    rows = [row for row in rows if row.currency == report.currency and row.month in months]
    for month in report.months:
        own = [row for row in rows if row.month == month.month]
        over = [
            row
            for row in own
            if row.refused + row.cancelled + row.shipped == row.quantity
            and row.counted == row.shipped
        ]
        assert month.trade.order_count == len({row.order for row in own})
        assert month.trade.ordered_minor == sum(row.amount for row in own)
        assert month.trade.received_minor == sum(row.owed for row in own)
        assert month.trade.closed_quantity == sum(row.quantity for row in over)
        assert month.trade.delivered_quantity == sum(
            min(row.quantity, row.received) for row in over
        )
    amounts: dict[int, int] = defaultdict(int)
    quantities: dict[int, int] = defaultdict(int)
    names: dict[int, str] = {}
    for row in rows:
        amounts[row.sku] += row.amount
        quantities[row.sku] += row.quantity
        names[row.sku] = row.name
    best = sorted(amounts, key=lambda sku: (-amounts[sku], sku))[:10]
    assert [
        (sku.sku_id, sku.amount_minor, sku.quantity, sku.sku_name) for sku in report.top_skus
    ] == [(sku, amounts[sku], quantities[sku], names[sku]) for sku in best]


async def test_a_report_is_what_a_count_of_every_line_comes_to(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    story = market.story
    rows = await many_orders(owner_pool, market, random.Random(20261101))
    now = await owner_pool.fetchval("SELECT now()")
    sold = [row for row in rows if row.edge != story.edge("brand", "trader_a")]
    bought = [row for row in rows if row.edge == story.edge("brand", "trader_a")]
    trader = story.actor("trader_a")

    for months in (1, 5, 12, 36):
        names = [f"{start:%Y-%m}" for start in month_starts(now, months)[:-1]]
        cases = [
            (await reported(db, trader, OrderSide.SELLING, months), sold),
            (await reported(db, trader, OrderSide.BUYING, months), bought),
            (
                await reported(db, trader, OrderSide.SELLING, months, market.edge),
                [row for row in rows if row.edge == market.edge],
            ),
        ]
        for reports, counted in cases:
            inside = [row for row in counted if row.month in names]
            assert {report.currency for report in reports} == {row.currency for row in inside}
            for report in reports:
                check(report, counted, names)
    assert len((await reported(db, trader, OrderSide.SELLING, 36))[0].top_skus) == 10


async def test_units_that_are_short_refused_or_cancelled_were_not_filled(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10, oil=4)
    tea, oil = await lines(db, market, order_id)
    waiting = await confirmed(db, market, tea=5)
    async with db.unit_of_work(market.story.network_id) as conn:
        shipment = await ship_order(conn, actor=seller, order_id=order_id, quantities={tea.id: 10})

    [under_way] = await reported(db, buyer, OrderSide.BUYING, 1)
    async with db.unit_of_work(market.story.network_id) as conn:
        await receive_shipment(conn, actor=buyer, shipment_id=shipment, found={tea.id: 9})
        await cancel_order(conn, actor=buyer, order_id=order_id)
    [over] = await reported(db, buyer, OrderSide.BUYING, 1)

    assert under_way.total.fill_rate is None, "a line that is on its way is neither good nor bad"
    assert (over.total.delivered_quantity, over.total.closed_quantity) == (9, 14)
    assert over.total.fill_rate == Decimal("0.6429")
    assert (over.total.order_count, over.total.ordered_minor) == (2, 30_00 + 50_00 + 15_00)
    assert over.total.received_minor == 27_00
    assert waiting
    assert [(sku.sku_code, sku.quantity) for sku in over.top_skus] == [
        (oil.sku_code, 4),
        (tea.sku_code, 15),
    ]
    [sold] = await reported(db, seller, OrderSide.SELLING, 1)
    assert sold == over, "both sides of an edge read the same"


async def test_what_was_taken_instead_counts_once(owner_pool: Pool, db: Database) -> None:
    """Nine tea at 3.00, three of which become two oil at 12.50."""
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=9)
    [tea] = await lines(db, market, order_id)
    async with db.unit_of_work(market.story.network_id) as conn:
        offer = NewSubstitute(
            order_id=order_id,
            order_line_id=tea.id,
            quantity=3,
            replacement=NewOrderLine(market.oil, 2),
        )
        [substitute] = await propose_substitutes(conn, actor=seller, substitutes=[offer])
    taken = [SubstituteDecision(substitute, accepts=True)]
    [proposed] = await reported(db, buyer, OrderSide.BUYING, 1)
    async with db.unit_of_work(market.story.network_id) as conn:
        await decide_substitutes(conn, actor=buyer, decisions=taken)
    [accepted] = await reported(db, buyer, OrderSide.BUYING, 1)
    async with db.unit_of_work(market.story.network_id) as conn:
        shipment = await ship_order(conn, actor=seller, order_id=order_id)
        await receive_shipment(conn, actor=buyer, shipment_id=shipment)
    [came] = await reported(db, buyer, OrderSide.BUYING, 1)

    assert proposed.total.ordered_minor == 27_00, "it is an offer so far"
    for report in (accepted, came):
        assert report.total.ordered_minor == 18_00 + 25_00
        assert [(sku.sku_code, sku.quantity, sku.amount_minor) for sku in report.top_skus] == [
            ("OIL", 2, 25_00),
            ("TEA", 6, 18_00),
        ]
    assert came.total.received_minor == came.total.ordered_minor
    # Six of the nine that were asked for, as on the seller's scorecard.
    assert (came.total.delivered_quantity, came.total.closed_quantity) == (6, 9)


async def test_what_was_replaced_whole_was_not_bought(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=3)
    [tea] = await lines(db, market, order_id)
    async with db.unit_of_work(market.story.network_id) as conn:
        offer = NewSubstitute(
            order_id=order_id,
            order_line_id=tea.id,
            quantity=3,
            replacement=NewOrderLine(market.oil, 1),
        )
        [substitute] = await propose_substitutes(conn, actor=seller, substitutes=[offer])
        taken = [SubstituteDecision(substitute, accepts=True)]
        await decide_substitutes(conn, actor=buyer, decisions=taken)

    for actor, side in ((buyer, OrderSide.BUYING), (seller, OrderSide.SELLING)):
        [report] = await reported(db, actor, side, 1)
        assert [sku.sku_code for sku in report.top_skus] == ["OIL"]
        assert report.total.ordered_minor == report.top_skus[0].amount_minor


async def test_an_order_counts_for_the_month_in_which_it_was_placed(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=1)
    now = await owner_pool.fetchval("SELECT now()")
    starts = month_starts(now, 3)
    for moment, counts in (
        (starts[0], [1, 0, 0]),
        (starts[1] - timedelta(microseconds=1), [1, 0, 0]),
        (starts[1], [0, 1, 0]),
        (starts[2], [0, 0, 1]),
    ):
        await owner_pool.execute(MOVE_ORDER, order_id, moment)

        [report] = await reported(db, buyer, OrderSide.BUYING, 3)

        assert [month.trade.order_count for month in report.months] == counts
    await owner_pool.execute(MOVE_ORDER, order_id, starts[0] - timedelta(microseconds=1))
    assert await reported(db, buyer, OrderSide.BUYING, 3) == []


async def test_strangers_read_nothing_of_others_trade(owner_pool: Pool, db: Database) -> None:
    market, other = await a_market(owner_pool, db), await a_market(owner_pool, db)
    await placed(db, market, tea=1)
    actors = [market.story.actor("retailer_2"), market.story.actor("trader_b")]
    actors += [other.story.actor("trader_a"), other.story.actor("retailer_1")]

    for actor in actors:
        for side in OrderSide:
            assert await reported(db, actor, side) == []
            assert await reported(db, actor, side, edge=market.edge) == []
    assert await reported(db, market.story.actor("retailer_1"), OrderSide.SELLING) == []


async def test_a_report_asks_for_its_permission_and_for_a_number_of_months(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    everything_else = set(Permission) - {Permission.ORDER_READ}

    with pytest.raises(Forbidden):
        await reported(db, market.story.actor("trader_a", *everything_else), OrderSide.SELLING)
    for months in (0, 37):
        with pytest.raises(Rejected):
            await reported(db, market.story.actor("trader_a"), OrderSide.SELLING, months)


async def test_a_document_leads_its_parties_to_the_order_and_nobody_else(
    owner_pool: Pool, db: Database
) -> None:
    market, other = await a_market(owner_pool, db), await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=2)
    async with db.unit_of_work(market.story.network_id) as conn:
        shipment = await ship_order(conn, actor=seller, order_id=order_id)
        await receive_shipment(conn, actor=buyer, shipment_id=shipment)
    receipt_id = await owner_pool.fetchval(
        "SELECT id FROM ordering.receipt WHERE order_id = $1", order_id
    )
    asked = [("receipt", receipt_id), ("return", receipt_id), ("payment", receipt_id)]

    for actor, found in (
        (seller, {("receipt", receipt_id): order_id}),
        (buyer, {("receipt", receipt_id): order_id}),
        (market.story.actor("retailer_2"), {}),
        (other.story.actor("trader_a"), {}),
    ):
        async with db.reading(actor.network_id) as conn:
            assert await orders_of_documents(conn, actor=actor, documents=asked) == found
    async with db.reading(market.story.network_id) as conn:
        with pytest.raises(Forbidden):
            await orders_of_documents(conn, actor=market.story.visitor("trader_a"), documents=[])
