"""Guests who came once, and never again."""

from __future__ import annotations

from tradeline.kernel import Connection
from tradeline.members import forget_members, lock_past_guests
from tradeline.shopping.queries import forgetting as queries


async def forget_guests(conn: Connection, *, limit: int) -> int:
    """Delete up to `limit` guests who have not come for 90 days, with their carts; how many. A
    guest has no orders and no coupons: whoever has was known before.

    For the owner's connection, over all networks.
    """
    async with conn.transaction():
        guests = await lock_past_guests(conn, limit=limit)
        if guests:
            await queries.delete_carts(conn, guests)
            await forget_members(conn, gone=guests)
    return len(guests)
