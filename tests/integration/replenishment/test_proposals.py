"""What is proposed, by which arithmetic, and what becomes of it when it is taken."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.factories_bundles import a_gift
from tests.factories_inventory import a_warehouse, level_of
from tests.factories_ordering import confirmed, placed, with_terms
from tests.factories_replenishment import (
    Shop,
    a_shop,
    done,
    expects,
    figures,
    of_kind,
    proposed,
    stands,
    with_term,
)
from tests.factories_supply import set_times
from tradeline.kernel import (
    TRADE_ZONE,
    Database,
    InvalidValue,
    Pool,
    Problem,
    Rejected,
    WrongState,
)
from tradeline.ordering import (
    NewOrder,
    NewOrderLine,
    NotEnoughCredit,
    cancel_order,
    confirm_order,
    place_order,
    receive_shipment,
    ship_order,
)
from tradeline.replenishment import (
    Accepted,
    BudgetExceeded,
    NeedCovered,
    ProposalKind,
    ProposalState,
    QuantityNotInSteps,
    Take,
    accept_proposals,
    dismiss_proposals,
    proposals_by_ids,
    put_budget,
)

ORDERED = """
    SELECT trade_order.relationship_id, line.sku_id, line.quantity
      FROM ordering.trade_order AS trade_order
      JOIN ordering.order_line AS line
        ON line.network_id = $1 AND line.order_id = trade_order.id
     WHERE trade_order.network_id = $1
     ORDER BY trade_order.id, line.line_no
"""
ORDERED_IN_DOLLARS = "UPDATE ordering.trade_order SET currency = 'USD' WHERE network_id = $1"
SELL_SOME = """
    UPDATE inventory.stock_level SET on_hand = on_hand - 13
     WHERE network_id = $1 AND warehouse_id = $2 AND sku_id = $3
"""
MAKE_PACK = """
    INSERT INTO catalog.pack (network_id, sku_id, code, units, name, name_en)
    VALUES ($1, $2, 'CASE', 6, '箱', 'Case') RETURNING id
