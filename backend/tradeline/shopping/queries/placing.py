"""Writing consumers' orders that were decided on: everything of a batch in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from tradeline.kernel import Connection
from tradeline.shopping.decisions import PlacedConsumerLine, PlacedConsumerOrder
from tradeline.shopping.model import (
    PAYMENT_TIME,
    ConsumerOrder,
    ConsumerOrderState,
    Delivery,
    number_of,
)
from tradeline.shopping.queries.locks import ORDER_COLUMNS, order_of
from tradeline.sourcing import Plan

# What follows in the unit of work finds rows by their keys, for one order as for sixty: it is
# planned once (ADR 0015).
TAKE_ORDER_IDS = """
    SELECT array(SELECT nextval('shopping.consumer_order_id_seq') FROM generate_series(1, $1)),
           now() + $2::interval, set_config('plan_cache_mode', 'force_generic_plan', true)
"""

TAKE_LINE_IDS = """
    SELECT array(SELECT nextval('shopping.order_line_id_seq') FROM generate_series(1, $1))
"""

COUNT_UNPAID_ORDERS = """
    SELECT consumer_order.member_id, count(*) AS count
      FROM shopping.consumer_order AS consumer_order
     WHERE consumer_order.network_id = $1
       AND consumer_order.member_id = ANY($2::bigint[])
       AND consumer_order.state = 'to_pay'
     GROUP BY consumer_order.member_id
"""

# The orders come back as whoever reads them will see them. An order that comes to nothing is paid
# from the beginning. The carts that became orders are empty, and other ones than before.
INSERT_ORDERS = f"""
    WITH placed AS (
        SELECT *
          FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
                      $7::bigint[], $8::bigint[], $9::integer[], $10::bigint[], $11::text[],
                      $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[],
                      $17::bigint[], $18::text[], $19::bytea[], $20::bytea[], $21::bytea[],
                      $22::bytea[], $23::bytea[], $24::text[], $25::text[], $26::text[],
                      $27::bigint[], $28::bigint[])
               AS placed (id, number, store_id, seller_org_id, seller_entity_id,
                          collector_org_id, collector_entity_id, collector_tier, member_id,
                          currency, state, delivery, goods_minor, coupon_minor, freight_minor,
                          coupon_id, ship_to_region, recipient_seal, phone_seal, detail_seal,
                          pickup_code_lookup, pickup_code_seal, source, note, plan, payment_id,
                          cart_id)
    ), consumer_order AS (
        INSERT INTO shopping.consumer_order
               (network_id, id, number, store_id, seller_org_id, seller_entity_id,
                collector_org_id, collector_entity_id, collector_tier, member_id, currency, state,
                delivery, goods_minor, coupon_minor, freight_minor, total_minor, coupon_id,
                ship_to_region, recipient_seal, phone_seal, detail_seal, pickup_code_lookup,
                pickup_code_seal, source, note, plan, payment_id, expires_at, paid_at)
        OVERRIDING SYSTEM VALUE
        SELECT $1, id, number, store_id, seller_org_id, seller_entity_id, collector_org_id,
               collector_entity_id, collector_tier, member_id, currency, state, delivery,
               goods_minor, coupon_minor, freight_minor,
               goods_minor - coupon_minor + freight_minor, coupon_id, ship_to_region,
               recipient_seal, phone_seal, detail_seal, pickup_code_lookup, pickup_code_seal,
               source, note, plan::jsonb, payment_id, now() + $29::interval,
               CASE WHEN state <> 'to_pay' THEN now() END
          FROM placed
        RETURNING *
    ), of_tiers AS (
        INSERT INTO shopping.order_tier
               (network_id, order_id, tier, org_id, entity_id, relationship_id)
        SELECT $1, tier.*
          FROM unnest($30::bigint[], $31::integer[], $32::bigint[], $33::bigint[], $34::bigint[])
               AS tier (order_id, tier, org_id, entity_id, relationship_id)
    ), contained AS (
        INSERT INTO shopping.order_line
               (network_id, id, order_id, line_no, sku_id, sku_code, sku_name, sku_name_en,
                base_unit, source_tier, source_org_id, quantity, unit_price, goods_minor,
                coupon_minor, explanation)
        OVERRIDING SYSTEM VALUE
        SELECT $1, line.id, line.order_id, line.line_no, line.sku_id, line.sku_code, line.sku_name,
               line.sku_name_en, line.base_unit, line.source_tier, line.source_org_id,
               line.quantity, line.unit_price, line.goods_minor, line.coupon_minor,
               line.explanation::jsonb
          FROM unnest($35::bigint[], $36::bigint[], $37::integer[], $38::bigint[], $39::text[],
                      $40::text[], $41::text[], $42::text[], $43::integer[], $44::bigint[],
                      $45::bigint[], $46::numeric[], $47::bigint[], $48::bigint[], $49::text[])
               AS line (id, order_id, line_no, sku_id, sku_code, sku_name, sku_name_en, base_unit,
                        source_tier, source_org_id, quantity, unit_price, goods_minor,
                        coupon_minor, explanation)
    ), of_legs AS (
        INSERT INTO shopping.leg
               (network_id, order_id, tier, relationship_id, seller_org_id, buyer_org_id,
                amount_minor)
        SELECT $1, leg.*
          FROM unnest($50::bigint[], $51::integer[], $52::bigint[], $53::bigint[], $54::bigint[],
                      $55::bigint[])
               AS leg (order_id, tier, relationship_id, seller_org_id, buyer_org_id, amount_minor)
    ), of_leg_lines AS (
        INSERT INTO shopping.leg_line
               (network_id, order_line_id, tier, order_id, unit_price, amount_minor, explanation)
        SELECT $1, leg_line.order_line_id, leg_line.tier, leg_line.order_id, leg_line.unit_price,
               leg_line.amount_minor, leg_line.explanation::jsonb
          FROM unnest($56::bigint[], $57::integer[], $58::bigint[], $59::numeric[], $60::bigint[],
                      $61::text[])
               AS leg_line (order_line_id, tier, order_id, unit_price, amount_minor, explanation)
    ), divided AS (
        INSERT INTO shopping.split
               (network_id, order_id, order_line_id, part, tier, org_id, entity_id, original_minor)
        SELECT $1, split.*
          FROM unnest($62::bigint[], $63::bigint[], $64::text[], $65::integer[], $66::bigint[],
                      $67::bigint[], $68::bigint[])
               AS split (order_id, order_line_id, part, tier, org_id, entity_id, original_minor)
    ), happened AS (
        INSERT INTO shopping.order_event (network_id, order_id, step, state, member_id)
        SELECT $1, id, 'place', state, member_id FROM placed
    ), emptied AS (
        DELETE FROM shopping.cart_line AS line
         WHERE line.network_id = $1 AND line.cart_id = ANY($28::bigint[])
    ), renewed AS (
        UPDATE shopping.cart AS cart
           SET version = cart.version + 1, updated_at = now()
         WHERE cart.network_id = $1 AND cart.id = ANY($28::bigint[])
    )
    SELECT {ORDER_COLUMNS} FROM consumer_order
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedOrder:
    """An accepted order with the ids of its rows, its payment if there is one, and, where it is to
    be picked up, its code's look-up and seal."""

    id: int
    placed: PlacedConsumerOrder
    line_ids: Sequence[int]
    payment_id: int | None = None
    pickup_code: tuple[bytes, bytes] | None = None

    @property
    def begins_as(self) -> ConsumerOrderState:
        if self.placed.judged.total_minor:
            return ConsumerOrderState.TO_PAY
        return paid_state(self.placed.order.delivery)


