"""Confirming many orders by a sheet: a look at what it would do, and doing it."""

from __future__ import annotations

import base64
import datetime
import decimal
from typing import Annotated, TypeAlias

import strawberry
from graphql import GraphQLError

from tradeline import kernel, ordering
from tradeline.kernel import Locale, Permission
from tradeline_graph._context import Info
from tradeline_graph._mutations import perform
from tradeline_graph._problems import InvalidValue, NotFound, RequestReused, WrongState
from tradeline_graph._scalars import Money, UnusableValue
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.ordering.draft_problems import CodeAmbiguous, CodeUnknown, QuantityUnclear
from tradeline_graph.ordering.problems import (
    BadFile,
    PlacingProblem,
    ReasonMissing,
)

OrderConfirmationsApplyError: TypeAlias = Annotated[
    NotFound
    | InvalidValue
    | RequestReused
    | WrongState
    | ReasonMissing
    | BadFile
    | CodeUnknown
    | CodeAmbiguous
    | QuantityUnclear
    | PlacingProblem,
    strawberry.union("OrderConfirmationsApplyError"),
]


@strawberry.type(
    description="Other goods that a row offers in place of what it does not confirm of its line. "
    "The units that they are for stay open until the buyer decides.",
    directives=scoped(Scope.PARTY),
)
class OrderConfirmationOffer:
    replaced_quantity: int = strawberry.field(description="Units of the line that it is for.")
    replaced_amount: Money = strawberry.field(description="What they cost as they were ordered.")
    sku_code: str
    sku_name: str
    sku_name_en: str
    base_unit: str
    pack_code: str
    pack_quantity: int
    quantity: int
    unit_price: decimal.Decimal
    priced_quantity: int
    amount: Money = strawberry.field(description="What it costs on the relationship now.")
    valid_until: datetime.date | None

    @classmethod
    def of(cls, row: ordering.JudgedConfirmation) -> OrderConfirmationOffer | None:
        if row.order is None or row.offer is None or row.offer.placed is None:
            return None
        placed, currency = row.offer.placed, row.order.currency
        price = placed.price.unit_price
        return cls(
            replaced_quantity=row.replaced,
            replaced_amount=Money.of_minor(row.replaced_minor, currency),
            sku_code=placed.tradable.sku_code,
            sku_name=placed.tradable.sku_name,
            sku_name_en=placed.tradable.sku_name_en,
            base_unit=placed.tradable.base_unit,
            pack_code=placed.pack.code,
            pack_quantity=placed.pack_quantity,
            quantity=placed.quantity,
            unit_price=price.normalize() if price else decimal.Decimal(0),
            priced_quantity=placed.price.priced_quantity,
            amount=Money.of_minor(placed.amount_minor, currency),
            valid_until=row.valid_until,
        )


@strawberry.type(
    description="A row of a sheet of confirmations, and what it would do.",
    directives=scoped(Scope.PARTY),
)
class OrderConfirmationRow:
    row: int = strawberry.field(description="Its place in the sheet, from 1.")
    order_number: str
    line_no: int | None = strawberry.field(description="Null for a line that is not known.")
    sku_code: str | None
    open_quantity: int | None = strawberry.field(description="What can be confirmed of the line.")
    confirmed_quantity: int | None = strawberry.field(
        description="Null if the row says no number, or belongs to an order that is left for later "
        "or was confirmed before: then it gives another day."
    )
    promised_on: datetime.date | None
    reason: str
    offer: OrderConfirmationOffer | None = strawberry.field(
        description="Null if the row offers no other goods, or none that can be."
    )
    is_left: bool = strawberry.field(
        description="It changes nothing: its order is not filled in, or its day is the same."
    )
    messages: list[str] = strawberry.field(
        description="All that is wrong with it. While any row has one, nothing can be applied."
    )

    @classmethod
    def of(cls, row: ordering.JudgedConfirmation, locale: Locale) -> OrderConfirmationRow:
        line = row.line
        return cls(
            row=row.typed.row,
            order_number=row.typed.order_number,
            line_no=None if line is None else line.line_no,
            sku_code=None if line is None else line.sku_code,
            open_quantity=None if line is None else line.unshipped,
            confirmed_quantity=row.confirmed,
            promised_on=row.promised_on,
            reason=row.typed.reason,
            offer=OrderConfirmationOffer.of(row),
            is_left=row.is_left,
            messages=[problem.message(locale) for problem in row.problems],
        )


@strawberry.input(description="The sheet as it was looked at: XLSX or CSV in base64, up to 1 MB.")
class OrderConfirmationsApplyInput:
    request_id: str
    name: str
    content: str


@strawberry.type(
    description="`orderCount` is how many orders the sheet changed; null if there are `errors`. "
    "The path of an error names the row: `rows`, its place in the sheet, its column.",
    directives=scoped(Scope.VALUE),
)
class OrderConfirmationsApplyPayload:
    order_count: int | None = None
    errors: list[OrderConfirmationsApplyError] = strawberry.field(default_factory=list)


@strawberry.type
class ConfirmationSheetQuery:
    @strawberry.field(
        description="As the seller, what a sheet of confirmations would do, row by row. Nothing is "
        "changed. `/files/order-confirmations.xlsx` is the sheet to fill in. A file that is none "
        "is an error with the code BAD_FILE, whose message says what to do.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_CONFIRM)],
    )
    async def order_confirmations_preview(
        self, info: Info, name: str, content: str
    ) -> list[OrderConfirmationRow]:
        actor, locale = info.context.signed_in(), info.context.locale
        decoded = decode(content)
        try:
            async with info.context.db.reading(actor.network_id) as conn:
                rows = await ordering.preview_confirmations(
                    conn, actor=actor, name=name, content=decoded
                )
        except kernel.Rejected as rejection:
            raise GraphQLError(
                rejection.problems[0].message(locale), extensions={"code": "BAD_FILE"}
            ) from None
        return [OrderConfirmationRow.of(row, locale) for row in rows]


@strawberry.type
class ConfirmationSheetMutation:
    @strawberry.mutation(
        description="As the seller, confirm orders as a sheet says, promise other days for lines "
        "confirmed before, and offer other goods for what will not come: all that is filled in, or "
        "nothing, with what is wrong with each row.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_CONFIRM)],
    )
    async def order_confirmations_apply(
        self, info: Info, input: OrderConfirmationsApplyInput
    ) -> OrderConfirmationsApplyPayload:
        decoded = decode(input.content)
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.apply_confirmations(
                conn, actor=actor, name=input.name, content=decoded
            ),
        )
        return OrderConfirmationsApplyPayload(order_count=done.id, errors=done.errors)


def decode(content: str) -> bytes:
    """A file that was sent in base64. Raises UnusableValue for what is none."""
    try:
        return base64.b64decode(content, validate=True)
    except ValueError:
        raise UnusableValue("content must be the file in base64") from None
