"""Carts and orders for tests, as a consumer fills and places them at the counter of the example."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from tests.factories_marketing import a_campaign, a_coupon
from tests.factories_members import a_mini_program
from tests.factories_sale_rows import Counter
from tests.factories_sales import a_counter
from tradeline.channels import (
    FreightRule,
    NewListing,
    StoreChange,
    put_freight_rules,
    put_listings,
    put_payment_account,
    update_store,
)
from tradeline.kernel import Problem, Shopper, body_hash, system_actor
from tradeline.members import AddressDraft, save_address
from tradeline.payments import Capture, CaptureOutcome, Payment, payments_by_ids
from tradeline.shopping import (
    Cart,
    CartLine,
    ConsumerOrder,
    ConsumerOrderRequest,
    Delivery,
    NewConsumerOrder,
    RefusedConsumerOrder,
    carts_by_ids,
    confirm_payments,
    put_cart_lines,
    take_consumer_orders,
)
from tradeline.sourcing import NewRule, RuleKind, put_rules

PRICES = {"SHIRT": "69.90", "COAT": "129.00"}


@asynccontextmanager
async def an_open_counter(dsn: str) -> AsyncIterator[Counter]:
    """The counter of the example with its prices; delivery costs 6.00, and the brand ships."""
    async with a_counter(dsn) as counter:
        await a_mini_program(counter.db, counter.network_id)
        for name in ("brand", "retailer_1"):
            await gets_paid(counter, name)
        async with counter.db.unit_of_work(counter.network_id) as conn:
            actor = counter.story.actor("retailer_1")
            await put_listings(
                conn,
                actor=actor,
                store_id=counter.store_id,
                listings=[
                    NewListing(sku_id=counter.skus[code], unit_price=Decimal(price))
                    for code, price in PRICES.items()
                ],
            )
            await put_freight_rules(
                conn,
                actor=actor,
                store_id=counter.store_id,
                rules=[
                    FreightRule(region="CN-ZJ", base_minor=600),
                    FreightRule(region="CN-SH", base_minor=800, free_from_minor=30_000),
                ],
            )
        await sources(counter, NewRule(kind=RuleKind.PREFER_TIER, tier=2))
        yield counter


async def gets_paid(counter: Counter, name: str) -> None:
    """Make an organization a merchant of WeChat's."""
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await put_payment_account(
            conn,
            actor=system_actor(counter.network_id, counter.story.orgs[name]),
            merchant_id=f"1{uuid4().int % 10**9:09}",
        )


async def sources(counter: Counter, *rules: NewRule) -> None:
    """By which rules the brand has stock chosen."""
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await put_rules(conn, actor=counter.story.actor("brand"), rules=rules)


async def lists(counter: Counter, code: str, price: str, **terms: object) -> None:
    """The store's price of a SKU: "9.90", or "+2500" on what it pays."""
    new = NewListing(sku_id=counter.skus[code], **terms)  # type: ignore[arg-type]
    said = {"markup_bp": int(price)} if price[0] in "+-" else {"unit_price": Decimal(price)}
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await put_listings(
            conn,
            actor=counter.story.actor("retailer_1"),
            store_id=counter.store_id,
            listings=[replace(new, **said)],  # type: ignore[arg-type]
        )


async def store_becomes(counter: Counter, **changes: object) -> None:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        change = StoreChange(store_id=counter.store_id, **changes)  # type: ignore[arg-type]
        actor = system_actor(counter.network_id, counter.story.orgs["retailer_1"])
        await update_store(conn, actor=actor, change=change)


async def an_address(
    counter: Counter, shopper: Shopper | None = None, region: str = "CN-ZJ"
) -> int:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await save_address(
            conn,
            shopper=shopper or counter.shopper,
            draft=AddressDraft(
                recipient="林小满", phone="13800138000", region=region, detail="西湖区檐下路 1 号"
            ),
        )


async def a_coupon_for(counter: Counter, shopper: Shopper | None = None, **borne: int) -> int:
    """20.01 off 100.00, borne 60/30/10 by brand, trader and retailer."""
    campaign = await a_campaign(counter.db, counter.story, [counter.store_id], **borne)
    return await a_coupon(counter.db, shopper or counter.shopper, campaign)


