"""Proposals: stored, listed, taken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tradeline.kernel import Actor, Connection, Money, PageRequest
from tradeline.replenishment.model import (
    NewProposalLine,
    ProposalFilter,
    ProposalKind,
    ProposalLine,
    ProposalState,
)

LINE_COLUMNS = """
    line.id, line.org_id, line.kind, line.warehouse_id, line.sku_id, line.from_warehouse_id,
    line.relationship_id, line.pack_id, line.pack_units, line.quantity, line.currency,
    line.amount_minor, line.days_of_cover, line.arithmetic, line.state, line.made_at,
    line.accepted_quantity, line.order_id, line.order_line_id, line.document_id, line.decided_at
"""

# Those of the warehouses that were planned anew ($3, or all), before what was found is stored.
SUPERSEDE = """
    UPDATE replenishment.proposal_line
       SET state = 'superseded', decided_at = now()
     WHERE network_id = $1
       AND org_id = $2
       AND state = 'open'
       AND ($3::bigint[] IS NULL OR warehouse_id = ANY($3))
"""

INSERT_LINES = """
    INSERT INTO replenishment.proposal_line
           (network_id, org_id, kind, warehouse_id, sku_id, from_warehouse_id, relationship_id,
            pack_id, pack_units, quantity, currency, amount_minor, days_of_cover, arithmetic)
    SELECT $1, $2, line.*
      FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
                  $9::bigint[], $10::bigint[], $11::text[], $12::bigint[], $13::numeric[],
                  $14::jsonb[]) AS line
    RETURNING id
"""

NOTE_PROPOSED = """
    UPDATE replenishment.desk SET proposed_at = now() WHERE network_id = $1 AND org_id = $2
"""

LOCK_LINES = f"""
    SELECT {LINE_COLUMNS}
      FROM replenishment.proposal_line AS line
     WHERE line.network_id = $1 AND line.org_id = $2 AND line.id = ANY($3::bigint[])
     ORDER BY line.id
       FOR UPDATE OF line
"""

FETCH_LINES = f"""
    SELECT {LINE_COLUMNS}
      FROM replenishment.proposal_line AS line
     WHERE line.network_id = $1 AND line.org_id = $2 AND line.id = ANY($3::bigint[])
"""

# Of an organization, $3 of a kind, $4 of an edge, $5 of a warehouse, $6 and $7 of SKUs found.
WANTED = """
           line.network_id = $1
       AND line.org_id = $2
       AND ($3::text IS NULL OR line.kind = $3)
       AND ($4::bigint IS NULL OR line.relationship_id = $4)
       AND ($5::bigint IS NULL OR line.warehouse_id = $5)
       AND ($6::text[] IS NULL
            OR line.sku_id IN (
                   SELECT hit.id FROM catalog.skus_with_text($1, $6, $7::text[]) AS hit (id)))
"""

# As the index has it, and as `ProposalLine.urgency` reckons it, which is what a page begins behind.
LIST_OPEN_LINES = f"""
    SELECT {LINE_COLUMNS}
      FROM replenishment.proposal_line AS line
     WHERE {WANTED}
       AND line.state = 'open'
       AND (replenishment.urgency(line.kind, line.days_of_cover),
            -coalesce(line.amount_minor, 0), line.id)
           > (coalesce($8::bigint, -1), coalesce($9::bigint, 0), coalesce($10::bigint, 0))
     ORDER BY replenishment.urgency(line.kind, line.days_of_cover),
              -coalesce(line.amount_minor, 0), line.id
     LIMIT $11
"""

# A page begins behind the id of the last one.
LIST_LINES = f"""
    SELECT {LINE_COLUMNS}
      FROM replenishment.proposal_line AS line
     WHERE {WANTED}
       AND ($8::text IS NULL OR line.state = $8)
       AND ($9::bigint IS NULL OR line.id < $9)
     ORDER BY line.id DESC
     LIMIT $10
"""

FETCH_AMOUNTS = """
    SELECT trade_order.relationship_id, trade_order.amount_minor, trade_order.currency
      FROM ordering.trade_order AS trade_order
     WHERE trade_order.network_id = $1 AND trade_order.id = ANY($2::bigint[])
"""

FETCH_ORDER_LINES = """
    SELECT line.order_id, line.line_no, line.id
      FROM ordering.order_line AS line
     WHERE line.network_id = $1 AND line.order_id = ANY($2::bigint[])
