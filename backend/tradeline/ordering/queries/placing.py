"""Writing orders that were decided on: numbers first, then everything in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tradeline.kernel import Actor, Connection
from tradeline.ordering.decisions import PlacedOrder
from tradeline.ordering.model import Order, OrderState, first_state
from tradeline.ordering.queries.reading import ORDER_COLUMNS, order_of

# What follows in the unit of work finds rows by their keys, for one order as for sixty: it is
# planned once. Planning anew, with the numbers of each batch, takes longer than running it.
TAKE_IDS = """
    SELECT array(SELECT nextval('ordering.trade_order_id_seq') FROM generate_series(1, $1)),
           array(SELECT nextval('ordering.order_line_id_seq') FROM generate_series(1, $2)),
           set_config('plan_cache_mode', 'force_generic_plan', true)
"""

# The orders come back as whoever reads them will see them.
INSERT_ORDERS = f"""
    WITH trade_order AS (
        INSERT INTO ordering.trade_order
               (network_id, id, number, relationship_id, seller_org_id, buyer_org_id, currency,
                state, held_by_org_id, amount_minor, requires_review, requires_confirmation,
                requires_receipt, holds_stock, payment_terms_days, buyer_reference, note,
                ship_to_region, ship_to_address, requested_on, placed_by_org_id,
                placed_by_account_id)
        OVERRIDING SYSTEM VALUE
        SELECT $1, placed.id, placed.number, relationship.id, relationship.seller_org_id,
               relationship.buyer_org_id, relationship.currency, placed.state,
               relationship.seller_org_id, placed.amount_minor, relationship.requires_review,
               relationship.requires_confirmation, relationship.requires_receipt,
               relationship.holds_stock, relationship.payment_terms_days, placed.buyer_reference,
               placed.note, placed.ship_to_region, placed.ship_to_address, placed.requested_on,
               placed.placed_by_org_id, placed.placed_by_account_id
          FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[],
                      $8::text[], $9::text[], $10::text[], $11::date[], $12::bigint[],
                      $13::bigint[])
               AS placed (id, number, relationship_id, state, amount_minor, buyer_reference, note,
                          ship_to_region, ship_to_address, requested_on, placed_by_org_id,
                          placed_by_account_id)
          JOIN organizations.relationship AS relationship
            ON relationship.network_id = $1 AND relationship.id = placed.relationship_id
        RETURNING *
    ), happened AS (
        INSERT INTO ordering.order_event (network_id, order_id, step, state, org_id, account_id)
        SELECT $1, id, 'place', state, placed_by_org_id, placed_by_account_id FROM trade_order
    ), contained AS (
        INSERT INTO ordering.order_line
               (network_id, id, order_id, line_no, sku_id, sku_code, sku_name, sku_name_en,
                base_unit, pack_id, pack_code, pack_quantity, quantity, unit_price, priced_quantity,
                amount_minor, open_minor, explanation, receiving_warehouse_id)
        OVERRIDING SYSTEM VALUE
        SELECT $1, line.id, line.order_id, line.line_no, line.sku_id, line.sku_code, line.sku_name,
               line.sku_name_en, line.base_unit, line.pack_id, line.pack_code, line.pack_quantity,
               line.quantity, line.unit_price, line.priced_quantity, line.amount_minor,
               line.amount_minor, line.explanation::jsonb, line.receiving_warehouse_id
          FROM unnest($14::bigint[], $15::bigint[], $16::integer[], $17::bigint[], $18::text[],
                      $19::text[], $20::text[], $21::text[], $22::bigint[], $23::text[],
                      $24::bigint[], $25::bigint[], $26::numeric[], $27::bigint[], $28::bigint[],
                      $29::text[], $30::bigint[])
               AS line (id, order_id, line_no, sku_id, sku_code, sku_name, sku_name_en, base_unit,
                        pack_id, pack_code, pack_quantity, quantity, unit_price, priced_quantity,
                        amount_minor, explanation, receiving_warehouse_id)
    )
    SELECT {ORDER_COLUMNS} FROM trade_order
"""


async def take_ids(conn: Connection, orders: int, lines: int) -> tuple[list[int], list[int]]:
    """As many ids of orders and of order lines, in ascending order."""
    row = await conn.fetchrow(TAKE_IDS, orders, lines)
    assert row is not None
    return row[0], row[1]


async def insert_orders(
    conn: Connection,
    network_id: int,
    placed: Sequence[tuple[int, Actor, PlacedOrder]],
    line_ids: Sequence[int],
) -> list[Order]:
    """Store accepted orders, each with its id and who placed it; `line_ids` over all, in order."""
    lines = [
        (order_id, number, line)
        for order_id, _, order in placed
        for number, line in enumerate(order.lines, start=1)
    ]
    rows = await conn.fetch(
        INSERT_ORDERS,
        network_id,
        [order_id for order_id, _, _ in placed],
        [number_of(order_id) for order_id, _, _ in placed],
        [order.relationship.id for _, _, order in placed],
        [begins_as(order).value for _, _, order in placed],
        [order.amount_minor for _, _, order in placed],
        [order.order.buyer_reference for _, _, order in placed],
        [order.order.note for _, _, order in placed],
        [order.order.ship_to_region for _, _, order in placed],
        [order.order.ship_to_address for _, _, order in placed],
        _dates(placed),
        [actor.org_id for _, actor, _ in placed],
        [actor.account_id for _, actor, _ in placed],
        list(line_ids),
        [order_id for order_id, _, _ in lines],
        [number for _, number, _ in lines],
        [line.tradable.sku_id for _, _, line in lines],
        [line.tradable.sku_code for _, _, line in lines],
        [line.tradable.sku_name for _, _, line in lines],
        [line.tradable.sku_name_en for _, _, line in lines],
        [line.tradable.base_unit for _, _, line in lines],
        [line.pack.id for _, _, line in lines],
        [line.pack.code for _, _, line in lines],
        [line.pack_quantity for _, _, line in lines],
        [line.quantity for _, _, line in lines],
        [line.price.unit_price for _, _, line in lines],
        [line.price.priced_quantity for _, _, line in lines],
        [line.amount_minor for _, _, line in lines],
        [line.price.to_json() for _, _, line in lines],
        [line.receiving_warehouse_id for _, _, line in lines],
    )
    return [order_of(row) for row in rows]


def number_of(order_id: int) -> str:
    """An order's number, as people read it out."""
    return f"SO{order_id:08d}"


def begins_as(placed: PlacedOrder) -> OrderState:
    """The state in which an accepted order begins."""
    relationship = placed.relationship
    return first_state(relationship.requires_review, relationship.requires_confirmation)


def _dates(placed: Sequence[tuple[int, Actor, PlacedOrder]]) -> list[date | None]:
    return [order.order.requested_on for _, _, order in placed]
