"""Drafts and saved lists: a draft is its person's, a list its organization's."""

from __future__ import annotations

import json
from collections.abc import Sequence

import asyncpg

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.ordering.drafts import NewDraft, OrderDraft, OrderList, TypedRow

DRAFT_COLUMNS = """
    draft.id, draft.version, draft.relationship_id, draft.saved_at, draft.rows,
    draft.buyer_reference, draft.note, draft.ship_to_region, draft.ship_to_address,
    draft.requested_on
"""

# Somebody else's draft is not there, not even for a colleague.
IS_OWN = "draft.network_id = $1 AND draft.org_id = $2 AND draft.account_id = $3"

FETCH_DRAFTS = f"""
    SELECT {DRAFT_COLUMNS}
      FROM ordering.order_draft AS draft
     WHERE {IS_OWN} AND draft.id = ANY($4::bigint[])
"""

FETCH_DRAFT_OF_EDGE = f"""
    SELECT {DRAFT_COLUMNS}
      FROM ordering.order_draft AS draft
     WHERE {IS_OWN} AND draft.relationship_id = $4
"""

# A draft's row comes before all other locks of a unit of work: only its person wants it.
LOCK_DRAFT = f"""
    SELECT {DRAFT_COLUMNS}
      FROM ordering.order_draft AS draft
     WHERE {IS_OWN} AND draft.id = $4
       FOR UPDATE
"""

LIST_DRAFTS = f"""
    SELECT {DRAFT_COLUMNS}
      FROM ordering.order_draft AS draft
     WHERE {IS_OWN}
       AND jsonb_array_length(draft.rows) > 0
       AND ($4::bigint IS NULL
            OR ((extract(epoch FROM draft.saved_at) * 1000000)::bigint, draft.id) < ($4, $5))
     ORDER BY draft.saved_at DESC, draft.id DESC
     LIMIT $6
"""

INSERT_DRAFT = """
    INSERT INTO ordering.order_draft
           (network_id, org_id, account_id, relationship_id, rows, buyer_reference, note,
            ship_to_region, ship_to_address, requested_on)
    VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10)
        ON CONFLICT ON CONSTRAINT one_draft_for_each_person_and_edge DO NOTHING
    RETURNING id
"""

UPDATE_DRAFT = """
    UPDATE ordering.order_draft AS draft
       SET version = draft.version + 1, saved_at = now(), rows = $5::jsonb, buyer_reference = $6,
           note = $7, ship_to_region = $8, ship_to_address = $9, requested_on = $10
     WHERE draft.network_id = $1
       AND draft.org_id = $2
       AND draft.account_id = $3
       AND draft.relationship_id = $4
       AND draft.version = $11
    RETURNING draft.id
"""

LIST_COLUMNS = "list.id, list.name, list.rows, list.updated_at, list.updated_by_account_id"

FETCH_LISTS = f"""
    SELECT {LIST_COLUMNS}
      FROM ordering.order_list AS list
     WHERE list.network_id = $1 AND list.org_id = $2 AND list.id = ANY($3::bigint[])
"""

LIST_LISTS = f"""
    SELECT {LIST_COLUMNS}
      FROM ordering.order_list AS list
     WHERE list.network_id = $1
       AND list.org_id = $2
       AND ($3::text IS NULL OR (list.name, list.id) > ($3, $4::bigint))
     ORDER BY list.name, list.id
     LIMIT $5
"""

INSERT_LIST = """
    INSERT INTO ordering.order_list (network_id, org_id, name, rows, updated_by_account_id)
    VALUES ($1, $2, $3, $4::jsonb, $5)
        ON CONFLICT ON CONSTRAINT one_list_for_each_name DO NOTHING
    RETURNING id
"""

LOCK_LIST = f"""
    SELECT {LIST_COLUMNS}
      FROM ordering.order_list AS list
     WHERE list.network_id = $1 AND list.org_id = $2 AND list.id = $3
       FOR UPDATE
"""

UPDATE_LIST = """
    UPDATE ordering.order_list
       SET name = $4, rows = $5::jsonb, updated_at = now(), updated_by_account_id = $6
     WHERE network_id = $1 AND org_id = $2 AND id = $3
"""

DELETE_LIST = """
    DELETE FROM ordering.order_list WHERE network_id = $1 AND org_id = $2 AND id = $3
"""


