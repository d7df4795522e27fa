"""Payments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.settlement.model import (
    Edge,
    NewPayment,
    Payment,
    PaymentMethod,
    PaymentState,
    other_side,
)

INSERT_PAYMENT = """
    INSERT INTO settlement.payment
           (network_id, number, relationship_id, payer_org_id, payee_org_id, currency,
            amount_minor, method, reference, state, recorded_by_org_id, paid_on, decided_at)
    VALUES ($1, 'PAY-' || nextval('settlement.document_number'), $2, $3, $4, $5, $6, $7, $8, $9,
            $10, $11, CASE WHEN $9 = 'confirmed' THEN now() END)
    RETURNING id, number
"""

FETCH_PAYMENTS = """
    SELECT id, number, relationship_id, payer_org_id, payee_org_id, currency, amount_minor, method,
           reference, state, recorded_by_org_id, recorded_at, paid_on, decided_at, refusal_reason
      FROM settlement.payment
     WHERE network_id = $1
       AND (payer_org_id = $2 OR payee_org_id = $2)
       AND id = ANY($3::bigint[])
"""

LIST_PAYMENTS = """
    SELECT id, number, relationship_id, payer_org_id, payee_org_id, currency, amount_minor, method,
           reference, state, recorded_by_org_id, recorded_at, paid_on, decided_at, refusal_reason
      FROM settlement.payment
     WHERE network_id = $1
       AND (payer_org_id = $2 OR payee_org_id = $2)
       AND ($3::bigint IS NULL OR relationship_id = $3)
       AND ($4::text IS NULL OR state = $4)
       AND ($5::bigint IS NULL OR id < $5)
     ORDER BY id DESC
     LIMIT $6
"""

DECIDE_PAYMENT = """
    UPDATE settlement.payment
       SET state = $3, refusal_reason = $4, decided_at = now()
     WHERE network_id = $1 AND id = $2
"""


async def insert_payment(
    conn: Connection, actor: Actor, payment: NewPayment, edge: Edge, state: PaymentState
) -> tuple[int, str]:
    """Returns id and number."""
    row = await conn.fetchrow(
        INSERT_PAYMENT,
        actor.network_id,
        payment.relationship_id,
        edge.org_of(payment.paid_by),
        edge.org_of(other_side(payment.paid_by)),
        payment.amount.currency,
        payment.amount.minor,
        payment.method,
        payment.reference,
        state,
        actor.org_id,
        payment.paid_on,
    )
    assert row is not None, "an insert returns its row"
    return row["id"], row["number"]


async def fetch_payments(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, Payment]:
    rows = await conn.fetch(FETCH_PAYMENTS, actor.network_id, actor.org_id, ids)
    return {row["id"]: _payment(row) for row in rows}


async def list_payments(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    relationship_id: int | None,
    state: PaymentState | None,
) -> list[Payment]:
    """Newest first."""
    rows = await conn.fetch(
        LIST_PAYMENTS,
        actor.network_id,
        actor.org_id,
        relationship_id,
        state,
        None if page.after is None else page.after[0],
        page.limit,
    )
    return [_payment(row) for row in rows]


async def decide_payment(
    conn: Connection, network_id: int, payment_id: int, state: PaymentState, reason: str | None
) -> None:
    """Store the payee's word; the caller holds the lock of the payment's edge."""
    await conn.execute(DECIDE_PAYMENT, network_id, payment_id, state, reason)


def _payment(row: Any) -> Payment:
    enums = {"method": PaymentMethod(row["method"]), "state": PaymentState(row["state"])}
    return Payment(**dict(row) | enums)
