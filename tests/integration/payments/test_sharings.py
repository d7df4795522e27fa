"""Sharing: within the ceiling, owed along the edges, taken back before a refund, and done once
wherever a worker dies."""

from __future__ import annotations

import pytest

from tests.factories_payments import (
    Till,
    a_payment,
    a_refund,
    a_till,
    merchant_of,
    paid,
    refunding,
    telling,
)
from tests.factories_settlement import exposure_of
from tests.integration.payments.test_refunds import due, number_of, told
from tradeline.kernel import Database, Pool
from tradeline.payments import (
    DueShareReturn,
    DueSharing,
    NewSharing,
    Payment,
    RefundState,
    ShareResult,
    ShareReturnResult,
    ShareRuns,
    ShareState,
    ShareWant,
    SharingResult,
    due_share_returns,
    due_sharings,
    find_violations,
    request_sharings,
    settle_share_returns,
    settle_sharings,
    shareable_payments,
    shares_of_payments,
)


@pytest.fixture
async def till(owner_pool: Pool, db: Database) -> Till:
    return await a_till(owner_pool, db)


def wants_of(till: Till) -> tuple[ShareWant, ...]:
    """What retailer and trader have coming of the worked example, collected by the brand."""
    upper = till.story.edge("brand", "trader_a")
    lower = till.story.edge("trader_a", "retailer_1")
    return (
        ShareWant(
            org_id=till.story.orgs["retailer_1"],
            merchant_id=merchant_of(till, "retailer_1"),
            relationship_ids=(upper, lower),
            runs=ShareRuns.DOWN,
            amount_minor=8130,
        ),
        ShareWant(
            org_id=till.story.orgs["trader_a"],
            merchant_id=merchant_of(till, "trader_a"),
            relationship_ids=(upper,),
            runs=ShareRuns.DOWN,
            amount_minor=4420,
        ),
    )


async def sharing_of(till: Till, payment: Payment, *wants: ShareWant) -> dict[int, int]:
    async with till.db.unit_of_work(till.network_id) as conn:
        return await request_sharings(
            conn,
            network_id=till.network_id,
            sharings=[NewSharing(payment_id=payment.id, wants=wants)],
        )


async def due_of(owner_pool: Pool, till: Till) -> list[DueSharing]:
    await _hurry(owner_pool, till, "sharing")
    async with owner_pool.acquire() as conn:
        found = await due_sharings(conn, limit=1000)
    return [sharing for sharing in found if sharing.network_id == till.network_id]


async def due_back(owner_pool: Pool, till: Till) -> list[DueShareReturn]:
    await _hurry(owner_pool, till, "share_return")
    async with owner_pool.acquire() as conn:
        found = await due_share_returns(conn, limit=1000)
    return [back for back in found if back.network_id == till.network_id]


async def _hurry(owner_pool: Pool, till: Till, table: str) -> None:
    await owner_pool.execute(
        f"UPDATE payments.{table} SET next_try_at = now() - interval '1 day'"
        " WHERE network_id = $1 AND next_try_at IS NOT NULL",
        till.network_id,
    )


async def shared(till: Till, sharing: DueSharing, *, failing: str = "") -> list[str]:
    async with till.db.unit_of_work(till.network_id) as conn:
        result = SharingResult(
            number=sharing.number,
            shares=tuple(
                ShareResult(
                    merchant_id=share.merchant_id,
                    is_success=share.merchant_id != failing,
                    fail_reason="ACCOUNT_ABNORMAL" if share.merchant_id == failing else None,
                )
                for share in sharing.shares
            ),
        )
        return await settle_sharings(conn, network_id=till.network_id, results=[result])


async def owed(owner_pool: Pool, till: Till) -> tuple[int, int]:
    """What the trader owes the brand, and the retailer the trader."""
    upper = await exposure_of(owner_pool, till.story.edge("brand", "trader_a"))
    lower = await exposure_of(owner_pool, till.story.edge("trader_a", "retailer_1"))
    return upper.owed_minor, lower.owed_minor


async def broken_of(owner_pool: Pool, till: Till) -> list[str]:
    async with owner_pool.acquire() as conn:
        return [
            finding.invariant.code
            for finding in await find_violations(conn)
            if finding.first and finding.first["network_id"] == till.network_id
        ]


async def test_the_ceiling_is_shared_and_the_rest_stays_on_account(
    till: Till, owner_pool: Pool
) -> None:
    [payment] = await paid(till, a_payment(till, is_shareable=True))
    assert await sharing_of(till, payment, *wants_of(till))
    assert await sharing_of(till, payment, *wants_of(till)) == {}

    [sharing] = await due_of(owner_pool, till)
    # Whoever was given it died; another one is given the same.
    [sharing] = await due_of(owner_pool, till)
    assert [share.amount_minor for share in sharing.shares] == [8130, 1610]
    assert await shared(till, sharing) == [sharing.number]
    assert await shared(till, sharing) == []

    assert await owed(owner_pool, till) == (9740, 8130)
    async with till.db.unit_of_work(till.network_id) as conn:
        found = await shares_of_payments(conn, network_id=till.network_id, payment_ids=[payment.id])
    assert [share.wanted_minor - share.amount_minor for share in found[payment.id]] == [0, 2810]
    assert await due_of(owner_pool, till) == []
    # The sale of this test was not passed on along the route: that is whoever sells.
    assert await broken_of(owner_pool, till) == []


