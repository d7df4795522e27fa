"""Refunds that did not reach their payers: who owes them sees them, and has them sent again."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    NotFound,
    Page,
    PageRequest,
    Permission,
    WrongState,
    make_page,
    record_changes,
    refuse,
)
from tradeline.payments.errors import RefundNotClosed
from tradeline.payments.model import NewRefund, ProviderRefund, RefundState
from tradeline.payments.queries import payments as payment_queries
from tradeline.payments.queries import refunds as refund_queries
from tradeline.payments.queries import troubles as queries
from tradeline.payments.service.refunds import request_refunds


async def list_troubled_refunds(
    conn: Connection, *, actor: Actor, page: PageRequest
) -> Page[ProviderRefund]:
    """Refunds of the organization's merchants that somebody must see to, oldest first: closed and
    not sent again, abnormal, or not told of for a day. The cursor is (int,).

    Raises Forbidden without `payment:reconcile`.
    """
    actor.require(Permission.PAYMENT_RECONCILE)
    rows = await queries.list_troubled(conn, actor, page)
    return make_page(rows, page, lambda refund: (refund.id,))


async def provider_refunds_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, ProviderRefund]:
    """Refunds of the organization's merchants; others are left out.

    Raises Forbidden without `payment:reconcile`.
    """
    actor.require(Permission.PAYMENT_RECONCILE)
    return await queries.fetch_refunds(conn, actor, ids)


async def resend_refund(conn: Connection, *, actor: Actor, refund_id: int) -> int:
    """Ask for a closed refund anew, under a number of its own, for the provider takes a number
    once; the new refund's id.

    Locks the payment, after the document that the refund is for, which the caller has locked.

    Raises:
        Forbidden: without `payment:reconcile`.
        Rejected: NotFound; RefundNotClosed; WrongState if it was paid, or sent again already.
    """
    actor.require(Permission.PAYMENT_RECONCILE)
    seen = (await queries.fetch_refunds(conn, actor, [refund_id])).get(refund_id)
    if seen is None:
        raise refuse(NotFound(path=("refundId",), subject="refund"))
    await payment_queries.lock_by_ids(conn, actor.network_id, [seen.payment_id])
    closed = (await queries.fetch_refunds(conn, actor, [refund_id]))[refund_id]
    if closed.is_sent_again or closed.state is RefundState.SUCCEEDED:
        state = "sent_again" if closed.is_sent_again else "refunded"
        raise refuse(WrongState(path=("refundId",), subject="refund", state=state))
    if closed.state is not RefundState.CLOSED:
        raise refuse(RefundNotClosed(path=("refundId",), number=closed.number))
    asked = (await refund_queries.fetch_by_ids(conn, actor.network_id, [refund_id]))[refund_id]
    [new_id] = await request_refunds(
        conn,
        network_id=actor.network_id,
        refunds=[
            NewRefund(
                payment_id=closed.payment_id,
                reference_type=closed.reference_type,
                reference_id=closed.reference_id,
                amount_minor=closed.amount_minor,
                reason=closed.reason,
                borne_by_org_id=asked.borne_by_org_id,
                borne_minor=asked.borne_minor,
            )
        ],
    )
    change = Change(
        action="refund.send_again",
        subject_type="refund",
        subject_id=new_id,
        before={"refund_id": refund_id, "number": closed.number},
        after={"amount_minor": closed.amount_minor, "payment": closed.payment_number},
    )
    await record_changes(conn, actor=actor, changes=[change])
    return new_id
