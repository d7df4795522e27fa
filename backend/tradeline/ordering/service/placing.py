"""Placing orders: load and lock, decide, store, for any number of orders at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from tradeline.inventory import NewHold, store_holds
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Event,
    Forbidden,
    NotFound,
    Permission,
    Rejected,
    RequestAnswer,
    RequestKey,
    RequestReused,
    Stage,
    claim_requests,
    correct_requests,
    publish,
    record_changes_of_many,
    timed,
    withdraw_requests,
)
from tradeline.ordering.decisions import (
    PlacedOrder,
    RefusedOrder,
    decide_orders,
)
from tradeline.ordering.model import LINES_MAX, NewOrder, Order
from tradeline.ordering.queries import placing as queries
from tradeline.ordering.service.loading import load_placement, load_places
from tradeline.organizations import Relationship, load_known_and_trading
from tradeline.settlement import NewExposureHold, store_exposure_holds


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order as it was asked for: by whom, under which `requestId`, with which body's hash."""

    actor: Actor
    request_id: str
    body: bytes
    order: NewOrder

    @property
    def key(self) -> RequestKey:
        return self.actor.org_id, self.request_id


async def place_order(conn: Connection, *, actor: Actor, order: NewOrder) -> int:
    """Place one order, as the buyer or, as the seller, on the buyer's behalf; its id.

    Raises:
        Forbidden: without `order:place` (buyer) or `order:place_on_behalf` (seller).
        Rejected: with NotFound for an edge that is not the actor's, else as `place_orders`.
    """
    [placed] = await place_orders(conn, network_id=actor.network_id, requests=[(actor, order)])
    if isinstance(placed, RefusedOrder):
        raise Rejected(placed.problems)
    return placed


async def place_orders(
    conn: Connection, *, network_id: int, requests: Sequence[tuple[Actor, NewOrder]]
) -> list[int | RefusedOrder]:
    """Place orders of one network in order of arrival; for each its id, or every reason why not.

    The outcome equals placing them one by one; a refused order harms no other. The exposures and
    stock levels they draw on stay locked until the unit of work ends. Reasons: NotTrading,
    NotInAssortment, ComponentClosed, UnknownPack, BelowMinimum, OutOfStep, PriceMissing,
    NotEnoughStock, OutsideTerritory, BelowOrderMinimum, CreditBlocked, NotEnoughCredit,
    InvalidValue; NotFound and WarehouseClosed for where goods are to be received, which the buyer
    alone says.

    Raises:
        Forbidden: if one of the actors lacks the permission for its side.
    """
    asked = [(position, actor, order) for position, (actor, order) in enumerate(requests)]
    ids = await _take_ids(conn, asked)
    outcome: list[int | RefusedOrder] = []
    for found in await _place(conn, network_id, asked, ids):
        if isinstance(found, Forbidden):
            raise found
        assert found is not None, "each has a key of its own"
        outcome.append(found.id if isinstance(found, Order) else found)
    return outcome


