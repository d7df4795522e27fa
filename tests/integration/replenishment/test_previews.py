"""What accepting would come to is told before, and what is accepted is what was told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.factories_ordering import placed, with_terms
from tests.factories_replenishment import (
    Shop,
    a_range,
    a_shop,
    done,
    expects,
    proposed,
    stands,
)
from tests.integration.replenishment.test_proposals import found, ordered
from tradeline.kernel import (
    TRADE_ZONE,
    Database,
    Forbidden,
    InvalidValue,
    Money,
    NotFound,
    Permission,
    Pool,
    Problem,
    Rejected,
    WrongState,
)
from tradeline.ordering import BelowOrderMinimum, NotEnoughCredit, NotTrading
from tradeline.replenishment import (
    AcceptPreview,
    BudgetExceeded,
    NeedCovered,
    OrderAmountChanged,
    PreviewedBudget,
    PreviewedLine,
    ProposalKind,
    ProposalState,
    QuantityNotInSteps,
    ShownOrder,
    Take,
    accept_proposals,
    dismiss_proposals,
    preview_accept,
    put_budget,
)

PRICE = """
    UPDATE pricing.price SET unit_price = unit_price + 1 WHERE network_id = $1 AND sku_id = $2
"""
AMOUNTS = """
    SELECT relationship_id, amount_minor FROM ordering.trade_order WHERE network_id = $1
"""
SUSPEND = """
    UPDATE organizations.relationship SET state = 'suspended' WHERE network_id = $1 AND id = $2
