"""SQL of stores and of the edges that supply them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from tradeline.channels.model import FoundStore, Place, RouteEdge, Store, Tier, tiers_of
from tradeline.kernel import Actor, Connection, PageRequest

_STORE = """
    SELECT store.network_id, store.id, store.org_id, store.entity_id, store.code, store.name,
           store.name_en, store.region, store.address, store.phone, store.opening_hours,
           store.latitude, store.longitude, store.currency, store.offers_delivery,
           store.offers_pickup, store.is_open, store.collector_tier, store.mini_program_id,
           store.created_at, owner.name AS owner_name, owner.name_en AS owner_name_en,
           ARRAY(SELECT (edge.tier, edge.relationship_id, sold.seller_org_id,
                         sold.seller_entity_id, seller.name, seller.name_en, edge.agreed_at,
                         EXISTS (SELECT
                                   FROM organizations.trading_relationship AS trading
                                  WHERE trading.network_id = $1 AND trading.id = sold.id))
                   FROM channels.store_edge AS edge
                   JOIN organizations.relationship AS sold
                     ON sold.network_id = $1 AND sold.id = edge.relationship_id
                   JOIN organizations.organization AS seller
                     ON seller.network_id = $1 AND seller.id = sold.seller_org_id
                  WHERE edge.network_id = $1 AND edge.store_id = store.id
                  ORDER BY edge.tier) AS route
"""

_FROM = """
      FROM channels.store AS store
      JOIN organizations.organization AS owner
        ON owner.network_id = $1 AND owner.id = store.org_id
"""

LOAD_STORES = _STORE + _FROM + " WHERE store.network_id = $1 AND store.id = ANY($2::bigint[])"

_IS_SEEN = " AND store.id IN (SELECT seen.id FROM channels.stores_of($1, $2) AS seen)"

FETCH_STORES = (
    _STORE + _FROM + " WHERE store.network_id = $1 AND store.id = ANY($3::bigint[])" + _IS_SEEN
)

LIST_STORES = (
    _STORE
    + _FROM
    + """
     WHERE store.network_id = $1
       AND store.id > $3
       AND NOT EXISTS (
               SELECT 1 FROM unnest($5::text[]) AS term WHERE strpos(store.search_text, term) = 0)
    """
    + _IS_SEEN
    + " ORDER BY store.id LIMIT $4"
)

# Nearest first; those that say no place come last, as far away as nothing on earth is. The tiers up
# to the collector's have to stand, or the store takes no orders.
FIND_OPEN_STORES = (
    _STORE
    + ", away.metres"
    + _FROM
    + """
     CROSS JOIN LATERAL (
               SELECT CASE WHEN $2::numeric IS NULL THEN 0
                           ELSE coalesce(channels.metres_between(
                                    store.latitude, store.longitude, $2, $3), 1000000000)
                      END AS metres) AS away
     WHERE store.network_id = $1
       AND store.is_open
       AND NOT EXISTS (
               SELECT 1
                 FROM channels.store_edge AS edge
                WHERE edge.network_id = $1
                  AND edge.store_id = store.id
                  AND edge.tier <= store.collector_tier
                  AND (edge.agreed_at IS NULL
                       OR NOT EXISTS (
                              SELECT
                                FROM organizations.trading_relationship AS trading
                               WHERE trading.network_id = $1
                                 AND trading.id = edge.relationship_id)))
       AND NOT EXISTS (
               SELECT 1 FROM unnest($4::text[]) AS term WHERE strpos(store.search_text, term) = 0)
       AND (away.metres, store.id) > ($5::bigint, $6::bigint)
     ORDER BY away.metres, store.id
     LIMIT $7
    """
)

FETCH_TAKEN_CODES = """
    SELECT code
      FROM channels.store
     WHERE network_id = $1 AND org_id = $2 AND code = ANY($3::text[])
"""

# What a store needs to know of its organization: its entities, oldest first, and the currency.
FETCH_OWN_ENTITIES = """
    SELECT entity.id, network.currency
      FROM organizations.legal_entity AS entity
      JOIN organizations.network AS network ON network.id = $1
     WHERE entity.network_id = $1 AND entity.org_id = $2
     ORDER BY entity.id
