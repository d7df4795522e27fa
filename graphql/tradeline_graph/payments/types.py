"""Bills of a payment provider, and differences, as the organization may see them that collects."""

from __future__ import annotations

import datetime

import strawberry

from tradeline import kernel, payments
from tradeline.kernel import Permission
from tradeline.payments import DifferenceKind, RefundState
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._pages import Connection
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, needs, scoped

strawberry.enum(
    DifferenceKind,
    description=(
        "What differs: MISSING_HERE is paid by the bill and not known to us, MISSING_IN_BILL the "
        "other way round; those of refunds begin with REFUND."
    ),
)


strawberry.enum(
    RefundState,
    name="ProviderRefundState",
    description=(
        "What the provider makes of a refund. CLOSED did not happen, and can be sent again; "
        "ABNORMAL was not taken by the payer's account: somebody sees to it on its platform."
    ),
)


@strawberry.type(
    description="What the provider says of one day of a merchant. A day without trade has zeros.",
    directives=scoped(Scope.ORGANIZATION),
)
class ProviderBill:
    merchant_id: str
    day: datetime.date
    stored_at: datetime.datetime
    reconciled_at: datetime.datetime | None = strawberry.field(
        description="When it was last compared with our own books."
    )
    payment_count: int
    payment_amount: Money
    refund_count: int
    refund_amount: Money
    fee: Money = strawberry.field(description="What the provider took, less what it gave back.")

    @classmethod
    def of(cls, row: payments.Bill) -> ProviderBill:
        return cls(
            merchant_id=row.merchant_id,
            day=row.bill_date,
            stored_at=row.stored_at,
            reconciled_at=row.reconciled_at,
            payment_count=row.payments_count,
            payment_amount=Money.of_minor(row.payments_minor, row.currency),
            refund_count=row.refunds_count,
            refund_amount=Money.of_minor(row.refunds_minor, row.currency),
            fee=Money.of_minor(row.fee_minor, row.currency),
        )


@strawberry.type(
    description=(
        "Something in which our books and the provider's bill differ. It moves no money: whoever "
        "has looked after it says what came of it."
    ),
    directives=scoped(Scope.ORGANIZATION),
)
class Difference:
    id: strawberry.ID
    merchant_id: str
    day: datetime.date
    kind: DifferenceKind
    number: str = strawberry.field(description="Our number of the payment or refund.")
    transaction_id: str = strawberry.field(description="The provider's, or empty.")
    ours: Money | None = strawberry.field(description="Null where we know of nothing.")
    theirs: Money | None = strawberry.field(description="Null where the bill says nothing.")
    found_at: datetime.datetime
    resolved_at: datetime.datetime | None
    note: str = strawberry.field(description="What came of it.")

    @classmethod
    def of(cls, row: payments.Difference) -> Difference:
        def money(minor: int | None) -> Money | None:
            return None if minor is None else Money.of_minor(minor, row.currency)

        return cls(
            id=to_id("Difference", row.id),
            merchant_id=row.merchant_id,
            day=row.bill_date,
            kind=row.kind,
            number=row.number,
            transaction_id=row.transaction_id,
            ours=money(row.ours_minor),
            theirs=money(row.theirs_minor),
            found_at=row.found_at,
            resolved_at=row.resolved_at,
            note=row.note,
        )


@strawberry.type(
    description="A day of a merchant: the provider's bill, and what differs.",
    directives=scoped(Scope.ORGANIZATION),
)
class Reconciliation:
    merchant_id: str
    day: datetime.date

    @strawberry.field(
        description="Null if it has not been fetched, or is another organization's.",
        extensions=needs(Permission.PAYMENT_RECONCILE),
    )
    async def bill(self, info: Info) -> ProviderBill | None:
        actor = info.context.signed_in()
        # Newest first, from that day on: the first one is that day's, if there is one.
        after = ((self.day + datetime.timedelta(days=1)).isoformat(), "")
        page = kernel.PageRequest(1, after)
        async with info.context.db.reading(actor.network_id) as conn:
            found = await payments.list_bills(
                conn, actor=actor, page=page, merchant_id=self.merchant_id
            )
        for row in found.items:
            if row.bill_date == self.day:
                return ProviderBill.of(row)
        return None

    @strawberry.field(
        description="Newest first; the open ones, or the resolved ones, if asked for.",
        extensions=needs(Permission.PAYMENT_RECONCILE),
    )
    async def differences(
        self,
        info: Info,
        is_open: bool | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Difference] | None:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            found = await payments.list_differences(
                conn,
                actor=actor,
                page=page,
                merchant_id=self.merchant_id,
                bill_date=self.day,
                is_open=is_open,
            )
        return Connection.of(found, Difference.of)


@strawberry.type(
    description="Money that a merchant of your organization's owes a consumer.",
    directives=scoped(Scope.ORGANIZATION),
)
class ProviderRefund:
    id: strawberry.ID
    number: str = strawberry.field(description="Ours, as the provider knows it.")
    payment_number: str
    merchant_id: str
    amount: Money
    reason: str
    state: RefundState
    requested_at: datetime.datetime
    last_error: str | None = strawberry.field(description="Why it could not be sent, at last.")
    can_be_sent_again: bool = strawberry.field(description="With `refundSendAgain`.")

    @classmethod
    def of(cls, row: payments.ProviderRefund) -> ProviderRefund:
        return cls(
            id=to_id("ProviderRefund", row.id),
            number=row.number,
            payment_number=row.payment_number,
            merchant_id=row.merchant_id,
            amount=Money.of_minor(row.amount_minor, row.currency),
            reason=row.reason,
            state=row.state,
            requested_at=row.requested_at,
            last_error=row.last_error,
            can_be_sent_again=row.can_be_sent_again,
        )


async def load_provider_refund(info: Info, id: int | None) -> ProviderRefund | None:
    if id is None:
        return None
    actor = info.context.signed_in()
    async with info.context.db.reading(actor.network_id) as conn:
        found = await payments.provider_refunds_by_ids(conn, actor=actor, ids=[id])
    return ProviderRefund.of(found[id]) if id in found else None


async def load_difference(info: Info, id: int | None) -> Difference | None:
    async def load(
        conn: kernel.Connection, asker: kernel.Actor | kernel.Shopper, ids: list[int]
    ) -> list[payments.Difference | None]:
        assert isinstance(asker, kernel.Actor), "the scope says so"
        found = await payments.differences_by_ids(conn, actor=asker, ids=ids)
        return [found.get(each) for each in ids]

    if id is None:
        return None
    row = await info.context.loader("difference", load).load(id)
    return None if row is None else Difference.of(row)
