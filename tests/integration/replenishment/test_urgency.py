"""The most urgent proposals come first, page by page, and so do the worst alerts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from tests.factories_ordering import placed
from tests.factories_replenishment import Shop, a_range, a_shop, done, expects, proposed, stands
from tradeline.kernel import TRADE_ZONE, Database, PageRequest, Pool, page_request
from tradeline.replenishment import (
    AlertFilter,
    AlertKind,
    ProposalFilter,
    ProposalKind,
    ProposalLine,
    ProposalState,
    count_alerts,
    dismiss_proposals,
    list_alerts,
    list_proposals,
    make_proposals,
)
from tradeline.replenishment.queries.proposals import LIST_OPEN_LINES

RAISE = """
    INSERT INTO replenishment.alert
           (network_id, kind, relationship_id, order_id, order_line_id, due_on, quantity, raised_at,
            healed_at)
    SELECT $1, $3, trade_order.relationship_id, trade_order.id,
           CASE WHEN $3 <> 'late_confirmation' THEN line.id END,
           $4, $5, $6, $7
      FROM ordering.trade_order AS trade_order
      JOIN ordering.order_line AS line
        ON line.network_id = $1 AND line.order_id = trade_order.id
     WHERE trade_order.network_id = $1 AND trade_order.id = $2
    RETURNING id
