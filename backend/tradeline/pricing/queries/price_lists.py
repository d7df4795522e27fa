"""SQL of price lists, their prices and to whom they are granted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tradeline.kernel import Actor, Connection, PageRequest, grouped
from tradeline.pricing.model import (
    NewPrice,
    NewPriceList,
    Price,
    PriceLevel,
    PriceList,
    PriceListGrant,
    tidy,
)

# Price lists are seen by their seller alone: what a buyer pays it asks for its own edges.
_PRICE_LIST = """
    SELECT id, seller_org_id, code, name, name_en, level, currency, valid_from, valid_to, is_active
      FROM pricing.price_list
     WHERE network_id = $1 AND seller_org_id = $2
"""

FETCH_PRICE_LISTS = _PRICE_LIST + " AND id = ANY($3::bigint[])"

LIST_PRICE_LISTS = (
    _PRICE_LIST
    + """
       AND id > $3
       AND ($4::text IS NULL OR level = $4)
       AND ($6::text IS NULL OR strpos(lower(concat_ws(E'\\n', code, name, name_en)), $6) > 0)
     ORDER BY id
     LIMIT $5
    """
)

UPDATE_PRICE_LIST = """
    UPDATE pricing.price_list
       SET name = $4, name_en = $5, valid_to = $6, is_active = $7
     WHERE network_id = $1 AND seller_org_id = $2 AND id = $3
"""

# Whoever changes a list's prices or grants locks it, several in the order of ids: two who put
# prices into one list follow one another.
LOCK_PRICE_LISTS = FETCH_PRICE_LISTS + " ORDER BY id FOR NO KEY UPDATE"

# Not now(), which is when the unit of work began: of two who wait for one list, the one who gets
# it later must also begin its prices later.
GET_TIME = "SELECT clock_timestamp()"

FETCH_TAKEN_CODES = """
    SELECT code
      FROM pricing.price_list
     WHERE network_id = $1 AND seller_org_id = $2 AND code = ANY($3::text[])
"""

INSERT_PRICE_LISTS = """
    INSERT INTO pricing.price_list
           (network_id, seller_org_id, code, name, name_en, level, currency, valid_from, valid_to)
    SELECT $1, $2, new.code, new.name, new.name_en, new.level, new.currency,
           new.valid_from, new.valid_to
      FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                  $8::timestamptz[], $9::timestamptz[])
           WITH ORDINALITY
           AS new (code, name, name_en, level, currency, valid_from, valid_to, place)
     ORDER BY new.place
        ON CONFLICT (network_id, seller_org_id, code) DO NOTHING
    RETURNING id, code
"""

_PRICE = """
    SELECT price.id, price.price_list_id, price.sku_id, price.pack_id, price.quantity_minimum,
           price.unit_price, price.valid_from, price.valid_to
      FROM pricing.price AS price
      JOIN pricing.price_list AS list
        ON list.network_id = $1 AND list.id = price.price_list_id AND list.seller_org_id = $2
     WHERE price.network_id = $1 AND price.price_list_id = $3
"""

# The same page of each list.
LIST_PRICES = """
    SELECT price.*
      FROM pricing.price_list AS list
     CROSS JOIN LATERAL (
               SELECT price.id, price.price_list_id, price.sku_id, price.pack_id,
                      price.quantity_minimum, price.unit_price, price.valid_from, price.valid_to
                 FROM pricing.price AS price
                WHERE price.network_id = $1
                  AND price.price_list_id = list.id
                  AND (price.sku_id, price.id) > ($4::bigint, $5::bigint)
                  AND ($6::bigint IS NULL OR price.sku_id = $6)
                ORDER BY price.sku_id, price.id
                LIMIT $7
           ) AS price
     WHERE list.network_id = $1 AND list.seller_org_id = $2 AND list.id = ANY($3::bigint[])
     ORDER BY price.price_list_id, price.sku_id, price.id
