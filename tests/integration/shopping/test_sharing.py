"""Money that was shared and goes back: out of whose share, where one gives alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.factories_checkout import (
    a_cart,
    an_address,
    an_open_counter,
    an_order,
    captured,
    gets_paid,
    ordered,
    payment_of,
    store_becomes,
    told,
)
from tests.factories_sale_rows import Counter
from tests.factories_sales import refunds_succeed, violations
from tests.factories_settlement import exposure_of
from tests.integration.shopping.test_credit import lend
from tradeline.kernel import Money
from tradeline.payments import (
    RefundState,
    ShareResult,
    ShareReturnResult,
    SharingResult,
    due_share_returns,
    due_sharings,
    request_sharings,
    settle_share_returns,
    settle_sharings,
    shareable_payments,
)
from tradeline.shopping import (
    ConsumerOrder,
    cancel_consumer_order,
    refund_price,
    resend_consumer_refund,
    sharings_of,
)

NAMES = ("retailer_1", "trader_a", "brand")


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    """Everybody is a merchant, and may be given all of a payment."""
    async with an_open_counter(await clone()) as counter:
        await gets_paid(counter, "trader_a")
        await counter.owner_pool.execute(
            "UPDATE channels.payment_account SET sharing_ratio_max_bp = 10000"
        )
        for edge in counter.edges:
            await lend(counter, 10**6, edge)
        yield counter


async def a_paid_order(counter: Counter) -> ConsumerOrder:
    """Two shirts of the brand's: 35.20 of it is the store's, 21.20 the trader's."""
    cart = await a_cart(counter, {"SHIRT": 2})
    order = await ordered(counter, an_order(cart, address_id=await an_address(counter)))
    await told(counter, captured(await payment_of(counter, order.payment_id)))
    return order


async def plan(counter: Counter) -> None:
    await counter.owner_pool.execute(
        "UPDATE payments.payment SET shares_at = now() WHERE state = 'captured'"
    )
    async with counter.owner_pool.acquire() as conn:
        due = await shareable_payments(conn, limit=10)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        sharings = await sharings_of(conn, network_id=counter.network_id, payments=due)
        await request_sharings(conn, network_id=counter.network_id, sharings=sharings)


async def share(counter: Counter) -> None:
    """The provider gives every share that is due."""
    async with counter.owner_pool.acquire() as conn:
        due = await due_sharings(conn, limit=10)
    results = [
        SharingResult(
            number=one.number,
            shares=tuple(
                ShareResult(merchant_id=it.merchant_id, is_success=True) for it in one.shares
            ),
        )
        for one in due
    ]
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await settle_sharings(conn, network_id=counter.network_id, results=results)


async def take_back(counter: Counter) -> dict[str, int]:
    """The provider takes back every share that is due; how much of whom."""
    async with counter.owner_pool.acquire() as conn:
        due = await due_share_returns(conn, limit=10)
    results = [ShareReturnResult(number=one.number, is_success=True) for one in due]
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await settle_share_returns(conn, network_id=counter.network_id, results=results)
    merchants = dict(
        await counter.owner_pool.fetch("SELECT merchant_id, org_id FROM channels.payment_account")
    )
    names = {counter.story.orgs[name]: name for name in NAMES}
    return {names[merchants[one.return_merchant_id]]: one.amount_minor for one in due}


async def give(counter: Counter, minor: int) -> None:
    line_id = await counter.owner_pool.fetchval("SELECT id FROM shopping.order_line")
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await refund_price(
            conn,
            actor=counter.story.actor("retailer_1"),
            line_id=line_id,
            amount=Money(minor, "CNY"),
            reason="划痕",
        )


async def owed(counter: Counter) -> list[int]:
    return [
        (await exposure_of(counter.owner_pool, edge)).owed_minor for edge in counter.edges.values()
    ]


async def wrong(counter: Counter) -> list[str]:
    return [finding.invariant.code for finding in await violations(counter)]


@pytest.mark.parametrize("is_late", [False, True])
async def test_what_the_store_gives_comes_out_of_its_own_share_and_of_no_other(
    counter: Counter, is_late: bool
) -> None:
    order = await a_paid_order(counter)
    await plan(counter)
    if not is_late:
        await share(counter)
        assert await owed(counter) == [0, 0]
        await give(counter, 1000)
    else:  # while the provider is sharing it, nobody knows what there is to take back
        async with counter.owner_pool.acquire() as conn:
            due = await due_sharings(conn, limit=10)
        await give(counter, 1000)
        await counter.owner_pool.execute("UPDATE payments.sharing SET next_try_at = now()")
        assert len(due) == 1
        await share(counter)

    assert await take_back(counter) == {"retailer_1": 1000}
    assert await owed(counter) == [0, 0]
    assert await refunds_succeed(counter) == 1
    # The store has 25.20 of its share left: the collector pays the rest, and the books carry it.
    await give(counter, 3000)
    assert await take_back(counter) == {"retailer_1": 2520}
    assert await owed(counter) == [480, 480]
    assert await refunds_succeed(counter) == 1
    assert await wrong(counter) == []

    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id)
    assert await take_back(counter) == {"trader_a": 2120}
    assert await refunds_succeed(counter) == 1
    assert await owed(counter) == [0, 0]
    assert await wrong(counter) == []


async def test_where_the_store_collects_what_it_gives_is_taken_of_nobody(counter: Counter) -> None:
    await store_becomes(counter, collector_tier=0)
    order = await a_paid_order(counter)
    await plan(counter)
    await share(counter)
    assert await owed(counter) == [0, 0]

    await give(counter, 5000)
    assert await take_back(counter) == {}
    assert await refunds_succeed(counter) == 1
    assert await owed(counter) == [0, 0]
    assert await wrong(counter) == []

    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id)
    assert await take_back(counter) == {"trader_a": 2120, "brand": 8940}
    assert await refunds_succeed(counter) == 1
    assert await owed(counter) == [0, 0]
    assert await wrong(counter) == []


async def test_what_is_sent_again_still_comes_out_of_the_share_of_who_gives_it(
    counter: Counter,
) -> None:
    await a_paid_order(counter)
    await give(counter, 1000)
    assert await refunds_succeed(counter, RefundState.CLOSED) == 1
    refund_id = await counter.owner_pool.fetchval("SELECT id FROM payments.refund")
    await plan(counter)
    await share(counter)

    async with counter.db.unit_of_work(counter.network_id) as conn:
        await resend_consumer_refund(conn, actor=counter.story.actor("brand"), refund_id=refund_id)

    assert await take_back(counter) == {"retailer_1": 1000}
    assert await wrong(counter) == []
