"""Orders in the making, and lists kept for the next one. Pure: no storage, no clock.

A row is kept as it was typed and resolved whenever it is read: what it says stays, what it comes
to follows catalog, prices and stock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tradeline.catalog import Pack
from tradeline.kernel import InvalidValue, Money, Problem
from tradeline.ordering.model import LINES_MAX
from tradeline.pricing import PriceResolution

ROWS_MAX = LINES_MAX
CODE_LENGTH_MAX = 200
QUANTITY_LENGTH_MAX = 60
LIST_NAME_LENGTH_MAX = 100


class RowState(StrEnum):
    """What became of a row when it was read."""

    READY = "ready"
    MERGED = "merged"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row as somebody typed or pasted it. `sku_id` is which of several SKUs was meant."""

    code: str
    quantity_text: str
    sku_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDraft:
    """All that is kept of an order in the making; the rows as typed."""

    relationship_id: int
    rows: tuple[TypedRow, ...] = ()
    buyer_reference: str = ""
    note: str = ""
    ship_to_region: str = ""
    ship_to_address: str = ""
    requested_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft(NewDraft):
    """A person's draft on an edge. `version` rises by one with each change."""

    id: int
    version: int
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedRow:
    """What a row comes to at this moment.

    `quantity` is in base units, of the first of merged rows what all of them ask for together;
    `pack_quantity` is what the row itself asks for, in `pack`. A row that is merged into another
    has neither price nor problems of its own.
    """

    position: int
    typed: TypedRow
    state: RowState
    merged_into: int | None = None
    sku_id: int | None = None
    pack: Pack | None = None
    quantity: int | None = None
    pack_quantity: int | None = None
    price: PriceResolution | None = None
    available: int | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def code(self) -> str:
        return self.typed.code

    @property
    def quantity_text(self) -> str:
        return self.typed.quantity_text

    @property
    def amount(self) -> Money | None:
        return None if self.price is None else self.price.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedDraft:
    """A draft with its rows resolved, and what stands in the way of its ready rows as an order."""

    draft: OrderDraft
    seller_org_id: int
    rows: tuple[ResolvedRow, ...]
    amount: Money
    problems: tuple[Problem, ...]

    @property
    def ready_count(self) -> int:
        return sum(row.state is RowState.READY for row in self.rows)

    @property
    def problem_count(self) -> int:
        return sum(row.state is RowState.PROBLEM for row in self.rows)

    @property
    def kept_rows(self) -> tuple[TypedRow, ...]:
        """What is not ordered with the ready rows: rows with a problem, and rows that are one of
        them in several places."""
        faulty = {row.position for row in self.rows if row.state is RowState.PROBLEM}
        return tuple(
            row.typed
            for row in self.rows
            if row.position in faulty or (row.merged_into is not None and row.merged_into in faulty)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderList:
    """Rows that an organization's people keep under a name, to order them again."""

    id: int
    name: str
    rows: tuple[TypedRow, ...]
    updated_at: datetime
    updated_by_account_id: int | None


def judge_rows(rows: Sequence[TypedRow]) -> list[Problem]:
    """What cannot be kept of rows as they were sent, whatever they say."""
    if len(rows) > ROWS_MAX:
        return [
            InvalidValue(
                path=("rows",),
                field="rows",
                rule=f"keep at most {ROWS_MAX} rows; split the order",
                rule_zh=f"最多 {ROWS_MAX} 行；请拆分订单",
            )
        ]
    return [
        InvalidValue(
            path=("rows", position, field),
            field=field,
            rule=f"write at most {length_max} characters in one line",
            rule_zh=f"最多 {length_max} 个字符，且不含换行",
        )
        for position, row in enumerate(rows)
        for field, text, length_max in (
            ("code", row.code, CODE_LENGTH_MAX),
            ("quantityText", row.quantity_text, QUANTITY_LENGTH_MAX),
        )
        if len(text) > length_max or "\n" in text or "\r" in text
    ]


def clean_name(name: str) -> tuple[str, list[Problem]]:
    """The name of a list without blanks around it, and its faults."""
    bare = name.strip()
    if 1 <= len(bare) <= LIST_NAME_LENGTH_MAX and bare.isprintable():
        return bare, []
    return bare, [
        InvalidValue(
            path=("name",),
            field="name",
            rule=f"send 1 to {LIST_NAME_LENGTH_MAX} printable characters",
            rule_zh=f"请填写 1 至 {LIST_NAME_LENGTH_MAX} 个可见字符",
        )
    ]


def after_placing(draft: OrderDraft, kept: tuple[TypedRow, ...]) -> NewDraft:
    """What is left of a draft once it was ordered: the kept rows and where to ship. Reference,
    note and day belong to the order placed, and would go on the next one unnoticed."""
    return NewDraft(
        relationship_id=draft.relationship_id,
        rows=kept,
        ship_to_region=draft.ship_to_region,
        ship_to_address=draft.ship_to_address,
    )
