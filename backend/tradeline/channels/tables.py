"""The tables of channels: stores, their supply, what they list, and who collects for them.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import BigInt, Boolean, Char, Integer, Numeric, SmallInt, Text, Timestamptz
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class MiniProgram(Table, tablename="mini_program", schema="channels"):
    """A WeChat mini-program; by its app id a consumer's first request finds its network."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    app_id = Text(default=None, null=False)
    name = Text(default=None, null=False)

    one_network_for_each_app_id = Unique([app_id])


class PaymentAccount(Table, tablename="payment_account", schema="channels"):
    """The merchant as which an organization collects. Its keys are the server's, not in here."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(primary_key=True, default=None, null=False)
    provider = Text(primary_key=True, default=None, null=False)
    merchant_id = Text(default=None, null=False)
    sharing_ratio_max_bp = Integer(default=3000, null=False)
    sharing_wait_days = Integer(default=0, null=False)
    fee_bp = Integer(default=None, null=True)

    one_organization_for_each_merchant = Unique([provider, merchant_id])


class Store(Table, tablename="store", schema="channels"):
    """Where consumers buy. Who stands at `collector_tier` of its route takes their money."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    entity_id = BigInt(default=None, null=False)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    region = Text(default="", null=False)
    address = Text(default="", null=False)
    phone = Text(default="", null=False)
    opening_hours = Text(default="", null=False)
    latitude = Numeric(digits=(9, 6), default=None, null=True)
    longitude = Numeric(digits=(9, 6), default=None, null=True)
    currency = Char(length=3, default=None, null=False)
    offers_delivery = Boolean(default=True, null=False)
    offers_pickup = Boolean(default=False, null=False)
    is_open = Boolean(default=False, null=False)
    collector_tier = SmallInt(default=0, null=False)
    mini_program_id = BigInt(default=None, null=True)
    search_text = Text(default=None, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_store_for_each_code = Unique([network_id, org_id, code])


class StoreEdge(Table, tablename="store_edge", schema="channels"):
    """An edge of a store's route: it counts once its seller has agreed."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    store_id = BigInt(primary_key=True, default=None, null=False)
    tier = SmallInt(primary_key=True, default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    agreed_at = Timestamptz(default=None, null=True)

    never_twice_on_one_edge = Unique([network_id, store_id, relationship_id])


class Listing(Table, tablename="listing", schema="channels"):
    """A SKU in a store, under the store's own price. Nothing of the SKU is copied."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    store_id = BigInt(primary_key=True, default=None, null=False)
    sku_id = BigInt(primary_key=True, default=None, null=False)
    basis = Text(default=None, null=False)
    unit_price = Numeric(digits=(18, 6), default=None, null=True)
    markup_bp = Integer(default=None, null=True)
    limit_per_order = BigInt(default=None, null=True)
    position = Integer(default=0, null=False)
    is_listed = Boolean(default=True, null=False)


class FreightRule(Table, tablename="freight_rule", schema="channels"):
    """What delivery into a region costs; '' is everywhere that no other rule names."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    store_id = BigInt(primary_key=True, default=None, null=False)
    region = Text(primary_key=True, default=None, null=False)
    base_minor = BigInt(default=None, null=False)
    free_from_minor = BigInt(default=None, null=True)


class Link(Table, tablename="link", schema="channels"):
    """A deep link into a store; its source goes along with the cart and the order."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    code = Text(default=None, null=False)
    store_id = BigInt(default=None, null=False)
    sku_id = BigInt(default=None, null=True)
    source = Text(default=None, null=False)
    campaign = Text(default="", null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_link_for_each_code = Unique([network_id, code])
