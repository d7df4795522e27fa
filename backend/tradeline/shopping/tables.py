"""The tables of shopping: carts, consumers' orders, and whose their money is. Quantities in base
units.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import (
    JSONB,
    BigInt,
    Boolean,
    Bytea,
    Char,
    Integer,
    Numeric,
    Text,
    Timestamptz,
)
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class Cart(Table, tablename="cart", schema="shopping"):
    """One for each member in each store; it stays when it is emptied, so that its version never
    goes back."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    member_id = BigInt(default=None, null=False)
    store_id = BigInt(default=None, null=False)
    version = Integer(default=1, null=False)
    source = Text(default="", null=False)
    updated_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_cart_for_each_member_and_store = Unique([network_id, member_id, store_id])


class CartLine(Table, tablename="cart_line", schema="shopping"):
    """So much of a SKU that a member wants."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    cart_id = BigInt(primary_key=True, default=None, null=False)
    sku_id = BigInt(primary_key=True, default=None, null=False)
    quantity = BigInt(default=None, null=False)
    added_at = Timestamptz(default=TimestamptzNow(), null=False)


class CartCarry(Table, tablename="cart_carry", schema="shopping"):
    """What a merge of two members put from the one's carts into the other's."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    merge_id = BigInt(primary_key=True, default=None, null=False)
    lines = JSONB(default=None, null=False)
    carried_at = Timestamptz(default=TimestamptzNow(), null=False)
    undone_at = Timestamptz(default=None, null=True)


