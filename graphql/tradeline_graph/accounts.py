"""What an edge's account looks like to its two sides: credit, balance, and what moved it."""

from __future__ import annotations

import datetime

import strawberry

from tradeline import kernel, ordering, settlement
from tradeline.kernel import Permission
from tradeline.settlement import ObligationKind
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._pages import Connection
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, needs, scoped

strawberry.enum(ObligationKind, description="Why one side of an edge owes the other.")

# The graph's names for the kinds of documents that settlement is told of.
DOCUMENT_TYPES = {
    "adjustment": "Adjustment",
    "payment": "Payment",
    "receipt": "Receipt",
    "return": "OrderReturn",
}


@strawberry.type(
    description="What a seller has at stake with a buyer. Credit and deposit are one number.",
    directives=scoped(Scope.PARTY),
)
class Exposure:
    limit: Money = strawberry.field(description="How much the buyer may owe.")
    held: Money = strawberry.field(description="What open orders will cost.")
    owed: Money = strawberry.field(
        description="What the buyer owes; below zero, what it has paid in advance."
    )
    returnable: Money = strawberry.field(
        description="What sales to consumers have left in the buyer's favour and may still go back."
    )
    free: Money = strawberry.field(
        description="What may still be ordered: limit - held - owed - returnable."
    )
    is_blocked: bool = strawberry.field(description="The seller takes no new orders on this edge.")

    @classmethod
    def of(cls, row: settlement.Exposure) -> Exposure:
        def money(minor: int) -> Money:
            return Money.of_minor(minor, row.currency)

        return cls(
            limit=money(row.credit_limit_minor),
            held=money(row.held_minor),
            owed=money(row.owed_minor),
            returnable=money(row.returnable_minor),
            free=money(row.free_minor),
            is_blocked=row.is_blocked,
        )


@strawberry.type(
    description="What is still owed, by how long it is overdue. Payments go to the oldest first.",
    directives=scoped(Scope.PARTY),
)
class Ageing:
    not_due: Money
    days_1_to_30: Money = strawberry.field(name="days1To30")
    days_31_to_60: Money = strawberry.field(name="days31To60")
    days_61_to_90: Money = strawberry.field(name="days61To90")
    days_over_90: Money = strawberry.field(name="daysOver90")
    overdue: Money = strawberry.field(description="The four together.")
    prepaid: Money = strawberry.field(description="Paid in advance: nothing is owed against it.")

    @classmethod
    def of(cls, row: settlement.Balance) -> Ageing:
        def money(minor: int) -> Money:
            return Money.of_minor(minor, row.currency)

        return cls(
            not_due=money(row.ageing.not_due_minor),
            days_1_to_30=money(row.ageing.days_1_to_30_minor),
            days_31_to_60=money(row.ageing.days_31_to_60_minor),
            days_61_to_90=money(row.ageing.days_61_to_90_minor),
            days_over_90=money(row.ageing.days_over_90_minor),
            overdue=money(row.ageing.overdue_minor),
            prepaid=money(row.ageing.prepaid_minor),
        )


@strawberry.type(
    description="What an edge's account comes to now, counting what is not in the books yet.",
    directives=scoped(Scope.PARTY),
)
class Balance:
    amount: Money = strawberry.field(
        description="From your side: above zero you are owed, below zero you owe."
    )
    buyer_owes: Money = strawberry.field(description="The same for both sides.")
    ageing: Ageing

    @classmethod
    def of(cls, row: settlement.Balance, is_seller: bool) -> Balance:
        return cls(
            amount=from_side(row.owed_minor, row.currency, is_seller),
            buyer_owes=Money.of_minor(row.owed_minor, row.currency),
            ageing=Ageing.of(row),
        )


