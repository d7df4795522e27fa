"""What steps on placed orders share: locking them in one order, taking money back, and storing.

Whoever takes a step finds what to lock by references that never change, locks coupon, edges, stock
and then the order, and decides by what stands then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from tradeline.inventory import Release, lock_held_stock, release_holds
from tradeline.kernel import (
    Actor,
    Busy,
    Change,
    Connection,
    Event,
    InvalidValue,
    NotFound,
    Problem,
    Shopper,
    judge_length,
    publish,
    raise_any,
    record_changes,
    refuse,
)
from tradeline.marketing import lock_coupons
from tradeline.members import family_of
from tradeline.payments import NewRefund, request_refunds
from tradeline.settlement import (
    BookingKind,
    Exposure,
    NewBooking,
    NewObligation,
    book,
    lock_exposures,
    move_returnable,
    owe,
)
from tradeline.shopping.allowed import SaleStep, judge_state, require_role
from tradeline.shopping.credit import Part, parts_left, returnable_on_edges
from tradeline.shopping.debts import Document, obligations_of, sums_of_reversals
from tradeline.shopping.model import (
    LINE_REFERENCE,
    REFUND_DOCUMENT,
    ConsumerOrderLine,
    ConsumerOrderState,
)
from tradeline.shopping.moving import NewSplit
from tradeline.shopping.queries import locks, steps
from tradeline.shopping.queries.locks import References
from tradeline.shopping.queries.steps import By, NewConsumerRefund
from tradeline.shopping.refunds import NOTHING, TakenBack
from tradeline.shopping.sale_errors import UnitsNotOpen
from tradeline.shopping.sales import (
    REASON_LENGTH_MAX,
    AfterSaleLine,
    OpenSale,
    RefundCause,
    give_back_money,
)
from tradeline.shopping.splits import edge_debts
from tradeline.sourcing import release_quotas


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRefund:
    """What is to be taken back of one sale: of its lines, and of the freight. What is `moved` is
    others' on the same document, by what stands for the new line (None: freight). So much of the
    money as is `borne_minor`, one organization gives alone."""

    sale: OpenSale
    cause: RefundCause
    reason: str
    lines: Mapping[int, TakenBack] = field(default_factory=dict)
    freight: TakenBack = NOTHING
    moved: Mapping[int | None, Sequence[NewSplit]] = field(default_factory=dict)
    borne_by_org_id: int | None = None
    borne_minor: int = 0

    @property
    def whole(self) -> TakenBack:
        return sum(self.lines.values(), self.freight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """What a step did to one sale: `lines` are all of it, as they are now. The facts go into the
    audit trail and to whoever listens."""

    sale: OpenSale
    lines: Sequence[ConsumerOrderLine]
    state: ConsumerOrderState
    note: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


async def references_for(
    conn: Connection, asker: Actor | Shopper, order_ids: Sequence[int]
) -> list[References]:
    """Of orders that are the shopper's own, or on whose route the actor's organization is."""
    if isinstance(asker, Actor):
        return await locks.fetch_references_of_party(
            conn, asker.network_id, order_ids, asker.org_id
        )
    family = await family_of(conn, asker.network_id, asker.member_id)
    return await locks.fetch_references_of_members(conn, asker.network_id, order_ids, family)


async def lock_before_orders(
    conn: Connection,
    network_id: int,
    references: Sequence[References],
    *,
    with_coupons: bool = False,
    gives_up: bool = False,
    with_edges: bool = False,
    with_stock: bool = False,
) -> dict[int, Exposure]:
    """Lock what has to be locked before orders, in the one order of all; the edges, if they are
    locked.

    `gives_up` orders that are not to be any more, as far as nothing of them was shipped: their
    quotas are free. The caller sees to it that they are given up, or that nothing of this stands.
    """
    if with_coupons:
        coupon_ids = [one.coupon_id for one in references if one.coupon_id is not None]
        await lock_coupons(conn, network_id=network_id, coupon_ids=coupon_ids)
    if gives_up:
        unshipped = [one.id for one in references if one.is_unshipped]
        await release_quotas(conn, network_id=network_id, order_ids=unshipped)
    exposures: dict[int, Exposure] = {}
    if with_edges:
        edges = {edge for one in references for edge in one.relationship_ids}
        exposures = await lock_exposures(
            conn, network_id=network_id, relationship_ids=sorted(edges)
        )
    if with_stock:
        held = [(LINE_REFERENCE, line_id) for one in references for line_id in one.line_ids]
        await lock_held_stock(conn, network_id=network_id, references=held)
    return exposures


async def lock_sales(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> dict[int, OpenSale]:
    """Lock orders and read all of them."""
    orders = await locks.lock_orders(conn, network_id, order_ids)
    return await locks.fetch_sales(conn, network_id, orders)


def is_as_referenced(sale: OpenSale, references: References) -> bool:
    """Whether no other source has brought lines since it was read what to lock: all stock that the
    order holds is locked then."""
    return {line.id for line in sale.lines} == set(references.line_ids)


async def lock_sale(conn: Connection, network_id: int, references: References) -> OpenSale:
    """As `lock_sales`, of one; raises Rejected with Busy where its lines changed at this moment."""
    found = await lock_sales(conn, network_id, [references.id])
    sale = found[references.id]
    if not is_as_referenced(sale, references):
        raise refuse(Busy(retry_after_seconds=1))
    return sale


async def reference_for(
    conn: Connection, asker: Actor | Shopper, order_id: int, path: str = "orderId"
) -> References:
    """As `references_for`, of one; raises Rejected with NotFound."""
    found = await references_for(conn, asker, [order_id])
    if not found:
        raise refuse(NotFound(path=(path,), subject="order"))
    return found[0]


def require_turn(asker: Actor | Shopper, sale: OpenSale, step: SaleStep) -> None:
    """Raise Forbidden where it is another party's step, Rejected where the order is not there."""
    if isinstance(asker, Actor):
        is_source = sale.is_source(asker.org_id)
        require_role(sale.order, step, org_id=asker.org_id, is_source=is_source)
    raise_any(judge_state(sale.order, step))


