"""The doctor: every invariant of a live database, over all networks, in one look."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tradeline import (
    catalog,
    channels,
    inventory,
    kernel,
    marketing,
    members,
    ordering,
    payments,
    replenishment,
    settlement,
    shopping,
    sourcing,
    webhooks,
)
from tradeline.kernel import Connection, Finding, Locale
from tradeline_server import queries

EXAMINERS: Sequence[Callable[[Connection], Awaitable[list[Finding]]]] = (
    kernel.find_violations,
    catalog.find_violations,
    channels.find_violations,
    inventory.find_violations,
    settlement.find_violations,
    members.find_violations,
    marketing.find_violations,
    sourcing.find_violations,
    payments.find_violations,
    ordering.find_violations,
    shopping.find_violations,
    replenishment.find_violations,
    webhooks.find_violations,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an examination found. `under_way` counts what is not finished yet, and no fault."""

    findings: tuple[Finding, ...]
    under_way: Mapping[str, int]
    seconds: float

    @property
    def violations(self) -> int:
        """How many rows break an invariant."""
        return sum(finding.count for finding in self.findings)

    def as_json(self, locale: Locale = Locale.EN) -> dict[str, Any]:
        return {
            "violations": self.violations,
            "checks": [
                {
                    "code": finding.invariant.code,
                    "title": finding.invariant.title(locale),
                    "count": finding.count,
                    "first": None
                    if finding.first is None
                    else {**finding.first, "message": finding.message(locale)},
                }
                for finding in self.findings
            ],
            "under_way": dict(self.under_way),
            "seconds": round(self.seconds, 3),
        }


async def examine(conn: Connection) -> Report:
    """Look at every invariant, on one snapshot and without changing anything.

    `conn` is the owner's. In a transaction of the caller's, its snapshot and its changes count.
    """
    began = time.perf_counter()
    snapshot = (
        contextlib.nullcontext()
        if conn.is_in_transaction()
        else conn.transaction(isolation="repeatable_read", readonly=True)
    )
    async with snapshot:
        await queries.give_memory(conn)
        findings = [finding for find in EXAMINERS for finding in await find(conn)]
        under_way = {
            "events": await queries.count_events_under_way(conn),
            "obligations": await settlement.count_under_way(conn),
        }
    return Report(
        findings=tuple(findings), under_way=under_way, seconds=time.perf_counter() - began
    )