async def take_orders(
    conn: Connection, *, network_id: int, requests: Sequence[OrderRequest]
) -> list[Order | int | RefusedOrder | Forbidden]:
    """Answer requests for orders of one network, each as if it had come alone, in their order.

    For each the order, or the id of the one that an earlier request with its `requestId` made, or
    why not: as `place_orders`, RequestReused, or Forbidden. Claims the ids of the requests first,
    then locks as `place_orders`.
    """
    asked = [(request.key, request.actor, request.order) for request in requests]
    with timed(Stage.LOADING, len(requests)):
        ids = await _take_ids(conn, asked)
        claims: dict[RequestKey, RequestAnswer] = {}
        for request in requests:
            claims.setdefault(request.key, (request.body, ids.orders[request.key]))
        before = await claim_requests(conn, network_id=network_id, claims=claims)
    new = [(key, actor, order) for key, actor, order in asked if key not in before]
    found = iter(await _place(conn, network_id, new, ids))
    done: dict[RequestKey, tuple[bytes, Order]] = {}
    outcome: list[Order | int | RefusedOrder | Forbidden] = []
    for request in requests:
        if request.key in before:
            body, order_id = before[request.key]
            outcome.append(order_id if body == request.body else _reused(request))
            continue
        decided = next(found)
        if request.key in done:
            body, order = done[request.key]
            outcome.append(order if body == request.body else _reused(request))
            continue
        assert decided is not None, "it is the first that could be placed"
        if isinstance(decided, Order):
            done[request.key] = (request.body, decided)
        outcome.append(decided)
    refused = {key: claims[key] for key in claims if key not in done and key not in before}
    corrected = {
        key: (body, order.id) for key, (body, order) in done.items() if body != claims[key][0]
    }
    with timed(Stage.STORING, len(requests)):
        await withdraw_requests(conn, network_id=network_id, claims=refused)
        await correct_requests(conn, network_id=network_id, claims=corrected)
    return outcome


@dataclass(frozen=True, slots=True)
class _Ids:
    """Of orders by the key of their request, and of all their lines. Those of what is refused are
    lost, as are those of a unit of work that is rolled back."""

    orders: Mapping[Hashable, int]
    lines: Sequence[int]


async def _take_ids(conn: Connection, asked: Sequence[tuple[Hashable, Actor, NewOrder]]) -> _Ids:
    """As many as could be needed, before anything is locked: nobody waits for them."""
    keys = list(dict.fromkeys(key for key, _, _ in asked))
    line_count = sum(len(order.lines) for _, _, order in asked if len(order.lines) <= LINES_MAX)
    order_ids, line_ids = await queries.take_ids(conn, len(keys), line_count)
    return _Ids(dict(zip(keys, order_ids, strict=True)), line_ids)


async def _place(
    conn: Connection,
    network_id: int,
    asked: Sequence[tuple[Hashable, Actor, NewOrder]],
    ids: _Ids,
) -> list[Order | RefusedOrder | Forbidden | None]:
    """Place what can be; None for orders after a placed one of the same key, see
    `decide_orders`."""
    if not asked:
        return []
    with timed(Stage.LOADING, len(asked)):
        edges, trading = await load_known_and_trading(
            conn,
            network_id=network_id,
            ids=sorted({order.relationship_id for _, _, order in asked}),
        )
    outcome = [_first_look(actor, order, edges) for _, actor, order in asked]
    known = [position for position, found in enumerate(outcome) if found is None]
    if not known:
        return outcome
    orders = [asked[position][2] for position in known]
    keyed = [(asked[position][0], asked[position][2]) for position in known]
    with timed(Stage.LOADING, len(asked)):
        state = await load_placement(conn, network_id, orders, trading, is_locked=True)
        by_whom = [asked[position][1:] for position in known]
        state = replace(state, places=await load_places(conn, network_id, by_whom, edges))
    with timed(Stage.DECIDING, len(asked)):
        decisions = decide_orders(keyed, state)
    accepted: list[tuple[int, Actor, PlacedOrder]] = []
    places: dict[int, int] = {}
    for position, decision in zip(known, decisions, strict=True):
        if isinstance(decision, PlacedOrder):
            key, actor, _ = asked[position]
            accepted.append((ids.orders[key], actor, decision))
            places[ids.orders[key]] = position
        else:
            outcome[position] = decision
    with timed(Stage.STORING, len(asked)):
        for order in await _store(conn, network_id, accepted, ids.lines):
            outcome[places[order.id]] = order
    return outcome


def _first_look(
    actor: Actor, order: NewOrder, edges: Mapping[int, Relationship]
) -> Order | RefusedOrder | Forbidden | None:
    """Why the actor may not place the order at all, or None."""
    try:
        is_theirs = may_place(actor, edges.get(order.relationship_id))
    except Forbidden as forbidden:
        return forbidden
    return None if is_theirs else _unknown_edge()


