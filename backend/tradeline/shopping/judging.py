"""What an order for a cart comes to, and all that stands in its way. Pure; takes nothing.

Looking at a checkout and placing an order ask the same questions here, so that they answer alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tradeline.catalog import Sellable
from tradeline.channels import FreightRule, Listing, Store, freight_of
from tradeline.inventory import Stock
from tradeline.kernel import (
    QUANTITY_MAX,
    InvalidValue,
    Money,
    NotFound,
    Problem,
    Quantity,
    UnitPrice,
)
from tradeline.marketing import CouponTerms
from tradeline.members import SealedAddress
from tradeline.pricing import PriceResolution
from tradeline.shopping.errors import (
    AboveLimit,
    AddressMissing,
    AmountTooLarge,
    CouponNotUsable,
    CouponReason,
    NotDelivered,
    NotEnoughStock,
    NothingToBuy,
    NotOnSale,
    PickupNotOffered,
    StoreClosed,
    TooManyUnpaidOrders,
)
from tradeline.shopping.model import (
    AVAILABLE_TOLD_MAX,
    TOTAL_MINOR_MAX,
    UNPAID_ORDERS_MAX,
    Cart,
    CartLine,
    Delivery,
    NewConsumerOrder,
)
from tradeline.shopping.prices import EdgePrices, cost_of, in_minor, reach_of, retail_price
from tradeline.sourcing import Plan, Rules, Sources, SourceTier, SourcingLine, plan, rules_owner


@dataclass(frozen=True, slots=True)
class Market:
    """All that is asked about orders for carts, as it stood when what is scarce was locked.

    `addresses` are by (member who asks, address), `coupons` likewise: what is not theirs is absent.
    `listings` are by (store, SKU), `rules` by whose they are, `collectable` are stores whose
    collector can be paid, `credit` is what is free on edges that might lack something, `unpaid`
    how many orders of each who asks wait to be paid.
    """

    carts: Mapping[int, Cart]
    stores: Mapping[int, Store]
    listings: Mapping[tuple[int, int], Listing]
    skus: Mapping[int, Sellable]
    prices: EdgePrices
    freight: Mapping[int, Sequence[FreightRule]]
    addresses: Mapping[tuple[int, int], SealedAddress]
    coupons: Mapping[tuple[int, int], CouponTerms]
    stock: Stock
    rules: Mapping[int, Rules]
    collectable: frozenset[int]
    credit: Mapping[int, int] = field(default_factory=dict)
    unpaid: Mapping[int, int] = field(default_factory=dict)

    def rules_of(self, store: Store) -> Rules:
        """Those of whoever stands at the top of its route."""
        return self.rules[rules_owner(store)]


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line of a cart: what it costs and what keeps it from being sold, at which index."""

    index: int
    line: CartLine
    sku: Sellable | None
    unit_price: UnitPrice | None
    listing: Listing | None
    problems: tuple[Problem, ...] = ()

    @property
    def goods_minor(self) -> int:
        return self.unit_price.times(self.line.quantity).minor if self.unit_price else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What an order comes to; with problems, as far as that can be said."""

    store: Store
    lines: tuple[JudgedLine, ...]
    plan: Plan
    goods_minor: int
    coupon_minor: int
    freight_minor: int
    coupon: CouponTerms | None
    address: SealedAddress | None
    problems: tuple[Problem, ...]

    @property
    def total_minor(self) -> int:
        return self.goods_minor - self.coupon_minor + self.freight_minor

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.store.currency)


def judge_unpaid(unpaid: int, judged: Judged) -> list[Problem]:
    """Whether one more order may wait to be paid beside so many; what comes to nothing does not."""
    if unpaid < UNPAID_ORDERS_MAX or not judged.total_minor:
        return []
    return [TooManyUnpaidOrders(orders_max=UNPAID_ORDERS_MAX)]


def judge(member_id: int, order: NewConsumerOrder, cart: Cart, market: Market) -> Judged:
    """What the cart comes to, delivered so, with that coupon: everything that is wrong at once."""
    store = market.stores[cart.store_id]
    problems: list[Problem] = []
    if not store.takes_orders or store.id not in market.collectable:
        problems.append(StoreClosed())
    if not cart.lines:
        problems.append(NothingToBuy())
    address, faults = _judge_delivery(member_id, order, store, market)
    problems += faults
    region = address.region if address else store.region
    lines, found = judge_lines(store, cart.lines, market, region=region, delivery=order.delivery)
    problems += [fault for line in lines for fault in line.problems]
    goods = sum(line.goods_minor for line in lines)
    # Of a cart that cannot be sold as it is, freight and coupon are judged by what can be.
    freight = 0
    if address is not None and order.delivery is Delivery.DELIVERY:
        known = freight_of(market.freight.get(store.id, ()), address.region, goods)
        if known is None:
            problems.append(NotDelivered(path=("addressId",), region=address.region))
        freight = known or 0
    is_complete = not any(line.problems for line in lines)
    coupon, faults = _judge_coupon(member_id, order, store, goods, is_complete, market)
    problems += faults
    total = Money(goods - (coupon.value_minor if coupon else 0) + freight, store.currency)
    if total.minor > TOTAL_MINOR_MAX:
        most = Money(TOTAL_MINOR_MAX, store.currency)
        problems.append(AmountTooLarge(amount=total, most=most))
    return Judged(
        store=store,
        lines=lines,
        plan=found,
        goods_minor=goods,
        coupon_minor=coupon.value_minor if coupon else 0,
        freight_minor=freight,
        coupon=coupon,
        address=address,
        problems=tuple(problems),
    )


def judge_lines(
    store: Store, lines: Sequence[CartLine], market: Market, *, region: str, delivery: Delivery
) -> tuple[tuple[JudgedLine, ...], Plan]:
    """Each line by itself, and where all that can be sold would come from."""
    judged = [_judge_line(index, line, store, market) for index, line in enumerate(lines)]
    sold = [line for line in judged if not line.problems]
    found = plan_lines(store, sold, market, region, delivery)
    for line in sold:
        missing = found.unfilled.get(line.index, 0)
        if missing:
            judged[line.index] = _short(line, missing, store, market)
    return tuple(judged), found


def _judge_line(index: int, line: CartLine, store: Store, market: Market) -> JudgedLine:
    path = ("lines", index)
    sku, listing = market.skus.get(line.sku_id), market.listings.get((store.id, line.sku_id))
    price = None
    if sku is not None and sku.is_whole and listing is not None and listing.is_listed:
        price = retail_price(listing, store, sku, market.prices)
    if sku is None or listing is None or price is None:
        name = sku.sku_name if sku else str(line.sku_id)
        return JudgedLine(index, line, sku, None, listing, (NotOnSale(path=path, sku=name),))
    problems: list[Problem] = []
    limit = listing.limit_per_order
    if limit is not None and line.quantity > limit:
        problems.append(
            AboveLimit(
                path=(*path, "quantity"),
                sku=sku.sku_name,
                limit=Quantity(limit, sku.base_unit),
                requested=Quantity(line.quantity, sku.base_unit),
            )
        )
    if line.quantity > QUANTITY_MAX:
        problems.append(
            InvalidValue(
                path=(*path, "quantity"),
                field="quantity",
                rule=f"a line holds at most {QUANTITY_MAX} base units",
                rule_zh=f"每行最多 {QUANTITY_MAX} 个基本单位",
            )
        )
    return JudgedLine(index, line, sku, price, listing, tuple(problems))


def plan_lines(
    store: Store,
    lines: Sequence[JudgedLine],
    market: Market,
    region: str,
    delivery: Delivery,
) -> Plan:
    """What is picked up stands in the store; all else may come from as far up as prices reach."""
    top = 0 if delivery is Delivery.PICKUP else len(store.tiers) - 1
    rules = market.rules_of(store)
    wanted = [SourcingLine(it.index, it.line.sku_id, it.line.quantity) for it in lines]
    reach = {it.index: min(top, _reach(store, it, it.line.quantity, market)) for it in lines}
    while True:
        sources = Sources(
            tiers=[SourceTier(it.tier, it.org_id) for it in store.tiers[: top + 1]],
            stock=market.stock,
            region=region,
            costs=_costs(store, lines, market) if rules.step_minor is not None else {},
            excluded=_beyond(store, lines, reach, top, market.stock),
        )
        found = plan(wanted, sources, rules)
        if not _lower(found, store, lines, reach, market):
            return found


def _lower(
    found: Plan, store: Store, lines: Sequence[JudgedLine], reach: dict[int, int], market: Market
) -> bool:
    """A part may be so small that an edge has no price for it: then its tier is too far. Whether
    there was any such part; each time one tier fewer is left."""
    by_tier: dict[tuple[int, int], int] = {}
    for part in found.parts:
        key = part.position, part.tier
        by_tier[key] = by_tier.get(key, 0) + part.quantity
    by_index = {line.index: line for line in lines}
    is_lowered = False
    for (index, tier), quantity in by_tier.items():
        if tier and _reach(store, by_index[index], quantity, market) < tier:
            reach[index] = min(reach[index], tier - 1)
            is_lowered = True
    return is_lowered


def _reach(store: Store, line: JudgedLine, quantity: int, market: Market) -> int:
    assert line.sku is not None
    return reach_of(store, line.sku, quantity, market.prices)


def _beyond(
    store: Store,
    lines: Sequence[JudgedLine],
    reach: Mapping[int, int],
    top: int,
    stock: Stock,
) -> frozenset[tuple[int, int]]:
    """Which stock may not serve: of tiers to which some edge on the way has no price."""
    return frozenset(
        (place.warehouse_id, line.line.sku_id)
        for line in lines
        if reach[line.index] < top
        for tier in store.tiers[reach[line.index] + 1 : top + 1]
        for place in stock.places(tier.org_id)
    )


def _costs(
    store: Store, lines: Sequence[JudgedLine], market: Market
) -> dict[tuple[int, int], Decimal]:
    """What a unit from each tier costs those below it: the price on its edge. The store's own was
    bought, and is replaced, at the price of the first edge."""
    costs: dict[tuple[int, int], Decimal] = {}
    for line in lines:
        sku = line.sku
        assert sku is not None
        for tier in range(1, len(store.tiers)):
            price: PriceResolution | None
            price = cost_of(store, tier, sku, line.line.quantity, market.prices)
            if price is None:
                break
            costs[tier, sku.sku_id] = in_minor(price)
        if (1, sku.sku_id) in costs:
            costs[0, sku.sku_id] = costs[1, sku.sku_id]
    return costs


def _short(line: JudgedLine, missing: int, store: Store, market: Market) -> JudgedLine:
    """What neither the store has nor its seller trades is not sold there at all."""
    sku = line.sku
    assert sku is not None
    available = line.line.quantity - missing
    path = ("lines", line.index)
    problem: Problem
    if available == 0 and reach_of(store, sku, 1, market.prices) == 0:
        problem = NotOnSale(path=path, sku=sku.sku_name)
    else:
        problem = NotEnoughStock(
            path=(*path, "quantity"),
            sku=sku.sku_name,
            requested=Quantity(line.line.quantity, sku.base_unit),
            available=Quantity(min(available, AVAILABLE_TOLD_MAX), sku.base_unit),
        )
    return JudgedLine(line.index, line.line, sku, line.unit_price, line.listing, (problem,))


def _judge_delivery(
    member_id: int, order: NewConsumerOrder, store: Store, market: Market
) -> tuple[SealedAddress | None, list[Problem]]:
    if order.delivery is Delivery.PICKUP:
        offered = store.offers_pickup
        return None, [] if offered else [PickupNotOffered(path=("delivery",))]
    if not store.offers_delivery:
        return None, [NotDelivered(path=("delivery",), region=store.region)]
    if order.address_id is None:
        return None, [AddressMissing(path=("addressId",))]
    address = market.addresses.get((member_id, order.address_id))
    if address is None:
        return None, [NotFound(path=("addressId",), subject="address")]
    return address, []


def _judge_coupon(
    member_id: int,
    order: NewConsumerOrder,
    store: Store,
    goods_minor: int,
    is_complete: bool,
    market: Market,
) -> tuple[CouponTerms | None, list[Problem]]:
    if order.coupon_id is None:
        return None, []
    coupon = market.coupons.get((member_id, order.coupon_id))
    if coupon is None:
        return None, [NotFound(path=("couponId",), subject="coupon")]
    reason = coupon_reason(coupon, store, goods_minor if is_complete else None)
    if reason is not None:
        return None, [CouponNotUsable(path=("couponId",), reason=reason)]
    # Where the goods are not all for sale, it may be more than what is left of them.
    return (coupon if coupon.value_minor <= goods_minor else None), []


def coupon_reason(
    coupon: CouponTerms, store: Store, goods_minor: int | None
) -> CouponReason | None:
    """Why a coupon does not go with goods of that sum in the store, None where it does. All who
    bear it must stand on the route as it is today. What the goods come to may not be known."""
    if not coupon.is_open:
        return CouponReason.TAKEN
    if not coupon.is_valid:
        return CouponReason.NOT_VALID
    parties = {tier.org_id for tier in store.tiers}
    if store.id not in coupon.store_ids or coupon.currency != store.currency:
        return CouponReason.OTHER_STORE
    if not coupon.shares.keys() <= parties:
        return CouponReason.NOT_VALID
    if goods_minor is not None and goods_minor < coupon.threshold_minor:
        return CouponReason.BELOW_THRESHOLD
    return None
