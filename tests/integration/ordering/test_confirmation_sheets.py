"""Confirming orders by a sheet: looked at first, then all of it or nothing."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories_inventory import level_of
from tests.factories_ordering import Market, a_market, lines, placed
from tests.factories_settlement import exposure_of
from tests.integration.ordering.test_steps import do, state_of
from tradeline.kernel import (
    Database,
    Forbidden,
    InvalidValue,
    NotFound,
    Pool,
    Rejected,
    WrongState,
)
from tradeline.ordering import (
    BadFile,
    OrderState,
    ReasonMissing,
    apply_confirmations,
    events_of_orders,
    orders_by_ids,
    preview_confirmations,
)

HEADER = "订单号,行号,商品编码,待确认数量,确认数量,承诺日期,原因\n"


async def number_of(db: Database, market: Market, order_id: int) -> str:
    actor = market.story.actor("trader_a")
    async with db.reading(actor.network_id) as conn:
        return (await orders_by_ids(conn, actor=actor, ids=[order_id]))[order_id].number


def sheet(*rows: str, header: str = HEADER) -> dict[str, object]:
    return {"name": "a.csv", "content": (header + "\n".join(rows)).encode()}


async def refused(
    db: Database, market: Market, *rows: str, by: str = "trader_a"
) -> list[tuple[type, tuple[str | int, ...]]]:
    with pytest.raises(Rejected) as told:
        await do(db, market.story.actor(by), apply_confirmations, **sheet(*rows))
    return [(type(problem), problem.path) for problem in told.value.problems]


async def test_a_sheet_confirms_in_whole_in_part_and_not_at_all_and_leaves_the_rest(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    first, second = await placed(db, market, tea=10, oil=4), await placed(db, market, tea=6)
    left = await placed(db, market, tea=5)
    one, two, three = [await number_of(db, market, it) for it in (first, second, left)]
    filled = sheet(
        f"{one},1,TEA,10,10,2027-03-12,",
        f"{one},2,OIL,4,1,2027/3/15,缺货",
        f"{two},1,TEA,6,0,,停产",
        f"{three},1,TEA,5,,,",
    )

    rows = await do(db, seller, preview_confirmations, **filled)

    assert [(row.typed.row, row.confirmed, row.promised_on, row.is_left) for row in rows] == [
        (2, 10, date(2027, 3, 12), False),
        (3, 1, date(2027, 3, 15), False),
        (4, 0, None, False),
        (5, None, None, True),
    ]
    assert [row.problems for row in rows] == [()] * 4
    assert await state_of(db, market, first) is OrderState.TO_CONFIRM
    assert await do(db, seller, apply_confirmations, **filled) == 2
    states = [await state_of(db, market, it) for it in (first, second, left)]
    assert states == [OrderState.TO_SHIP, OrderState.REFUSED, OrderState.TO_CONFIRM]
    tea, oil = await lines(db, market, first)
    assert (tea.promised_on, oil.promised_on) == (date(2027, 3, 12), date(2027, 3, 15))
    assert (oil.refused_quantity, oil.refusal_reason) == (3, "缺货")
    exposure = await exposure_of(owner_pool, market.edge)
    assert exposure.held_minor == 3_000 + 1_250 + 1_500
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 15)
    assert await level_of(owner_pool, market.story, market.warehouse, market.oil) == (100, 1)
    assert await refused(db, market, f"{two},1,TEA,6,6,,") == [(WrongState, ("rows", 2, "order"))]


async def test_lines_that_were_confirmed_before_are_promised_for_another_day(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await placed(db, market, tea=10, oil=4)
    number = await number_of(db, market, order_id)
    rows = (f"{number},1,TEA,10,10,2027-03-12,", f"{number},2,OIL,4,4,2027-03-12,")
    await do(db, seller, apply_confirmations, **sheet(*rows))
    # As it stands, there is nothing to do.
    assert await refused(db, market, *rows) == [(InvalidValue, ("content",))]

    moved = sheet(f"{number},2,OIL,4,4,2027-03-20,")
    assert await do(db, seller, apply_confirmations, **moved) == 1

    days = [line.promised_on for line in await lines(db, market, order_id)]
    assert days == [date(2027, 3, 12), date(2027, 3, 20)]
    async with db.reading(seller.network_id) as conn:
        events = (await events_of_orders(conn, actor=seller, order_ids=[order_id]))[order_id]
    assert [event.step for event in events] == ["place", "confirm", "redate"]
    assert await refused(
        db, market, f"{number},1,TEA,10,9,2027-03-20,", f"{number},2,OIL,4,,soon,"
    ) == [
        (InvalidValue, ("rows", 2, "confirmed")),
        (InvalidValue, ("rows", 3, "promised")),
    ]
    # A line is promised for one day, and not for whichever row comes last.
    assert await refused(
        db, market, f"{number},1,TEA,10,10,2027-03-20,", f"{number},1,TEA,10,10,2027-03-27,"
    ) == [(NotFound, ("rows", 3, "line"))]
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 3_000 + 5_000


async def test_every_row_that_is_wrong_is_told_and_none_is_applied(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order_id, other = await placed(db, market, tea=10, oil=4), await placed(db, market, tea=6)
    one, two = await number_of(db, market, order_id), await number_of(db, market, other)

    found = await refused(
        db,
        market,
        f"{one},1,TEA,10,11,,",
        f"{one},1,TEA,10,10,,",
        f"{one},3,TEA,10,10,,",
        f"{two},1,TEA,6,many,tomorrow,",
        "SO99999999,1,TEA,1,1,,",
    )

    assert found == [
        (InvalidValue, ("rows", 2, "confirmed")),
        (InvalidValue, ("rows", 2, "line")),
        (NotFound, ("rows", 3, "line")),
        (NotFound, ("rows", 4, "line")),
        (InvalidValue, ("rows", 5, "confirmed")),
        (InvalidValue, ("rows", 5, "promised")),
        (NotFound, ("rows", 6, "order")),
    ]
    assert await refused(db, market, f"{two},1,TEA,6,5,,") == [
        (ReasonMissing, ("rows", 2, "reason"))
    ]
    assert await refused(db, market, f"{two},1,TEA,6,,,") == [(InvalidValue, ("content",))]
    assert await state_of(db, market, order_id) is OrderState.TO_CONFIRM
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 3_000 + 5_000 + 1_800


async def test_nobody_confirms_what_another_sells_not_even_by_its_number(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=10)
    row = f"{await number_of(db, market, order_id)},1,TEA,10,10,,"

    for stranger in ("retailer_1", "trader_b", "brand"):
        assert await refused(db, market, row, by=stranger) == [(NotFound, ("rows", 2, "order"))]
    for use_case in (preview_confirmations, apply_confirmations):
        with pytest.raises(Forbidden):
            await do(db, market.story.visitor("trader_a"), use_case, **sheet(row))
    assert await state_of(db, market, order_id) is OrderState.TO_CONFIRM


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"SKU,QTY\nTEA,1\n",
        HEADER.encode(),
        b"PK\x03\x04 no workbook",
        (HEADER + "SO1,1,,,1,,\n" * 1_001).encode(),
    ],
)
async def test_a_file_that_is_no_such_sheet_is_refused(
    owner_pool: Pool, db: Database, content: bytes
) -> None:
    market = await a_market(owner_pool, db)
    with pytest.raises(Rejected) as told:
        await do(
            db,
            market.story.actor("trader_a"),
            preview_confirmations,
            name="a.csv",
            content=content,
        )
    assert [type(problem) for problem in told.value.problems] == [BadFile]
