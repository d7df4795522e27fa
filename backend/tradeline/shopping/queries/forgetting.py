"""What is left of those who are forgotten, over all networks: for the owner's connection."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Connection

DELETE_CARTS = """
    WITH gone AS (
        SELECT cart.network_id, cart.id
          FROM unnest($1::bigint[], $2::bigint[]) AS guest (network_id, id)
          JOIN shopping.cart AS cart
            ON cart.network_id = guest.network_id AND cart.member_id = guest.id
    ), emptied AS (
        DELETE FROM shopping.cart_line AS line
         USING gone
         WHERE line.network_id = gone.network_id AND line.cart_id = gone.id
    )
    DELETE FROM shopping.cart AS cart
     USING gone
     WHERE cart.network_id = gone.network_id AND cart.id = gone.id
"""


async def delete_carts(conn: Connection, guests: Sequence[tuple[int, int]]) -> None:
    networks, ids = [network_id for network_id, _ in guests], [id for _, id in guests]
    await conn.execute(DELETE_CARTS, networks, ids)
