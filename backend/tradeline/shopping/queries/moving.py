"""Storing lines that come from another source than was planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tradeline.kernel import Connection
from tradeline.shopping.model import OrderTier
from tradeline.shopping.moving import MovedUnits, NewSplit

FETCH_ORDER = """
    SELECT consumer_order.store_id, consumer_order.ship_to_region, consumer_order.delivery
      FROM shopping.consumer_order AS consumer_order
     WHERE consumer_order.network_id = $1 AND consumer_order.id = $2
"""

FETCH_LEG_PRICES = """
    SELECT leg.order_line_id, leg.tier, leg.unit_price, leg.explanation
      FROM shopping.leg_line AS leg
     WHERE leg.network_id = $1 AND leg.order_id = $2
"""

# Who could not serve some of it before.
FETCH_GIVEN_UP = """
    SELECT DISTINCT was.source_org_id, was.sku_id
      FROM shopping.order_line AS line
      JOIN shopping.order_line AS was
        ON was.network_id = $1 AND was.id = line.replaces_line_id
     WHERE line.network_id = $1 AND line.order_id = $2
"""

# Tiers above the last that had a part in the order come in when their stock serves it.
INSERT_TIERS = """
    INSERT INTO shopping.order_tier
           (network_id, order_id, tier, org_id, entity_id, relationship_id)
    SELECT $1, tier.order_id, tier.tier, tier.org_id, tier.entity_id, tier.relationship_id
      FROM unnest($2::bigint[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[])
           AS tier (order_id, tier, org_id, entity_id, relationship_id)
        ON CONFLICT (network_id, order_id, tier) DO NOTHING
"""

# What the SKU was called and cost when it was ordered stays so.
INSERT_LINES = """
    INSERT INTO shopping.order_line
           (network_id, id, order_id, line_no, sku_id, sku_code, sku_name, sku_name_en, base_unit,
            source_tier, source_org_id, quantity, unit_price, goods_minor, coupon_minor,
            explanation, replaces_line_id)
    OVERRIDING SYSTEM VALUE
    SELECT $1, nextval('shopping.order_line_id_seq'), line.order_id,
           (SELECT max(other.line_no)
              FROM shopping.order_line AS other
             WHERE other.network_id = $1 AND other.order_id = line.order_id) + new.position,
           line.sku_id, line.sku_code, line.sku_name, line.sku_name_en, line.base_unit,
           new.tier, new.org_id, new.quantity, line.unit_price, new.goods_minor,
           new.coupon_minor, line.explanation, line.id
      FROM unnest($2::bigint[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[],
                  $7::bigint[])
           WITH ORDINALITY
           AS new (replaces_line_id, tier, org_id, quantity, goods_minor, coupon_minor, position)
      JOIN shopping.order_line AS line
        ON line.network_id = $1 AND line.id = new.replaces_line_id
     ORDER BY new.position
    RETURNING id
"""

INSERT_LEGS = """
    WITH new AS (
        SELECT *
          FROM unnest($3::bigint[], $4::integer[], $5::numeric[], $6::bigint[], $7::text[])
               AS line (order_line_id, tier, unit_price, amount_minor, explanation)
    ), leg AS (
        INSERT INTO shopping.leg AS leg
               (network_id, order_id, tier, relationship_id, seller_org_id, buyer_org_id,
                amount_minor)
        SELECT $1, $2, tier.tier, tier.relationship_id, tier.org_id, below.org_id, more.minor
          FROM (SELECT tier, sum(amount_minor)::bigint AS minor FROM new GROUP BY tier) AS more
          JOIN shopping.order_tier AS tier
            ON tier.network_id = $1 AND tier.order_id = $2 AND tier.tier = more.tier
          JOIN shopping.order_tier AS below
            ON below.network_id = $1 AND below.order_id = $2 AND below.tier = more.tier - 1
            ON CONFLICT (network_id, order_id, tier)
            DO UPDATE SET amount_minor = leg.amount_minor + excluded.amount_minor
        RETURNING tier
    )
    INSERT INTO shopping.leg_line
           (network_id, order_line_id, tier, order_id, unit_price, amount_minor, explanation)
    SELECT $1, new.order_line_id, new.tier, $2, new.unit_price, new.amount_minor,
           new.explanation::jsonb
      FROM new
      JOIN leg USING (tier)
"""

INSERT_SPLITS = """
    INSERT INTO shopping.split
           (network_id, order_id, order_line_id, part, tier, org_id, entity_id, original_minor,
            moved_by_id)
    SELECT $1, $2, new.order_line_id, new.part, new.tier, tier.org_id, tier.entity_id,
           new.amount_minor, $3
      FROM unnest($4::bigint[], $5::text[], $6::integer[], $7::bigint[])
           AS new (order_line_id, part, tier, amount_minor)
      JOIN shopping.order_tier AS tier
        ON tier.network_id = $1 AND tier.order_id = $2 AND tier.tier = new.tier
"""


@dataclass(frozen=True, slots=True)
class OrderPlace:
    """Where an order was placed and where it goes; none of it ever changes."""

    store_id: int
    ship_to_region: str
    delivery: str


@dataclass(frozen=True, slots=True)
class LegPrice:
    """What an edge asks for a unit, and how that came to be, as it is stored."""

    unit_price: Decimal
    explanation: str


@dataclass(frozen=True, slots=True)
class MovedLeg:
    """A new line at an edge's own price."""

    tier: int
    price: LegPrice
    amount_minor: int


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A line to be stored, in place of units of another."""

    replaces_line_id: int
    org_id: int
    units: MovedUnits
    legs: tuple[MovedLeg, ...]


async def fetch_order_place(conn: Connection, network_id: int, order_id: int) -> OrderPlace:
    row = await conn.fetchrow(FETCH_ORDER, network_id, order_id)
    assert row is not None, "the order was found before, and orders stay"
    return OrderPlace(**row)


async def fetch_leg_prices(
    conn: Connection, network_id: int, order_id: int
) -> dict[tuple[int, int], LegPrice]:
    """What edges asked for lines when they were ordered, by line and tier."""
    rows = await conn.fetch(FETCH_LEG_PRICES, network_id, order_id)
    return {
        (row["order_line_id"], row["tier"]): LegPrice(row["unit_price"], row["explanation"])
        for row in rows
    }


async def fetch_given_up(conn: Connection, network_id: int, order_id: int) -> set[tuple[int, int]]:
    """Which organization has had which SKU of the order come from elsewhere."""
    rows = await conn.fetch(FETCH_GIVEN_UP, network_id, order_id)
    return {(row["source_org_id"], row["sku_id"]) for row in rows}


async def insert_tiers(conn: Connection, network_id: int, tiers: Sequence[OrderTier]) -> None:
    """Have tiers take part in their order; those that do already stay as they are."""
    await conn.execute(
        INSERT_TIERS,
        network_id,
        [tier.order_id for tier in tiers],
        [tier.tier for tier in tiers],
        [tier.org_id for tier in tiers],
        [tier.entity_id for tier in tiers],
        [tier.relationship_id for tier in tiers],
    )


async def insert_lines(
    conn: Connection, network_id: int, order_id: int, lines: Sequence[MovedLine]
) -> list[int]:
    """Store lines and what they come to on their edges; the ids of the lines, in their order."""
    rows = await conn.fetch(
        INSERT_LINES,
        network_id,
        [line.replaces_line_id for line in lines],
        [line.units.tier for line in lines],
        [line.org_id for line in lines],
        [line.units.quantity for line in lines],
        [line.units.goods_minor for line in lines],
        [line.units.coupon_minor for line in lines],
    )
    ids = [row["id"] for row in rows]
    legs = [(id, leg) for id, line in zip(ids, lines, strict=True) for leg in line.legs]
    await conn.execute(
        INSERT_LEGS,
        network_id,
        order_id,
        [id for id, _ in legs],
        [leg.tier for _, leg in legs],
        [leg.price.unit_price for _, leg in legs],
        [leg.amount_minor for _, leg in legs],
        [leg.price.explanation for _, leg in legs],
    )
    return ids


async def insert_splits(
    conn: Connection,
    network_id: int,
    order_id: int,
    moved_by_id: int,
    splits: Mapping[int | None, Sequence[NewSplit]],
) -> None:
    """Store parts of new lines, or of the freight (None)."""
    rows = [(line_id, split) for line_id, parts in splits.items() for split in parts]
    await conn.execute(
        INSERT_SPLITS,
        network_id,
        order_id,
        moved_by_id,
        [line_id for line_id, _ in rows],
        [split.part.value for _, split in rows],
        [split.tier for _, split in rows],
        [split.amount_minor for _, split in rows],
    )
