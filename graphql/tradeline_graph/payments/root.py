"""What can be asked about consumers' payments as the provider tells of them."""

from __future__ import annotations

import datetime

import strawberry
from strawberry.extensions import FieldExtension

from tradeline import kernel, payments
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.payments.types import (
    Difference,
    ProviderBill,
    ProviderRefund,
    Reconciliation,
)

RECONCILES: list[FieldExtension] = [Guard(Scope.ORGANIZATION, Permission.PAYMENT_RECONCILE)]


@strawberry.type
class Query:
    @strawberry.field(
        description="A day of a merchant as which your organization collects.",
        extensions=RECONCILES,
    )
    def reconciliation(self, info: Info, merchant_id: str, day: datetime.date) -> Reconciliation:
        return Reconciliation(merchant_id=merchant_id, day=day)

    @strawberry.field(
        description="The provider's bills of your organization's merchants, newest first.",
        extensions=RECONCILES,
    )
    async def provider_bills(
        self,
        info: Info,
        merchant_id: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[ProviderBill]:
        actor = info.context.signed_in()
        page = _by_day(kernel.page_request(first, after, (str, str)))
        async with info.context.db.reading(actor.network_id) as conn:
            found = await payments.list_bills(conn, actor=actor, page=page, merchant_id=merchant_id)
        return Connection.of(found, ProviderBill.of)

    @strawberry.field(
        description="In what the provider's bills and your organization's books differ, newest "
        "first; the open ones, or the resolved ones, if asked for.",
        extensions=RECONCILES,
    )
    async def differences(
        self,
        info: Info,
        is_open: bool | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Difference]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            found = await payments.list_differences(conn, actor=actor, page=page, is_open=is_open)
        return Connection.of(found, Difference.of)

    @strawberry.field(
        description="Refunds of your organization's merchants that did not reach their consumers, "
        "oldest first: closed, abnormal, or under way for more than a day.",
        extensions=RECONCILES,
    )
    async def troubled_refunds(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[ProviderRefund]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            found = await payments.list_troubled_refunds(conn, actor=actor, page=page)
        return Connection.of(found, ProviderRefund.of)


def _by_day(page: kernel.PageRequest) -> kernel.PageRequest:
    """Raises Rejected for a cursor whose first part is no day."""
    try:
        datetime.date.fromisoformat(str(page.after[0] if page.after else "2026-01-01"))
    except ValueError:
        raise kernel.refuse(
            kernel.InvalidValue(
                path=("after",),
                field="after",
                rule="pass a cursor that this list returned",
                rule_zh="请使用本列表返回的游标",
            )
        ) from None
    return page
