"""Placing consumers' orders: load and lock, decide, store, for any number of orders at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tradeline.inventory import NewHold, store_holds
from tradeline.kernel import (
    Connection,
    Event,
    Problem,
    RequestKey,
    Shopper,
    Stage,
    answer_together,
    publish,
    timed,
)
from tradeline.marketing import hold_coupons
from tradeline.members import lock_families
from tradeline.payments import NewPayment, create_payments
from tradeline.settlement import NewExposureHold, store_exposure_holds
from tradeline.shopping.credit import lent_for
from tradeline.shopping.decisions import (
    PlacedConsumerOrder,
    RefusedConsumerOrder,
    decide_consumer_orders,
)
from tradeline.shopping.model import (
    LINE_REFERENCE,
    ORDER_DOCUMENT,
    ConsumerOrder,
    Delivery,
    NewConsumerOrder,
)
from tradeline.shopping.queries import carts as cart_queries
from tradeline.shopping.queries import placing as queries
from tradeline.shopping.queries.credit import insert_shortfalls
from tradeline.shopping.queries.placing import NumberedOrder
from tradeline.shopping.service.cashiers import Cashiers
from tradeline.shopping.service.loading import count_unpaid, load_market
from tradeline.shopping.service.paying import settle_gifts
from tradeline.shopping.service.pickup import new_pickup_codes
from tradeline.sourcing import QuotaTake, rules_owner, take_quotas


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerOrderRequest:
    """An order as it was asked for: by whom, under which `requestId`, with which body's hash."""

    shopper: Shopper
    request_id: str
    body: bytes
    order: NewConsumerOrder

    @property
    def key(self) -> RequestKey:
        return self.shopper.request_owner, self.request_id


async def take_consumer_orders(
    conn: Connection, *, network_id: int, requests: Sequence[ConsumerOrderRequest]
) -> list[ConsumerOrder | int | RefusedConsumerOrder]:
    """Answer requests for orders of one network, each as if it had come alone, in their order.

    For each the order, or the id of the one that an earlier request with its `requestId` made, or
    every reason why not: NotForGuests, NotFound for a cart, address or coupon that is not theirs,
    CartChanged, StoreClosed, NothingToBuy, NotOnSale, AboveLimit, NotEnoughStock, AddressMissing,
    NotDelivered, PickupNotOffered, CouponNotUsable, AmountTooLarge, TooManyUnpaidOrders,
    PriceChanged, InvalidValue, RequestReused. A refused order takes nothing, and harms no other.

    Claims the ids of the requests first, then locks members, carts, coupons, quotas and stock
    levels.
    """
    keys = list(dict.fromkeys(request.key for request in requests))
    with timed(Stage.LOADING, len(requests)):
        order_ids, due = await queries.take_order_ids(conn, len(keys))
    ids = dict(zip(keys, order_ids, strict=True))

    async def place(
        new: Sequence[ConsumerOrderRequest],
    ) -> list[ConsumerOrder | RefusedConsumerOrder | None]:
        return await _place(conn, network_id, new, ids, due)

    return await answer_together(
        conn,
        network_id=network_id,
        requests=requests,
        ids=ids,
        act=place,
        id_of=_id_of,
        refused=_refused,
    )


def _id_of(made: ConsumerOrder | RefusedConsumerOrder) -> int | None:
    return made.id if isinstance(made, ConsumerOrder) else None


def _refused(problem: Problem) -> ConsumerOrder | RefusedConsumerOrder:
    return RefusedConsumerOrder((problem,))


async def _place(
    conn: Connection,
    network_id: int,
    requests: Sequence[ConsumerOrderRequest],
    ids: Mapping[RequestKey, int],
    due: datetime,
) -> list[ConsumerOrder | RefusedConsumerOrder | None]:
    """Place what can be; None for orders after a placed one of the same key, see
    `decide_consumer_orders`."""
    if not requests:
        return []
    with timed(Stage.LOADING, len(requests)):
        members = {one.shopper.member_id for one in requests if not one.shopper.is_guest}
        families = await lock_families(conn, network_id, sorted(members))
        cart_ids = sorted({request.order.cart_id for request in requests})
        carts = await cart_queries.lock_carts(conn, network_id, cart_ids)
        own = [
            (request.shopper.member_id, request.order)
            for request in requests
            if request.order.cart_id in carts
            and carts[request.order.cart_id].member_id == request.shopper.member_id
        ]
        unpaid = await count_unpaid(conn, network_id, families)
        market, cashiers = await load_market(conn, network_id, carts, own, is_locked=True)
        market = replace(market, unpaid=unpaid)
    with timed(Stage.DECIDING, len(requests)):
        asked: list[tuple[Hashable, Shopper, NewConsumerOrder]] = [
            (request.key, request.shopper, request.order) for request in requests
        ]
        decisions = decide_consumer_orders(asked, market)
    accepted = {
        ids[request.key]: decision
        for request, decision in zip(requests, decisions, strict=True)
        if isinstance(decision, PlacedConsumerOrder)
    }
    with timed(Stage.STORING, len(requests)):
        stored = await _store(conn, network_id, accepted, cashiers, due)
    return [
        stored[ids[request.key]] if isinstance(decision, PlacedConsumerOrder) else decision
        for request, decision in zip(requests, decisions, strict=True)
    ]


