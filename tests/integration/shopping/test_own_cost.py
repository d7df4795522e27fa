"""What a store gives alone is within its means, and what it has left counts while goods may come
back."""

from __future__ import annotations

import pytest

from tests.factories_sale_rows import Counter, Want
from tests.factories_sales import made_final, received, received_long_ago, sold, violations
from tests.factories_settlement import a_debt, exposure_of, owing
from tests.integration.shopping.test_after_sales import (
    SHIRTS,
    after_sales,
    ask,
    credit_of,
    decide,
    decide_both,
    from_trader,
    give,
    give_freight,
    kinds,
    parts,
    shipped,
)
from tradeline.kernel import Money, Rejected
from tradeline.shopping import BeyondOwnPart, ReturnsOver, ship_consumer_order


@pytest.mark.parametrize("is_referred", [False, True])
async def test_a_store_takes_goods_of_others_at_its_own_cost_without_them(
    counter: Counter, is_referred: bool
) -> None:
    order = await from_trader(counter)
    await credit_of(counter, 10**6)
    after_sale = await ask(counter, order, 1)
    if is_referred:
        await decide(counter, "retailer_1", after_sale, accepts=True)

    await decide(counter, "retailer_1", after_sale, accepts=True, at_own_cost=True)

    assert await after_sales(counter, order) == [("return", "accepted", 6990)]
    assert await parts(counter) == [3520 - 6990, 10460]
    assert await counter.level("trader_a", "SHIRT") == (9_998, 0)
    assert await counter.level("retailer_1", "SHIRT") == (10_001, 0)
    # The other unit comes back by agreement, as if the first had not.
    await decide_both(counter, await ask(counter, order, 1))
    assert await parts(counter) == [1760 - 6990, 5230]
    assert await counter.level("trader_a", "SHIRT") == (9_999, 0)
    assert await violations(counter) == []


async def test_what_a_store_gives_alone_is_its_own_part_or_fits_its_credit(
    counter: Counter,
) -> None:
    order = await shipped(counter, [SHIRTS], collector="brand")
    await credit_of(counter, 0)
    before = await parts(counter)
    after_sale = await ask(counter, order, 1)

    with pytest.raises(Rejected) as kept:
        await decide(counter, "retailer_1", after_sale, accepts=True, at_own_cost=True)
    with pytest.raises(Rejected) as given:
        await give(counter, "retailer_1", order.line_ids[0], before[0] + 1)
    assert (kinds(kept), kinds(given)) == ([BeyondOwnPart], [BeyondOwnPart])
    assert await parts(counter) == before
    assert await counter.level("retailer_1", "SHIRT") == (10_000, 0)

    await give(counter, "retailer_1", order.line_ids[0], before[0])
    assert await parts(counter) == [0, before[1]]
    assert (await exposure_of(counter.owner_pool, counter.edges[1])).free_minor == 0
    assert await violations(counter) == []


async def test_a_store_that_collects_gives_what_it_holds_and_owes_nobody_more(
    counter: Counter,
) -> None:
    order = await from_trader(counter)
    await credit_of(counter, 0)
    before = await exposure_of(counter.owner_pool, counter.edges[1])

    await decide(
        counter, "retailer_1", await ask(counter, order, 1), accepts=True, at_own_cost=True
    )
    await give(counter, "retailer_1", order.line_ids[0], 6990)

    assert await parts(counter) == [3520 - 2 * 6990, 10460]
    assert await exposure_of(counter.owner_pool, counter.edges[1]) == before
    assert await violations(counter) == []


async def test_what_is_final_covers_nothing_that_a_store_gives(counter: Counter) -> None:
    order = await shipped(counter, [SHIRTS], collector="brand")
    await received(counter, order)
    await received_long_ago(counter, order)
    assert await made_final(counter) == 1
    await credit_of(counter, 0)
    edge = counter.edges[1]
    await owing(counter.db, counter.story, a_debt(edge, 3420))  # of 35.20 that the sale has left

    with pytest.raises(Rejected) as given:
        await give(counter, "retailer_1", order.line_ids[0], 101)
    [problem] = given.value.problems
    assert isinstance(problem, BeyondOwnPart)
    assert problem.most == Money(100, "CNY")

    await give(counter, "retailer_1", order.line_ids[0], 100)
    exposure = await exposure_of(counter.owner_pool, edge)
    assert (exposure.free_minor, exposure.returnable_minor) == (0, 0)


async def test_goods_are_asked_back_until_their_time_is_over_and_what_was_asked_is_waited_for(
    counter: Counter,
) -> None:
    order = await shipped(counter, [SHIRTS], collector="brand")
    edge = counter.edges[1]
    await received(counter, order)
    asked = await ask(counter, order, 1)
    assert await made_final(counter) == 0
    await received_long_ago(counter, order)
    assert await made_final(counter) == 0  # somebody waits for an answer
    assert (await exposure_of(counter.owner_pool, edge)).returnable_minor == 3520

    await decide(counter, "brand", asked, accepts=True)
    assert (await exposure_of(counter.owner_pool, edge)).returnable_minor == 1760
    assert await made_final(counter) == 1
    assert (await exposure_of(counter.owner_pool, edge)).returnable_minor == 0
    before = await after_sales(counter, order)
    with pytest.raises(Rejected) as late:
        await ask(counter, order, 1)
    assert kinds(late) == [ReturnsOver]
    assert await after_sales(counter, order) == before
    assert await made_final(counter) == 0
    assert await violations(counter) == []


async def test_what_a_store_gives_of_one_line_is_not_covered_by_another(counter: Counter) -> None:
    shirt = Want(sku="SHIRT", units=1, price="69.90", costs=("52.30",), tier=1)
    coat = Want(sku="COAT", units=1, price="10000.00", costs=("98.50",), tier=1)
    terms = {"collector": "brand", "freight_minor": 600, "freight_tier": 1}
    order = await sold(counter, [shirt, coat], **terms)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await ship_consumer_order(conn, actor=counter.story.actor("trader_a"), order_id=order.id)
    await credit_of(counter, 0)
    before = await parts(counter)
    after_sale = await ask(counter, order, 1)

    with pytest.raises(Rejected) as kept:
        await decide(counter, "retailer_1", after_sale, accepts=True, at_own_cost=True)
    with pytest.raises(Rejected) as given:
        await give(counter, "retailer_1", order.line_ids[0], 1761)
    with pytest.raises(Rejected) as freed:
        await give_freight(counter, "retailer_1", order, 1)
    assert [kinds(it) for it in (kept, given, freed)] == [[BeyondOwnPart]] * 3
    assert await parts(counter) == before

    await give(counter, "retailer_1", order.line_ids[0], 1760)
    assert await violations(counter) == []


async def test_freight_that_is_given_once_all_is_final_fits_the_credit_of_whoever_got_it(
    counter: Counter,
) -> None:
    order = await shipped(counter, [SHIRTS], collector="brand", freight_minor=600, freight_tier=1)
    await received(counter, order)
    await received_long_ago(counter, order)
    assert await made_final(counter) == 1
    await credit_of(counter, 0)
    await credit_of(counter, 0, edge=2)
    edge = counter.edges[2]
    left = order.total_minor - 250
    await owing(counter.db, counter.story, a_debt(edge, left))  # of all that the sale has left

    with pytest.raises(Rejected) as given:
        await give_freight(counter, "trader_a", order, 251)
    [problem] = given.value.problems
    assert isinstance(problem, BeyondOwnPart)
    assert problem.most == Money(250, "CNY")

    await give_freight(counter, "trader_a", order, 250)
    assert (await exposure_of(counter.owner_pool, edge)).free_minor == 0