async def test_a_share_that_failed_stays_on_account(till: Till, owner_pool: Pool) -> None:
    [payment] = await paid(till, a_payment(till, is_shareable=True))
    await sharing_of(till, payment, *wants_of(till))
    [sharing] = await due_of(owner_pool, till)

    await shared(till, sharing, failing=merchant_of(till, "retailer_1"))

    assert await owed(owner_pool, till) == (1610, 0)
    async with till.db.unit_of_work(till.network_id) as conn:
        found = await shares_of_payments(conn, network_id=till.network_id, payment_ids=[payment.id])
    assert [share.state for share in found[payment.id]] == [
        ShareState.FAILED,
        ShareState.SUCCEEDED,
    ]
    assert await broken_of(owner_pool, till) == []


async def test_shares_come_back_before_the_refund_and_all_of_them_with_the_last(
    till: Till, owner_pool: Pool
) -> None:
    [payment] = await paid(till, a_payment(till, is_shareable=True))
    await sharing_of(till, payment, *wants_of(till))
    [sharing] = await due_of(owner_pool, till)
    await shared(till, sharing)

    for minor in (6577, 25_892):
        await refunding(till, a_refund(payment, minor))
        assert [refund.amount_minor for refund in await due(owner_pool, till)][1:] == []
        backs = await due_back(owner_pool, till)
        assert len(backs) == 2
        results = [ShareReturnResult(number=back.number, is_success=True) for back in backs]
        for _ in range(2):
            async with till.db.unit_of_work(till.network_id) as conn:
                await settle_share_returns(conn, network_id=till.network_id, results=results)
        assert minor in [refund.amount_minor for refund in await due(owner_pool, till)]

    assert await owed(owner_pool, till) == (0, 0)
    assert await broken_of(owner_pool, till) == []


async def test_what_came_back_for_a_refund_that_was_closed_is_not_taken_back_again(
    till: Till, owner_pool: Pool
) -> None:
    [payment] = await paid(till, a_payment(till, is_shareable=True))
    await sharing_of(till, payment, *wants_of(till))
    [sharing] = await due_of(owner_pool, till)
    await shared(till, sharing)
    refund = a_refund(payment, 6577)
    [closed] = await refunding(till, refund)
    backs = await due_back(owner_pool, till)
    results = [ShareReturnResult(number=back.number, is_success=True) for back in backs]
    async with till.db.unit_of_work(till.network_id) as conn:
        await settle_share_returns(conn, network_id=till.network_id, results=results)
    number = await number_of(till, closed)
    assert await telling(till, told(till, number, RefundState.CLOSED, 6577)) == [True]
    before = await owed(owner_pool, till)

    [again] = await refunding(till, refund)

    assert again != closed
    assert await due_back(owner_pool, till) == []
    assert [refund.id for refund in await due(owner_pool, till)] == [again]
    assert await owed(owner_pool, till) == before
    # Another one takes its part back, as ever.
    await refunding(till, a_refund(payment, 25_892))
    assert len(await due_back(owner_pool, till)) == 2


async def test_a_refund_waits_for_a_sharing_that_is_under_way(till: Till, owner_pool: Pool) -> None:
    [payment] = await paid(till, a_payment(till, is_shareable=True))
    await sharing_of(till, payment, *wants_of(till))
    [sharing] = await due_of(owner_pool, till)

    await refunding(till, a_refund(payment, 32_469))
    assert await due(owner_pool, till) == []
    await shared(till, sharing)

    assert await due(owner_pool, till) == []
    backs = await due_back(owner_pool, till)
    assert [back.amount_minor for back in backs] == [8130, 1610]
    async with till.db.unit_of_work(till.network_id) as conn:
        await settle_share_returns(
            conn,
            network_id=till.network_id,
            results=[
                ShareReturnResult(number=back.number, is_success=False, fail_reason="NOT_ENOUGH")
                for back in backs
            ],
        )
    # What did not come back stays on account; the consumer need not wait for it.
    assert [refund.amount_minor for refund in await due(owner_pool, till)] == [32_469]
    assert await owed(owner_pool, till) == (9740, 8130)


async def test_a_sharing_that_nobody_has_sent_is_planned_anew_after_a_refund(
    till: Till, owner_pool: Pool
) -> None:
    payment, whole = await paid(
        till, a_payment(till, is_shareable=True), a_payment(till, 10, is_shareable=True)
    )
    await sharing_of(till, payment, *wants_of(till))
    await sharing_of(till, whole)

    await refunding(till, a_refund(payment, 1000), a_refund(whole, 10))

    assert await due_of(owner_pool, till) == []
    async with owner_pool.acquire() as conn:
        waiting = [row.id for row in await shareable_payments(conn, limit=1000)]
    assert payment.id not in waiting
    await owner_pool.execute(
        "UPDATE payments.refund SET state = 'succeeded', settled_at = now(), next_try_at = NULL"
        " WHERE network_id = $1",
        till.network_id,
    )
    async with owner_pool.acquire() as conn:
        waiting = [row.id for row in await shareable_payments(conn, limit=1000)]
    assert payment.id in waiting
    assert whole.id not in waiting


async def test_without_shares_a_payment_is_only_unfrozen(till: Till, owner_pool: Pool) -> None:
    [payment] = await paid(till, a_payment(till, is_shareable=True))
    await sharing_of(till, payment)

    [sharing] = await due_of(owner_pool, till)

    assert sharing.shares == ()
    assert await shared(till, sharing) == [sharing.number]


async def test_what_was_asked_back_since_the_wants_were_read_is_planned_later(
    till: Till, owner_pool: Pool
) -> None:
    [payment] = await paid(till, a_payment(till, is_shareable=True))
    stale = wants_of(till)
    await refunding(till, a_refund(payment, 16_000))

    assert await sharing_of(till, payment, *stale) == {}

    shares_at = "SELECT shares_at FROM payments.payment WHERE id = $1"
    assert await owner_pool.fetchval(shares_at, payment.id) is not None
