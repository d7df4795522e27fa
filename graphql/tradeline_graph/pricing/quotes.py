"""What things cost on an edge."""

from __future__ import annotations

import decimal

import strawberry

from tradeline import kernel, pricing
from tradeline_graph._context import Info
from tradeline_graph._loaders import Loader
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.pricing.explanation import PriceExplanation


@strawberry.type(
    description="What a quantity of one SKU costs on one relationship now; nulls if it has no "
    "price there.",
    directives=scoped(Scope.VALUE),
)
class PriceQuote:
    unit_price: decimal.Decimal | None = strawberry.field(description="For one `pricedUnit`.")
    currency: str
    priced_quantity: int
    priced_unit: str = strawberry.field(description="A pack's code, or the base unit.")
    resolution: strawberry.Private[pricing.PriceResolution]

    @classmethod
    def of(cls, resolution: pricing.PriceResolution) -> PriceQuote:
        return cls(
            unit_price=None if resolution.price is None else resolution.unit_price,
            currency=resolution.currency,
            priced_quantity=resolution.priced_quantity,
            priced_unit=resolution.priced_unit,
            resolution=resolution,
        )

    # A catalog asks for neither, fifty times a page.

    @strawberry.field
    def amount(self) -> Money | None:
        amount = self.resolution.amount
        return None if amount is None else Money.of(amount)

    @strawberry.field
    def explanation(self) -> PriceExplanation:
        return PriceExplanation.of(self.resolution)


@strawberry.type(
    description="From a quantity on, what one unit costs.", directives=scoped(Scope.VALUE)
)
class PriceBreak:
    quantity_minimum: int = strawberry.field(description="In base units.")
    unit_price: decimal.Decimal
    currency: str
    unit: str = strawberry.field(description="A pack's code, or the base unit.")

    @classmethod
    def of(cls, found: pricing.PriceBreak) -> PriceBreak:
        return cls(
            quantity_minimum=found.quantity_minimum,
            unit_price=found.unit_price.amount,
            currency=found.unit_price.currency,
            unit=found.unit,
        )


def price_sheets(info: Info) -> Loader[tuple[int, int], pricing.PriceSheet | None]:
    """All that decides the price of an offered SKU, by its edge and itself. Forbidden without
    `price:read`."""
    return info.context.loader("price_sheet", _price_sheets)


async def _price_sheets(
    conn: kernel.Connection, actor: kernel.Actor, pairs: list[tuple[int, int]]
) -> list[pricing.PriceSheet | None]:
    found = await pricing.load_price_sheets(conn, actor=actor, pairs=pairs)
    return [found.get(pair) for pair in pairs]
