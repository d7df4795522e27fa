"""What holds of a statement's hash whatever it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tradeline.settlement import Obligation, ObligationKind
from tradeline.settlement.model import StatementDraft

moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
lines = st.builds(
    Obligation,
    id=st.integers(1, 10**9),
    relationship_id=st.just(5),
    kind=st.sampled_from(ObligationKind),
    currency=st.just("CNY"),
    amount_minor=st.integers(-(10**9), 10**9),
    document_type=st.text(max_size=5),
    document_id=st.integers(1, 10**9),
    document_number=st.text(max_size=5),
    occurred_at=moments,
    due_on=st.none(),
)
drafts = st.builds(
    StatementDraft,
    relationship_id=st.just(5),
    sequence=st.integers(1, 100),
    currency=st.just("CNY"),
    period_from=st.none(),
    period_to=moments,
    opening_minor=st.integers(-(10**9), 10**9),
    previous_hash=st.binary(min_size=32, max_size=32),
    lines=st.lists(lines, max_size=5).map(tuple),
)


@given(drafts)
def test_opening_and_lines_make_the_closing(draft: StatementDraft) -> None:
    assert draft.closing_minor == draft.opening_minor + sum(
        line.amount_minor for line in draft.lines
    )


@given(drafts, st.data())
def test_any_change_changes_the_hash(draft: StatementDraft, data: Any) -> None:
    changed = {
        "sequence": replace(draft, sequence=draft.sequence + 1),
        "opening": replace(draft, opening_minor=draft.opening_minor + 1),
        "period": replace(draft, period_to=draft.period_to + timedelta(microseconds=1)),
        "chain": replace(draft, previous_hash=draft.previous_hash[::-1] + b"x"),
    }
    if draft.lines:
        at = data.draw(st.integers(0, len(draft.lines) - 1))
        line = draft.lines[at]
        for name, other in {
            "amount": replace(line, amount_minor=line.amount_minor + 1),
            "document": replace(line, document_number=line.document_number + "x"),
            "type": replace(line, document_type=line.document_type + "x"),
            "kind": replace(
                line,
                kind=ObligationKind.GOODS
                if line.kind is not ObligationKind.GOODS
                else ObligationKind.RETURN,
            ),
        }.items():
            some = (*draft.lines[:at], other, *draft.lines[at + 1 :])
            changed[name] = replace(draft, lines=some)
        changed["fewer"] = replace(draft, lines=draft.lines[1:])

    for name, other_draft in changed.items():
        assert other_draft.hash != draft.hash, name


@given(drafts)
def test_the_hash_does_not_depend_on_the_zone_of_the_reader(draft: StatementDraft) -> None:
    shanghai = timezone(timedelta(hours=8))

    assert replace(draft, period_to=draft.period_to.astimezone(shanghai)).hash == draft.hash
