"""What the figures come to. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

Stages = Mapping[str, tuple[int, float]]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest of the values that so large a share of them does not exceed; None of none."""
    if not values:
        return None
    return round(sorted(values)[max(0, math.ceil(share * len(values)) - 1)], 2)


def mean(values: Sequence[float]) -> float | None:
    """None of none."""
    return round(sum(values) / len(values), 2) if values else None


def lost_orders(acknowledged: Iterable[tuple[str, int]], stored: Mapping[str, int]) -> list[str]:
    """The numbers of orders that a dealer was told it has, and that are not there so: missing, of
    another amount, or one for two dealers' orders."""
    told = Counter(number for number, _ in acknowledged)
    wrong = {number for number, minor in acknowledged if stored.get(number) != minor}
    return sorted(wrong | {number for number, times in told.items() if times > 1})


def oversold_units(sold: Mapping[int, int], brought_in: Mapping[int, int]) -> dict[int, int]:
    """By SKU, how many units were promised that never stood in a warehouse."""
    excess = {sku: units - brought_in.get(sku, 0) for sku, units in sold.items()}
    return {sku: units for sku, units in excess.items() if units > 0}


def shares_of_time(stages: Stages, latency_ms: float | None) -> dict[str, float]:
    """How a request's mean latency, as its caller sees it, divides among its stages.

    `executing` is what it takes besides the stages within it, `waiting` is for the orders before
    it; an order takes as long as those that it is placed with. `other` is what no stage counts:
    HTTP, waiting for the processor, the way there and back. Stages and latencies were not looked
    at in quite the same moments, so that the sum may miss 1 by a little.
    """
    operations, executing = stages.get("executing", (0, 0.0))
    if not operations or not latency_ms:
        return {}
    within = {name: _seconds(stages, name) for name in ("waiting", "loading", "deciding")}
    within["storing"] = _seconds(stages, "storing") + _seconds(stages, "committing")
    parts = {
        "authenticating": _seconds(stages, "authenticating"),
        "parsing": _seconds(stages, "parsing"),
        "executing": executing - sum(within.values()),
        **within,
    }
    whole = operations * latency_ms / 1000
    shares = {name: round(seconds / whole, 3) for name, seconds in parts.items()}
    return shares | {"other": max(0.0, round(1 - sum(shares.values()), 3))}


def _seconds(stages: Stages, name: str) -> float:
    return stages.get(name, (0, 0.0))[1]
