"""What a consumer finds: stores, what they list, and where a link leads."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from tradeline.catalog import search_terms
from tradeline.channels.model import FoundStore, Link, Listing, OfferedCategory, OfferedSku, Place
from tradeline.channels.queries import listings as listing_queries
from tradeline.channels.queries import selling as selling_queries
from tradeline.channels.queries import stores as queries
from tradeline.channels.rules import judge_place
from tradeline.kernel import Connection, Page, PageRequest, make_page, raise_any

CATEGORIES_MAX: Final = 100


async def find_stores(
    conn: Connection,
    *,
    network_id: int,
    page: PageRequest,
    near: Place | None = None,
    search: str | None = None,
) -> Page[FoundStore]:
    """Stores that take orders, nearest first, or oldest first where nobody says where they are;
    `search` is of their names and addresses. The cursor's shape is (int, int).

    Raises:
        Rejected: with InvalidValue for a place that is not on earth, or a search longer than
            anybody types.
    """
    if near is not None:
        raise_any(judge_place(near.latitude, near.longitude, ("near",)))
        near = Place(latitude=_rounded(near.latitude), longitude=_rounded(near.longitude))
    terms = search_terms(search)
    rows = await queries.find_open_stores(
        conn, network_id, page, near, terms.terms if terms else ()
    )
    found = make_page(rows, page, lambda row: (row[0], row[1].store.id))
    return Page(tuple(store for _, store in found.items), found.cursors, found.has_next)


async def list_offered(
    conn: Connection,
    *,
    network_id: int,
    store_id: int,
    page: PageRequest,
    search: str | None = None,
    category_id: int | None = None,
) -> Page[Listing]:
    """What a store has on its shelves of what upstream has not retired, in the store's order. The
    cursor's shape is (int, int). What a consumer pays, and whether it can be had, is for modules
    above to say.

    Raises:
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    rows = await listing_queries.fetch_offered_page(
        conn, network_id, store_id, page, search_terms(search), category_id
    )
    return make_page(rows, page, lambda row: (row.position, row.sku_id))


async def list_offered_categories(
    conn: Connection, *, network_id: int, store_id: int
) -> list[OfferedCategory]:
    """The categories of what a store has on its shelves, with those above them: a hundred at most,
    in their owners' order. What is listed of them counts, whether it can be had now or not."""
    return await listing_queries.list_categories(conn, network_id, store_id, CATEGORIES_MAX)


async def load_offered_skus(
    conn: Connection, *, network_id: int, ids: Sequence[int]
) -> dict[int, OfferedSku]:
    """What consumers may know of SKUs that they have come by: in a store, a cart, an order."""
    return await listing_queries.load_offered_skus(conn, network_id, ids)


async def open_link(conn: Connection, *, network_id: int, code: str) -> Link | None:
    """Where a deep link leads."""
    return await selling_queries.find_link(conn, network_id, code)


def _rounded(degrees: Decimal) -> Decimal:
    """To some metres, which is as exact as a place of a phone is: cursors stay as they are."""
    return degrees.quantize(Decimal("0.0001"))
