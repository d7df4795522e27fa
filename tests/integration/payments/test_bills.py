"""Bills: every difference is named once, fees are booked from them, and only the merchant's own
organization looks at them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories_payments import (
    Till,
    a_capture,
    a_payment,
    a_refund,
    a_till,
    capturing,
    merchant_of,
    paid,
    refunding,
    telling,
    to_pay,
)
from tests.integration.payments.test_refunds import number_of
from tradeline.kernel import (
    Actor,
    Database,
    Forbidden,
    PageRequest,
    Permission,
    Pool,
    Rejected,
)
from tradeline.payments import (
    BillKind,
    BillLine,
    Difference,
    Payment,
    RefundResult,
    RefundState,
    find_violations,
    has_bill,
    list_bills,
    list_differences,
    reconcile,
    resolve_difference,
    store_bill,
)

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LATE = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # half past eleven at night in China
FEE_BP = 60


@pytest.fixture
async def till(owner_pool: Pool, db: Database) -> Till:
    till = await a_till(owner_pool, db)
    await takes(owner_pool, till, FEE_BP)
    return till


async def takes(owner_pool: Pool, till: Till, fee_bp: int | None) -> None:
    """What the provider is said to take of the till's payments."""
    await owner_pool.execute(
        "UPDATE channels.payment_account SET fee_bp = $2 WHERE merchant_id = $1",
        till.merchant_id,
        fee_bp,
    )


def a_line(payment: Payment, **changes: object) -> BillLine:
    """The true line of a payment, unless it says otherwise."""
    values: dict[str, object] = {
        "kind": BillKind.PAY,
        "transaction_id": payment.transaction_id,
        "number": payment.number,
        "occurred_at": payment.captured_at,
        "amount_minor": payment.amount_minor,
        "fee_minor": (payment.amount_minor * FEE_BP + 5_000) // 10_000,
    }
    return BillLine(**values | changes)  # type: ignore[arg-type]


async def billed(till: Till, *lines: BillLine, day: date = DAY) -> list[tuple[object, ...]]:
    """Store the bill and reconcile it; what differs."""
    async with till.db.unit_of_work(till.network_id) as conn:
        await store_bill(
            conn,
            network_id=till.network_id,
            merchant_id=till.merchant_id,
            bill_date=day,
            lines=lines,
        )
    return [
        (found.kind, found.number, found.ours_minor, found.theirs_minor)
        for found in await reconciled(till, day)
    ]


async def reconciled(till: Till, day: date = DAY) -> list[Difference]:
    async with till.db.unit_of_work(till.network_id) as conn:
        return await reconcile(
            conn,
            network_id=till.network_id,
            merchant_id=till.merchant_id,
            day=day,
        )


async def fees_of(owner_pool: Pool, till: Till) -> list[tuple[object, ...]]:
    rows = await owner_pool.fetch(
        "SELECT kind, amount_minor FROM settlement.booking"
        " WHERE network_id = $1 AND document_type = 'bill_line' ORDER BY id",
        till.network_id,
    )
    return [tuple(row) for row in rows]


async def test_a_bill_that_agrees_has_no_differences_and_its_fees_are_booked_once(
    till: Till, owner_pool: Pool
) -> None:
    [payment] = await paid(till, a_payment(till), captured_at=NOON)
    [refund_id] = await refunding(till, a_refund(payment, 6577))
    number = await number_of(till, refund_id)
    await telling(
        till,
        RefundResult(
            number=number,
            merchant_id=till.merchant_id,
            state=RefundState.SUCCEEDED,
            amount_minor=6577,
            provider_refund_id="50-1",
            settled_at=NOON,
        ),
    )
    lines = (
        a_line(payment),
        a_line(
            payment,
            kind=BillKind.REFUND,
            transaction_id="50-1",
            number=number,
            amount_minor=6577,
            fee_minor=-39,
        ),
    )

    assert await billed(till, *lines) == []
    assert await billed(till, *lines) == []

    assert await fees_of(owner_pool, till) == [
        ("provider_fee", 195),
        ("provider_fee_refund", 39),
    ]
    async with owner_pool.acquire() as conn:
        findings = await find_violations(conn)
    assert [
        finding.invariant.code
        for finding in findings
        if finding.first and finding.first["network_id"] == till.network_id
    ] == []


async def test_every_difference_is_named_once(till: Till, owner_pool: Pool) -> None:
    right, less, fee, missing, refunded = await paid(
        till, *(a_payment(till, 1000 + index) for index in range(5)), captured_at=NOON
    )
    [refund_id, gone] = await refunding(till, a_refund(refunded, 500), a_refund(refunded, 100))
    numbers = [await number_of(till, id) for id in (refund_id, gone)]
    for number, minor in zip(numbers, (500, 100), strict=True):
        await telling(
            till,
            RefundResult(
                number=number,
                merchant_id=till.merchant_id,
                state=RefundState.SUCCEEDED,
                amount_minor=minor,
                settled_at=NOON,
            ),
        )
    back = {"kind": BillKind.REFUND, "fee_minor": 0}
    lines = (
        a_line(right),
        a_line(less, amount_minor=1, fee_minor=0),
        a_line(fee, fee_minor=7),
        a_line(refunded),
        a_line(right, number="P-UNKNOWN", transaction_id="42-0"),
        a_line(refunded, number=numbers[0], transaction_id="50-1", amount_minor=400, **back),
        a_line(refunded, number="R-UNKNOWN", transaction_id="50-2", amount_minor=3, **back),
    )
    expected = {
        ("amount", less.number, 1001, 1),
        ("fee", fee.number, 6, 7),
        ("missing_in_bill", missing.number, 1003, None),
        ("missing_here", "P-UNKNOWN", None, 1000),
        ("refund_amount", numbers[0], 500, 400),
        ("refund_missing_here", "R-UNKNOWN", None, 3),
        ("refund_missing_in_bill", numbers[1], 100, None),
    }

    assert set(await billed(till, *lines)) == expected
    assert len(await billed(till, *lines)) == len(expected)


