"""Goods offered in place of others, and the lines that they become."""

from __future__ import annotations

import json
from collections.abc import Sequence

import asyncpg

from tradeline.kernel import Actor, Connection, grouped
from tradeline.ordering.decisions import PlacedLine
from tradeline.ordering.queries.reading import IS_PARTY
from tradeline.ordering.substitutes import NewSubstitute, Substitute, SubstituteState

# An offer lapses by what happens to its line and order, or as its last day ends, and by nothing
# that would have to be done.
SUBSTITUTES = f"""
    SELECT substitute.id, substitute.order_id, substitute.order_line_id,
           substitute.replaced_quantity,
           CASE WHEN substitute.state = 'proposed'
                 AND (line.quantity - line.refused_quantity - line.cancelled_quantity
                      - line.shipped_quantity < substitute.replaced_quantity
                      OR trade_order.state NOT IN ('to_confirm', 'to_ship')
                      OR substitute.valid_until < current_date)
                THEN 'lapsed' ELSE substitute.state END AS state,
           substitute.sku_id, substitute.sku_code, substitute.sku_name, substitute.sku_name_en,
           substitute.base_unit, substitute.pack_id, substitute.pack_code,
           substitute.pack_quantity, substitute.quantity, substitute.unit_price,
           substitute.priced_quantity, substitute.amount_minor, trade_order.currency,
           substitute.explanation, substitute.promised_on, substitute.valid_until,
           substitute.reason, substitute.proposed_at, substitute.decided_at,
           substitute.decision_reason, substitute.new_line_id
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

# What was offered in one unit of work has one time, and an order is offered for by one at a time.
FETCH_OFFERED_TOGETHER = f"""
    SELECT substitute.id
      FROM ordering.substitute AS first
      JOIN ordering.substitute AS substitute
        ON substitute.network_id = $1
       AND substitute.order_id = ANY($4::bigint[])
       AND substitute.proposed_at = first.proposed_at
       AND substitute.id >= first.id
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = $1 AND trade_order.id = substitute.order_id
     WHERE first.network_id = $1
       AND first.id = $3
       AND {IS_PARTY}
     ORDER BY substitute.id
     LIMIT $5
"""

INSERT_SUBSTITUTES = """
    INSERT INTO ordering.substitute
           (network_id, order_id, order_line_id, replaced_quantity, sku_id, sku_code, sku_name,
            sku_name_en, base_unit, pack_id, pack_code, pack_quantity, quantity, unit_price,
            priced_quantity, amount_minor, explanation, promised_on, valid_until, reason)
    SELECT $1, offer.order_id, offer.order_line_id, offer.replaced_quantity, offer.sku_id,
           offer.sku_code, offer.sku_name, offer.sku_name_en, offer.base_unit, offer.pack_id,
           offer.pack_code, offer.pack_quantity, offer.quantity, offer.unit_price,
           offer.priced_quantity, offer.amount_minor, offer.explanation::jsonb, offer.promised_on,
           offer.valid_until, offer.reason
      FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                  $8::text[], $9::text[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[],
                  $14::numeric[], $15::bigint[], $16::bigint[], $17::text[], $18::date[],
                  $19::date[], $20::text[])
           WITH ORDINALITY
           AS offer (order_id, order_line_id, replaced_quantity, sku_id, sku_code, sku_name,
                     sku_name_en, base_unit, pack_id, pack_code, pack_quantity, quantity,
                     unit_price, priced_quantity, amount_minor, explanation, promised_on,
                     valid_until, reason, place)
     ORDER BY offer.place
    RETURNING id
