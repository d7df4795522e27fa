"""What the catalog accepts, by examples."""

import pytest

from tradeline.catalog import NewPack, NewSku, WrongCheckDigit
from tradeline.catalog.model import AssortmentItem, Tradable
from tradeline.catalog.rules import gtin_check_digit, is_code, judge_barcode, judge_item, judge_sku


@pytest.mark.parametrize(
    "code", ["6901234567892", "96385074", "036000291452", "10012345678902", "4006381333931"]
)
def test_a_gtin_with_its_check_digit_is_accepted(code: str) -> None:
    assert judge_barcode(code, ()) == []
    assert gtin_check_digit(code[:-1]) == code[-1]


def test_a_gtin_with_another_last_digit_is_refused_and_told_the_right_one() -> None:
    [fault] = judge_barcode("6901234567893", ("barcode",))

    assert fault == WrongCheckDigit(path=("barcode",), code="6901234567893", expected="2")


@pytest.mark.parametrize("code", ["12345", "A-690123456789", "690123456789２", "123456789012345"])
def test_a_code_of_the_house_has_no_check_digit(code: str) -> None:
    assert judge_barcode(code, ()) == []


@pytest.mark.parametrize("code", ["", "a b", "x" * 65, "a\x00b", "\ud800", "a\nb"])
def test_a_code_is_printable_and_without_blanks(code: str) -> None:
    assert not is_code(code)
    assert judge_barcode(code, ()) != []


def test_all_faults_of_a_sku_are_named_at_once() -> None:
    sku = NewSku(
        product_id=1,
        code="has blank",
        name=" ",
        attributes={"": "empty name"},
        packs=(NewPack(code="EA", units=1), NewPack(code="CASE", units=12)),
        barcodes=("6901234567890",),
    )

    assert {fault.path for fault in judge_sku(sku, ("skus", 0))} == {
        ("skus", 0, "code"),
        ("skus", 0, "name"),
        ("skus", 0, "attributes"),
        ("skus", 0, "packs", 0, "units"),
        ("skus", 0, "packs", 0, "code"),
        ("skus", 0, "barcodes", 0),
    }


@pytest.mark.parametrize(("minimum", "step"), [(0, 1), (1, 0), (-1, 1), (10**9 + 1, 1)])
def test_minimum_and_step_are_counts(minimum: int, step: int) -> None:
    item = AssortmentItem(sku_id=1, quantity_minimum=minimum, quantity_step=step)

    assert len(judge_item(item, ())) == 1


def test_a_line_is_the_minimum_or_more_in_whole_steps() -> None:
    tradable = Tradable(
        sku_id=1,
        sku_code="BEER",
        sku_name="啤酒",
        sku_name_en="Beer",
        base_unit="EA",
        quantity_minimum=24,
        quantity_step=12,
        packs={},
    )

    assert [n for n in (0, 12, 24, 30, 36) if tradable.accepts(n)] == [24, 36]
