"""Placing consumers' orders: who gets what there is, and whose the money is. Pure; the outcome
equals placing them one by one.

Stock, quotas, coupons and carts are given in order of arrival, a refused order takes nothing of
any, and every refusal carries all of its reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tradeline.catalog import Sellable
from tradeline.channels import Listing, Store, Tier
from tradeline.inventory import Allocation
from tradeline.kernel import InvalidValue, NotFound, Problem, Shopper, judge_length
from tradeline.marketing import CouponState, CouponTerms, share_coupon
from tradeline.members import NotForGuests
from tradeline.shopping.credit import exceeds, shortfalls_of
from tradeline.shopping.errors import (
    CartChanged,
    CouponNotUsable,
    CouponReason,
    NotOnSale,
    PriceChanged,
    StoreClosed,
)
from tradeline.shopping.judging import Judged, JudgedLine, Market, judge, judge_unpaid
from tradeline.shopping.model import NOTE_LENGTH_MAX, NewConsumerOrder, SplitPart
from tradeline.shopping.prices import as_money, cost_of, goods_of_parts
from tradeline.shopping.splits import split_freight, split_goods
from tradeline.sourcing import take_plan


@dataclass(frozen=True, slots=True)
class PlacedLegLine:
    """A line at an edge's own price."""

    tier: int
    unit_price: Decimal
    amount_minor: int
    explanation: str


@dataclass(frozen=True, slots=True)
class PlacedConsumerLine:
    """A SKU from one source. `legs` are those of the edges that it comes by, the store's first."""

    sku: Sellable
    listing: Listing
    source: Tier
    quantity: int
    unit_price: Decimal
    goods_minor: int
    coupon_minor: int
    allocations: tuple[Allocation, ...]
    legs: tuple[PlacedLegLine, ...]


@dataclass(frozen=True, slots=True)
class PlacedSplit:
    """Whose a part is; `line` is the index of the line, None for freight."""

    line: int | None
    part: SplitPart
    tier: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PlacedConsumerOrder:
    """An accepted order. `tiers` are those of the route that have a part in it; `shortfalls` what
    edges lend for it, by the tier of their sellers."""

    shopper: Shopper
    order: NewConsumerOrder
    judged: Judged
    source: str
    tiers: tuple[Tier, ...]
    lines: tuple[PlacedConsumerLine, ...]
    splits: tuple[PlacedSplit, ...]
    shortfalls: Mapping[int, int]

    @property
    def store(self) -> Store:
        return self.judged.store

    @property
    def collector(self) -> Tier:
        collector = self.judged.store.collector
        assert collector is not None, "a store without one takes no orders"
        return collector


@dataclass(frozen=True, slots=True)
class RefusedConsumerOrder:
    """A refused order, with every reason."""

    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Given:
    """What the orders before this one took, beside stock and quotas, which count for themselves."""

    keys: set[Hashable] = field(default_factory=set)
    carts: set[int] = field(default_factory=set)
    coupons: set[int] = field(default_factory=set)
    credit: Counter[int] = field(default_factory=Counter)
    unpaid: Counter[int] = field(default_factory=Counter)


def decide_consumer_orders(
    asked: Sequence[tuple[Hashable, Shopper, NewConsumerOrder]], market: Market
) -> list[PlacedConsumerOrder | RefusedConsumerOrder | None]:
    """Judge the orders in order of arrival, each under the key of its request.

    Of those with the same key only one is placed, and what comes after it is not looked at: None.
    One that is refused leaves the key to the next.
    """
    given = Given()
    decisions: list[PlacedConsumerOrder | RefusedConsumerOrder | None] = []
    for key, shopper, order in asked:
        decision = None if key in given.keys else _decide(shopper, order, market, given)
        if isinstance(decision, PlacedConsumerOrder):
            given.keys.add(key)
        decisions.append(decision)
    return decisions


