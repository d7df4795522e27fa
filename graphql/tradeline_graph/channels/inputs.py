"""What keeping stores is told."""

from __future__ import annotations

import decimal
from typing import Any

import strawberry

from tradeline import channels, kernel
from tradeline_graph._ids import from_id, from_optional_id

_PLAIN = (
    "name",
    "name_en",
    "region",
    "address",
    "phone",
    "opening_hours",
    "offers_delivery",
    "offers_pickup",
    "is_open",
    "collector_tier",
)


@strawberry.input(
    description="`route` names the relationships by which goods come to the store, upwards: on the "
    "first your legal entity buys, on each further one the seller of the one before. "
    "`collectorTier` says who takes the consumers' money: 0 is your organization, 1 the seller of "
    "the first."
)
class StoreCreateInput:
    request_id: str
    code: str
    name: str
    name_en: str = ""
    legal_entity_id: strawberry.ID | None = None
    region: str = ""
    address: str = ""
    phone: str = ""
    opening_hours: str = ""
    latitude: decimal.Decimal | None = None
    longitude: decimal.Decimal | None = None
    offers_delivery: bool = True
    offers_pickup: bool = False
    is_open: bool = False
    route: list[strawberry.ID] = strawberry.field(default_factory=list)
    collector_tier: int = 0
    mini_program_id: strawberry.ID | None = None

    def to_model(self) -> channels.NewStore:
        return channels.NewStore(
            code=self.code,
            name=self.name,
            name_en=self.name_en,
            entity_id=from_optional_id("LegalEntity", self.legal_entity_id),
            region=self.region,
            address=self.address,
            phone=self.phone,
            opening_hours=self.opening_hours,
            latitude=self.latitude,
            longitude=self.longitude,
            offers_delivery=self.offers_delivery,
            offers_pickup=self.offers_pickup,
            is_open=self.is_open,
            route=tuple(from_id("Relationship", id) for id in self.route),
            collector_tier=self.collector_tier,
            mini_program_id=from_optional_id("MiniProgram", self.mini_program_id),
        )


@strawberry.input(
    description="What is left out stays as it is, as does what is null but for the place and the "
    "mini-program. `route` names all of it anew; another route or collector has to be agreed to "
    "anew."
)
class StoreUpdateInput:
    request_id: str
    store_id: strawberry.ID
    name: str | None = None
    name_en: str | None = None
    region: str | None = None
    address: str | None = None
    phone: str | None = None
    opening_hours: str | None = None
    latitude: decimal.Decimal | None = strawberry.UNSET
    longitude: decimal.Decimal | None = strawberry.UNSET
    offers_delivery: bool | None = None
    offers_pickup: bool | None = None
    is_open: bool | None = None
    route: list[strawberry.ID] | None = None
    collector_tier: int | None = None
    mini_program_id: strawberry.ID | None = strawberry.UNSET

    def to_model(self) -> channels.StoreChange:
        given: dict[str, Any] = {
            name: value for name in _PLAIN if (value := getattr(self, name)) is not None
        }
        for name in ("latitude", "longitude"):
            if getattr(self, name) is not strawberry.UNSET:
                given[name] = getattr(self, name)
        if self.mini_program_id is not strawberry.UNSET:
            given["mini_program_id"] = from_optional_id("MiniProgram", self.mini_program_id)
        if self.route is not None:
            given["route"] = tuple(from_id("Relationship", id) for id in self.route)
        return channels.StoreChange(store_id=from_id("Store", self.store_id), **given)


@strawberry.input(
    description="`routeHash` is that of the route that you read; it is refused if the store has "
    "another by now."
)
class StoreRouteAgreeInput:
    request_id: str
    store_id: strawberry.ID
    route_hash: str


@strawberry.input
class StoreRouteLeaveInput:
    request_id: str
    store_id: strawberry.ID


@strawberry.input(
    description="A SKU at `unitPrice` in the store's currency, or with a markup on what your "
    "organization pays for one: one of the two."
)
class StoreListingInput:
    sku_id: strawberry.ID
    unit_price: decimal.Decimal | None = None
    markup_basis_points: int | None = None
    limit_per_order: int | None = None
    position: int = 0
    is_listed: bool = True

    def to_model(self) -> channels.NewListing:
        return channels.NewListing(
            sku_id=from_id("Sku", self.sku_id),
            unit_price=self.unit_price,
            markup_bp=self.markup_basis_points,
            limit_per_order=self.limit_per_order,
            position=self.position,
            is_listed=self.is_listed,
        )


@strawberry.input(description="At most 1000 at once. What is listed already is said anew.")
class StoreListingsPutInput:
    request_id: str
    store_id: strawberry.ID
    listings: list[StoreListingInput]


@strawberry.input
class StoreListingsRemoveInput:
    request_id: str
    store_id: strawberry.ID
    sku_ids: list[strawberry.ID]


@strawberry.input(description="Sums in the store's currency. An empty region is everywhere else.")
class FreightRuleInput:
    region: str
    base: decimal.Decimal
    free_from: decimal.Decimal | None = None

    def to_model(self, currency: str, place: int) -> channels.FreightRule:
        """Raises Rejected, leading to the sum that is none of that currency."""
        path = ("rules", place)
        base = _minor(self.base, currency, (*path, "base"))
        free = self.free_from
        return channels.FreightRule(
            region=self.region,
            base_minor=base,
            free_from_minor=None if free is None else _minor(free, currency, (*path, "freeFrom")),
        )


@strawberry.input(description="All the rules of a store; it delivers nowhere else.")
class FreightRulesPutInput:
    request_id: str
    store_id: strawberry.ID
    rules: list[FreightRuleInput]

    def to_model(self, currency: str) -> list[channels.FreightRule]:
        return [rule.to_model(currency, place) for place, rule in enumerate(self.rules)]


@strawberry.input
class StoreLinkCreateInput:
    request_id: str
    store_id: strawberry.ID
    source: str
    sku_id: strawberry.ID | None = None
    campaign: str = ""

    def to_model(self) -> channels.NewLink:
        return channels.NewLink(
            store_id=from_id("Store", self.store_id),
            source=self.source,
            sku_id=from_optional_id("Sku", self.sku_id),
            campaign=self.campaign,
        )


def _minor(amount: decimal.Decimal, currency: str, path: tuple[str | int, ...]) -> int:
    try:
        return kernel.Money.parse(f"{amount:f}", currency).minor
    except ValueError as fault:
        raise kernel.refuse(
            kernel.InvalidValue(
                path=path,
                field=str(path[-1]),
                rule=str(fault),
                rule_zh="小数位数不得多于该币种所允许的，金额也不得过大",
            )
        ) from None
