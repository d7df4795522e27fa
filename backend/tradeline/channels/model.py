"""What channels talks about, and its rules. Pure: no storage, no network, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tradeline.organizations import UNCHANGED, Unchanged

TIER_MAX = 5


class PriceBasis(StrEnum):
    """Whether a store says its price itself, or what it adds to its own cost."""

    FIXED = "fixed"
    MARKUP = "markup"


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniProgram:
    """A WeChat mini-program of one network."""

    network_id: int
    id: int
    app_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAccount:
    """The merchant as which an organization collects, what of a payment may be shared, and what the
    provider takes of it, where that is known."""

    network_id: int
    org_id: int
    provider: str
    merchant_id: str
    sharing_ratio_max_bp: int
    sharing_wait_days: int
    fee_bp: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One organization of a store's supply: tier 0 is the store's own, and `relationship_id` is
    the edge on which tier n sells to tier n-1 (None for tier 0)."""

    tier: int
    org_id: int
    entity_id: int
    relationship_id: int | None
    name: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEdge:
    """One edge of the route as it was set, whether or not anything may come by it now."""

    tier: int
    relationship_id: int
    seller_org_id: int
    seller_entity_id: int
    seller_name: str
    seller_name_en: str
    agreed_at: datetime | None
    is_trading: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Where consumers buy. `route` is what was set, `tiers` whence something may come today: up to
    the first edge that does not trade or whose seller has not agreed.

    `is_open` is what was set; a consumer buys where `takes_orders`.
    """

    network_id: int
    id: int
    org_id: int
    entity_id: int
    code: str
    name: str
    name_en: str
    region: str
    address: str
    phone: str
    opening_hours: str
    latitude: Decimal | None
    longitude: Decimal | None
    currency: str
    offers_delivery: bool
    offers_pickup: bool
    is_open: bool
    collector_tier: int
    mini_program_id: int | None
    created_at: datetime
    tiers: tuple[Tier, ...]
    route: tuple[RouteEdge, ...]

    @property
    def collector(self) -> Tier | None:
        """Who takes the consumer's money; None while the route does not reach it."""
        if self.collector_tier < len(self.tiers):
            return self.tiers[self.collector_tier]
        return None

    @property
    def route_hash(self) -> str:
        """The same for the same route and collector: who agrees says by it what they have read."""
        told = [self.collector_tier, *(edge.relationship_id for edge in self.route)]
        return hashlib.sha256(repr(told).encode()).hexdigest()

    @property
    def takes_orders(self) -> bool:
        return self.is_open and self.collector is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStore:
    """A store to create for the actor's organization. The legal entity left out is the buyer of the
    route's first edge, or the organization's first."""

    code: str
    name: str
    name_en: str = ""
    entity_id: int | None = None
    region: str = ""
    address: str = ""
    phone: str = ""
    opening_hours: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    offers_delivery: bool = True
    offers_pickup: bool = False
    is_open: bool = False
    route: tuple[int, ...] = ()
    collector_tier: int = 0
    mini_program_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreChange:
    """New values for a store; what is UNCHANGED stays. `route` names all its edges anew."""

    store_id: int
    name: str | Unchanged = UNCHANGED
    name_en: str | Unchanged = UNCHANGED
    region: str | Unchanged = UNCHANGED
    address: str | Unchanged = UNCHANGED
    phone: str | Unchanged = UNCHANGED
    opening_hours: str | Unchanged = UNCHANGED
    latitude: Decimal | Unchanged | None = UNCHANGED
    longitude: Decimal | Unchanged | None = UNCHANGED
    offers_delivery: bool | Unchanged = UNCHANGED
    offers_pickup: bool | Unchanged = UNCHANGED
    is_open: bool | Unchanged = UNCHANGED
    route: tuple[int, ...] | Unchanged = UNCHANGED
    collector_tier: int | Unchanged = UNCHANGED
    mini_program_id: int | Unchanged | None = UNCHANGED

    def values(self) -> dict[str, Any]:
        """What is given, by name, but for the store itself."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        del named["store_id"]
        return {name: value for name, value in named.items() if value is not UNCHANGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewListing:
    """A SKU to list in a store, or what to say of it anew: a fixed price for one base unit, or a
    markup on what the store pays for one, in basis points."""

    sku_id: int
    unit_price: Decimal | None = None
    markup_bp: int | None = None
    limit_per_order: int | None = None
    position: int = 0
    is_listed: bool = True

    @property
    def basis(self) -> PriceBasis:
        return PriceBasis.MARKUP if self.unit_price is None else PriceBasis.FIXED


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A SKU in a store. Nothing of the SKU is in here: what it is called and whether it is sold at
    all is what upstream says at the moment."""

    store_id: int
    sku_id: int
    basis: PriceBasis
    unit_price: Decimal | None
    markup_bp: int | None
    limit_per_order: int | None
    position: int
    is_listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedSku:
    """What a consumer may know of a SKU: nothing of anybody's trade with it."""

    id: int
    code: str
    name: str
    name_en: str
    base_unit: str
    attributes: Mapping[str, str]
    product_name: str
    product_name_en: str
    brand: str
    description: str
    category_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedCategory:
    """A category of which a store lists so many SKUs, with what is below it."""

    id: int
    parent_id: int | None
    name: str
    name_en: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreightRule:
    """What delivery into a region costs; '' is everywhere that no other rule names."""

    region: str
    base_minor: int
    free_from_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A deep link to make, into a store or to one SKU of it."""

    store_id: int
    source: str
    sku_id: int | None = None
    campaign: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A deep link. `source` is kept with the cart and the order that come of it."""

    id: int
    code: str
    store_id: int
    sku_id: int | None
    source: str
    campaign: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody is, in degrees."""

    latitude: Decimal
    longitude: Decimal


@dataclass(frozen=True, slots=True)
class FoundStore:
    """A store in a list for consumers, with how far away it is if they said where they are."""

    store: Store
    distance_metres: int | None


def freight_of(rules: Sequence[FreightRule], region: str, goods_minor: int) -> int | None:
    """What delivery of goods of that sum into the region costs, in minor units. None where the
    store does not deliver: the rule with the longest region that begins this one holds."""
    fitting = [rule for rule in rules if region.startswith(rule.region)]
    if not fitting:
        return None
    rule = max(fitting, key=lambda rule: len(rule.region))
    is_free = rule.free_from_minor is not None and goods_minor >= rule.free_from_minor
    return 0 if is_free else rule.base_minor


def tiers_of(own: Tier, route: Iterable[RouteEdge]) -> tuple[Tier, ...]:
    """Whence something may come: the store itself, and up its route to the first edge that is not
    agreed to or does not trade."""
    tiers = [own]
    for edge in route:
        if edge.agreed_at is None or not edge.is_trading:
            break
        tiers.append(
            Tier(
                tier=edge.tier,
                org_id=edge.seller_org_id,
                entity_id=edge.seller_entity_id,
                relationship_id=edge.relationship_id,
                name=edge.seller_name,
                name_en=edge.seller_name_en,
            )
        )
    return tuple(tiers)
