"""What can be asked about payments, statements and one's own books."""

from __future__ import annotations

import strawberry

from tradeline import kernel, settlement
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.settlement.enums import AdjustmentState, PaymentState, StatementState
from tradeline_graph.settlement.types import (
    Adjustment,
    Journal,
    LedgerAccount,
    Payment,
    Statement,
    load_adjustment,
    load_payment,
    load_statement,
)


@strawberry.type
class Query:
    @strawberry.field(
        description="A payment that your organization made or got.",
        extensions=[Guard(Scope.PARTY, Permission.PAYMENT_READ, Permission.PAYMENT_RECORD)],
    )
    async def payment(self, info: Info, id: strawberry.ID) -> Payment | None:
        return await load_payment(info, from_id("Payment", id))

    @strawberry.field(
        description="Payments that your organization made or got, newest first.",
        extensions=[Guard(Scope.PARTY, Permission.PAYMENT_READ)],
    )
    async def payments(
        self,
        info: Info,
        relationship_id: strawberry.ID | None = None,
        state: PaymentState | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Payment]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await settlement.list_payments(
                conn,
                actor=actor,
                page=page,
                relationship_id=from_optional_id("Relationship", relationship_id),
                state=state,
            )
        return Connection.of(result, Payment.of)

    @strawberry.field(
        description="A charge or credit note on one of your relationships.",
        extensions=[
            Guard(
                Scope.PARTY,
                Permission.STATEMENT_READ,
                Permission.STATEMENT_CONFIRM,
                Permission.CREDIT_MANAGE,
            )
        ],
    )
    async def adjustment(self, info: Info, id: strawberry.ID) -> Adjustment | None:
        return await load_adjustment(info, from_id("Adjustment", id))

    @strawberry.field(
        description="Charges and credit notes on your relationships, newest first.",
        extensions=[Guard(Scope.PARTY, Permission.STATEMENT_READ)],
    )
    async def adjustments(
        self,
        info: Info,
        relationship_id: strawberry.ID | None = None,
        state: AdjustmentState | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Adjustment]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await settlement.list_adjustments(
                conn,
                actor=actor,
                page=page,
                relationship_id=from_optional_id("Relationship", relationship_id),
                state=state,
            )
        return Connection.of(result, Adjustment.of)

    @strawberry.field(
        description="A statement of one of your relationships.",
        extensions=[Guard(Scope.PARTY, Permission.STATEMENT_READ, Permission.STATEMENT_CONFIRM)],
    )
    async def statement(self, info: Info, id: strawberry.ID) -> Statement | None:
        return await load_statement(info, from_id("Statement", id))

    @strawberry.field(
        description="Statements of your relationships, newest first.",
        extensions=[Guard(Scope.PARTY, Permission.STATEMENT_READ)],
    )
    async def statements(
        self,
        info: Info,
        relationship_id: strawberry.ID | None = None,
        state: StatementState | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Statement]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await settlement.list_statements(
                conn,
                actor=actor,
                page=page,
                relationship_id=from_optional_id("Relationship", relationship_id),
                state=state,
            )
        return Connection.of(result, lambda row: Statement.of(row, actor.org_id))

    @strawberry.field(
        description="The accounts of one of your organization's legal entities.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.BOOKS_READ)],
    )
    async def ledger_accounts(
        self,
        info: Info,
        legal_entity_id: strawberry.ID,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[LedgerAccount]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await settlement.list_accounts(
                conn, actor=actor, entity_id=from_id("LegalEntity", legal_entity_id), page=page
            )
        return Connection.of(result, LedgerAccount.of)

    @strawberry.field(
        description=(
            "The postings in the books of one of your organization's legal entities, newest "
            "first; those on one account, if one is given."
        ),
        extensions=[Guard(Scope.ORGANIZATION, Permission.BOOKS_READ)],
    )
    async def journals(
        self,
        info: Info,
        legal_entity_id: strawberry.ID,
        ledger_account_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Journal]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await settlement.list_journals(
                conn,
                actor=actor,
                entity_id=from_id("LegalEntity", legal_entity_id),
                page=page,
                account_id=from_optional_id("LedgerAccount", ledger_account_id),
            )
        return Connection.of(result, Journal.of)