"""


async def look(db: Database, shop: Shop, *takes: Take, by: Any = None) -> AcceptPreview:
    actor = by or shop.story.actor("retailer_1")
    async with db.reading(shop.story.network_id) as conn:
        return await preview_accept(conn, actor=actor, takes=takes)


async def not_looked_at(db: Database, shop: Shop, *takes: Take, by: Any = None) -> list[Problem]:
    with pytest.raises(Rejected) as caught:
        await look(db, shop, *takes, by=by)
    return list(caught.value.problems)


async def accept(db: Database, shop: Shop, takes: list[Take], shown: list[ShownOrder]) -> Any:
    return await done(
        db, shop.story.actor("retailer_1"), accept_proposals, takes=takes, shown=shown
    )


def yuan(minor: int) -> Money:
    return Money(minor, "CNY")


async def test_the_order_of_each_edge_is_told_with_what_it_costs_and_what_the_budget_leaves(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await with_terms(owner_pool, shop.market, minimum_minor=5_000)
    await expects(db, shop, shop.market.tea, 5)
    await expects(db, shop, shop.market.oil, 2)
    month = datetime.now(TRADE_ZONE).date()
    buyer = shop.story.actor("retailer_1")
    await done(db, buyer, put_budget, month=month, currency="CNY", amount_minor=50_000)
    await done(db, buyer, put_budget, month=month, currency="USD", amount_minor=1)
    tea, oil = sorted(await proposed(db, shop), key=lambda line: line.sku_id)

    # 35 at 3.00, and of 14 at 12.50 only ten.
    takes = [Take(tea.id), Take(oil.id, 10)]
    preview = await look(db, shop, *takes)

    [order] = preview.orders
    assert order.relationship_id == shop.edge
    assert set(order.lines) == {
        PreviewedLine(tea.id, 35, yuan(10_500)),
        PreviewedLine(oil.id, 10, yuan(12_500)),
    }
    assert (order.quantity, order.amount, order.order_minimum) == (45, yuan(23_000), yuan(5_000))
    assert (preview.line_count, preview.quantity, preview.problems) == (2, 45, ())
    assert preview.budgets == (PreviewedBudget(yuan(50_000), yuan(27_000)),)
    assert await ordered(owner_pool, shop) == []
    states = {line.state for line in (await found(db, shop, *takes)).values()}
    assert states == {ProposalState.OPEN}

    await accept(db, shop, takes, [ShownOrder(shop.edge, order.amount)])
    [row] = await owner_pool.fetch(AMOUNTS, shop.story.network_id)
    assert tuple(row) == (shop.edge, 23_000)


async def test_all_that_stands_in_the_way_is_told_at_once(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    await expects(db, shop, shop.market.oil, 2)
    month = datetime.now(TRADE_ZONE).date()
    buyer = shop.story.actor("retailer_1")
    tea, oil = sorted(await proposed(db, shop), key=lambda line: line.sku_id)
    await done(db, buyer, put_budget, month=month, currency="CNY", amount_minor=10_000)
    await placed(db, shop.market, oil=4)
    await with_terms(owner_pool, shop.market, minimum_minor=50_000)

    preview = await look(db, shop, Take(tea.id), Take(oil.id))

    assert (preview.line_count, preview.quantity) == (1, 35)
    assert preview.budgets == (PreviewedBudget(yuan(5_000), yuan(-5_500)),)
    assert list(preview.problems) == [
        NeedCovered(path=("lines", 1, "quantity"), asked=14, needed=10),
        BelowOrderMinimum(path=("lines",), order_minimum=yuan(50_000), order_amount=yuan(10_500)),
        BudgetExceeded(path=("lines",), missing=yuan(5_500)),
    ]


async def test_credit_and_an_edge_that_does_not_trade_any_more_are_told(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await with_terms(owner_pool, shop.market, holds_stock=False)
    await expects(db, shop, shop.market.tea, 60)
    [line] = await proposed(db, shop)

    # 1,260.00 on a credit of 1,000.00.
    [problem] = (await look(db, shop, Take(line.id))).problems
    assert isinstance(problem, NotEnoughCredit)
    await owner_pool.execute(SUSPEND, shop.story.network_id, shop.edge)
    preview = await look(db, shop, Take(line.id))
    assert preview.problems == (NotTrading(path=("lines",)),)
    assert [line.amount for line in preview.orders[0].lines] == [None]


async def test_a_quantity_that_comes_in_no_whole_packs_is_told(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db, order_minimum=12)
    await expects(db, shop, shop.market.tea, 5)
    [line] = await proposed(db, shop)

    preview = await look(db, shop, Take(line.id, 7))

    assert preview.problems == (
        QuantityNotInSteps(path=("lines", 0, "quantity"), asked=7, multiple=1, least=12),
    )
    assert (preview.line_count, preview.orders, preview.budgets) == (0, (), ())


async def test_what_moves_is_counted_and_judged_by_what_can_be_spared(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    tea = shop.market.tea
    await expects(db, shop, tea, 5)
    await expects(db, shop, tea, 1, at=shop.second)
    await stands(owner_pool, shop, tea, 30, at=shop.second)
    lines = {line.kind: line for line in await proposed(db, shop)}
    move, buy = lines[ProposalKind.TRANSFER], lines[ProposalKind.BUY]

    preview = await look(db, shop, Take(move.id))

    assert (preview.line_count, preview.quantity) == (1, move.quantity)
    assert (preview.orders, preview.budgets, preview.problems) == ((), (), ())
    [problem] = await not_looked_at(db, shop, Take(move.id), Take(buy.id))
    assert isinstance(problem, InvalidValue)
    clerk = shop.story.actor("retailer_1", Permission.REPLENISHMENT_MANAGE, Permission.ORDER_PLACE)
    with pytest.raises(Forbidden):
        await look(db, shop, Take(move.id), by=clerk)


async def test_an_order_that_comes_to_something_else_than_was_shown_is_not_placed(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    [line] = await proposed(db, shop)
    [order] = (await look(db, shop, Take(line.id))).orders
    shown = ShownOrder(shop.edge, order.amount)
    other = ShownOrder(shop.story.edge("brand", "trader_a"), order.amount)

    async def refused(*orders: ShownOrder) -> list[Problem]:
        with pytest.raises(Rejected) as caught:
            await accept(db, shop, [Take(line.id)], list(orders))
        assert await ordered(owner_pool, shop) == []
        [kept] = (await found(db, shop, Take(line.id))).values()
        assert kept.state is ProposalState.OPEN
        return list(caught.value.problems)

    assert await refused(shown, other) == [
        NotFound(path=("shown", 1, "relationshipId"), subject="order")
    ]
    [problem] = await refused()
    assert isinstance(problem, InvalidValue)
    await owner_pool.execute(PRICE, shop.story.network_id, shop.market.tea)
    assert await refused(shown) == [
        OrderAmountChanged(path=("shown", 0, "amount"), was=yuan(10_500), now=yuan(14_000))
    ]

    [order] = (await look(db, shop, Take(line.id))).orders
    await accept(db, shop, [Take(line.id)], [ShownOrder(shop.edge, order.amount)])
    assert await ordered(owner_pool, shop) == [(shop.edge, shop.market.tea, 35)]


async def test_a_look_is_refused_to_strangers_and_of_lines_that_are_not_open(
    owner_pool: Pool, db: Database
) -> None:
    shop, other = await a_shop(owner_pool, db), await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    [line] = await proposed(db, shop)
    missing = NotFound(path=("lines", 0, "id"), subject="proposal")

    for stranger in (shop.story.actor("trader_a"), other.story.actor("retailer_1")):
        async with db.reading(stranger.network_id) as conn:
            with pytest.raises(Rejected) as caught:
                await preview_accept(conn, actor=stranger, takes=[Take(line.id)])
        assert caught.value.problems == (missing,)
    manages, places = Permission.REPLENISHMENT_MANAGE, Permission.ORDER_PLACE
    for lacking in ((manages,), (places,), (Permission.REPLENISHMENT_READ, places)):
        with pytest.raises(Forbidden):
            await look(db, shop, Take(line.id), by=shop.story.actor("retailer_1", *lacking))
    twice = await not_looked_at(db, shop, Take(line.id), Take(line.id))
    assert [problem.path for problem in twice] == [("lines", 1, "id")]
    await done(db, shop.story.actor("retailer_1"), dismiss_proposals, line_ids=[line.id])
    assert await not_looked_at(db, shop, Take(line.id)) == [
        WrongState(path=("lines", 0, "id"), subject="proposal", state="dismissed")
    ]


async def test_many_lines_take_as_many_statements_as_few(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    await a_range(owner_pool, shop, 100)
    lines = await proposed(db, shop)

    async def statements(count: int) -> int:
        sent: list[str] = []
        async with db.reading(shop.story.network_id) as conn:
            conn.add_query_logger(lambda record: sent.append(record.query))
            takes = [Take(line.id) for line in lines[:count]]
            await preview_accept(conn, actor=shop.story.actor("retailer_1"), takes=takes)
        return len(sent)

    await statements(1)  # the driver asks about types once
    assert await statements(2) == await statements(200) <= 12
