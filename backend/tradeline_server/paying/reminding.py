"""Tells a simulated WeChat, whose books begin anew with each start, what was paid before: else it
could give nothing back of it, and its bills would lack it."""

from __future__ import annotations

import asyncpg
import httpx2

from tradeline_server.errors import CommandError
from tradeline_server.paying import queries
from tradeline_server.wechat.beside import Beside

PAYMENTS_MAX = 10_000
SECONDS_MAX = 30.0


async def remind(dsn: str, beside: Beside) -> int:
    """How many payments it knows again. `dsn` is the owner's.

    Raises:
        CommandError: it does not take them.
    """
    conn = await asyncpg.connect(dsn)
    try:
        paid = await queries.fetch_paid(conn, PAYMENTS_MAX)
    finally:
        await conn.close()
    payments = [
        {
            "mchid": row["merchant_id"],
            "out_trade_no": row["number"],
            "transaction_id": row["transaction_id"],
            "total": row["amount_minor"],
            "paid_at": row["captured_at"].isoformat(),
            "is_shareable": row["is_shareable"],
            "refunds": [
                {
                    "out_refund_no": number,
                    "refund_id": refund_id,
                    "amount": amount,
                    "ended_at": settled_at.isoformat(),
                }
                for number, refund_id, amount, settled_at in row["refunds"]
            ],
        }
        for row in paid
    ]
    if not payments:
        return 0
    try:
        async with httpx2.AsyncClient(trust_env=False, timeout=SECONDS_MAX) as client:
            answer = await client.post(
                f"{beside.url}/_simulator/recall", json={"payments": payments}
            )
            answer.raise_for_status()
    except httpx2.HTTPError as error:
        raise CommandError(f"The simulated WeChat does not take what was paid: {error}") from error
    recalled: int = answer.json()["recalled"]
    return recalled
