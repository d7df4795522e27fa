"""Other goods that a sheet of confirmations offers for what it does not confirm."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories_ordering import Market, a_market, confirmed, lines, placed
from tests.integration.ordering.test_confirmation_sheets import number_of
from tests.integration.ordering.test_steps import do, in_days, state_of
from tests.integration.ordering.test_substitutes import decided, offered, offers, scarce
from tests.integration.ordering.test_substitutes_together import counted
from tradeline.kernel import Database, InvalidValue, Locale, Pool, Rejected
from tradeline.ordering import (
    CodeUnknown,
    JudgedConfirmation,
    NotEnoughStock,
    OrderState,
    QuantityUnclear,
    ReasonMissing,
    SubstituteState,
    apply_confirmations,
    decide_substitutes,
    events_of_orders,
    preview_confirmations,
)

HEADER = "订单号,行号,确认数量,承诺日期,原因,替代商品编码,替代数量,报价有效期至\n"
DAY = date(2027, 3, 12)


def sheet(*rows: str) -> dict[str, object]:
    return {"name": "a.csv", "content": (HEADER + "\n".join(rows)).encode()}


async def preview(db: Database, market: Market, *rows: str) -> list[JudgedConfirmation]:
    return await do(db, market.story.actor("trader_a"), preview_confirmations, **sheet(*rows))


async def refused(
    db: Database, market: Market, *rows: str
) -> list[tuple[type, tuple[str | int, ...]]]:
    """What is wrong, which a look at the sheet tells as well."""
    looked = [problem for row in await preview(db, market, *rows) for problem in row.problems]
    with pytest.raises(Rejected) as told:
        await do(db, market.story.actor("trader_a"), apply_confirmations, **sheet(*rows))
    assert list(told.value.problems) == looked
    return [(type(problem), problem.path) for problem in looked]


async def test_what_is_not_confirmed_is_offered_for_and_stays_open_until_the_buyer_decides(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10, oil=4)
    number, until = await number_of(db, market, order_id), in_days(3)
    rows = (
        f"{number},1,6,2027-03-12,断货,OIL,3,{until}",
        f"{number},2,4,2027-03-12,,,,",
    )
    before = await scarce(owner_pool, market)

    row, other = await preview(db, market, *rows)

    assert row.offer is not None
    assert row.offer.placed is not None
    assert (row.confirmed, row.replaced, row.replaced_minor) == (6, 4, 1_200)
    assert (row.offer.placed.quantity, row.offer.placed.amount_minor) == (3, 3_750)
    assert (other.offer, other.replaced) == (None, 0)
    assert await state_of(db, market, order_id) is OrderState.TO_CONFIRM
    assert await offers(db, market, order_id) == []

    assert await do(db, seller, apply_confirmations, **sheet(*rows)) == 1

    tea, _ = await lines(db, market, order_id)
    assert (tea.unshipped, tea.refused_quantity, tea.promised_on) == (10, 0, DAY)
    assert await scarce(owner_pool, market) == before
    [offer] = await offers(db, market, order_id)
    assert (offer.replaced_quantity, offer.quantity, offer.amount_minor) == (4, 3, 3_750)
    assert (offer.promised_on, offer.valid_until, offer.reason) == (DAY, until, "断货")
    async with db.reading(seller.network_id) as conn:
        events = (await events_of_orders(conn, actor=seller, order_ids=[order_id]))[order_id]
    assert [(event.step, event.state) for event in events] == [
        ("place", OrderState.TO_CONFIRM),
        ("confirm", OrderState.TO_SHIP),
        ("propose_substitute", OrderState.TO_SHIP),
    ]
    await do(db, buyer, decide_substitutes, decisions=decided(offer.id))
    tea, _, oil = await lines(db, market, order_id)
    assert (tea.unshipped, tea.refused_quantity, oil.quantity) == (6, 4, 3)


async def test_a_line_of_which_nothing_comes_is_not_promised_for_the_day_of_its_substitute(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await placed(db, market, tea=10)
    number = await number_of(db, market, order_id)

    await do(db, seller, apply_confirmations, **sheet(f"{number},1,0,2027-03-12,,OIL,5,"))

    [tea] = await lines(db, market, order_id)
    [offer] = await offers(db, market, order_id)
    assert (tea.unshipped, tea.promised_on, offer.promised_on) == (10, None, DAY)
    assert (offer.replaced_quantity, offer.valid_until) == (10, None)
    assert await state_of(db, market, order_id) is OrderState.TO_SHIP


async def test_other_goods_are_offered_for_lines_that_were_confirmed_before(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await confirmed(db, market, tea=10, oil=4)
    number = await number_of(db, market, order_id)
    promised = f"{number},1,10,2027-03-12,,,,"
    assert await do(db, seller, apply_confirmations, **sheet(promised)) == 1

    offering = f"{number},1,6,,断货,OIL,2,"
    assert await do(db, seller, apply_confirmations, **sheet(offering)) == 1

    tea, _ = await lines(db, market, order_id)
    assert (tea.unshipped, tea.promised_on) == (10, DAY)
    [offer] = await offers(db, market, order_id)
    assert (offer.state, offer.replaced_quantity) == (SubstituteState.PROPOSED, 4)
    async with db.reading(seller.network_id) as conn:
        events = (await events_of_orders(conn, actor=seller, order_ids=[order_id]))[order_id]
    assert [event.step for event in events[2:]] == ["redate", "propose_substitute"]
    # For what an offer stands, no other is made.
    assert await refused(db, market, f"{number},1,3,,断货,OIL,2,") == [
        (InvalidValue, ("rows", 2, "confirmed"))
    ]


async def test_what_is_wrong_with_an_offer_is_told_at_its_cells_and_nothing_is_applied(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order_id, later = await placed(db, market, tea=10, oil=4), await confirmed(db, market, tea=6)
    one, two = await number_of(db, market, order_id), await number_of(db, market, later)
    before = await scarce(owner_pool, market)

    assert await refused(
        db,
        market,
        f"{one},1,10,,,OIL,2,",
        f"{one},2,1,,,=NOPE(1),2,{in_days(-1)}",
        f"{two},1,,,,OIL,2,soon",
    ) == [
        (InvalidValue, ("rows", 2, "confirmed")),
        (InvalidValue, ("rows", 3, "validUntil")),
        (CodeUnknown, ("rows", 3, "substitute")),
        (InvalidValue, ("rows", 4, "confirmed")),
        (InvalidValue, ("rows", 4, "validUntil")),
    ]
    assert await refused(
        db,
        market,
        f"{one},1,6,someday,,OIL,many,",
        f"{one},2,1,,,OIL,2,{in_days(-1)}",
        f"{two},1,2,,,OIL,101,{in_days(-1)}",
    ) == [
        (InvalidValue, ("rows", 2, "promised")),
        (QuantityUnclear, ("rows", 2, "substituteQuantity")),
        (InvalidValue, ("rows", 3, "validUntil")),
        (InvalidValue, ("rows", 3, "substitute")),
        (InvalidValue, ("rows", 4, "validUntil")),
        (NotEnoughStock, ("rows", 4, "substituteQuantity")),
    ]
    assert await refused(db, market, f"{two},1,2,,,,3,") == [
        (InvalidValue, ("rows", 2, "substitute"))
    ]
    assert await refused(db, market, f"{one},1,9,,,,,", f"{one},2,4,,,,,") == [
        (ReasonMissing, ("rows", 2, "reason"))
    ]
    # An order is not left for later where something is offered for one of its lines.
    assert await refused(db, market, f"{one},1,,,,OIL,2,", f"{one},2,,,,,,") == [
        (InvalidValue, ("rows", 2, "confirmed")),
        (InvalidValue, ("rows", 3, "confirmed")),
    ]
    assert await scarce(owner_pool, market) == before
    assert await offers(db, market, order_id) == await offers(db, market, later) == []
    assert await state_of(db, market, order_id) is OrderState.TO_CONFIRM


async def test_people_are_told_what_to_do_in_their_language(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    number = await number_of(db, market, await placed(db, market, tea=10))

    [row] = await preview(db, market, f"{number},1,10,,,OIL,2,{in_days(-1)}")

    [more, over] = row.problems
    assert more.message(Locale.ZH) == (
        "“确认数量”不可用：请填写少于未发数量的数：其余数量由替代品供应。"
    )
    assert over.message(Locale.ZH) == "“有效期至”不可用：请填写今天或以后的日期。"
    assert over.message(Locale.EN) == (
        "last day of the offer cannot be used: give today or a later day."
    )


async def test_packs_barcodes_and_many_rows_are_read_in_as_many_statements_as_one(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    counts = []
    for count in (1, 6):
        ids = [await placed(db, market, tea=4) for _ in range(count)]
        numbers = [await number_of(db, market, it) for it in ids]
        filled = sheet(*(f"{number},1,2,2027-03-12,,oil,1 EA,{in_days(9)}" for number in numbers))
        looked = await counted(db, seller, preview_confirmations, **filled)
        counts.append((looked, await counted(db, seller, apply_confirmations, **filled)))
        assert [len(await offers(db, market, it)) for it in ids] == [1] * count

    assert counts[0] == counts[1]


async def test_an_offer_that_stands_is_not_made_again_by_the_sheet_as_it_is_downloaded(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await placed(db, market, tea=10)
    number = await number_of(db, market, order_id)
    await offered(db, market, order_id, 4)

    await do(db, seller, apply_confirmations, **sheet(f"{number},1,10,,,,,"))

    assert len(await offers(db, market, order_id)) == 1
    assert (await lines(db, market, order_id))[0].unshipped == 10


@pytest.mark.parametrize("is_confirmed", [False, True])
async def test_a_sheet_that_is_applied_twice_offers_once_for_what_does_not_come(
    owner_pool: Pool, db: Database, is_confirmed: bool
) -> None:
    market = await a_market(owner_pool, db)
    order_id = await (confirmed if is_confirmed else placed)(db, market, tea=10, oil=4)
    number = await number_of(db, market, order_id)
    offering = (f"{number},1,6,,断货,OIL,2,", f"{number},2,4,,,,,")
    await do(db, market.story.actor("trader_a"), apply_confirmations, **sheet(*offering))

    assert await refused(db, market, *offering) == [(InvalidValue, ("rows", 2, "confirmed"))]

    [offer] = await offers(db, market, order_id)
    assert offer.replaced_quantity == 4
    # Saying that two less come is no offer for all six that do not.
    more = (f"{number},1,4,,断货,OIL,1,", offering[1])
    assert await refused(db, market, *more) == [(InvalidValue, ("rows", 2, "confirmed"))]