async def release_units(conn: Connection, network_id: int, units: Mapping[int, int]) -> None:
    """Free the stock of units of lines that will not be shipped from it."""
    await release_holds(
        conn,
        network_id=network_id,
        releases=[
            Release(reference_type=LINE_REFERENCE, reference_id=line_id, quantity=quantity)
            for line_id, quantity in units.items()
            if quantity
        ],
    )


async def take_back(
    conn: Connection, network_id: int, refunds: Sequence[SaleRefund]
) -> list[NewConsumerRefund]:
    """Take back what each of the refunds says of locked sales: debts, bookings, and the money, all
    on one document each. The edges are locked."""
    ids = await steps.take_refund_ids(conn, len(refunds)) if refunds else []
    stored = [_document(refund, refund_id) for refund, refund_id in zip(refunds, ids, strict=True)]
    payment_refunds = await _request_money(conn, network_id, refunds, stored)
    stored = [replace(new, payment_refund_id=payment_refunds.get(new.id)) for new in stored]
    if stored:
        await steps.store_refunds(conn, network_id, stored)
    pairs = list(zip(refunds, stored, strict=True))
    debts = [debt for refund, new in pairs for debt in _debts(refund, new)]
    await owe(conn, network_id=network_id, obligations=debts)
    await move_returnable(conn, network_id=network_id, moves=_returnable_moves(refunds))
    bookings = [one for refund, new in pairs for one in _bookings(refund, new)]
    await book(conn, network_id=network_id, bookings=bookings)
    return stored


def _returnable_moves(refunds: Sequence[SaleRefund]) -> Counter[int]:
    """By how much less, or more, may go back on each edge once so much is taken back."""
    moves: Counter[int] = Counter()
    left: dict[int, list[Part]] = {}
    for refund in refunds:
        sale = refund.sale
        parts = left.setdefault(sale.order.id, parts_left(sale.splits))
        moves.subtract(returnable_on_edges(sale, parts))
        rows = {split.id: split for split in sale.splits}
        for reversal in refund.whole.reversals:
            row = rows[reversal.split_id]
            parts.append((row.order_line_id, row.part, row.tier, -reversal.amount_minor))
        for line, splits in refund.moved.items():
            parts += [(line, split.part, split.tier, split.amount_minor) for split in splits]
        moves.update(returnable_on_edges(sale, parts))
    return moves


