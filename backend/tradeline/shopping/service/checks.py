"""Whether what shopping promises is true of the database."""

from __future__ import annotations

from tradeline.kernel import Connection, Finding, examine
from tradeline.shopping.queries import checks, debt_checks, goods_checks

INVARIANTS = (
    checks.SPLITS_OF_ORDERS,
    checks.SPLITS_OF_LINES,
    checks.SPLITS_OF_LEGS,
    checks.LEG_LINES,
    checks.LEG_SUMS,
    checks.REVERSED,
    checks.REFUND_SUMS,
    checks.LINES_REFUNDED,
    checks.ORDERS_REFUNDED,
    checks.REFUNDS_ASKED,
    checks.CAPTURES_TRACED,
    checks.PAID_BY_PAYMENTS,
    debt_checks.DEBTS,
    debt_checks.BOOKINGS,
    debt_checks.SHORTFALLS,
    debt_checks.CREDIT_HELD,
    debt_checks.RETURNABLE,
    goods_checks.STOCK_HELD,
    goods_checks.HELD_BY_THE_SOURCE,
    goods_checks.NOTHING_LEFT,
    goods_checks.SHIPPED,
    goods_checks.RETURNED,
    goods_checks.KEPT,
    goods_checks.EXPIRED_IN_TIME,
)


async def find_violations(conn: Connection) -> list[Finding]:
    """Examine each of the invariants; for the owner's connection, over all networks."""
    return await examine(conn, INVARIANTS)
