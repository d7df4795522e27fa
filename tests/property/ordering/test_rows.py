"""Rows are summed, never lost: whatever was typed, the lines and the problems account for it."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tradeline.catalog import MatchKind, Pack, Tradable, TypedMatch
from tradeline.kernel import Money
from tradeline.ordering import OrderDraft, ResolvedDraft, ResolvedRow, RowState, TypedRow
from tradeline.ordering.rows import lines_of, read_quantity, read_rows

PACKS = {1: Pack(id=1, code="EA", units=1), 2: Pack(id=2, code="CASE", units=12)}
SKUS = {
    sku_id: Tradable(
        sku_id=sku_id,
        sku_code=f"S{sku_id}",
        sku_name="",
        sku_name_en="",
        base_unit="EA",
        quantity_minimum=1,
        quantity_step=1,
        packs=PACKS,
    )
    for sku_id in (1, 2)
}
MATCHES = {
    "a": [TypedMatch(sku_id=1, kind=MatchKind.CODE)],
    "also a": [TypedMatch(sku_id=1, kind=MatchKind.OWN_CODE)],
    "case of a": [TypedMatch(sku_id=1, kind=MatchKind.BARCODE, pack_id=2)],
    "b": [TypedMatch(sku_id=2, kind=MatchKind.CODE)],
    "a or b": [
        TypedMatch(sku_id=1, kind=MatchKind.CODE),
        TypedMatch(sku_id=2, kind=MatchKind.CODE),
    ],
    "elsewhere": [TypedMatch(sku_id=9, kind=MatchKind.CODE)],
}
rows = st.lists(
    st.builds(
        TypedRow,
        code=st.sampled_from([*MATCHES, "nothing", " a "]),
        quantity_text=st.sampled_from(["1", "2", "3 CASE", "4 ea", "５箱", "many", "6 CASE", "0"]),
    ),
    max_size=30,
)


@given(rows)
def test_every_row_is_in_a_line_or_has_a_problem_and_never_both(typed: list[TypedRow]) -> None:
    read = read_rows(typed, MATCHES, SKUS)
    lines = lines_of(read)

    assert [row.typed for row in read] == typed
    told: Counter[tuple[int, int]] = Counter()
    for row in read:
        in_a_line = row.position in lines or row.merged_into in lines
        assert in_a_line is not bool(row.problems)
        if not row.problems:
            quantity = read_quantity(row.typed.quantity_text)
            assert quantity is not None
            assert row.sku_id is not None
            assert row.pack is not None
            told[row.sku_id, row.pack.id] += quantity.count
            head = row.position if row.merged_into is None else row.merged_into
            assert head <= row.position
            assert (lines[head].sku_id, lines[head].pack_id) == (row.sku_id, row.pack.id)
    assert told == {(line.sku_id, line.pack_id): line.quantity for line in lines.values()}


@given(rows, st.sets(st.integers(0, 29)))
def test_what_stays_and_what_is_ordered_is_all_there_was(
    typed: list[TypedRow], refused: set[int]
) -> None:
    """Whichever lines the order's own rule refuses."""
    read = read_rows(typed, MATCHES, SKUS)
    resolved = [
        ResolvedRow(
            position=row.position,
            typed=row.typed,
            state=RowState.PROBLEM
            if row.problems or (row.merged_into is None and row.position in refused)
            else RowState.READY
            if row.merged_into is None
            else RowState.MERGED,
            merged_into=row.merged_into,
        )
        for row in read
    ]
    draft = ResolvedDraft(
        draft=OrderDraft.__new__(OrderDraft),
        seller_org_id=1,
        rows=tuple(resolved),
        amount=Money(0, "CNY"),
        problems=(),
    )

    ready = {row.position for row in resolved if row.state is RowState.READY}
    ordered = [row.typed for row in resolved if {row.position, row.merged_into} & ready]

    assert Counter(draft.kept_rows) + Counter(ordered) == Counter(typed)
    assert len(draft.kept_rows) + len(ordered) == len(typed)
