"""What an order history says of demand: how much of each SKU was asked for on each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from tradeline.forecasting import Series
from tradeline_server.history.reading import HistoryLine


def series_of_history(lines: Sequence[HistoryLine]) -> list[Series]:
    """A series for each SKU code, from the first day of the file to the last one.

    Cancellations take nothing back: what somebody sent back had been asked for. What has no price
    is a correction of stock, and nobody asked for it. A day on which nothing at all was bought was
    no day of business, and says nothing about demand.
    """
    sales = [line for line in lines if not line.is_cancellation and line.unit_price > 0]
    if not sales:
        return []
    first = min(line.day for line in sales).toordinal()
    days = max(line.day for line in sales).toordinal() - first + 1
    closed = np.ones(days, dtype=np.bool_)
    by_code: dict[str, np.typing.NDArray[np.float64]] = defaultdict(lambda: np.zeros(days))
    for line in sales:
        day = line.day.toordinal() - first
        closed[day] = False
        by_code[line.sku_code][day] += line.quantity
    return [Series(quantities=by_code[code], unknown=closed) for code in sorted(by_code)]
