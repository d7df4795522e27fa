"""Putting the way of the money together: nobody is shown what is between others."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from tradeline.shopping.model import ConsumerOrder, ConsumerOrderState, Delivery, OrderTier
from tradeline.shopping.trail import (
    CONSUMER,
    PROVIDER,
    FlowKind,
    TrailFlow,
    TrailRows,
    put_together,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ORDER = {
    "id": 1,
    "seller_org_id": 10,
    "collector_org_id": 12,
    "collector_tier": 2,
    "currency": "CNY",
    "state": ConsumerOrderState.TO_SHIP,
    "delivery": Delivery.DELIVERY,
    "total_minor": 1000,
    "refunded_minor": 0,
    "paid_at": NOON,
}


def an_order(**changes: Any) -> ConsumerOrder:
    values = dict.fromkeys((field.name for field in fields(ConsumerOrder)), None)
    return ConsumerOrder(**values | ORDER | changes)  # type: ignore[arg-type]


def a_flow(source: str, target: str, kind: FlowKind, minor: int) -> TrailFlow:
    return TrailFlow(
        from_key=source,
        to_key=target,
        kind=kind,
        amount_minor=minor,
        occurred_at=NOON,
        document_type="consumer_order",
        document_id=1,
        document_number="CO1",
    )


def rows(own_minor: int, **changes: Any) -> TrailRows:
    """The consumer pays 1000; the store buys at 800, the trader at 500; the fee is 6."""
    return TrailRows(
        order=an_order(**changes),
        tiers=[
            OrderTier(order_id=1, tier=tier, org_id=10 + tier, entity_id=tier, relationship_id=tier)
            for tier in range(3)
        ],
        own_minor=own_minor,
        flows=[
            a_flow(CONSUMER, PROVIDER, FlowKind.PAYMENT, 1000),
            a_flow(PROVIDER, "tier:2", FlowKind.CAPTURE, 1000),
            a_flow("tier:2", PROVIDER, FlowKind.FEE, 6),
            a_flow("tier:0", "tier:1", FlowKind.GOODS, 800),
            a_flow("tier:1", "tier:2", FlowKind.GOODS, 500),
            a_flow("tier:1", "tier:0", FlowKind.COLLECTED, 1000),
            a_flow("tier:2", "tier:1", FlowKind.COLLECTED, 1000),
            a_flow("tier:2", "tier:0", FlowKind.SHARE, 200),
        ],
    )


def test_a_party_sees_flows_of_its_own_and_the_payment_only_if_it_sold_or_collected() -> None:
    store, trader, brand = (put_together(rows(0), org_id) for org_id in (10, 11, 12))
    assert store is not None
    assert trader is not None
    assert brand is not None

    assert [flow.kind.value for flow in store.flows] == ["payment", "goods", "collected", "share"]
    assert {(flow.from_key, flow.to_key) for flow in trader.flows} == {
        ("tier:0", "tier:1"),
        ("tier:1", "tier:2"),
        ("tier:1", "tier:0"),
        ("tier:2", "tier:1"),
    }
    assert CONSUMER not in {party.key for party in trader.parties}
    assert [flow.amount_minor for flow in brand.flows] == [1000, 1000, 6, 500, 1000, 200]


def test_a_trail_is_complete_when_what_came_and_went_is_what_the_party_has() -> None:
    for org_id, own_minor in ((10, 200), (11, 300), (12, 500)):
        whole, short = put_together(rows(own_minor), org_id), put_together(rows(1), org_id)
        assert whole is not None
        assert short is not None
        assert (whole.is_complete, short.is_complete) == (True, False)


def test_the_fee_is_borne_by_who_collects() -> None:
    nets = {}
    for org_id, own_minor in ((10, 200), (11, 300), (12, 500)):
        found = put_together(rows(own_minor), org_id)
        assert found is not None
        [nets[org_id]] = [party.net_minor for party in found.parties if party.is_mine]

    assert nets == {10: 200, 11: 300, 12: 494}


def test_nothing_is_earned_before_it_is_paid_and_strangers_have_no_trail() -> None:
    found = put_together(rows(200, paid_at=None), 10)
    assert found is not None

    assert not found.is_complete
    assert {party.net_minor for party in found.parties if party.is_mine} == {0}
    assert put_together(rows(200), 99) is None
