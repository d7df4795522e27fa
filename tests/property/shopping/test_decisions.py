"""Consumers' orders that arrive together come out as if they had come one by one."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.shopping.oracle import Asked, Sold, World, place
from tradeline.catalog import Sellable
from tradeline.channels import FreightRule, Listing, PriceBasis, Store, Tier
from tradeline.inventory import Stock, StockRow
from tradeline.kernel import Shopper
from tradeline.marketing import CouponState, CouponTerms
from tradeline.members import SealedAddress
from tradeline.organizations import PriceStrategy
from tradeline.pricing import Candidate, PriceLevel, PriceSheet
from tradeline.shopping.decisions import (
    PlacedConsumerOrder,
    RefusedConsumerOrder,
    decide_consumer_orders,
)
from tradeline.shopping.judging import Market
from tradeline.shopping.model import Cart, CartLine, Delivery, NewConsumerOrder, SplitPart
from tradeline.shopping.prices import EdgePrices
from tradeline.sourcing import Rules

STORE, ADDRESS, MEMBER = 1, 1, 1
SKUS = (1, 2, 3)
EDGES = (1, 2)
ORGS = (10, 11, 12)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHOPPER = Shopper(network_id=1, member_id=MEMBER, is_guest=False)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    coupons = {}
    for coupon in (1, 2):
        value = draw(st.integers(1, 40))
        coupons[coupon] = (value, value + draw(st.integers(0, 60)))
    carts = {
        cart: draw(st.dictionaries(st.sampled_from((*SKUS, 9)), st.integers(1, 6), max_size=3))
        for cart in (1, 2, 3)
    }
    return World(
        stock={(tier, sku): draw(st.integers(0, 7)) for tier in range(3) for sku in SKUS},
        prices={sku: draw(st.integers(1, 50)) for sku in SKUS if draw(st.integers(0, 7))},
        costs={
            (edge, sku): draw(st.integers(0, 60))
            for edge in EDGES
            for sku in SKUS
            if draw(st.integers(0, 5))
        },
        limits={sku: draw(st.integers(1, 5)) for sku in SKUS if not draw(st.integers(0, 4))},
        coupons=coupons,
        carts=carts,
        versions={cart: 1 for cart in carts},
    )


asked = st.builds(
    Asked,
    cart=st.sampled_from((1, 2, 3)),
    version=st.sampled_from((1, 1, 1, 2)),
    coupon=st.sampled_from((None, None, 1, 2)),
    expected=st.sampled_from((None, None, None, 60)),
)


@settings(max_examples=400, deadline=None)
@given(worlds(), st.lists(asked, min_size=1, max_size=6))
def test_a_batch_comes_out_as_one_by_one(world: World, orders: list[Asked]) -> None:
    market = _market(deepcopy(world))
    requests = [(position, SHOPPER, _order(one)) for position, one in enumerate(orders)]
    for one, decision in zip(orders, decide_consumer_orders(requests, market), strict=True):
        expected = place(one, world)
        if isinstance(decision, RefusedConsumerOrder):
            assert {type(problem).__name__ for problem in decision.problems} == expected
            continue
        assert isinstance(decision, PlacedConsumerOrder)
        assert _sold(decision) == expected


@settings(max_examples=200, deadline=None)
@given(worlds(), st.lists(asked, min_size=1, max_size=4))
def test_every_fen_of_an_order_is_somebodys(world: World, orders: list[Asked]) -> None:
    """Over each line as over all of it, and what edges owe is what is above them."""
    requests = [(position, SHOPPER, _order(one)) for position, one in enumerate(orders)]
    for decision in decide_consumer_orders(requests, _market(world)):
        if not isinstance(decision, PlacedConsumerOrder):
            continue
        for index, line in enumerate(decision.lines):
            own = [split for split in decision.splits if split.line == index]
            goods = [split for split in own if split.part is SplitPart.GOODS]
            coupon = [split for split in own if split.part is SplitPart.COUPON]
            assert sum(split.amount_minor for split in goods) == line.goods_minor
            assert sum(split.amount_minor for split in coupon) == line.coupon_minor
            assert line.coupon_minor <= line.goods_minor
            for leg in line.legs:
                above = [split.amount_minor for split in goods if split.tier >= leg.tier]
                assert sum(above) == leg.amount_minor


def _sold(placed: PlacedConsumerOrder) -> Sold:
    taken = {
        (line.source.tier, line.sku.sku_id): sum(part.quantity for part in line.allocations)
        for line in placed.lines
    }
    goods = [0, 0, 0]
    for split in placed.splits:
        if split.part is SplitPart.GOODS:
            goods[split.tier] += split.amount_minor
    judged = placed.judged
    return Sold(judged.total_minor, taken, tuple(goods), judged.coupon_minor)


def _order(one: Asked) -> NewConsumerOrder:
    return NewConsumerOrder(
        cart_id=one.cart,
        cart_version=one.version,
        delivery=Delivery.DELIVERY,
        address_id=ADDRESS,
        coupon_id=one.coupon,
        expected_total=None if one.expected is None else Decimal(one.expected).scaleb(-2),
    )


def _market(world: World) -> Market:
    store = _store()
    pairs = frozenset(world.costs)
    return Market(
        # Below cost as far as anybody likes; what is lent is told elsewhere.
        credit=dict.fromkeys(range(world.tiers), 10**12),
        carts={
            id: Cart(
                id=id,
                member_id=MEMBER,
                store_id=STORE,
                version=world.versions[id],
                source="",
                lines=tuple(CartLine(sku, units) for sku, units in wants.items()),
            )
            for id, wants in world.carts.items()
        },
        stores={STORE: store},
        listings={
            (STORE, sku): _listing(sku, price, world.limits.get(sku))
            for sku, price in world.prices.items()
        },
        skus={sku: _sku(sku) for sku in SKUS},
        prices=EdgePrices({pair: _sheet(*pair, world.costs[pair]) for pair in pairs}, pairs),
        freight={STORE: [FreightRule(region="", base_minor=0)]},
        addresses={
            (MEMBER, ADDRESS): SealedAddress(
                region="CN", recipient_seal=b"", phone_seal=b"", detail_seal=b""
            )
        },
        coupons={(MEMBER, id): _coupon(id, *terms) for id, terms in world.coupons.items()},
        stock=Stock(
            [
                StockRow(ORGS[tier], 100 + tier, "CN", 1, sku, units)
                for (tier, sku), units in world.stock.items()
            ]
        ),
        rules={ORGS[0]: Rules()},
        collectable=frozenset({STORE}),
    )


def _store() -> Store:
    tiers = tuple(
        Tier(
            tier=tier,
            org_id=org_id,
            entity_id=org_id,
            relationship_id=tier or None,
            name="",
            name_en="",
        )
        for tier, org_id in enumerate(ORGS)
    )
    return Store(
        network_id=1,
        id=STORE,
        org_id=ORGS[0],
        entity_id=ORGS[0],
        code="S",
        name="店",
        name_en="Store",
        region="CN",
        address="",
        phone="",
        opening_hours="",
        latitude=None,
        longitude=None,
        currency="CNY",
        offers_delivery=True,
        offers_pickup=True,
        is_open=True,
        collector_tier=2,
        mini_program_id=None,
        created_at=NOW,
        tiers=tiers,
        route=(),
    )


def _listing(sku: int, price: int, limit: int | None) -> Listing:
    return Listing(
        store_id=STORE,
        sku_id=sku,
        basis=PriceBasis.FIXED,
        unit_price=Decimal(price).scaleb(-2),
        markup_bp=None,
        limit_per_order=limit,
        position=0,
        is_listed=True,
    )


def _sku(sku: int) -> Sellable:
    return Sellable(
        sku_id=sku,
        sku_code=f"S{sku}",
        sku_name="货",
        sku_name_en="Goods",
        base_unit="EA",
        base_pack_id=sku,
    )


def _coupon(id: int, value: int, threshold: int) -> CouponTerms:
    return CouponTerms(
        coupon_id=id,
        campaign_id=1,
        member_id=MEMBER,
        state=CouponState.OPEN,
        order_id=None,
        code="C",
        name="券",
        name_en="Coupon",
        value_minor=value,
        threshold_minor=threshold,
        currency="CNY",
        valid_from=NOW,
        valid_to=NOW,
        is_valid=True,
        store_ids=frozenset({STORE}),
        shares={ORGS[0]: 1000, ORGS[1]: 3000, ORGS[2]: 6000},
    )


def _sheet(edge: int, sku: int, cost: int) -> PriceSheet:
    price = Candidate(
        price_id=edge * 10 + sku,
        price_list_id=edge,
        price_list_code="L",
        price_list_name="价目",
        price_list_name_en="List",
        level=PriceLevel.BASE,
        currency="CNY",
        list_is_active=True,
        list_valid_from=None,
        list_valid_to=None,
        pack_id=None,
        unit="EA",
        quantity_minimum=1,
        unit_price=Decimal(cost).scaleb(-2),
        valid_from=None,
        valid_to=None,
    )
    return PriceSheet(
        relationship_id=edge,
        seller_org_id=ORGS[edge],
        sku_id=sku,
        currency="CNY",
        strategy=PriceStrategy.PRIORITY,
        base_unit="EA",
        at=NOW,
        candidates=(price,),
    )
