"""Assortments: what a seller offers, and on which edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from tradeline.catalog.model import Assortment, AssortmentGrant, AssortmentItem, NewAssortment
from tradeline.catalog.queries import assortments as queries
from tradeline.catalog.queries import skus as sku_queries
from tradeline.catalog.rules import (
    judge_batch,
    judge_found,
    judge_item,
    judge_repeats,
    judge_texts,
)
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Event,
    NotFound,
    Page,
    PageRequest,
    Permission,
    listing,
    make_page,
    publish,
    raise_any,
    read_search,
    record_and_publish,
    record_changes,
    refuse,
)

# What is published of an action.
PAST = {
    "assortment.put_skus": "assortment.skus_put",
    "assortment.remove_skus": "assortment.skus_removed",
    "assortment.grant": "assortment.granted",
    "assortment.revoke": "assortment.revoked",
}

ON_EDGE_MAX = 100


async def create_assortments(
    conn: Connection, *, actor: Actor, assortments: Sequence[NewAssortment]
) -> list[int]:
    """Make empty assortments of the actor's organization; ids in the order given.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, AlreadyExists for a code.
    """
    actor.require(Permission.CATALOG_MANAGE)
    paths = [("assortments", index) for index in range(len(assortments))]
    problems = judge_batch("assortments", assortments)
    for assortment, path in zip(assortments, paths, strict=True):
        problems += judge_texts(
            path,
            codes={"code": assortment.code},
            names={"name": assortment.name, "nameEn": assortment.name_en},
        )
    raise_any(problems)
    codes = [assortment.code for assortment in assortments]
    code_paths = [(*path, "code") for path in paths]
    taken = await queries.fetch_taken_codes(conn, actor, codes)
    raise_any(judge_repeats("assortment", codes, taken, code_paths))
    ids = await queries.insert_assortments(conn, actor, assortments)
    raise_any(judge_repeats("assortment", codes, set(codes) - ids.keys(), code_paths))
    changes = [
        Change(
            action="assortment.create",
            subject_type="assortment",
            subject_id=ids[assortment.code],
            after=asdict(assortment),
        )
        for assortment in assortments
    ]
    await record_and_publish(conn, actor=actor, changes=changes, topic="assortment.created")
    return [ids[code] for code in codes]


async def update_assortment(
    conn: Connection,
    *,
    actor: Actor,
    assortment_id: int,
    name: str | None = None,
    name_en: str | None = None,
) -> None:
    """Call one of the actor's organization's own assortments otherwise. Locks it.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, NotFound for an assortment that is not one's own.
    """
    actor.require(Permission.CATALOG_MANAGE)
    raise_any(judge_texts((), names={"name": name, "nameEn": name_en}))
    before = await _lock_one(conn, actor, assortment_id)
    if before.seller_org_id != actor.org_id:
        raise refuse(NotFound(path=("assortmentId",), subject="assortment"))
    names = {
        "name": before.name if name is None else name,
        "name_en": before.name_en if name_en is None else name_en,
    }
    await queries.update_assortment(conn, actor, assortment_id, **names)
    change = Change(
        action="assortment.update",
        subject_type="assortment",
        subject_id=assortment_id,
        before={"name": before.name, "name_en": before.name_en},
        after=names,
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic="assortment.updated")


async def put_assortment_skus(
    conn: Connection, *, actor: Actor, assortment_id: int, items: Sequence[AssortmentItem]
) -> None:
    """Put SKUs into an assortment, or give those in it another minimum and step. Locks it.

    A seller puts what it sees into its own assortments. A buyer puts its own SKUs into an
    assortment that a supplier made for it alone: so a brand says what it wants made, and only
    by that does the supplier come to see it.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, NotFound for the assortment or a SKU, AlreadyExists for a SKU that
            is named twice.
    """
    actor.require(Permission.CATALOG_MANAGE)
    problems = judge_batch("items", items)
    paths = [("items", index) for index in range(len(items))]
    for item, path in zip(items, paths, strict=True):
        problems += judge_item(item, path)
    raise_any(problems)
    assortment = await _lock_one(conn, actor, assortment_id)
    sku_ids = [item.sku_id for item in items]
    if assortment.seller_org_id == actor.org_id:
        allowed = await sku_queries.fetch_visible_ids(conn, actor, sku_ids)
    else:
        allowed = await queries.fetch_own_skus(conn, actor, sku_ids)
    problems += judge_found("SKU", sku_ids, allowed, [(*path, "skuId") for path in paths])
    problems += judge_repeats("SKU", [str(id) for id in sku_ids], (), paths)
    raise_any(problems)
    before = await queries.fetch_items_before(conn, actor, assortment_id, sku_ids)
    await queries.put_items(conn, actor, assortment_id, items)
    changed = [item for item in items if before.get(item.sku_id) != item]
    if changed:
        await _record_items(
            conn,
            actor,
            "assortment.put_skus",
            assortment_id,
            before=[before[item.sku_id] for item in changed if item.sku_id in before],
            after=changed,
        )


async def remove_assortment_skus(
    conn: Connection, *, actor: Actor, assortment_id: int, sku_ids: Sequence[int]
) -> None:
    """Take SKUs out of an assortment: they are offered no more where nothing else offers them.

    Those that are not in it are passed over. Locks the assortment. Whoever may put may remove.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, NotFound for the assortment.
    """
    actor.require(Permission.CATALOG_MANAGE)
    raise_any(judge_batch("skuIds", sku_ids))
    assortment = await _lock_one(conn, actor, assortment_id)
    if assortment.seller_org_id != actor.org_id:
        sku_ids = sorted(await queries.fetch_own_skus(conn, actor, sku_ids))
    before = await queries.fetch_items_before(conn, actor, assortment_id, sku_ids)
    await queries.remove_items(conn, actor, assortment_id, sku_ids)
    if before:
        await _record_items(
            conn,
            actor,
            "assortment.remove_skus",
            assortment_id,
            before=list(before.values()),
            after=[],
        )


async def grant_assortments(
    conn: Connection, *, actor: Actor, grants: Sequence[AssortmentGrant]
) -> None:
    """Offer assortments of the actor's organization on edges on which it sells.

    Those granted already stay. Locks the assortments.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, NotFound for an assortment, or an edge that is not one's own to
            sell on or has ended.
    """
    actor.require(Permission.CATALOG_MANAGE)
    problems = judge_batch("grants", grants)
    raise_any(problems)
    paths = [("grants", index) for index in range(len(grants))]
    assortment_ids = [grant.assortment_id for grant in grants]
    edge_ids = [grant.relationship_id for grant in grants]
    assortments = await queries.lock_assortments(conn, actor, assortment_ids)
    own = {id for id, found in assortments.items() if found.seller_org_id == actor.org_id}
    edges = await queries.fetch_sold_edges(conn, actor, edge_ids)
    problems += judge_found(
        "assortment", assortment_ids, own, [(*path, "assortmentId") for path in paths]
    )
    problems += judge_found(
        "relationship", edge_ids, edges, [(*path, "relationshipId") for path in paths]
    )
    raise_any(problems)
    made = await queries.insert_grants(conn, actor, grants)
    await _record_grants(conn, actor, "assortment.grant", made, are_given=True)


async def revoke_assortments(
    conn: Connection, *, actor: Actor, grants: Sequence[AssortmentGrant]
) -> None:
    """Offer assortments of the actor's organization no more on these edges.

    What was not granted is passed over. Open orders are not touched.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, NotFound for an assortment that is not one's own.
    """
    actor.require(Permission.CATALOG_MANAGE)
    raise_any(judge_batch("grants", grants))
    assortment_ids = [grant.assortment_id for grant in grants]
    found = await queries.lock_assortments(conn, actor, assortment_ids)
    own = {id for id, row in found.items() if row.seller_org_id == actor.org_id}
    paths = [("grants", index, "assortmentId") for index in range(len(grants))]
    raise_any(judge_found("assortment", assortment_ids, own, paths))
    gone = await queries.delete_grants(conn, actor, grants)
    await _record_grants(conn, actor, "assortment.revoke", gone, are_given=False)


async def assortments_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Assortment]:
    """One's own, and those a supplier made for the actor's organization alone.

    Raises Forbidden without `catalog:read`.
    """
    actor.require(Permission.CATALOG_READ)
    return await queries.fetch_assortments(conn, actor, ids)


async def list_assortments(
    conn: Connection, *, actor: Actor, page: PageRequest, search: str | None = None
) -> Page[Assortment]:
    """As `assortments_by_ids`, oldest first; `search` is a part of a code or name. The cursor's
    shape is (int,).

    Raises:
        Forbidden: without `catalog:read`.
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.CATALOG_READ)
    rows = await queries.fetch_assortment_page(conn, actor, page, read_search(search))
    return make_page(rows, page, lambda assortment: (assortment.id,))