"""


async def pages(
    db: Database, shop: Shop, size: int, only: ProposalFilter | None = None
) -> list[list[ProposalLine]]:
    """All of them, so many at a time."""
    only = only or ProposalFilter(state=ProposalState.OPEN)
    shape = (int, int, int) if only.state is ProposalState.OPEN else (int,)
    found: list[list[ProposalLine]] = []
    after = None
    while True:
        async with db.reading(shop.story.network_id) as conn:
            page = await list_proposals(
                conn,
                actor=shop.story.actor("retailer_1"),
                page=page_request(size, after, shape),
                only=only,
            )
        found.append(list(page.items))
        if not page.has_next:
            return found
        after = page.cursors[-1]


async def test_what_runs_out_first_comes_first_then_what_costs_most_then_the_slowest(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    tea, oil = shop.market.tea, shop.market.oil
    # Of both nothing is left in front, and oil costs more; of tea there are two days in the back.
    await expects(db, shop, tea, 5)
    await expects(db, shop, oil, 5)
    await expects(db, shop, tea, 5, at=shop.second)
    await stands(owner_pool, shop, tea, 10, at=shop.second)
    await stands(owner_pool, shop, oil, 5000, at=shop.second, days=200)
    lines = await proposed(db, shop)
    clear = [line for line in lines if line.kind is ProposalKind.CLEAR]
    assert {line.kind for line in lines} == set(ProposalKind)

    [all_of_them] = await pages(db, shop, 100)
    one_by_one = [line for page in await pages(db, shop, 1) for line in page]

    assert all_of_them == one_by_one == sorted(lines, key=lambda line: line.urgency)
    ranks = [
        (line.kind, line.sku_id == oil, line.days_of_cover)
        for line in all_of_them
        if line.kind is not ProposalKind.CLEAR
    ]
    assert [days for *_, days in ranks] == sorted(days for *_, days in ranks if days is not None)
    bought = [line for line in all_of_them if line.kind is ProposalKind.BUY]
    amounts = [(line.days_of_cover, -(line.amount_minor or 0)) for line in bought]
    assert amounts == sorted(amounts)
    assert all_of_them[-len(clear) :] == clear


async def test_what_is_to_be_cleared_begins_with_what_lasts_longest(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db, max_cover_days=10)
    for sku_id, units in ((shop.market.tea, 300), (shop.market.oil, 900)):
        await expects(db, shop, sku_id, 5)
        await stands(owner_pool, shop, sku_id, units)
    await proposed(db, shop)

    only = ProposalFilter(state=ProposalState.OPEN, kind=ProposalKind.CLEAR)
    found = [line for page in await pages(db, shop, 1, only) for line in page]

    assert [line.sku_id for line in found] == [shop.market.oil, shop.market.tea]


async def test_lines_that_are_decided_on_come_newest_first(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    await expects(db, shop, shop.market.oil, 1)
    buyer = shop.story.actor("retailer_1")
    for _ in range(2):
        ids = [line.id for line in await proposed(db, shop)]
        await done(db, buyer, dismiss_proposals, line_ids=ids)

    only = ProposalFilter(state=ProposalState.DISMISSED)
    ids = [line.id for page in await pages(db, shop, 3, only) for line in page]

    assert len(ids) == 4
    assert ids == sorted(ids, reverse=True)


async def test_lines_are_narrowed_down_to_a_supplier_and_a_warehouse(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    await expects(db, shop, shop.market.tea, 5, at=shop.second)
    await proposed(db, shop)

    async def places(**only: Any) -> list[int]:
        wanted = ProposalFilter(state=ProposalState.OPEN, **only)
        return [line.warehouse_id for page in await pages(db, shop, 9, wanted) for line in page]

    assert sorted(await places()) == sorted([shop.first, shop.second])
    assert await places(warehouse_id=shop.second) == [shop.second]
    assert len(await places(relationship_id=shop.edge)) == 2
    assert await places(relationship_id=shop.story.edge("brand", "trader_a")) == []
    by_edge = ProposalFilter(relationship_id=shop.edge)
    assert len((await pages(db, shop, 9, by_edge))[0]) == 2
    elsewhere = ProposalFilter(relationship_id=shop.edge + 10**6)
    assert await pages(db, shop, 9, elsewhere) == [[]]


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _steps(each)


async def test_the_most_urgent_of_many_are_found_without_looking_at_the_others(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await a_range(owner_pool, shop, 300)
    buyer = shop.story.actor("retailer_1")
    assert len(await proposed(db, shop)) == 900
    await owner_pool.execute("ANALYZE replenishment.proposal_line")

    async with db.reading(shop.story.network_id) as conn:
        [row] = await conn.fetch(
            f"EXPLAIN (ANALYZE, FORMAT json) {LIST_OPEN_LINES}",
            *(buyer.network_id, buyer.org_id, *[None] * 8, 21),
        )

    steps = list(_steps(json.loads(row[0])[0]["Plan"]))
    [read] = [step for step in steps if step.get("Relation Name") == "proposal_line"]
    assert read["Index Name"] == "proposal_line_by_urgency"
    assert read["Actual Rows"] + read.get("Rows Removed by Filter", 0) == 21


async def _raised(
    owner_pool: Pool, shop: Shop, order_id: int, kind: str, due_on: date | None, **at: Any
) -> int:
    raised_at = datetime.now(TRADE_ZONE) - timedelta(days=at.get("days", 0))
    healed_at = datetime.now(TRADE_ZONE) if at.get("healed") else None
    id: int = await owner_pool.fetchval(
        RAISE, shop.story.network_id, order_id, kind, due_on, 3, raised_at, healed_at
    )
    return id


async def test_open_alerts_begin_with_what_is_overdue_longest_and_are_counted_by_kind(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    orders = [await placed(db, shop.market, tea=1) for _ in range(3)]
    today = datetime.now(TRADE_ZONE).date()
    late = "late_delivery"
    recent = await _raised(owner_pool, shop, orders[0], late, today - timedelta(days=1))
    worst = await _raised(owner_pool, shop, orders[1], late, today - timedelta(days=9))
    short = await _raised(owner_pool, shop, orders[2], "short_receipt", None, days=4)
    healed = await _raised(owner_pool, shop, orders[2], late, today, healed=True)

    async def seen(by: str = "retailer_1", size: int = 100, **only: Any) -> list[int]:
        wanted = AlertFilter(**only)
        shape = (int, int) if wanted.is_open else (int,)
        ids: list[int] = []
        after = None
        while True:
            async with db.reading(shop.story.network_id) as conn:
                request = page_request(size, after, shape)
                page = await list_alerts(
                    conn, actor=shop.story.actor(by), page=request, only=wanted
                )
            ids += [alert.id for alert in page.items]
            if not page.has_next:
                return ids
            after = page.cursors[-1]

    assert await seen(is_open=True) == await seen(size=1, is_open=True) == [worst, short, recent]
    assert await seen("trader_a", is_open=True) == [worst, short, recent]
    assert await seen() == await seen(size=1) == sorted([recent, worst, short, healed])[::-1]
    assert await seen(is_open=False) == [healed]
    assert await seen(is_open=True, kind=AlertKind.SHORT_RECEIPT) == [short]
    assert await seen(kind=AlertKind.LATE_DELIVERY) == [healed, worst, recent]
    assert await seen(is_open=True, relationship_id=shop.story.edge("brand", "trader_a")) == []
    assert len(await seen(is_open=True, relationship_id=shop.edge)) == 3

    async with db.reading(shop.story.network_id) as conn:
        mine = await count_alerts(conn, actor=shop.story.actor("retailer_1"))
        theirs = await count_alerts(conn, actor=shop.story.actor("retailer_2"))
    assert {one.kind: one.count for one in mine} == {
        AlertKind.LATE_DELIVERY: 2,
        AlertKind.SHORT_RECEIPT: 1,
    }
    assert theirs == []
    assert await seen("retailer_2", is_open=True) == []


async def test_an_organization_pages_through_its_own_lines_alone(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    await done(db, shop.story.actor("retailer_1"), make_proposals)

    async with db.reading(shop.story.network_id) as conn:
        page = await list_proposals(
            conn,
            actor=shop.story.actor("trader_a"),
            page=PageRequest(),
            only=ProposalFilter(state=ProposalState.OPEN),
        )

    assert page.items == ()
