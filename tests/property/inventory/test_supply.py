"""What holds of supply whatever is asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tradeline.inventory import Supply, SupplySource

EDGES = (1, 2)
SKUS = (1, 2)
WAREHOUSES = (1, 2, 3)
# Two of the first with three of the second, and the second by itself in fours.
BUNDLES = {11: {1: 2, 2: 3}, 12: {2: 4}}

stocks = st.dictionaries(
    st.tuples(st.sampled_from(WAREHOUSES), st.sampled_from(SKUS)), st.integers(0, 20)
)
services = st.dictionaries(
    st.tuples(st.sampled_from(EDGES), st.sampled_from(WAREHOUSES)), st.integers(1, 3)
)
asks = st.lists(
    st.tuples(st.sampled_from(EDGES), st.sampled_from((*SKUS, *BUNDLES)), st.integers(1, 15)),
    max_size=12,
)


@given(stocks, services, asks)
def test_gives_all_or_nothing_and_never_what_is_not_there(
    stocks: dict[tuple[int, int], int],
    services: dict[tuple[int, int], int],
    asks: list[tuple[int, int, int]],
) -> None:
    supply = _supply(stocks, services)
    left = dict(stocks)
    for edge, sku, quantity in asks:
        serving = [
            warehouse
            for warehouse in sorted(WAREHOUSES, key=lambda w: (services.get((edge, w), 0), w))
            if (edge, warehouse) in services
        ]
        whole = {warehouse: _whole(left, warehouse, sku) for warehouse in serving}
        free = sum(whole.values())
        assert supply.free(edge, sku) == free

        given_out = supply.allocate(edge, sku, quantity)

        assert (given_out is None) == (free < quantity)
        if given_out is None:
            continue
        assert sum(part.quantity for part in given_out) == quantity
        assert [part.warehouse_id for part in given_out] == [
            warehouse for warehouse in serving if whole[warehouse] > 0
        ][: len(given_out)]
        for part in given_out:
            for component, each in BUNDLES.get(sku, {sku: 1}).items():
                left[part.warehouse_id, component] -= part.quantity * each
                assert left[part.warehouse_id, component] >= 0


@given(stocks, services, asks)
def test_what_is_put_back_can_be_given_again(
    stocks: dict[tuple[int, int], int],
    services: dict[tuple[int, int], int],
    asks: list[tuple[int, int, int]],
) -> None:
    supply = _supply(stocks, services)
    given_out = [(sku, supply.allocate(edge, sku, quantity) or []) for edge, sku, quantity in asks]

    for sku, parts in given_out:
        supply.put_back(sku, parts)

    untouched = _supply(stocks, services)
    for edge in EDGES:
        for sku in (*SKUS, *BUNDLES):
            assert supply.free(edge, sku) == untouched.free(edge, sku)


@given(stocks, services, st.sampled_from(EDGES), st.integers(1, 15))
def test_more_of_what_a_bundle_is_not_short_of_is_no_help(
    stocks: dict[tuple[int, int], int],
    services: dict[tuple[int, int], int],
    edge: int,
    quantity: int,
) -> None:
    supply = _supply(stocks, services)
    if supply.free(edge, 11) >= quantity:
        return

    short_of = supply.short_of(edge, 11, quantity)

    assert short_of
    more = {place: held + 1000 * (place[1] not in short_of) for place, held in stocks.items()}
    assert _supply(more, services).free(edge, 11) < quantity


def _supply(stocks: dict[tuple[int, int], int], services: dict[tuple[int, int], int]) -> Supply:
    sources = (
        SupplySource(edge, sku, warehouse, priority, stocks[warehouse, sku])
        for (edge, warehouse), priority in services.items()
        for sku in SKUS
        if (warehouse, sku) in stocks
    )
    return Supply(sources, BUNDLES)


def _whole(left: dict[tuple[int, int], int], warehouse: int, sku: int) -> int:
    """How many stand in the warehouse, whole."""
    units = 0
    while all(
        left.get((warehouse, component), 0) >= (units + 1) * each
        for component, each in BUNDLES.get(sku, {sku: 1}).items()
    ):
        units += 1
    return units
