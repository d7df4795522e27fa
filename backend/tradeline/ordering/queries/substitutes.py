"""Goods offered in place of others, and the lines that they become."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import asyncpg

from tradeline.kernel import Actor, Connection, grouped
from tradeline.ordering.decisions import PlacedLine
from tradeline.ordering.queries.reading import IS_PARTY
from tradeline.ordering.substitutes import Substitute, SubstituteState

# An offer lapses by what happens to its line and order, and by nothing that would have to be done.
SUBSTITUTES = f"""
    SELECT substitute.id, substitute.order_id, substitute.order_line_id,
           substitute.replaced_quantity,
           CASE WHEN substitute.state = 'proposed'
                 AND (line.quantity - line.refused_quantity - line.cancelled_quantity
                      - line.shipped_quantity < substitute.replaced_quantity
                      OR trade_order.state NOT IN ('to_confirm', 'to_ship'))
                THEN 'lapsed' ELSE substitute.state END AS state,
           substitute.sku_id, substitute.sku_code, substitute.sku_name, substitute.sku_name_en,
           substitute.base_unit, substitute.pack_id, substitute.pack_code,
           substitute.pack_quantity, substitute.quantity, substitute.unit_price,
           substitute.priced_quantity, substitute.amount_minor, trade_order.currency,
           substitute.explanation, substitute.promised_on, substitute.reason,
           substitute.proposed_at, substitute.decided_at, substitute.decision_reason,
           substitute.new_line_id
      FROM ordering.substitute AS substitute
      JOIN ordering.order_line AS line
        ON line.network_id = $1 AND line.id = substitute.order_line_id
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = $1 AND trade_order.id = substitute.order_id
     WHERE substitute.network_id = $1
       AND {IS_PARTY}
"""
FETCH_SUBSTITUTES = f"""
    {SUBSTITUTES}
       AND substitute.id = ANY($3::bigint[])
     ORDER BY substitute.id
"""
FETCH_SUBSTITUTES_OF_ORDERS = f"""
    {SUBSTITUTES}
       AND substitute.order_id = ANY($3::bigint[])
     ORDER BY substitute.id
"""

INSERT_SUBSTITUTE = """
    INSERT INTO ordering.substitute
           (network_id, order_id, order_line_id, replaced_quantity, sku_id, sku_code, sku_name,
            sku_name_en, base_unit, pack_id, pack_code, pack_quantity, quantity, unit_price,
            priced_quantity, amount_minor, explanation, promised_on, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17::jsonb,
            $18, $19)
    RETURNING id
"""

# The order is locked, so that no other line takes the number.
ACCEPT_SUBSTITUTE = """
    WITH placed AS (
        INSERT INTO ordering.order_line
               (network_id, order_id, line_no, sku_id, sku_code, sku_name, sku_name_en, base_unit,
                pack_id, pack_code, pack_quantity, quantity, unit_price, priced_quantity,
                amount_minor, open_minor, explanation, promised_on, first_promised_on,
                replaces_line_id)
        SELECT $1, order_id, $3, sku_id, sku_code, sku_name, sku_name_en, base_unit, pack_id,
               pack_code, pack_quantity, quantity, unit_price, priced_quantity, amount_minor,
               amount_minor, explanation, promised_on, promised_on, order_line_id
          FROM ordering.substitute
         WHERE network_id = $1 AND id = $2
        RETURNING id, order_id, amount_minor
    ), grown AS (
        UPDATE ordering.trade_order AS trade_order
           SET amount_minor = trade_order.amount_minor + placed.amount_minor
          FROM placed
         WHERE trade_order.network_id = $1 AND trade_order.id = placed.order_id
    )
    UPDATE ordering.substitute AS substitute
       SET state = 'accepted', decided_at = now(), decision_reason = $4, new_line_id = placed.id
      FROM placed
     WHERE substitute.network_id = $1 AND substitute.id = $2
    RETURNING substitute.new_line_id
"""

REFUSE_SUBSTITUTE = """
    UPDATE ordering.substitute
       SET state = 'refused', decided_at = now(), decision_reason = $3
     WHERE network_id = $1 AND id = $2
"""


async def fetch_substitutes(conn: Connection, actor: Actor, ids: Sequence[int]) -> list[Substitute]:
    rows = await conn.fetch(FETCH_SUBSTITUTES, actor.network_id, actor.org_id, list(ids))
    return [_substitute(row) for row in rows]


async def fetch_substitutes_of_orders(
    conn: Connection, actor: Actor, order_ids: Sequence[int]
) -> dict[int, list[Substitute]]:
    """The offers of each order, first to last."""
    rows = await conn.fetch(
        FETCH_SUBSTITUTES_OF_ORDERS, actor.network_id, actor.org_id, list(order_ids)
    )
    return grouped(order_ids, ((row["order_id"], _substitute(row)) for row in rows))


async def insert_substitute(
    conn: Connection,
    actor: Actor,
    order_line: tuple[int, int],
    units: int,
    placed: PlacedLine,
    promised_on: date | None,
    reason: str,
) -> int:
    """Store an offer for so many units of (order, line); its id."""
    sku = placed.tradable
    substitute_id: int = await conn.fetchval(
        INSERT_SUBSTITUTE,
        actor.network_id,
        *order_line,
        units,
        sku.sku_id,
        sku.sku_code,
        sku.sku_name,
        sku.sku_name_en,
        sku.base_unit,
        placed.pack.id,
        placed.pack.code,
        placed.pack_quantity,
        placed.quantity,
        placed.price.unit_price,
        placed.price.priced_quantity,
        placed.amount_minor,
        placed.price.to_json(),
        promised_on,
        reason,
    )
    return substitute_id


async def accept_substitute(
    conn: Connection, actor: Actor, substitute_id: int, line_no: int, reason: str
) -> int:
    """Make an offer a line of its locked order, under that number; the line's id."""
    line_id: int = await conn.fetchval(
        ACCEPT_SUBSTITUTE, actor.network_id, substitute_id, line_no, reason
    )
    return line_id


async def refuse_substitute(
    conn: Connection, actor: Actor, substitute_id: int, reason: str
) -> None:
    await conn.execute(REFUSE_SUBSTITUTE, actor.network_id, substitute_id, reason)


def _substitute(row: asyncpg.Record) -> Substitute:
    return Substitute(
        **(
            dict(row)
            | {
                "state": SubstituteState(row["state"]),
                "explanation": json.loads(row["explanation"]),
            }
        )
    )
