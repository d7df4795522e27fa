"""Storing what a step did to an order, its lines and its documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tradeline.kernel import Actor, Connection
from tradeline.ordering.model import Damage, OrderLine, OrderState

# `since` starts anew only when the order comes to somebody else or to another step.
STORE_STEPS = """
    WITH taken AS (
        SELECT *
          FROM unnest($2::bigint[], $3::text[], $4::bigint[], $8::text[], $9::text[])
               WITH ORDINALITY
               AS taken (order_id, state, held_by_org_id, note, detail, place)
    ), stepped AS (
        UPDATE ordering.trade_order AS trade_order
           SET state = taken.state,
               held_by_org_id = taken.held_by_org_id,
               since = CASE WHEN trade_order.state = taken.state
                            THEN trade_order.since ELSE now() END,
               closed_at = CASE WHEN taken.held_by_org_id IS NULL
                                THEN coalesce(trade_order.closed_at, now()) END
          FROM taken
         WHERE trade_order.network_id = $1 AND trade_order.id = taken.order_id
    )
    INSERT INTO ordering.order_event
           (network_id, order_id, step, state, org_id, account_id, note, detail)
    SELECT $1, taken.order_id, $5, taken.state, $6, $7, taken.note, taken.detail::jsonb
      FROM taken
     ORDER BY taken.place
"""

# The first promise stays, whatever day is promised later.
UPDATE_LINES = """
    UPDATE ordering.order_line AS line
       SET refused_quantity = stepped.refused_quantity,
           cancelled_quantity = stepped.cancelled_quantity,
           shipped_quantity = stepped.shipped_quantity,
           counted_quantity = stepped.counted_quantity,
           received_quantity = stepped.received_quantity,
           returned_quantity = stepped.returned_quantity,
           open_minor = stepped.open_minor,
           owed_minor = stepped.owed_minor,
           returned_minor = stepped.returned_minor,
           promised_on = stepped.promised_on,
           first_promised_on = coalesce(line.first_promised_on, line.promised_on,
                                        stepped.promised_on),
           cut_quantity = stepped.cut_quantity,
           refusal_reason = stepped.refusal_reason
      FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                  $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
                  $12::date[], $13::text[], $14::bigint[])
           AS stepped (id, refused_quantity, cancelled_quantity, shipped_quantity,
                       counted_quantity, received_quantity, returned_quantity, open_minor,
                       owed_minor, returned_minor, promised_on, refusal_reason, cut_quantity)
     WHERE line.network_id = $1 AND line.id = stepped.id
"""

INSERT_SHIPMENT = """
    WITH shipment AS (
        INSERT INTO ordering.shipment
               (network_id, id, order_id, number, carrier, tracking_number, expected_on, packages)
        OVERRIDING SYSTEM VALUE
        SELECT $1, taken.id, $2, 'SH' || lpad(taken.id::text, 8, '0'), $3, $4, $7, $8
          FROM (SELECT nextval('ordering.shipment_id_seq') AS id) AS taken
        RETURNING id, number
    ), packed AS (
        INSERT INTO ordering.shipment_line (network_id, shipment_id, order_line_id, quantity)
        SELECT $1, shipment.id, line.order_line_id, line.quantity
          FROM shipment
         CROSS JOIN unnest($5::bigint[], $6::bigint[]) AS line (order_line_id, quantity)
        RETURNING id, order_line_id
    )
    SELECT shipment.id AS shipment_id, shipment.number, packed.id, packed.order_line_id
      FROM shipment CROSS JOIN packed
"""

INSERT_RECEIPT = """
    WITH received AS (
        UPDATE ordering.shipment
           SET received_at = now()
         WHERE network_id = $1 AND id = $3
    ), counted AS (
        UPDATE ordering.shipment_line AS line
           SET received_quantity = found.received_quantity,
               damaged_quantity = found.damaged_quantity
          FROM unnest($6::bigint[], $8::bigint[], $10::bigint[])
               AS found (order_line_id, received_quantity, damaged_quantity)
         WHERE line.network_id = $1
           AND line.shipment_id = $3
           AND line.order_line_id = found.order_line_id
    ), receipt AS (
        INSERT INTO ordering.receipt
               (network_id, id, shipment_id, order_id, number, amount_minor, note)
        OVERRIDING SYSTEM VALUE
        SELECT $1, taken.id, $3, $2, 'RC' || lpad(taken.id::text, 8, '0'), $4, $5
          FROM (SELECT nextval('ordering.receipt_id_seq') AS id) AS taken
        RETURNING id, number
    ), written AS (
        INSERT INTO ordering.receipt_line
               (network_id, receipt_id, order_line_id, shipped_quantity, received_quantity,
                amount_minor, damaged_quantity, damage_reason, warehouse_id)
        SELECT $1, receipt.id, found.order_line_id, found.shipped_quantity,
               found.received_quantity, found.amount_minor, found.damaged_quantity,
               found.damage_reason, found.warehouse_id
          FROM receipt
         CROSS JOIN unnest($6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[],
                           $11::text[], $12::bigint[])
               AS found (order_line_id, shipped_quantity, received_quantity, amount_minor,
                         damaged_quantity, damage_reason, warehouse_id)
    )
    SELECT receipt.id, receipt.number, current_date AS today FROM receipt
