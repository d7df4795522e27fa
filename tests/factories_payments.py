"""Payments of consumers for tests to stand on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

from tests.factories import Story
from tests.factories_settlement import a_trading_network
from tradeline.kernel import Database, Pool
from tradeline.payments import (
    Capture,
    CaptureOutcome,
    NewPayment,
    NewRefund,
    Payment,
    RefundResult,
    RefundState,
    capture_payments,
    create_payments,
    payments_by_ids,
    request_refunds,
    settle_refunds,
)
from tradeline.settlement import BookingKind, NewBooking, book

APP = "wx0123456789abcdef"
_references = count(1)


@dataclass(frozen=True, slots=True)
class Till:
    """A network whose brand collects, with a merchant number of its own."""

    story: Story
    db: Database
    merchant_id: str

    @property
    def network_id(self) -> int:
        return self.story.network_id


async def a_till(
    owner_pool: Pool, db: Database, *, ratio_bp: int = 3000, wait_days: int = 0
) -> Till:
    story = await a_trading_network(owner_pool, db)
    till = Till(story, db, f"1{uuid4().int % 10**9:09}")
    for name in ("brand", "trader_a", "retailer_1"):
        await owner_pool.execute(
            "INSERT INTO channels.payment_account (network_id, org_id, provider, merchant_id,"
            " sharing_ratio_max_bp, sharing_wait_days) VALUES ($1, $2, 'wechat', $3, $4, $5)",
            story.network_id,
            story.orgs[name],
            merchant_of(till, name),
            ratio_bp,
            wait_days,
        )
    return till


def merchant_of(till: Till, name: str) -> str:
    """The merchant number of an organization; the brand's is the till's."""
    return till.merchant_id if name == "brand" else f"{till.merchant_id}{name[0]}"


def a_payment(
    till: Till,
    amount_minor: int = 32_469,
    *,
    reference_id: int | None = None,
    is_shareable: bool = False,
) -> NewPayment:
    return NewPayment(
        reference_type="consumer_order",
        reference_id=next(_references) if reference_id is None else reference_id,
        collector_entity_id=till.story.entities["brand"],
        merchant_id=till.merchant_id,
        app_id=APP,
        amount_minor=amount_minor,
        currency="CNY",
        expires_at=datetime.now(UTC) + timedelta(minutes=15),
        is_shareable=is_shareable,
    )


async def to_pay(till: Till, *payments: NewPayment) -> list[Payment]:
    async with till.db.unit_of_work(till.network_id) as conn:
        ids = await create_payments(conn, network_id=till.network_id, payments=payments)
        found = await payments_by_ids(conn, network_id=till.network_id, ids=ids)
    return [found[id] for id in ids]


async def stored(till: Till, payment: Payment) -> Payment:
    async with till.db.unit_of_work(till.network_id) as conn:
        found = await payments_by_ids(conn, network_id=till.network_id, ids=[payment.id])
    return found[payment.id]


def a_capture(payment: Payment, **changes: object) -> Capture:
    """WeChat's true word that the payment was paid, just now, unless it says otherwise."""
    values: dict[str, object] = {
        "number": payment.number,
        "transaction_id": f"42{payment.number}",
        "merchant_id": payment.merchant_id,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "captured_at": datetime.now(UTC),
    }
    return Capture(**values | changes)  # type: ignore[arg-type]


async def capturing(till: Till, *captures: Capture) -> list[CaptureOutcome]:
    """Captured, and booked as whoever sells would."""
    async with till.db.unit_of_work(till.network_id) as conn:
        outcomes = await capture_payments(conn, network_id=till.network_id, captures=captures)
        first = [outcome for outcome in outcomes if outcome.is_first]
        found = await payments_by_ids(
            conn,
            network_id=till.network_id,
            ids=[outcome.payment_id for outcome in first if outcome.payment_id],
        )
        await book(
            conn,
            network_id=till.network_id,
            bookings=[
                NewBooking(
                    entity_id=payment.collector_entity_id,
                    kind=kind,
                    currency=payment.currency,
                    amount_minor=payment.amount_minor,
                    document_type="consumer_order",
                    document_id=payment.reference_id,
                    document_number=f"CO-{payment.reference_id}",
                )
                for payment in found.values()
                for kind in (BookingKind.SALE, BookingKind.CAPTURE)
            ],
        )
    return outcomes


async def paid(
    till: Till, *payments: NewPayment, captured_at: datetime | None = None
) -> list[Payment]:
    made = await to_pay(till, *payments)
    changes = {} if captured_at is None else {"captured_at": captured_at}
    await capturing(till, *(a_capture(payment, **changes) for payment in made))
    return [await stored(till, payment) for payment in made]


def a_refund(payment: Payment, amount_minor: int, *, reference_id: int | None = None) -> NewRefund:
    return NewRefund(
        payment_id=payment.id,
        reference_type="consumer_refund",
        reference_id=next(_references) if reference_id is None else reference_id,
        amount_minor=amount_minor,
        reason="少发一件",
    )


async def refunding(till: Till, *refunds: NewRefund) -> list[int]:
    async with till.db.unit_of_work(till.network_id) as conn:
        return await request_refunds(conn, network_id=till.network_id, refunds=refunds)


async def telling(till: Till, *results: RefundResult) -> list[bool]:
    """What WeChat says of refunds, and whether each word was news; booked where they succeed."""
    async with till.db.unit_of_work(till.network_id) as conn:
        outcomes = await settle_refunds(conn, network_id=till.network_id, results=results)
        gone = [
            outcome
            for outcome in outcomes
            if outcome.is_first and outcome.state is RefundState.SUCCEEDED
        ]
        await book(
            conn,
            network_id=till.network_id,
            bookings=[
                NewBooking(
                    entity_id=till.story.entities["brand"],
                    kind=kind,
                    currency="CNY",
                    amount_minor=outcome.amount_minor,
                    document_type="consumer_refund",
                    document_id=outcome.reference_id or 0,
                    document_number=outcome.number,
                )
                for outcome in gone
                for kind in (BookingKind.SALE_REFUND, BookingKind.CAPTURE_REFUND)
            ],
        )
    return [outcome.is_first for outcome in outcomes]