async def list_assortment_skus(
    conn: Connection,
    *,
    actor: Actor,
    assortment_ids: Sequence[int],
    page: PageRequest,
    sku_id: int | None = None,
) -> dict[int, Page[AssortmentItem]]:
    """What is in each assortment, by SKU, or one SKU of it; the same page of all. The cursor's
    shape is (int,).

    Of an assortment that the actor's organization does not see, nothing. Raises Forbidden
    without `catalog:read`.
    """
    actor.require(Permission.CATALOG_READ)
    found = await queries.fetch_items(conn, actor, assortment_ids, page, sku_id)
    return {id: make_page(items, page, lambda item: (item.sku_id,)) for id, items in found.items()}


async def list_assortment_edges(
    conn: Connection, *, actor: Actor, assortment_ids: Sequence[int], page: PageRequest
) -> dict[int, Page[int]]:
    """The ids of the edges to which each of the organization's own assortments is granted; the
    same page of all. The cursor's shape is (int,). Raises Forbidden without `catalog:read`."""
    actor.require(Permission.CATALOG_READ)
    found = await queries.fetch_granted_edges(conn, actor, assortment_ids, page)
    return {id: make_page(edges, page, lambda edge: (edge,)) for id, edges in found.items()}


async def assortments_of_edges(
    conn: Connection, *, actor: Actor, relationship_ids: Sequence[int]
) -> dict[int, list[Assortment]]:
    """What is granted to edges on which the actor's organization sells, at most 100 for each.

    Other edges are absent, as are those without any. Raises Forbidden without `catalog:manage`.
    """
    actor.require(Permission.CATALOG_MANAGE)
    return await queries.fetch_assortments_of_edges(conn, actor, relationship_ids, ON_EDGE_MAX)


