"""What holds of supply whatever is asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tradeline.inventory import Supply, SupplySource

EDGES = (1, 2)
SKUS = (1, 2)
WAREHOUSES = (1, 2, 3)

stocks = st.dictionaries(
    st.tuples(st.sampled_from(WAREHOUSES), st.sampled_from(SKUS)), st.integers(0, 20)
)
services = st.dictionaries(
    st.tuples(st.sampled_from(EDGES), st.sampled_from(WAREHOUSES)), st.integers(1, 3)
)
asks = st.lists(
    st.tuples(st.sampled_from(EDGES), st.sampled_from(SKUS), st.integers(1, 15)), max_size=12
)


@given(stocks, services, asks)
def test_gives_all_or_nothing_and_never_what_is_not_there(
    stocks: dict[tuple[int, int], int],
    services: dict[tuple[int, int], int],
    asks: list[tuple[int, int, int]],
) -> None:
    supply = Supply(
        SupplySource(edge, sku, warehouse, priority, stocks[warehouse, sku])
        for (edge, warehouse), priority in services.items()
        for sku in SKUS
        if (warehouse, sku) in stocks
    )
    left = dict(stocks)
    for edge, sku, quantity in asks:
        serving = [
            warehouse
            for warehouse in sorted(WAREHOUSES, key=lambda w: (services.get((edge, w), 0), w))
            if (edge, warehouse) in services and (warehouse, sku) in stocks
        ]
        free = sum(left[warehouse, sku] for warehouse in serving)
        assert supply.free(edge, sku) == free

        given_out = supply.allocate(edge, sku, quantity)

        assert (given_out is None) == (free < quantity)
        if given_out is None:
            continue
        assert sum(part.quantity for part in given_out) == quantity
        assert [part.warehouse_id for part in given_out] == [
            warehouse for warehouse in serving if left[warehouse, sku] > 0
        ][: len(given_out)]
        for part in given_out:
            left[part.warehouse_id, sku] -= part.quantity
            assert left[part.warehouse_id, sku] >= 0
