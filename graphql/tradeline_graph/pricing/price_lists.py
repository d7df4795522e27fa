"""What a seller asks: its price lists, and what is in them. Seen by it alone."""

from __future__ import annotations

import asyncio
import datetime
import decimal

import strawberry

from tradeline import kernel, pricing
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_optional_id, to_id
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.catalog import Pack, Sku, load_pack, load_sku
from tradeline_graph.organizations import Relationship, load_relationship
from tradeline_graph.pricing.enums import PriceLevel


@strawberry.type(
    description="One row of a price list: for one base unit, or for one pack. Several rows of one "
    "SKU are its quantity breaks.",
    directives=scoped(Scope.ORGANIZATION),
)
class Price:
    id: strawberry.ID
    unit_price: decimal.Decimal
    quantity_minimum: int = strawberry.field(description="In base units.")
    valid_from: datetime.datetime | None
    valid_to: datetime.datetime | None = strawberry.field(description="It holds until just before.")
    sku_id: strawberry.Private[int]
    of_pack_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, price: pricing.Price) -> Price:
        return cls(
            id=to_id("Price", price.id),
            unit_price=price.unit_price,
            quantity_minimum=price.quantity_minimum,
            valid_from=price.valid_from,
            valid_to=price.valid_to,
            sku_id=price.sku_id,
            of_pack_id=price.pack_id,
        )

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)

    @strawberry.field(
        description="Null for a price of one base unit.",
        extensions=needs(Permission.CATALOG_READ),
    )
    async def pack(self, info: Info) -> Pack | None:
        if self.of_pack_id is None:
            return None
        return await load_pack(info, self.sku_id, self.of_pack_id)


@strawberry.type(
    description="A seller's price list. A base list applies to every relationship in its currency "
    "on which it sells, any other where it is granted.",
    directives=scoped(Scope.ORGANIZATION),
)
class PriceList:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    level: PriceLevel
    currency: str
    valid_from: datetime.datetime | None
    valid_to: datetime.datetime | None = strawberry.field(description="It holds until just before.")
    is_active: bool
    price_list_id: strawberry.Private[int]

    @classmethod
    def of(cls, row: pricing.PriceList) -> PriceList:
        return cls(
            id=to_id("PriceList", row.id),
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            level=row.level,
            currency=row.currency,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            is_active=row.is_active,
            price_list_id=row.id,
        )

    @strawberry.field(description="Its rows by SKU, the ended ones too.")
    async def prices(
        self,
        info: Info,
        sku_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Price]:
        page = kernel.page_request(first, after, (int, int))
        only = from_optional_id("Sku", sku_id)

        async def load(
            conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
        ) -> list[kernel.Page[pricing.Price]]:
            found = await pricing.list_prices(
                conn, actor=actor, price_list_ids=ids, page=page, sku_id=only
            )
            return [found[id] for id in ids]

        loader = info.context.loader(f"prices of list {page} {only}", load)
        return Connection.of(await loader.load(self.price_list_id), Price.of)

    @strawberry.field(
        description="Whom a change of it reaches: the relationships it applies to.",
        extensions=needs(Permission.RELATIONSHIP_READ),
    )
    async def relationships(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Relationship] | None:
        page = kernel.page_request(first, after, (int,))

        async def load(
            conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
        ) -> list[kernel.Page[int]]:
            found = await pricing.list_affected_edges(
                conn, actor=actor, price_list_ids=ids, page=page
            )
            return [found[id] for id in ids]

        loader = info.context.loader(f"relationships of price list {page}", load)
        result = await loader.load(self.price_list_id)
        edges = await asyncio.gather(*(load_relationship(info, id) for id in result.items))
        by_id = {id: edge for id, edge in zip(result.items, edges, strict=True) if edge}
        return Connection.of(result, by_id.__getitem__)


async def load_price_list(info: Info, id: int | None) -> PriceList | None:
    """One of the organization's own lists; None for none, or for one of others."""
    if id is None:
        return None
    row = await info.context.loader("price_list", _price_lists).load(id)
    return None if row is None else PriceList.of(row)


async def _price_lists(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> list[pricing.PriceList | None]:
    found = await pricing.price_lists_by_ids(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]
