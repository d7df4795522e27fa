"""Consumers' orders for tests of what becomes of them: retailer 1 sells, trader A and the brand
supply, and the brand collects. They are stored as placing stores them, from stock of any tier."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tests.factories_channels import a_draft, a_store
from tests.factories_inventory import a_sku, a_warehouse, stock
from tests.factories_members import a_member
from tests.factories_ordering import MAKE_LIST, MAKE_PRICE
from tests.factories_outbox import a_place
from tests.factories_sale_rows import (
    EXAMPLE,
    TIERS,
    Counter,
    Want,
    hold_stock_for,
    parts_of,
    store_legs,
    store_lines,
    store_order,
    store_shortfalls,
    store_splits,
    sum_of,
)
from tests.factories_settlement import a_trading_network
from tradeline.kernel import Finding
from tradeline.payments import (
    Capture,
    NewPayment,
    RefundResult,
    RefundState,
    create_payments,
    payments_by_ids,
    refunds_by_ids,
)
from tradeline.settlement import move_returnable, owe, post_journals
from tradeline.shopping import (
    confirm_payments,
    confirm_received,
    make_orders_final,
    settle_consumer_refunds,
)
from tradeline.shopping.credit import returnable_of
from tradeline.shopping.debts import Document, TierSums, obligations_of
from tradeline.shopping.model import ORDER_DOCUMENT, SplitPart
from tradeline.shopping.sales import RETURN_TIME
from tradeline.shopping.splits import edge_debts
from tradeline_server.doctor import examine


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An order and its lines, in their order."""

    id: int
    line_ids: tuple[int, ...]
    total_minor: int
    payment_id: int | None = None


@asynccontextmanager
async def a_counter(dsn: str) -> AsyncIterator[Counter]:
    """Ten thousand of each SKU with each tier; the edges' prices are those of the example."""
    async with a_place(dsn) as place:
        story = await a_trading_network(place.owner_pool, place.db)
        upper, lower = story.edge("brand", "trader_a"), story.edge("trader_a", "retailer_1")
        skus, warehouses = {}, {}
        for code in ("SHIRT", "COAT"):
            skus[code] = await a_sku(place.owner_pool, story, code, sold_on=(upper, lower))
        for name in TIERS:
            warehouses[name] = await a_warehouse(place.owner_pool, story, name)
            for sku_id in skus.values():
                await stock(place.owner_pool, story, warehouses[name], sku_id, 10_000)
        for name, prices in (("brand", ("41.70", "80.10")), ("trader_a", ("52.30", "98.50"))):
            list_id = await place.owner_pool.fetchval(MAKE_LIST, story.network_id, story.orgs[name])
            for sku_id, price in zip(skus.values(), prices, strict=True):
                await place.owner_pool.execute(MAKE_PRICE, story.network_id, list_id, sku_id, price)
        draft = replace(a_draft(story), collector_tier=2, offers_pickup=True)
        yield Counter(
            place=place,
            story=story,
            store_id=await a_store(place.db, story, draft),
            shopper=await a_member(place.db, story.network_id),
            skus=skus,
            warehouses=warehouses,
        )


async def placed(
    counter: Counter,
    wants: Sequence[Want] = EXAMPLE,
    *,
    coupon: Mapping[int, int] | None = None,
    coupon_minor: int = 0,
    freight_minor: int = 0,
    freight_tier: int = 2,
    code: str | None = None,
    expires_in: timedelta = timedelta(minutes=30),
    collector: str = "brand",
) -> Placed:
    """An order that waits for its payment. `coupon` says in basis points who bears it; `code` makes
    it one that is picked up."""
    async with counter.db.unit_of_work(counter.network_id) as conn:
        order_id = await conn.fetchval("SELECT nextval('shopping.consumer_order_id_seq')")
        goods = [sum_of(want.price, want.units) for want in wants]
        parts, legs = parts_of(wants, goods, coupon or {}, coupon_minor)
        if freight_minor:
            parts.add(None, SplitPart.FREIGHT, {freight_tier: freight_minor})
        total = sum(goods) - coupon_minor + freight_minor
        await store_order(
            conn,
            counter,
            order_id,
            sum(goods),
            coupon_minor,
            freight_minor,
            code,
            expires_in,
            collector,
        )
        line_ids = await store_lines(conn, counter, order_id, wants, goods, parts)
        await store_legs(conn, counter, order_id, line_ids, legs)
        await store_splits(conn, counter, order_id, line_ids, parts)
        await store_shortfalls(conn, counter, order_id, parts, collector, total)
        await hold_stock_for(conn, counter, line_ids, wants)
        payment_id = None
        if total:
            [payment_id] = await create_payments(
                conn,
                network_id=counter.network_id,
                payments=[
                    NewPayment(
                        reference_type=ORDER_DOCUMENT,
                        reference_id=order_id,
                        collector_entity_id=counter.story.entities[collector],
                        merchant_id=f"M{counter.network_id}",
                        app_id="wx0123456789abcdef",
                        amount_minor=total,
                        currency="CNY",
                        expires_at=datetime.now(UTC) + timedelta(minutes=30),
                    )
                ],
            )
            await conn.execute(
                "UPDATE shopping.consumer_order SET payment_id = $3"
                " WHERE network_id = $1 AND id = $2",
                counter.network_id,
                order_id,
                payment_id,
            )
    return Placed(id=order_id, line_ids=tuple(line_ids), total_minor=total, payment_id=payment_id)


