"""A statement as it goes into a file: all of its lines, with the balance after each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from tradeline.kernel import TRADE_ZONE, Connection, Locale, Money, PageRequest, Permission
from tradeline.organizations import (
    LegalEntity,
    Organization,
    Side,
    legal_entities_by_ids,
    organizations_by_ids,
    relationships_by_ids,
)
from tradeline.settlement import (
    Obligation,
    ObligationKind,
    Statement,
    list_statement_lines,
    statements_by_ids,
)
from tradeline_graph._ids import from_id
from tradeline_server.files.answers import Asking, Refused, not_found
from tradeline_server.files.words import StatementWords

READS_MAX: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of a statement. The legal entity, if it is to be seen, keeps the books."""

    organization: Organization | None
    entity: LegalEntity | None
    confirmed_at: datetime | None

    def names(self, locale: Locale) -> list[str]:
        """By what the two languages and the tax office call it, each once, the reader's first."""
        names = []
        for named in (self.organization, self.entity):
            if named is not None:
                both = [named.name, named.name_en]
                names += both if locale is Locale.ZH else both[::-1]
        if self.entity is not None:
            names.append(self.entity.tax_number)
        return [name for name in dict.fromkeys(names) if name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One document on the account; exactly one of increase and decrease is there."""

    day: date
    kind: ObligationKind
    document_number: str
    due_on: date | None
    increase: Money | None
    decrease: Money | None
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What both sides read. Sums are what the buyer owes."""

    statement: Statement
    seller: Party
    buyer: Party
    opening: Money
    lines: tuple[Line, ...]
    increase: Money
    decrease: Money
    closing: Money

    def state(self, words: StatementWords) -> str:
        """How far the two sides have agreed, by who has confirmed."""
        return words.state_of(
            self.statement.state,
            has_seller=self.seller.confirmed_at is not None,
            has_buyer=self.buyer.confirmed_at is not None,
        )


async def load_ledger(asking: Asking, statement_id: str, lines_max: int) -> Ledger:
    """The statement of an opaque id, with all its lines.

    Raises:
        Forbidden: as the graph's field `statement` would be.
        Refused: 404 for one that is not there or of others; 422 for one of more lines.
    """
    async with asking.db.reading(asking.actor.network_id) as conn:
        statement, obligations = await _read(conn, asking, statement_id, lines_max)
        organizations = await organizations_by_ids(
            conn,
            actor=asking.actor,
            ids=[statement.seller_org_id, statement.buyer_org_id],
        )
        entities = await _entities(conn, asking, statement)

    def party(side: Side, org_id: int) -> Party:
        return Party(
            organization=organizations.get(org_id),
            entity=entities.get(side),
            confirmed_at=statement.confirmed_at(side),
        )

    return make_ledger(
        statement,
        obligations,
        seller=party(Side.SELLER, statement.seller_org_id),
        buyer=party(Side.BUYER, statement.buyer_org_id),
    )


def make_ledger(
    statement: Statement, obligations: Sequence[Obligation], *, seller: Party, buyer: Party
) -> Ledger:
    """Run the balance from the opening over all lines; it has to arrive at the closing."""
    currency = statement.currency
    opening = balance = Money(statement.opening_minor, currency)
    increase = decrease = Money(0, currency)
    lines = []
    for obligation in obligations:
        amount = Money(obligation.amount_minor, currency)
        balance += amount
        is_more = amount.minor > 0
        if is_more:
            increase += amount
        else:
            decrease -= amount
        lines.append(
            Line(
                day=obligation.occurred_at.astimezone(TRADE_ZONE).date(),
                kind=obligation.kind,
                document_number=obligation.document_number,
                due_on=obligation.due_on,
                increase=amount if is_more else None,
                decrease=None if is_more else -amount,
                balance=balance,
            )
        )
    if balance.minor != statement.closing_minor:
        raise ValueError(f"{statement.number} closes at another sum than its lines come to")
    return Ledger(
        statement=statement,
        seller=seller,
        buyer=buyer,
        opening=opening,
        lines=tuple(lines),
        increase=increase,
        decrease=decrease,
        closing=balance,
    )


def moment(at: datetime | None) -> str | None:
    """A moment as clocks in the trade show it."""
    return None if at is None else f"{at.astimezone(TRADE_ZONE):%Y-%m-%d %H:%M}"


async def _read(
    conn: Connection, asking: Asking, statement_id: str, lines_max: int
) -> tuple[Statement, tuple[Obligation, ...]]:
    """A statement and its lines that belong together: it is read again if it was issued anew
    meanwhile, which its hash tells."""
    id = from_id("Statement", statement_id)
    statement = (await statements_by_ids(conn, actor=asking.actor, ids=[id])).get(id)
    for _ in range(READS_MAX):
        if statement is None:
            raise not_found()
        page = (
            await list_statement_lines(
                conn, actor=asking.actor, statement_ids=[id], page=PageRequest(size=lines_max)
            )
        )[id]
        if page.has_next:
            raise _too_long(lines_max)
        before = statement
        statement = (await statements_by_ids(conn, actor=asking.actor, ids=[id])).get(id)
        if statement is not None and statement.hash == before.hash:
            return statement, page.items
    raise Refused(
        503,
        "UNAVAILABLE",
        zh="对账单正在重新出具；请稍后重新下载。",
        en="The statement is being issued anew; download it again in a moment.",
    )


async def _entities(
    conn: Connection, asking: Asking, statement: Statement
) -> dict[Side, LegalEntity]:
    """In whose books the two sides are kept, as far as the actor may see it."""
    if not asking.actor.may(Permission.RELATIONSHIP_READ):
        return {}
    id = statement.relationship_id
    edge = (await relationships_by_ids(conn, actor=asking.actor, ids=[id])).get(id)
    if edge is None:
        return {}
    by_side = {Side.SELLER: edge.seller_entity_id, Side.BUYER: edge.buyer_entity_id}
    found = await legal_entities_by_ids(conn, actor=asking.actor, ids=list(by_side.values()))
    return {side: found[id] for side, id in by_side.items() if id in found}


def _too_long(lines_max: int) -> Refused:
    return Refused(
        422,
        "TOO_LONG",
        zh=f"此格式最多 {lines_max:,} 行，而该对账单更长；请下载 XLSX，或通过接口分页读取明细。",
        en=f"This kind of file holds up to {lines_max:,} lines and the statement has more; "
        "download the XLSX, or read its lines page by page from the graph.",
    )