def _decide(
    shopper: Shopper, order: NewConsumerOrder, market: Market, given: Given
) -> PlacedConsumerOrder | RefusedConsumerOrder:
    if shopper.is_guest:
        return RefusedConsumerOrder((NotForGuests(),))
    cart = market.carts.get(order.cart_id)
    if cart is None or cart.member_id != shopper.member_id:
        return RefusedConsumerOrder((NotFound(path=("cartId",), subject="cart"),))
    if cart.id in given.carts:
        # An order before this one of the same batch has emptied it.
        cart = replace(cart, version=cart.version + 1, lines=())
    if cart.version != order.cart_version:
        return RefusedConsumerOrder((CartChanged(path=("cartVersion",)),))
    if order.coupon_id in given.coupons:
        market = _without_coupon(market, shopper, order)
    judged = judge(shopper.member_id, order, cart, market)
    unpaid = market.unpaid.get(shopper.member_id, 0) + given.unpaid[shopper.member_id]
    problems = [
        *judge_length(order.note, ("note",), most=NOTE_LENGTH_MAX),
        *judged.problems,
        *judge_unpaid(unpaid, judged),
    ]
    problems = problems or _judge_total(order, judged)
    if problems:
        return RefusedConsumerOrder(tuple(problems))
    placed = _freeze(shopper, order, cart.source, judged, market)
    if exceeds(placed.tiers, placed.shortfalls, market.credit, given.credit):
        return RefusedConsumerOrder(_not_lent(placed))
    take_plan(judged.plan, market.stock, market.rules_of(judged.store))
    given.carts.add(cart.id)
    given.unpaid[shopper.member_id] += bool(judged.total_minor)
    if judged.coupon is not None:
        given.coupons.add(judged.coupon.coupon_id)
    for tier, minor in placed.shortfalls.items():
        given.credit[placed.tiers[tier].relationship_id or 0] += minor
    return placed


def judge_credit(
    shopper: Shopper, order: NewConsumerOrder, judged: Judged, market: Market
) -> tuple[Problem, ...]:
    """What is wrong with an order that could be placed otherwise, if it were the next: somebody on
    the route would have to lend more than it does."""
    if market.credit.keys().isdisjoint(tier.relationship_id for tier in judged.store.tiers):
        return ()
    placed = _freeze(shopper, order, "", judged, market)
    is_lent = not exceeds(placed.tiers, placed.shortfalls, market.credit, {})
    return () if is_lent else _not_lent(placed)


def _not_lent(placed: PlacedConsumerOrder) -> tuple[Problem, ...]:
    """What costs more than it brings is not on sale, nor what is not lent to the store. Where
    that is the coupon's doing, the coupon is not usable."""
    collector = placed.store.collector_tier
    lent = {
        line.sku.sku_id
        for line in placed.lines
        if any(leg.tier > collector or leg.amount_minor > line.goods_minor for leg in line.legs)
    }
    faults: list[Problem] = [
        NotOnSale(path=("lines", line.index), sku=line.sku.sku_name)
        for line in placed.judged.lines
        if line.sku is not None and line.sku.sku_id in lent
    ]
    if placed.judged.coupon is not None and not faults:
        faults.append(CouponNotUsable(path=("couponId",), reason=CouponReason.NOT_COVERED))
    return tuple(faults) or (StoreClosed(),)


def _without_coupon(market: Market, shopper: Shopper, order: NewConsumerOrder) -> Market:
    """An order before this one of the same batch holds the coupon."""
    assert order.coupon_id is not None
    key = shopper.member_id, order.coupon_id
    coupon = market.coupons.get(key)
    if coupon is None:
        return market
    return replace(market, coupons={**market.coupons, key: replace(coupon, state=CouponState.HELD)})


def _judge_total(order: NewConsumerOrder, judged: Judged) -> list[Problem]:
    """Nothing is charged but what was agreed to."""
    if order.expected_total is None or order.expected_total == judged.total.decimal:
        return []
    was = as_money(order.expected_total, judged.store.currency)
    if was is not None:
        return [PriceChanged(path=("expectedTotal",), was=was, now=judged.total)]
    return [
        InvalidValue(
            path=("expectedTotal",),
            field="expectedTotal",
            rule="send the total that the checkout showed",
            rule_zh="请填写结算页显示的应付金额",
        )
    ]