async def fetch_drafts(conn: Connection, actor: Actor, ids: Sequence[int]) -> list[OrderDraft]:
    rows = await conn.fetch(FETCH_DRAFTS, *_person(actor), list(ids))
    return [_draft(row) for row in rows]


async def fetch_draft_of_edge(
    conn: Connection, actor: Actor, relationship_id: int
) -> OrderDraft | None:
    row = await conn.fetchrow(FETCH_DRAFT_OF_EDGE, *_person(actor), relationship_id)
    return None if row is None else _draft(row)


async def lock_draft(conn: Connection, actor: Actor, draft_id: int) -> OrderDraft | None:
    row = await conn.fetchrow(LOCK_DRAFT, *_person(actor), draft_id)
    return None if row is None else _draft(row)


async def list_drafts(conn: Connection, actor: Actor, page: PageRequest) -> list[OrderDraft]:
    saved_at, after_id = page.after or (None, None)
    rows = await conn.fetch(LIST_DRAFTS, *_person(actor), saved_at, after_id, page.limit)
    return [_draft(row) for row in rows]


async def insert_draft(conn: Connection, actor: Actor, draft: NewDraft) -> int | None:
    """The new draft's id; None if there is one already."""
    draft_id: int | None = await conn.fetchval(INSERT_DRAFT, *_person(actor), *_content(draft))
    return draft_id


async def update_draft(conn: Connection, actor: Actor, draft: NewDraft, version: int) -> int | None:
    """The draft's id; None if it is not at that version."""
    draft_id: int | None = await conn.fetchval(
        UPDATE_DRAFT, *_person(actor), *_content(draft), version
    )
    return draft_id


async def fetch_lists(conn: Connection, actor: Actor, ids: Sequence[int]) -> list[OrderList]:
    rows = await conn.fetch(FETCH_LISTS, actor.network_id, actor.org_id, list(ids))
    return [_list(row) for row in rows]


async def list_lists(conn: Connection, actor: Actor, page: PageRequest) -> list[OrderList]:
    name, after_id = page.after or (None, None)
    rows = await conn.fetch(LIST_LISTS, actor.network_id, actor.org_id, name, after_id, page.limit)
    return [_list(row) for row in rows]


async def insert_list(
    conn: Connection, actor: Actor, name: str, rows: Sequence[TypedRow]
) -> int | None:
    """The new list's id; None if the name was taken meanwhile."""
    list_id: int | None = await conn.fetchval(
        INSERT_LIST, actor.network_id, actor.org_id, name, _json(rows), actor.account_id
    )
    return list_id


async def lock_list(conn: Connection, actor: Actor, list_id: int) -> OrderList | None:
    row = await conn.fetchrow(LOCK_LIST, actor.network_id, actor.org_id, list_id)
    return None if row is None else _list(row)


async def update_list(
    conn: Connection, actor: Actor, list_id: int, name: str, rows: Sequence[TypedRow]
) -> bool:
    """False if another list has the name: nothing more can be done in this unit of work."""
    values = (actor.network_id, actor.org_id, list_id, name, _json(rows), actor.account_id)
    try:
        await conn.execute(UPDATE_LIST, *values)
    except asyncpg.UniqueViolationError:
        return False
    return True


async def delete_list(conn: Connection, actor: Actor, list_id: int) -> None:
    await conn.execute(DELETE_LIST, actor.network_id, actor.org_id, list_id)


def _person(actor: Actor) -> tuple[int, int, int | None]:
    return actor.network_id, actor.org_id, actor.account_id


def _content(draft: NewDraft) -> tuple[object, ...]:
    return (
        draft.relationship_id,
        _json(draft.rows),
        draft.buyer_reference,
        draft.note,
        draft.ship_to_region,
        draft.ship_to_address,
        draft.requested_on,
    )


def _json(rows: Sequence[TypedRow]) -> str:
    """Each row as a short array: a thousand of them are written at every pause in typing."""
    return json.dumps(
        [[row.code, row.quantity_text, row.sku_id] for row in rows], ensure_ascii=False
    )


def _rows(stored: str) -> tuple[TypedRow, ...]:
    return tuple(TypedRow(*row) for row in json.loads(stored))


def _draft(row: asyncpg.Record) -> OrderDraft:
    return OrderDraft(**{**row, "rows": _rows(row["rows"])})


def _list(row: asyncpg.Record) -> OrderList:
    return OrderList(**{**row, "rows": _rows(row["rows"])})