"""

FETCH_PRICES_OF_SKUS = _PRICE + " AND price.sku_id = ANY($4::bigint[]) ORDER BY price.id"

FETCH_PRICES = _PRICE + " AND price.id = ANY($4::bigint[]) ORDER BY price.id"

FETCH_PACKS = """
    SELECT id, sku_id
      FROM catalog.pack
     WHERE network_id = $1 AND id = ANY($2::bigint[])
"""

END_PRICES = """
    UPDATE pricing.price AS price
       SET valid_to = ended.valid_to
      FROM unnest($3::bigint[], $4::timestamptz[]) AS ended (id, valid_to)
     WHERE price.network_id = $1 AND price.price_list_id = $2 AND price.id = ended.id
"""

INSERT_PRICES = """
    INSERT INTO pricing.price
           (network_id, price_list_id, sku_id, pack_id, quantity_minimum, unit_price,
            valid_from, valid_to)
    SELECT $1, $2, new.sku_id, new.pack_id, new.quantity_minimum, new.unit_price,
           new.valid_from, new.valid_to
      FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::numeric[],
                  $7::timestamptz[], $8::timestamptz[])
           WITH ORDINALITY
           AS new (sku_id, pack_id, quantity_minimum, unit_price, valid_from, valid_to, place)
     ORDER BY new.place
    RETURNING id
"""

FETCH_SOLD_EDGES = """
    SELECT id, currency
      FROM organizations.relationship
     WHERE network_id = $1
       AND seller_org_id = $2
       AND state <> 'ended'
       AND id = ANY($3::bigint[])
"""

INSERT_GRANTS = """
    INSERT INTO pricing.price_list_grant (network_id, relationship_id, price_list_id)
    SELECT $1, new.relationship_id, new.price_list_id
      FROM unnest($2::bigint[], $3::bigint[]) AS new (relationship_id, price_list_id)
        ON CONFLICT DO NOTHING
    RETURNING relationship_id, price_list_id
"""

DELETE_GRANTS = """
    DELETE FROM pricing.price_list_grant AS granted
     USING unnest($3::bigint[], $4::bigint[]) AS old (relationship_id, price_list_id),
           pricing.price_list AS list
     WHERE granted.network_id = $1
       AND granted.relationship_id = old.relationship_id
       AND granted.price_list_id = old.price_list_id
       AND list.network_id = $1
       AND list.id = old.price_list_id
       AND list.seller_org_id = $2
    RETURNING granted.relationship_id, granted.price_list_id
"""

# Whom a change of a list would reach: by grant, or, for a base list, all in its currency. The same
# page of each list.
LIST_AFFECTED_EDGES = """
    SELECT list.id AS price_list_id, reached.id
      FROM pricing.price_list AS list
     CROSS JOIN LATERAL (
               SELECT edge.id
                 FROM organizations.relationship AS edge
                WHERE edge.network_id = $1
                  AND edge.seller_org_id = $2
                  AND edge.state <> 'ended'
                  AND edge.id > $4
                  AND CASE WHEN list.level = 'base' THEN edge.currency = list.currency
                           ELSE EXISTS (
                                    SELECT 1
                                      FROM pricing.price_list_grant AS granted
                                     WHERE granted.network_id = $1
                                       AND granted.relationship_id = edge.id
                                       AND granted.price_list_id = list.id)
                      END
                ORDER BY edge.id
                LIMIT $5
           ) AS reached
     WHERE list.network_id = $1 AND list.seller_org_id = $2 AND list.id = ANY($3::bigint[])
     ORDER BY list.id, reached.id