def _freeze(
    shopper: Shopper, order: NewConsumerOrder, source: str, judged: Judged, market: Market
) -> PlacedConsumerOrder:
    store = judged.store
    lines: list[PlacedConsumerLine] = []
    for line, parts in _by_source(judged):
        lines += _freeze_line(line, parts, store, market)
    lines, borne = _bear_coupon(lines, judged.coupon, store)
    splits = [
        PlacedSplit(index, SplitPart.GOODS, tier, amount)
        for index, line in enumerate(lines)
        for tier, amount in split_goods(
            line.goods_minor, [leg.amount_minor for leg in line.legs]
        ).items()
    ]
    splits += [
        PlacedSplit(index, SplitPart.COUPON, tier, amount)
        for (index, tier), amount in borne.items()
        if amount
    ]
    parcels = {
        tier: len({part.warehouse_id for part in judged.plan.parts if part.tier == tier})
        for tier in {part.tier for part in judged.plan.parts}
    }
    splits += [
        PlacedSplit(None, SplitPart.FREIGHT, tier, amount)
        for tier, amount in split_freight(judged.freight_minor, parcels).items()
    ]
    # Who has no part in a sale is not told of it: the tiers above the last that has are left out.
    top = max(
        store.collector_tier,
        *(line.source.tier for line in lines),
        *(split.tier for split in splits),
    )
    tiers = store.tiers[: top + 1]
    sums = [(it.line, it.part, it.tier, it.amount_minor) for it in splits]
    short = shortfalls_of(len(tiers), store.collector_tier, sums)
    return PlacedConsumerOrder(
        shopper, order, judged, source, tiers, tuple(lines), tuple(splits), short
    )


def _by_source(judged: Judged) -> list[tuple[JudgedLine, dict[int, list[Allocation]]]]:
    """Each line with what it gets from where, by tier, in the order of the plan."""
    parts: dict[int, dict[int, list[Allocation]]] = {line.index: {} for line in judged.lines}
    for part in judged.plan.parts:
        of_tier = parts[part.position].setdefault(part.tier, [])
        of_tier.append(Allocation(part.warehouse_id, part.quantity))
    return [(line, parts[line.index]) for line in judged.lines]


def _freeze_line(
    line: JudgedLine, parts: Mapping[int, list[Allocation]], store: Store, market: Market
) -> list[PlacedConsumerLine]:
    """A line for each tier that serves some of it, with what each edge on the way charges for
    that much."""
    sku, price, listing = line.sku, line.unit_price, line.listing
    assert sku is not None
    assert price is not None
    assert listing is not None
    quantities = [sum(it.quantity for it in allocations) for allocations in parts.values()]
    goods = goods_of_parts(price, quantities)
    placed = []
    for (tier, allocations), quantity, amount in zip(parts.items(), quantities, goods, strict=True):
        legs = tuple([_leg(store, edge, sku, quantity, market) for edge in range(1, tier + 1)])
        placed.append(
            PlacedConsumerLine(
                sku=sku,
                listing=listing,
                source=store.tiers[tier],
                quantity=quantity,
                unit_price=price.amount,
                goods_minor=amount,
                coupon_minor=0,
                allocations=tuple(allocations),
                legs=legs,
            )
        )
    return placed


def _leg(store: Store, edge: int, sku: Sellable, quantity: int, market: Market) -> PlacedLegLine:
    relationship_id = store.tiers[edge].relationship_id
    price = cost_of(store, edge, sku, quantity, market.prices)
    assert relationship_id is not None
    assert price is not None
    assert price.amount is not None
    return PlacedLegLine(
        edge,
        price.unit_price,
        price.amount.minor,
        market.prices.explain(relationship_id, sku, quantity),
    )


def _bear_coupon(
    lines: list[PlacedConsumerLine], coupon: CouponTerms | None, store: Store
) -> tuple[list[PlacedConsumerLine], dict[tuple[int, int], int]]:
    """What the coupon takes off each line, and what of that each tier bears."""
    if coupon is None:
        return lines, {}
    gross = {index: line.goods_minor for index, line in enumerate(lines)}
    tiers = {tier.org_id: tier.tier for tier in store.tiers}
    shares = {tiers[org_id]: share for org_id, share in coupon.shares.items()}
    borne = share_coupon(coupon.value_minor, gross, shares)
    off = dict.fromkeys(gross, 0)
    for (index, _), amount in borne.items():
        off[index] += amount
    return [replace(line, coupon_minor=off[i]) for i, line in enumerate(lines)], borne
