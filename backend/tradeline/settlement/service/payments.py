"""Payments: recorded by either side, and true once the payee says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Event,
    InvalidValue,
    Page,
    PageRequest,
    Permission,
    Problem,
    WrongState,
    make_page,
    publish,
    raise_any,
    record_changes,
    refuse,
)
from tradeline.organizations import Side
from tradeline.settlement.allowed import DECIDES_PAYMENTS, is_payee, is_undecided
from tradeline.settlement.errors import PayeeDecides
from tradeline.settlement.model import (
    EARLIEST_MORNING,
    NewObligation,
    NewPayment,
    ObligationKind,
    Payment,
    PaymentState,
)
from tradeline.settlement.queries import edges as edge_queries
from tradeline.settlement.queries import payments as queries
from tradeline.settlement.service.edges import (
    ACCEPTED,
    found_or_refuse,
    judge_amount,
    judge_state,
    judge_text,
    require_either,
)
from tradeline.settlement.service.exposures import owe


async def record_payment(conn: Connection, *, actor: Actor, payment: NewPayment) -> int:
    """Record money that changed hands on an edge of the actor; returns the payment's id.

    The payee's record is a receipt and counts at once. The payer's waits for the payee. Money may
    be paid on any edge that was accepted, in advance too, and after its end.

    Raises:
        Forbidden: without `payment:record`.
        Rejected: NotFound if the actor is on neither side; WrongState for a proposed edge;
            InvalidValue for sum, day or text.
    """
    actor.require(Permission.PAYMENT_RECORD)
    edge = found_or_refuse(
        await edge_queries.lock_edge(conn, actor, payment.relationship_id),
        "relationship",
        "relationshipId",
    )
    problems = judge_state(edge, ACCEPTED)
    problems += judge_amount(payment.amount, edge.exposure.currency, "amount")
    problems += judge_text(payment.reference, "reference", minimum=0)
    problems += await _judge_day(conn, payment)
    raise_any(problems)
    is_paid = edge.side_of(actor.org_id) is not payment.paid_by
    state = PaymentState.CONFIRMED if is_paid else PaymentState.RECORDED
    payment_id, number = await queries.insert_payment(conn, actor, payment, edge, state)
    change = Change(
        action="payment.record",
        subject_type="payment",
        subject_id=payment_id,
        after={
            "number": number,
            "state": state,
            "amount_minor": payment.amount.minor,
            "paid_by": payment.paid_by,
        },
    )
    await record_changes(conn, actor=actor, changes=[change])
    await _publish(conn, actor, "payment.recorded", payment.relationship_id, payment_id)
    if is_paid:
        stored = (await queries.fetch_payments(conn, actor, [payment_id]))[payment_id]
        await _settle(conn, actor, stored, payment.paid_by)
    return payment_id


async def confirm_payment(conn: Connection, *, actor: Actor, payment_id: int) -> int:
    """The payee has the money: it counts from now on. Returns the payment's id.

    Raises:
        Forbidden: without `payment:record`.
        Rejected: NotFound; PayeeDecides for the payer; WrongState unless it waits.
    """
    payment = await _lock_as_payee(conn, actor, payment_id)
    await queries.decide_payment(conn, actor.network_id, payment_id, PaymentState.CONFIRMED, None)
    await _record_decision(conn, actor, payment, PaymentState.CONFIRMED, None)
    edge = await edge_queries.lock_edge(conn, actor, payment.relationship_id)
    assert edge is not None, "the payee stands on the edge"
    await _settle(conn, actor, payment, edge.side_of(payment.payer_org_id))
    return payment_id


async def refuse_payment(conn: Connection, *, actor: Actor, payment_id: int, reason: str) -> int:
    """The payee does not have the money: it never counts. Returns the payment's id.

    Raises:
        Forbidden: without `payment:record`.
        Rejected: NotFound; PayeeDecides for the payer; WrongState unless it waits; InvalidValue
            without a reason.
    """
    payment = await _lock_as_payee(conn, actor, payment_id)
    raise_any(judge_text(reason, "reason"))
    reason = reason.strip()
    await queries.decide_payment(conn, actor.network_id, payment_id, PaymentState.REFUSED, reason)
    await _record_decision(conn, actor, payment, PaymentState.REFUSED, reason)
    await _publish(conn, actor, "payment.refused", payment.relationship_id, payment_id)
    return payment_id


async def payments_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Payment]:
    """Payments that the actor made or got.

    Raises Forbidden without `payment:read` or `payment:record`.
    """
    require_either(actor, Permission.PAYMENT_READ, Permission.PAYMENT_RECORD)
    return await queries.fetch_payments(conn, actor, ids)


async def list_payments(
    conn: Connection,
    *,
    actor: Actor,
    page: PageRequest,
    relationship_id: int | None = None,
    state: PaymentState | None = None,
) -> Page[Payment]:
    """Newest first; the cursor is (int,). Raises Forbidden without `payment:read`."""
    actor.require(Permission.PAYMENT_READ)
    rows = await queries.list_payments(conn, actor, page, relationship_id, state)
    return make_page(rows, page, lambda payment: (payment.id,))


async def _judge_day(conn: Connection, payment: NewPayment) -> list[Problem]:
    last_day = (await edge_queries.fetch_now(conn) + EARLIEST_MORNING).date()
    if payment.paid_on <= last_day:
        return []
    return [
        InvalidValue(
            path=("paidOn",),
            field="paidOn",
            rule="the day is in the future; send the day on which the money was paid",
            rule_zh="日期在未来；请填写实际付款日期",
        )
    ]


async def _lock_as_payee(conn: Connection, actor: Actor, payment_id: int) -> Payment:
    """The payment, waiting and under its edge's lock, which covers its state."""
    actor.require(DECIDES_PAYMENTS)
    seen = found_or_refuse(
        (await queries.fetch_payments(conn, actor, [payment_id])).get(payment_id),
        "payment",
        "paymentId",
    )
    if not is_payee(seen, actor.org_id):
        raise refuse(PayeeDecides(path=("paymentId",), number=seen.number))
    await edge_queries.lock_edge(conn, actor, seen.relationship_id)
    payment = (await queries.fetch_payments(conn, actor, [payment_id]))[payment_id]
    if not is_undecided(payment):
        raise refuse(WrongState(path=("paymentId",), subject="payment", state=payment.state))
    return payment


