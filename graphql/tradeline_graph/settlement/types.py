"""Payments, statements and books as the viewer's organization may see them."""

from __future__ import annotations

import datetime

import strawberry

from tradeline import kernel, settlement
from tradeline.kernel import Permission
from tradeline.settlement import ObligationKind
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._pages import Connection
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.accounts import DOCUMENT_TYPES, AccountEntry, from_side
from tradeline_graph.organizations import (
    Organization,
    Relationship,
    load_organization,
    load_relationship,
)
from tradeline_graph.settlement.enums import (
    AdjustmentState,
    JournalKind,
    PaperStep,
    PaymentMethod,
    PaymentState,
    StatementState,
)


@strawberry.type(
    description="Money that changed hands. It counts once the payee has confirmed it.",
    directives=scoped(Scope.PARTY),
)
class Payment:
    id: strawberry.ID
    number: str
    amount: Money
    method: PaymentMethod
    reference: str = strawberry.field(description="What the bank's paper says, say.")
    state: PaymentState
    paid_on: datetime.date
    recorded_at: datetime.datetime
    decided_at: datetime.datetime | None = strawberry.field(
        description="When the payee confirmed or refused it."
    )
    refusal_reason: str | None
    row: strawberry.Private[settlement.Payment]

    @classmethod
    def of(cls, row: settlement.Payment) -> Payment:
        return cls(
            id=to_id("Payment", row.id),
            number=row.number,
            amount=Money.of_minor(row.amount_minor, row.currency),
            method=row.method,
            reference=row.reference,
            state=row.state,
            paid_on=row.paid_on,
            recorded_at=row.recorded_at,
            decided_at=row.decided_at,
            refusal_reason=row.refusal_reason,
            row=row,
        )

    @strawberry.field(description="What you may say to it now. There is no other rule to know.")
    def allowed_steps(self, info: Info) -> list[PaperStep]:
        return settlement.payment_steps(info.context.signed_in(), self.row)

    @strawberry.field
    async def payer(self, info: Info) -> Organization | None:
        return await load_organization(info, self.row.payer_org_id)

    @strawberry.field
    async def payee(self, info: Info) -> Organization | None:
        return await load_organization(info, self.row.payee_org_id)

    @strawberry.field(description="Who told us of it first.")
    async def recorded_by(self, info: Info) -> Organization | None:
        return await load_organization(info, self.row.recorded_by_org_id)

    @strawberry.field(extensions=needs(Permission.RELATIONSHIP_READ))
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.row.relationship_id)


@strawberry.type(
    description=(
        "A charge or a credit note of the seller. A charge counts once the buyer has confirmed it, "
        "a credit note at once."
    ),
    directives=scoped(Scope.PARTY),
)
class Adjustment:
    id: strawberry.ID
    number: str
    kind: ObligationKind
    amount: Money
    reason: str
    due_on: datetime.date | None = strawberry.field(description="When a charge falls due.")
    state: AdjustmentState
    made_at: datetime.datetime
    decided_at: datetime.datetime | None = strawberry.field(
        description="When the buyer confirmed or refused it."
    )
    refusal_reason: str | None
    row: strawberry.Private[settlement.Adjustment]

    @classmethod
    def of(cls, row: settlement.Adjustment) -> Adjustment:
        return cls(
            id=to_id("Adjustment", row.id),
            number=row.number,
            kind=row.kind,
            amount=Money.of_minor(row.amount_minor, row.currency),
            reason=row.reason,
            due_on=row.due_on,
            state=row.state,
            made_at=row.made_at,
            decided_at=row.decided_at,
            refusal_reason=row.refusal_reason,
            row=row,
        )

    @strawberry.field(description="What you may say to it now. There is no other rule to know.")
    def allowed_steps(self, info: Info) -> list[PaperStep]:
        return settlement.adjustment_steps(info.context.signed_in(), self.row)

    @strawberry.field(extensions=needs(Permission.RELATIONSHIP_READ))
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.row.relationship_id)