"""

INSERT_STORES = """
    INSERT INTO channels.store
           (network_id, org_id, entity_id, code, name, name_en, region, address, phone,
            opening_hours, latitude, longitude, currency, offers_delivery, offers_pickup, is_open,
            collector_tier, mini_program_id, search_text)
    SELECT $1, $2, new.entity_id, new.code, new.name, new.name_en, new.region, new.address,
           new.phone, new.opening_hours, new.latitude, new.longitude, new.currency,
           new.offers_delivery, new.offers_pickup, new.is_open, new.collector_tier,
           new.mini_program_id, new.search_text
      FROM jsonb_to_recordset($3::jsonb) AS new (
               place integer, entity_id bigint, code text, name text, name_en text, region text,
               address text, phone text, opening_hours text, latitude numeric, longitude numeric,
               currency text, offers_delivery boolean, offers_pickup boolean, is_open boolean,
               collector_tier smallint, mini_program_id bigint, search_text text)
     ORDER BY new.place
        ON CONFLICT (network_id, org_id, code) DO NOTHING
    RETURNING id, code
"""

# What a store holds is read after its row is locked, by a statement of its own: one that had to
# wait would know the edges of before.
LOCK_OWN_STORE = """
    SELECT store.id
      FROM channels.store AS store
     WHERE store.network_id = $1 AND store.org_id = $2 AND store.id = $3
       FOR NO KEY UPDATE
"""

LOCK_STORE = (
    """
    SELECT store.id
      FROM channels.store AS store
     WHERE store.network_id = $1 AND store.id = $3
    """
    + _IS_SEEN
    + " FOR NO KEY UPDATE OF store"
)

UPDATE_STORE = """
    UPDATE channels.store
       SET name = $4, name_en = $5, region = $6, address = $7, phone = $8, opening_hours = $9,
           latitude = $10, longitude = $11, offers_delivery = $12, offers_pickup = $13,
           is_open = $14, collector_tier = $15, mini_program_id = $16, search_text = $17,
           currency = $18
     WHERE network_id = $1 AND org_id = $2 AND id = $3
"""

REMOVE_EDGES = "DELETE FROM channels.store_edge WHERE network_id = $1 AND store_id = $2"

# Agreed to at once where nobody else could say so: the system ($6) sets it, or the organization
# manages the seller.
INSERT_EDGES = """
    INSERT INTO channels.store_edge (network_id, store_id, tier, relationship_id, agreed_at)
    SELECT $1, new.store_id, new.tier, sold.id,
           CASE WHEN $6 OR sold.seller_org_id IN (
                    SELECT managed.id FROM organizations.managed_by($1, $2) AS managed)
                THEN now() END
      FROM unnest($3::bigint[], $4::smallint[], $5::bigint[])
           AS new (store_id, tier, relationship_id)
      JOIN organizations.relationship AS sold
        ON sold.network_id = $1 AND sold.id = new.relationship_id
"""

AGREE = """
    UPDATE channels.store_edge AS edge
       SET agreed_at = CASE WHEN $4 THEN coalesce(edge.agreed_at, now()) END
      FROM organizations.relationship AS sold
     WHERE edge.network_id = $1
       AND edge.store_id = $3
       AND sold.network_id = $1
       AND sold.id = edge.relationship_id
       AND sold.seller_org_id = $2
    RETURNING edge.tier
