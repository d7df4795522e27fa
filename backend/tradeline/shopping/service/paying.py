"""Paying: what is to be paid, and what follows once it is: debts, books, and who is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tradeline.channels import (
    load_mini_programs,
    payment_accounts,
    stores_by_ids,
)
from tradeline.kernel import Connection, Event, Shopper, WrongState, publish, refuse
from tradeline.marketing import use_coupons
from tradeline.payments import (
    Capture,
    CaptureOutcome,
    NewPayment,
    NewRefund,
    Payment,
    PaymentState,
    capture_payments,
    create_payments,
    mark_surplus,
    payments_by_ids,
    payments_by_numbers,
    refunds_by_ids,
    request_refunds,
)
from tradeline.settlement import (
    BookingKind,
    NewBooking,
    NewObligation,
    book,
    move_returnable,
    owe,
)
from tradeline.shopping.credit import parts_left, release_of, returnable_of, shortfalls_of
from tradeline.shopping.debts import Document, obligations_of, sums_of_splits
from tradeline.shopping.errors import StoreClosed
from tradeline.shopping.model import ORDER_DOCUMENT, ConsumerOrderState, SplitPart, number_of
from tradeline.shopping.queries import locks
from tradeline.shopping.queries import paying as queries
from tradeline.shopping.queries.placing import NumberedOrder
from tradeline.shopping.sales import OpenSale
from tradeline.shopping.service.cashiers import Cashiers
from tradeline.shopping.service.returnable import count_returnable
from tradeline.shopping.service.steps import lock_before_orders, lock_sales, reference_for
from tradeline.shopping.splits import edge_debts

# The papers of money that pays for nothing: it comes in by the payment and goes out by its refund.
PAYMENT_DOCUMENT = "payment"
SURPLUS_DOCUMENT = "payment_refund"
SURPLUS_REASON = "订单已支付或已关闭，自动退款"


@dataclass(frozen=True, slots=True)
class _Paid:
    """A first capture, and what it pays for; no sale where it pays for none of ours."""

    capture: Capture
    outcome: CaptureOutcome
    payment: Payment


async def start_payment(conn: Connection, *, shopper: Shopper, order_id: int) -> int:
    """What the shopper's order is to be paid by, ready for the provider; the payment's id. The one
    that is under way, if there is one. Locks the order.

    Raises:
        Rejected: NotFound for an order that is not theirs, WrongState for one that is not to be
            paid (any more), StoreClosed where the collector can no longer be paid.
    """
    network_id = shopper.network_id
    reference = await reference_for(conn, shopper, order_id)
    [order] = await locks.lock_orders(conn, network_id, [reference.id])
    is_due = order.expires_at > await queries.fetch_now(conn)
    if order.state is not ConsumerOrderState.TO_PAY or not is_due:
        state = order.state if is_due else ConsumerOrderState.EXPIRED
        raise refuse(WrongState(path=("orderId",), subject="order", state=state.value))
    if order.payment_id is not None:
        found = await payments_by_ids(conn, network_id=network_id, ids=[order.payment_id])
        if found[order.payment_id].state in (PaymentState.CREATED, PaymentState.PREPAID):
            return order.payment_id
    stores = await stores_by_ids(conn, network_id=network_id, ids=[order.store_id])
    accounts = await payment_accounts(conn, network_id=network_id, org_ids=[order.collector_org_id])
    cashiers = Cashiers(accounts, await load_mini_programs(conn, network_id=network_id))
    program = cashiers.program_of(stores[order.store_id])
    if order.collector_org_id not in accounts or program is None:
        raise refuse(StoreClosed(path=("orderId",)))
    sales = await locks.fetch_sales(conn, network_id, [order])
    new = NewPayment(
        reference_type=ORDER_DOCUMENT,
        reference_id=order.id,
        collector_entity_id=order.collector_entity_id,
        merchant_id=accounts[order.collector_org_id].merchant_id,
        app_id=program.app_id,
        amount_minor=order.total_minor,
        currency=order.currency,
        expires_at=order.expires_at,
        is_shareable=len(sales[order.id].tiers) > 1,
    )
    [payment_id] = await create_payments(conn, network_id=network_id, payments=[new])
    await queries.set_payment(conn, network_id, order.id, payment_id)
    return payment_id


async def confirm_payments(
    conn: Connection, *, network_id: int, captures: Sequence[Capture]
) -> list[CaptureOutcome]:
    """Take a provider's word that payments were paid; outcomes in the order given, as
    `payments.capture_payments` has them.

    The first word on a payment makes its order paid: the coupon is used, the edges of the route
    owe each other what the split says, and the books of the store and the collector have it. Of an
    order that is paid already, or is not to be any more, it is surplus, and all of it goes back by
    itself. What was told before changes nothing.

    Locks coupons, edges, orders, payments.
    """
    if not captures:
        return []
    known = await payments_by_numbers(
        conn, network_id=network_id, numbers=[capture.number for capture in captures]
    )
    order_ids = sorted(
        {one.reference_id for one in known.values() if one.reference_type == ORDER_DOCUMENT}
    )
    references = await locks.fetch_references(conn, network_id, order_ids)
    await lock_before_orders(conn, network_id, references, with_coupons=True, with_edges=True)
    sales = await lock_sales(conn, network_id, order_ids)
    outcomes = await capture_payments(conn, network_id=network_id, captures=captures)
    paid: dict[int, _Paid] = {}
    surplus: list[_Paid] = []
    for capture, outcome in zip(captures, outcomes, strict=True):
        if not outcome.is_first:
            continue
        one = _Paid(capture, outcome, known[capture.number])
        sale = sales.get(one.payment.reference_id)
        is_ours = one.payment.reference_type == ORDER_DOCUMENT and sale is not None
        is_open = sale is not None and sale.order.state is ConsumerOrderState.TO_PAY
        if is_ours and is_open and one.payment.reference_id not in paid:
            paid[one.payment.reference_id] = one
        else:
            surplus.append(one)
    await _settle(conn, network_id, [(sales[order_id], one) for order_id, one in paid.items()])
    await _give_back(conn, network_id, surplus)
    return outcomes


async def settle_gifts(conn: Connection, network_id: int, gifts: Sequence[NumberedOrder]) -> None:
    """What follows of orders that come to nothing, which are paid as they are placed. Their edges
    are locked."""
    if not gifts:
        return
    await use_coupons(conn, network_id=network_id, order_ids=[gift.id for gift in gifts])
    debts: list[NewObligation] = []
    for gift in gifts:
        sums: dict[SplitPart, dict[int, int]] = {part: {} for part in SplitPart}
        for split in gift.placed.splits:
            of_part = sums[split.part]
            of_part[split.tier] = of_part.get(split.tier, 0) + split.amount_minor
        owed = edge_debts(
            sums[SplitPart.GOODS],
            sums[SplitPart.COUPON],
            sums[SplitPart.FREIGHT],
            captured_minor=0,
            collector_tier=gift.placed.collector.tier,
            tier_top=len(gift.placed.tiers) - 1,
        )
        edges = {
            tier.tier: tier.relationship_id
            for tier in gift.placed.tiers
            if tier.relationship_id is not None
        }
        document = Document(type=ORDER_DOCUMENT, id=gift.id, number=number_of(gift.id))
        debts += obligations_of(owed, edges, document=document)
    await owe(conn, network_id=network_id, obligations=debts)
    await move_returnable(conn, network_id=network_id, moves=_returnable_of_gifts(gifts))
    events = [
        _event(gift.id, gift.placed.shopper.member_id, [t.org_id for t in gift.placed.tiers])
        for gift in gifts
    ]
    await publish(conn, network_id=network_id, events=events)


async def _settle(
    conn: Connection, network_id: int, paid: Sequence[tuple[OpenSale, _Paid]]
) -> None:
    """What follows of orders that are paid."""
    if not paid:
        return
    await use_coupons(
        conn,
        network_id=network_id,
        order_ids=[sale.order.id for sale, _ in paid if sale.order.coupon_id is not None],
    )
    await owe(
        conn,
        network_id=network_id,
        obligations=[debt for sale, _ in paid for debt in _debts(sale)],
    )
    await count_returnable(conn, network_id, [sale for sale, _ in paid])
    await book(
        conn,
        network_id=network_id,
        bookings=[booking for sale, _ in paid for booking in _bookings(sale)],
    )
    await queries.mark_paid(
        conn,
        network_id,
        {sale.order.id: (one.payment.id, one.capture.captured_at) for sale, one in paid},
    )
    events = [
        _event(sale.order.id, sale.order.member_id, [tier.org_id for tier in sale.tiers])
        for sale, _ in paid
    ]
    await publish(conn, network_id=network_id, events=events)


def _debts(sale: OpenSale) -> list[NewObligation]:
    """Of a sale, from its split alone."""
    sums, order = sums_of_splits(sale.splits), sale.order
    owed = edge_debts(
        sums.goods,
        sums.coupon,
        sums.freight,
        captured_minor=order.total_minor,
        collector_tier=order.collector_tier,
        tier_top=len(sale.tiers) - 1,
    )
    document = Document(type=ORDER_DOCUMENT, id=order.id, number=order.number)
    lent = shortfalls_of(len(sale.tiers), order.collector_tier, parts_left(sale.splits))
    releases = {tier: release_of(order.id, tier, minor) for tier, minor in lent.items()}
    return obligations_of(owed, sale.edges, document=document, releases=releases)


def _returnable_of_gifts(gifts: Sequence[NumberedOrder]) -> Counter[int]:
    """What gifts leave in favour of the buyers of edges, by edge."""
    moves: Counter[int] = Counter()
    for gift in gifts:
        tiers, collector = gift.placed.tiers, gift.placed.collector.tier
        parts = [(it.line, it.part, it.tier, it.amount_minor) for it in gift.placed.splits]
        for tier, minor in returnable_of(len(tiers), collector, parts).items():
            moves[tiers[tier].relationship_id or 0] += minor
    return moves


def _bookings(sale: OpenSale) -> list[NewBooking]:
    """In the store's books the sale, in the collector's the money."""
    order = sale.order
    return [
        NewBooking(
            entity_id=entity_id,
            kind=kind,
            currency=order.currency,
            amount_minor=order.total_minor,
            document_type=ORDER_DOCUMENT,
            document_id=order.id,
            document_number=order.number,
        )
        for entity_id, kind in (
            (order.seller_entity_id, BookingKind.SALE),
            (order.collector_entity_id, BookingKind.CAPTURE),
        )
    ]


async def _give_back(conn: Connection, network_id: int, surplus: Sequence[_Paid]) -> None:
    """Money that pays for nothing goes back whole. The collector's books have it come and go."""
    if not surplus:
        return
    payment_ids = [one.payment.id for one in surplus]
    await mark_surplus(conn, network_id=network_id, payment_ids=payment_ids)
    refund_ids = await request_refunds(
        conn,
        network_id=network_id,
        refunds=[
            NewRefund(
                payment_id=one.payment.id,
                reference_type=PAYMENT_DOCUMENT,
                reference_id=one.payment.id,
                amount_minor=one.payment.amount_minor,
                reason=SURPLUS_REASON,
            )
            for one in surplus
        ],
    )
    refunds = await refunds_by_ids(conn, network_id=network_id, ids=refund_ids)
    bookings = []
    for one, refund_id in zip(surplus, refund_ids, strict=True):
        papers = (
            (BookingKind.CAPTURE, PAYMENT_DOCUMENT, one.payment.id, one.payment.number),
            (
                BookingKind.CAPTURE_REFUND,
                SURPLUS_DOCUMENT,
                refund_id,
                refunds[refund_id].number,
            ),
        )
        bookings += [
            NewBooking(
                entity_id=one.payment.collector_entity_id,
                kind=kind,
                currency=one.payment.currency,
                amount_minor=one.payment.amount_minor,
                document_type=document,
                document_id=document_id,
                document_number=number,
            )
            for kind, document, document_id, number in papers
        ]
    await book(conn, network_id=network_id, bookings=bookings)


def _event(order_id: int, member_id: int, org_ids: list[int]) -> Event:
    return Event(
        topic="consumer_order.paid",
        key=f"consumer_order:{order_id}",
        payload={"order_id": order_id, "member_id": member_id, "org_ids": org_ids},
    )
