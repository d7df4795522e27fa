"""What stores list, and at which price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tradeline.catalog import search_terms, visible_sku_ids
from tradeline.channels.model import Listing, NewListing, Store
from tradeline.channels.queries import listings as queries
from tradeline.channels.queries import stores as store_queries
from tradeline.channels.rules import (
    LISTINGS_MAX,
    judge_batch,
    judge_found,
    judge_listing,
    judge_once,
)
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Problem,
    listing,
    make_page,
    raise_any,
    record_and_publish,
    refuse,
)


async def put_listings(
    conn: Connection, *, actor: Actor, store_id: int, listings: Sequence[NewListing]
) -> None:
    """List SKUs in one of the organization's own stores, or say anew what was said of them. Locks
    the store.

    Any SKU may be listed that the organization sees: what it may buy, sells itself, or owns.

    Raises:
        Forbidden: without `store:manage`.
        Rejected: InvalidValue, NotFound for the store or a SKU, AlreadyExists for a SKU that is
            named twice.
    """
    actor.require(Permission.STORE_MANAGE)
    raise_any(judge_batch("listings", listings, LISTINGS_MAX))
    store = await lock_own_store(conn, actor, store_id)
    problems: list[Problem] = []
    paths = [("listings", position) for position in range(len(listings))]
    for new, path in zip(listings, paths, strict=True):
        problems += judge_listing(new, store.currency, path)
    sku_ids = [new.sku_id for new in listings]
    sku_paths = [(*path, "skuId") for path in paths]
    seen = await visible_sku_ids(conn, actor=actor, ids=sku_ids)
    problems += judge_found("SKU", sku_ids, seen, sku_paths)
    problems += judge_once("SKU", sku_ids, (), sku_paths)
    raise_any(problems)
    before = await queries.fetch_listings(conn, actor, store_id, sku_ids)
    await queries.put_listings(conn, actor, store_id, listings)
    changed = [new for new in listings if not _is_same(before.get(new.sku_id), new)]
    if changed:
        await _record(
            conn,
            actor,
            ("store.put_listings", "store.listings_put"),
            store_id,
            before=[asdict(before[new.sku_id]) for new in changed if new.sku_id in before],
            after=[asdict(new) for new in changed],
        )


async def remove_listings(
    conn: Connection, *, actor: Actor, store_id: int, sku_ids: Sequence[int]
) -> None:
    """Take SKUs out of one of the organization's own stores; those that are not in it are passed
    over. Locks the store.

    Raises:
        Forbidden: without `store:manage`.
        Rejected: InvalidValue, NotFound for the store.
    """
    actor.require(Permission.STORE_MANAGE)
    raise_any(judge_batch("skuIds", sku_ids, LISTINGS_MAX))
    await lock_own_store(conn, actor, store_id)
    before = await queries.fetch_listings(conn, actor, store_id, sku_ids)
    if not before:
        return
    await queries.remove_listings(conn, actor, store_id, list(before))
    await _record(
        conn,
        actor,
        ("store.remove_listings", "store.listings_removed"),
        store_id,
        before=[asdict(row) for row in before.values()],
        after=[],
    )


async def list_listings(
    conn: Connection,
    *,
    actor: Actor,
    store_ids: Sequence[int],
    page: PageRequest,
    search: str | None = None,
) -> dict[int, Page[Listing]]:
    """What each of the organization's own stores lists, in the store's order; the same page of
    all, and nothing of others' stores. The cursor's shape is (int, int).

    Raises:
        Forbidden: without `store:read`.
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.STORE_READ)
    found = await queries.fetch_listing_pages(conn, actor, store_ids, page, search_terms(search))
    return {
        id: make_page(rows, page, lambda row: (row.position, row.sku_id))
        for id, rows in found.items()
    }


async def load_listings(
    conn: Connection, *, network_id: int, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Listing]:
    """What pairs of store and SKU are listed as, taken off the shelf or not: for modules above.
    One statement; what was never listed is absent."""
    return await queries.load_listings(conn, network_id, pairs)


async def lock_own_store(conn: Connection, actor: Actor, store_id: int) -> Store:
    """One of the organization's own stores; refuses with NotFound any other."""
    store = await store_queries.lock_own_store(conn, actor, store_id)
    if store is None:
        raise refuse(NotFound(path=("storeId",), subject="store"))
    return store


def _is_same(before: Listing | None, new: NewListing) -> bool:
    return before is not None and asdict(before) == asdict(new) | {
        "store_id": before.store_id,
        "basis": new.basis,
    }


async def _record(
    conn: Connection,
    actor: Actor,
    action: tuple[str, str],
    store_id: int,
    *,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
) -> None:
    verb, topic = action
    change = Change(
        action=verb,
        subject_type="store",
        subject_id=store_id,
        before=listing("listings", [_plain(row) for row in before]),
        after=listing("listings", [_plain(row) for row in after]),
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic=topic)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON has it: a price as it is written."""
    price = row["unit_price"]
    return {**row, "unit_price": None if price is None else f"{price:f}"}