"""


async def load_stores(conn: Connection, network_id: int, ids: Sequence[int]) -> dict[int, Store]:
    rows = await conn.fetch(LOAD_STORES, network_id, list(ids))
    return {row["id"]: _store(row) for row in rows}


async def fetch_stores(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, Store]:
    rows = await conn.fetch(FETCH_STORES, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: _store(row) for row in rows}


async def fetch_store_page(
    conn: Connection, actor: Actor, page: PageRequest, terms: Sequence[str]
) -> list[Store]:
    [after_id] = page.after or (0,)
    rows = await conn.fetch(
        LIST_STORES, actor.network_id, actor.org_id, after_id, page.limit, list(terms)
    )
    return [_store(row) for row in rows]


async def find_open_stores(
    conn: Connection,
    network_id: int,
    page: PageRequest,
    near: Place | None,
    terms: Sequence[str],
) -> list[tuple[int, FoundStore]]:
    """With the metres that they are sorted by, which are no distance where nothing is known."""
    after_metres, after_id = page.after or (-1, 0)
    rows = await conn.fetch(
        FIND_OPEN_STORES,
        network_id,
        None if near is None else near.latitude,
        None if near is None else near.longitude,
        list(terms),
        after_metres,
        after_id,
        page.limit,
    )
    found = []
    for row in rows:
        store = _store(row)
        is_known = near is not None and store.latitude is not None
        found.append((row["metres"], FoundStore(store, row["metres"] if is_known else None)))
    return found


async def fetch_taken_codes(conn: Connection, actor: Actor, codes: Sequence[str]) -> set[str]:
    rows = await conn.fetch(FETCH_TAKEN_CODES, actor.network_id, actor.org_id, list(codes))
    return {row["code"] for row in rows}


async def fetch_own_entities(conn: Connection, actor: Actor) -> tuple[list[int], str]:
    """The ids of the organization's legal entities, and the network's currency."""
    rows = await conn.fetch(FETCH_OWN_ENTITIES, actor.network_id, actor.org_id)
    return [row["id"] for row in rows], rows[0]["currency"]


async def insert_stores(
    conn: Connection, actor: Actor, stores: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """Ids by code; a code that somebody took meanwhile is missing."""
    drafts = json.dumps(
        [{"place": place, **store} for place, store in enumerate(stores)], default=str
    )
    rows = await conn.fetch(INSERT_STORES, actor.network_id, actor.org_id, drafts)
    return {row["code"]: row["id"] for row in rows}


async def lock_own_store(conn: Connection, actor: Actor, id: int) -> Store | None:
    locked = await conn.fetchval(LOCK_OWN_STORE, actor.network_id, actor.org_id, id)
    return None if locked is None else (await load_stores(conn, actor.network_id, [id]))[id]


async def lock_supplied_store(conn: Connection, actor: Actor, id: int) -> Store | None:
    """A store that the organization sees: its own, or one that it is to supply."""
    locked = await conn.fetchval(LOCK_STORE, actor.network_id, actor.org_id, id)
    return None if locked is None else (await load_stores(conn, actor.network_id, [id]))[id]


async def update_store(conn: Connection, actor: Actor, store: Store, search_text: str) -> None:
    """One of the organization's own, which the caller has locked."""
    await conn.execute(
        UPDATE_STORE,
        actor.network_id,
        actor.org_id,
        store.id,
        store.name,
        store.name_en,
        store.region,
        store.address,
        store.phone,
        store.opening_hours,
        store.latitude,
        store.longitude,
        store.offers_delivery,
        store.offers_pickup,
        store.is_open,
        store.collector_tier,
        store.mini_program_id,
        search_text,
        store.currency,
    )


async def remove_edges(conn: Connection, actor: Actor, store_id: int) -> None:
    await conn.execute(REMOVE_EDGES, actor.network_id, store_id)


async def insert_edges(
    conn: Connection, actor: Actor, edges: Sequence[tuple[int, int, int]]
) -> None:
    """Edges as (store, tier, relationship), of stores that the caller has made or locked."""
    await conn.execute(
        INSERT_EDGES,
        actor.network_id,
        actor.org_id,
        [store_id for store_id, _, _ in edges],
        [tier for _, tier, _ in edges],
        [relationship_id for _, _, relationship_id in edges],
        actor.is_system,
    )


async def agree(conn: Connection, actor: Actor, store_id: int, *, is_agreed: bool) -> list[int]:
    """The tiers at which the organization sells, and has now agreed or no more."""
    rows = await conn.fetch(AGREE, actor.network_id, actor.org_id, store_id, is_agreed)
    return [row["tier"] for row in rows]


def _store(row: asyncpg.Record) -> Store:
    values = dict(row)
    values.pop("metres", None)
    route = tuple(
        RouteEdge(
            tier=tier,
            relationship_id=relationship_id,
            seller_org_id=seller_org_id,
            seller_entity_id=seller_entity_id,
            seller_name=name,
            seller_name_en=name_en,
            agreed_at=agreed_at,
            is_trading=is_trading,
        )
        for (
            tier,
            relationship_id,
            seller_org_id,
            seller_entity_id,
            name,
            name_en,
            agreed_at,
            is_trading,
        ) in values.pop("route")
    )
    own = Tier(
        tier=0,
        org_id=values["org_id"],
        entity_id=values["entity_id"],
        relationship_id=None,
        name=values.pop("owner_name"),
        name_en=values.pop("owner_name_en"),
    )
    return Store(**values, route=route, tiers=tiers_of(own, route))
