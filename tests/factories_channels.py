"""Stores for tests: retailer 1's, supplied by trader A and the brand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from tests.factories import Story
from tests.factories_catalog import Catalog
from tradeline.channels import (
    NewListing,
    NewStore,
    Store,
    create_stores,
    put_listings,
    stores_by_ids,
)
from tradeline.kernel import Database, Shopper, system_actor

ROUTE = ("trader_a", "brand")


def a_draft(story: Story, *, buyer: str = "retailer_1", route: Sequence[str] = ROUTE) -> NewStore:
    """An open store of `buyer`, supplied by the sellers of `route`, upwards."""
    tiers = (buyer, *route)
    return NewStore(
        code=f"S-{uuid4().hex[:8]}",
        name="檐下小店",
        name_en="Under the eaves",
        region="CN-ZJ",
        is_open=True,
        route=tuple(story.edge(above, below) for below, above in zip(tiers, route, strict=False)),
    )


async def a_store(db: Database, story: Story, draft: NewStore | None = None) -> int:
    """As drafted, agreed to by all who supply it."""
    draft = draft or a_draft(story)
    async with db.unit_of_work(story.network_id) as conn:
        actor = system_actor(story.network_id, story.orgs["retailer_1"])
        [id] = await create_stores(conn, actor=actor, stores=[draft])
    return id


async def listed(
    db: Database, story: Story, store_id: int, catalog: Catalog, prices: Mapping[str, str]
) -> None:
    """List SKUs by name: "9.90" is a price, "+2500" a markup in basis points."""
    listings = []
    for place, (name, price) in enumerate(prices.items()):
        new = NewListing(sku_id=catalog.skus[name], position=place)
        if price.startswith("+"):
            listings.append(replace(new, markup_bp=int(price)))
        else:
            listings.append(replace(new, unit_price=Decimal(price)))
    async with db.unit_of_work(story.network_id) as conn:
        await put_listings(
            conn, actor=story.actor("retailer_1"), store_id=store_id, listings=listings
        )


async def store_of(db: Database, story: Story, store_id: int) -> Store:
    async with db.reading(story.network_id) as conn:
        return (await stores_by_ids(conn, network_id=story.network_id, ids=[store_id]))[store_id]


def a_shopper(story: Story, member_id: int = 1) -> Shopper:
    """A guest, as channels see one: whoever is behind it, they show the same."""
    return Shopper(network_id=story.network_id, member_id=member_id, is_guest=True)
