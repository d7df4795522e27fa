"""Price lists: what a seller asks, and of whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from tradeline.catalog import visible_sku_ids
from tradeline.kernel import (
    Actor,
    AlreadyExists,
    Change,
    Connection,
    Event,
    InvalidValue,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Problem,
    listing,
    make_page,
    publish,
    raise_any,
    read_search,
    record_and_publish,
    record_changes,
    refuse,
)
from tradeline.pricing.changes import (
    BATCH_MAX,
    PricePlan,
    judge_batch,
    judge_list_change,
    judge_price,
    judge_price_list,
    judge_time,
    plan_ends,
    plan_prices,
)
from tradeline.pricing.errors import BaseListIsForAll, OtherCurrency
from tradeline.pricing.model import (
    NewPrice,
    NewPriceList,
    Price,
    PriceLevel,
    PriceList,
    PriceListChange,
    PriceListGrant,
)
from tradeline.pricing.queries import price_lists as queries

# What is published of an action.
PAST = {
    "price_list.update": "price_list.updated",
    "prices.put": "prices.put",
    "prices.end": "prices.ended",
    "price_list.grant": "price_list.granted",
    "price_list.revoke": "price_list.revoked",
}
ON_EDGE_MAX = 100


async def create_price_lists(
    conn: Connection, *, actor: Actor, price_lists: Sequence[NewPriceList]
) -> list[int]:
    """Make empty price lists of the actor's organization; ids in the order given.

    A base list applies at once to all edges of its seller in its currency, any other once it is
    granted.

    Raises:
        Forbidden: without `price:manage`.
        Rejected: InvalidValue, AlreadyExists for a code.
    """
    actor.require(Permission.PRICE_MANAGE)
    problems = judge_batch("priceLists", price_lists)
    for index, new in enumerate(price_lists):
        problems += judge_price_list(new, ("priceLists", index))
    raise_any(problems)
    codes = [new.code for new in price_lists]
    raise_any(_repeats(codes, await queries.fetch_taken_codes(conn, actor, codes)))
    ids = await queries.insert_price_lists(conn, actor, price_lists)
    raise_any(_repeats(codes, set(codes) - ids.keys()))
    changes = [
        Change(
            action="price_list.create",
            subject_type="price_list",
            subject_id=ids[new.code],
            after=asdict(new),
        )
        for new in price_lists
    ]
    await record_and_publish(conn, actor=actor, changes=changes, topic="price_list.created")
    return [ids[code] for code in codes]


async def update_price_list(conn: Connection, *, actor: Actor, change: PriceListChange) -> int:
    """Change one of the organization's own lists; what is inactive or has ended applies to nobody.
    What was ordered keeps its frozen price. Locks the list.

    Raises:
        Forbidden: without `price:manage`.
        Rejected: NotFound, InvalidValue.
    """
    actor.require(Permission.PRICE_MANAGE)
    before = await _lock_one(conn, actor, change.price_list_id)
    values = change.values()
    after = replace(before, **values)
    raise_any(judge_list_change(before, after, await queries.get_time(conn)))
    await queries.update_price_list(conn, actor, after)
    audited = Change(
        action="price_list.update",
        subject_type="price_list",
        subject_id=before.id,
        before={name: getattr(before, name) for name in values},
        after=values,
    )
    await record_and_publish(conn, actor=actor, changes=[audited], topic=PAST[audited.action])
    return before.id


async def put_prices(
    conn: Connection, *, actor: Actor, price_list_id: int, prices: Sequence[NewPrice]
) -> list[int]:
    """Put prices into one of the organization's own lists; ids of what now says so, in order.

    Prices are never changed, they end and others begin: `changes.plan_prices` tells how. Locks
    the list; up to 10,000 prices in a constant number of statements.

    Raises:
        Forbidden: without `price:manage`.
        Rejected: NotFound for the list, a SKU that the organization does not see, or a pack;
            InvalidValue; AlreadyExists for a break named twice; PriceHasBegun.
    """
    actor.require(Permission.PRICE_MANAGE)
    judge_prices(prices)
    await _lock_one(conn, actor, price_list_id)
    plan, stored = await load_plan(conn, actor, price_list_id, prices)
    await queries.end_prices(conn, actor, price_list_id, plan.ends)
    made = iter(await queries.insert_prices(conn, actor, price_list_id, plan.inserts))
    ids = [next(made) if kept is None else kept for kept in plan.kept]
    if plan.inserts or plan.ends:
        ended = [price for price in stored if price.id in plan.ends]
        await _record_prices(
            conn,
            actor,
            "prices.put",
            price_list_id,
            before=ended,
            after=[*plan.inserts, *_ended(ended, plan.ends)],
        )
    return ids


def judge_prices(prices: Sequence[NewPrice], most: int = BATCH_MAX) -> None:
    """Raises Rejected for faults of new prices by themselves."""
    problems = judge_batch("prices", prices, most)
    for index, new in enumerate(prices):
        problems += judge_price(new, ("prices", index))
    raise_any(problems)


async def load_plan(
    conn: Connection, actor: Actor, price_list_id: int, prices: Sequence[NewPrice]
) -> tuple[PricePlan, list[Price]]:
    """What putting prices into a list of the actor's would do, and the prices that it has of these
    SKUs. Raises Rejected for what is not there, or cannot be put."""
    problems: list[Problem] = []
    sku_ids = sorted({new.sku_id for new in prices})
    visible = await visible_sku_ids(conn, actor=actor, ids=sku_ids)
    packs = await queries.fetch_packs(
        conn, actor, sorted({new.pack_id for new in prices if new.pack_id is not None})
    )
    for index, new in enumerate(prices):
        if new.sku_id not in visible:
            problems.append(NotFound(path=("prices", index, "skuId"), subject="SKU"))
        elif new.pack_id is not None and packs.get(new.pack_id) != new.sku_id:
            problems.append(NotFound(path=("prices", index, "packId"), subject="pack"))
    stored = await queries.fetch_prices_of_skus(conn, actor, price_list_id, sku_ids)
    plan, faults = plan_prices(prices, stored, await queries.get_time(conn))
    raise_any(problems + faults)
    return plan, stored


async def end_prices(
    conn: Connection,
    *,
    actor: Actor,
    price_list_id: int,
    price_ids: Sequence[int],
    at: datetime | None = None,
) -> None:
    """Let prices of one of the organization's own lists end now, or at a later moment.

    One that has not begun by then is withdrawn; one that has ended stays as it is. Locks the
    list.

    Raises:
        Forbidden: without `price:manage`.
        Rejected: NotFound for the list or a price of it, InvalidValue for a moment gone by.
    """
    actor.require(Permission.PRICE_MANAGE)
    raise_any(judge_batch("priceIds", price_ids))
    await _lock_one(conn, actor, price_list_id)
    stored = await queries.fetch_prices(conn, actor, price_list_id, price_ids)
    now = await queries.get_time(conn)
    found = {price.id for price in stored}
    problems: list[Problem] = [
        NotFound(path=("priceIds", index), subject="price")
        for index, id in enumerate(price_ids)
        if id not in found
    ]
    faults = judge_time(at, ("at",))
    if at is not None and not faults and at < now:
        rule, rule_zh = "give a moment to come", "须为将来的时间"
        faults = [InvalidValue(path=("at",), field="at", rule=rule, rule_zh=rule_zh)]
    raise_any(problems + faults)
    ends = plan_ends(stored, at or now)
    await queries.end_prices(conn, actor, price_list_id, ends)
    if ends:
        ended = [price for price in stored if price.id in ends]
        after = _ended(ended, ends)
        await _record_prices(conn, actor, "prices.end", price_list_id, before=ended, after=after)


async def grant_price_lists(
    conn: Connection, *, actor: Actor, grants: Sequence[PriceListGrant]
) -> None:
    """Let edges on which the organization sells buy at its lists' prices. Locks the lists.

    Those granted already stay.

    Raises:
        Forbidden: without `price:manage`.
        Rejected: NotFound for a list or an edge, BaseListIsForAll, OtherCurrency, InvalidValue.
    """
    actor.require(Permission.PRICE_MANAGE)
    problems = judge_batch("grants", grants)
    raise_any(problems)
    lists = await queries.lock_price_lists(conn, actor, [g.price_list_id for g in grants])
    currencies = await queries.fetch_sold_edges(conn, actor, [g.relationship_id for g in grants])
    for index, grant in enumerate(grants):
        path = ("grants", index)
        granted = lists.get(grant.price_list_id)
        currency = currencies.get(grant.relationship_id)
        if granted is None:
            problems.append(NotFound(path=(*path, "priceListId"), subject="price list"))
        elif granted.level is PriceLevel.BASE:
            problems.append(BaseListIsForAll(path=(*path, "priceListId"), code=granted.code))
        if currency is None:
            problems.append(NotFound(path=(*path, "relationshipId"), subject="relationship"))
        elif granted is not None and granted.currency != currency:
            problems.append(
                OtherCurrency(path=path, list_currency=granted.currency, currency=currency)
            )
    raise_any(problems)
    made = await queries.insert_grants(conn, actor, grants)
    await _record_grants(conn, actor, "price_list.grant", made, are_given=True)


async def revoke_price_lists(
    conn: Connection, *, actor: Actor, grants: Sequence[PriceListGrant]
) -> None:
    """Let edges buy at these lists' prices no more; what was not granted is passed over.

    What was ordered keeps its frozen price. Locks the lists.

    Raises:
        Forbidden: without `price:manage`.
        Rejected: NotFound for a list that is not one's own, InvalidValue.
    """
    actor.require(Permission.PRICE_MANAGE)
    raise_any(judge_batch("grants", grants))
    lists = await queries.lock_price_lists(conn, actor, [g.price_list_id for g in grants])
    raise_any(
        [
            NotFound(path=("grants", index, "priceListId"), subject="price list")
            for index, grant in enumerate(grants)
            if grant.price_list_id not in lists
        ]
    )
    gone = await queries.delete_grants(conn, actor, grants)
    await _record_grants(conn, actor, "price_list.revoke", gone, are_given=False)


async def price_lists_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, PriceList]:
    """Of one's own; others are absent. Raises Forbidden without `price:manage`."""
    actor.require(Permission.PRICE_MANAGE)
    return await queries.fetch_price_lists(conn, actor, ids)


