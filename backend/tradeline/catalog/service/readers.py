"""Finding SKUs and offers."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.catalog.model import (
    CodeMatch,
    Offer,
    OfferFilter,
    Sellable,
    Sku,
    SkuFilter,
    Tradable,
)
from tradeline.catalog.queries import components as component_queries
from tradeline.catalog.queries import offers as offer_queries
from tradeline.catalog.queries import sellable as sellable_queries
from tradeline.catalog.queries import skus as queries
from tradeline.catalog.rules import is_code
from tradeline.catalog.search_text import search_terms
from tradeline.kernel import Actor, Connection, Page, PageRequest, Permission, make_page

SKUS_OF_A_PRODUCT_MAX = 100


async def skus_by_ids(conn: Connection, *, actor: Actor, ids: Sequence[int]) -> dict[int, Sku]:
    """Those that the actor's organization sees: it owns them, sells them on an edge, or may buy
    them now. Others are absent. Raises Forbidden without `catalog:read`."""
    actor.require(Permission.CATALOG_READ)
    return await queries.fetch_skus(conn, actor, ids)


async def visible_sku_ids(conn: Connection, *, actor: Actor, ids: Sequence[int]) -> set[int]:
    """Which of the SKUs the actor's organization sees. For use cases of modules above, which
    check their own permission."""
    return await queries.fetch_visible_ids(conn, actor, ids)


async def skus_of_products(
    conn: Connection, *, actor: Actor, product_ids: Sequence[int]
) -> dict[int, list[Sku]]:
    """The visible SKUs of each product by name, at most 100 of each.

    Raises Forbidden without `catalog:read`.
    """
    actor.require(Permission.CATALOG_READ)
    found: dict[int, list[Sku]] = {id: [] for id in product_ids}
    for sku in await queries.fetch_skus_of_products(
        conn, actor, product_ids, SKUS_OF_A_PRODUCT_MAX
    ):
        found[sku.product_id].append(sku)
    return found


async def search_skus(
    conn: Connection, *, actor: Actor, page: PageRequest, only: SkuFilter | None = None
) -> Page[Sku]:
    """Visible SKUs in the order of their names' pinyin. The cursor's shape is (str, int).

    Raises:
        Forbidden: without `catalog:read`.
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.CATALOG_READ)
    only = only or SkuFilter()
    rows = await queries.fetch_sku_page(conn, actor, page, only, search_terms(only.search))
    return make_page(rows, page, lambda sku: (sku.sort_key, sku.id))


async def find_skus(conn: Connection, *, actor: Actor, code: str) -> list[CodeMatch]:
    """Visible SKUs by exact code, barcode or own code; own codes first. At most 100.

    Raises Forbidden without `catalog:read`.
    """
    actor.require(Permission.CATALOG_READ)
    return await queries.find_code(conn, actor, code) if is_code(code) else []


async def list_offers(
    conn: Connection, *, actor: Actor, page: PageRequest, only: OfferFilter | None = None
) -> Page[Offer]:
    """What the actor's organization may buy now, one offer for each edge and SKU: of two sellers
    of one SKU, two offers. In the order of names' pinyin; the cursor's shape is (str, int, int).

    Raises:
        Forbidden: without `catalog:read`.
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.CATALOG_READ)
    only = only or OfferFilter()
    search = search_terms(only.search)
    rows = await offer_queries.fetch_offer_page(conn, actor, page, only, search)
    return make_page(
        rows, page, lambda offer: (offer.sort_key, offer.sku_id, offer.relationship_id)
    )


async def load_tradable(
    conn: Connection, *, network_id: int, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Tradable]:
    """What pairs of edge and SKU may be traded now, for modules above, whoever asks. One
    statement. A pair is absent when the edge does not trade, or does not trade the SKU."""
    return await offer_queries.load_tradable(conn, network_id, pairs)


async def load_sellable(
    conn: Connection, *, network_id: int, sku_ids: Sequence[int]
) -> dict[int, Sellable]:
    """What is on the market of some SKUs, for modules above, whoever asks. One statement."""
    return await sellable_queries.fetch_sellable(conn, network_id, sku_ids) if sku_ids else {}


async def load_traded(
    conn: Connection, *, network_id: int, pairs: Sequence[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Which pairs of edge and SKU are in an assortment of an edge that trades now: what
    `load_tradable` asks, for whoever need not know the edge's packs and minimum. The SKU itself may
    be off the market."""
    return await sellable_queries.fetch_traded(conn, network_id, pairs) if pairs else set()


async def load_compositions(
    conn: Connection, *, network_id: int, sku_ids: Sequence[int]
) -> dict[int, dict[int, int]]:
    """How many base units of which SKUs are in one of each bundle, for modules above, whoever
    asks. What is no bundle is absent."""
    return await component_queries.fetch_compositions(conn, network_id, sku_ids)