async def pay(counter: Counter, order: Placed) -> None:
    """The provider says that the payment was paid; what costs nothing is paid as it is placed."""
    if order.payment_id is None:
        await _give(counter, order)
        return
    async with counter.db.unit_of_work(counter.network_id) as conn:
        found = await payments_by_ids(conn, network_id=counter.network_id, ids=[order.payment_id])
        payment = found[order.payment_id]
        capture = Capture(
            number=payment.number,
            transaction_id=f"42{payment.number}",
            merchant_id=payment.merchant_id,
            amount_minor=payment.amount_minor,
            currency="CNY",
            captured_at=datetime.now(UTC),
        )
        await confirm_payments(conn, network_id=counter.network_id, captures=[capture])


async def sold(counter: Counter, wants: Sequence[Want] = EXAMPLE, **terms: object) -> Placed:
    """The worked example, unless it is said otherwise, placed and paid."""
    terms = terms or {
        "coupon": {0: 1000, 1: 3000, 2: 6000},
        "coupon_minor": 2001,
        "freight_minor": 600,
    }
    order = await placed(counter, wants, **terms)  # type: ignore[arg-type]
    await pay(counter, order)
    return order


async def received(counter: Counter, order: Placed) -> None:
    """The consumer has the goods."""
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await confirm_received(conn, shopper=counter.shopper, order_id=order.id)


async def received_long_ago(counter: Counter, order: Placed) -> None:
    """So long ago that the time to give them back is over."""
    await counter.owner_pool.execute(
        "UPDATE shopping.consumer_order SET closed_at = now() - $2::interval WHERE id = $1",
        order.id,
        RETURN_TIME,
    )


async def made_final(counter: Counter) -> int:
    """How many orders the worker looks at that may be final."""
    async with counter.owner_pool.acquire() as conn:
        return await make_orders_final(conn, limit=10)


async def refunds_succeed(counter: Counter, state: RefundState = RefundState.SUCCEEDED) -> int:
    """The provider answers to all refunds that wait; how many orders' refunds have changed."""
    ids = [
        row["id"]
        for row in await counter.owner_pool.fetch(
            "SELECT id FROM payments.refund WHERE state IN ('requested', 'sent', 'abnormal')"
        )
    ]
    async with counter.db.unit_of_work(counter.network_id) as conn:
        found = await refunds_by_ids(conn, network_id=counter.network_id, ids=ids)
        payments = await payments_by_ids(
            conn,
            network_id=counter.network_id,
            ids=[refund.payment_id for refund in found.values()],
        )
        results = [
            RefundResult(
                number=refund.number,
                merchant_id=payments[refund.payment_id].merchant_id,
                state=state,
                amount_minor=refund.amount_minor,
            )
            for refund in found.values()
        ]
        outcomes = await settle_consumer_refunds(
            conn, network_id=counter.network_id, results=results
        )
    return sum(outcome.is_first for outcome in outcomes)


async def violations(counter: Counter) -> list[Finding]:
    """What the doctor finds wrong, once all journals are posted."""
    async with counter.owner_pool.acquire() as conn:
        while await post_journals(conn, limit=1000):
            pass
        report = await examine(conn)
    return [finding for finding in report.findings if finding.count]


async def _give(counter: Counter, order: Placed) -> None:
    """What follows of an order that the coupon paid: its debts along the route."""
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await conn.execute(
            "UPDATE shopping.consumer_order SET state = 'to_ship', paid_at = now()"
            " WHERE network_id = $1 AND id = $2",
            counter.network_id,
            order.id,
        )
        rows = await conn.fetch(
            "SELECT order_line_id, part, tier, original_minor FROM shopping.split"
            " WHERE network_id = $1 AND order_id = $2",
            counter.network_id,
            order.id,
        )
        sums = TierSums()
        for row in rows:
            sums.add(SplitPart(row["part"]), row["tier"], row["original_minor"])
        debts = edge_debts(
            sums.goods, sums.coupon, sums.freight, captured_minor=0, collector_tier=2, tier_top=2
        )
        document = Document(type=ORDER_DOCUMENT, id=order.id, number=f"CO{order.id:08}")
        obligations = obligations_of(debts, counter.edges, document=document)
        await owe(conn, network_id=counter.network_id, obligations=obligations)
        parts = [
            (row["order_line_id"], SplitPart(row["part"]), row["tier"], row["original_minor"])
            for row in rows
        ]
        left = {counter.edges[tier]: it for tier, it in returnable_of(3, 2, parts).items()}
        await move_returnable(conn, network_id=counter.network_id, moves=left)
