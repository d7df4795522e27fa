"""Laws of the suggestions, for histories that nobody would think of."""

from collections import Counter
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tradeline_server.history.reading import HistoryLine
from tradeline_server.history.reasons import Reason
from tradeline_server.history.suggestions import amount_of, fit_list, suggest

PRICES = [Decimal(text) for text in ("0.001", "0.335", "1", "1.25", "2.5", "2.95")]


@st.composite
def histories(draw: st.DrawFn) -> list[HistoryLine]:
    count = draw(st.integers(0, 40))
    return [
        HistoryLine(
            number=number,
            invoice=str(number),
            day=date(2024, 1, 1),
            is_cancellation=draw(st.integers(0, 4)) == 0,
            sku_code=draw(st.sampled_from("AB")),
            name="",
            quantity=draw(st.sampled_from([1, 2, 6, 12, 48])),
            unit_price=draw(st.sampled_from(PRICES)),
            customer=draw(st.sampled_from("XYZ")),
            country="",
        )
        for number in range(2, count + 2)
    ]


@given(histories())
def test_every_line_is_taken_or_refused_and_never_both(lines: list[HistoryLine]) -> None:
    suggestion = suggest(lines, "GBP")

    counted = Counter(line.number for line in suggestion.sales)
    counted.update(each.line.number for each in suggestion.cancellations)
    counted.update(line.number for line in suggestion.refused)
    assert counted == {line.number: 1 for line in lines}


@given(histories())
def test_every_taken_line_is_priced_as_it_was_sold(lines: list[HistoryLine]) -> None:
    suggestion = suggest(lines, "GBP")

    for line in suggestion.sales:
        price = suggestion.price_of(line.customer, line.sku_code, line.quantity)
        assert price == line.unit_price


@given(histories())
def test_a_sale_is_refused_only_where_the_same_customer_paid_two_prices(
    lines: list[HistoryLine],
) -> None:
    suggestion = suggest(lines, "GBP")

    by_number = {line.number: line for line in lines}
    for refused in suggestion.refused:
        if refused.reason is Reason.PRICE_DIFFERS:
            line = by_number[refused.number]
            assert any(
                (other.customer, other.sku_code, other.quantity)
                == (line.customer, line.sku_code, line.quantity)
                and other.unit_price != line.unit_price
                for other in suggestion.sales
            )


@given(histories())
def test_no_sale_is_taken_back_beyond_its_quantity_nor_before_it_was_made(
    lines: list[HistoryLine],
) -> None:
    suggestion = suggest(lines, "GBP")

    left = {line.number: line.quantity for line in suggestion.sales}
    for cancellation in suggestion.cancellations:
        assert sum(part.quantity for part in cancellation.parts) == cancellation.line.quantity
        for part in cancellation.parts:
            left[part.sale_number] -= part.quantity
            assert part.sale_number < cancellation.line.number
    assert all(quantity >= 0 for quantity in left.values())


@given(histories())
def test_stock_and_limits_suffice_exactly(lines: list[HistoryLine]) -> None:
    suggestion = suggest(lines, "GBP")

    assert sum(sku.sold for sku in suggestion.skus.values()) == sum(
        line.quantity for line in suggestion.sales
    )
    assert sum(retailer.bought_minor for retailer in suggestion.retailers.values()) == sum(
        amount_of(line, "GBP") for line in suggestion.sales
    )


@given(
    st.dictionaries(
        st.integers(1, 50),
        st.dictionaries(st.sampled_from(PRICES), st.integers(1, 9), min_size=1),
        min_size=1,
    )
)
def test_list_prices_fall_with_quantity_and_cover_every_quantity(
    votes: dict[int, dict[Decimal, int]],
) -> None:
    steps = fit_list(votes)

    assert steps.minimums[0] == 1
    assert list(steps.minimums) == sorted(set(steps.minimums))
    assert list(steps.prices) == sorted(set(steps.prices), reverse=True)
