"""The tables of replenishment: demand, forecasts, terms, and proposals of what has to come.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from decimal import Decimal

from piccolo.columns import (
    JSONB,
    Array,
    BigInt,
    Boolean,
    Char,
    Date,
    Integer,
    Numeric,
    Text,
    Timestamptz,
)
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class DemandDay(Table, tablename="demand_day", schema="replenishment"):
    """How much of a SKU was asked for at a store, or on an edge, on a day; counted from orders."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    place_type = Text(primary_key=True, default=None, null=False)
    place_id = BigInt(primary_key=True, default=None, null=False)
    day = Date(primary_key=True, default=None, null=False)
    sku_id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    quantity = BigInt(default=None, null=False)
    returned = BigInt(default=None, null=False)
    is_promoted = Boolean(default=None, null=False)


class DemandSpan(Table, tablename="demand_span", schema="replenishment"):
    """Between which ids the orders of a day lie."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    source = Text(primary_key=True, default=None, null=False)
    day = Date(primary_key=True, default=None, null=False)
    first_order_id = BigInt(default=None, null=False)
    last_order_id = BigInt(default=None, null=False)


class DemandMark(Table, tablename="demand_mark", schema="replenishment"):
    """How far the time lines of orders have been read, and how far they may be read next."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    source = Text(primary_key=True, default=None, null=False)
    read_to = BigInt(default=0, null=False)
    bound_id = BigInt(default=0, null=False)
    bound_xid = BigInt(default=0, null=False)


class StockOut(Table, tablename="stock_out", schema="replenishment"):
    """A spell in which nothing of a SKU was free in a warehouse."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    warehouse_id = BigInt(primary_key=True, default=None, null=False)
    sku_id = BigInt(primary_key=True, default=None, null=False)
    began_at = Timestamptz(primary_key=True, default=TimestamptzNow(), null=False)
    ended_at = Timestamptz(default=None, null=True)


class Forecast(Table, tablename="forecast", schema="replenishment"):
    """What is expected to leave a warehouse, day by day, in thousandths of a base unit."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(primary_key=True, default=None, null=False)
    warehouse_id = BigInt(primary_key=True, default=None, null=False)
    sku_id = BigInt(primary_key=True, default=None, null=False)
    made_at = Timestamptz(default=TimestamptzNow(), null=False)
    first_day = Date(default=None, null=False)
    method = Text(default=None, null=False)
    mase = Numeric(digits=(18, 6), default=None, null=True)
    bias = Numeric(digits=(18, 6), default=None, null=True)
    sigma_milli = BigInt(default=None, null=False)
    mean_milli = Array(base_column=BigInt(), default=None, null=False)
    low_milli = Array(base_column=BigInt(), default=None, null=False)
    high_milli = Array(base_column=BigInt(), default=None, null=False)
    explanation = JSONB(default="{}", null=False)


class Term(Table, tablename="term", schema="replenishment"):
    """How a buyer is supplied on an edge, or with one SKU on it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    sku_id = BigInt(default=None, null=True)
    lead_time_days = Integer(default=None, null=False)
    lead_time_spread_days = Numeric(digits=(9, 6), default=Decimal(0), null=False)
    service_level_bp = Integer(default=9500, null=False)
    review_days = Integer(default=7, null=False)
    confirm_days = Integer(default=2, null=False)
    order_minimum = BigInt(default=0, null=False)
    pack_id = BigInt(default=None, null=True)
    shelf_life_days = Integer(default=None, null=True)
    max_cover_days = Integer(default=None, null=True)

    one_term_for_each_edge_and_sku = Unique(
        [network_id, relationship_id, sku_id], nulls_distinct=False
    )


class Budget(Table, tablename="budget", schema="replenishment"):
    """What an organization may buy for in a month."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(primary_key=True, default=None, null=False)
    month = Date(primary_key=True, default=None, null=False)
    currency = Char(length=3, primary_key=True, default=None, null=False)
    amount_minor = BigInt(default=None, null=False)


class Desk(Table, tablename="desk", schema="replenishment"):
    """The guarded row: whoever makes or takes proposals of an organization holds it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(primary_key=True, default=None, null=False)
    proposed_at = Timestamptz(default=None, null=True)
    forecast_at = Timestamptz(default=None, null=True)


class ProposalLine(Table, tablename="proposal_line", schema="replenishment"):
    """What is proposed for a SKU in a warehouse, with its arithmetic, and what came of it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    kind = Text(default=None, null=False)
    warehouse_id = BigInt(default=None, null=False)
    sku_id = BigInt(default=None, null=False)
    from_warehouse_id = BigInt(default=None, null=True)
    relationship_id = BigInt(default=None, null=True)
    pack_id = BigInt(default=None, null=True)
    pack_units = BigInt(default=1, null=False)
    quantity = BigInt(default=None, null=False)
    currency = Char(length=3, default=None, null=True)
    amount_minor = BigInt(default=None, null=True)
    days_of_cover = Numeric(digits=(18, 6), default=None, null=True)
    arithmetic = JSONB(default=None, null=False)
    state = Text(default="open", null=False)
    made_at = Timestamptz(default=TimestamptzNow(), null=False)
    accepted_quantity = BigInt(default=None, null=True)
    order_id = BigInt(default=None, null=True)
    order_line_id = BigInt(default=None, null=True)
    document_id = BigInt(default=None, null=True)
    decided_at = Timestamptz(default=None, null=True)
    decided_by_account_id = BigInt(default=None, null=True)


class Expectation(Table, tablename="expectation", schema="replenishment"):
    """The day that was last told of a line which waits for goods."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    order_line_id = BigInt(primary_key=True, default=None, null=False)
    expected_on = Date(default=None, null=True)
    told_at = Timestamptz(default=TimestamptzNow(), null=False)


class Alert(Table, tablename="alert", schema="replenishment"):
    """What a supplier is late or short with; raised once, closed when it heals."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    kind = Text(default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    order_id = BigInt(default=None, null=False)
    order_line_id = BigInt(default=None, null=True)
    due_on = Date(default=None, null=True)
    quantity = BigInt(default=None, null=False)
    raised_at = Timestamptz(default=TimestamptzNow(), null=False)
    healed_at = Timestamptz(default=None, null=True)

    one_alert_for_each_matter = Unique(
        [network_id, kind, order_id, order_line_id, due_on], nulls_distinct=False
    )