class ConsumerOrder(Table, tablename="consumer_order", schema="shopping"):
    """Sold by the store to a member, and paid to the collector. Who receives it is sealed."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    number = Text(default=None, null=False)
    store_id = BigInt(default=None, null=False)
    seller_org_id = BigInt(default=None, null=False)
    seller_entity_id = BigInt(default=None, null=False)
    collector_org_id = BigInt(default=None, null=False)
    collector_entity_id = BigInt(default=None, null=False)
    collector_tier = Integer(default=None, null=False)
    member_id = BigInt(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    state = Text(default=None, null=False)
    delivery = Text(default=None, null=False)
    goods_minor = BigInt(default=None, null=False)
    coupon_minor = BigInt(default=None, null=False)
    freight_minor = BigInt(default=None, null=False)
    total_minor = BigInt(default=None, null=False)
    refunded_minor = BigInt(default=0, null=False)
    coupon_id = BigInt(default=None, null=True)
    ship_to_region = Text(default="", null=False)
    recipient_seal = Bytea(default=None, null=True)
    phone_seal = Bytea(default=None, null=True)
    detail_seal = Bytea(default=None, null=True)
    pickup_code_lookup = Bytea(default=None, null=True)
    pickup_code_seal = Bytea(default=None, null=True)
    source = Text(default="", null=False)
    note = Text(default="", null=False)
    plan = JSONB(default=None, null=False)
    placed_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(default=None, null=False)
    paid_at = Timestamptz(default=None, null=True)
    closed_at = Timestamptz(default=None, null=True)
    completes_at = Timestamptz(default=None, null=True)
    payment_id = BigInt(default=None, null=True)
    is_final = Boolean(default=False, null=False)

    one_consumer_order_for_each_number = Unique([network_id, number])


class OrderTier(Table, tablename="order_tier", schema="shopping"):
    """The parties of an order as they stood at placement, the store itself first."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(primary_key=True, default=None, null=False)
    tier = Integer(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    entity_id = BigInt(default=None, null=False)
    relationship_id = BigInt(default=None, null=True)


class Shortfall(Table, tablename="shortfall", schema="shopping"):
    """By how much a consumer pays less than an edge charges for an order."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(primary_key=True, default=None, null=False)
    tier = Integer(primary_key=True, default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    amount_minor = BigInt(default=None, null=False)


class OrderLine(Table, tablename="order_line", schema="shopping"):
    """A SKU from one source, and what became of it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    line_no = Integer(default=None, null=False)
    sku_id = BigInt(default=None, null=False)
    sku_code = Text(default=None, null=False)
    sku_name = Text(default=None, null=False)
    sku_name_en = Text(default=None, null=False)
    base_unit = Text(default=None, null=False)
    source_tier = Integer(default=None, null=False)
    source_org_id = BigInt(default=None, null=False)
    quantity = BigInt(default=None, null=False)
    unit_price = Numeric(digits=(18, 6), default=None, null=False)
    goods_minor = BigInt(default=None, null=False)
    coupon_minor = BigInt(default=None, null=False)
    explanation = JSONB(default=None, null=False)
    cancelled_quantity = BigInt(default=0, null=False)
    shipped_quantity = BigInt(default=0, null=False)
    returned_quantity = BigInt(default=0, null=False)
    refunded_goods_minor = BigInt(default=0, null=False)
    refunded_coupon_minor = BigInt(default=0, null=False)
    replaces_line_id = BigInt(default=None, null=True)
    kept_quantity = BigInt(default=0, null=False)

    numbered_once = Unique([network_id, order_id, line_no])


class Leg(Table, tablename="leg", schema="shopping"):
    """What an order comes to on an edge of its route."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(primary_key=True, default=None, null=False)
    tier = Integer(primary_key=True, default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    seller_org_id = BigInt(default=None, null=False)
    buyer_org_id = BigInt(default=None, null=False)
    amount_minor = BigInt(default=None, null=False)


class LegLine(Table, tablename="leg_line", schema="shopping"):
    """A line at an edge's own price."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    order_line_id = BigInt(primary_key=True, default=None, null=False)
    tier = Integer(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    unit_price = Numeric(digits=(18, 6), default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    explanation = JSONB(default=None, null=False)


class ConsumerRefund(Table, tablename="consumer_refund", schema="shopping"):
    """What is taken back of a sale: the document of its debts and bookings."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    number = Text(default=None, null=False)
    cause = Text(default=None, null=False)
    goods_minor = BigInt(default=None, null=False)
    coupon_minor = BigInt(default=None, null=False)
    freight_minor = BigInt(default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    reason = Text(default="", null=False)
    state = Text(default=None, null=False)
    payment_refund_id = BigInt(default=None, null=True)
    requested_at = Timestamptz(default=TimestamptzNow(), null=False)
    settled_at = Timestamptz(default=None, null=True)

    one_refund_for_each_number = Unique([network_id, number])
    one_refund_for_each_of_the_providers = Unique([network_id, payment_refund_id])


class Split(Table, tablename="split", schema="shopping"):
    """Whose the money of an order is, and how much of that was given back."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    order_line_id = BigInt(default=None, null=True)
    part = Text(default=None, null=False)
    tier = Integer(default=None, null=False)
    org_id = BigInt(default=None, null=False)
    entity_id = BigInt(default=None, null=False)
    original_minor = BigInt(default=None, null=False)
    reversed_minor = BigInt(default=0, null=False)
    moved_by_id = BigInt(default=None, null=True)

    split_once = Unique(
        [network_id, order_id, order_line_id, part, tier, moved_by_id], nulls_distinct=False
    )


class Reversal(Table, tablename="reversal", schema="shopping"):
    """What a refund takes of each split."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    refund_id = BigInt(primary_key=True, default=None, null=False)
    split_id = BigInt(primary_key=True, default=None, null=False)
    amount_minor = BigInt(default=None, null=False)


class OrderEvent(Table, tablename="order_event", schema="shopping"):
    """The time line of an order: each step, and who took it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    step = Text(default=None, null=False)
    state = Text(default=None, null=False)
    org_id = BigInt(default=None, null=True)
    account_id = BigInt(default=None, null=True)
    member_id = BigInt(default=None, null=True)
    note = Text(default="", null=False)
    occurred_at = Timestamptz(default=TimestamptzNow(), null=False)


class Shipment(Table, tablename="shipment", schema="shopping"):
    """Goods on their way to the consumer, or handed over."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    number = Text(default=None, null=False)
    org_id = BigInt(default=None, null=False)
    carrier = Text(default="", null=False)
    tracking_number = Text(default="", null=False)
    shipped_at = Timestamptz(default=TimestamptzNow(), null=False)
    uploaded_at = Timestamptz(default=None, null=True)

    one_shipment_for_each_number = Unique([network_id, number])


class ShipmentLine(Table, tablename="shipment_line", schema="shopping"):
    """How much of a line is in a shipment."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    shipment_id = BigInt(default=None, null=False)
    order_line_id = BigInt(default=None, null=False)
    quantity = BigInt(default=None, null=False)

    shipped_once_in_a_shipment = Unique([network_id, shipment_id, order_line_id])


class AfterSale(Table, tablename="after_sale", schema="shopping"):
    """Goods that go back, or only money that does."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    number = Text(default=None, null=False)
    kind = Text(default=None, null=False)
    state = Text(default="requested", null=False)
    reason = Text(default=None, null=False)
    refusal_reason = Text(default=None, null=True)
    amount_minor = BigInt(default=0, null=False)
    refund_id = BigInt(default=None, null=True)
    requested_at = Timestamptz(default=TimestamptzNow(), null=False)
    decided_at = Timestamptz(default=None, null=True)

    one_after_sale_for_each_number = Unique([network_id, number])


class AfterSaleLine(Table, tablename="after_sale_line", schema="shopping"):
    """How much of a line goes back, and what it is worth."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    after_sale_id = BigInt(primary_key=True, default=None, null=False)
    order_line_id = BigInt(primary_key=True, default=None, null=False)
    quantity = BigInt(default=0, null=False)
    goods_minor = BigInt(default=0, null=False)
    coupon_minor = BigInt(default=0, null=False)
    agreed_by_id = BigInt(default=None, null=True)
    is_kept = Boolean(default=False, null=False)


class PickupAttempt(Table, tablename="pickup_attempt", schema="shopping"):
    """How often somebody gave a store a pick-up code that is none of its own."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    store_id = BigInt(primary_key=True, default=None, null=False)
    failures = Integer(default=None, null=False)
    window_ends_at = Timestamptz(default=None, null=False)


class Tiding(Table, tablename="tiding", schema="shopping"):
    """What a provider, or a consumer, is to be told of a sale, once for each document."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    kind = Text(default=None, null=False)
    order_id = BigInt(default=None, null=False)
    document_id = BigInt(default=None, null=False)
    tries = Integer(default=0, null=False)
    next_try_at = Timestamptz(default=TimestamptzNow(), null=True)
    outcome = Text(default=None, null=True)

    tells_once_of_each_document = Unique([network_id, kind, document_id])