def _document(refund: SaleRefund, refund_id: int) -> NewConsumerRefund:
    whole = refund.whole
    return NewConsumerRefund(
        id=refund_id,
        order_id=refund.sale.order.id,
        number=f"CR{refund_id:08}",
        cause=refund.cause,
        goods_minor=whole.goods_minor,
        coupon_minor=whole.coupon_minor,
        freight_minor=whole.freight_minor,
        amount_minor=0 if refund.cause is RefundCause.MOVED else whole.cash_minor,
        reason=refund.reason,
        payment_refund_id=None,
        reversals=whole.reversals,
    )


async def _request_money(
    conn: Connection,
    network_id: int,
    refunds: Sequence[SaleRefund],
    stored: Sequence[NewConsumerRefund],
) -> dict[int, int]:
    """Ask for the money to be paid back; the payments' refunds by the document's id."""
    wanted = []
    for refund, new in zip(refunds, stored, strict=True):
        if new.amount_minor:
            payment_id = refund.sale.order.payment_id
            assert payment_id is not None, "what was paid was paid by a payment"
            wanted.append(
                NewRefund(
                    payment_id=payment_id,
                    reference_type=REFUND_DOCUMENT,
                    reference_id=new.id,
                    amount_minor=new.amount_minor,
                    reason=refund.reason,
                    borne_by_org_id=refund.borne_by_org_id,
                    borne_minor=refund.borne_minor,
                )
            )
    if not wanted:
        return {}
    ids = await request_refunds(conn, network_id=network_id, refunds=wanted)
    return {new.reference_id: refund_id for new, refund_id in zip(wanted, ids, strict=True)}


def _debts(refund: SaleRefund, new: NewConsumerRefund) -> list[NewObligation]:
    sale = refund.sale
    sums = sums_of_reversals(sale.splits, new.reversals)
    for split in chain.from_iterable(refund.moved.values()):
        sums.add(split.part, split.tier, -split.amount_minor)
    debts = edge_debts(
        sums.goods,
        sums.coupon,
        sums.freight,
        captured_minor=new.amount_minor,
        collector_tier=sale.order.collector_tier,
        tier_top=len(sale.tiers) - 1,
    )
    document = Document(type=REFUND_DOCUMENT, id=new.id, number=new.number)
    return obligations_of(debts, sale.edges, document=document, is_back=True)


def _bookings(refund: SaleRefund, new: NewConsumerRefund) -> list[NewBooking]:
    """In the store's books the sale goes back, in the collector's the money."""
    order = refund.sale.order
    if not new.amount_minor:
        return []
    return [
        NewBooking(
            entity_id=entity_id,
            kind=kind,
            currency=order.currency,
            amount_minor=new.amount_minor,
            document_type=REFUND_DOCUMENT,
            document_id=new.id,
            document_number=new.number,
        )
        for entity_id, kind in (
            (order.seller_entity_id, BookingKind.SALE_REFUND),
            (order.collector_entity_id, BookingKind.CAPTURE_REFUND),
        )
    ]


def lines_after(
    lines: Sequence[ConsumerOrderLine], back: Mapping[int, TakenBack]
) -> list[ConsumerOrderLine]:
    """Lines with what was taken back of them."""
    return [give_back_money(line, back.get(line.id, NOTHING)) for line in lines]


async def store(
    conn: Connection,
    asker: Actor | Shopper | None,
    network_id: int,
    step: str,
    stepped: Sequence[Stepped],
) -> None:
    """Write lines and states of locked orders, and of each its time line, audit and event.

    `asker` is None for what happens by itself. What a member does is in the time line; the audit
    trail is organizations'.
    """
    changed = [
        now
        for one in stepped
        for was, now in zip(one.sale.lines, one.lines, strict=True)
        if now != was
    ]
    if changed:
        await steps.update_lines(conn, network_id, changed)
    taken = [(one.sale.order.id, one.state, one.note) for one in stepped]
    await steps.store_steps(conn, network_id, step, by_of(asker), taken)
    if isinstance(asker, Actor):
        await record_changes(conn, actor=asker, changes=[_change(step, one) for one in stepped])
    await publish(conn, network_id=network_id, events=[_event(step, one) for one in stepped])


