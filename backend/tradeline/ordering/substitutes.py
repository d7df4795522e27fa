"""Other goods that a seller offers in place of those that were ordered. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class SubstituteState(StrEnum):
    """What became of an offer. LAPSED: nobody decided, and its line has not so many units left, or
    its order is in no state for it."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitute:
    """`quantity` base units of a SKU for `replaced_quantity` units of a line, at the price that the
    edge had when it was offered. `new_line_id` is the line that it became."""

    id: int
    order_id: int
    order_line_id: int
    replaced_quantity: int
    state: SubstituteState
    sku_id: int
    sku_code: str
    sku_name: str
    sku_name_en: str
    base_unit: str
    pack_id: int
    pack_code: str
    pack_quantity: int
    quantity: int
    unit_price: Decimal
    priced_quantity: int
    amount_minor: int
    currency: str
    explanation: Mapping[str, Any] = field(hash=False)
    promised_on: date | None
    reason: str
    proposed_at: datetime
    decided_at: datetime | None
    decision_reason: str
    new_line_id: int | None

    @property
    def offer(self) -> str:
        """What is offered, as the time line tells it."""
        return f"{self.sku_code} × {self.quantity}"