async def _settle(conn: Connection, actor: Actor, payment: Payment, paid_by: Side) -> None:
    """Let a confirmed payment move the account."""
    kind = ObligationKind.PAYMENT if paid_by is Side.BUYER else ObligationKind.REFUND
    await owe(
        conn,
        network_id=actor.network_id,
        obligations=[
            NewObligation(
                relationship_id=payment.relationship_id,
                kind=kind,
                owed_by=kind.owed_by,
                amount_minor=payment.amount_minor,
                document_type="payment",
                document_id=payment.id,
                document_number=payment.number,
            )
        ],
    )
    await _publish(conn, actor, "payment.confirmed", payment.relationship_id, payment.id)


async def _record_decision(
    conn: Connection, actor: Actor, payment: Payment, state: PaymentState, reason: str | None
) -> None:
    decided = replace(payment, state=state, refusal_reason=reason)
    change = Change(
        action="payment.confirm" if state is PaymentState.CONFIRMED else "payment.refuse",
        subject_type="payment",
        subject_id=payment.id,
        before={"state": payment.state},
        after={"state": decided.state, "refusal_reason": decided.refusal_reason},
    )
    await record_changes(conn, actor=actor, changes=[change])


async def _publish(
    conn: Connection, actor: Actor, topic: str, relationship_id: int, payment_id: int
) -> None:
    event = Event(
        topic=topic,
        key=f"exposure:{relationship_id}",
        payload={"id": payment_id, "relationship_id": relationship_id},
    )
    await publish(conn, network_id=actor.network_id, events=[event])