@strawberry.type(
    description="What moved an edge's account, with the document that it comes from.",
    directives=scoped(Scope.PARTY),
)
class AccountEntry:
    id: strawberry.ID
    kind: ObligationKind
    document_type: str
    document_id: strawberry.ID
    document_number: str
    occurred_at: datetime.datetime
    due_on: datetime.date | None
    amount: Money = strawberry.field(
        description="From your side: above zero it raises what you are owed."
    )
    buyer_owes: Money = strawberry.field(
        description="What it adds to what the buyer owes; the same for both sides."
    )
    row: strawberry.Private[settlement.Obligation]
    statement_id: strawberry.Private[int | None]

    @classmethod
    def of(
        cls, row: settlement.Obligation, is_seller: bool, statement_id: int | None = None
    ) -> AccountEntry:
        return cls(
            id=to_id("AccountEntry", row.id),
            kind=row.kind,
            document_type=row.document_type,
            document_id=to_id(
                DOCUMENT_TYPES.get(row.document_type, row.document_type), row.document_id
            ),
            document_number=row.document_number,
            occurred_at=row.occurred_at,
            due_on=row.due_on,
            amount=from_side(row.amount_minor, row.currency, is_seller),
            buyer_owes=Money.of_minor(row.amount_minor, row.currency),
            row=row,
            statement_id=statement_id,
        )

    @strawberry.field(
        description="What the buyer owed once this had moved the account, or the statement; the "
        "same for both sides."
    )
    async def buyer_owes_after(self, info: Info) -> Money | None:
        if self.statement_id is None:
            minor = await info.context.loader("owed after", _owed_after).load(self.row.id)
        else:
            line = (self.statement_id, self.row.id)
            minor = await info.context.loader("stated after", _stated_after).load(line)
        return None if minor is None else Money.of_minor(minor, self.row.currency)

    @strawberry.field(
        description="The order that goods were received or given back for; null for other kinds.",
        extensions=needs(Permission.ORDER_READ),
    )
    async def order_id(self, info: Info) -> strawberry.ID | None:
        document = (self.row.document_type, self.row.document_id)
        order_id = await info.context.loader("order of document", _orders).load(document)
        return None if order_id is None else to_id("Order", order_id)


def from_side(minor: int, currency: str, is_seller: bool) -> Money:
    """What the buyer owes as one side reads it: above zero is in its favour."""
    return Money.of_minor(minor if is_seller else -minor, currency)


async def load_exposure(info: Info, relationship_id: int) -> Exposure | None:
    row = await info.context.loader("exposure", _exposures).load(relationship_id)
    return None if row is None else Exposure.of(row)


async def load_balance(info: Info, relationship_id: int, is_seller: bool) -> Balance | None:
    row = await info.context.loader("balance", _balances).load(relationship_id)
    return None if row is None else Balance.of(row, is_seller)


async def load_account(
    info: Info, relationship_id: int, is_seller: bool, page: kernel.PageRequest
) -> Connection[AccountEntry]:
    """A page of what moved an edge's account, newest first; one statement for all edges."""

    async def load(
        conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
    ) -> list[kernel.Page[settlement.Obligation]]:
        found = await settlement.list_obligations(
            conn, actor=actor, relationship_ids=ids, page=page
        )
        return [found[id] for id in ids]

    result = await info.context.loader(f"account {page}", load).load(relationship_id)
    return Connection.of(result, lambda row: AccountEntry.of(row, is_seller))


async def _exposures(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> list[settlement.Exposure | None]:
    found = await settlement.exposures_by_relationship(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]


async def _balances(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> list[settlement.Balance | None]:
    found = await settlement.balances_by_relationship(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]


async def _owed_after(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> list[int | None]:
    found = await settlement.owed_after_entries(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]


async def _stated_after(
    conn: kernel.Connection, actor: kernel.Actor, lines: list[tuple[int, int]]
) -> list[int | None]:
    found = await settlement.owed_after_lines(conn, actor=actor, lines=lines)
    return [found.get(line) for line in lines]


async def _orders(
    conn: kernel.Connection, actor: kernel.Actor, documents: list[tuple[str, int]]
) -> list[int | None]:
    found = await ordering.orders_of_documents(conn, actor=actor, documents=documents)
    return [found.get(document) for document in documents]