"""

INSERT_RETURN = """
    WITH order_return AS (
        INSERT INTO ordering.order_return (network_id, id, order_id, number, reason)
        OVERRIDING SYSTEM VALUE
        SELECT $1, taken.id, $2, 'RT' || lpad(taken.id::text, 8, '0'), $3
          FROM (SELECT nextval('ordering.order_return_id_seq') AS id) AS taken
        RETURNING id, number
    ), written AS (
        INSERT INTO ordering.return_line (network_id, return_id, order_line_id, quantity)
        SELECT $1, order_return.id, line.order_line_id, line.quantity
          FROM order_return
         CROSS JOIN unnest($4::bigint[], $5::bigint[]) AS line (order_line_id, quantity)
    )
    SELECT id, number FROM order_return
"""

DECIDE_RETURN = """
    WITH decided AS (
        UPDATE ordering.order_return
           SET state = $3, amount_minor = $4, decided_at = now(), refusal_reason = $5
         WHERE network_id = $1 AND id = $2
    )
    UPDATE ordering.return_line AS line
       SET amount_minor = given.amount_minor
      FROM unnest($6::bigint[], $7::bigint[]) AS given (order_line_id, amount_minor)
     WHERE line.network_id = $1
       AND line.return_id = $2
       AND line.order_line_id = given.order_line_id
"""


async def store_steps(
    conn: Connection,
    actor: Actor,
    step: str,
    taken: Sequence[tuple[int, OrderState, int | None, str, Mapping[str, Any]]],
) -> None:
    """Move orders, which are locked, and write the step into their time lines, in that order.

    Of each its id, its state from now on, with whom it lies then, a note, and what the step did.
    """
    await conn.execute(
        STORE_STEPS,
        actor.network_id,
        [order_id for order_id, _, _, _, _ in taken],
        [state.value for _, state, _, _, _ in taken],
        [held_by_org_id for _, _, held_by_org_id, _, _ in taken],
        step,
        actor.org_id,
        actor.account_id,
        [note for _, _, _, note, _ in taken],
        [json.dumps(detail, ensure_ascii=False) for _, _, _, _, detail in taken],
    )


async def update_lines(conn: Connection, actor: Actor, lines: Sequence[OrderLine]) -> None:
    """Store lines of a locked order."""
    await conn.execute(
        UPDATE_LINES,
        actor.network_id,
        [line.id for line in lines],
        [line.refused_quantity for line in lines],
        [line.cancelled_quantity for line in lines],
        [line.shipped_quantity for line in lines],
        [line.counted_quantity for line in lines],
        [line.received_quantity for line in lines],
        [line.returned_quantity for line in lines],
        [line.open_minor for line in lines],
        [line.owed_minor for line in lines],
        [line.returned_minor for line in lines],
        [line.promised_on for line in lines],
        [line.refusal_reason for line in lines],
        [line.cut_quantity for line in lines],
    )


async def insert_shipment(
    conn: Connection,
    actor: Actor,
    order_id: int,
    carrier: str,
    tracking_number: str,
    quantities: Sequence[tuple[int, int]],
    expected_on: date | None,
    packages: int | None,
) -> tuple[int, str, dict[int, int]]:
    """Store a shipment of (order line, quantity); its id, number, and the row of each line."""
    rows = await conn.fetch(
        INSERT_SHIPMENT,
        actor.network_id,
        order_id,
        carrier,
        tracking_number,
        [line_id for line_id, _ in quantities],
        [quantity for _, quantity in quantities],
        expected_on,
        packages,
    )
    shipment_lines = {row["order_line_id"]: row["id"] for row in rows}
    return rows[0]["shipment_id"], rows[0]["number"], shipment_lines


async def insert_receipt(
    conn: Connection,
    actor: Actor,
    order_id: int,
    shipment_id: int,
    note: str,
    found: Sequence[tuple[int, int, int, int]],
    damaged: Mapping[int, Damage],
    into: Mapping[int, int | None],
) -> tuple[int, str, date]:
    """Store what was found: (order line, shipped, received, owed minor), what came damaged and into
    which warehouse by order line. Id, number, today."""
    row = await conn.fetchrow(
        INSERT_RECEIPT,
        actor.network_id,
        order_id,
        shipment_id,
        sum(owed for _, _, _, owed in found),
        note,
        [line_id for line_id, _, _, _ in found],
        [shipped for _, shipped, _, _ in found],
        [received for _, _, received, _ in found],
        [owed for _, _, _, owed in found],
        [damaged[line_id].quantity if line_id in damaged else 0 for line_id, _, _, _ in found],
        [damaged[line_id].reason if line_id in damaged else None for line_id, _, _, _ in found],
        [into[line_id] if received else None for line_id, _, received, _ in found],
    )
    assert row is not None
    return row["id"], row["number"], row["today"]


async def insert_return(
    conn: Connection,
    actor: Actor,
    order_id: int,
    reason: str,
    quantities: Sequence[tuple[int, int]],
) -> tuple[int, str]:
    """Store a request to give back (order line, quantity); its id and number."""
    row = await conn.fetchrow(
        INSERT_RETURN,
        actor.network_id,
        order_id,
        reason,
        [line_id for line_id, _ in quantities],
        [quantity for _, quantity in quantities],
    )
    assert row is not None
    return row["id"], row["number"]


async def decide_return(
    conn: Connection,
    actor: Actor,
    return_id: int,
    state: str,
    refusal_reason: str | None,
    given: Sequence[tuple[int, int]],
) -> None:
    """Store the seller's decision, with (order line, minor units given back)."""
    await conn.execute(
        DECIDE_RETURN,
        actor.network_id,
        return_id,
        state,
        sum(minor for _, minor in given),
        refusal_reason,
        [line_id for line_id, _ in given],
        [minor for _, minor in given],
    )
