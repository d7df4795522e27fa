"""How typed rows are read."""

from __future__ import annotations

import pytest

from tradeline.catalog import MatchKind, Pack, Tradable, TypedMatch
from tradeline.kernel import Locale
from tradeline.ordering import TypedRow
from tradeline.ordering.rows import TypedQuantity, pack_named, read_quantity, read_rows

EACH = Pack(id=1, code="EA", units=1, name="EA")
CASE = Pack(id=2, code="CASE", units=12, name="箱", name_en="Case")
BOX = Pack(id=3, code="BX6", units=6, name="盒", name_en="Box")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", (12, "")),
        (" １２ ", (12, "")),
        ("1,000", (1000, "")),
        ("1，000", (1000, "")),
        ("12,345,678", (12_345_678, "")),
        ("12.0", (12, "")),
        ("12.00", (12, "")),
        ("2 CASE", (2, "case")),
        ("2CASE", (2, "case")),
        ("2箱", (2, "箱")),
        ("2 x CASE", (2, "case")),
        ("2×箱", (2, "箱")),
        ("2 * Case", (2, "case")),
        ("1,000 case", (1000, "case")),
        ("2xcase", (2, "xcase")),
        ("1000000000", (1_000_000_000, "")),
    ],
)
def test_a_quantity_is_read_in_the_ways_in_which_people_write_it(
    text: str, expected: tuple[int, str]
) -> None:
    assert read_quantity(text) == TypedQuantity(*expected)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "0", "00", "-1", "+1", "1.5", "1.000", "1,00", "1,0000", ",5", "1 000"),
        *("many", "箱", "x", "1000000001", "99999999999999999999", "1/2", "½", "2,", "=2"),
    ],
)
def test_a_quantity_that_is_not_sure_is_none(text: str) -> None:
    assert read_quantity(text) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("case", CASE),
        ("cases", CASE),
        ("箱", CASE),
        ("boxes", BOX),
        ("bx6", BOX),
        ("ea", EACH),
        ("xcase", CASE),
        ("bottle", None),
        ("cas", None),
        ("x", None),
        ("", None),
    ],
)
def test_a_pack_goes_by_its_code_and_its_names(name: str, expected: Pack | None) -> None:
    assert pack_named(name, [EACH, CASE, BOX]) == expected


def test_a_name_that_two_packs_have_is_neither() -> None:
    other = Pack(id=4, code="CTN", units=24, name="箱")

    assert pack_named("箱", [CASE, other]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2箱", 24),
        ("2 箱", 24),
        ("2 x 箱", 24),
        ("2 箱（24）", 24),
        ("2 case", 24),
        ("2 cases", 24),
        ("2 Case of 24", 24),
        ("2 boxes", 6),
        ("2 盒", 6),
        ("2 case of 12", None),
        ("2 of 24", None),
        ("2 24", None),
    ],
)
def test_a_pack_named_with_its_units_is_understood_without_them(
    text: str, expected: int | None
) -> None:
    case = Pack(id=2, code="CS24", units=24, name="箱（24）", name_en="Case of 24")
    box = Pack(id=3, code="BX6", units=6, name="盒 (6)", name_en="Box (6)")
    typed = read_quantity(text)
    pack = typed and pack_named(typed.pack_name, [EACH, case, box])

    assert (pack.units if pack else None) == expected


def test_of_two_cases_neither_is_meant_until_their_units_are_told() -> None:
    dozen = Pack(id=2, code="CS12", units=12, name="箱（12）", name_en="Case of 12")
    two_dozen = Pack(id=3, code="CS24", units=24, name="箱（24）", name_en="Case of 24")

    assert pack_named("箱", [EACH, dozen, two_dozen]) is None
    assert pack_named("cases", [EACH, dozen, two_dozen]) is None
    assert pack_named("case of 12", [EACH, dozen, two_dozen]) == dozen
    assert pack_named("箱(24)", [EACH, dozen, two_dozen]) == two_dozen


def test_who_names_an_unknown_pack_is_told_which_there_are() -> None:
    [row] = read_rows([TypedRow("x", "2 打")], {"x": [match(1, MatchKind.CODE)]}, SKUS)

    [problem] = row.problems
    assert problem.message(Locale.ZH) == "S1 没有这种包装；请选择其一：EA、箱。"
    assert problem.message(Locale.EN).endswith(
        "does not come in this pack; choose one of: EA, Case."
    )


def sku(sku_id: int) -> Tradable:
    return Tradable(
        sku_id=sku_id,
        sku_code=f"S{sku_id}",
        sku_name=f"名{sku_id}",
        sku_name_en="",
        base_unit="EA",
        quantity_minimum=1,
        quantity_step=1,
        packs={1: EACH, 2: CASE},
    )


def match(sku_id: int, kind: MatchKind, *, pack_id: int | None = None) -> TypedMatch:
    return TypedMatch(sku_id=sku_id, kind=kind, pack_id=pack_id)


SKUS = {1: sku(1), 2: sku(2)}


def problems_of(*matches: TypedMatch, sku_id: int | None = None) -> list[str]:
    [row] = read_rows([TypedRow("x", "1", sku_id)], {"x": matches}, SKUS)
    return [type(problem).__name__ for problem in row.problems] or [f"S{row.sku_id}"]


def test_a_whole_code_goes_before_a_name_and_that_before_what_is_similar() -> None:
    code, name, similar = MatchKind.CODE, MatchKind.NAME, MatchKind.SIMILAR

    assert problems_of(match(1, code), match(2, name), match(2, similar)) == ["S1"]
    assert problems_of(match(2, name), match(1, similar)) == ["S2"]
    assert problems_of(match(1, similar)) == ["CodeAmbiguous"]


def test_of_several_that_are_meant_nothing_is_taken() -> None:
    code, barcode = MatchKind.CODE, MatchKind.BARCODE

    assert problems_of(match(1, code), match(2, barcode)) == ["CodeAmbiguous"]
    assert problems_of(match(1, MatchKind.NAME), match(2, MatchKind.NAME)) == ["CodeAmbiguous"]
    assert problems_of(match(1, code), match(1, barcode)) == ["S1"]


def test_of_several_with_a_code_those_that_are_traded_count() -> None:
    code = MatchKind.CODE

    assert problems_of(match(9, code), match(2, code)) == ["S2"]
    assert problems_of(match(9, code)) == ["NotInAssortment"]
    assert problems_of(match(9, code), match(2, MatchKind.NAME)) == ["NotInAssortment"]
    assert problems_of(match(9, MatchKind.SIMILAR)) == ["CodeUnknown"]
    assert problems_of() == ["CodeUnknown"]


def test_the_sku_that_was_chosen_is_taken_whatever_else_is_meant() -> None:
    assert problems_of(match(1, MatchKind.CODE), sku_id=2) == ["S2"]
    assert problems_of(match(1, MatchKind.CODE), sku_id=9) == ["NotInAssortment"]


def test_a_barcode_asks_for_the_pack_that_it_is_printed_on_unless_another_is_named() -> None:
    barcode = match(1, MatchKind.BARCODE, pack_id=2)
    matches = {"x": [barcode], "y": [barcode, match(1, MatchKind.CODE)]}
    typed = [TypedRow("x", "1"), TypedRow("x", "1 EA"), TypedRow("y", "1"), TypedRow("x", "?")]

    read = read_rows(typed, matches, SKUS)

    assert [row.pack for row in read] == [CASE, EACH, EACH, CASE]
    assert [row.merged_into for row in read] == [None, None, 1, None]
