"""What things cost, for consumers and on the edges that they come by. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from tradeline.catalog import Sellable
from tradeline.channels import Listing, PriceBasis, Store
from tradeline.kernel import Money, UnitPrice, exponent_of
from tradeline.pricing import PriceRequest, PriceResolution, PriceSheet

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class EdgePrices:
    """Prices on edges, in base units. What many orders ask is resolved, and written, once."""

    sheets: Mapping[tuple[int, int], PriceSheet]
    traded: frozenset[tuple[int, int]]
    _found: dict[tuple[int, int, int], PriceResolution | None] = field(default_factory=dict)
    _written: dict[tuple[int, int, int], str] = field(default_factory=dict)

    def find(self, relationship_id: int, sku: Sellable, quantity: int) -> PriceResolution | None:
        """None where the edge may not trade the SKU, or has no price for so many of it."""
        key = relationship_id, sku.sku_id, quantity
        if key not in self._found:
            self._found[key] = self._resolve(relationship_id, sku, quantity)
        return self._found[key]

    def explain(self, relationship_id: int, sku: Sellable, quantity: int) -> str:
        """How a price that was found came to be, as it is frozen."""
        key = relationship_id, sku.sku_id, quantity
        if key not in self._written:
            resolution = self.find(relationship_id, sku, quantity)
            assert resolution is not None, "only what has a price is sold"
            self._written[key] = resolution.to_json()
        return self._written[key]

    def _resolve(
        self, relationship_id: int, sku: Sellable, quantity: int
    ) -> PriceResolution | None:
        sheet = self.sheets.get((relationship_id, sku.sku_id))
        if sheet is None or (relationship_id, sku.sku_id) not in self.traded:
            return None
        request = PriceRequest(
            relationship_id=relationship_id,
            sku_id=sku.sku_id,
            pack_id=sku.base_pack_id,
            pack_units=1,
            pack_quantity=quantity,
        )
        resolution = sheet.resolve(request)
        return None if resolution.price is None else resolution


def retail_price(
    listing: Listing, store: Store, sku: Sellable, prices: EdgePrices
) -> UnitPrice | None:
    """What a base unit costs in the store: what it says, or a markup on what it pays for one
    itself, rounded half up to what can be paid. None while there is no such price."""
    if listing.basis is PriceBasis.FIXED:
        assert listing.unit_price is not None
        return UnitPrice(listing.unit_price, store.currency)
    if len(store.tiers) == 1:
        return None
    cost = cost_of(store, 1, sku, 1, prices)
    if cost is None:
        return None
    assert listing.markup_bp is not None
    exact = cost.unit_price * (BASIS_POINTS + listing.markup_bp) / BASIS_POINTS
    smallest = Decimal(1).scaleb(-exponent_of(store.currency))
    return UnitPrice(exact.quantize(smallest, rounding=ROUND_HALF_UP), store.currency)


def cost_of(
    store: Store, tier: int, sku: Sellable, quantity: int, prices: EdgePrices
) -> PriceResolution | None:
    """What the tier below pays this one for so many."""
    relationship_id = store.tiers[tier].relationship_id
    assert relationship_id is not None, "every tier above the store is reached by an edge"
    return prices.find(relationship_id, sku, quantity)


def reach_of(store: Store, sku: Sellable, quantity: int, prices: EdgePrices) -> int:
    """The highest tier whose stock may serve the store with so many: each edge on the way up to it
    trades the SKU and has a price."""
    for tier in range(1, len(store.tiers)):
        if cost_of(store, tier, sku, quantity, prices) is None:
            return tier - 1
    return len(store.tiers) - 1


def goods_of_parts(unit_price: UnitPrice, quantities: Sequence[int]) -> list[int]:
    """What each part of a line costs, so that together they cost what the line does in one."""
    sums, units = [0], 0
    for quantity in quantities:
        units += quantity
        sums.append(unit_price.times(units).minor)
    return [after - before for before, after in pairwise(sums)]


def total_of(lines: Sequence[tuple[UnitPrice, int]]) -> int:
    """What lines of so many units come to, in minor units."""
    return sum(unit_price.times(quantity).minor for unit_price, quantity in lines)


def in_minor(price: PriceResolution) -> Decimal:
    """A price for one unit, in minor units."""
    return price.unit_price.scaleb(exponent_of(price.currency))


def as_money(total: Decimal, currency: str) -> Money | None:
    """A sum that somebody sent; None for one that cannot be paid in the currency."""
    try:
        return Money.parse(str(total), currency)
    except (ValueError, ArithmeticError):
        return None
