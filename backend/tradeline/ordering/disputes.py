"""Matters on which the parties of an order disagree. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Something wrong with an order, or with one line of it, in the words of who opened it."""

    id: int
    order_id: int
    order_line_id: int | None
    reason: str
    opened_by_org_id: int
    opened_by_account_id: int | None
    opened_at: datetime
    resolution: str | None
    closed_by_org_id: int | None
    closed_by_account_id: int | None
    closed_at: datetime | None
