"""The worked example, to the fen: three books, a coupon of 60/30/10, freight, sharing, refunds."""

from __future__ import annotations

import pytest

from tests.factories_payments import Till, a_capture, a_payment, a_till, stored, to_pay
from tests.factories_settlement import exposure_of, posted
from tests.integration.payments.test_sharings import (
    broken_of,
    due_of,
    shared,
    sharing_of,
    wants_of,
)
from tradeline.kernel import Database, Pool
from tradeline.payments import capture_payments
from tradeline.settlement import (
    BookingKind,
    NewBooking,
    NewObligation,
    ObligationKind,
    book,
    owe,
)

CAPTURED = 32_469
SALE = {
    ObligationKind.GOODS: (25_540, 20_520),
    ObligationKind.FREIGHT: (600, 600),
    ObligationKind.COST_SHARE: (1801, 1201),
    ObligationKind.COLLECTED: (CAPTURED, CAPTURED),
}
BACK = {
    ObligationKind.RETURN: ObligationKind.GOODS,
    ObligationKind.FREIGHT_RETURN: ObligationKind.FREIGHT,
    ObligationKind.COST_SHARE_RETURN: ObligationKind.COST_SHARE,
    ObligationKind.COLLECTED_RETURN: ObligationKind.COLLECTED,
}
RESULT = ("consumer_sales", "revenue", "purchases", "freight", "promotions", "fees")

BALANCES = """
    SELECT account.code, sum(entry.minor)::bigint AS minor
      FROM settlement.account AS account
      JOIN (SELECT network_id, credit_account_id AS id, amount_minor AS minor
              FROM settlement.transfer
            UNION ALL
            SELECT network_id, debit_account_id, -amount_minor FROM settlement.transfer) AS entry
        ON entry.network_id = account.network_id AND entry.id = account.id
     WHERE account.network_id = $1 AND account.entity_id = $2
     GROUP BY account.code
"""


@pytest.fixture
async def till(owner_pool: Pool, db: Database) -> Till:
    return await a_till(owner_pool, db)


def debts(
    till: Till, sums: dict[ObligationKind, tuple[int, int]], document: tuple[str, int]
) -> list[NewObligation]:
    edges = (till.story.edge("trader_a", "retailer_1"), till.story.edge("brand", "trader_a"))
    return [
        NewObligation(
            relationship_id=edge,
            kind=kind,
            owed_by=kind.owed_by,
            amount_minor=minor,
            document_type=document[0],
            document_id=document[1],
            document_number="CO-1",
        )
        for kind, minors in sums.items()
        for edge, minor in zip(edges, minors, strict=True)
    ]


def entry(
    till: Till, name: str, kind: BookingKind, minor: int, document: tuple[str, int]
) -> NewBooking:
    return NewBooking(
        entity_id=till.story.entities[name],
        kind=kind,
        currency="CNY",
        amount_minor=minor,
        document_type=document[0],
        document_id=document[1],
        document_number="CO-1",
    )


async def books(owner_pool: Pool, till: Till, name: str) -> dict[str, int]:
    """Credits less debits, by account."""
    rows = await owner_pool.fetch(BALANCES, till.network_id, till.story.entities[name])
    return {row["code"]: row["minor"] for row in rows}


async def results(owner_pool: Pool, till: Till) -> list[int]:
    """What retailer, trader and brand have made, in their own books; all else they pass on."""
    await posted(owner_pool)
    found = []
    for name in ("retailer_1", "trader_a", "brand"):
        balances = await books(owner_pool, till, name)
        assert balances.get("collections", 0) == 0
        found.append(sum(minor for code, minor in balances.items() if code in RESULT))
    return found


async def test_every_party_has_its_margin_and_refunds_take_all_of_it_back(
    till: Till, owner_pool: Pool
) -> None:
    [payment] = await to_pay(till, a_payment(till, CAPTURED, is_shareable=True))
    sale = ("consumer_order", payment.reference_id)
    for _ in range(2):
        async with till.db.unit_of_work(till.network_id) as conn:
            await capture_payments(conn, network_id=till.network_id, captures=[a_capture(payment)])
            await owe(conn, network_id=till.network_id, obligations=debts(till, SALE, sale))
            await book(
                conn,
                network_id=till.network_id,
                bookings=[
                    entry(till, "retailer_1", BookingKind.SALE, CAPTURED, sale),
                    entry(till, "brand", BookingKind.CAPTURE, CAPTURED, sale),
                ],
            )

    assert await results(owner_pool, till) == [8130, 4420, 19_919]
    upper = await exposure_of(owner_pool, till.story.edge("brand", "trader_a"))
    lower = await exposure_of(owner_pool, till.story.edge("trader_a", "retailer_1"))
    assert (lower.owed_minor, upper.owed_minor) == (-8130, -12_550)
    assert await broken_of(owner_pool, till) == []

    await sharing_of(till, await stored(till, payment), *wants_of(till))
    [sharing] = await due_of(owner_pool, till)
    await shared(till, sharing)
    upper = await exposure_of(owner_pool, till.story.edge("brand", "trader_a"))
    lower = await exposure_of(owner_pool, till.story.edge("trader_a", "retailer_1"))
    assert (lower.owed_minor, upper.owed_minor) == (0, -2810)

    fee = ("bill_line", payment.id)
    async with till.db.unit_of_work(till.network_id) as conn:
        await book(
            conn,
            network_id=till.network_id,
            bookings=[entry(till, "brand", BookingKind.PROVIDER_FEE, 195, fee)],
        )
    assert await results(owner_pool, till) == [8130, 4420, 19_919 - 195]
    assert -(await books(owner_pool, till, "brand"))["provider"] == CAPTURED - 195 - 9740
    assert await broken_of(owner_pool, till) == []

    refund = ("consumer_refund", payment.reference_id)
    async with till.db.unit_of_work(till.network_id) as conn:
        back = {kind: SALE[of] for kind, of in BACK.items()}
        await owe(conn, network_id=till.network_id, obligations=debts(till, back, refund))
        await book(
            conn,
            network_id=till.network_id,
            bookings=[
                entry(till, "retailer_1", BookingKind.SALE_REFUND, CAPTURED, refund),
                entry(till, "brand", BookingKind.CAPTURE_REFUND, CAPTURED, refund),
            ],
        )
    assert await results(owner_pool, till) == [0, 0, -195]
