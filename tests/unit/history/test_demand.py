"""What a file of orders says of demand."""

from datetime import date
from decimal import Decimal

from tradeline_server.history.demand import series_of_history
from tradeline_server.history.reading import HistoryLine


def line(
    day: int, code: str, quantity: int, *, is_cancellation: bool = False, price: str = "1.50"
) -> HistoryLine:
    return HistoryLine(
        number=1,
        invoice="1",
        day=date(2010, 12, day),
        is_cancellation=is_cancellation,
        sku_code=code,
        name="Mug",
        quantity=quantity,
        unit_price=Decimal(price),
        customer="1",
        country="UK",
    )


def test_quantities_of_a_day_are_added_and_closed_days_unknown() -> None:
    lines = [
        line(3, "B", 5),
        line(3, "B", 2),
        line(6, "A", 4),
        line(1, "A", 1),
        line(7, "A", 9, is_cancellation=True),
        line(8, "A", 9, price="0"),
    ]

    first, second = series_of_history(lines)

    assert first.quantities.tolist() == [1, 0, 0, 0, 0, 4]
    assert second.quantities.tolist() == [0, 0, 7, 0, 0, 0]
    assert first.unknown.tolist() == [False, True, False, True, True, False]


def test_without_a_sale_there_is_no_series() -> None:
    assert series_of_history([]) == []
    assert series_of_history([line(7, "A", 9, is_cancellation=True)]) == []
