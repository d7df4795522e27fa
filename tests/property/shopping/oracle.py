"""What placing consumers' orders means: one at a time, unit by unit, in plain words. This is the
definition.

An order is taken whole or not at all. Units of a line come from the nearest tier that still has
any and to which every edge has a price; the goods cost what the store says; a coupon is used once.
Whoever came before has had theirs; a refused order has had nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Taken = dict[tuple[int, int], int]


@dataclass
class World:
    """All that can run out, and all that is fixed. `stock` is by (tier, SKU), `costs` by
    (edge, SKU) for one unit, `prices` by SKU: what is not there has none. `versions` are those of
    the carts now."""

    stock: dict[tuple[int, int], int]
    prices: dict[int, int]
    costs: dict[tuple[int, int], int]
    limits: dict[int, int]
    coupons: dict[int, tuple[int, int]]
    carts: dict[int, dict[int, int]]
    versions: dict[int, int]
    tiers: int = 3
    used: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Asked:
    cart: int
    version: int
    coupon: int | None
    expected: int | None


@dataclass(frozen=True)
class Sold:
    """What was taken, by (tier, SKU), the goods of each tier, and what the coupon took off."""

    total: int
    taken: Taken
    goods: tuple[int, ...]
    coupon: int


def place(asked: Asked, world: World) -> Sold | set[str]:
    """What is sold, or every reason why not."""
    if asked.version != world.versions[asked.cart]:
        return {"CartChanged"}
    wants = world.carts[asked.cart]
    if not wants:
        return {"NothingToBuy"} | _coupon_faults(asked, world, 0, is_known=True)
    stock, reasons = dict(world.stock), set[str]()
    taken: Taken = {}
    total, goods = 0, [0] * world.tiers
    for sku, units in wants.items():
        faults = _line_faults(sku, units, world)
        took = {} if faults else _take(sku, units, stock, world)
        if not faults and sum(took.values()) < units:
            nothing = not took and (1, sku) not in world.costs
            faults.add("NotOnSale" if nothing else "NotEnoughStock")
        reasons |= faults
        total += 0 if faults else units * world.prices[sku]
        for tier, part in took.items():
            taken[tier, sku] = part
            _divide(goods, sku, tier, part, world)
    reasons |= _coupon_faults(asked, world, total, is_known=not reasons)
    if reasons:
        return reasons
    off = world.coupons[asked.coupon][0] if asked.coupon is not None else 0
    if asked.expected is not None and asked.expected != total - off:
        return {"PriceChanged"}
    for key, part in taken.items():
        world.stock[key] -= part
    if asked.coupon is not None:
        world.used.add(asked.coupon)
    world.carts[asked.cart] = {}
    world.versions[asked.cart] += 1
    return Sold(total - off, taken, tuple(goods), off)


def _line_faults(sku: int, units: int, world: World) -> set[str]:
    if sku not in world.prices:
        return {"NotOnSale"}
    return {"AboveLimit"} if units > world.limits.get(sku, units) else set()


def _take(sku: int, units: int, stock: dict[tuple[int, int], int], world: World) -> dict[int, int]:
    """Unit by unit: each from the nearest tier that has one and may be reached."""
    took: dict[int, int] = {}
    for _ in range(units):
        for tier in range(world.tiers):
            if tier and (tier, sku) not in world.costs:
                break
            if stock.get((tier, sku), 0) > 0:
                stock[tier, sku] -= 1
                took[tier] = took.get(tier, 0) + 1
                break
    return took


def _divide(goods: list[int], sku: int, source: int, units: int, world: World) -> None:
    """Each tier on the way gets what it sells for less what it pays; the source pays nobody."""
    gets = world.prices[sku]
    for tier in range(source + 1):
        pays = world.costs[tier + 1, sku] if tier < source else 0
        goods[tier] += units * (gets - pays)
        gets = pays


def _coupon_faults(asked: Asked, world: World, goods: int, *, is_known: bool) -> set[str]:
    if asked.coupon is None:
        return set()
    _, threshold = world.coupons[asked.coupon]
    is_short = is_known and goods < threshold
    return {"CouponNotUsable"} if asked.coupon in world.used or is_short else set()
