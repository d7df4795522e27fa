"""SQL of carts. A cart's row is locked before its lines are read or changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import asyncpg

from tradeline.kernel import Connection
from tradeline.shopping.filling import CartOwner, Filling
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

# By (member, store); see LOCK_CARTS for the order.
FIND_CARTS = """
    SELECT cart.id, cart.member_id, cart.store_id, cart.version, cart.source
      FROM unnest($2::bigint[], $3::bigint[]) AS owner (member_id, store_id)
      JOIN shopping.cart AS cart
        ON cart.network_id = $1
       AND cart.member_id = owner.member_id
       AND cart.store_id = owner.store_id
     ORDER BY cart.id
"""

LOCK_CARTS_OF = FIND_CARTS + " FOR NO KEY UPDATE OF cart"

FETCH_LINES = """
    SELECT line.cart_id, line.sku_id, line.quantity
      FROM shopping.cart_line AS line
     WHERE line.network_id = $1 AND line.cart_id = ANY($2::bigint[])
     ORDER BY line.cart_id, line.added_at, line.sku_id
"""

TAKE_CART_IDS = """
    SELECT array(SELECT nextval('shopping.cart_id_seq') FROM generate_series(1, $1))
"""

# In one order, for somebody else may be making the same. Before any cart is locked: who makes one
# waits for nobody who waits for a lock. What was there before stays.
INSERT_CARTS = """
    INSERT INTO shopping.cart (network_id, id, member_id, store_id)
    OVERRIDING SYSTEM VALUE
    SELECT $1, id, member_id, store_id
      FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS made (id, member_id, store_id)
     ORDER BY member_id, store_id
        ON CONFLICT ON CONSTRAINT one_cart_for_each_member_and_store DO NOTHING
"""

# Times of their own put lines into an order.
PUT_LINES = """
    WITH put AS (
        SELECT * FROM unnest($5::bigint[], $6::bigint[], $7::bigint[])
                      AS put (cart_id, sku_id, quantity)
    ), taken_out AS (
        DELETE FROM shopping.cart_line AS line
         USING put
         WHERE line.network_id = $1 AND line.cart_id = put.cart_id
           AND line.sku_id = put.sku_id AND put.quantity = 0
    ), put_in AS (
        INSERT INTO shopping.cart_line (network_id, cart_id, sku_id, quantity, added_at)
        SELECT $1, cart_id, sku_id, quantity, clock_timestamp() FROM put WHERE quantity > 0
            ON CONFLICT (network_id, cart_id, sku_id)
            DO UPDATE SET quantity = excluded.quantity
    )
    UPDATE shopping.cart AS cart
       SET version = cart.version + filled.changes, source = filled.source, updated_at = now()
      FROM unnest($2::bigint[], $3::integer[], $4::text[]) AS filled (cart_id, changes, source)
     WHERE cart.network_id = $1 AND cart.id = filled.cart_id
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


async def find_carts(
    conn: Connection, network_id: int, owners: Sequence[CartOwner]
) -> dict[CartOwner, Cart]:
    return await _carts_of(conn, FIND_CARTS, network_id, owners)


async def lock_carts_of(
    conn: Connection, network_id: int, owners: Sequence[CartOwner]
) -> dict[CartOwner, Cart]:
    """As `lock_carts`, of members in stores."""
    return await _carts_of(conn, LOCK_CARTS_OF, network_id, owners)


async def take_cart_ids(conn: Connection, count: int) -> list[int]:
    ids: list[int] = await conn.fetchval(TAKE_CART_IDS, count)
    return ids


async def insert_carts(conn: Connection, network_id: int, ids: Mapping[CartOwner, int]) -> None:
    """Make empty carts, each with its id, unless there is one."""
    members, stores = [member_id for member_id, _ in ids], [store_id for _, store_id in ids]
    await conn.execute(INSERT_CARTS, network_id, list(ids.values()), members, stores)


async def put_lines(conn: Connection, network_id: int, filled: Mapping[int, Filling]) -> None:
    """Store what has changed in locked carts, by cart; none of a SKU takes it out."""
    changed = [
        (cart_id, sku_id, quantity)
        for cart_id, filling in filled.items()
        for sku_id, quantity in filling.changed.items()
    ]
    await conn.execute(
        PUT_LINES,
        network_id,
        list(filled),
        [filling.changes for filling in filled.values()],
        [filling.source for filling in filled.values()],
        *([list(column) for column in zip(*changed, strict=True)] or [[], [], []]),
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


async def _carts_of(
    conn: Connection, statement: str, network_id: int, owners: Sequence[CartOwner]
) -> dict[CartOwner, Cart]:
    members, stores = [member_id for member_id, _ in owners], [store_id for _, store_id in owners]
    rows = await conn.fetch(statement, network_id, members, stores)
    carts = await _with_lines(conn, network_id, rows)
    return {(cart.member_id, cart.store_id): cart for cart in carts.values()}


async def _with_lines(
    conn: Connection, network_id: int, rows: Sequence[asyncpg.Record]
) -> dict[int, Cart]:
    lines: dict[int, list[CartLine]] = {row["id"]: [] for row in rows}
    for cart_id, sku_id, quantity in await conn.fetch(FETCH_LINES, network_id, list(lines)):
        lines[cart_id].append(CartLine(sku_id, quantity))
    return {row["id"]: Cart(**row, lines=tuple(lines[row["id"]])) for row in rows}
