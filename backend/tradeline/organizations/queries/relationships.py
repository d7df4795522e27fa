"""The edges."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.organizations.model import (
    PriceStrategy,
    Relationship,
    RelationshipState,
    Side,
)

# An edge that the two already have comes back without a row. It waits for the buyer's word unless
# the caller may speak for the buyer: as the system ($4), or because it manages it.
INSERT_RELATIONSHIPS = """
    INSERT INTO organizations.relationship
           (network_id, seller_org_id, buyer_org_id, seller_entity_id, buyer_entity_id, currency,
            state, accepted_at, valid_from, valid_to, price_strategy, payment_terms_days,
            order_minimum_minor, requires_review, requires_confirmation, requires_receipt,
            holds_stock, territory, rebate_basis_points, rebate_threshold_minor)
    SELECT $1, $2, draft.buyer_org_id, draft.seller_entity_id, draft.buyer_entity_id,
           draft.currency, CASE WHEN spoken.is_for_buyer THEN 'active' ELSE 'proposed' END,
           CASE WHEN spoken.is_for_buyer THEN now() END,
           draft.valid_from, draft.valid_to, draft.price_strategy, draft.payment_terms_days,
           draft.order_minimum_minor, draft.requires_review, draft.requires_confirmation,
           draft.requires_receipt, draft.holds_stock, draft.territory,
           draft.rebate_basis_points, draft.rebate_threshold_minor
      FROM jsonb_to_recordset($3::jsonb) AS draft (
               position integer, buyer_org_id bigint, seller_entity_id bigint,
               buyer_entity_id bigint, currency text, valid_from date, valid_to date,
               price_strategy text, payment_terms_days integer, order_minimum_minor bigint,
               requires_review boolean, requires_confirmation boolean, requires_receipt boolean,
               holds_stock boolean, territory text[], rebate_basis_points integer,
               rebate_threshold_minor bigint)
     CROSS JOIN LATERAL (
           SELECT $4 OR draft.buyer_org_id IN (
                  SELECT managed.id FROM organizations.managed_by($1, $2) AS managed
                  ) AS is_for_buyer) AS spoken
     ORDER BY draft.position
        ON CONFLICT (network_id, seller_entity_id, buyer_entity_id, currency)
           WHERE state <> 'ended' DO NOTHING
    RETURNING *
"""

FETCH_DEFAULTS = """
    SELECT network.currency, current_date AS today
      FROM organizations.network AS network
     WHERE network.id = $1
"""

LOCK_RELATIONSHIPS = """
    SELECT relationship.*
      FROM organizations.relationship AS relationship
     WHERE relationship.network_id = $1
       AND relationship.id = ANY($3::bigint[])
       AND $2 IN (relationship.seller_org_id, relationship.buyer_org_id)
     ORDER BY relationship.id
       FOR UPDATE
"""

UPDATE_TERMS = """
    UPDATE organizations.relationship AS relationship
       SET valid_from = terms.valid_from, valid_to = terms.valid_to,
           price_strategy = terms.price_strategy,
           payment_terms_days = terms.payment_terms_days,
           order_minimum_minor = terms.order_minimum_minor,
           requires_review = terms.requires_review,
           requires_confirmation = terms.requires_confirmation,
           requires_receipt = terms.requires_receipt, holds_stock = terms.holds_stock,
           territory = terms.territory, shares_sell_out = terms.shares_sell_out,
           rebate_basis_points = terms.rebate_basis_points,
           rebate_threshold_minor = terms.rebate_threshold_minor
      FROM jsonb_to_recordset($2::jsonb) AS terms (
               id bigint, valid_from date, valid_to date, price_strategy text,
               payment_terms_days integer, order_minimum_minor bigint, requires_review boolean,
               requires_confirmation boolean, requires_receipt boolean, holds_stock boolean,
               territory text[], shares_sell_out boolean, rebate_basis_points integer,
               rebate_threshold_minor bigint)
     WHERE relationship.network_id = $1 AND relationship.id = terms.id
"""

UPDATE_STATE = """
    UPDATE organizations.relationship
       SET state = $3,
           accepted_at = CASE $3 WHEN 'active' THEN coalesce(accepted_at, now())
                                 ELSE accepted_at END
     WHERE network_id = $1 AND id = ANY($2::bigint[])
"""

FETCH_RELATIONSHIPS = """
    SELECT relationship.*
      FROM organizations.relationship AS relationship
     WHERE relationship.network_id = $1
       AND relationship.id = ANY($3::bigint[])
       AND $2 IN (relationship.seller_org_id, relationship.buyer_org_id)
     ORDER BY relationship.id
"""

LOAD_RELATIONSHIPS = """
    SELECT relationship.*
      FROM organizations.relationship AS relationship
     WHERE relationship.network_id = $1 AND relationship.id = ANY($2::bigint[])
     ORDER BY relationship.id
"""

LOAD_KNOWN_AND_TRADING = """
    SELECT relationship.*, trading.id IS NOT NULL AS is_trading
      FROM organizations.relationship AS relationship
      LEFT JOIN organizations.trading_relationship AS trading
        ON trading.network_id = $1 AND trading.id = relationship.id
     WHERE relationship.network_id = $1 AND relationship.id = ANY($2::bigint[])
