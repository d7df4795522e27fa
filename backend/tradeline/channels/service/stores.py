"""Stores and their supply: setting them up, agreeing to supply them, and looking at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from tradeline.catalog import search_index, search_terms
from tradeline.channels.errors import RouteChanged
from tradeline.channels.model import NewStore, Store, StoreChange
from tradeline.channels.queries import selling as selling_queries
from tradeline.channels.queries import stores as queries
from tradeline.channels.rules import (
    STORES_MAX,
    Path,
    judge_batch,
    judge_collector,
    judge_found,
    judge_once,
    judge_place,
    judge_route,
    judge_store,
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
    make_page,
    raise_any,
    record_and_publish,
    refuse,
)
from tradeline.organizations import Relationship, load_trading_relationships


async def create_stores(conn: Connection, *, actor: Actor, stores: Sequence[NewStore]) -> list[int]:
    """Set up stores of the actor's organization; ids in the order given.

    What comes from above the store waits for the sellers on its route (see `agree_to_route`); the
    system speaks for them.

    Raises:
        Forbidden: without `store:manage`.
        Rejected: InvalidValue, AlreadyExists for a code, RouteBroken, NotFound for a legal entity
            or a mini-program.
    """
    actor.require(Permission.STORE_MANAGE)
    raise_any(judge_batch("stores", stores, STORES_MAX))
    entities, network_currency = await queries.fetch_own_entities(conn, actor)
    edges = await load_trading_relationships(
        conn, network_id=actor.network_id, ids=[id for store in stores for id in store.route]
    )
    drafts = [_with_entity(store, edges, entities) for store in stores]
    programs = await selling_queries.fetch_mini_programs(conn, actor.network_id)
    codes = [store.code for store in stores]
    code_paths: list[Path] = [("stores", place, "code") for place in range(len(stores))]
    taken = await queries.fetch_taken_codes(conn, actor, codes)
    problems = judge_once("store", codes, taken, code_paths)
    for place, draft in enumerate(drafts):
        known = (entities, [program.id for program in programs])
        problems += _judge_new(actor, draft, edges, known, ("stores", place))
    raise_any(problems)
    rows = [
        asdict(draft)
        | {
            "currency": edges[draft.route[0]].currency if draft.route else network_currency,
            "search_text": _search_text(asdict(draft)),
        }
        for draft in drafts
    ]
    ids = await queries.insert_stores(conn, actor, rows)
    raise_any(judge_once("store", codes, set(codes) - ids.keys(), code_paths))
    routed = [
        (ids[draft.code], tier, relationship_id)
        for draft in drafts
        for tier, relationship_id in enumerate(draft.route, start=1)
    ]
    await queries.insert_edges(conn, actor, routed)
    changes = [
        Change(
            action="store.create",
            subject_type="store",
            subject_id=ids[draft.code],
            after=_plain(asdict(draft)),
        )
        for draft in drafts
    ]
    await record_and_publish(conn, actor=actor, changes=changes, topic="store.created")
    return [ids[code] for code in codes]


async def update_store(conn: Connection, *, actor: Actor, change: StoreChange) -> None:
    """Change one of the organization's own stores. Another route or collector has to be agreed to
    anew by all sellers on it. Locks the store.

    Raises:
        Forbidden: without `store:manage`.
        Rejected: NotFound for a store that is not one's own or a mini-program, InvalidValue,
            RouteBroken.
    """
    actor.require(Permission.STORE_MANAGE)
    before = await queries.lock_own_store(conn, actor, change.store_id)
    if before is None:
        raise refuse(NotFound(path=("storeId",), subject="store"))
    given = change.values()
    old_route = tuple(edge.relationship_id for edge in before.route)
    route: tuple[int, ...] = given.pop("route", old_route)
    after = replace(before, **given)
    problems = judge_store(given, ())
    problems += judge_place(after.latitude, after.longitude, ())
    problems += judge_collector(after.collector_tier, route, ())
    if after.mini_program_id not in (None, before.mini_program_id):
        programs = await selling_queries.fetch_mini_programs(conn, actor.network_id)
        known = {program.id for program in programs}
        problems += judge_found(
            "mini-program", [after.mini_program_id], known, [("miniProgramId",)]
        )
    is_rerouted = route != old_route
    if is_rerouted:
        edges = await load_trading_relationships(conn, network_id=actor.network_id, ids=route)
        problems += judge_route(
            route, edges, org_id=actor.org_id, entity_id=after.entity_id, path=("route",)
        )
        if not problems and route:
            after = replace(after, currency=edges[route[0]].currency)
    raise_any(problems)
    texts = {name: getattr(after, name) for name in ("code", "name", "name_en", "address")}
    await queries.update_store(conn, actor, after, _search_text(texts))
    if is_rerouted or after.collector_tier != before.collector_tier:
        await queries.remove_edges(conn, actor, after.id)
        await queries.insert_edges(
            conn, actor, [(after.id, tier, id) for tier, id in enumerate(route, start=1)]
        )
    await _record_update(
        conn,
        actor,
        after.id,
        {name: getattr(before, name) for name in given} | {"route": old_route},
        given | {"route": route},
    )


async def agree_to_route(
    conn: Connection, *, actor: Actor, store_id: int, route_hash: str | None = None
) -> None:
    """Agree that consumers of a store are sold the goods of the actor's organization, and those
    that come through it. `route_hash` is that of the route that was read. Locks the store.

    What is agreed already stays so.

    Raises:
        Forbidden: without `store:manage`.
        Rejected: NotFound unless the organization sells on the store's route, RouteChanged if it
            is not the one that was read.
    """
    await _say(conn, actor, store_id, is_agreed=True, route_hash=route_hash)


async def leave_route(conn: Connection, *, actor: Actor, store_id: int) -> None:
    """Supply a store no more: from now on nothing of the organization's, nor of those above it, is
    sold in it. What was sold is delivered. Locks the store.

    Raises:
        Forbidden: without `store:manage`.
        Rejected: NotFound unless the organization sells on the store's route.
    """
    await _say(conn, actor, store_id, is_agreed=False, route_hash=None)


async def managed_stores_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Store]:
    """The organization's own stores, and those on whose route it sells. Raises Forbidden without
    `store:read`."""
    actor.require(Permission.STORE_READ)
    return await queries.fetch_stores(conn, actor, ids)


async def list_managed_stores(
    conn: Connection, *, actor: Actor, page: PageRequest, search: str | None = None
) -> Page[Store]:
    """As `managed_stores_by_ids`, oldest first. The cursor's shape is (int,).

    Raises:
        Forbidden: without `store:read`.
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.STORE_READ)
    terms = search_terms(search)
    rows = await queries.fetch_store_page(conn, actor, page, terms.terms if terms else ())
    return make_page(rows, page, lambda store: (store.id,))