@strawberry.type(
    description=(
        "A period of an edge's account: opening + movement = closing. Both sides read the same "
        "figures in the fields that begin with `buyerOwes`; the others are from your side, above "
        "zero in your favour."
    ),
    directives=scoped(Scope.PARTY),
)
class Statement:
    id: strawberry.ID
    number: str
    sequence: int = strawberry.field(description="Counts the statements of the edge from 1.")
    state: StatementState
    period_from: datetime.datetime | None = strawberry.field(
        description="When the statement before ended; null for the first."
    )
    period_to: datetime.datetime
    opening: Money
    movement: Money
    closing: Money
    buyer_owes_opening: Money
    buyer_owes_movement: Money
    buyer_owes_closing: Money
    issued_at: datetime.datetime
    seller_confirmed_at: datetime.datetime | None
    buyer_confirmed_at: datetime.datetime | None
    dispute_reason: str | None
    hash: str = strawberry.field(
        description="SHA-256 in hexadecimal of what it says and of `previousHash`."
    )
    previous_hash: str = strawberry.field(description="That of the statement before, or empty.")
    row: strawberry.Private[settlement.Statement]
    is_seller: strawberry.Private[bool]

    @classmethod
    def of(cls, row: settlement.Statement, viewer_org_id: int) -> Statement:
        is_seller = row.seller_org_id == viewer_org_id

        def own(minor: int) -> Money:
            return from_side(minor, row.currency, is_seller)

        def neutral(minor: int) -> Money:
            return Money.of_minor(minor, row.currency)

        return cls(
            id=to_id("Statement", row.id),
            number=row.number,
            sequence=row.sequence,
            state=row.state,
            period_from=row.period_from,
            period_to=row.period_to,
            opening=own(row.opening_minor),
            movement=own(row.movement_minor),
            closing=own(row.closing_minor),
            buyer_owes_opening=neutral(row.opening_minor),
            buyer_owes_movement=neutral(row.movement_minor),
            buyer_owes_closing=neutral(row.closing_minor),
            issued_at=row.issued_at,
            seller_confirmed_at=row.seller_confirmed_at,
            buyer_confirmed_at=row.buyer_confirmed_at,
            dispute_reason=row.dispute_reason,
            hash=row.hash.hex(),
            previous_hash=row.previous_hash.hex(),
            row=row,
            is_seller=is_seller,
        )

    @strawberry.field(extensions=needs(Permission.RELATIONSHIP_READ))
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.row.relationship_id)

    @strawberry.field(description="What you may say to it now. There is no other rule to know.")
    def allowed_steps(self, info: Info) -> list[PaperStep]:
        return settlement.statement_steps(info.context.signed_in(), self.row)

    @strawberry.field
    async def seller(self, info: Info) -> Organization | None:
        return await load_organization(info, self.row.seller_org_id)

    @strawberry.field
    async def buyer(self, info: Info) -> Organization | None:
        return await load_organization(info, self.row.buyer_org_id)

    @strawberry.field(description="Who disputes it.")
    async def disputed_by(self, info: Info) -> Organization | None:
        return await load_organization(info, self.row.disputed_by_org_id)

    @strawberry.field(description="What it is made of, each with its document, oldest first.")
    async def lines(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[AccountEntry]:
        page = kernel.page_request(first, after, (int,))

        async def load(
            conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
        ) -> list[kernel.Page[settlement.Obligation]]:
            found = await settlement.list_statement_lines(
                conn, actor=actor, statement_ids=ids, page=page
            )
            return [found[id] for id in ids]

        result = await info.context.loader(f"lines of statement {page}", load).load(self.row.id)
        return Connection.of(result, lambda row: AccountEntry.of(row, self.is_seller, self.row.id))


@strawberry.type(
    description=(
        "An account of one of your organization's legal entities. The code `current` is the one "
        "with the other side of a relationship."
    ),
    directives=scoped(Scope.ORGANIZATION),
)
class LedgerAccount:
    id: strawberry.ID
    code: str
    debit: Money = strawberry.field(description="The sum of what was debited.")
    credit: Money = strawberry.field(description="The sum of what was credited.")
    balance: Money = strawberry.field(description="Debits less credits.")
    relationship_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, row: settlement.LedgerAccount) -> LedgerAccount:
        return cls(
            id=to_id("LedgerAccount", row.id),
            code=row.code,
            debit=Money.of_minor(row.debit_minor, row.currency),
            credit=Money.of_minor(row.credit_minor, row.currency),
            balance=Money.of_minor(row.balance_minor, row.currency),
            relationship_id=row.relationship_id,
        )

    @strawberry.field(
        description="The edge of a current account.",
        extensions=needs(Permission.RELATIONSHIP_READ),
    )
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.relationship_id)


@strawberry.type(
    description="One balanced movement: a sum debited to one account and credited to another.",
    directives=scoped(Scope.ORGANIZATION),
)
class Transfer:
    amount: Money
    debit_code: str
    debit_account_id: strawberry.ID
    credit_code: str
    credit_account_id: strawberry.ID


@strawberry.type(
    description="What one document does to your books.", directives=scoped(Scope.ORGANIZATION)
)
class Journal:
    id: strawberry.ID
    posted_at: datetime.datetime
    occurred_at: datetime.datetime
    kind: JournalKind
    document_type: str
    document_id: strawberry.ID
    document_number: str
    transfers: list[Transfer]
    relationship_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, row: settlement.Journal) -> Journal:
        return cls(
            id=to_id("Journal", row.id),
            posted_at=row.posted_at,
            occurred_at=row.occurred_at,
            kind=JournalKind(row.kind),
            document_type=row.document_type,
            document_id=to_id(
                DOCUMENT_TYPES.get(row.document_type, row.document_type), row.document_id
            ),
            document_number=row.document_number,
            transfers=[
                Transfer(
                    amount=Money.of_minor(row.amount_minor, row.currency),
                    debit_code=row.debit_code,
                    debit_account_id=to_id("LedgerAccount", row.debit_account_id),
                    credit_code=row.credit_code,
                    credit_account_id=to_id("LedgerAccount", row.credit_account_id),
                )
            ],
            relationship_id=row.relationship_id,
        )

    @strawberry.field(
        description="Whom it is with; nobody, where only your own books have it.",
        extensions=needs(Permission.RELATIONSHIP_READ),
    )
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.relationship_id)


async def load_payment(info: Info, id: int | None) -> Payment | None:
    """A payment by its row's id; None for none, or for one of others."""
    if id is None:
        return None
    row = await info.context.loader("payment", _payments).load(id)
    return None if row is None else Payment.of(row)


async def load_adjustment(info: Info, id: int | None) -> Adjustment | None:
    """An adjustment by its row's id; None for none, or for one of others."""
    if id is None:
        return None
    row = await info.context.loader("adjustment", _adjustments).load(id)
    return None if row is None else Adjustment.of(row)


async def load_statement(info: Info, id: int | None) -> Statement | None:
    """A statement by its row's id; None for none, or for one of others."""
    if id is None:
        return None
    row = await info.context.loader("statement", _statements).load(id)
    return None if row is None else Statement.of(row, info.context.signed_in().org_id)


async def _payments(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> list[settlement.Payment | None]:
    found = await settlement.payments_by_ids(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]


async def _adjustments(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> list[settlement.Adjustment | None]:
    found = await settlement.adjustments_by_ids(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]


async def _statements(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> list[settlement.Statement | None]:
    found = await settlement.statements_by_ids(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]
