"""Guests who came once, and never again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tradeline.kernel import Connection, by_halves
from tradeline.members import forget_members, lock_past_guests
from tradeline.shopping.queries import forgetting as queries


async def forget_guests(conn: Connection, *, limit: int) -> int:
    """Delete up to `limit` guests who have not come for 90 days, with their carts; how many. A
    guest has no orders and no coupons: whoever has was known before.

    For the owner's connection, over all networks. One who cannot be forgotten keeps nobody else,
    and what is wrong is raised once all others are.
    """
    async with conn.transaction():
        guests = await lock_past_guests(conn, limit=limit)
        failed = await by_halves(guests, partial(_forget, conn))
    for error in failed:
        raise error
    return len(guests)


async def _forget(conn: Connection, guests: Sequence[tuple[int, int]]) -> None:
    async with conn.transaction():
        await queries.delete_carts(conn, guests)
        await forget_members(conn, gone=guests)
