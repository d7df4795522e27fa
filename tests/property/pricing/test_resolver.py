"""The resolver against its definition, and what holds of prices whatever the lists are."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.pricing.oracle import define_price
from tradeline.organizations import PriceStrategy
from tradeline.pricing import (
    Candidate,
    PriceLevel,
    PriceRequest,
    PriceResolution,
    PriceSheet,
    resolve_price,
)

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
PACK, UNITS = 7, 12

moments = st.none() | st.sampled_from([NOW + timedelta(days=n) for n in (-2, -1, 0, 1)])
# Few values, so that ties and equal prices per base unit (12 a case, 1 a bottle) come often.
amounts = st.sampled_from(["0", "0.005", "0.0375", "1", "11.999999", "12", "12.000001", "99.5"])


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    count = draw(st.integers(0, 12))
    return [
        Candidate(
            price_id=price_id,
            price_list_id=draw(st.integers(1, 4)),
            price_list_code="L",
            price_list_name=draw(st.sampled_from(["价格表", 'a "b" \\ \n\t\x7f 😀'])),
            price_list_name_en="",
            level=draw(st.sampled_from(PriceLevel)),
            currency=draw(st.sampled_from(["CNY", "CNY", "CNY", "EUR"])),
            list_is_active=draw(st.sampled_from([True, True, True, False])),
            list_valid_from=draw(moments),
            list_valid_to=draw(moments),
            pack_id=(pack := draw(st.sampled_from([None, None, PACK, 8]))),
            unit="EA" if pack is None else "CASE",
            quantity_minimum=draw(st.sampled_from([1, 1, 12, 24, 36])),
            unit_price=Decimal(draw(amounts)),
            valid_from=draw(moments),
            valid_to=draw(moments),
        )
        for price_id in draw(st.permutations(range(1, count + 1)))
    ]


requests = st.builds(
    PriceRequest,
    relationship_id=st.just(1),
    sku_id=st.just(1),
    pack_id=st.just(PACK),
    pack_units=st.just(UNITS),
    pack_quantity=st.integers(1, 4),
)


def resolve(
    request: PriceRequest, prices: list[Candidate], strategy: PriceStrategy
) -> PriceResolution:
    return resolve_price(request, prices, strategy, NOW, currency="CNY", base_unit="EA")


@settings(max_examples=1000)
@given(requests, candidates(), st.sampled_from(PriceStrategy))
def test_the_resolver_says_what_the_definition_says(
    request: PriceRequest, prices: list[Candidate], strategy: PriceStrategy
) -> None:
    found = resolve(request, prices, strategy)

    price_id, minor, steps, verdicts = define_price(request, prices, strategy, NOW, "CNY", 100)
    assert (found.price and found.price.price_id) == price_id
    assert (found.amount and found.amount.minor) == minor
    assert [(s.candidate.price_id, s.running_price_id) for s in found.steps] == steps
    assert {
        r.candidate.price_id: (r.reason.value, r.outranked_by) for r in found.rejected
    } == verdicts


@given(requests, candidates(), st.sampled_from(PriceStrategy))
def test_what_is_frozen_reads_as_what_it_was(
    request: PriceRequest, prices: list[Candidate], strategy: PriceStrategy
) -> None:
    found = resolve(request, prices, strategy)

    frozen = found.to_json()
    thawed = PriceResolution.from_json(json.loads(frozen))
    assert thawed == found
    assert thawed.to_json() == frozen


@given(requests, candidates(), st.sampled_from(PriceStrategy))
def test_what_was_frozen_in_the_first_version_reads_as_what_it_was(
    request: PriceRequest, prices: list[Candidate], strategy: PriceStrategy
) -> None:
    found = resolve(request, prices, strategy)

    frozen = json.dumps(first_version(found))
    assert PriceResolution.from_json(json.loads(frozen)) == found


@given(requests, candidates(), st.sampled_from(PriceStrategy))
def test_what_the_doctor_reads_of_it_stands_where_it_always_did(
    request: PriceRequest, prices: list[Candidate], strategy: PriceStrategy
) -> None:
    found = resolve(request, prices, strategy)

    now, before = json.loads(found.to_json()), first_version(found)
    for name in ("at", "amount_minor", "priced_quantity"):
        assert now[name] == before[name]
    assert (now["price"] and now["price"]["unit_price"]) == (
        before["price"] and before["price"]["unit_price"]
    )


def first_version(found: PriceResolution) -> dict[str, Any]:
    """How explanations were frozen at first: each candidate in full wherever it was named."""
    return {
        "version": 1,
        "currency": found.currency,
        "strategy": found.strategy.value,
        "at": found.at.isoformat(),
        "base_quantity": found.base_quantity,
        "price": found.price and in_full(found.price),
        "priced_quantity": found.priced_quantity,
        "priced_unit": found.priced_unit,
        "amount_minor": found.amount and found.amount.minor,
        "steps": [
            {
                "candidate": in_full(step.candidate),
                "running_price_id": step.running_price_id,
                "running_unit_price": f"{step.running_unit_price:f}",
                "running_unit": step.running_unit,
            }
            for step in found.steps
        ],
        "rejected": [
            {
                "candidate": in_full(rejected.candidate),
                "reason": rejected.reason.value,
                "outranked_by": rejected.outranked_by,
            }
            for rejected in found.rejected
        ],
    }


def in_full(candidate: Candidate) -> dict[str, Any]:
    values = asdict(candidate)
    for name in ("list_valid_from", "list_valid_to", "valid_from", "valid_to"):
        values[name] = values[name] and values[name].isoformat()
    return values | {"level": candidate.level.value, "unit_price": f"{candidate.unit_price:f}"}


@given(requests, candidates(), st.sampled_from(PriceStrategy))
def test_the_order_of_prices_does_not_matter(
    request: PriceRequest, prices: list[Candidate], strategy: PriceStrategy
) -> None:
    shuffled = sorted(prices, key=lambda price: price.price_id)

    assert resolve(request, shuffled, strategy) == resolve(request, prices, strategy)


@given(candidates(), st.sampled_from(PriceStrategy), st.integers(1, 6))
def test_breaks_tell_the_price_of_every_quantity(
    prices: list[Candidate], strategy: PriceStrategy, first: int
) -> None:
    sheet = PriceSheet(
        relationship_id=1,
        seller_org_id=1,
        sku_id=1,
        currency="CNY",
        strategy=strategy,
        base_unit="EA",
        at=NOW,
        candidates=tuple(prices),
    )
    breaks = sheet.breaks(PACK, UNITS, first * UNITS)

    for packs in range(first, 10):
        request = PriceRequest(
            relationship_id=1, sku_id=1, pack_id=PACK, pack_units=UNITS, pack_quantity=packs
        )
        price = sheet.resolve(request).price
        told = [b for b in breaks if b.quantity_minimum <= request.base_quantity]
        assert (price is None) is (told == [])
        if price is not None:
            assert (told[-1].unit_price.amount, told[-1].unit) == (price.unit_price, price.unit)