"""

LOAD_TRADING_RELATIONSHIPS = """
    SELECT relationship.*
      FROM organizations.trading_relationship AS relationship
     WHERE relationship.network_id = $1 AND relationship.id = ANY($2::bigint[])
"""

# Each side has an index of its own, in the order of the list. $7 is searched for in what the other
# side is called.
LIST_RELATIONSHIPS = """
    SELECT edge.*
      FROM (SELECT sold.*
              FROM organizations.relationship AS sold
             WHERE sold.network_id = $1 AND sold.seller_org_id = $2 AND $3 <> 'buyer'
             UNION ALL
            SELECT bought.*
              FROM organizations.relationship AS bought
             WHERE bought.network_id = $1 AND bought.buyer_org_id = $2 AND $3 <> 'seller'
           ) AS edge
     WHERE ($4::text IS NULL OR edge.state = $4)
       AND ($5::bigint IS NULL OR edge.id > $5)
       AND ($7::text IS NULL
            OR EXISTS (
                   SELECT 1
                     FROM organizations.organization AS partner
                    WHERE partner.network_id = $1
                      AND partner.id = CASE edge.seller_org_id WHEN $2 THEN edge.buyer_org_id
                                            ELSE edge.seller_org_id END
                      AND strpos(lower(concat_ws(E'\\n', partner.code, partner.name,
                                                 partner.name_en)), $7) > 0))
     ORDER BY edge.id
     LIMIT $6
"""


async def insert_relationships(
    conn: Connection, actor: Actor, drafts: Sequence[Mapping[str, Any]], *, is_system: bool
) -> list[Relationship]:
    """The new edges; one that exists already is absent."""
    numbered = [dict(draft) | {"position": position} for position, draft in enumerate(drafts)]
    rows = await conn.fetch(
        INSERT_RELATIONSHIPS,
        actor.network_id,
        actor.org_id,
        json.dumps(numbered, default=str),
        is_system,
    )
    return [_relationship(row) for row in rows]


async def fetch_defaults(conn: Connection, network_id: int) -> tuple[str, date]:
    """The network's currency, and the database's today."""
    row = await conn.fetchrow(FETCH_DEFAULTS, network_id)
    assert row is not None, "an actor's network exists"
    return row["currency"], row["today"]


async def lock_relationships(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Relationship]:
    """The edges of the actor's organization among `ids`, locked in the order of their ids."""
    rows = await conn.fetch(LOCK_RELATIONSHIPS, actor.network_id, actor.org_id, ids)
    return {row["id"]: _relationship(row) for row in rows}


async def update_terms(
    conn: Connection, network_id: int, terms: Sequence[Mapping[str, Any]]
) -> None:
    """Store complete terms of edges that the caller has locked."""
    await conn.execute(UPDATE_TERMS, network_id, json.dumps(terms, default=str))


async def update_state(
    conn: Connection, network_id: int, ids: Sequence[int], state: RelationshipState
) -> None:
    await conn.execute(UPDATE_STATE, network_id, ids, state.value)


async def fetch_relationships(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Relationship]:
    rows = await conn.fetch(FETCH_RELATIONSHIPS, actor.network_id, actor.org_id, ids)
    return {row["id"]: _relationship(row) for row in rows}


async def load_relationships(
    conn: Connection, network_id: int, ids: Sequence[int]
) -> dict[int, Relationship]:
    rows = await conn.fetch(LOAD_RELATIONSHIPS, network_id, ids)
    return {row["id"]: _relationship(row) for row in rows}


async def load_known_and_trading(
    conn: Connection, network_id: int, ids: Sequence[int]
) -> tuple[dict[int, Relationship], dict[int, Relationship]]:
    known: dict[int, Relationship] = {}
    trading: dict[int, Relationship] = {}
    for row in await conn.fetch(LOAD_KNOWN_AND_TRADING, network_id, ids):
        values = dict(row)
        is_trading = values.pop("is_trading")
        edge = known[row["id"]] = _relationship(values)
        if is_trading:
            trading[edge.id] = edge
    return known, trading


async def load_trading_relationships(
    conn: Connection, network_id: int, ids: Sequence[int]
) -> dict[int, Relationship]:
    rows = await conn.fetch(LOAD_TRADING_RELATIONSHIPS, network_id, ids)
    return {row["id"]: _relationship(row) for row in rows}


async def list_relationships(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    side: Side | None,
    state: RelationshipState | None,
    search: str | None,
) -> list[Relationship]:
    rows = await conn.fetch(
        LIST_RELATIONSHIPS,
        actor.network_id,
        actor.org_id,
        "any" if side is None else side.value,
        None if state is None else state.value,
        None if page.after is None else page.after[0],
        page.limit,
        search,
    )
    return [_relationship(row) for row in rows]


def _relationship(row: asyncpg.Record | dict[str, Any]) -> Relationship:
    return Relationship(
        **dict(row)
        | {
            "state": RelationshipState(row["state"]),
            "price_strategy": PriceStrategy(row["price_strategy"]),
            "territory": tuple(row["territory"]),
        }
    )
