"""What keeping price lists is told. Nothing else in the graph is told a price."""

from __future__ import annotations

import datetime
import decimal
from dataclasses import replace

import strawberry

from tradeline import kernel, pricing
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._scalars import PositiveInt
from tradeline_graph.pricing.enums import PriceLevel

PRICES_MAX = 1000


@strawberry.input(description="A list holds from `validFrom` until just before `validTo`.")
class PriceListCreateInput:
    request_id: str
    code: str = strawberry.field(description="Unique in your organization.")
    name: str
    level: PriceLevel
    currency: str
    name_en: str = ""
    valid_from: datetime.datetime | None = None
    valid_to: datetime.datetime | None = None

    def to_model(self) -> pricing.NewPriceList:
        return pricing.NewPriceList(
            code=self.code,
            name=self.name,
            name_en=self.name_en,
            level=self.level,
            currency=self.currency,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


@strawberry.input(
    description="What is left out stays. `validTo: null` takes the end away; an inactive list "
    "applies to nobody."
)
class PriceListUpdateInput:
    request_id: str
    price_list_id: strawberry.ID
    name: str | None = None
    name_en: str | None = None
    valid_to: datetime.datetime | None = strawberry.UNSET
    is_active: bool | None = None

    def to_model(self) -> pricing.PriceListChange:
        change = pricing.PriceListChange(
            price_list_id=from_id("PriceList", self.price_list_id),
            name=self.name,
            name_en=self.name_en,
            is_active=self.is_active,
        )
        if self.valid_to is strawberry.UNSET:
            return change
        return replace(change, valid_to=self.valid_to)


@strawberry.input(
    description="A price for one base unit, or with `packId` for one such pack. Without "
    "`validFrom` it holds from now on; without `validTo` it ends the one before."
)
class PriceInput:
    sku_id: strawberry.ID
    unit_price: decimal.Decimal
    pack_id: strawberry.ID | None = None
    quantity_minimum: PositiveInt = strawberry.field(
        default=PositiveInt(1), description="In base units: a quantity break."
    )
    valid_from: datetime.datetime | None = None
    valid_to: datetime.datetime | None = None

    def to_model(self) -> pricing.NewPrice:
        return pricing.NewPrice(
            sku_id=from_id("Sku", self.sku_id),
            unit_price=self.unit_price,
            pack_id=from_optional_id("Pack", self.pack_id),
            quantity_minimum=self.quantity_minimum,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


@strawberry.input(description=f"At most {PRICES_MAX} prices at once.")
class PricesPutInput:
    request_id: str
    price_list_id: strawberry.ID
    prices: list[PriceInput]

    def to_model(self) -> list[pricing.NewPrice]:
        """Raises Rejected for more than one request should carry."""
        if len(self.prices) > PRICES_MAX:
            raise kernel.refuse(
                kernel.InvalidValue(
                    path=("prices",),
                    field="prices",
                    rule=f"send at most {PRICES_MAX} at once",
                    rule_zh=f"每次最多 {PRICES_MAX} 项",
                )
            )
        return [price.to_model() for price in self.prices]


@strawberry.input(description="Without `at`, prices end now; one that has not begun is withdrawn.")
class PricesEndInput:
    request_id: str
    price_list_id: strawberry.ID
    price_ids: list[strawberry.ID]
    at: datetime.datetime | None = None


@strawberry.input
class PriceListGrantInput:
    request_id: str
    price_list_id: strawberry.ID
    relationship_ids: list[strawberry.ID]

    def to_model(self) -> list[pricing.PriceListGrant]:
        return [
            pricing.PriceListGrant(
                relationship_id=from_id("Relationship", relationship_id),
                price_list_id=from_id("PriceList", self.price_list_id),
            )
            for relationship_id in self.relationship_ids
        ]
