"""Payments: captured once, in whatever order things come, and never for another sum than ours."""

from __future__ import annotations

import asyncio

import pytest

from tests.factories_payments import (
    Till,
    a_capture,
    a_payment,
    a_till,
    capturing,
    stored,
    to_pay,
)
from tradeline.kernel import Database, Pool
from tradeline.payments import (
    DifferenceKind,
    Notice,
    PaymentState,
    capture_payments,
    claim_notices,
    close_payments,
    due_payments,
    mark_closed,
    mark_prepaid,
    mark_surplus,
    payments_by_numbers,
    payments_of,
)


@pytest.fixture
async def till(owner_pool: Pool, db: Database) -> Till:
    return await a_till(owner_pool, db)


async def differences_of(owner_pool: Pool, till: Till) -> list[tuple[object, ...]]:
    rows = await owner_pool.fetch(
        "SELECT kind, number, ours_minor, theirs_minor FROM payments.difference"
        " WHERE network_id = $1 ORDER BY id",
        till.network_id,
    )
    return [tuple(row) for row in rows]


async def test_a_payment_has_a_number_of_its_own_that_wechat_takes(till: Till) -> None:
    first, second = await to_pay(till, a_payment(till), a_payment(till))

    assert first.number != second.number
    assert len(first.number) <= 32
    assert first.number.isalnum()
    assert first.state is PaymentState.CREATED
    async with till.db.unit_of_work(till.network_id) as conn:
        by_number = await payments_by_numbers(
            conn, network_id=till.network_id, numbers=[second.number, "P0"]
        )
        by_reference = await payments_of(
            conn,
            network_id=till.network_id,
            reference_type="consumer_order",
            reference_ids=[first.reference_id, 0],
        )
    assert by_number == {second.number: second}
    assert by_reference == {first.reference_id: [first], 0: []}


async def test_a_notice_before_the_reply_to_prepay_captures(till: Till) -> None:
    [payment] = await to_pay(till, a_payment(till))

    [outcome] = await capturing(till, a_capture(payment))
    async with till.db.unit_of_work(till.network_id) as conn:
        await mark_prepaid(conn, network_id=till.network_id, prepaid=[(payment.id, "wx1")])

    assert (outcome.is_first, outcome.state_before) == (True, PaymentState.CREATED)
    after = await stored(till, payment)
    assert (after.state, after.prepay_id) == (PaymentState.CAPTURED, None)


async def test_replies_to_prepay_lock_payments_in_the_order_of_all(
    till: Till, owner_pool: Pool
) -> None:
    first, second = await to_pay(till, a_payment(till), a_payment(till))
    lock = "SELECT FROM payments.payment WHERE id = $1 FOR NO KEY UPDATE NOWAIT"

    async def tell() -> None:
        async with till.db.unit_of_work(till.network_id) as conn:
            await mark_prepaid(
                conn, network_id=till.network_id, prepaid=[(second.id, "wx2"), (first.id, "wx1")]
            )

    async with owner_pool.acquire() as conn, conn.transaction():
        await conn.execute(lock, first.id)
        telling = asyncio.create_task(tell())
        await asyncio.sleep(0.5)
        assert not telling.done()
        # Whoever has the first can have the second as well: nobody waits in a circle.
        await conn.execute(lock, second.id)
    await telling

    assert [(await stored(till, one)).prepay_id for one in (first, second)] == ["wx1", "wx2"]


async def test_a_capture_that_comes_again_is_not_the_first(till: Till) -> None:
    [payment] = await to_pay(till, a_payment(till))
    capture = a_capture(payment)

    outcomes = await capturing(till, capture, capture)
    [later] = await capturing(till, capture)

    assert [outcome.is_first for outcome in [*outcomes, later]] == [True, False, False]
    assert later.mismatch is None


async def test_one_of_many_who_capture_at_once_is_the_first(till: Till) -> None:
    payments = await to_pay(till, *(a_payment(till) for _ in range(5)))
    captures = [a_capture(payment) for payment in payments]

    told = await asyncio.gather(
        *(capturing(till, *(captures if turn % 2 else captures[::-1])) for turn in range(6))
    )

    first = [outcome.payment_id for outcomes in told for outcome in outcomes if outcome.is_first]
    assert sorted(filter(None, first)) == sorted(payment.id for payment in payments)


