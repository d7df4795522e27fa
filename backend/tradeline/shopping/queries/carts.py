"""SQL of carts. A cart's row is locked before its lines are read or changed."""

from __future__ import annotations

import json
from collections.abc import Sequence

import asyncpg

from tradeline.kernel import Connection
from tradeline.shopping.model import Cart, CartLine

_CARTS = """
    SELECT cart.id, cart.member_id, cart.store_id, cart.version, cart.source
      FROM shopping.cart AS cart
     WHERE cart.network_id = $1
"""

FETCH_CARTS = _CARTS + " AND cart.id = ANY($2::bigint[])"

# The ORDER BY is the lock order. Lines are read after it: those that whoever had the lock before
# has written are there then.
LOCK_CARTS = _CARTS + " AND cart.id = ANY($2::bigint[]) ORDER BY cart.id FOR NO KEY UPDATE"

FETCH_CARTS_OF_MEMBERS = _CARTS + " AND cart.member_id = ANY($2::bigint[]) ORDER BY cart.id"

FETCH_CART_OF_STORE = _CARTS + " AND cart.member_id = $2 AND cart.store_id = $3"

FETCH_LINES = """
    SELECT line.cart_id, line.sku_id, line.quantity
      FROM shopping.cart_line AS line
     WHERE line.network_id = $1 AND line.cart_id = ANY($2::bigint[])
     ORDER BY line.cart_id, line.added_at, line.sku_id
"""

# A cart that is there is locked by it, as one that is made is.
OPEN_CARTS = """
    INSERT INTO shopping.cart AS cart (network_id, member_id, store_id)
    SELECT $1, $2, store_id
      FROM unnest($3::bigint[]) AS store (store_id)
     ORDER BY store_id
        ON CONFLICT ON CONSTRAINT one_cart_for_each_member_and_store
        DO UPDATE SET updated_at = cart.updated_at
    RETURNING cart.id, cart.member_id, cart.store_id, cart.version, cart.source
"""

PUT_LINES = """
    WITH put AS (
        SELECT * FROM unnest($3::bigint[], $4::bigint[]) AS put (sku_id, quantity)
    ), taken_out AS (
        DELETE FROM shopping.cart_line AS line
         USING put
         WHERE line.network_id = $1 AND line.cart_id = $2
           AND line.sku_id = put.sku_id AND put.quantity = 0
    ), put_in AS (
        INSERT INTO shopping.cart_line (network_id, cart_id, sku_id, quantity, added_at)
        SELECT $1, $2, sku_id, quantity, clock_timestamp() FROM put WHERE quantity > 0
            ON CONFLICT (network_id, cart_id, sku_id)
            DO UPDATE SET quantity = excluded.quantity
    )
    UPDATE shopping.cart AS cart
       SET version = cart.version + 1, source = $5, updated_at = now()
     WHERE cart.network_id = $1 AND cart.id = $2
"""

START_CARRY = """
    INSERT INTO shopping.cart_carry (network_id, merge_id, lines)
    VALUES ($1, $2, '[]')
        ON CONFLICT DO NOTHING
    RETURNING merge_id
"""

FINISH_CARRY = """
    UPDATE shopping.cart_carry SET lines = $3 WHERE network_id = $1 AND merge_id = $2
"""

UNDO_CARRY = """
    UPDATE shopping.cart_carry
       SET undone_at = now()
     WHERE network_id = $1 AND merge_id = $2 AND undone_at IS NULL
    RETURNING lines
"""


async def fetch_carts(conn: Connection, network_id: int, ids: Sequence[int]) -> dict[int, Cart]:
    rows = await conn.fetch(FETCH_CARTS, network_id, ids)
    return await _with_lines(conn, network_id, rows)


async def lock_carts(conn: Connection, network_id: int, ids: Sequence[int]) -> dict[int, Cart]:
    """Lock carts and read what is in them."""
    rows = await conn.fetch(LOCK_CARTS, network_id, ids)
    return await _with_lines(conn, network_id, rows)


async def fetch_carts_of_members(
    conn: Connection, network_id: int, member_ids: Sequence[int]
) -> dict[int, Cart]:
    rows = await conn.fetch(FETCH_CARTS_OF_MEMBERS, network_id, member_ids)
    return await _with_lines(conn, network_id, rows)


async def fetch_cart_of_store(
    conn: Connection, network_id: int, member_id: int, store_id: int
) -> Cart | None:
    rows = await conn.fetch(FETCH_CART_OF_STORE, network_id, member_id, store_id)
    return next(iter((await _with_lines(conn, network_id, rows)).values()), None)


async def open_carts(
    conn: Connection, network_id: int, member_id: int, store_ids: Sequence[int]
) -> dict[int, Cart]:
    """The member's carts in some stores, locked; made where there are none."""
    rows = await conn.fetch(OPEN_CARTS, network_id, member_id, store_ids)
    return await _with_lines(conn, network_id, rows)


async def put_lines(
    conn: Connection, network_id: int, cart_id: int, lines: Sequence[CartLine], source: str
) -> None:
    """Say anew how much of some SKUs is in a locked cart; none of it takes it out."""
    await conn.execute(
        PUT_LINES,
        network_id,
        cart_id,
        [line.sku_id for line in lines],
        [line.quantity for line in lines],
        source,
    )


async def start_carry(conn: Connection, network_id: int, merge_id: int) -> bool:
    """Whether the carts of a merge were not carried before."""
    return await conn.fetchval(START_CARRY, network_id, merge_id) is not None


async def finish_carry(
    conn: Connection, network_id: int, merge_id: int, lines: Sequence[tuple[int, int, int]]
) -> None:
    """Note what was carried, as (store, SKU, quantity)."""
    await conn.execute(FINISH_CARRY, network_id, merge_id, json.dumps(lines))


async def undo_carry(
    conn: Connection, network_id: int, merge_id: int
) -> list[tuple[int, int, int]]:
    """What was carried and has not been taken back; nothing from then on."""
    lines = await conn.fetchval(UNDO_CARRY, network_id, merge_id)
    return [(store, sku, quantity) for store, sku, quantity in json.loads(lines or "[]")]


async def _with_lines(
    conn: Connection, network_id: int, rows: Sequence[asyncpg.Record]
) -> dict[int, Cart]:
    lines: dict[int, list[CartLine]] = {row["id"]: [] for row in rows}
    for cart_id, sku_id, quantity in await conn.fetch(FETCH_LINES, network_id, list(lines)):
        lines[cart_id].append(CartLine(sku_id, quantity))
    return {row["id"]: Cart(**row, lines=tuple(lines[row["id"]])) for row in rows}