async def stores_by_ids(
    conn: Connection, *, network_id: int, ids: Sequence[int]
) -> dict[int, Store]:
    """Any stores of the network: for modules above, and for consumers. One statement."""
    return await queries.load_stores(conn, network_id, ids)


async def _say(
    conn: Connection, actor: Actor, store_id: int, *, is_agreed: bool, route_hash: str | None
) -> None:
    actor.require(Permission.STORE_MANAGE)
    store = await queries.lock_supplied_store(conn, actor, store_id)
    sold = [edge for edge in store.route if edge.seller_org_id == actor.org_id] if store else []
    if store is None or not sold:
        raise refuse(NotFound(path=("storeId",), subject="store"))
    if route_hash is not None and route_hash != store.route_hash:
        raise refuse(RouteChanged(path=("routeHash",)))
    if all((edge.agreed_at is not None) is is_agreed for edge in sold):
        return
    await queries.agree(conn, actor, store_id, is_agreed=is_agreed)
    action, topic = (
        ("store.route_agree", "store.route_agreed")
        if is_agreed
        else ("store.route_leave", "store.route_left")
    )
    change = Change(
        action=action,
        subject_type="store",
        subject_id=store_id,
        before={"is_agreed": not is_agreed},
        after={"is_agreed": is_agreed},
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic=topic)


async def _record_update(
    conn: Connection,
    actor: Actor,
    store_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    changed = {name for name in after if after[name] != before[name]}
    if changed:
        change = Change(
            action="store.update",
            subject_type="store",
            subject_id=store_id,
            before=_plain({name: before[name] for name in changed}),
            after=_plain({name: after[name] for name in changed}),
        )
        await record_and_publish(conn, actor=actor, changes=[change], topic="store.updated")


def _with_entity(
    store: NewStore, edges: Mapping[int, Relationship], entities: Sequence[int]
) -> NewStore:
    """With the legal entity that sells in the store, where none was named."""
    if store.entity_id is not None:
        return store
    first = edges.get(store.route[0]) if store.route else None
    buys = first is not None and first.buyer_entity_id in entities
    return replace(store, entity_id=first.buyer_entity_id if first and buys else entities[0])


def _judge_new(
    actor: Actor,
    store: NewStore,
    edges: Mapping[int, Relationship],
    known: tuple[Sequence[int], Sequence[int]],
    path: Path,
) -> list[Problem]:
    """The faults of one new store, given the legal entities and mini-programs there are."""
    assert store.entity_id is not None
    entities, programs = known
    return [
        *judge_store(asdict(store), path),
        *judge_place(store.latitude, store.longitude, path),
        *judge_route(
            store.route,
            edges,
            org_id=actor.org_id,
            entity_id=store.entity_id,
            path=(*path, "route"),
        ),
        *judge_collector(store.collector_tier, store.route, path),
        *judge_found("legal entity", [store.entity_id], entities, [(*path, "legalEntityId")]),
        *judge_found("mini-program", [store.mini_program_id], programs, [(*path, "miniProgramId")]),
    ]


def _search_text(values: Mapping[str, Any]) -> str:
    names = (values["code"], values["name"], values["name_en"], values["address"])
    return search_index(names).text


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON has it: degrees as they are written."""
    return {
        name: str(value) if name in ("latitude", "longitude") and value is not None else value
        for name, value in values.items()
    }
