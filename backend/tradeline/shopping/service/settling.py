"""What became of refunds at the provider."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Connection
from tradeline.payments import RefundOutcome
from tradeline.payments import RefundState as PaymentRefundState
from tradeline.shopping.model import REFUND_DOCUMENT
from tradeline.shopping.queries import locks, steps
from tradeline.shopping.sales import RefundState
from tradeline.shopping.service.steps import Stepped, lock_sales, store

# What is closed has not been paid either: somebody has to see to both.
ANSWERS = {
    PaymentRefundState.SUCCEEDED: RefundState.SUCCEEDED,
    PaymentRefundState.ABNORMAL: RefundState.ABNORMAL,
    PaymentRefundState.CLOSED: RefundState.ABNORMAL,
}


async def settle_consumer_refunds(
    conn: Connection, *, network_id: int, outcomes: Sequence[RefundOutcome]
) -> int:
    """Tell orders, their members and their parties what `payments.settle_refunds` found out;
    returns how many refunds of orders have changed. The same word again changes nothing.

    It locks orders: where a unit of work does both, this comes before it settles payments.
    """
    answers = [
        (outcome.refund_id, ANSWERS[outcome.state])
        for outcome in outcomes
        if outcome.reference_type == REFUND_DOCUMENT
        and outcome.refund_id is not None
        and outcome.mismatch is None
        and outcome.state in ANSWERS
    ]
    if not answers:
        return 0
    refund_ids = [refund_id for refund_id, _ in answers]
    order_ids = await locks.find_orders_of_refunds(conn, network_id, refund_ids)
    references = await locks.fetch_references(conn, network_id, order_ids)
    sales = await lock_sales(conn, network_id, references)
    settled = await steps.settle_refunds(conn, network_id, answers)
    for step, state in (
        ("refund_settle", RefundState.SUCCEEDED),
        ("refund_fail", RefundState.ABNORMAL),
    ):
        stepped = [
            Stepped(
                sale=sales[refund.order_id],
                lines=sales[refund.order_id].lines,
                state=sales[refund.order_id].order.state,
                note=refund.number,
                facts={"refund_id": refund.id, "amount_minor": refund.amount_minor},
            )
            for refund in settled
            if refund.state is state
        ]
        if stepped:
            await store(conn, None, network_id, step, stepped)
    return len(settled)