async def a_cart(
    counter: Counter, wants: Mapping[str, int], shopper: Shopper | None = None
) -> Cart:
    """The consumer's cart, with so much of some SKUs put in."""
    shopper = shopper or counter.shopper
    async with counter.db.unit_of_work(counter.network_id) as conn:
        cart_id = await put_cart_lines(
            conn,
            shopper=shopper,
            store_id=counter.store_id,
            lines=[CartLine(counter.skus[code], units) for code, units in wants.items()],
        )
        return (await carts_by_ids(conn, shopper=shopper, ids=[cart_id]))[cart_id]


def an_order(cart: Cart, total: str | None = None, **terms: object) -> NewConsumerOrder:
    """For a cart, picked up unless an address is given."""
    delivery = Delivery.DELIVERY if terms.get("address_id") else Delivery.PICKUP
    return NewConsumerOrder(
        cart_id=cart.id,
        cart_version=cart.version,
        expected_total=None if total is None else Decimal(total),
        **{"delivery": delivery, "starts_payment": True, **terms},  # type: ignore[arg-type]
    )


def a_request(
    shopper: Shopper, order: NewConsumerOrder, request_id: str | None = None
) -> ConsumerOrderRequest:
    return ConsumerOrderRequest(
        shopper=shopper,
        request_id=request_id or uuid4().hex,
        body=body_hash("consumerOrderPlace", repr(order).encode()),
        order=order,
    )


async def taken(
    counter: Counter, *requests: ConsumerOrderRequest
) -> list[ConsumerOrder | int | RefusedConsumerOrder]:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await take_consumer_orders(conn, network_id=counter.network_id, requests=requests)


async def ordered(
    counter: Counter, order: NewConsumerOrder, shopper: Shopper | None = None
) -> ConsumerOrder:
    [found] = await taken(counter, a_request(shopper or counter.shopper, order))
    assert isinstance(found, ConsumerOrder), found
    return found


async def refused(
    counter: Counter, order: NewConsumerOrder, shopper: Shopper | None = None
) -> Sequence[Problem]:
    [found] = await taken(counter, a_request(shopper or counter.shopper, order))
    assert isinstance(found, RefusedConsumerOrder), found
    return found.problems


async def payment_of(counter: Counter, payment_id: int | None) -> Payment:
    assert payment_id is not None
    async with counter.db.reading(counter.network_id) as conn:
        found = await payments_by_ids(conn, network_id=counter.network_id, ids=[payment_id])
    return found[payment_id]


def captured(payment: Payment, **changes: object) -> Capture:
    """The provider's word that it was paid."""
    values: dict[str, object] = {
        "number": payment.number,
        "transaction_id": f"42{payment.number}",
        "merchant_id": payment.merchant_id,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "captured_at": datetime.now(UTC),
    }
    return Capture(**values | changes)  # type: ignore[arg-type]


async def told(counter: Counter, *captures: Capture) -> list[CaptureOutcome]:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await confirm_payments(conn, network_id=counter.network_id, captures=captures)


async def everything(counter: Counter) -> dict[str, object]:
    """All that placing and paying may change, to compare."""
    queries = {
        "orders": "SELECT id, state, refunded_minor FROM shopping.consumer_order",
        "lines": "SELECT cart_id, sku_id, quantity FROM shopping.cart_line",
        "carts": "SELECT id, version FROM shopping.cart",
        "levels": "SELECT warehouse_id, sku_id, on_hand, held FROM inventory.stock_level",
        "coupons": "SELECT id, state, order_id FROM marketing.coupon",
        "owed": "SELECT relationship_id, owed_minor, held_minor, returnable_minor"
        "  FROM settlement.exposure",
        "obligations": "SELECT count(*) FROM settlement.obligation",
        "bookings": "SELECT count(*) FROM settlement.booking",
        "payments": "SELECT id, state, is_surplus FROM payments.payment",
        "requests": "SELECT org_id, request_id FROM kernel.request",
        "outbox": "SELECT count(*) FROM kernel.outbox_event",
    }
    return {
        name: sorted(map(tuple, await counter.owner_pool.fetch(sql)))
        for name, sql in queries.items()
    }
