"""The tables of organizations: networks, who is in them, and the edges on which they trade.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import Array, BigInt, Boolean, Char, Date, Integer, Text, Timestamptz
from piccolo.columns.defaults import DateNow, TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class Network(Table, tablename="network", schema="organizations"):
    """The tenant: one brand's trading world."""

    id = BigInt(primary_key=True, default=None, null=False)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_network_for_each_code = Unique([code])


class Organization(Table, tablename="organization", schema="organizations"):
    """A brand, trader, retailer or supplier; any of them may buy and sell. It is managed by its
    creator until it is independent, which it becomes with the first person of its own."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    parent_id = BigInt(default=None, null=True)
    kind = Text(default=None, null=False)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    region = Text(default="", null=False)
    is_active = Boolean(default=True, null=False)
    created_by_org_id = BigInt(default=None, null=True)
    is_independent = Boolean(default=False, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_organization_for_each_code = Unique([network_id, code])


class LegalEntity(Table, tablename="legal_entity", schema="organizations"):
    """Keeps one set of books for its organization."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    tax_number = Text(default="", null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_entity_for_each_code = Unique([network_id, org_id, code])
    entity_and_org_can_be_referred_to = Unique([network_id, id, org_id])


class Relationship(Table, tablename="relationship", schema="organizations"):
    """The edge seller → buyer, with its terms. Money terms that can run out are in settlement;
    assortments and price lists are granted to it in catalog and pricing."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    seller_org_id = BigInt(default=None, null=False)
    buyer_org_id = BigInt(default=None, null=False)
    seller_entity_id = BigInt(default=None, null=False)
    buyer_entity_id = BigInt(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    state = Text(default="proposed", null=False)
    accepted_at = Timestamptz(default=None, null=True)
    valid_from = Date(default=DateNow(), null=False)
    valid_to = Date(default=None, null=True)
    price_strategy = Text(default="priority", null=False)
    payment_terms_days = Integer(default=30, null=False)
    order_minimum_minor = BigInt(default=0, null=False)
    requires_review = Boolean(default=False, null=False)
    requires_confirmation = Boolean(default=True, null=False)
    requires_receipt = Boolean(default=True, null=False)
    holds_stock = Boolean(default=True, null=False)
    territory = Array(base_column=Text(), default=list, null=False)
    shares_sell_out = Boolean(default=False, null=False)
    rebate_basis_points = Integer(default=0, null=False)
    rebate_threshold_minor = BigInt(default=0, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
