"""Reading one's own books; never another's. What both may know is on the edge's statement."""

from __future__ import annotations

from tradeline.kernel import Actor, Connection, Page, PageRequest, Permission, make_page
from tradeline.settlement.model import Journal, LedgerAccount
from tradeline.settlement.queries import books as queries


async def list_accounts(
    conn: Connection, *, actor: Actor, entity_id: int, page: PageRequest
) -> Page[LedgerAccount]:
    """The accounts of a legal entity of the actor's organization, with what is posted on them.

    Empty for an entity of somebody else. The cursor is (int,). Raises Forbidden without
    `books:read`.
    """
    actor.require(Permission.BOOKS_READ)
    rows = await queries.list_accounts(conn, actor, entity_id, page)
    return make_page(rows, page, lambda account: (account.id,))


async def list_journals(
    conn: Connection,
    *,
    actor: Actor,
    entity_id: int,
    page: PageRequest,
    account_id: int | None = None,
) -> Page[Journal]:
    """The postings in an entity's books, newest first; of one account, if one is given.

    Empty for an entity of somebody else. The cursor is (int,). Raises Forbidden without
    `books:read`.
    """
    actor.require(Permission.BOOKS_READ)
    rows = await queries.list_journals(conn, actor, entity_id, page, account_id)
    return make_page(rows, page, lambda journal: (journal.id,))
