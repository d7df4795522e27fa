"""Whether WeChat's books, ours, and what consumers were told say the same of every fen."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.e2e.shopping.market import Market
from tradeline_server.bench.queries.checkouts import sum_untraced

SETTLING_SECONDS_MAX = 90.0
LOOK_SECONDS = 0.1

COUNT_UNDER_WAY = """
    SELECT (SELECT count(*) FROM payments.refund WHERE state IN ('requested', 'sent'))
         + (SELECT count(*) FROM payments.payment WHERE state = 'closing')
         + (SELECT count(*) FROM shopping.consumer_order
             WHERE state = 'to_pay' AND expires_at <= now())
         + (SELECT count(*) FROM settlement.booking_queue)
"""
FETCH_CAPTURED = """
    SELECT number, transaction_id, amount_minor FROM payments.payment
     WHERE network_id = $1 AND state = 'captured'
"""
FETCH_REFUNDED = """
    SELECT number, amount_minor FROM payments.refund
     WHERE network_id = $1 AND state = 'succeeded'
"""
# Of each order: what WeChat keeps of it, and what it should, being paid for and not given back.
FETCH_WRONG = """
    SELECT consumer_order.number, consumer_order.state,
           coalesce(kept.minor, 0) AS kept,
           CASE WHEN consumer_order.paid_at IS NULL THEN 0
                ELSE consumer_order.total_minor - consumer_order.refunded_minor END AS due
      FROM shopping.consumer_order AS consumer_order
      LEFT JOIN LATERAL (
           SELECT sum(payment.amount_minor)
                  - coalesce(sum((SELECT sum(refund.amount_minor)
                                    FROM payments.refund AS refund
                                   WHERE refund.network_id = $1
                                     AND refund.payment_id = payment.id
                                     AND refund.state = 'succeeded')), 0) AS minor
             FROM payments.payment AS payment
            WHERE payment.network_id = $1 AND payment.reference_id = consumer_order.id
              AND payment.reference_type = 'consumer_order'
              AND payment.state = 'captured') AS kept ON true
     WHERE consumer_order.network_id = $1
       AND (coalesce(kept.minor, 0) <> CASE WHEN consumer_order.paid_at IS NULL THEN 0
                ELSE consumer_order.total_minor - consumer_order.refunded_minor END
            OR (consumer_order.state IN ('cancelled', 'expired') AND kept.minor <> 0))
"""
# What stands in the books of those who collect, and of those who sell, for what was captured.
FETCH_BOOKED = """
    SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'capture'), 0)
           - coalesce(sum(amount_minor) FILTER (WHERE kind = 'capture_refund'), 0) AS captured,
           coalesce(sum(amount_minor) FILTER (WHERE kind = 'sale'), 0)
           - coalesce(sum(amount_minor) FILTER (WHERE kind = 'sale_refund'), 0) AS sold
      FROM settlement.booking
     WHERE network_id = $1
"""


async def settled(market: Market) -> None:
    """Until nothing is under way any more: no notice unheard, no refund unsent, no journal
    unwritten."""
    deadline = time.monotonic() + SETTLING_SECONDS_MAX
    while unsettled := await _unsettled(market):
        assert time.monotonic() < deadline, f"it does not settle: {unsettled}"
        await asyncio.sleep(LOOK_SECONDS)
    await market.house.settled()


async def _unsettled(market: Market) -> Any:
    if under_way := await market.house.owner.fetchval(COUNT_UNDER_WAY):
        return under_way
    theirs, ours = await _theirs(market), await _ours(market)
    return None if theirs == ours else (theirs.items() ^ ours.items())


async def every_fen_is_where_it_belongs(market: Market) -> None:
    theirs, ours = await _theirs(market), await _ours(market)
    assert theirs == ours
    owner, network_id = market.house.owner, market.network_id
    assert [dict(row) for row in await owner.fetch(FETCH_WRONG, network_id)] == []
    async with owner.acquire() as conn:
        assert await sum_untraced(conn, network_id) == 0
    booked = await owner.fetchrow(FETCH_BOOKED, network_id)
    assert booked is not None
    kept = sum(minor for (kind, _, _), minor in theirs.items() if kind == "payment")
    kept -= sum(minor for (kind, _, _), minor in theirs.items() if kind == "refund")
    assert (booked["captured"], booked["sold"]) == (kept, kept)


async def _theirs(market: Market) -> dict[tuple[str, str, str], int]:
    """WeChat's payments and refunds, by what they are and by their numbers: minor units."""
    state = await market.play("state")
    found = {
        ("payment", each["out_trade_no"], each["transaction_id"]): each["amount"]["total"]
        for each in state["payments"]
        if "transaction_id" in each
    }
    return found | {
        ("refund", each["out_refund_no"], ""): each["amount"]["refund"]
        for each in state["refunds"]
        if each["status"] == "SUCCESS"
    }


async def _ours(market: Market) -> dict[tuple[str, str, str], int]:
    owner, network_id = market.house.owner, market.network_id
    captured = await owner.fetch(FETCH_CAPTURED, network_id)
    refunded = await owner.fetch(FETCH_REFUNDED, network_id)
    return {
        ("payment", row["number"], row["transaction_id"]): row["amount_minor"] for row in captured
    } | {("refund", row["number"], ""): row["amount_minor"] for row in refunded}
