"""The tables of catalog: what is traded, and on which edges.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import JSONB, Array, BigInt, Boolean, Integer, Text, Timestamptz
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class Category(Table, tablename="category", schema="catalog"):
    """A branch of an owner's tree of products."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    owner_org_id = BigInt(default=None, null=False)
    parent_id = BigInt(default=None, null=True)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    position = Integer(default=0, null=False)

    one_category_for_each_code = Unique([network_id, owner_org_id, code])
    category_and_owner_can_be_referred_to = Unique([network_id, id, owner_org_id])


class Product(Table, tablename="product", schema="catalog"):
    """What a brand or supplier sells, in its variants, the SKUs."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    owner_org_id = BigInt(default=None, null=False)
    category_id = BigInt(default=None, null=True)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    brand = Text(default="", null=False)
    description = Text(default="", null=False)
    is_active = Boolean(default=True, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_product_for_each_code = Unique([network_id, owner_org_id, code])
    product_and_owner_can_be_referred_to = Unique([network_id, id, owner_org_id])


class Sku(Table, tablename="sku", schema="catalog"):
    """What is stocked and ordered, counted in its base unit. `attributes` are the dimensions of
    a variant; `search_grams` find it by text, `search_text` decides among what they find."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    product_id = BigInt(default=None, null=False)
    owner_org_id = BigInt(default=None, null=False)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    attributes = JSONB(default="{}", null=False)
    base_unit = Text(default="EA", null=False)
    is_active = Boolean(default=True, null=False)
    sort_key = Text(default=None, null=False)
    search_text = Text(default=None, null=False)
    search_grams = Array(base_column=Text(), default=None, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    is_bundle = Boolean(default=False, null=False)

    one_sku_for_each_code = Unique([network_id, owner_org_id, code])
    sku_owner_and_kind_can_be_referred_to = Unique([network_id, id, owner_org_id, is_bundle])


class SkuComponent(Table, tablename="sku_component", schema="catalog"):
    """So many base units of a SKU in one unit of a bundle; said once, with the bundle. The last
    two columns never vary: they are there for the keys."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    bundle_sku_id = BigInt(primary_key=True, default=None, null=False)
    component_sku_id = BigInt(primary_key=True, default=None, null=False)
    owner_org_id = BigInt(default=None, null=False)
    quantity = BigInt(default=None, null=False)
    is_of_bundle = Boolean(default=True, null=False)
    is_bundle = Boolean(default=False, null=False)


class Pack(Table, tablename="pack", schema="catalog"):
    """So many units of a SKU. Every SKU has a base pack of one unit, whose code is its base
    unit."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    sku_id = BigInt(default=None, null=False)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    units = BigInt(default=None, null=False)

    one_pack_for_each_code = Unique([network_id, sku_id, code])
    pack_and_sku_can_be_referred_to = Unique([network_id, id, sku_id])


class Barcode(Table, tablename="barcode", schema="catalog"):
    """A code that is printed on a pack."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    code = Text(primary_key=True, default=None, null=False)
    sku_id = BigInt(primary_key=True, default=None, null=False)
    pack_id = BigInt(default=None, null=False)


class BuyerCode(Table, tablename="buyer_code", schema="catalog"):
    """What a buyer calls a SKU in its own system."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    buyer_org_id = BigInt(primary_key=True, default=None, null=False)
    code = Text(primary_key=True, default=None, null=False)
    sku_id = BigInt(default=None, null=False)

    one_code_for_each_sku = Unique([network_id, buyer_org_id, sku_id])


class Assortment(Table, tablename="assortment", schema="catalog"):
    """A named set of SKUs that a seller offers; granted to edges, so that many share one set."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    seller_org_id = BigInt(default=None, null=False)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)

    one_assortment_for_each_code = Unique([network_id, seller_org_id, code])


class AssortmentSku(Table, tablename="assortment_sku", schema="catalog"):
    """A SKU in an assortment. Minimum and step of an order line are in base units."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    assortment_id = BigInt(primary_key=True, default=None, null=False)
    sku_id = BigInt(primary_key=True, default=None, null=False)
    quantity_minimum = BigInt(default=1, null=False)
    quantity_step = BigInt(default=1, null=False)


class AssortmentGrant(Table, tablename="assortment_grant", schema="catalog"):
    """An assortment that an edge may trade; what it may trade in all is their union."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    relationship_id = BigInt(primary_key=True, default=None, null=False)
    assortment_id = BigInt(primary_key=True, default=None, null=False)
