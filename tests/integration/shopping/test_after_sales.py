"""Goods and money that go back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.factories_members import a_member
from tests.factories_sale_rows import TIERS, Counter, Want
from tests.factories_sales import (
    Placed,
    refunds_succeed,
    sold,
    violations,
)
from tradeline.kernel import (
    Forbidden,
    InvalidValue,
    Money,
    NotFound,
    Permission,
    Problem,
    Rejected,
    Shopper,
    WrongState,
)
from tradeline.payments import RefundState
from tradeline.shopping import (
    AfterSaleState,
    BeyondOwnPart,
    MoreThanWasPaid,
    UnitsNotOpen,
    after_sales_of_consumer_orders,
    decide_after_sale,
    refund_freight,
    refund_price,
    refunds_of_consumer_orders,
    request_after_sale,
    ship_consumer_order,
    withdraw_after_sale,
)


@pytest.fixture
async def order(counter: Counter) -> Placed:
    """The worked example, shipped by the brand."""
    order = await sold(counter)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await ship_consumer_order(conn, actor=counter.story.actor("brand"), order_id=order.id)
    return order


async def ask(
    counter: Counter, order: Placed, *units: int, by: Shopper | None = None, reason: str = "太小"
) -> int:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await request_after_sale(
            conn,
            shopper=by or counter.shopper,
            order_id=order.id,
            quantities=dict(zip(order.line_ids, units, strict=False)),
            reason=reason,
        )


async def decide(counter: Counter, name: str, after_sale_id: int, **values: Any) -> int:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await decide_after_sale(
            conn, actor=counter.story.actor(name), after_sale_id=after_sale_id, **values
        )


async def give(counter: Counter, name: str, line_id: int, minor: int) -> int:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await refund_price(
            conn,
            actor=counter.story.actor(name),
            line_id=line_id,
            amount=Money(minor, "CNY"),
            reason="划痕",
        )


async def give_freight(counter: Counter, name: str, order: Placed, minor: int) -> int:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await refund_freight(
            conn,
            actor=counter.story.actor(name),
            order_id=order.id,
            amount=Money(minor, "CNY"),
            reason="迟到",
        )


async def credit_of(counter: Counter, minor: int, edge: int = 1) -> None:
    """What the trader lets the store owe."""
    await counter.owner_pool.execute(
        "UPDATE settlement.exposure SET credit_limit_minor = $2 WHERE relationship_id = $1",
        counter.edges[edge],
        minor,
    )


async def parts(counter: Counter) -> list[int]:
    """What sales are worth to the store, the trader and the brand."""
    rows = await counter.owner_pool.fetch(
        "SELECT tier, sum((original_minor - reversed_minor)"
        " * CASE part WHEN 'coupon' THEN -1 ELSE 1 END)::bigint AS minor"
        "  FROM shopping.split GROUP BY tier ORDER BY tier"
    )
    return [row["minor"] for row in rows]


async def shipped(counter: Counter, wants: Sequence[Want], **terms: object) -> Placed:
    """Shipped by each source."""
    order = await sold(counter, wants, **terms)
    for name in {TIERS[want.tier] for want in wants}:
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await ship_consumer_order(conn, actor=counter.story.actor(name), order_id=order.id)
    return order


async def collected_by_the_store(counter: Counter, wants: Sequence[Want]) -> Placed:
    """Paid to the store itself: nobody else has the last word."""
    return await shipped(counter, wants, collector="retailer_1")


SHIRTS = Want(sku="SHIRT", units=2, price="69.90", costs=("52.30",), tier=1)


async def from_trader(counter: Counter) -> Placed:
    """Two shirts from the trader's stock."""
    return await collected_by_the_store(counter, [SHIRTS])


async def decide_both(counter: Counter, after_sale_id: int) -> None:
    """The store refers it, and the trader agrees."""
    await decide(counter, "retailer_1", after_sale_id, accepts=True)
    await decide(counter, "trader_a", after_sale_id, accepts=True)