async def _lock_one(conn: Connection, actor: Actor, assortment_id: int) -> Assortment:
    found = await queries.lock_assortments(conn, actor, [assortment_id])
    if assortment_id not in found:
        raise refuse(NotFound(path=("assortmentId",), subject="assortment"))
    return found[assortment_id]


async def _record_items(
    conn: Connection,
    actor: Actor,
    action: str,
    assortment_id: int,
    *,
    before: Sequence[AssortmentItem],
    after: Sequence[AssortmentItem],
) -> None:
    change = Change(
        action=action,
        subject_type="assortment",
        subject_id=assortment_id,
        before=listing("items", [asdict(item) for item in before]),
        after=listing("items", [asdict(item) for item in after]),
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic=PAST[action])


async def _record_grants(
    conn: Connection,
    actor: Actor,
    action: str,
    grants: Sequence[AssortmentGrant],
    *,
    are_given: bool,
) -> None:
    """Audit grants by edge; publish them in the history of the assortments, which are locked."""
    changes = [
        Change(
            action=action,
            subject_type="relationship",
            subject_id=grant.relationship_id,
            before={} if are_given else {"assortment_id": grant.assortment_id},
            after={"assortment_id": grant.assortment_id} if are_given else {},
        )
        for grant in grants
    ]
    await record_changes(conn, actor=actor, changes=changes)
    events = [
        Event(
            topic=PAST[action],
            key=f"assortment:{grant.assortment_id}",
            payload={"id": grant.assortment_id, "relationship_id": grant.relationship_id},
        )
        for grant in grants
    ]
    await publish(conn, network_id=actor.network_id, events=events)
