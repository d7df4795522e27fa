"""Each invariant of payments: a row is corrupted, and named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.factories_payments import (
    Till,
    a_payment,
    a_refund,
    a_till,
    paid,
    refunding,
    telling,
)
from tests.integration.payments.test_bills import DAY, NOON, a_line, billed
from tests.integration.payments.test_refunds import number_of
from tests.integration.payments.test_sharings import due_back, due_of, shared, sharing_of, wants_of
from tradeline.kernel import Database, Pool, open_pool
from tradeline.payments import (
    RefundResult,
    RefundState,
    ShareReturnResult,
    find_violations,
    settle_share_returns,
)

# What is done to the database behind its back, and which invariants name it besides the first.
CORRUPTIONS: dict[str, tuple[str, set[str]]] = {
    "payments_have_refunded_what_their_refunds_say": (
        "UPDATE payments.payment SET refunded_minor = refunded_minor + 1 WHERE id = {payment}",
        set(),
    ),
    "shares_have_returned_what_their_returns_say": (
        "UPDATE payments.share SET returned_minor = returned_minor - 1 WHERE returned_minor > 1",
        {"provider_holds_what_it_was_given"},
    ),
    "shares_are_owed_along_their_edges": (
        "DELETE FROM settlement.obligation"
        " WHERE document_type = 'payment_share' AND relationship_id = {lower}",
        {"provider_holds_what_it_was_given"},
    ),
    "captures_are_booked": (
        "DELETE FROM settlement.booking WHERE kind = 'capture'",
        {"collections_are_passed_on", "provider_holds_what_it_was_given"},
    ),
    "captures_are_booked (all that was)": (
        "UPDATE payments.payment SET amount_minor = amount_minor + 1 WHERE id = {payment}",
        {"provider_holds_what_it_was_given"},
    ),
    "fees_are_booked_from_the_bill": (
        "UPDATE payments.bill_line SET fee_minor = fee_minor + 1 WHERE fee_minor > 0",
        set(),
    ),
    "collections_are_passed_on": (
        "DELETE FROM settlement.booking WHERE kind = 'sale'",
        set(),
    ),
    "provider_holds_what_it_was_given": (
        "UPDATE settlement.booking SET amount_minor = amount_minor + 1"
        " WHERE kind IN ('capture_refund', 'sale_refund')",
        set(),
    ),
    "who_gives_alone_gives_of_its_own_share": (
        "UPDATE payments.refund SET borne_minor = amount_minor,"
        " borne_by_org_id = (SELECT min(org_id) FROM payments.share)",
        set(),
    ),
    "no_refund_waits_for_more_than_a_day": (
        "UPDATE payments.refund SET state = 'sent', settled_at = NULL,"
        " requested_at = now() - interval '25 hours'",
        set(),
    ),
}


@dataclass(frozen=True, slots=True)
class Scene:
    till: Till
    owner_pool: Pool
    ids: dict[str, int]


@pytest.fixture
async def scene(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Scene]:
    """A database of its own with one of everything, all of it whole."""
    dsn = await clone()
    pool, owner_pool = await open_pool(dsn), await open_pool(dsn, role=None)
    till = await a_till(owner_pool, Database(pool))
    [payment] = await paid(till, a_payment(till, is_shareable=True), captured_at=NOON)
    await sharing_of(till, payment, *wants_of(till))
    [sharing] = await due_of(owner_pool, till)
    await shared(till, sharing)
    [refund_id] = await refunding(till, a_refund(payment, 6577))
    backs = await due_back(owner_pool, till)
    async with till.db.unit_of_work(till.network_id) as conn:
        await settle_share_returns(
            conn,
            network_id=till.network_id,
            results=[ShareReturnResult(number=back.number, is_success=True) for back in backs],
        )
    await telling(
        till,
        RefundResult(
            number=await number_of(till, refund_id),
            merchant_id=till.merchant_id,
            state=RefundState.SUCCEEDED,
            amount_minor=6577,
            settled_at=NOON,
        ),
    )
    await billed(till, a_line(payment), day=DAY)
    ids = {
        "payment": payment.id,
        "lower": till.story.edge("trader_a", "retailer_1"),
    }
    yield Scene(till, owner_pool, ids)
    await pool.close()
    await owner_pool.close()


@pytest.mark.parametrize("name", CORRUPTIONS)
async def test_names_the_row_that_breaks_it(scene: Scene, name: str) -> None:
    corruption, also = CORRUPTIONS[name]
    async with scene.owner_pool.acquire() as conn:
        whole = await find_violations(conn)
        # Past triggers and foreign keys, as only an owner could.
        await conn.execute("SET session_replication_role = replica")
        await conn.execute(corruption.format(**scene.ids))
        broken = {
            finding.invariant.code: finding
            for finding in await find_violations(conn)
            if finding.count
        }

    assert [finding.first for finding in whole if finding.count] == []
    assert set(broken) == {f"payments.{code}" for code in {name.split(" (")[0], *also}}
    for finding in broken.values():
        assert f"of network {scene.till.network_id}: " in finding.message()


async def test_every_invariant_is_broken_by_some_test(scene: Scene) -> None:
    async with scene.owner_pool.acquire() as conn:
        codes = [finding.invariant.code for finding in await find_violations(conn)]

    assert sorted(codes) == sorted({f"payments.{name.split(' (')[0]}" for name in CORRUPTIONS})