async def after_sales(counter: Counter, order: Placed) -> list[tuple[str, str, int]]:
    async with counter.db.reading(counter.network_id) as conn:
        found = await after_sales_of_consumer_orders(
            conn, network_id=counter.network_id, order_ids=[order.id]
        )
    return [(it.kind.value, it.state.value, it.amount_minor) for it in found[order.id]]


def kinds(raised: pytest.ExceptionInfo[Rejected]) -> list[type[Problem]]:
    return [type(problem) for problem in raised.value.problems]


async def test_a_return_waits_for_its_answer_and_then_for_its_money(
    counter: Counter, order: Placed
) -> None:
    after_sale = await ask(counter, order, 1)
    assert await after_sales(counter, order) == [("return", "requested", 0)]
    assert await counter.level("brand", "SHIRT") == (9_997, 0)

    await decide(counter, "brand", after_sale, accepts=True)
    assert await after_sales(counter, order) == [("return", "accepted", 6577)]
    assert await counter.level("brand", "SHIRT") == (9_998, 0)

    assert await refunds_succeed(counter) == 1
    assert await after_sales(counter, order) == [("return", "refunded", 6577)]
    assert await violations(counter) == []


async def test_no_unit_is_asked_back_twice(counter: Counter, order: Placed) -> None:
    first = await ask(counter, order, 2)
    with pytest.raises(Rejected) as twice:
        await ask(counter, order, 2)
    assert kinds(twice) == [UnitsNotOpen]

    async with counter.db.unit_of_work(counter.network_id) as conn:
        await withdraw_after_sale(conn, shopper=counter.shopper, after_sale_id=first)
    second = await ask(counter, order, 3)
    await decide(counter, "brand", second, accepts=True)
    with pytest.raises(Rejected) as gone:
        await ask(counter, order, 1)

    assert kinds(gone) == [UnitsNotOpen]
    assert await counter.level("brand", "SHIRT") == (10_000, 0)


async def test_what_was_decided_or_withdrawn_is_not_decided_again(
    counter: Counter, order: Placed
) -> None:
    accepted, refused, withdrawn = [await ask(counter, order, 1) for _ in range(3)]
    await decide(counter, "brand", accepted, accepts=True)
    await decide(counter, "retailer_1", refused, accepts=False, reason="已拆封")
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await withdraw_after_sale(conn, shopper=counter.shopper, after_sale_id=withdrawn)

    for after_sale in (accepted, refused, withdrawn):
        with pytest.raises(Rejected) as raised:
            await decide(counter, "retailer_1", after_sale, accepts=True)
        assert kinds(raised) == [WrongState]
        with pytest.raises(Rejected) as late:
            async with counter.db.unit_of_work(counter.network_id) as conn:
                await withdraw_after_sale(conn, shopper=counter.shopper, after_sale_id=after_sale)
        assert kinds(late) == [WrongState]
    assert [state for _, state, _ in await after_sales(counter, order)] == [
        AfterSaleState.ACCEPTED,
        AfterSaleState.REFUSED,
        AfterSaleState.WITHDRAWN,
    ]
    assert await counter.level("brand", "SHIRT") == (9_998, 0)
    assert await violations(counter) == []


async def test_only_the_store_and_the_collector_decide_and_only_with_a_reason_against(
    counter: Counter, order: Placed
) -> None:
    after_sale = await ask(counter, order, 1)

    with pytest.raises(Forbidden):
        await decide(counter, "trader_a", after_sale, accepts=True)
    with pytest.raises(Rejected) as stranger:
        await decide(counter, "retailer_2", after_sale, accepts=True)
    with pytest.raises(Rejected) as silent:
        await decide(counter, "retailer_1", after_sale, accepts=False)
    reader = counter.story.actor("retailer_1", Permission.CONSUMER_ORDER_FULFIL)
    with pytest.raises(Forbidden):
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await decide_after_sale(conn, actor=reader, after_sale_id=after_sale, accepts=True)

    assert (kinds(stranger), kinds(silent)) == ([NotFound], [InvalidValue])
    assert await after_sales(counter, order) == [("return", "requested", 0)]
    assert await counter.level("brand", "SHIRT") == (9_997, 0)