def _unknown_edge() -> RefusedOrder:
    return RefusedOrder((NotFound(path=("relationshipId",), subject="relationship"),))


def _reused(request: OrderRequest) -> RefusedOrder:
    return RefusedOrder((RequestReused(path=("requestId",), request_id=request.request_id),))


def may_place(actor: Actor, edge: Relationship | None) -> bool:
    """Whether the edge is the actor's. Raises Forbidden if it is, and the permission is lacking."""
    if edge is None or actor.org_id not in (edge.buyer_org_id, edge.seller_org_id):
        return False
    buys = actor.org_id == edge.buyer_org_id
    actor.require(Permission.ORDER_PLACE if buys else Permission.ORDER_PLACE_ON_BEHALF)
    return True


async def _store(
    conn: Connection,
    network_id: int,
    numbered: Sequence[tuple[int, Actor, PlacedOrder]],
    taken: Sequence[int],
) -> list[Order]:
    """Store accepted orders under their ids; their lines get the first of those `taken`."""
    if not numbered:
        return []
    line_ids = taken[: sum(len(placed.lines) for _, _, placed in numbered)]
    orders = await queries.insert_orders(conn, network_id, numbered, line_ids)
    await store_exposure_holds(
        conn,
        network_id=network_id,
        holds=[
            NewExposureHold(
                relationship_id=placed.relationship.id,
                reference_type="order",
                reference_id=order_id,
                amount_minor=placed.amount_minor,
            )
            for order_id, _, placed in numbered
        ],
    )
    await store_holds(conn, network_id=network_id, holds=_stock_holds(numbered, line_ids))
    await record_changes_of_many(conn, network_id=network_id, made=_changes(numbered))
    await publish(conn, network_id=network_id, events=_events(numbered))
    return orders


def _stock_holds(
    numbered: Sequence[tuple[int, Actor, PlacedOrder]], line_ids: Sequence[int]
) -> list[NewHold]:
    lines = [(placed, line) for _, _, placed in numbered for line in placed.lines]
    return [
        NewHold(
            warehouse_id=allocation.warehouse_id,
            sku_id=sku_id,
            held_for_org_id=placed.relationship.buyer_org_id,
            reference_type="order_line",
            reference_id=line_id,
            quantity=allocation.quantity * each,
            quantity_each=each,
        )
        for line_id, (placed, line) in zip(line_ids, lines, strict=True)
        for allocation in line.allocations
        for sku_id, each in (line.tradable.composition or {line.tradable.sku_id: 1}).items()
    ]


def _changes(
    numbered: Sequence[tuple[int, Actor, PlacedOrder]],
) -> list[tuple[Actor, Change]]:
    """The audit trail's part, each by its actor."""
    return [
        (actor, _change(order_id, actor, placed, placed.relationship.buyer_org_id))
        for order_id, actor, placed in numbered
    ]


def _change(order_id: int, actor: Actor, placed: PlacedOrder, buyer_org_id: int) -> Change:
    return Change(
        action="order.place",
        subject_type="order",
        subject_id=order_id,
        after={
            "number": queries.number_of(order_id),
            "relationship_id": placed.relationship.id,
            "amount_minor": placed.amount_minor,
            "currency": placed.relationship.currency,
            "lines": len(placed.lines),
        },
        on_behalf_of_org_id=None if actor.org_id == buyer_org_id else buyer_org_id,
    )


def _events(numbered: Sequence[tuple[int, Actor, PlacedOrder]]) -> list[Event]:
    return [
        Event(
            topic="order.placed",
            key=f"order:{order_id}",
            payload={
                "order_id": order_id,
                "relationship_id": placed.relationship.id,
                "seller_org_id": placed.relationship.seller_org_id,
                "buyer_org_id": placed.relationship.buyer_org_id,
                "state": queries.begins_as(placed).value,
            },
        )
        for order_id, _, placed in numbered
    ]