"""


async def take(db: Database, shop: Shop, *takes: Take, by: Any = None) -> Accepted:
    actor = by or shop.story.actor("retailer_1")
    async with db.unit_of_work(shop.story.network_id) as conn:
        return await accept_proposals(conn, actor=actor, takes=takes)


async def refused(db: Database, shop: Shop, *takes: Take, by: Any = None) -> list[Problem]:
    with pytest.raises(Rejected) as caught:
        await take(db, shop, *takes, by=by)
    return list(caught.value.problems)


async def ordered(owner_pool: Pool, shop: Shop) -> list[tuple[int, ...]]:
    return [tuple(row) for row in await owner_pool.fetch(ORDERED, shop.story.network_id)]


async def test_a_line_shows_the_whole_way_to_what_it_proposes(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(
        owner_pool, db, service_level_bp=9500, lead_time_spread_days=1, order_minimum=20
    )
    await expects(db, shop, shop.market.tea, 5, sigma=2)
    await stands(owner_pool, shop, shop.market.tea, 10)

    [line] = await proposed(db, shop)

    # 7 days at 5 a day; 1.6449 times the root of 7 · 2² + 5² · 1².
    assert figures(line) == {
        "lead_time": "4",
        "lead_time_spread": "1",
        "lead_time_source": "term",
        "lead_time_deliveries": "0",
        "review": "3",
        "days": "7",
        "method": "moving_average",
        "demand": "35",
        "daily_demand": "5",
        "sigma": "2",
        "service_level": "0.95",
        "service_factor": "1.6449",
        "safety": "11.975",
        "target": "47",
        "on_hand": "10",
        "held": "0",
        "incoming": "0",
        "backorders": "0",
        "position": "10",
        "need": "37",
        "minimum": "20",
        "step": "1",
        "rounded": "37",
        "quantity": "37",
    }
    assert (line.kind, line.quantity, line.amount_minor) == (ProposalKind.BUY, 37, 11_100)
    assert line.days_of_cover == 2


async def test_a_lead_time_is_taken_as_measured_once_there_were_enough_deliveries(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    market, now = shop.market, datetime.now(UTC)
    await expects(db, shop, market.oil, 1)
    sources = []
    for number in range(5):
        order_id = await confirmed(db, market, tea=1)
        shipment_id = await done(db, shop.story.actor("trader_a"), ship_order, order_id=order_id)
        buyer = shop.story.actor("retailer_1")
        await done(db, buyer, receive_shipment, shipment_id=shipment_id)
        placed_at = now - timedelta(days=20 + number % 2)
        received_at = now - timedelta(days=10)
        await set_times(owner_pool, market, order_id, placed=placed_at, received=received_at)
        [line] = of_kind(await proposed(db, shop), ProposalKind.BUY)
        sources.append(figures(line)["lead_time_source"])

    assert sources == ["term"] * 4 + ["scorecard"]
    # Of ten days and eleven: 10.4, which vary by 0.55.
    assert figures(line)["lead_time"] == "10.4"
    assert figures(line)["lead_time_deliveries"] == "5"
    assert figures(line)["days"] == "13.4"


async def test_what_is_proposed_comes_in_packs_lasts_no_longer_than_it_keeps_and_is_paid_for(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    tea, oil, network_id = shop.market.tea, shop.market.oil, shop.story.network_id
    case = await owner_pool.fetchval(MAKE_PACK, network_id, tea)
    await with_term(db, shop, sku_id=tea, pack_id=case)
    await with_term(db, shop, sku_id=oil, shelf_life_days=5)
    await expects(db, shop, tea, 5)
    await expects(db, shop, oil, 2)

    by_sku = {line.sku_id: line for line in await proposed(db, shop)}
    assert (by_sku[tea].quantity, by_sku[tea].pack_units) == (36, 6)
    assert (by_sku[oil].quantity, figures(by_sku[oil])["rounded"]) == (10, "14")

    # Tea for 108.00, oil for 125.00: both are as urgent, and the first SKU comes first.
    month = datetime.now(TRADE_ZONE).date()
    await done(
        db,
        shop.story.actor("retailer_1"),
        put_budget,
        month=month,
        currency="CNY",
        amount_minor=14_000,
    )
    cut = {line.sku_id: line for line in await proposed(db, shop)}
    assert cut[tea].quantity == 36
    assert (cut[oil].quantity, figures(cut[oil])["budget_cut"]) == (2, "8")
    assert sum(line.amount_minor or 0 for line in cut.values()) <= 14_000


async def test_own_stock_moves_before_anything_is_bought(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    tea = shop.market.tea
    await expects(db, shop, tea, 5)
    await expects(db, shop, tea, 1, at=shop.second)
    await stands(owner_pool, shop, tea, 30, at=shop.second)

    lines = await proposed(db, shop)

    [transfer] = of_kind(lines, ProposalKind.TRANSFER)
    [purchase] = of_kind(lines, ProposalKind.BUY)
    assert (transfer.from_warehouse_id, transfer.warehouse_id) == (shop.second, shop.first)
    assert (transfer.quantity, purchase.quantity) == (23, 12)
    # Orders and transfers lock stock, and no two calls can do so in one order.
    [problem] = await refused(db, shop, Take(purchase.id), Take(transfer.id))
    assert isinstance(problem, InvalidValue)
    assert problem.path == ("lines",)
    assert await level_of(owner_pool, shop.story, shop.second, tea) == (30, 0)
    assert await ordered(owner_pool, shop) == []
    moved = await take(db, shop, Take(transfer.id))
    bought = await take(db, shop, Take(purchase.id))
    assert len(bought.order_ids) == len(moved.document_ids) == 1
    assert moved.order_ids == bought.document_ids == ()
    assert await level_of(owner_pool, shop.story, shop.first, tea) == (23, 0)
    assert await ordered(owner_pool, shop) == [(shop.edge, tea, 12)]
    assert await proposed(db, shop) == []


async def test_what_is_bought_beside_what_moves_is_what_that_leaves_of_the_need(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    tea = shop.market.tea
    await expects(db, shop, tea, 5)
    await stands(owner_pool, shop, tea, 23, at=shop.second)
    lines = await proposed(db, shop)
    [transfer] = of_kind(lines, ProposalKind.TRANSFER)
    [purchase] = of_kind(lines, ProposalKind.BUY)
    await placed(db, shop.market, tea=10)

    # Of 35, ten come now, and 23 move.
    await take(db, shop, Take(transfer.id))
    assert await refused(db, shop, Take(purchase.id)) == [
        NeedCovered(path=("lines", 0, "quantity"), asked=12, needed=2)
    ]
    assert len(await ordered(owner_pool, shop)) == 1
    await take(db, shop, Take(purchase.id, 2))
    assert await level_of(owner_pool, shop.story, shop.first, tea) == (23, 0)


async def test_what_moves_is_what_can_still_be_spared_where_it_comes_from(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    tea = shop.market.tea
    third = await a_warehouse(owner_pool, shop.story, "retailer_1", "THIRD", priority=3)
    await expects(db, shop, tea, 1)
    await expects(db, shop, tea, 1, at=third)
    await expects(db, shop, tea, 1, at=shop.second)
    await stands(owner_pool, shop, tea, 30, at=shop.second)
    one, other = of_kind(await proposed(db, shop), ProposalKind.TRANSFER)
    assert (one.quantity, other.quantity) == (7, 7)

    # 17 stand there now, of which 7 are its own.
    await owner_pool.execute(SELL_SOME, shop.story.network_id, shop.second, tea)
    assert await refused(db, shop, Take(one.id), Take(other.id)) == [
        NeedCovered(path=("lines", 1, "quantity"), asked=7, needed=3)
    ]
    assert await level_of(owner_pool, shop.story, shop.second, tea) == (17, 0)
    await take(db, shop, Take(one.id), Take(other.id, 3))
    assert await level_of(owner_pool, shop.story, shop.second, tea) == (7, 0)


async def test_what_stands_for_too_long_is_named_with_what_could_be_done(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    tea, oil = shop.market.tea, shop.market.oil
    await stands(owner_pool, shop, tea, 40, days=100)
    await expects(db, shop, oil, 1)
    await stands(owner_pool, shop, oil, 500)

    by_sku = {line.sku_id: line for line in of_kind(await proposed(db, shop), ProposalKind.CLEAR)}

    assert (by_sku[tea].quantity, figures(by_sku[tea])["advice"]) == (40, "return")
    assert (by_sku[oil].quantity, figures(by_sku[oil])["advice"]) == (320, "discount")
    await take(db, shop, Take(by_sku[tea].id))
    assert await ordered(owner_pool, shop) == []


async def test_new_stock_is_not_slow_though_nobody_has_asked_for_it_yet(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db, max_cover_days=3650)
    await stands(owner_pool, shop, shop.market.tea, 40, days=10)
    await expects(db, shop, shop.market.tea, 1)

    assert await proposed(db, shop) == []


async def test_what_is_taken_becomes_one_order_for_each_edge_and_is_not_proposed_again(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    await expects(db, shop, shop.market.oil, 1)
    await expects(db, shop, shop.market.tea, 2, at=shop.second)
    lines = await proposed(db, shop)

    accepted = await take(db, shop, *[Take(line.id) for line in lines])

    [order_id] = accepted.order_ids
    assert sorted(await ordered(owner_pool, shop)) == sorted(
        [
            (shop.edge, shop.market.tea, 35),
            (shop.edge, shop.market.oil, 7),
            (shop.edge, shop.market.tea, 14),
        ]
    )
    assert await proposed(db, shop) == []
    # All comes to where it was proposed for, and nothing is left to be carried or bought again.
    seller = shop.story.actor("trader_a")
    async with db.unit_of_work(shop.story.network_id) as conn:
        await confirm_order(conn, actor=seller, order_id=order_id)
    shipment_id = await done(db, seller, ship_order, order_id=order_id)
    await done(db, shop.story.actor("retailer_1"), receive_shipment, shipment_id=shipment_id)
    story, tea = shop.story, shop.market.tea
    assert await level_of(owner_pool, story, shop.first, tea) == (35, 0)
    assert await level_of(owner_pool, story, shop.second, tea) == (14, 0)
    assert await proposed(db, shop) == []


async def test_two_planners_at_once_make_one_order(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    [line] = await proposed(db, shop)

    outcomes = await asyncio.gather(
        *(take(db, shop, Take(line.id)) for _ in range(6)), return_exceptions=True
    )

    assert sum(isinstance(outcome, Accepted) for outcome in outcomes) == 1
    assert all(isinstance(outcome, Accepted | Rejected) for outcome in outcomes)
    assert await ordered(owner_pool, shop) == [(shop.edge, shop.market.tea, 35)]


async def test_making_and_taking_at_once_order_no_need_twice(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 2)

    async def plan_and_take() -> None:
        for line in await proposed(db, shop):
            await take(db, shop, Take(line.id))

    for _ in range(3):
        outcomes = await asyncio.gather(
            *(plan_and_take() for _ in range(4)), return_exceptions=True
        )
        # What was superseded meanwhile is refused; nothing else goes wrong.
        assert all(outcome is None or isinstance(outcome, Rejected) for outcome in outcomes)

    assert sum(units for *_, units in await ordered(owner_pool, shop)) == 14


async def test_what_others_have_ordered_meanwhile_is_not_needed_any_more(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    [line] = await proposed(db, shop)
    order_id = await placed(db, shop.market, tea=30)

    assert await refused(db, shop, Take(line.id)) == [
        NeedCovered(path=("lines", 0, "quantity"), asked=35, needed=5)
    ]
    assert len(await ordered(owner_pool, shop)) == 1
    await done(db, shop.story.actor("retailer_1"), cancel_order, order_id=order_id)
    await take(db, shop, Take(line.id))
    assert len(await ordered(owner_pool, shop)) == 2


async def test_a_part_of_a_line_may_be_taken_in_whole_steps_and_never_more_than_is_needed(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    case = await owner_pool.fetchval(MAKE_PACK, shop.story.network_id, shop.market.tea)
    await with_term(db, shop, sku_id=shop.market.tea, pack_id=case, order_minimum=12)
    await expects(db, shop, shop.market.tea, 5)
    [line] = await proposed(db, shop)
    path = ("lines", 0, "quantity")

    for units in (7, 6):
        assert await refused(db, shop, Take(line.id, units)) == [
            QuantityNotInSteps(path=path, asked=units, multiple=6, least=12)
        ]
    assert await refused(db, shop, Take(line.id, 42)) == [
        NeedCovered(path=path, asked=42, needed=36)
    ]
    assert await ordered(owner_pool, shop) == []
    await take(db, shop, Take(line.id, 12))
    assert await ordered(owner_pool, shop) == [(shop.edge, shop.market.tea, 12)]
    [rest] = await proposed(db, shop)
    assert rest.quantity == 24


async def test_nothing_is_ordered_when_the_order_is_refused_or_the_budget_is_gone(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 60)
    await expects(db, shop, shop.market.oil, 1)
    lines = await proposed(db, shop)
    takes = [Take(line.id) for line in lines]

    # 1,260.00 and 87.50 on a credit of 1,000.00.
    [problem, *_] = await refused(db, shop, *takes)
    assert isinstance(problem, NotEnoughCredit) or problem.path[0] == "lines"
    assert await ordered(owner_pool, shop) == []

    buyer = shop.story.actor("retailer_1")
    month = datetime.now(TRADE_ZONE).date()
    await done(db, buyer, put_budget, month=month, currency="CNY", amount_minor=5_000)
    [oil] = [line for line in lines if line.sku_id == shop.market.oil]
    [problem] = await refused(db, shop, Take(oil.id))
    assert isinstance(problem, BudgetExceeded)
    assert problem.missing.minor == 3_750
    assert await ordered(owner_pool, shop) == []
    assert {line.state for line in (await found(db, shop, *takes)).values()} == {ProposalState.OPEN}


async def test_a_budget_of_another_currency_that_is_gone_keeps_nobody_from_ordering(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    buyer = shop.story.actor("retailer_1")
    lines = (NewOrderLine(shop.market.oil, 1),)
    order = NewOrder(relationship_id=shop.edge, lines=lines)
    await done(db, buyer, place_order, order=order)
    await owner_pool.execute(ORDERED_IN_DOLLARS, shop.story.network_id)
    month = datetime.now(TRADE_ZONE).date()
    await done(db, buyer, put_budget, month=month, currency="USD", amount_minor=0)
    await expects(db, shop, shop.market.tea, 5)
    [line] = await proposed(db, shop)

    accepted = await take(db, shop, Take(line.id))

    assert len(accepted.order_ids) == 1


async def found(db: Database, shop: Shop, *takes: Take) -> dict[int, Any]:
    async with db.reading(shop.story.network_id) as conn:
        return await proposals_by_ids(
            conn, actor=shop.story.actor("retailer_1"), ids=[one.line_id for one in takes]
        )


async def test_a_line_that_was_dismissed_or_superseded_is_not_taken(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    [old] = await proposed(db, shop)
    [new] = await proposed(db, shop)
    await done(db, shop.story.actor("retailer_1"), dismiss_proposals, line_ids=[new.id])

    for line, state in ((old, "superseded"), (new, "dismissed")):
        assert await refused(db, shop, Take(line.id)) == [
            WrongState(path=("lines", 0, "id"), subject="proposal", state=state)
        ]
    assert await ordered(owner_pool, shop) == []


async def test_an_edge_that_names_a_territory_gets_an_order_for_where_goods_are_received(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await with_terms(owner_pool, shop.market, territory=("CN-SH",))
    await owner_pool.execute(
        "UPDATE inventory.warehouse SET region = 'CN-SH' WHERE id = $1", shop.first
    )
    await expects(db, shop, shop.market.tea, 5)
    [line] = await proposed(db, shop)

    await take(db, shop, Take(line.id))

    assert len(await ordered(owner_pool, shop)) == 1


async def test_bundles_that_come_count_as_their_components(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    gift = await a_gift(owner_pool, shop.market, tea=4, oil=1)
    await expects(db, shop, shop.market.tea, 5)
    order = NewOrder(relationship_id=shop.edge, lines=(NewOrderLine(gift, 5),))
    await done(db, shop.story.actor("retailer_1"), place_order, order=order)

    [line] = await proposed(db, shop)

    assert (figures(line)["incoming"], line.quantity) == ("20", 15)