async def test_a_strange_member_asks_nothing_back(counter: Counter, order: Placed) -> None:
    after_sale = await ask(counter, order, 1)
    stranger = await a_member(counter.db, counter.network_id)

    with pytest.raises(Rejected) as asked:
        await ask(counter, order, 1, by=stranger)
    with pytest.raises(Rejected) as withdrew:
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await withdraw_after_sale(conn, shopper=stranger, after_sale_id=after_sale)
    with pytest.raises(Rejected) as nothing:
        await ask(counter, order, 0, reason=" ")

    assert (kinds(asked), kinds(withdrew)) == ([NotFound], [NotFound])
    assert kinds(nothing) == [InvalidValue, InvalidValue]
    assert await after_sales(counter, order) == [("return", "requested", 0)]


async def test_money_alone_goes_back_by_the_store_and_never_more_than_was_paid(
    counter: Counter, order: Placed
) -> None:
    line = order.line_ids[0]
    most = 20970 - 1239
    await credit_of(counter, 10**6)
    await credit_of(counter, 10**6, edge=2)

    with pytest.raises(Forbidden):
        await give(counter, "brand", line, 1000)
    with pytest.raises(Rejected) as stranger:
        await give(counter, "retailer_2", line, 1000)
    with pytest.raises(Rejected) as nothing:
        await give(counter, "retailer_1", line, 0)
    with pytest.raises(Rejected) as more:
        await give(counter, "retailer_1", line, most + 1)
    assert (kinds(stranger), kinds(nothing)) == ([NotFound], [InvalidValue])
    assert more.value.problems == (
        MoreThanWasPaid(
            path=("amount",),
            requested=Money(most + 1, "CNY"),
            refundable=Money(most, "CNY"),
        ),
    )
    assert await after_sales(counter, order) == []

    await give(counter, "retailer_1", line, most)
    with pytest.raises(Rejected):
        await give(counter, "retailer_1", line, 1)
    # The goods may still come back, for nothing.
    await decide(counter, "brand", await ask(counter, order, 3), accepts=True)
    assert await after_sales(counter, order) == [
        ("price", "accepted", most),
        ("return", "refunded", 0),
    ]
    assert await counter.level("brand", "SHIRT") == (10_000, 0)
    assert await violations(counter) == []


async def test_freight_goes_back_once(counter: Counter, order: Placed) -> None:
    await give_freight(counter, "retailer_1", order, 400)
    with pytest.raises(Rejected) as more:
        await give_freight(counter, "retailer_1", order, 201)
    await give_freight(counter, "retailer_1", order, 200)

    assert kinds(more) == [MoreThanWasPaid]
    assert await after_sales(counter, order) == [
        ("price", "accepted", 400),
        ("price", "accepted", 200),
    ]
    assert await violations(counter) == []


async def test_a_refund_that_the_provider_cannot_pay_is_named_and_may_yet_succeed(
    counter: Counter, order: Placed
) -> None:
    await give(counter, "retailer_1", order.line_ids[0], 1000)

    await refunds_succeed(counter, RefundState.ABNORMAL)
    async with counter.db.reading(counter.network_id) as conn:
        found = await refunds_of_consumer_orders(
            conn, network_id=counter.network_id, order_ids=[order.id]
        )
    assert [refund.state.value for refund in found[order.id]] == ["abnormal"]
    assert await after_sales(counter, order) == [("price", "accepted", 1000)]

    await refunds_succeed(counter)
    assert await after_sales(counter, order) == [("price", "refunded", 1000)]
    steps = await counter.owner_pool.fetch("SELECT step FROM shopping.order_event ORDER BY id")
    assert [row["step"] for row in steps] == [
        "pay",
        "ship",
        "price_refund",
        "refund_fail",
        "refund_settle",
    ]


