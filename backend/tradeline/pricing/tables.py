"""The tables of pricing: price lists by level, granted to edges, with quantity breaks.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import BigInt, Boolean, Char, Numeric, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table


class PriceList(Table, tablename="price_list", schema="pricing"):
    """Prices of one level. A base list holds on all edges of its seller and currency; any other
    level is granted to edges."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    seller_org_id = BigInt(default=None, null=False)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    level = Text(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    valid_from = Timestamptz(default=None, null=True)
    valid_to = Timestamptz(default=None, null=True)
    is_active = Boolean(default=True, null=False)

    one_price_list_for_each_code = Unique([network_id, seller_org_id, code])


class PriceListGrant(Table, tablename="price_list_grant", schema="pricing"):
    """A price list that holds on an edge."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    relationship_id = BigInt(primary_key=True, default=None, null=False)
    price_list_id = BigInt(primary_key=True, default=None, null=False)


class Price(Table, tablename="price", schema="pricing"):
    """A price for one base unit, or for one pack where `pack_id` names it. `quantity_minimum` is
    in base units: several rows of one SKU are its quantity breaks. It is ended, never
    changed."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    price_list_id = BigInt(default=None, null=False)
    sku_id = BigInt(default=None, null=False)
    pack_id = BigInt(default=None, null=True)
    quantity_minimum = BigInt(default=1, null=False)
    unit_price = Numeric(digits=(18, 6), default=None, null=False)
    valid_from = Timestamptz(default=None, null=True)
    valid_to = Timestamptz(default=None, null=True)