async def _store(
    conn: Connection,
    network_id: int,
    accepted: Mapping[int, PlacedConsumerOrder],
    cashiers: Cashiers,
    due: datetime,
) -> dict[int, ConsumerOrder]:
    """Store accepted orders, by id, and keep for them what they take."""
    if not accepted:
        return {}
    payments = await _create_payments(conn, network_id, accepted, cashiers, due)
    numbered = await _number(conn, network_id, accepted, payments)
    orders = await queries.insert_orders(conn, network_id, numbered)
    await store_holds(
        conn, network_id=network_id, holds=[hold for one in numbered for hold in _holds(one)]
    )
    await hold_coupons(conn, network_id=network_id, orders=_coupons(numbered))
    await take_quotas(conn, network_id=network_id, takes=_quotas(numbered))
    if lacks := _lacks(numbered):
        await insert_shortfalls(conn, network_id, lacks)
        await store_exposure_holds(conn, network_id=network_id, holds=_credit_holds(numbered))
    gifts = [one for one in numbered if one.placed.judged.total_minor == 0]
    await settle_gifts(conn, network_id, gifts)
    await publish(conn, network_id=network_id, events=[_event(one) for one in numbered])
    return {order.id: order for order in orders}


async def _create_payments(
    conn: Connection,
    network_id: int,
    accepted: Mapping[int, PlacedConsumerOrder],
    cashiers: Cashiers,
    due: datetime,
) -> dict[int, int]:
    """Payments of orders whose consumers want to pay at once, by order."""
    wanted = {
        order_id: payment_for(order_id, placed, cashiers, due)
        for order_id, placed in accepted.items()
        if placed.order.starts_payment and placed.judged.total_minor
    }
    ids = await create_payments(conn, network_id=network_id, payments=list(wanted.values()))
    return dict(zip(wanted, ids, strict=True))


def payment_for(
    order_id: int, placed: PlacedConsumerOrder, cashiers: Cashiers, due: datetime
) -> NewPayment:
    """What the collector is to be paid: our sum, never one that was sent to us."""
    account, program = cashiers.account_of(placed.store), cashiers.program_of(placed.store)
    assert account is not None, "a store that cannot be paid takes no orders"
    assert program is not None, "a store that cannot be paid takes no orders"
    return NewPayment(
        reference_type=ORDER_DOCUMENT,
        reference_id=order_id,
        collector_entity_id=placed.collector.entity_id,
        merchant_id=account.merchant_id,
        app_id=program.app_id,
        amount_minor=placed.judged.total_minor,
        currency=placed.store.currency,
        expires_at=due,
        is_shareable=len(placed.tiers) > 1,
    )


async def _number(
    conn: Connection,
    network_id: int,
    accepted: Mapping[int, PlacedConsumerOrder],
    payments: Mapping[int, int],
) -> list[NumberedOrder]:
    line_ids = await queries.take_line_ids(
        conn, sum(len(placed.lines) for placed in accepted.values())
    )
    picked_up = {
        order_id: placed.store.id
        for order_id, placed in accepted.items()
        if placed.order.delivery is Delivery.PICKUP
    }
    codes = await new_pickup_codes(conn, network_id, picked_up)
    numbered, taken = [], 0
    for order_id, placed in accepted.items():
        own = line_ids[taken : taken + len(placed.lines)]
        taken += len(placed.lines)
        numbered.append(
            NumberedOrder(
                id=order_id,
                placed=placed,
                line_ids=own,
                payment_id=payments.get(order_id),
                pickup_code=codes.get(order_id),
            )
        )
    return numbered


def _holds(numbered: NumberedOrder) -> list[NewHold]:
    return [
        NewHold(
            warehouse_id=allocation.warehouse_id,
            sku_id=sku_id,
            held_for_org_id=numbered.placed.store.org_id,
            reference_type=LINE_REFERENCE,
            reference_id=line_id,
            quantity=allocation.quantity * each,
            quantity_each=each,
        )
        for line_id, line in zip(numbered.line_ids, numbered.placed.lines, strict=True)
        for allocation in line.allocations
        for sku_id, each in (line.sku.composition or {line.sku.sku_id: 1}).items()
    ]


def _coupons(numbered: Sequence[NumberedOrder]) -> dict[int, int]:
    return {
        one.placed.judged.coupon.coupon_id: one.id
        for one in numbered
        if one.placed.judged.coupon is not None
    }


def _lacks(numbered: Sequence[NumberedOrder]) -> list[tuple[int, int, int, int]]:
    """Of each order, what an edge lends for it."""
    return [
        (one.id, tier, edge, minor)
        for one in numbered
        for tier, minor in one.placed.shortfalls.items()
        if (edge := one.placed.tiers[tier].relationship_id) is not None
    ]


def _credit_holds(numbered: Sequence[NumberedOrder]) -> list[NewExposureHold]:
    """What edges lend for orders that wait to be paid; what comes to nothing is owed at once."""
    return [
        NewExposureHold(
            relationship_id=edge,
            reference_type=lent_for(tier),
            reference_id=order_id,
            amount_minor=minor,
        )
        for order_id, tier, edge, minor in _lacks(
            [one for one in numbered if one.placed.judged.total_minor]
        )
    ]


def _quotas(numbered: Sequence[NumberedOrder]) -> list[QuotaTake]:
    return [
        QuotaTake(rules_owner(one.placed.store), tier, one.id, quantity)
        for one in numbered
        for tier, quantity in one.placed.judged.plan.quota_uses.items()
    ]


def _event(numbered: NumberedOrder) -> Event:
    return Event(
        topic="consumer_order.placed",
        key=f"consumer_order:{numbered.id}",
        payload={
            "order_id": numbered.id,
            "member_id": numbered.placed.shopper.member_id,
            "org_ids": [tier.org_id for tier in numbered.placed.tiers],
            "state": numbered.begins_as.value,
        },
    )