async def test_money_that_comes_after_we_gave_up_is_captured_and_said_so(till: Till) -> None:
    closing, closed = await to_pay(till, a_payment(till), a_payment(till))
    ids = [closing.id, closed.id]
    async with till.db.unit_of_work(till.network_id) as conn:
        await close_payments(conn, network_id=till.network_id, payment_ids=ids)
        await mark_closed(conn, network_id=till.network_id, payment_ids=[closed.id])

    outcomes = await capturing(till, a_capture(closing), a_capture(closed))
    async with till.db.unit_of_work(till.network_id) as conn:
        await mark_surplus(conn, network_id=till.network_id, payment_ids=[closed.id])
        await close_payments(conn, network_id=till.network_id, payment_ids=ids)
        await mark_closed(conn, network_id=till.network_id, payment_ids=ids)

    assert [outcome.state_before for outcome in outcomes] == [
        PaymentState.CLOSING,
        PaymentState.CLOSED,
    ]
    assert all(outcome.is_first for outcome in outcomes)
    after = [await stored(till, payment) for payment in (closing, closed)]
    assert [payment.state for payment in after] == [PaymentState.CAPTURED] * 2
    assert [payment.is_surplus for payment in after] == [False, True]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"amount_minor": 1}, DifferenceKind.AMOUNT),
        ({"currency": "USD"}, DifferenceKind.CURRENCY),
        ({"merchant_id": "1999999999"}, DifferenceKind.MERCHANT),
    ],
)
async def test_what_differs_from_what_we_asked_for_is_never_captured(
    till: Till, owner_pool: Pool, changes: dict[str, object], kind: DifferenceKind
) -> None:
    [payment] = await to_pay(till, a_payment(till))

    [outcome] = await capturing(till, a_capture(payment, **changes))
    await capturing(till, a_capture(payment, **changes))

    assert (outcome.is_first, outcome.mismatch) == (False, kind)
    assert (await stored(till, payment)).state is PaymentState.CREATED
    assert await differences_of(owner_pool, till) == [
        (kind, payment.number, 32_469, changes.get("amount_minor", 32_469))
    ]


async def test_a_payment_that_is_not_ours_is_a_difference(till: Till, owner_pool: Pool) -> None:
    [payment] = await to_pay(till, a_payment(till))

    [outcome] = await capturing(till, a_capture(payment, number="P00000000"))

    assert (outcome.payment_id, outcome.mismatch) == (None, DifferenceKind.MISSING_HERE)
    assert await differences_of(owner_pool, till) == [("missing_here", "P00000000", None, 32_469)]


async def test_one_transaction_pays_for_one_payment(till: Till, owner_pool: Pool) -> None:
    first, second, third = await to_pay(till, *(a_payment(till) for _ in range(3)))

    outcomes = await capturing(
        till,
        a_capture(first, transaction_id="42-1"),
        a_capture(second, transaction_id="42-1"),
    )
    [later] = await capturing(till, a_capture(third, transaction_id="42-1"))
    [again] = await capturing(till, a_capture(first, transaction_id="42-2"))

    assert [outcome.mismatch for outcome in outcomes] == [None, DifferenceKind.TRANSACTION]
    assert later.mismatch is DifferenceKind.TRANSACTION
    assert (again.is_first, again.mismatch) == (False, DifferenceKind.TRANSACTION)
    assert len(await differences_of(owner_pool, till)) == 3
    assert (await stored(till, second)).state is PaymentState.CREATED


async def test_a_payment_of_another_network_is_not_seen(
    till: Till, owner_pool: Pool, db: Database
) -> None:
    [payment] = await to_pay(till, a_payment(till))
    other = await a_till(owner_pool, db)

    async with db.unit_of_work(other.network_id) as conn:
        [outcome] = await capture_payments(
            conn, network_id=other.network_id, captures=[a_capture(payment)]
        )

    assert outcome.payment_id is None
    assert (await stored(till, payment)).state is PaymentState.CREATED


async def test_a_notice_acts_once(till: Till) -> None:
    first, second = (Notice(notice_id=id, kind="TRANSACTION", body_hash=b"1") for id in "ab")

    async def claim(*notices: Notice) -> set[str]:
        async with till.db.unit_of_work(till.network_id) as conn:
            return await claim_notices(conn, network_id=till.network_id, notices=notices)

    assert await claim(first) == {"a"}
    assert await claim(second, first, second) == {"b"}
    assert await claim() == set()


async def test_whoever_asks_for_due_payments_is_given_each_once_a_while(
    till: Till, owner_pool: Pool
) -> None:
    payments = await to_pay(till, *(a_payment(till) for _ in range(4)))
    async with till.db.unit_of_work(till.network_id) as conn:
        await mark_prepaid(
            conn,
            network_id=till.network_id,
            prepaid=[(payment.id, f"wx{payment.id}") for payment in payments],
        )
    await owner_pool.execute(
        "UPDATE payments.payment SET next_poll_at = now() WHERE network_id = $1", till.network_id
    )

    async def ask() -> list[int]:
        async with owner_pool.acquire() as conn:
            due = await due_payments(conn, limit=1000)
        return [payment.id for payment in due if payment.network_id == till.network_id]

    given = await asyncio.gather(*(ask() for _ in range(3)))
    assert sorted(id for ids in given for id in ids) == [payment.id for payment in payments]
    assert await ask() == []
    await capturing(till, *(a_capture(payment) for payment in payments))
    await owner_pool.execute(
        "UPDATE payments.payment SET next_poll_at = next_poll_at - interval '1 day'"
        " WHERE network_id = $1",
        till.network_id,
    )
    assert await ask() == []
