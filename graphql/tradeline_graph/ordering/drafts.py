"""Drafts of orders in the graph: rows as typed, with what they come to at this moment."""

from __future__ import annotations

import asyncio
import base64
import datetime
import decimal

import strawberry
from graphql import GraphQLError

from tradeline import kernel, ordering
from tradeline.kernel import Actor, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id, to_id
from tradeline_graph._pages import Connection
from tradeline_graph._problems import to_graph
from tradeline_graph._scalars import Money, UnusableValue
from tradeline_graph._scope import Scope, guarded, needs, scoped
from tradeline_graph.accounts import Exposure, load_exposure
from tradeline_graph.catalog import Pack, Sku, load_sku
from tradeline_graph.ordering.draft_problems import DraftRowProblem, OrderBlocker
from tradeline_graph.organizations import Relationship, load_relationship
from tradeline_graph.pricing import PriceQuote

PLACES = guarded(Scope.VIEWER, Permission.ORDER_PLACE, Permission.ORDER_PLACE_ON_BEHALF)

strawberry.enum(
    ordering.RowState,
    name="DraftRowState",
    description="Whether a row can be ordered, is summed into an earlier one, or has a problem.",
)


@strawberry.type(
    description="A row of a draft, and what it comes to at this moment.",
    directives=scoped(Scope.VIEWER),
)
class DraftRow:
    position: int = strawberry.field(description="From 0.")
    code: str = strawberry.field(
        description="As typed: a code, barcode, own code or name of a SKU, or part of one."
    )
    quantity_text: str = strawberry.field(description='As typed, such as "12", "2 CASE" or "2箱".')
    state: ordering.RowState
    merged_into: int | None = strawberry.field(
        description="The row that orders the same SKU and pack, and this row's quantity with it."
    )
    chosen_sku_id: strawberry.ID | None = strawberry.field(
        description="The `skuId` that the row was saved with."
    )
    pack: Pack | None
    quantity: int | None = strawberry.field(
        description="In base units; of a row into which others are merged, with theirs."
    )
    pack_quantity: int | None = strawberry.field(
        description="What this row by itself asks for, in `pack`."
    )
    unit_price: decimal.Decimal | None
    amount: Money | None = strawberry.field(description="Of `quantity`.")
    available: int | None = strawberry.field(
        description="Free to order now, in base units; a look, not a promise."
    )
    problems: list[DraftRowProblem]
    row: strawberry.Private[ordering.ResolvedRow]
    seller_org_id: strawberry.Private[int]

    @classmethod
    def of(cls, row: ordering.ResolvedRow, seller_org_id: int, locale: kernel.Locale) -> DraftRow:
        has_price = row.price is not None and row.price.price is not None
        chosen = row.typed.sku_id
        return cls(
            position=row.position,
            code=row.code,
            quantity_text=row.quantity_text,
            state=row.state,
            merged_into=row.merged_into,
            chosen_sku_id=None if chosen is None else to_id("Sku", chosen),
            pack=None if row.pack is None else Pack.of(row.pack),
            quantity=row.quantity,
            pack_quantity=row.pack_quantity,
            unit_price=row.price.unit_price if row.price is not None and has_price else None,
            amount=None if row.amount is None else Money.of(row.amount),
            available=row.available,
            problems=to_graph(row.problems, locale) if row.problems else [],
            row=row,
            seller_org_id=seller_org_id,
        )

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.row.sku_id)

    @strawberry.field(
        description="How the price comes to be; of a merged row, see the one it is merged into.",
        extensions=needs(Permission.PRICE_READ),
    )
    def price(self, info: Info) -> PriceQuote | None:
        if self.row.price is None:
            return None
        sells = info.context.signed_in().org_id == self.seller_org_id
        return PriceQuote.of(self.row.price if sells else self.row.price.for_buyer())


