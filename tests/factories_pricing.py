"""Prices for tests, put through the same doors as everybody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from tests.factories import Story
from tests.factories_catalog import Catalog
from tradeline.kernel import Database
from tradeline.pricing import (
    NewPrice,
    NewPriceList,
    PriceLevel,
    PriceListGrant,
    create_price_lists,
    grant_price_lists,
    put_prices,
)


async def a_price_list(
    db: Database,
    story: Story,
    catalog: Catalog,
    seller: str,
    prices: Mapping[str, str],
    *,
    code: str | None = None,
    level: PriceLevel = PriceLevel.BASE,
    buyers: Sequence[str] = (),
    valid_from: datetime | None = None,
    currency: str = "CNY",
) -> int:
    """A list of the seller with prices by "SKU", "SKU/PACK" or "SKU>=quantity", for one base unit
    or one pack; granted to its edges with `buyers`."""
    actor = story.actor(seller)
    async with db.unit_of_work(story.network_id) as conn:
        new_list = NewPriceList(
            code=code or level.value.upper(),
            name=level.value,
            level=level,
            currency=currency,
            valid_from=valid_from,
        )
        [id] = await create_price_lists(conn, actor=actor, price_lists=[new_list])
        if prices:
            await put_prices(
                conn,
                actor=actor,
                price_list_id=id,
                prices=[a_price(catalog, key, price) for key, price in prices.items()],
            )
        if buyers:
            await grant_price_lists(
                conn,
                actor=actor,
                grants=[
                    PriceListGrant(relationship_id=story.edge(seller, buyer), price_list_id=id)
                    for buyer in buyers
                ],
            )
    return id


def a_price(catalog: Catalog, key: str, unit_price: str) -> NewPrice:
    """The price that a key such as "BEER", "BEER/CASE" or "BEER>=24" stands for."""
    key, _, minimum = key.partition(">=")
    sku, _, pack = key.partition("/")
    return NewPrice(
        sku_id=catalog.skus[sku],
        pack_id=catalog.packs[sku, pack] if pack else None,
        quantity_minimum=int(minimum or 1),
        unit_price=Decimal(unit_price),
    )
