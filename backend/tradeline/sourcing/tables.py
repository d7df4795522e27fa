"""The tables of sourcing: the rules by which stock is chosen, and what they limit by the day.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import BigInt, Date, Integer, Text
from piccolo.constraints import Unique
from piccolo.table import Table


class Rule(Table, tablename="rule", schema="sourcing"):
    """What the organization at the top of a store's route wants, the first rule first. What the
    columns mean goes by the kind."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    position = Integer(default=None, null=False)
    kind = Text(default=None, null=False)
    tier = Integer(default=None, null=True)
    warehouse_id = BigInt(default=None, null=True)
    region = Text(default="", null=False)
    quantity = BigInt(default=None, null=True)

    one_rule_at_each_position = Unique([network_id, org_id, position])


class QuotaUse(Table, tablename="quota_use", schema="sourcing"):
    """The guarded row: how much of a tier's quota went on a day of the trade."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(primary_key=True, default=None, null=False)
    tier = Integer(primary_key=True, default=None, null=False)
    day = Date(primary_key=True, default=None, null=False)
    used = BigInt(default=0, null=False)
    quantity_max = BigInt(default=None, null=False)


class QuotaTake(Table, tablename="quota_take", schema="sourcing"):
    """What an order took of a quota, until it is given back."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    order_id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(primary_key=True, default=None, null=False)
    tier = Integer(primary_key=True, default=None, null=False)
    day = Date(primary_key=True, default=None, null=False)
    quantity = BigInt(default=None, null=False)