@strawberry.type(
    description="An order in the making: one person's, on one relationship. An emptied draft stays "
    "without rows, and its version never goes back.",
    directives=scoped(Scope.VIEWER),
)
class OrderDraft:
    id: strawberry.ID
    version: int = strawberry.field(description="Rises by one with each change.")
    saved_at: datetime.datetime
    buyer_reference: str
    note: str
    ship_to_region: str
    ship_to_address: str
    requested_on: datetime.date | None
    row_count: int
    draft: strawberry.Private[ordering.OrderDraft]

    @classmethod
    def of(cls, draft: ordering.OrderDraft) -> OrderDraft:
        return cls(
            id=to_id("OrderDraft", draft.id),
            version=draft.version,
            saved_at=draft.saved_at,
            buyer_reference=draft.buyer_reference,
            note=draft.note,
            ship_to_region=draft.ship_to_region,
            ship_to_address=draft.ship_to_address,
            requested_on=draft.requested_on,
            row_count=len(draft.rows),
            draft=draft,
        )

    @strawberry.field(extensions=needs(Permission.RELATIONSHIP_READ))
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.draft.relationship_id)

    @strawberry.field(description="At most 1,000, in order.")
    async def rows(self, info: Info) -> list[DraftRow]:
        resolved = await self._resolved(info)
        locale = info.context.locale
        return [DraftRow.of(row, resolved.seller_org_id, locale) for row in resolved.rows]

    @strawberry.field(description="What the rows that are ready cost.")
    async def amount(self, info: Info) -> Money:
        return Money.of((await self._resolved(info)).amount)

    @strawberry.field
    async def ready_count(self, info: Info) -> int:
        return (await self._resolved(info)).ready_count

    @strawberry.field(description="Rows with a problem, without those merged into them.")
    async def problem_count(self, info: Info) -> int:
        return (await self._resolved(info)).problem_count

    @strawberry.field(
        description="What keeps the rows that are ready from being an order: all of it at once."
    )
    async def problems(self, info: Info) -> list[OrderBlocker]:
        return to_graph((await self._resolved(info)).problems, info.context.locale)

    @strawberry.field(extensions=needs(Permission.CREDIT_READ, Permission.CREDIT_MANAGE))
    async def exposure(self, info: Info) -> Exposure | None:
        return await load_exposure(info, self.draft.relationship_id)

    async def _resolved(self, info: Info) -> ordering.ResolvedDraft:
        resolved = await info.context.loader("resolved_draft", _resolved).load(self.draft.id)
        assert resolved is not None, "a draft is never taken away"
        return resolved


@strawberry.type(
    description="A row that a file holds, to be saved in a draft.", directives=scoped(Scope.VALUE)
)
class SheetRow:
    code: str
    quantity_text: str


@strawberry.type
class DraftQuery:
    @strawberry.field(
        description="Your draft on a relationship; null while there is none.", extensions=PLACES
    )
    async def order_draft(self, info: Info, relationship_id: strawberry.ID) -> OrderDraft | None:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            found = await ordering.draft_of_edge(
                conn, actor=actor, relationship_id=from_id("Relationship", relationship_id)
            )
        return None if found is None else OrderDraft.of(found)

    @strawberry.field(
        description="Your drafts that hold rows, newest first.",
        extensions=PLACES,
    )
    async def order_drafts(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[OrderDraft]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int, int))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await ordering.list_drafts(conn, actor=actor, page=request)
        return Connection.of(page, OrderDraft.of)

    @strawberry.field(
        description="The rows that a file holds, at most 1,000, as if they had been typed: XLSX, "
        "or CSV in UTF-8 or GB 18030, in base64, of at most 1 MB. A file from which none can be "
        "taken is an error with the code BAD_FILE, whose message says what to do.",
        extensions=PLACES,
    )
    async def order_rows_from_file(self, info: Info, name: str, content: str) -> list[SheetRow]:
        try:
            decoded = base64.b64decode(content, validate=True)
        except ValueError:
            raise UnusableValue("content must be the file in base64") from None
        try:
            rows = await asyncio.to_thread(ordering.read_rows_of_file, name, decoded)
        except kernel.Rejected as rejection:
            [problem] = rejection.problems
            raise GraphQLError(
                problem.message(info.context.locale), extensions={"code": "BAD_FILE"}
            ) from None
        return [SheetRow(code=row.code, quantity_text=row.quantity_text) for row in rows]


async def load_draft(info: Info, draft_id: int | None) -> OrderDraft | None:
    """The draft, if it is the viewer's own."""
    if draft_id is None:
        return None
    found = await info.context.loader("order_draft", _drafts).load(draft_id)
    return None if found is None else OrderDraft.of(found)


async def _drafts(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[ordering.OrderDraft | None]:
    found = await ordering.drafts_by_ids(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]


async def _resolved(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[ordering.ResolvedDraft | None]:
    found = await ordering.resolve_drafts(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]


@strawberry.input(description="A row as it was typed. `skuId` says which of several SKUs is meant.")
class DraftRowInput:
    code: str
    quantity_text: str
    sku_id: strawberry.ID | None = None

    def to_model(self) -> ordering.TypedRow:
        sku_id = from_optional_id("Sku", self.sku_id)
        return ordering.TypedRow(self.code, self.quantity_text, sku_id)
