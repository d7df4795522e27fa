"""How one price is chosen, by examples that a person can check."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tradeline.kernel import Money
from tradeline.organizations import PriceStrategy
from tradeline.pricing import Candidate, PriceLevel, PriceRequest, PriceResolution, resolve_price
from tradeline.pricing.model import tidy

NOW = datetime(2026, 7, 1, tzinfo=UTC)
CASE = 7


def a_price(id: int, unit_price: str, level: PriceLevel = PriceLevel.BASE) -> Candidate:
    return Candidate(
        price_id=id,
        price_list_id=id,
        price_list_code=f"L{id}",
        price_list_name="",
        price_list_name_en="",
        level=level,
        currency="CNY",
        list_is_active=True,
        list_valid_from=None,
        list_valid_to=None,
        pack_id=None,
        unit="EA",
        quantity_minimum=1,
        unit_price=Decimal(unit_price),
        valid_from=None,
        valid_to=None,
    )


def resolve(
    *prices: Candidate, packs: int = 1, strategy: PriceStrategy = PriceStrategy.PRIORITY
) -> PriceResolution:
    request = PriceRequest(
        relationship_id=1, sku_id=1, pack_id=CASE, pack_units=12, pack_quantity=packs
    )
    return resolve_price(request, prices, strategy, NOW, currency="CNY", base_unit="EA")


BASE = a_price(1, "10")
TIER = a_price(2, "8", PriceLevel.TIER)
CONTRACT = a_price(3, "9", PriceLevel.CONTRACT)


@pytest.mark.parametrize(
    ("strategy", "unit_price"), [("priority", "9"), ("lowest", "8"), ("contract_only", "9")]
)
def test_the_strategy_decides_between_levels(strategy: str, unit_price: str) -> None:
    found = resolve(BASE, TIER, CONTRACT, strategy=PriceStrategy(strategy))

    assert found.unit_price == Decimal(unit_price)


def test_contract_only_has_no_price_without_a_contract() -> None:
    found = resolve(BASE, TIER, strategy=PriceStrategy.CONTRACT_ONLY)

    assert (found.price, found.amount) == (None, None)
    assert [r.reason for r in found.rejected] == ["level_not_allowed", "level_not_allowed"]


def test_the_steps_tell_the_price_from_level_to_level() -> None:
    found = resolve(CONTRACT, TIER, BASE, strategy=PriceStrategy.LOWEST)

    assert [
        (step.candidate.level.value, step.candidate.unit_price, step.running_unit_price)
        for step in found.steps
    ] == [
        ("base", Decimal("10"), Decimal("10")),
        ("tier", Decimal("8"), Decimal("8")),
        ("contract", Decimal("9"), Decimal("8")),
    ]


def test_a_price_for_the_pack_counts_packs_and_one_for_the_unit_counts_units() -> None:
    case = replace(BASE, price_id=9, pack_id=CASE, unit="CASE", unit_price=Decimal("100"))

    by_case, by_unit = resolve(BASE, case, packs=3), resolve(BASE, packs=3)

    assert (by_case.priced_quantity, by_case.priced_unit) == (3, "CASE")
    assert by_case.amount == Money(30000, "CNY")
    assert (by_unit.priced_quantity, by_unit.priced_unit) == (36, "EA")
    assert by_unit.amount == Money(36000, "CNY")


def test_a_break_is_reached_by_the_lines_own_base_quantity() -> None:
    big = replace(BASE, price_id=9, quantity_minimum=24, unit_price=Decimal("7"))

    assert resolve(BASE, big, packs=1).unit_price == 10
    assert resolve(BASE, big, packs=2).unit_price == 7


def test_lowest_compares_exactly_what_a_base_unit_costs() -> None:
    """A third of a yuan has no decimal: 4/12 is exactly 0.333333… and above 0.333333."""
    case = replace(TIER, pack_id=CASE, unit="CASE", unit_price=Decimal("4"))
    below = replace(BASE, unit_price=Decimal("0.333333"))
    above = replace(BASE, unit_price=Decimal("0.333334"))

    assert resolve(below, case, strategy=PriceStrategy.LOWEST).price == below
    assert resolve(above, case, strategy=PriceStrategy.LOWEST).price == case


def test_amounts_are_rounded_half_up() -> None:
    assert resolve(a_price(1, "0.00375")).amount == Money(5, "CNY")  # 12 x 0.00375 = 0.045


def test_a_buyer_is_not_told_what_the_seller_prepares() -> None:
    later = replace(BASE, price_id=8, valid_from=datetime(2027, 1, 1, tzinfo=UTC))
    draft = replace(BASE, price_id=9, list_is_active=False)
    old = replace(BASE, price_id=7, valid_to=NOW)

    found = resolve(BASE, later, draft, old)

    assert {r.candidate.price_id for r in found.rejected} == {7, 8, 9}
    assert {r.candidate.price_id for r in found.for_buyer().rejected} == {7}


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("12.500000", "12.50"), ("0.037500", "0.0375"), ("100.000000", "100.00"), ("0", "0.00")],
)
def test_prices_are_shown_without_padding(stored: str, shown: str) -> None:
    assert f"{tidy(Decimal(stored)):f}" == shown