def paid_state(delivery: Delivery) -> ConsumerOrderState:
    """What a paid order waits for."""
    if delivery is Delivery.PICKUP:
        return ConsumerOrderState.TO_PICK_UP
    return ConsumerOrderState.TO_SHIP


async def take_order_ids(conn: Connection, count: int) -> tuple[list[int], datetime]:
    """As many ids of orders, in ascending order; those of what is refused are lost. And until when
    what is placed now is to be paid."""
    row = await conn.fetchrow(TAKE_ORDER_IDS, count, PAYMENT_TIME)
    assert row is not None
    return row[0], row[1]


async def count_unpaid_orders(
    conn: Connection, network_id: int, member_ids: Sequence[int]
) -> dict[int, int]:
    """By member; who has none is absent."""
    rows = await conn.fetch(COUNT_UNPAID_ORDERS, network_id, member_ids)
    return {row["member_id"]: row["count"] for row in rows}


async def take_line_ids(conn: Connection, count: int) -> list[int]:
    ids: list[int] = await conn.fetchval(TAKE_LINE_IDS, count)
    return ids


async def insert_orders(
    conn: Connection, network_id: int, orders: Sequence[NumberedOrder]
) -> list[ConsumerOrder]:
    """Store accepted orders with all that belongs to them, and empty their carts."""
    rows = await conn.fetch(
        INSERT_ORDERS,
        network_id,
        *_order_columns(orders),
        PAYMENT_TIME,
        *_tier_columns(orders),
        *_line_columns(orders),
        *_leg_columns(orders),
        *_leg_line_columns(orders),
        *_split_columns(orders),
    )
    return [order_of(row) for row in rows]


