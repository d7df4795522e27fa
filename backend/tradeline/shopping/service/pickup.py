"""Codes by which goods are handed over in a store."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from tradeline.kernel import Connection
from tradeline.members import lookup_of, seal
from tradeline.shopping.opening import PICKUP_CODE
from tradeline.shopping.queries.pickup import fetch_taken

PICKUP_DIGITS = 8


async def new_pickup_codes(
    conn: Connection, network_id: int, store_ids: Mapping[int, int]
) -> dict[int, tuple[bytes, bytes]]:
    """For orders, each in its store: by what a code that nobody can guess is found, and the code
    itself, sealed. No other order that waits in the store has it; whoever is faster all the same
    has the database refuse the slower one, which is placed again by itself."""
    codes: dict[int, str] = {}
    used: set[tuple[int, bytes]] = set()
    while missing := [order_id for order_id in store_ids if order_id not in codes]:
        drawn = {order_id: _draw() for order_id in missing}
        found = {
            order_id: (store_ids[order_id], lookup_of(network_id, PICKUP_CODE, code))
            for order_id, code in drawn.items()
        }
        used |= await fetch_taken(conn, network_id, list(found.values()))
        for order_id, pair in found.items():
            if pair not in used:
                codes[order_id] = drawn[order_id]
                used.add(pair)
    return {
        order_id: (
            lookup_of(network_id, PICKUP_CODE, code),
            seal(network_id, PICKUP_CODE, code),
        )
        for order_id, code in codes.items()
    }


def _draw() -> str:
    return f"{secrets.randbelow(10**PICKUP_DIGITS):0{PICKUP_DIGITS}d}"