"""

# The lists that a price on an edge may come from, now or later.
FETCH_LISTS_OF_EDGES = """
    SELECT edge.id AS relationship_id, list.*
      FROM organizations.relationship AS edge
     CROSS JOIN LATERAL (
               SELECT list.id, list.seller_org_id, list.code, list.name, list.name_en, list.level,
                      list.currency, list.valid_from, list.valid_to, list.is_active
                 FROM pricing.price_list AS list
                WHERE list.network_id = $1
                  AND list.seller_org_id = $2
                  AND list.is_active
                  AND CASE WHEN list.level = 'base' THEN list.currency = edge.currency
                           ELSE EXISTS (
                                    SELECT 1
                                      FROM pricing.price_list_grant AS granted
                                     WHERE granted.network_id = $1
                                       AND granted.relationship_id = edge.id
                                       AND granted.price_list_id = list.id)
                      END
                ORDER BY list.id
                LIMIT $4
           ) AS list
     WHERE edge.network_id = $1 AND edge.seller_org_id = $2 AND edge.id = ANY($3::bigint[])
     ORDER BY edge.id, list.id
"""


async def fetch_price_lists(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, PriceList]:
    rows = await conn.fetch(FETCH_PRICE_LISTS, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: _price_list(dict(row)) for row in rows}


async def fetch_price_list_page(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    level: PriceLevel | None,
    search: str | None,
) -> list[PriceList]:
    [after_id] = page.after or (0,)
    rows = await conn.fetch(
        LIST_PRICE_LISTS, actor.network_id, actor.org_id, after_id, level, page.limit, search
    )
    return [_price_list(dict(row)) for row in rows]


async def update_price_list(conn: Connection, actor: Actor, changed: PriceList) -> None:
    """The caller has locked it."""
    await conn.execute(
        UPDATE_PRICE_LIST,
        actor.network_id,
        actor.org_id,
        changed.id,
        changed.name,
        changed.name_en,
        changed.valid_to,
        changed.is_active,
    )


async def lock_price_lists(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, PriceList]:
    """Lock those of the lists that are the organization's own."""
    rows = await conn.fetch(LOCK_PRICE_LISTS, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: _price_list(dict(row)) for row in rows}


async def get_time(conn: Connection) -> datetime:
    """The database's clock, which alone decides what holds; ask it once the list is locked."""
    now: datetime = await conn.fetchval(GET_TIME)
    return now


async def fetch_taken_codes(conn: Connection, actor: Actor, codes: Sequence[str]) -> set[str]:
    rows = await conn.fetch(FETCH_TAKEN_CODES, actor.network_id, actor.org_id, list(codes))
    return {row["code"] for row in rows}


async def insert_price_lists(
    conn: Connection, actor: Actor, lists: Sequence[NewPriceList]
) -> dict[str, int]:
    """Ids by code; a code that somebody took meanwhile is missing."""
    rows = await conn.fetch(
        INSERT_PRICE_LISTS,
        actor.network_id,
        actor.org_id,
        [new.code for new in lists],
        [new.name for new in lists],
        [new.name_en for new in lists],
        [new.level.value for new in lists],
        [new.currency for new in lists],
        [new.valid_from for new in lists],
        [new.valid_to for new in lists],
    )
    return {row["code"]: row["id"] for row in rows}


async def fetch_price_pages(
    conn: Connection,
    actor: Actor,
    price_list_ids: Sequence[int],
    page: PageRequest,
    sku_id: int | None,
) -> dict[int, list[Price]]:
    after_sku_id, after_id = page.after or (0, 0)
    rows = await conn.fetch(
        LIST_PRICES,
        actor.network_id,
        actor.org_id,
        list(price_list_ids),
        after_sku_id,
        after_id,
        sku_id,
        page.limit,
    )
    prices = (Price(**{**row, "unit_price": tidy(row["unit_price"])}) for row in rows)
    return grouped(price_list_ids, ((price.price_list_id, price) for price in prices))


async def fetch_prices_of_skus(
    conn: Connection, actor: Actor, price_list_id: int, sku_ids: Sequence[int]
) -> list[Price]:
    rows = await conn.fetch(
        FETCH_PRICES_OF_SKUS, actor.network_id, actor.org_id, price_list_id, list(sku_ids)
    )
    return [Price(**row) for row in rows]


