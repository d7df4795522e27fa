"""What a consumer sees of stores: nothing in here tells of anybody's trade."""

from __future__ import annotations

import datetime
import decimal

import strawberry

from tradeline import channels, kernel, replenishment, shopping
from tradeline.kernel import Shopper
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._loaders import Loader
from tradeline_graph._promises import promises_of
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.catalog.types import Attribute

METRES_IN_KM = 1000


@strawberry.type(
    description="A store as its customers see it.",
    directives=scoped(Scope.MEMBER),
)
class StoreFront:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    region: str
    address: str
    phone: str
    opening_hours: str
    latitude: decimal.Decimal | None
    longitude: decimal.Decimal | None
    currency: str
    offers_delivery: bool
    offers_pickup: bool
    is_open: bool = strawberry.field(description="Whether it takes orders now.")
    distance_km: decimal.Decimal | None = strawberry.field(
        description="How far away it is, in a list that was asked for `near` a place."
    )

    @classmethod
    def of(cls, store: channels.Store, *, distance_metres: int | None = None) -> StoreFront:
        return cls(
            id=to_id("Store", store.id),
            code=store.code,
            name=store.name,
            name_en=store.name_en,
            region=store.region,
            address=store.address,
            phone=store.phone,
            opening_hours=store.opening_hours,
            latitude=store.latitude,
            longitude=store.longitude,
            currency=store.currency,
            offers_delivery=store.offers_delivery,
            offers_pickup=store.offers_pickup,
            is_open=store.takes_orders,
            distance_km=None
            if distance_metres is None
            else decimal.Decimal(distance_metres) / METRES_IN_KM,
        )


@strawberry.type(
    description="A SKU as a consumer meets it in a store, a cart or an order.",
    directives=scoped(Scope.MEMBER),
)
class OfferedSku:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    base_unit: str
    product_name: str
    product_name_en: str
    brand: str
    description: str
    attributes: list[Attribute] = strawberry.field(description="The dimensions of a variant.")

    @classmethod
    def of(cls, sku: channels.OfferedSku) -> OfferedSku:
        return cls(
            id=to_id("Sku", sku.id),
            code=sku.code,
            name=sku.name,
            name_en=sku.name_en,
            base_unit=sku.base_unit,
            product_name=sku.product_name,
            product_name_en=sku.product_name_en,
            brand=sku.brand,
            description=sku.description,
            attributes=[
                Attribute(name=name, value=value) for name, value in sku.attributes.items()
            ],
        )


strawberry.enum(
    replenishment.Amount,
    name="ArrivalAmount",
    description="Roughly how many come. FEW: up to 10.",
)


@strawberry.type(description="Goods that are to come.", directives=scoped(Scope.VALUE))
class StoreArrival:
    on: datetime.date
    amount: replenishment.Amount


@strawberry.type(
    description="How many can be had now, and when more will come.", directives=scoped(Scope.VALUE)
)
class StoreAvailability:
    now: int = strawberry.field(description="As `available`.")
    later: list[StoreArrival] = strawberry.field(
        description="At most the next three days on which some are confirmed to come."
    )


@strawberry.type(
    description="A SKU that is on sale in a store.",
    directives=scoped(Scope.MEMBER),
)
class StoreOffer:
    unit_price: decimal.Decimal = strawberry.field(description="Of one base unit.")
    currency: str
    available: int = strawberry.field(
        description="How many can be had now, in base units; 99 says that many or more."
    )
    limit_per_order: int | None
    sku_id: strawberry.Private[int]
    source_org_ids: strawberry.Private[tuple[int, ...]]

    @classmethod
    def of(cls, offer: shopping.StoreOffer) -> StoreOffer:
        return cls(
            unit_price=offer.unit_price.amount,
            currency=offer.unit_price.currency,
            available=min(offer.available, shopping.AVAILABLE_TOLD_MAX),
            limit_per_order=offer.limit_per_order,
            sku_id=offer.sku_id,
            source_org_ids=offer.source_org_ids,
        )

    @strawberry.field(description="What can be had now, and what is confirmed to come.")
    async def availability(self, info: Info) -> StoreAvailability:
        goods = [(org_id, self.sku_id) for org_id in self.source_org_ids]
        promises = await promises_of(info).load_many(goods)
        return StoreAvailability(
            now=self.available,
            later=[
                StoreArrival(on=day, amount=amount)
                for day, amount in replenishment.told_to_consumers(promises)
            ],
        )

    @strawberry.field
    async def sku(self, info: Info) -> OfferedSku:
        found = await load_offered_sku(info, self.sku_id)
        assert found is not None, "what is listed is never deleted"
        return found


@strawberry.type(
    description="Where a deep link leads. Send `source` along with what is put into the cart.",
    directives=scoped(Scope.MEMBER),
)
class OpenedLink:
    source: str
    campaign: str
    store_id: strawberry.Private[int]
    sku_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, link: channels.Link) -> OpenedLink:
        return cls(
            source=link.source,
            campaign=link.campaign,
            store_id=link.store_id,
            sku_id=link.sku_id,
        )

    @strawberry.field
    async def store(self, info: Info) -> StoreFront | None:
        return await load_store_front(info, self.store_id)

    @strawberry.field(description="The SKU that it is for, if it is for one.")
    async def sku(self, info: Info) -> OfferedSku | None:
        return None if self.sku_id is None else await load_offered_sku(info, self.sku_id)


@strawberry.input(description="Where somebody is, in degrees.")
class PlaceInput:
    latitude: decimal.Decimal
    longitude: decimal.Decimal

    def to_model(self) -> channels.Place:
        return channels.Place(latitude=self.latitude, longitude=self.longitude)


def offered_skus(info: Info) -> Loader[int, channels.OfferedSku | None]:
    """SKUs as consumers see them."""
    return info.context.loader("offered_sku", _offered_skus)


async def load_offered_sku(info: Info, sku_id: int) -> OfferedSku | None:
    """A SKU by its row's id, for what a consumer holds already."""
    found = await offered_skus(info).load(sku_id)
    return None if found is None else OfferedSku.of(found)


async def load_store_front(info: Info, store_id: int) -> StoreFront | None:
    """A store of the consumer's network by its row's id."""
    found = await info.context.loader("store_front", _stores).load(store_id)
    return None if found is None else StoreFront.of(found)


async def _offered_skus(
    conn: kernel.Connection, shopper: Shopper, ids: list[int]
) -> list[channels.OfferedSku | None]:
    found = await channels.load_offered_skus(conn, network_id=shopper.network_id, ids=ids)
    return [found.get(id) for id in ids]


async def _stores(
    conn: kernel.Connection, shopper: Shopper, ids: list[int]
) -> list[channels.Store | None]:
    found = await channels.stores_by_ids(conn, network_id=shopper.network_id, ids=ids)
    return [found.get(id) for id in ids]
