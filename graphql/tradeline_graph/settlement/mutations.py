"""How accounts move."""

from __future__ import annotations

import strawberry
from strawberry.extensions import FieldExtension

from tradeline import kernel, settlement
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import perform
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.organizations import load_relationship
from tradeline_graph.settlement.inputs import (
    AdjustmentConfirmInput,
    AdjustmentCreateInput,
    AdjustmentRefuseInput,
    CreditBlockInput,
    CreditLimitSetInput,
    PaymentConfirmInput,
    PaymentRecordInput,
    PaymentRefuseInput,
    StatementConfirmInput,
    StatementDisputeInput,
    StatementIssueInput,
    StatementReissueInput,
)
from tradeline_graph.settlement.payloads import (
    AdjustmentConfirmPayload,
    AdjustmentCreatePayload,
    AdjustmentRefusePayload,
    CreditBlockPayload,
    CreditLimitSetPayload,
    PaymentConfirmPayload,
    PaymentRecordPayload,
    PaymentRefusePayload,
    StatementConfirmPayload,
    StatementDisputePayload,
    StatementIssuePayload,
    StatementReissuePayload,
)
from tradeline_graph.settlement.types import load_adjustment, load_payment, load_statement

MANAGES_CREDIT: list[FieldExtension] = [Guard(Scope.PARTY, Permission.CREDIT_MANAGE)]
RECORDS_PAYMENTS: list[FieldExtension] = [Guard(Scope.PARTY, Permission.PAYMENT_RECORD)]
CONFIRMS_STATEMENTS: list[FieldExtension] = [Guard(Scope.PARTY, Permission.STATEMENT_CONFIRM)]


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Let the buyer of an edge on which you sell owe so much.",
        extensions=MANAGES_CREDIT,
    )
    async def credit_limit_set(
        self, info: Info, input: CreditLimitSetInput
    ) -> CreditLimitSetPayload:
        async def set_limit(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.set_credit_limit(
                conn,
                actor=actor,
                relationship_id=from_id("Relationship", input.relationship_id),
                limit=input.limit.to_model("limit"),
            )

        done = await perform(info, input, set_limit)
        return CreditLimitSetPayload(
            relationship=await load_relationship(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Stop new orders on an edge on which you sell, or take them again.",
        extensions=MANAGES_CREDIT,
    )
    async def credit_block(self, info: Info, input: CreditBlockInput) -> CreditBlockPayload:
        async def block(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.block_credit(
                conn,
                actor=actor,
                relationship_id=from_id("Relationship", input.relationship_id),
                is_blocked=input.is_blocked,
            )

        done = await perform(info, input, block)
        return CreditBlockPayload(
            relationship=await load_relationship(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description=(
            "Charge or credit the buyer of an edge on which you sell. A credit note counts at "
            "once, a charge when the buyer confirms it."
        ),
        extensions=MANAGES_CREDIT,
    )
    async def adjustment_create(
        self, info: Info, input: AdjustmentCreateInput
    ) -> AdjustmentCreatePayload:
        async def create(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.adjust(
                conn,
                actor=actor,
                relationship_id=from_id("Relationship", input.relationship_id),
                kind=settlement.ObligationKind(input.kind.value),
                amount=input.amount.to_model("amount"),
                reason=input.reason,
                due_on=input.due_on,
            )

        done = await perform(info, input, create)
        return AdjustmentCreatePayload(
            adjustment=await load_adjustment(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="As the buyer, agree to a charge: it is owed from now on.",
        extensions=CONFIRMS_STATEMENTS,
    )
    async def adjustment_confirm(
        self, info: Info, input: AdjustmentConfirmInput
    ) -> AdjustmentConfirmPayload:
        async def confirm(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.confirm_adjustment(
                conn, actor=actor, adjustment_id=from_id("Adjustment", input.adjustment_id)
            )

        done = await perform(info, input, confirm)
        return AdjustmentConfirmPayload(
            adjustment=await load_adjustment(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="As the buyer, refuse a charge: it never counts.",
        extensions=CONFIRMS_STATEMENTS,
    )
    async def adjustment_refuse(
        self, info: Info, input: AdjustmentRefuseInput
    ) -> AdjustmentRefusePayload:
        async def refuse(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.refuse_adjustment(
                conn,
                actor=actor,
                adjustment_id=from_id("Adjustment", input.adjustment_id),
                reason=input.reason,
            )

        done = await perform(info, input, refuse)
        return AdjustmentRefusePayload(
            adjustment=await load_adjustment(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description=(
            "Record money that changed hands. What you received counts at once; what you paid "
            "counts when the other side confirms it."
        ),
        extensions=RECORDS_PAYMENTS,
    )
    async def payment_record(self, info: Info, input: PaymentRecordInput) -> PaymentRecordPayload:
        async def record(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.record_payment(conn, actor=actor, payment=input.to_model())

        done = await perform(info, input, record)
        return PaymentRecordPayload(payment=await load_payment(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Say that a payment to you arrived.", extensions=RECORDS_PAYMENTS
    )
    async def payment_confirm(
        self, info: Info, input: PaymentConfirmInput
    ) -> PaymentConfirmPayload:
        async def confirm(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.confirm_payment(
                conn, actor=actor, payment_id=from_id("Payment", input.payment_id)
            )

        done = await perform(info, input, confirm)
        return PaymentConfirmPayload(payment=await load_payment(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Say that a payment to you did not arrive.", extensions=RECORDS_PAYMENTS
    )
    async def payment_refuse(self, info: Info, input: PaymentRefuseInput) -> PaymentRefusePayload:
        async def refuse(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.refuse_payment(
                conn,
                actor=actor,
                payment_id=from_id("Payment", input.payment_id),
                reason=input.reason,
            )

        done = await perform(info, input, refuse)
        return PaymentRefusePayload(payment=await load_payment(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description=(
            "State the account of an edge on which you sell: all that is in no statement yet and "
            "happened by the end of the period. One statement at a time waits for both sides."
        ),
        extensions=CONFIRMS_STATEMENTS,
    )
    async def statement_issue(
        self, info: Info, input: StatementIssueInput
    ) -> StatementIssuePayload:
        async def issue(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.issue_statement(
                conn,
                actor=actor,
                relationship_id=from_id("Relationship", input.relationship_id),
                period_to=input.period_to,
            )

        done = await perform(info, input, issue)
        return StatementIssuePayload(
            statement=await load_statement(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Agree to a statement. Once both sides have, it is closed for good.",
        extensions=CONFIRMS_STATEMENTS,
    )
    async def statement_confirm(
        self, info: Info, input: StatementConfirmInput
    ) -> StatementConfirmPayload:
        async def confirm(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.confirm_statement(
                conn,
                actor=actor,
                statement_id=from_id("Statement", input.statement_id),
                hash_seen=_hash(input.hash),
            )

        done = await perform(info, input, confirm)
        return StatementConfirmPayload(
            statement=await load_statement(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Object to a statement that is not confirmed by both sides.",
        extensions=CONFIRMS_STATEMENTS,
    )
    async def statement_dispute(
        self, info: Info, input: StatementDisputeInput
    ) -> StatementDisputePayload:
        async def dispute(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.dispute_statement(
                conn,
                actor=actor,
                statement_id=from_id("Statement", input.statement_id),
                reason=input.reason,
            )

        done = await perform(info, input, dispute)
        return StatementDisputePayload(
            statement=await load_statement(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Issue a disputed statement anew, with what was adjusted meanwhile.",
        extensions=CONFIRMS_STATEMENTS,
    )
    async def statement_reissue(
        self, info: Info, input: StatementReissueInput
    ) -> StatementReissuePayload:
        async def reissue(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await settlement.reissue_statement(
                conn,
                actor=actor,
                statement_id=from_id("Statement", input.statement_id),
                period_to=input.period_to,
            )

        done = await perform(info, input, reissue)
        return StatementReissuePayload(
            statement=await load_statement(info, done.id), errors=done.errors
        )


def _hash(text: str | None) -> bytes | None:
    """What no statement has, for text that is no hash at all."""
    if text is None:
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
