"""What became of refunds at the provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradeline.kernel import Connection
from tradeline.payments import RefundOutcome, RefundResult, refunds_by_numbers, settle_refunds
from tradeline.payments import RefundState as PaymentRefundState
from tradeline.shopping.model import REFUND_DOCUMENT
from tradeline.shopping.queries import locks, steps
from tradeline.shopping.sales import OpenSale, RefundState
from tradeline.shopping.service.steps import Stepped, lock_sales, store

# What is closed has not been paid either: somebody has to see to both.
ANSWERS = {
    PaymentRefundState.SUCCEEDED: RefundState.SUCCEEDED,
    PaymentRefundState.ABNORMAL: RefundState.ABNORMAL,
    PaymentRefundState.CLOSED: RefundState.ABNORMAL,
}


async def settle_consumer_refunds(
    conn: Connection, *, network_id: int, results: Sequence[RefundResult]
) -> list[RefundOutcome]:
    """Take over the provider's words on refunds, as `payments.settle_refunds` does, and tell the
    orders that they belong to, their members and parties. The same word again changes nothing.

    Orders are locked before payments, so that this does not wait for a step that waits for it.
    """
    numbers = [result.number for result in results]
    found = await refunds_by_numbers(conn, network_id=network_id, numbers=numbers)
    ours = [one.id for one in found.values() if one.reference_type == REFUND_DOCUMENT]
    order_ids = await locks.find_orders_of_refunds(conn, network_id, ours) if ours else []
    sales = await lock_sales(conn, network_id, order_ids)
    outcomes = await settle_refunds(conn, network_id=network_id, results=results)
    await _tell(conn, network_id, sales, outcomes)
    return outcomes


async def _tell(
    conn: Connection,
    network_id: int,
    sales: Mapping[int, OpenSale],
    outcomes: Sequence[RefundOutcome],
) -> None:
    # Of several words on one refund the last that was taken over counts.
    answers = {
        outcome.refund_id: ANSWERS[outcome.state]
        for outcome in outcomes
        if outcome.reference_type == REFUND_DOCUMENT
        and outcome.refund_id is not None
        and outcome.mismatch is None
        and outcome.state in ANSWERS
    }
    settled = await steps.settle_refunds(conn, network_id, list(answers.items())) if answers else []
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