async def fetch_prices(
    conn: Connection, actor: Actor, price_list_id: int, ids: Sequence[int]
) -> list[Price]:
    rows = await conn.fetch(FETCH_PRICES, actor.network_id, actor.org_id, price_list_id, list(ids))
    return [Price(**row) for row in rows]


async def fetch_packs(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, int]:
    """The SKU of each pack; whether the SKU may be seen is asked of the catalog."""
    rows = await conn.fetch(FETCH_PACKS, actor.network_id, list(ids))
    return {row["id"]: row["sku_id"] for row in rows}


async def end_prices(
    conn: Connection, actor: Actor, price_list_id: int, ends: Mapping[int, datetime]
) -> None:
    """Give prices of a list, which the caller has locked, other ends."""
    await conn.execute(END_PRICES, actor.network_id, price_list_id, list(ends), list(ends.values()))


async def insert_prices(
    conn: Connection, actor: Actor, price_list_id: int, prices: Sequence[NewPrice]
) -> list[int]:
    """Add prices to a list, which the caller has locked; ids in order."""
    rows = await conn.fetch(
        INSERT_PRICES,
        actor.network_id,
        price_list_id,
        [price.sku_id for price in prices],
        [price.pack_id for price in prices],
        [price.quantity_minimum for price in prices],
        [price.unit_price for price in prices],
        [price.valid_from for price in prices],
        [price.valid_to for price in prices],
    )
    return [row["id"] for row in rows]


async def fetch_sold_edges(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    """The currencies of those edges on which the actor's organization sells, unless ended."""
    rows = await conn.fetch(FETCH_SOLD_EDGES, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: row["currency"] for row in rows}


async def insert_grants(
    conn: Connection, actor: Actor, grants: Sequence[PriceListGrant]
) -> list[PriceListGrant]:
    """Those that were not there before."""
    rows = await conn.fetch(
        INSERT_GRANTS,
        actor.network_id,
        [grant.relationship_id for grant in grants],
        [grant.price_list_id for grant in grants],
    )
    return [PriceListGrant(**row) for row in rows]


async def delete_grants(
    conn: Connection, actor: Actor, grants: Sequence[PriceListGrant]
) -> list[PriceListGrant]:
    """Those that were there."""
    rows = await conn.fetch(
        DELETE_GRANTS,
        actor.network_id,
        actor.org_id,
        [grant.relationship_id for grant in grants],
        [grant.price_list_id for grant in grants],
    )
    return [PriceListGrant(**row) for row in rows]


async def fetch_affected_edges(
    conn: Connection, actor: Actor, price_list_ids: Sequence[int], page: PageRequest
) -> dict[int, list[int]]:
    [after_id] = page.after or (0,)
    rows = await conn.fetch(
        LIST_AFFECTED_EDGES,
        actor.network_id,
        actor.org_id,
        list(price_list_ids),
        after_id,
        page.limit,
    )
    return grouped(price_list_ids, ((row["price_list_id"], row["id"]) for row in rows))


async def fetch_lists_of_edges(
    conn: Connection, actor: Actor, relationship_ids: Sequence[int], limit: int
) -> dict[int, list[PriceList]]:
    """Of the edges on which the actor's organization sells."""
    rows = await conn.fetch(
        FETCH_LISTS_OF_EDGES, actor.network_id, actor.org_id, list(relationship_ids), limit
    )
    found: dict[int, list[PriceList]] = {}
    for row in rows:
        values = dict(row)
        found.setdefault(values.pop("relationship_id"), []).append(_price_list(values))
    return found


def _price_list(values: dict[str, object]) -> PriceList:
    return PriceList(**{**values, "level": PriceLevel(str(values["level"]))})  # type: ignore[arg-type]
