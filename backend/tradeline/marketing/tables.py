"""The tables of marketing: campaigns of coupons, who bears them, and who has which.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import BigInt, Char, Integer, Text, Timestamptz
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class Campaign(Table, tablename="campaign", schema="marketing"):
    """Coupons of one kind. `issued_count` is guarded: it never exceeds `quantity_max`."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    value_minor = BigInt(default=None, null=False)
    threshold_minor = BigInt(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    valid_from = Timestamptz(default=None, null=False)
    valid_to = Timestamptz(default=None, null=False)
    quantity_max = BigInt(default=None, null=False)
    issued_count = BigInt(default=0, null=False)
    per_member_max = Integer(default=None, null=False)
    state = Text(default="draft", null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_campaign_for_each_code = Unique([network_id, org_id, code])


class CampaignStore(Table, tablename="campaign_store", schema="marketing"):
    """A store in which a campaign's coupons are claimed and used."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    campaign_id = BigInt(primary_key=True, default=None, null=False)
    store_id = BigInt(primary_key=True, default=None, null=False)


class CampaignShare(Table, tablename="campaign_share", schema="marketing"):
    """What a party bears of a campaign's coupons, and since when it has agreed to it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    campaign_id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(primary_key=True, default=None, null=False)
    basis_points = Integer(default=None, null=False)
    agreed_at = Timestamptz(default=None, null=True)


class Coupon(Table, tablename="coupon", schema="marketing"):
    """The guarded row: open, held for an order that waits for its payment, or used by it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    campaign_id = BigInt(default=None, null=False)
    member_id = BigInt(default=None, null=False)
    state = Text(default="open", null=False)
    order_id = BigInt(default=None, null=True)
    claimed_at = Timestamptz(default=TimestamptzNow(), null=False)
    held_at = Timestamptz(default=None, null=True)
    used_at = Timestamptz(default=None, null=True)
