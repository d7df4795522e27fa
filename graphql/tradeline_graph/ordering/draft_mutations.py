"""What one does with drafts: save, place, discard."""

from __future__ import annotations

import datetime
from typing import Annotated, TypeAlias

import strawberry

from tradeline import ordering
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import perform
from tradeline_graph._problems import Busy, InvalidValue, NotFound, RequestReused
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.ordering.draft_problems import (
    CodeAmbiguous,
    CodeUnknown,
    DraftChanged,
    NothingToOrder,
    QuantityUnclear,
)
from tradeline_graph.ordering.drafts import PLACES, DraftRowInput, OrderDraft, load_draft
from tradeline_graph.ordering.placing import is_busy, perform_alone
from tradeline_graph.ordering.problems import (
    PlacingProblem,
)
from tradeline_graph.ordering.types import Order, load_order

OrderDraftSaveError: TypeAlias = Annotated[
    NotFound | DraftChanged | InvalidValue | RequestReused, strawberry.union("OrderDraftSaveError")
]
OrderDraftPlaceError: TypeAlias = Annotated[
    NotFound
    | DraftChanged
    | InvalidValue
    | RequestReused
    | NothingToOrder
    | CodeUnknown
    | CodeAmbiguous
    | QuantityUnclear
    | PlacingProblem
    | Busy,
    strawberry.union("OrderDraftPlaceError"),
]
OrderDraftDiscardError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("OrderDraftDiscardError")
]


@strawberry.input(
    description="The whole draft as it is to be kept. `version` is the one that it was made from; "
    "0 where there was none. At most 1,000 rows."
)
class OrderDraftSaveInput:
    request_id: str
    relationship_id: strawberry.ID
    version: int
    rows: list[DraftRowInput]
    buyer_reference: str = ""
    note: str = ""
    ship_to_region: str = ""
    ship_to_address: str = ""
    requested_on: datetime.date | None = None

    def to_model(self) -> ordering.NewDraft:
        return ordering.NewDraft(
            relationship_id=from_id("Relationship", self.relationship_id),
            rows=tuple(row.to_model() for row in self.rows),
            buyer_reference=self.buyer_reference,
            note=self.note,
            ship_to_region=self.ship_to_region,
            ship_to_address=self.ship_to_address,
            requested_on=self.requested_on,
        )


@strawberry.input(
    description="With `keepProblemRows`, rows with a problem stay in the draft; else they refuse "
    "the whole of it."
)
class OrderDraftPlaceInput:
    request_id: str
    order_draft_id: strawberry.ID
    version: int
    keep_problem_rows: bool = False


@strawberry.input
class OrderDraftDiscardInput:
    request_id: str
    order_draft_id: strawberry.ID


@strawberry.type(
    description="The draft as it is kept now, its rows resolved.", directives=scoped(Scope.VALUE)
)
class OrderDraftSavePayload:
    draft: OrderDraft | None
    errors: list[OrderDraftSaveError]


@strawberry.type(
    description="The order, and what is left of the draft; null where we are busy. Problems of "
    'rows lead to them as ["rows", "3", "quantityText"].',
    directives=scoped(Scope.VALUE),
)
class OrderDraftPlacePayload:
    order: Order | None
    draft: OrderDraft | None
    errors: list[OrderDraftPlaceError]


@strawberry.type(description="The draft, emptied.", directives=scoped(Scope.VALUE))
class OrderDraftDiscardPayload:
    draft: OrderDraft | None
    errors: list[OrderDraftDiscardError]


@strawberry.type
class DraftMutation:
    @strawberry.mutation(
        description="Keep your draft on a relationship as it is typed; nothing in it is refused "
        "for what it says.",
        extensions=PLACES,
    )
    async def order_draft_save(
        self, info: Info, input: OrderDraftSaveInput
    ) -> OrderDraftSavePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.save_draft(
                conn, actor=actor, draft=input.to_model(), version=input.version
            ),
        )
        return OrderDraftSavePayload(draft=await load_draft(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Place the rows that are ready as `orderPlace` would, and take them off the "
        "draft: both or neither.",
        extensions=PLACES,
    )
    async def order_draft_place(
        self, info: Info, input: OrderDraftPlaceInput
    ) -> OrderDraftPlacePayload:
        draft_id = from_id("OrderDraft", input.order_draft_id)
        done = await perform_alone(
            info,
            input,
            lambda conn, actor: ordering.place_draft(
                conn,
                actor=actor,
                draft_id=draft_id,
                version=input.version,
                keeps_problem_rows=input.keep_problem_rows,
            ),
        )
        return OrderDraftPlacePayload(
            order=await load_order(info, done.id),
            draft=None if is_busy(done) else await load_draft(info, draft_id),
            errors=done.errors,
        )

    @strawberry.mutation(description="Empty your draft.", extensions=PLACES)
    async def order_draft_discard(
        self, info: Info, input: OrderDraftDiscardInput
    ) -> OrderDraftDiscardPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.discard_draft(
                conn, actor=actor, draft_id=from_id("OrderDraft", input.order_draft_id)
            ),
        )
        return OrderDraftDiscardPayload(draft=await load_draft(info, done.id), errors=done.errors)
