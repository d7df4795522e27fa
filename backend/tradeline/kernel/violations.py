"""Invariants: what is always true of the database, and how to see that it is not.

Each module names its own beside its SQL (`queries/checks.py`) and examines them by a face function
`find_violations(conn)`; `tradeline doctor` puts them together. They are read as the owner, for
row-level security shows an application one network only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tradeline.kernel import queries
from tradeline.kernel.actor import Locale
from tradeline.kernel.database import Connection
from tradeline.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """Something that is always true. `code` is module and sentence, as a constraint's name.

    `sql` returns the rows that break it, in an order in which the first is the one to look at; it
    takes no arguments. Its columns are the blanks of `broken_zh` and `broken_en`, which word one
    such row. Where there is a column `currency`, those that end in `_minor` read as money.
    """

    code: str
    title_zh: str
    title_en: str
    broken_zh: str
    broken_en: str
    sql: str

    def title(self, locale: Locale = Locale.EN) -> str:
        return self.title_zh if locale is Locale.ZH else self.title_en


@dataclass(frozen=True, slots=True)
class Finding:
    """How many rows break an invariant, and the first of them as JSON values."""

    invariant: Invariant
    count: int
    first: Mapping[str, Any] | None = field(default=None, hash=False)

    def message(self, locale: Locale = Locale.EN) -> str:
        """The first bad row in words; nothing where there is none."""
        if self.first is None:
            return ""
        broken = self.invariant.broken_zh if locale is Locale.ZH else self.invariant.broken_en
        return broken.format(**_readable(self.first))


def comparison(
    *, code: str, title_en: str, title_zh: str, subject_en: str, subject_zh: str, sql: str
) -> Invariant:
    """An invariant that two figures agree: `sql` has the columns network_id, subject_id, expected
    and found, and is read in the order of the first two."""
    return Invariant(
        code=code,
        title_zh=title_zh,
        title_en=title_en,
        broken_zh=f"网络 {{network_id}} 的{subject_zh} {{subject_id}}："
        "应为 {expected}，实为 {found}。",
        broken_en=f"{subject_en} {{subject_id}} of network {{network_id}}: "
        "{expected} was expected, {found} was found.",
        sql=f"{sql} ORDER BY 1, 2",
    )


async def examine(conn: Connection, invariants: Sequence[Invariant]) -> list[Finding]:
    """Look at each of the invariants, one statement for each, in the caller's transaction.

    For the owner's connection. Wrap it into one REPEATABLE READ transaction, or rows that change
    between two statements of a check of several tables may pass for violations.
    """
    findings = []
    for invariant in invariants:
        count, first = await queries.find_broken(conn, invariant.sql)
        findings.append(Finding(invariant, count, None if first is None else json.loads(first)))
    return findings


async def find_violations(conn: Connection) -> list[Finding]:
    """The kernel's own invariants."""
    return await examine(conn, INVARIANTS)


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    currency = row.get("currency")
    return {
        name: str(Money(value, currency))
        if currency and name.endswith("_minor") and value is not None
        else value
        for name, value in row.items()
    }


INVARIANTS = (
    Invariant(
        code="kernel.events_are_delivered",
        title_zh="事件按时送达",
        title_en="Events are delivered in time",
        broken_zh="网络 {network_id} 的事件 {id}（{topic}，{key}）自 {due_at} 起应送达而未送达；"
        "请检查 worker 是否在运行。",
        broken_en="Event {id} ({topic}, {key}) of network {network_id} has been due since {due_at};"
        " see whether a worker runs.",
        sql=queries.FIND_LATE_EVENTS,
    ),
    Invariant(
        code="kernel.every_request_has_its_answer",
        title_zh="每个 requestId 都有结果",
        title_en="Every requestId has its answer",
        broken_zh="网络 {network_id} 中组织 {org_id} 的请求 {request_id} 已登记但没有结果。",
        broken_en="Request {request_id} of organization {org_id} in network {network_id} was"
        " claimed and never answered.",
        sql=queries.FIND_UNANSWERED_REQUESTS,
    ),
)