async def test_goods_of_others_go_back_when_they_agree_and_not_before(counter: Counter) -> None:
    order = await from_trader(counter)
    before = await parts(counter)
    after_sale = await ask(counter, order, 2)

    with pytest.raises(Rejected) as early:
        await decide(counter, "trader_a", after_sale, accepts=True)
    await decide(counter, "retailer_1", after_sale, accepts=True)
    assert await after_sales(counter, order) == [("return", "referred", 0)]
    with pytest.raises(Rejected) as again:
        await decide(counter, "retailer_1", after_sale, accepts=True)
    with pytest.raises(Rejected) as twice:
        await ask(counter, order, 1)
    assert (kinds(early), kinds(again), kinds(twice)) == (
        [WrongState],
        [WrongState],
        [UnitsNotOpen],
    )
    assert (await parts(counter), await counter.level("trader_a", "SHIRT")) == (before, (9_998, 0))

    await decide(counter, "trader_a", after_sale, accepts=True)
    assert await after_sales(counter, order) == [("return", "accepted", 13980)]
    assert (await parts(counter), await counter.level("trader_a", "SHIRT")) == ([0, 0], (10_000, 0))
    assert await violations(counter) == []


async def test_a_source_that_declines_leaves_it_to_the_store(counter: Counter) -> None:
    order = await from_trader(counter)
    before = await parts(counter)
    after_sale = await ask(counter, order, 1)
    await decide(counter, "retailer_1", after_sale, accepts=True)

    with pytest.raises(Rejected) as silent:
        await decide(counter, "trader_a", after_sale, accepts=False)
    await decide(counter, "trader_a", after_sale, accepts=False, reason="已拆封")

    assert kinds(silent) == [InvalidValue]
    assert await after_sales(counter, order) == [("return", "requested", 0)]
    assert await parts(counter) == before
    await decide(counter, "retailer_1", after_sale, accepts=False, reason="已拆封")
    assert await after_sales(counter, order) == [("return", "refused", 0)]


async def test_what_a_store_gives_alone_fits_the_credit_of_all_who_would_owe_it(
    counter: Counter, order: Placed
) -> None:
    await credit_of(counter, 10**6)
    await credit_of(counter, 0, edge=2)
    before = await parts(counter)
    more = before[0] + before[1] + 1

    with pytest.raises(Rejected) as given:
        await give(counter, "retailer_1", order.line_ids[0], more)
    assert kinds(given) == [BeyondOwnPart]
    assert await parts(counter) == before

    await credit_of(counter, 10**6, edge=2)
    await give(counter, "retailer_1", order.line_ids[0], more)
    assert await parts(counter) == [before[0] - more, *before[1:]]
    assert await violations(counter) == []


async def test_each_source_agrees_for_its_own_goods(counter: Counter) -> None:
    wants = (
        Want(sku="SHIRT", units=1, price="69.90", costs=("52.30",), tier=1),
        Want(sku="COAT", units=1, price="129.00", costs=("98.50", "80.10"), tier=2),
    )
    order = await collected_by_the_store(counter, wants)
    after_sale = await ask(counter, order, 1, 1)
    await decide(counter, "retailer_1", after_sale, accepts=True)

    await decide(counter, "trader_a", after_sale, accepts=True)
    assert await after_sales(counter, order) == [("return", "referred", 0)]
    with pytest.raises(Rejected) as again:
        await decide(counter, "trader_a", after_sale, accepts=True)
    assert kinds(again) == [WrongState]

    await decide(counter, "brand", after_sale, accepts=True)
    assert await after_sales(counter, order) == [("return", "accepted", 19890)]
    assert await parts(counter) == [0, 0, 0]
    assert await counter.level("trader_a", "SHIRT") == (10_000, 0)
    assert await counter.level("brand", "COAT") == (10_000, 0)


async def test_freight_is_given_back_by_whoever_got_it_or_by_the_store_for_its_own(
    counter: Counter, order: Placed
) -> None:
    before = await parts(counter)
    with pytest.raises(Forbidden):
        await give_freight(counter, "trader_a", order, 1)
    await give_freight(counter, "retailer_1", order, 200)
    assert await parts(counter) == [before[0] - 200, *before[1:]]
    with pytest.raises(Rejected) as more:
        await give_freight(counter, "brand", order, 401)
    await give_freight(counter, "brand", order, 400)

    assert kinds(more) == [MoreThanWasPaid]
    assert await parts(counter) == [before[0] - 200, before[1], before[2] - 400]
    assert await violations(counter) == []
