"""The tables of inventory: what stands where, and for whom it is set aside. In base units.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import BigInt, Boolean, Integer, Text, Timestamptz
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class Warehouse(Table, tablename="warehouse", schema="inventory"):
    """Where an organization's stock stands. Lower `priority` serves first."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    region = Text(default="", null=False)
    priority = Integer(default=100, null=False)
    is_active = Boolean(default=True, null=False)

    one_warehouse_for_each_code = Unique([network_id, org_id, code])


class WarehouseGrant(Table, tablename="warehouse_grant", schema="inventory"):
    """A warehouse that serves an edge, lowest priority first. An edge without any is served from
    all of its seller's."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    relationship_id = BigInt(primary_key=True, default=None, null=False)
    warehouse_id = BigInt(primary_key=True, default=None, null=False)
    priority = Integer(default=100, null=False)


class StockLevel(Table, tablename="stock_level", schema="inventory"):
    """The guarded row. Free is on_hand - held, and never below zero."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    warehouse_id = BigInt(primary_key=True, default=None, null=False)
    sku_id = BigInt(primary_key=True, default=None, null=False)
    on_hand = BigInt(default=0, null=False)
    held = BigInt(default=0, null=False)


class StockHold(Table, tablename="stock_hold", schema="inventory"):
    """Stock set aside. `quantity` is what is still held; the reference says for what:
    ("order_line", 17), or ("hold", 5) for one that somebody asked for. `quantity_each` goes to
    one unit of that: more than one only where it is a bundle and this a component."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    warehouse_id = BigInt(default=None, null=False)
    sku_id = BigInt(default=None, null=False)
    held_for_org_id = BigInt(default=None, null=False)
    reference_type = Text(default=None, null=False)
    reference_id = BigInt(default=None, null=False)
    quantity = BigInt(default=None, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(default=None, null=True)
    quantity_each = BigInt(default=1, null=False)

    one_hold_for_each_reference = Unique(
        [network_id, reference_type, reference_id, warehouse_id, sku_id]
    )


class StockMovement(Table, tablename="stock_movement", schema="inventory"):
    """The append-only reason of every change of on_hand, whose sum it is."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    warehouse_id = BigInt(default=None, null=False)
    sku_id = BigInt(default=None, null=False)
    quantity = BigInt(default=None, null=False)
    reason = Text(default=None, null=False)
    reference_type = Text(default=None, null=True)
    reference_id = BigInt(default=None, null=True)
    note = Text(default="", null=False)
    account_id = BigInt(default=None, null=True)
    occurred_at = Timestamptz(default=TimestamptzNow(), null=False)