def _order_columns(orders: Sequence[NumberedOrder]) -> list[list[object]]:
    return _columns([_order_row(order) for order in orders], 27)


def _order_row(numbered: NumberedOrder) -> tuple[object, ...]:
    placed, judged = numbered.placed, numbered.placed.judged
    store, address, collector = placed.store, judged.address, placed.collector
    lookup, seal = numbered.pickup_code or (None, None)
    return (
        numbered.id,
        number_of(numbered.id),
        store.id,
        store.org_id,
        store.entity_id,
        collector.org_id,
        collector.entity_id,
        collector.tier,
        placed.shopper.member_id,
        store.currency,
        numbered.begins_as.value,
        placed.order.delivery.value,
        judged.goods_minor,
        judged.coupon_minor,
        judged.freight_minor,
        judged.coupon.coupon_id if judged.coupon else None,
        address.region if address else "",
        address.recipient_seal if address else None,
        address.phone_seal if address else None,
        address.detail_seal if address else None,
        lookup,
        seal,
        placed.source,
        placed.order.note,
        _plan_as_json(judged.plan),
        numbered.payment_id,
        placed.order.cart_id,
    )


def _tier_columns(orders: Sequence[NumberedOrder]) -> list[list[object]]:
    rows = [
        (order.id, tier.tier, tier.org_id, tier.entity_id, tier.relationship_id)
        for order in orders
        for tier in order.placed.tiers
    ]
    return _columns(rows, 5)


def _line_columns(orders: Sequence[NumberedOrder]) -> list[list[object]]:
    rows = [
        (
            line_id,
            order.id,
            line_no,
            line.sku.sku_id,
            line.sku.sku_code,
            line.sku.sku_name,
            line.sku.sku_name_en,
            line.sku.base_unit,
            line.source.tier,
            line.source.org_id,
            line.quantity,
            line.unit_price,
            line.goods_minor,
            line.coupon_minor,
            _price_as_json(line),
        )
        for order in orders
        for line_no, (line_id, line) in enumerate(
            zip(order.line_ids, order.placed.lines, strict=True), start=1
        )
    ]
    return _columns(rows, 15)


def _leg_columns(orders: Sequence[NumberedOrder]) -> list[list[object]]:
    rows = []
    for order in orders:
        tiers, amounts = order.placed.tiers, dict[int, int]()
        for line in order.placed.lines:
            for leg in line.legs:
                amounts[leg.tier] = amounts.get(leg.tier, 0) + leg.amount_minor
        rows += [
            (
                order.id,
                tier,
                tiers[tier].relationship_id,
                tiers[tier].org_id,
                tiers[tier - 1].org_id,
                amount,
            )
            for tier, amount in amounts.items()
        ]
    return _columns(rows, 6)


def _leg_line_columns(orders: Sequence[NumberedOrder]) -> list[list[object]]:
    rows = [
        (line_id, leg.tier, order.id, leg.unit_price, leg.amount_minor, leg.explanation)
        for order in orders
        for line_id, line in zip(order.line_ids, order.placed.lines, strict=True)
        for leg in line.legs
    ]
    return _columns(rows, 6)


def _split_columns(orders: Sequence[NumberedOrder]) -> list[list[object]]:
    rows = [
        (
            order.id,
            None if split.line is None else order.line_ids[split.line],
            split.part.value,
            split.tier,
            order.placed.tiers[split.tier].org_id,
            order.placed.tiers[split.tier].entity_id,
            split.amount_minor,
        )
        for order in orders
        for split in order.placed.splits
    ]
    return _columns(rows, 7)


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows as the columns that a statement takes; of no rows as many empty ones."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _plan_as_json(plan: Plan) -> str:
    return json.dumps(plan.explanation(), ensure_ascii=False)


def _price_as_json(line: PlacedConsumerLine) -> str:
    """How the retail price came to be: the store's own word. What it is a markup on is in the leg
    line, for whoever may see that."""
    listing = line.listing
    price = None if listing.unit_price is None else f"{listing.unit_price:f}"
    return _listing_as_json(listing.basis.value, price, listing.markup_bp)


@lru_cache(maxsize=10_000)
def _listing_as_json(basis: str, unit_price: str | None, markup_bp: int | None) -> str:
    return json.dumps({"basis": basis, "unit_price": unit_price, "markup_bp": markup_bp})
