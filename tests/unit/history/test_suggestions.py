"""What a history suggests, worked by hand."""

from collections import Counter
from decimal import Decimal

import pytest

from tests.history_data import HISTORY
from tradeline.kernel import Locale
from tradeline_server.history.reading import read_history
from tradeline_server.history.reasons import Reason
from tradeline_server.history.suggestions import (
    CancelledPart,
    Steps,
    Suggestion,
    fit_contract,
    fit_list,
    suggest,
    total_of,
)


@pytest.fixture(scope="module")
def suggestion() -> Suggestion:
    return suggest(read_history(HISTORY).lines, "GBP")


def _steps(**prices: str) -> Steps:
    return Steps(
        tuple(int(name.removeprefix("from_")) for name in prices),
        tuple(Decimal(price) for price in prices.values()),
    )


def _prices(*prices: str) -> Counter[Decimal]:
    return Counter(Decimal(price) for price in prices)


def test_what_several_customers_paid_for_larger_quantities_is_a_break(
    suggestion: Suggestion,
) -> None:
    assert suggestion.skus["A100"].prices == _steps(from_1="10.00", from_24="9.00")
    assert suggestion.skus["B200"].prices == _steps(from_1="1.25", from_48="1.05")


def test_two_customers_are_chance_and_no_break() -> None:
    votes = {1: _prices("5", "5", "5"), 10: _prices("4"), 12: _prices("4")}

    assert fit_list(votes) == _steps(from_1="5")


def test_a_list_never_charges_more_for_more() -> None:
    votes = {1: _prices("4", "4", "4"), 10: _prices(*["5"] * 9)}

    assert fit_list(votes) == _steps(from_1="5")


def test_what_one_customer_paid_beside_the_list_is_its_contract(suggestion: Suggestion) -> None:
    assert suggestion.retailers["505"].contract == {"A100": _steps(from_1="8.50")}
    assert suggestion.retailers["WALK-IN"].contract == {"A100": _steps(from_1="12.50")}
    assert suggestion.retailers["501"].contract == {}


def test_a_contract_begins_where_the_customer_left_the_list_and_may_lead_back() -> None:
    listed = _steps(from_1="10")
    bought = {2: _prices("10"), 5: _prices("8"), 9: _prices("10")}

    assert fit_contract(bought, listed) == _steps(from_5="8", from_9="10")


def test_of_two_prices_as_frequent_the_list_price_is_meant() -> None:
    assert fit_contract({3: _prices("9", "10")}, _steps(from_1="10")) == Steps()


def test_a_price_that_one_customer_paid_once_in_a_while_is_refused(
    suggestion: Suggestion,
) -> None:
    (line,) = [each for each in suggestion.refused if each.reason is Reason.PRICE_DIFFERS]

    assert line.number == 17
    assert line.words(Locale.EN) == (
        "The same customer mostly pays 12.50 for this quantity; this line says 11.00."
    )


def test_a_cancellation_takes_back_the_latest_sales_first(suggestion: Suggestion) -> None:
    parts = {each.line.invoice: each.parts for each in suggestion.cancellations}

    assert parts["C7017"] == (CancelledPart(2, 1),)
    assert parts["C7018"] == (CancelledPart(12, 6), CancelledPart(3, 9))


def test_a_cancellation_that_finds_too_little_is_refused(suggestion: Suggestion) -> None:
    lines = {line.number: line.invoice for line in read_history(HISTORY).lines}
    refused = [
        lines[each.number] for each in suggestion.refused if each.reason is Reason.NOTHING_TO_CANCEL
    ]

    assert refused == ["C7019", "C7021"]


def test_a_price_in_fractions_of_a_penny_is_only_taken_back_whole(
    suggestion: Suggestion,
) -> None:
    parts = {each.line.invoice: each.parts for each in suggestion.cancellations}

    assert "C7021" not in parts
    assert parts["C7022"] == (CancelledPart(14, 5),)


def test_stock_and_limits_are_what_was_sold(suggestion: Suggestion) -> None:
    assert suggestion.skus["B200"].sold == 12 + 48 + 48 + 60 + 6 + 12 + 6
    assert suggestion.retailers["502"].bought_minor == 2 * 1000 + 48 * 105
    assert total_of(suggestion.sales, "GBP").minor == sum(
        retailer.bought_minor for retailer in suggestion.retailers.values()
    )


def test_names_are_those_most_often_written(suggestion: Suggestion) -> None:
    assert suggestion.skus["B200"].name == "BLUE CUP"
    assert suggestion.retailers["507"].country == "中国"
