"""Sales below cost: as far as somebody lends for them, and no further."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.factories_checkout import (
    a_cart,
    a_coupon_for,
    a_request,
    an_address,
    an_open_counter,
    an_order,
    captured,
    everything,
    lists,
    ordered,
    payment_of,
    refused,
    store_becomes,
    taken,
    told,
)
from tests.factories_members import a_member
from tests.factories_sale_rows import Counter
from tests.factories_sales import (
    Placed,
    made_final,
    received,
    received_long_ago,
    violations,
)
from tests.factories_settlement import exposure_of
from tradeline.kernel import Shopper
from tradeline.shopping import (
    CheckoutRequest,
    ConsumerOrder,
    CouponNotUsable,
    CouponReason,
    Delivery,
    NewConsumerOrder,
    NotOnSale,
    cancel_consumer_order,
    check_out,
    expire_orders,
    listings_below_cost,
    resource_orders,
    ship_consumer_order,
)


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    """A store that has nothing itself, and whose trader has nothing either: the brand sends it."""
    async with an_open_counter(await clone()) as counter:
        await has_only(counter, "brand")
        yield counter


async def has_only(counter: Counter, name: str) -> None:
    await counter.owner_pool.execute(
        "UPDATE inventory.stock_level"
        "   SET on_hand = CASE WHEN warehouse_id = $1 THEN 10000 ELSE held END",
        counter.warehouses[name],
    )


async def wrong(counter: Counter) -> list[str]:
    """What the doctor finds, but for stock, which this test puts where it likes."""
    codes = [finding.invariant.code for finding in await violations(counter)]
    return [code for code in codes if not code.startswith("inventory.")]


async def lend(counter: Counter, minor: int, edge: int = 1) -> None:
    await counter.owner_pool.execute(
        "UPDATE settlement.exposure SET credit_limit_minor = $2 WHERE relationship_id = $1",
        counter.edges[edge],
        minor,
    )


async def shirts(
    counter: Counter, units: int = 1, shopper: Shopper | None = None, **terms: object
) -> NewConsumerOrder:
    cart = await a_cart(counter, {"SHIRT": units}, shopper)
    return an_order(cart, address_id=await an_address(counter, shopper), **terms)


async def test_what_costs_more_than_it_brings_sells_as_far_as_somebody_lends_for_it(
    counter: Counter,
) -> None:
    await lists(counter, "SHIRT", "50.00")  # the trader asks for 52.30
    await lend(counter, 459)
    order = await shirts(counter, 2)
    before = await everything(counter)

    [problem] = await refused(counter, order)
    assert isinstance(problem, NotOnSale)
    assert problem.path == ("lines", 0)
    async with counter.db.reading(counter.network_id) as conn:
        seen = await check_out(
            conn,
            shopper=counter.shopper,
            request=CheckoutRequest(
                cart_id=order.cart_id, delivery=Delivery.DELIVERY, address_id=order.address_id
            ),
        )
    assert seen is not None
    assert [type(it) for it in seen.problems] == [NotOnSale]
    assert await everything(counter) == before

    await lend(counter, 460)
    placed = await ordered(counter, order)
    assert await wrong(counter) == []
    # What waits to be paid counts, and so does what is owed once it is.
    assert [type(it) for it in await refused(counter, await shirts(counter))] == [NotOnSale]
    await told(counter, captured(await payment_of(counter, placed.payment_id)))
    assert [type(it) for it in await refused(counter, await shirts(counter))] == [NotOnSale]
    await lists(counter, "SHIRT", "52.30")
    await ordered(counter, await shirts(counter))
    assert await wrong(counter) == []


async def test_what_one_line_brings_lends_nothing_to_another_that_may_stay_alone(
    counter: Counter,
) -> None:
    await lists(counter, "COAT", "10000.00")
    await lists(counter, "SHIRT", "0.01")  # the trader asks for 52.30, the brand for 41.70
    await lend(counter, 5228)
    await lend(counter, 4169, edge=2)
    cart = await a_cart(counter, {"COAT": 1, "SHIRT": 1})
    order = an_order(cart, address_id=await an_address(counter))
    before = await everything(counter)

    [problem] = await refused(counter, order)
    assert isinstance(problem, NotOnSale)
    assert problem.path == ("lines", 1)
    assert await everything(counter) == before

    await lend(counter, 5229)
    await ordered(counter, order)
    rows = await counter.owner_pool.fetch("SELECT tier, amount_minor FROM shopping.shortfall")
    assert {row["tier"]: row["amount_minor"] for row in rows} == {1: 5229, 2: 4169}
    assert await wrong(counter) == []


async def test_those_who_come_together_share_what_is_lent(counter: Counter) -> None:
    await lists(counter, "SHIRT", "52.00")
    await lend(counter, 60)
    requests = []
    for _ in range(3):
        shopper = await a_member(counter.db, counter.network_id)
        requests.append(a_request(shopper, await shirts(counter, shopper=shopper)))

    found = await taken(counter, *requests)

    assert [isinstance(it, ConsumerOrder) for it in found] == [True, True, False]
    assert await wrong(counter) == []


async def test_a_trader_that_sells_below_its_cost_borrows_from_the_brand(counter: Counter) -> None:
    await lists(counter, "SHIRT", "41.00")  # the brand asks for 41.70
    await lend(counter, 10**6)
    await lend(counter, 69, edge=2)
    order = await shirts(counter)

    assert [type(it) for it in await refused(counter, order)] == [NotOnSale]
    await lend(counter, 70, edge=2)
    await ordered(counter, order)
    assert await wrong(counter) == []


async def test_a_coupon_that_the_store_cannot_cover_is_not_usable(counter: Counter) -> None:
    coupon = await a_coupon_for(counter, retailer_1=10_000)
    await lists(counter, "SHIRT", "52.30")
    await lend(counter, 0)
    order = await shirts(counter, 2, coupon_id=coupon)

    assert await refused(counter, order) == (
        CouponNotUsable(path=("couponId",), reason=CouponReason.NOT_COVERED),
    )


async def test_what_stands_in_the_store_may_be_sold_for_anything_and_is_not_had_from_others(
    counter: Counter,
) -> None:
    await has_only(counter, "retailer_1")
    await lists(counter, "SHIRT", "0.01")
    await lend(counter, 0)
    order = await ordered(counter, await shirts(counter))
    await told(counter, captured(await payment_of(counter, order.payment_id)))
    await has_only(counter, "brand")

    assert await resourced(counter, "retailer_1") == "cancelled"
    assert (await counter.level("brand", "SHIRT"))[1] == 0
    assert await wrong(counter) == []


async def test_a_store_is_told_what_it_lists_below_its_cost(counter: Counter) -> None:
    await lists(counter, "SHIRT", "52.29")
    pairs = [(counter.store_id, sku_id) for sku_id in counter.skus.values()]

    async def found(name: str) -> set[tuple[int, int]]:
        async with counter.db.reading(counter.network_id) as conn:
            return await listings_below_cost(conn, actor=counter.story.actor(name), pairs=pairs)

    assert await found("retailer_1") == {(counter.store_id, counter.skus["SHIRT"])}
    assert await found("trader_a") == set()
    await lists(counter, "SHIRT", "52.30")
    assert await found("retailer_1") == set()


async def resourced(counter: Counter, name: str) -> str:
    """How the only order stands once somebody cannot ship its only line."""
    line_id = await counter.owner_pool.fetchval("SELECT id FROM shopping.order_line")
    order_id = await counter.owner_pool.fetchval("SELECT id FROM shopping.consumer_order")
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await resource_orders(
            conn,
            actor=counter.story.actor(name),
            order_id=order_id,
            quantities={line_id: 1},
            reason="缺货",
        )
    state: str = await counter.owner_pool.fetchval("SELECT state FROM shopping.consumer_order")
    return state


async def free(counter: Counter, edge: int = 1) -> int:
    return (await exposure_of(counter.owner_pool, counter.edges[edge])).free_minor


async def paid(counter: Counter, order: ConsumerOrder) -> None:
    await told(counter, captured(await payment_of(counter, order.payment_id)))


async def test_what_a_sale_has_left_is_no_credit_while_the_goods_may_come_back(
    counter: Counter,
) -> None:
    await has_only(counter, "retailer_1")
    await lend(counter, 0)
    first = await ordered(counter, await shirts(counter))
    await paid(counter, first)
    exposure = await exposure_of(counter.owner_pool, counter.edges[1])
    assert (exposure.owed_minor, exposure.returnable_minor) == (-7590, 7590)
    assert exposure.free_minor == 0
    assert await wrong(counter) == []

    # Below cost, what the first sale has left would pay for the second.
    await has_only(counter, "brand")
    await lists(counter, "SHIRT", "50.00")
    second = await shirts(counter)
    before = await everything(counter)
    assert [type(it) for it in await refused(counter, second)] == [NotOnSale]
    assert await everything(counter) == before

    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=first.id)
    exposure = await exposure_of(counter.owner_pool, counter.edges[1])
    assert (exposure.owed_minor, exposure.returnable_minor) == (0, 0)
    assert await wrong(counter) == []


async def test_what_a_sale_has_left_is_credit_once_it_is_final(counter: Counter) -> None:
    await has_only(counter, "retailer_1")
    await lend(counter, 0)
    first = await ordered(counter, await shirts(counter))
    await paid(counter, first)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await ship_consumer_order(conn, actor=counter.story.actor("retailer_1"), order_id=first.id)
    done = Placed(id=first.id, line_ids=(), total_minor=first.total_minor)
    await received(counter, done)
    await received_long_ago(counter, done)
    assert await free(counter) == 0

    assert await made_final(counter) == 1

    assert await free(counter) == first.total_minor
    await has_only(counter, "brand")
    await lists(counter, "SHIRT", "50.00")
    await ordered(counter, await shirts(counter))
    assert await wrong(counter) == []


async def test_what_comes_from_above_whoever_collects_is_lent_as_to_a_dealer(
    counter: Counter,
) -> None:
    await store_becomes(counter, collector_tier=0)
    cost, upper = 2 * 5230 + 600, 2 * 4170 + 600
    await lend(counter, cost - 1)
    await lend(counter, upper, edge=2)
    order = await shirts(counter, 2)
    before = await everything(counter)
    assert [type(it) for it in await refused(counter, order)] == [NotOnSale]
    assert await everything(counter) == before

    await lend(counter, cost)
    placed = await ordered(counter, order)
    # It waits to be paid, and dealers' orders find nothing free either.
    assert (await free(counter), await free(counter, 2)) == (0, 0)
    assert await wrong(counter) == []
    await paid(counter, placed)
    exposure = await exposure_of(counter.owner_pool, counter.edges[1])
    assert (exposure.held_minor, exposure.owed_minor, exposure.returnable_minor) == (0, cost, 0)
    assert [type(it) for it in await refused(counter, await shirts(counter))] == [NotOnSale]
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=placed.id)
    assert (await free(counter), await free(counter, 2)) == (cost, upper)
    assert await wrong(counter) == []


@pytest.mark.parametrize("ends", ["cancelled", "expired"])
async def test_an_order_that_is_not_paid_frees_what_was_lent_for_it(
    counter: Counter, ends: str
) -> None:
    await store_becomes(counter, collector_tier=0)
    order = await ordered(counter, await shirts(counter))
    assert await free(counter) == 10_000 - 5230 - 600

    if ends == "cancelled":
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id)
    else:
        await counter.owner_pool.execute("UPDATE shopping.consumer_order SET expires_at = now()")
        async with counter.owner_pool.acquire() as conn:
            assert await expire_orders(conn, limit=10) == 1

    assert (await free(counter), await free(counter, 2)) == (10_000, 10_000)
    assert await wrong(counter) == []


async def test_another_source_is_not_lent_for_beyond_what_is_free(counter: Counter) -> None:
    await has_only(counter, "retailer_1")
    await store_becomes(counter, collector_tier=0)
    await lend(counter, 5230 + 600 - 1)
    order = await ordered(counter, await shirts(counter))
    await paid(counter, order)
    await has_only(counter, "trader_a")

    state = await resourced(counter, "retailer_1")

    assert state == "cancelled"
    assert await free(counter) == 5230 + 600 - 1
    assert await wrong(counter) == []


async def test_another_source_is_lent_for_within_what_is_free(counter: Counter) -> None:
    await has_only(counter, "retailer_1")
    await store_becomes(counter, collector_tier=0)
    await lend(counter, 5230 + 600)
    order = await ordered(counter, await shirts(counter))
    await paid(counter, order)
    await has_only(counter, "trader_a")

    state = await resourced(counter, "retailer_1")

    assert state == "to_ship"
    assert await free(counter) == 0
    assert await wrong(counter) == []