async def store_beside(
    conn: Connection,
    asker: Actor | Shopper,
    sale: OpenSale,
    step: str,
    note: str,
    facts: Mapping[str, object],
    lines: Sequence[ConsumerOrderLine] | None = None,
) -> None:
    """Write a step that leaves the order in its state."""
    stepped = Stepped(
        sale=sale,
        lines=sale.lines if lines is None else lines,
        state=sale.order.state,
        note=note.strip(),
        facts=facts,
    )
    await store(conn, asker, asker.network_id, step, [stepped])


def worth_of(units: Mapping[int, int], back: Mapping[int, TakenBack]) -> list[AfterSaleLine]:
    """Lines of an after-sale, with what is taken back for them."""
    return [
        AfterSaleLine(line_id, units[line_id], taken.goods_minor, taken.coupon_minor)
        for line_id, taken in back.items()
    ]


def by_of(asker: Actor | Shopper | None) -> By:
    if isinstance(asker, Actor):
        return By(org_id=asker.org_id, account_id=asker.account_id)
    return By() if asker is None else By(member_id=asker.member_id)


def _change(step: str, stepped: Stepped) -> Change:
    order = stepped.sale.order
    return Change(
        action=f"consumer_order.{step}",
        subject_type="consumer_order",
        subject_id=order.id,
        before={"state": order.state.value},
        after={"state": stepped.state.value, "note": stepped.note, **stepped.facts},
    )


def _event(step: str, stepped: Stepped) -> Event:
    order = stepped.sale.order
    return Event(
        topic=PAST[step],
        key=f"consumer_order:{order.id}",
        payload={
            "order_id": order.id,
            "member_id": order.member_id,
            "org_ids": [tier.org_id for tier in stepped.sale.tiers],
            "state": stepped.state.value,
            **stepped.facts,
        },
    )


def unknown_lines(ids: Sequence[int], lines: Sequence[ConsumerOrderLine]) -> list[Problem]:
    """A NotFound for each id that is no line of the order, or is named twice."""
    known = {line.id for line in lines}
    return [
        NotFound(path=("lines", position, "lineId"), subject="order line")
        for position, line_id in enumerate(ids)
        if line_id not in known
    ]


def too_many(
    wanted: Mapping[int, int], open_units: Mapping[int, int], lines: Sequence[ConsumerOrderLine]
) -> list[Problem]:
    """A UnitsNotOpen for each line of which more is wanted than is open for the step."""
    numbers = {line.id: line.line_no for line in lines}
    return [
        UnitsNotOpen(
            path=("lines", position, "quantity"),
            line_no=numbers[line_id],
            requested=units,
            open=open_units[line_id],
        )
        for position, (line_id, units) in enumerate(wanted.items())
        if line_id in numbers and not 0 <= units <= open_units[line_id]
    ]


def judge_reason(reason: str, field: str = "reason", *, is_needed: bool = True) -> list[Problem]:
    """The faults of what somebody says about why."""
    faults = judge_length(reason, (field,), most=REASON_LENGTH_MAX)
    if is_needed and not reason.strip():
        faults.append(
            InvalidValue(
                path=(field,),
                field=field,
                rule="say why in a few words",
                rule_zh="请用几个字说明原因",
            )
        )
    return faults


def nothing_given() -> InvalidValue:
    """Lines without a unit among them to act on."""
    return InvalidValue(
        path=("lines",),
        field="lines",
        rule="name at least one line with a quantity",
        rule_zh="至少填写一行及数量",
    )


# Each step as a fact.
PAST = {
    "cancel": "consumer_order.cancelled",
    "expire": "consumer_order.expired",
    "ship": "consumer_order.shipped",
    "hand_over": "consumer_order.handed_over",
    "receive": "consumer_order.received",
    "complete": "consumer_order.completed",
    "after_sale_request": "consumer_order.after_sale_requested",
    "after_sale_withdraw": "consumer_order.after_sale_withdrawn",
    "after_sale_accept": "consumer_order.after_sale_accepted",
    "after_sale_refuse": "consumer_order.after_sale_refused",
    "after_sale_refer": "consumer_order.after_sale_referred",
    "after_sale_agree": "consumer_order.after_sale_agreed",
    "after_sale_decline": "consumer_order.after_sale_declined",
    "price_refund": "consumer_order.price_refunded",
    "resource": "consumer_order.resourced",
    "refund_settle": "consumer_order.refund_settled",
    "refund_fail": "consumer_order.refund_failed",
}