async def test_a_refund_of_anothers_number_is_not_known_here(till: Till) -> None:
    """Merchants number their refunds as they like: that tells them nothing of others' sums."""
    [payment] = await paid(till, a_payment(till), captured_at=NOON)
    [refund_id] = await refunding(till, a_refund(payment, 500))
    number = await number_of(till, refund_id)
    await telling(
        till,
        RefundResult(
            number=number,
            merchant_id=till.merchant_id,
            state=RefundState.SUCCEEDED,
            amount_minor=500,
            settled_at=NOON,
        ),
    )
    trader = replace(till, merchant_id=merchant_of(till, "trader_a"))
    back = a_line(payment, kind=BillKind.REFUND, number=number, amount_minor=500, fee_minor=0)

    for _ in range(2):
        assert await billed(trader, back) == [("refund_missing_here", number, None, 500)]


async def test_what_was_paid_near_midnight_is_missed_only_in_the_next_bill(till: Till) -> None:
    [here, nowhere] = await paid(till, a_payment(till), a_payment(till), captured_at=LATE)

    assert await billed(till) == []
    assert await billed(till, a_line(here), day=DAY + timedelta(days=1)) == [
        ("missing_in_bill", nowhere.number, nowhere.amount_minor, None)
    ]


async def test_what_comes_late_resolves_itself_and_has_its_fee_booked(
    till: Till, owner_pool: Pool
) -> None:
    [payment] = await to_pay(till, a_payment(till))
    capture = a_capture(payment, captured_at=NOON)
    line = a_line(payment, transaction_id=capture.transaction_id, occurred_at=NOON)
    assert await billed(till, line) == [("missing_here", payment.number, None, 32_469)]
    assert await fees_of(owner_pool, till) == []

    await capturing(till, capture)
    assert await billed(till, day=DAY + timedelta(days=1)) == []

    assert await fees_of(owner_pool, till) == [("provider_fee", 195)]
    assert await reconciled(till) == []


async def test_there_is_nothing_to_compare_without_a_bill(till: Till) -> None:
    async with till.db.unit_of_work(till.network_id) as conn:
        assert not await has_bill(
            conn, network_id=till.network_id, merchant_id=till.merchant_id, bill_date=DAY
        )
    with pytest.raises(LookupError):
        await reconciled(till)


async def test_only_the_merchants_own_organization_resolves_its_differences(till: Till) -> None:
    [payment] = await paid(till, a_payment(till), captured_at=NOON)
    await billed(till)
    brand = till.story.actor("brand", Permission.PAYMENT_RECONCILE)

    async def listed(actor: Actor) -> list[tuple[int, bool]]:
        async with till.db.unit_of_work(till.network_id) as conn:
            found = await list_differences(conn, actor=actor, page=PageRequest())
            bills = await list_bills(conn, actor=actor, page=PageRequest())
        assert len(bills.items) == len(found.items)
        return [(row.id, row.resolved_at is None) for row in found.items]

    async def resolve(actor: Actor, difference_id: int, note: str = "银行已补记") -> None:
        async with till.db.unit_of_work(till.network_id) as conn:
            await resolve_difference(conn, actor=actor, difference_id=difference_id, note=note)

    [(difference_id, is_open)] = await listed(brand)
    assert is_open
    assert await listed(till.story.actor("trader_a")) == []
    with pytest.raises(Forbidden):
        await resolve(till.story.visitor("brand"), difference_id)
    for actor, note in ((till.story.actor("trader_a"), "ours"), (brand, " ")):
        with pytest.raises(Rejected):
            await resolve(actor, difference_id, note)
    assert await listed(brand) == [(difference_id, True)]

    await resolve(brand, difference_id)
    with pytest.raises(Rejected):
        await resolve(brand, difference_id)
    assert await listed(brand) == [(difference_id, False)]
    assert await reconciled(till) == []
    assert payment.is_surplus is False


async def test_a_fee_is_checked_to_the_fen_where_its_rate_is_known(
    till: Till, owner_pool: Pool
) -> None:
    payments = await paid(till, a_payment(till, 25), a_payment(till, 75), captured_at=NOON)
    # Of 25 fen 0.15, of 75 fen 0.45: neither is a fen. One of them is billed with one.
    lines = [a_line(payments[0]), a_line(payments[1], fee_minor=1)]
    assert [line.fee_minor for line in lines] == [0, 1]

    await takes(owner_pool, till, None)
    assert await billed(till, *lines) == []
    await takes(owner_pool, till, 60)
    found = await reconciled(till)
    assert [(each.kind, each.number, each.ours_minor, each.theirs_minor) for each in found] == [
        ("fee", payments[1].number, 0, 1)
    ]
    assert len(await reconciled(till)) == 1
