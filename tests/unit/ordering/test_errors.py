"""What ordering refuses is told so that one knows what to do."""

from __future__ import annotations

from tradeline.kernel import Locale
from tradeline.ordering import OutsideTerritory


def test_who_gave_no_region_is_told_to_give_one_and_not_that_it_is_a_wrong_one() -> None:
    problem = OutsideTerritory(region="", territory="CN-SH, CN-JS")

    for locale, told in [(Locale.ZH, "尚未填写收货地区"), (Locale.EN, "does not say")]:
        message = problem.message(locale)
        assert told in message
        assert "CN-SH, CN-JS" in message
        assert "“”" not in message


def test_a_region_that_is_not_covered_is_named() -> None:
    problem = OutsideTerritory(region="CN-XJ", territory="CN-SH")

    assert "“CN-XJ”" in problem.message(Locale.ZH)
    assert problem.message().startswith("CN-XJ is outside")
