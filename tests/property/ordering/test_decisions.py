"""Orders that arrive together come out as if they had come one by one."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.ordering.oracle import World, place
from tradeline.catalog import Component, Pack, Tradable
from tradeline.inventory import Supply, SupplySource
from tradeline.ordering import NewOrder, NewOrderLine, RefusedOrder
from tradeline.ordering.decisions import PlacementState, decide_orders, pack_of
from tradeline.organizations import PriceStrategy, Relationship, RelationshipState
from tradeline.pricing import Candidate, PriceLevel, PriceResolution
from tradeline.settlement import Exposure

EDGES = (1, 2, 3)
SKUS = (1, 2, 3)
# They share a component, which is sold by itself as well.
BUNDLES = {11: {1: 2, 2: 1}, 12: {2: 2, 3: 3}}
WAREHOUSES = (1, 2)
NOW = datetime(2026, 1, 1, tzinfo=UTC)

small = st.integers(0, 12)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    edges = {
        edge: _edge(
            edge,
            minimum=draw(st.sampled_from([0, 0, 50])),
            holds_stock=draw(st.booleans()),
            territory=draw(st.sampled_from([(), ("north",)])),
        )
        for edge in EDGES[: draw(st.integers(2, 3))]
    }
    closed = {sku for sku in SKUS if not draw(st.integers(0, 9))}
    tradable = {
        (edge, sku): _tradable(sku, draw(st.integers(1, 3)), draw(st.integers(1, 2)), closed)
        for edge in edges
        for sku in (*SKUS, *BUNDLES)
        if draw(st.integers(0, 5)) and sku not in closed
    }
    return World(
        edges=edges,
        tradable=tradable,
        prices={pair: draw(st.sampled_from([None, 7, 10, 10, 25])) for pair in tradable},
        blocked={edge for edge in edges if not draw(st.integers(0, 9))},
        warehouses={edge: draw(st.sampled_from([[1], [2], [1, 2], [2, 1], []])) for edge in edges},
        stock={(warehouse, sku): draw(small) for warehouse in WAREHOUSES for sku in SKUS},
        bundles=BUNDLES,
        closed=closed,
        credit={edge: draw(st.integers(-20, 300)) for edge in edges},
    )


lines = st.builds(
    NewOrderLine,
    sku_id=st.sampled_from((*SKUS, *BUNDLES, *BUNDLES, 9)),
    quantity=st.integers(1, 6),
    pack_id=st.sampled_from([None, None, None, "case", "nothing"]).map(
        {None: None, "case": -1, "nothing": 999}.get
    ),
)
orders = st.builds(
    NewOrder,
    relationship_id=st.sampled_from(EDGES),
    lines=st.lists(lines, min_size=1, max_size=4).map(tuple),
    ship_to_region=st.sampled_from(["north", "south"]),
)
# Requests that come again under their ids, of which most have one of their own.
keys = st.sampled_from(["", "", "", "a", "b"])


@settings(max_examples=300, deadline=None)
@given(worlds(), st.lists(st.tuples(keys, orders), max_size=8))
def test_a_batch_equals_its_orders_one_by_one(
    world: World, batch: list[tuple[str, NewOrder]]
) -> None:
    batch = [
        (key or f"of its own, {position}", _with_real_cases(order))
        for position, (key, order) in enumerate(batch)
    ]
    state = _state(world, [order for _, order in batch])
    oracle = deepcopy(world)
    answered: set[str] = set()

    decided = decide_orders(batch, state)

    for (key, order), decision in zip(batch, decided, strict=True):
        if key in answered:
            assert decision is None
            continue
        assert decision is not None
        expected = place(order, oracle)
        if isinstance(decision, RefusedOrder):
            assert {(type(p).__name__, p.path) for p in decision.problems} == expected
        else:
            answered.add(key)
            taken = [
                (allocation.warehouse_id, part, allocation.quantity * each)
                for line in decision.lines
                for allocation in line.allocations
                for part, each in BUNDLES.get(
                    line.tradable.sku_id, {line.tradable.sku_id: 1}
                ).items()
            ]
            assert (decision.amount_minor, taken) == expected
    assert state.free_minor == oracle.credit


def _with_real_cases(order: NewOrder) -> NewOrder:
    """A case's id is its SKU's, a hundred up."""
    return NewOrder(
        relationship_id=order.relationship_id,
        ship_to_region=order.ship_to_region,
        lines=tuple(
            NewOrderLine(
                line.sku_id,
                line.quantity,
                100 + line.sku_id if line.pack_id == -1 else line.pack_id,
            )
            for line in order.lines
        ),
    )


def _state(world: World, batch: list[NewOrder]) -> PlacementState:
    prices = {}
    for position, order in enumerate(batch):
        for index, line in enumerate(order.lines):
            sku = world.tradable.get((order.relationship_id, line.sku_id))
            pack = None if sku is None else pack_of(line, sku)
            if pack is not None:
                price = world.prices[order.relationship_id, line.sku_id]
                prices[position, index] = _price(price, line.quantity * pack.units)
    sources = [
        SupplySource(edge, sku, warehouse, priority, world.stock[warehouse, sku])
        for edge, warehouses in world.warehouses.items()
        for priority, warehouse in enumerate(warehouses)
        for sku in SKUS
    ]
    exposures = {
        edge: Exposure(
            relationship_id=edge,
            currency="CNY",
            credit_limit_minor=0,
            held_minor=0,
            owed_minor=-world.credit[edge],
            is_blocked=edge in world.blocked,
        )
        for edge in world.edges
    }
    free = dict(world.credit)
    supply = Supply(sources, BUNDLES)
    return PlacementState(world.edges, world.tradable, prices, exposures, supply, free, NOW.date())


def _price(unit_minor: int | None, quantity: int) -> PriceResolution:
    price = None
    if unit_minor is not None:
        price = Candidate(
            price_id=1,
            price_list_id=1,
            price_list_code="BASE",
            price_list_name="基础",
            price_list_name_en="base",
            level=PriceLevel.BASE,
            currency="CNY",
            list_is_active=True,
            list_valid_from=None,
            list_valid_to=None,
            pack_id=None,
            unit="EA",
            quantity_minimum=1,
            unit_price=Decimal(unit_minor) / 100,
            valid_from=None,
            valid_to=None,
        )
    return PriceResolution(
        currency="CNY",
        strategy=PriceStrategy.PRIORITY,
        at=NOW,
        base_quantity=quantity,
        price=price,
        priced_quantity=quantity,
        priced_unit="EA",
        steps=(),
        rejected=(),
    )


def _tradable(sku: int, minimum: int, step: int, closed: set[int]) -> Tradable:
    packs = {
        sku: Pack(id=sku, code="EA", units=1),
        100 + sku: Pack(id=100 + sku, code="CS", units=6),
    }
    return Tradable(
        sku_id=sku,
        sku_code=f"SKU{sku}",
        sku_name="茶",
        sku_name_en="tea",
        base_unit="EA",
        quantity_minimum=minimum,
        quantity_step=step,
        packs=packs,
        components=tuple(
            Component(
                sku_id=part,
                code=f"SKU{part}",
                name="茶",
                name_en="tea",
                base_unit="EA",
                quantity=each,
                is_active=part not in closed,
            )
            for part, each in BUNDLES.get(sku, {}).items()
        ),
    )


def _edge(
    edge_id: int, *, minimum: int, holds_stock: bool, territory: tuple[str, ...]
) -> Relationship:
    return Relationship(
        network_id=1,
        id=edge_id,
        seller_org_id=100,
        buyer_org_id=edge_id,
        seller_entity_id=100,
        buyer_entity_id=edge_id,
        currency="CNY",
        state=RelationshipState.ACTIVE,
        valid_from=date(2025, 1, 1),
        valid_to=None,
        price_strategy=PriceStrategy.PRIORITY,
        payment_terms_days=30,
        order_minimum_minor=minimum,
        requires_review=False,
        requires_confirmation=True,
        requires_receipt=True,
        holds_stock=holds_stock,
        territory=territory,
        shares_sell_out=False,
        rebate_basis_points=0,
        rebate_threshold_minor=0,
        created_at=NOW,
        accepted_at=NOW,
    )