async def price_lists_of_edges(
    conn: Connection, *, actor: Actor, relationship_ids: Sequence[int]
) -> dict[int, list[PriceList]]:
    """The active lists that apply to edges on which the actor's organization sells, at most 100
    for each: the base lists in the edge's currency, and those granted to it.

    Other edges are absent, as are those without any. Raises Forbidden without `price:manage`.
    """
    actor.require(Permission.PRICE_MANAGE)
    return await queries.fetch_lists_of_edges(conn, actor, relationship_ids, ON_EDGE_MAX)


async def list_price_lists(
    conn: Connection,
    *,
    actor: Actor,
    page: PageRequest,
    level: PriceLevel | None = None,
    search: str | None = None,
) -> Page[PriceList]:
    """One's own, oldest first; `search` is a part of a code or name. The cursor's shape is (int,).

    Raises:
        Forbidden: without `price:manage`: a buyer asks for prices, not for lists.
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.PRICE_MANAGE)
    rows = await queries.fetch_price_list_page(conn, actor, page, level, read_search(search))
    return make_page(rows, page, lambda found: (found.id,))


async def list_prices(
    conn: Connection,
    *,
    actor: Actor,
    price_list_ids: Sequence[int],
    page: PageRequest,
    sku_id: int | None = None,
) -> dict[int, Page[Price]]:
    """The rows of each of one's own lists by SKU, the ended ones too, the same page of all; of
    another's list, nothing.

    The cursor's shape is (int, int). Raises Forbidden without `price:manage`.
    """
    actor.require(Permission.PRICE_MANAGE)
    found = await queries.fetch_price_pages(conn, actor, price_list_ids, page, sku_id)
    return {
        id: make_page(prices, page, lambda price: (price.sku_id, price.id))
        for id, prices in found.items()
    }


async def list_affected_edges(
    conn: Connection, *, actor: Actor, price_list_ids: Sequence[int], page: PageRequest
) -> dict[int, Page[int]]:
    """Whom a change of each of one's own lists would reach: the ids of the edges to which it
    applies, suspended ones too, the same page of all. The cursor's shape is (int,).

    Raises Forbidden without `price:manage`.
    """
    actor.require(Permission.PRICE_MANAGE)
    found = await queries.fetch_affected_edges(conn, actor, price_list_ids, page)
    return {id: make_page(edges, page, lambda edge: (edge,)) for id, edges in found.items()}


async def _lock_one(conn: Connection, actor: Actor, price_list_id: int) -> PriceList:
    found = await queries.lock_price_lists(conn, actor, [price_list_id])
    if price_list_id not in found:
        raise refuse(NotFound(path=("priceListId",), subject="price list"))
    return found[price_list_id]


def _repeats(codes: Sequence[str], taken: set[str]) -> list[Problem]:
    return [
        AlreadyExists(path=("priceLists", index, "code"), subject="price list", code=code)
        for index, code in enumerate(codes)
        if code in taken or code in codes[:index]
    ]


def _ended(prices: Sequence[Price], ends: Mapping[int, datetime]) -> list[Price]:
    return [replace(price, valid_to=ends[price.id]) for price in prices]


async def _record_prices(
    conn: Connection,
    actor: Actor,
    action: str,
    price_list_id: int,
    *,
    before: Sequence[Price],
    after: Sequence[Price | NewPrice],
) -> None:
    change = Change(
        action=action,
        subject_type="price_list",
        subject_id=price_list_id,
        before=listing("prices", [_told(price) for price in before]),
        after=listing("prices", [_told(price) for price in after]),
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic=PAST[action])


def _told(price: Price | NewPrice) -> dict[str, object]:
    """A price as the audit trail tells of it."""
    return {
        "sku_id": price.sku_id,
        "pack_id": price.pack_id,
        "quantity_minimum": price.quantity_minimum,
        "unit_price": f"{price.unit_price:f}",
        "valid_from": price.valid_from,
        "valid_to": price.valid_to,
    }


async def _record_grants(
    conn: Connection,
    actor: Actor,
    action: str,
    grants: Sequence[PriceListGrant],
    *,
    are_given: bool,
) -> None:
    """Audit grants by edge; publish them in the history of the lists, which are locked."""
    changes = [
        Change(
            action=action,
            subject_type="relationship",
            subject_id=grant.relationship_id,
            before={} if are_given else {"price_list_id": grant.price_list_id},
            after={"price_list_id": grant.price_list_id} if are_given else {},
        )
        for grant in grants
    ]
    await record_changes(conn, actor=actor, changes=changes)
    events = [
        Event(
            topic=PAST[action],
            key=f"price_list:{grant.price_list_id}",
            payload={"id": grant.price_list_id, "relationship_id": grant.relationship_id},
        )
        for grant in grants
    ]
    await publish(conn, network_id=actor.network_id, events=events)
