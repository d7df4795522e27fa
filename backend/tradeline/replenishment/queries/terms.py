"""Terms of supply and budgets, as their organization keeps them, and stored forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.replenishment.model import Budget, Term
from tradeline.replenishment.queries.planning import TERM_COLUMNS

FIND_EDGES_BOUGHT_ON = """
    SELECT edge.id
      FROM organizations.relationship AS edge
     WHERE edge.network_id = $1
       AND edge.buyer_org_id = $2
       AND edge.accepted_at IS NOT NULL
       AND edge.id = ANY($3::bigint[])
"""

FIND_PACKS = """
    SELECT pack.id, pack.sku_id
      FROM catalog.pack AS pack
     WHERE pack.network_id = $1 AND pack.id = ANY($2::bigint[])
"""

PUT_TERMS = """
    INSERT INTO replenishment.term AS term
           (network_id, org_id, relationship_id, sku_id, lead_time_days, lead_time_spread_days,
            service_level_bp, review_days, confirm_days, order_minimum, pack_id, shelf_life_days,
            max_cover_days)
    SELECT $1, $2, said.*
      FROM unnest($3::bigint[], $4::bigint[], $5::integer[], $6::numeric[], $7::integer[],
                  $8::integer[], $9::integer[], $10::bigint[], $11::bigint[], $12::integer[],
                  $13::integer[]) AS said
        ON CONFLICT ON CONSTRAINT one_term_for_each_edge_and_sku
        DO UPDATE SET lead_time_days = excluded.lead_time_days,
                      lead_time_spread_days = excluded.lead_time_spread_days,
                      service_level_bp = excluded.service_level_bp,
                      review_days = excluded.review_days,
                      confirm_days = excluded.confirm_days,
                      order_minimum = excluded.order_minimum,
                      pack_id = excluded.pack_id,
                      shelf_life_days = excluded.shelf_life_days,
                      max_cover_days = excluded.max_cover_days
    RETURNING id
"""

REMOVE_TERM = """
    DELETE FROM replenishment.term
     WHERE network_id = $1 AND org_id = $2 AND id = $3
    RETURNING id
"""

LIST_TERMS = f"""
    SELECT {TERM_COLUMNS}
      FROM replenishment.term AS term
     WHERE term.network_id = $1
       AND term.org_id = $2
       AND ($3::bigint IS NULL OR term.relationship_id = $3)
       AND ($4::bigint IS NULL OR term.id > $4)
     ORDER BY term.id
     LIMIT $5
"""

FETCH_TERMS_SAID = f"""
    SELECT {TERM_COLUMNS}
      FROM unnest($3::bigint[], $4::bigint[]) WITH ORDINALITY
           AS said (relationship_id, sku_id, place)
      JOIN replenishment.term AS term
        ON term.network_id = $1
       AND term.org_id = $2
       AND term.relationship_id = said.relationship_id
       AND term.sku_id IS NOT DISTINCT FROM said.sku_id
     ORDER BY said.place
"""

PUT_BUDGET = """
    INSERT INTO replenishment.budget AS budget (network_id, org_id, month, currency, amount_minor)
    VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (network_id, org_id, month, currency)
        DO UPDATE SET amount_minor = excluded.amount_minor
"""

REMOVE_BUDGET = """
    DELETE FROM replenishment.budget
     WHERE network_id = $1 AND org_id = $2 AND month = $3 AND currency = $4
"""

FETCH_BUDGETS = """
    SELECT budget.month, budget.currency, budget.amount_minor
      FROM replenishment.budget AS budget
     WHERE budget.network_id = $1 AND budget.org_id = $2
     ORDER BY budget.month DESC, budget.currency
     LIMIT 100
"""


async def find_edges_bought_on(conn: Connection, actor: Actor, ids: Sequence[int]) -> set[int]:
    rows = await conn.fetch(FIND_EDGES_BOUGHT_ON, actor.network_id, actor.org_id, ids)
    return {row["id"] for row in rows}


async def find_packs(conn: Connection, network_id: int, ids: Sequence[int]) -> dict[int, int]:
    """Of which SKU each pack is."""
    rows = await conn.fetch(FIND_PACKS, network_id, ids)
    return {row["id"]: row["sku_id"] for row in rows}


async def put_terms(conn: Connection, actor: Actor, terms: Sequence[Term]) -> list[int]:
    rows = await conn.fetch(
        PUT_TERMS,
        actor.network_id,
        actor.org_id,
        [term.relationship_id for term in terms],
        [term.sku_id for term in terms],
        [term.lead_time_days for term in terms],
        [term.lead_time_spread_days for term in terms],
        [term.service_level_bp for term in terms],
        [term.review_days for term in terms],
        [term.confirm_days for term in terms],
        [term.order_minimum for term in terms],
        [term.pack_id for term in terms],
        [term.shelf_life_days for term in terms],
        [term.max_cover_days for term in terms],
    )
    return [row["id"] for row in rows]


async def remove_term(conn: Connection, actor: Actor, id: int) -> bool:
    """Whether there was one."""
    found = await conn.fetchval(REMOVE_TERM, actor.network_id, actor.org_id, id)
    return found is not None


async def list_terms(
    conn: Connection, actor: Actor, page: PageRequest, relationship_id: int | None
) -> list[Term]:
    after = None if page.after is None else page.after[0]
    rows = await conn.fetch(
        LIST_TERMS, actor.network_id, actor.org_id, relationship_id, after, page.limit
    )
    return [Term(**row) for row in rows]


async def fetch_terms_said(
    conn: Connection, actor: Actor, keys: Sequence[tuple[int, int | None]]
) -> list[Term]:
    """By edge and SKU, in their order; those that there are."""
    rows = await conn.fetch(
        FETCH_TERMS_SAID,
        actor.network_id,
        actor.org_id,
        [relationship_id for relationship_id, _ in keys],
        [sku_id for _, sku_id in keys],
    )
    return [Term(**row) for row in rows]


async def put_budget(conn: Connection, actor: Actor, budget: Budget) -> None:
    await conn.execute(
        PUT_BUDGET,
        actor.network_id,
        actor.org_id,
        budget.month,
        budget.currency,
        budget.amount_minor,
    )


async def remove_budget(conn: Connection, actor: Actor, month: date, currency: str) -> None:
    await conn.execute(REMOVE_BUDGET, actor.network_id, actor.org_id, month, currency)


async def fetch_budgets(conn: Connection, actor: Actor) -> list[Budget]:
    """The latest months first, a hundred at the most."""
    rows = await conn.fetch(FETCH_BUDGETS, actor.network_id, actor.org_id)
    return [Budget(**row) for row in rows]