"""

# The orders are locked, so that no other line takes a number. What comes in place of something is
# received where that was to be.
ACCEPT_SUBSTITUTES = """
    WITH taken AS (
        SELECT *
          FROM unnest($2::bigint[], $3::integer[], $4::text[])
               AS taken (id, line_no, decision_reason)
    ), placed AS (
        INSERT INTO ordering.order_line
               (network_id, order_id, line_no, sku_id, sku_code, sku_name, sku_name_en, base_unit,
                pack_id, pack_code, pack_quantity, quantity, unit_price, priced_quantity,
                amount_minor, open_minor, explanation, promised_on, first_promised_on,
                replaces_line_id, receiving_warehouse_id)
        SELECT $1, substitute.order_id, taken.line_no, substitute.sku_id, substitute.sku_code,
               substitute.sku_name, substitute.sku_name_en, substitute.base_unit,
               substitute.pack_id, substitute.pack_code, substitute.pack_quantity,
               substitute.quantity, substitute.unit_price, substitute.priced_quantity,
               substitute.amount_minor, substitute.amount_minor, substitute.explanation,
               substitute.promised_on, substitute.promised_on, substitute.order_line_id,
               line.receiving_warehouse_id
          FROM taken
          JOIN ordering.substitute AS substitute
            ON substitute.network_id = $1 AND substitute.id = taken.id
          JOIN ordering.order_line AS line
            ON line.network_id = $1 AND line.id = substitute.order_line_id
         ORDER BY substitute.order_id, taken.line_no
        RETURNING id, order_id, line_no, amount_minor
    ), grown AS (
        UPDATE ordering.trade_order AS trade_order
           SET amount_minor = trade_order.amount_minor + more.amount_minor
          FROM (SELECT order_id, sum(amount_minor)::bigint AS amount_minor
                  FROM placed
                 GROUP BY order_id) AS more
         WHERE trade_order.network_id = $1 AND trade_order.id = more.order_id
    )
    UPDATE ordering.substitute AS substitute
       SET state = 'accepted', decided_at = now(), decision_reason = taken.decision_reason,
           new_line_id = placed.id
      FROM taken
     CROSS JOIN placed
     WHERE substitute.network_id = $1
       AND substitute.id = taken.id
       AND placed.order_id = substitute.order_id
       AND placed.line_no = taken.line_no
    RETURNING substitute.id, substitute.new_line_id
"""

END_SUBSTITUTES = """
    UPDATE ordering.substitute AS substitute
       SET state = $2, decided_at = now(), decision_reason = ended.reason
      FROM unnest($3::bigint[], $4::text[]) AS ended (id, reason)
     WHERE substitute.network_id = $1 AND substitute.id = ended.id
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


async def fetch_offered_together(
    conn: Connection, actor: Actor, first_id: int, order_ids: Sequence[int], most: int
) -> list[int]:
    """The offers for those orders that were made in one go, by the first of them."""
    rows = await conn.fetch(
        FETCH_OFFERED_TOGETHER, actor.network_id, actor.org_id, first_id, list(order_ids), most
    )
    return [row["id"] for row in rows]


async def insert_substitutes(
    conn: Connection, actor: Actor, offers: Sequence[tuple[NewSubstitute, PlacedLine]]
) -> list[int]:
    """Store offers with what they come to; their ids, which rise."""
    rows = await conn.fetch(
        INSERT_SUBSTITUTES,
        actor.network_id,
        [new.order_id for new, _ in offers],
        [new.order_line_id for new, _ in offers],
        [new.quantity for new, _ in offers],
        [placed.tradable.sku_id for _, placed in offers],
        [placed.tradable.sku_code for _, placed in offers],
        [placed.tradable.sku_name for _, placed in offers],
        [placed.tradable.sku_name_en for _, placed in offers],
        [placed.tradable.base_unit for _, placed in offers],
        [placed.pack.id for _, placed in offers],
        [placed.pack.code for _, placed in offers],
        [placed.pack_quantity for _, placed in offers],
        [placed.quantity for _, placed in offers],
        [placed.price.unit_price for _, placed in offers],
        [placed.price.priced_quantity for _, placed in offers],
        [placed.amount_minor for _, placed in offers],
        [placed.price.to_json() for _, placed in offers],
        [new.promised_on for new, _ in offers],
        [new.valid_until for new, _ in offers],
        [new.reason.strip() for new, _ in offers],
    )
    return [row["id"] for row in rows]


async def accept_substitutes(
    conn: Connection, actor: Actor, taken: Sequence[tuple[int, int, str]]
) -> dict[int, int]:
    """Make offers lines of their locked orders, as (offer, line's number, reason); the lines."""
    rows = await conn.fetch(
        ACCEPT_SUBSTITUTES,
        actor.network_id,
        [substitute_id for substitute_id, _, _ in taken],
        [line_no for _, line_no, _ in taken],
        [reason for _, _, reason in taken],
    )
    return {row["id"]: row["new_line_id"] for row in rows}


async def end_substitutes(
    conn: Connection, actor: Actor, state: SubstituteState, ended: Sequence[tuple[int, str]]
) -> None:
    """Offers that nothing comes of, as (offer, reason)."""
    await conn.execute(
        END_SUBSTITUTES,
        actor.network_id,
        state.value,
        [substitute_id for substitute_id, _ in ended],
        [reason for _, reason in ended],
    )


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