"""

ACCEPT_LINES = """
    UPDATE replenishment.proposal_line AS line
       SET state = 'accepted', decided_at = now(), decided_by_account_id = $3,
           accepted_quantity = taken.quantity, order_id = taken.order_id,
           order_line_id = taken.order_line_id, document_id = taken.document_id
      FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
           AS taken (id, quantity, order_id, order_line_id, document_id)
     WHERE line.network_id = $1 AND line.org_id = $2 AND line.id = taken.id
"""

DISMISS_LINES = """
    UPDATE replenishment.proposal_line
       SET state = 'dismissed', decided_at = now(), decided_by_account_id = $3
     WHERE network_id = $1 AND org_id = $2 AND id = ANY($4::bigint[])
"""


async def supersede(
    conn: Connection, network_id: int, org_id: int, warehouse_ids: Sequence[int] | None
) -> None:
    await conn.execute(SUPERSEDE, network_id, org_id, warehouse_ids)


async def insert_lines(
    conn: Connection, network_id: int, org_id: int, lines: Sequence[NewProposalLine]
) -> list[int]:
    rows = await conn.fetch(
        INSERT_LINES,
        network_id,
        org_id,
        [line.kind for line in lines],
        [line.warehouse_id for line in lines],
        [line.sku_id for line in lines],
        [line.from_warehouse_id for line in lines],
        [line.relationship_id for line in lines],
        [line.pack_id for line in lines],
        [line.pack_units for line in lines],
        [line.quantity for line in lines],
        [line.currency for line in lines],
        [line.amount_minor for line in lines],
        [line.days_of_cover for line in lines],
        [json.dumps(line.arithmetic) for line in lines],
    )
    await conn.execute(NOTE_PROPOSED, network_id, org_id)
    return [row["id"] for row in rows]


async def lock_lines(conn: Connection, actor: Actor, ids: Sequence[int]) -> list[ProposalLine]:
    """Own lines, by id; those of others are absent."""
    rows = await conn.fetch(LOCK_LINES, actor.network_id, actor.org_id, ids)
    return [_line(row) for row in rows]


async def fetch_lines(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, ProposalLine]:
    rows = await conn.fetch(FETCH_LINES, actor.network_id, actor.org_id, ids)
    return {row["id"]: _line(row) for row in rows}


async def list_lines(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    filter: ProposalFilter,
    grams: Sequence[str] | None,
    terms: Sequence[str] | None,
) -> list[ProposalLine]:
    """Open ones by urgency, where these are asked for; else newest first."""
    wanted = (
        actor.network_id,
        actor.org_id,
        filter.kind,
        filter.relationship_id,
        filter.warehouse_id,
        grams,
        terms,
    )
    if filter.state is ProposalState.OPEN:
        behind = page.after or (None, None, None)
        rows = await conn.fetch(LIST_OPEN_LINES, *wanted, *behind, page.limit)
    else:
        last_id = None if page.after is None else page.after[0]
        rows = await conn.fetch(LIST_LINES, *wanted, filter.state, last_id, page.limit)
    return [_line(row) for row in rows]


async def fetch_amounts(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> dict[int, Money]:
    """What orders come to, by edge."""
    rows = await conn.fetch(FETCH_AMOUNTS, network_id, order_ids)
    return {row["relationship_id"]: Money(row["amount_minor"], row["currency"]) for row in rows}


async def fetch_order_lines(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> dict[tuple[int, int], int]:
    """Ids by order and number."""
    rows = await conn.fetch(FETCH_ORDER_LINES, network_id, order_ids)
    return {(row["order_id"], row["line_no"]): row["id"] for row in rows}


async def accept_lines(
    conn: Connection,
    actor: Actor,
    quantities: Mapping[int, int],
    order_lines: Mapping[int, tuple[int, int]],
    documents: Mapping[int, int],
) -> None:
    """Quantities by line; of those that became lines of orders (order, line), of those that were
    moved the document."""
    ids = list(quantities)
    nothing = (None, None)
    await conn.execute(
        ACCEPT_LINES,
        actor.network_id,
        actor.org_id,
        actor.account_id,
        ids,
        [quantities[id] for id in ids],
        [order_lines.get(id, nothing)[0] for id in ids],
        [order_lines.get(id, nothing)[1] for id in ids],
        [documents.get(id) for id in ids],
    )


async def dismiss_lines(conn: Connection, actor: Actor, ids: Sequence[int]) -> None:
    await conn.execute(DISMISS_LINES, actor.network_id, actor.org_id, actor.account_id, ids)


def _line(row: Any) -> ProposalLine:
    values = dict(row) | {
        "kind": ProposalKind(row["kind"]),
        "state": ProposalState(row["state"]),
        "arithmetic": json.loads(row["arithmetic"]),
    }
    return ProposalLine(**values)
