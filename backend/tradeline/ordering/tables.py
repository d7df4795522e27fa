"""The tables of ordering: orders and what becomes of each line. Quantities in base units.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import JSONB, BigInt, Boolean, Char, Date, Integer, Numeric, Text, Timestamptz
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class TradeOrder(Table, tablename="trade_order", schema="ordering"):
    """An order on an edge, its steps frozen at placement. `state` names the step that is waited
    for, `held_by_org_id` who has it, `since` when it came to them."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    number = Text(default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    seller_org_id = BigInt(default=None, null=False)
    buyer_org_id = BigInt(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    state = Text(default=None, null=False)
    held_by_org_id = BigInt(default=None, null=True)
    since = Timestamptz(default=TimestamptzNow(), null=False)
    amount_minor = BigInt(default=None, null=False)
    requires_review = Boolean(default=None, null=False)
    requires_confirmation = Boolean(default=None, null=False)
    requires_receipt = Boolean(default=None, null=False)
    holds_stock = Boolean(default=None, null=False)
    payment_terms_days = Integer(default=None, null=False)
    buyer_reference = Text(default="", null=False)
    note = Text(default="", null=False)
    ship_to_region = Text(default="", null=False)
    ship_to_address = Text(default="", null=False)
    requested_on = Date(default=None, null=True)
    placed_by_org_id = BigInt(default=None, null=False)
    placed_by_account_id = BigInt(default=None, null=True)
    placed_at = Timestamptz(default=TimestamptzNow(), null=False)
    closed_at = Timestamptz(default=None, null=True)

    one_order_for_each_number = Unique([network_id, number])


class OrderLine(Table, tablename="order_line", schema="ordering"):
    """What became of each line: refused, cancelled, shipped, counted, received, returned; and
    what of its frozen amount is open, owed and given back. `explanation` is how the price
    came to be."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    line_no = Integer(default=None, null=False)
    sku_id = BigInt(default=None, null=False)
    sku_code = Text(default=None, null=False)
    sku_name = Text(default=None, null=False)
    sku_name_en = Text(default=None, null=False)
    base_unit = Text(default=None, null=False)
    pack_id = BigInt(default=None, null=False)
    pack_code = Text(default=None, null=False)
    pack_quantity = BigInt(default=None, null=False)
    quantity = BigInt(default=None, null=False)
    unit_price = Numeric(digits=(18, 6), default=None, null=False)
    priced_quantity = BigInt(default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    explanation = JSONB(default=None, null=False)
    refused_quantity = BigInt(default=0, null=False)
    cancelled_quantity = BigInt(default=0, null=False)
    shipped_quantity = BigInt(default=0, null=False)
    counted_quantity = BigInt(default=0, null=False)
    received_quantity = BigInt(default=0, null=False)
    returned_quantity = BigInt(default=0, null=False)
    open_minor = BigInt(default=None, null=False)
    owed_minor = BigInt(default=0, null=False)
    returned_minor = BigInt(default=0, null=False)
    promised_on = Date(default=None, null=True)
    refusal_reason = Text(default=None, null=True)
    first_promised_on = Date(default=None, null=True)
    cut_quantity = BigInt(default=0, null=False)
    replaces_line_id = BigInt(default=None, null=True)
    receiving_warehouse_id = BigInt(default=None, null=True)

    numbered_once = Unique([network_id, order_id, line_no])


class OrderEvent(Table, tablename="order_event", schema="ordering"):
    """The time line of an order: each step, who took it, for whom, and what it did."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    step = Text(default=None, null=False)
    state = Text(default=None, null=False)
    org_id = BigInt(default=None, null=False)
    account_id = BigInt(default=None, null=True)
    note = Text(default="", null=False)
    occurred_at = Timestamptz(default=TimestamptzNow(), null=False)
    detail = JSONB(default="{}", null=False)


class Shipment(Table, tablename="shipment", schema="ordering"):
    """Goods on their way; `received_at` is empty until the buyer has counted them."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    number = Text(default=None, null=False)
    carrier = Text(default="", null=False)
    tracking_number = Text(default="", null=False)
    shipped_at = Timestamptz(default=TimestamptzNow(), null=False)
    received_at = Timestamptz(default=None, null=True)
    expected_on = Date(default=None, null=True)
    packages = Integer(default=None, null=True)

    one_shipment_for_each_number = Unique([network_id, number])


class ShipmentLine(Table, tablename="shipment_line", schema="ordering"):
    """`received_quantity` is empty until the buyer has counted; it may be less or more."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    shipment_id = BigInt(default=None, null=False)
    order_line_id = BigInt(default=None, null=False)
    quantity = BigInt(default=None, null=False)
    received_quantity = BigInt(default=None, null=True)
    damaged_quantity = BigInt(default=0, null=False)

    shipped_once_in_a_shipment = Unique([network_id, shipment_id, order_line_id])


class Receipt(Table, tablename="receipt", schema="ordering"):
    """What the buyer counted: the document that makes the debt."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    shipment_id = BigInt(default=None, null=False)
    order_id = BigInt(default=None, null=False)
    number = Text(default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    note = Text(default="", null=False)
    received_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_receipt_for_each_number = Unique([network_id, number])
    one_receipt_for_each_shipment = Unique([network_id, shipment_id])


class ReceiptLine(Table, tablename="receipt_line", schema="ordering"):
    """What was found of one line, what is owed for it, and which of the buyer's warehouses it came
    into, if it keeps any."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    receipt_id = BigInt(primary_key=True, default=None, null=False)
    order_line_id = BigInt(primary_key=True, default=None, null=False)
    shipped_quantity = BigInt(default=None, null=False)
    received_quantity = BigInt(default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    damaged_quantity = BigInt(default=0, null=False)
    damage_reason = Text(default=None, null=True)
    warehouse_id = BigInt(default=None, null=True)


class OrderReturn(Table, tablename="order_return", schema="ordering"):
    """Goods that go back. Asked for by the buyer; the money follows when the seller accepts."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    number = Text(default=None, null=False)
    state = Text(default="requested", null=False)
    reason = Text(default=None, null=False)
    amount_minor = BigInt(default=0, null=False)
    requested_at = Timestamptz(default=TimestamptzNow(), null=False)
    decided_at = Timestamptz(default=None, null=True)
    refusal_reason = Text(default=None, null=True)

    one_return_for_each_number = Unique([network_id, number])


class ReturnLine(Table, tablename="return_line", schema="ordering"):
    """How much of a line goes back, and what it is worth."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    return_id = BigInt(default=None, null=False)
    order_line_id = BigInt(default=None, null=False)
    quantity = BigInt(default=None, null=False)
    amount_minor = BigInt(default=0, null=False)

    returned_once_in_a_return = Unique([network_id, return_id, order_line_id])


class Dispute(Table, tablename="dispute", schema="ordering"):
    """A matter in dispute, of an order or of one of its lines. Who opened it closes it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    order_line_id = BigInt(default=None, null=True)
    reason = Text(default=None, null=False)
    opened_by_org_id = BigInt(default=None, null=False)
    opened_by_account_id = BigInt(default=None, null=True)
    opened_at = Timestamptz(default=TimestamptzNow(), null=False)
    resolution = Text(default=None, null=True)
    closed_by_org_id = BigInt(default=None, null=True)
    closed_by_account_id = BigInt(default=None, null=True)
    closed_at = Timestamptz(default=None, null=True)


class Substitute(Table, tablename="substitute", schema="ordering"):
    """Other goods offered for units of a line, priced when they were offered. Accepted, they are
    the line `new_line_id`."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(default=None, null=False)
    order_line_id = BigInt(default=None, null=False)
    replaced_quantity = BigInt(default=None, null=False)
    state = Text(default="proposed", null=False)
    sku_id = BigInt(default=None, null=False)
    sku_code = Text(default=None, null=False)
    sku_name = Text(default=None, null=False)
    sku_name_en = Text(default=None, null=False)
    base_unit = Text(default=None, null=False)
    pack_id = BigInt(default=None, null=False)
    pack_code = Text(default=None, null=False)
    pack_quantity = BigInt(default=None, null=False)
    quantity = BigInt(default=None, null=False)
    unit_price = Numeric(digits=(18, 6), default=None, null=False)
    priced_quantity = BigInt(default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    explanation = JSONB(default=None, null=False)
    promised_on = Date(default=None, null=True)
    reason = Text(default="", null=False)
    proposed_at = Timestamptz(default=TimestamptzNow(), null=False)
    decided_at = Timestamptz(default=None, null=True)
    decision_reason = Text(default="", null=False)
    new_line_id = BigInt(default=None, null=True)
    valid_until = Date(default=None, null=True)


class OrderDraft(Table, tablename="order_draft", schema="ordering"):
    """An order in the making: one for each person on each edge, with its rows as typed. Emptied
    when it is placed, never deleted, so that its version never goes back."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    account_id = BigInt(default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    version = Integer(default=1, null=False)
    saved_at = Timestamptz(default=TimestamptzNow(), null=False)
    rows = JSONB(default="[]", null=False)
    buyer_reference = Text(default="", null=False)
    note = Text(default="", null=False)
    ship_to_region = Text(default="", null=False)
    ship_to_address = Text(default="", null=False)
    requested_on = Date(default=None, null=True)

    one_draft_for_each_person_and_edge = Unique([network_id, org_id, account_id, relationship_id])


class OrderList(Table, tablename="order_list", schema="ordering"):
    """Rows that the people of an organization keep under a name."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    name = Text(default=None, null=False)
    rows = JSONB(default="[]", null=False)
    updated_at = Timestamptz(default=TimestamptzNow(), null=False)
    updated_by_account_id = BigInt(default=None, null=True)

    one_list_for_each_name = Unique([network_id, org_id, name])
