"""What members want in stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from tradeline.kernel import (
    QUANTITY_MAX,
    Connection,
    Problem,
    Rejected,
    RequestKey,
    Shopper,
    Stage,
    answer_together,
    timed,
)
from tradeline.shopping.filling import CartOwner, CartRequest, Filling, fill_carts, judge_request
from tradeline.shopping.judging import Market
from tradeline.shopping.model import CART_LINES_MAX, Cart, CartLine
from tradeline.shopping.offers import FilledCart, offers_of
from tradeline.shopping.queries import carts as queries
from tradeline.shopping.service.loading import load_listed, load_shelves


async def cart_of(conn: Connection, *, shopper: Shopper, store_id: int) -> Cart | None:
    """The shopper's cart in a store; None while nothing was ever put in."""
    owner = shopper.member_id, store_id
    return (await queries.find_carts(conn, shopper.network_id, [owner])).get(owner)


async def carts_by_ids(
    conn: Connection, *, shopper: Shopper, ids: Sequence[int]
) -> dict[int, Cart]:
    """Those that are the shopper's own; others are absent."""
    found = await queries.fetch_carts(conn, shopper.network_id, ids)
    return {id: cart for id, cart in found.items() if cart.member_id == shopper.member_id}


async def put_cart_lines(
    conn: Connection,
    *,
    shopper: Shopper,
    store_id: int,
    lines: Sequence[CartLine],
    source: str | None = None,
) -> int:
    """Say how much of some SKUs is in the shopper's cart, zero for none; the cart's id.

    Other lines stay. It gets a new version if that changes anything. Whether the store has so much
    is asked at checkout: what is put in may be more, but is something that the store lists.

    Raises:
        Rejected: InvalidValue, NotFound for a store or SKU, TooManyCartLines.
    """
    request = CartRequest(
        shopper=shopper, request_id="", body=b"", store_id=store_id, lines=lines, source=source
    )
    network_id = shopper.network_id
    found = await _find(conn, network_id, [request])
    [put] = await _put(conn, network_id, [request], found)
    if isinstance(put, Rejected):
        raise put
    assert put is not None, "nothing came before it"
    return put.cart.id


async def put_carts(
    conn: Connection, *, network_id: int, requests: Sequence[CartRequest]
) -> list[FilledCart | int | Rejected]:
    """Answer requests to fill carts of one network, each as `put_cart_lines` would have done alone,
    in their order. Of each the cart as all of them leave it, with what is offered of its lines; or
    the id of the one that an earlier request with its `requestId` filled; or every reason why not,
    RequestReused among them.

    Claims the ids of the requests first, then locks carts, by their ids.
    """
    with timed(Stage.LOADING, len(requests)):
        found = await _find(conn, network_id, requests)
    ids: dict[RequestKey, int] = {}
    for request in requests:
        ids.setdefault(request.key, found.id_of(request.owner))

    async def put(new: Sequence[CartRequest]) -> list[FilledCart | Rejected | None]:
        return await _put(conn, network_id, new, found)

    return await answer_together(
        conn,
        network_id=network_id,
        requests=requests,
        ids=ids,
        act=put,
        id_of=_id_of,
        refused=_refused,
    )


def _id_of(made: FilledCart | Rejected) -> int | None:
    return made.cart.id if isinstance(made, FilledCart) else None


def _refused(problem: Problem) -> FilledCart | Rejected:
    return Rejected([problem])


@dataclass(frozen=True, slots=True)
class _Found:
    """Carts as they stood before anything was locked, with ids for those that are not there; and
    what the stores sell of what is, or may come, in them, which may have been `priced`."""

    carts: Mapping[CartOwner, Cart]
    new_ids: Mapping[CartOwner, int]
    market: Market
    priced: Set[tuple[int, int]]

    @property
    def stores(self) -> Set[int]:
        return self.market.stores.keys()

    def id_of(self, owner: CartOwner) -> int:
        return self.carts[owner].id if owner in self.carts else self.new_ids[owner]


async def _find(conn: Connection, network_id: int, requests: Sequence[CartRequest]) -> _Found:
    owners = list(dict.fromkeys(request.owner for request in requests))
    carts = await queries.find_carts(conn, network_id, owners)
    looked_at = {request.owner for request in requests if request.looks_at_lines}
    missing = [owner for owner in owners if owner not in carts]
    new_ids = await queries.take_cart_ids(conn, len(missing)) if missing else []
    wanted = {
        (cart.store_id, line.sku_id)
        for owner, cart in carts.items()
        if owner in looked_at
        for line in cart.lines
    }
    for request in requests:
        if not judge_request(request.lines, request.source):
            wanted |= {(request.store_id, line.sku_id) for line in request.lines if line.quantity}
    store_ids = sorted({request.store_id for request in requests})
    load = load_shelves if looked_at else load_listed
    market = await load(conn, network_id, store_ids, sorted(wanted))
    priced = wanted if looked_at else set()
    return _Found(carts, dict(zip(missing, new_ids, strict=True)), market, priced)


async def _put(
    conn: Connection, network_id: int, requests: Sequence[CartRequest], found: _Found
) -> list[FilledCart | Rejected | None]:
    """Fill what can be; None for what comes after a request of the same key that was."""
    if not requests:
        return []
    on_sale = {
        pair
        for pair, listing in found.market.listings.items()
        if listing.is_listed and pair[1] in found.market.skus
    }
    with timed(Stage.STORING, len(requests)):
        _, wanted = fill_carts(requests, found.carts, found.stores, on_sale)
        new = {owner: id for owner, id in found.new_ids.items() if owner in wanted}
        if new:
            await queries.insert_carts(conn, network_id, new)
        carts = await queries.lock_carts_of(conn, network_id, list(wanted))
        outcomes, filled = fill_carts(requests, carts, found.stores, on_sale)
        changed = {carts[owner].id: one for owner, one in filled.items() if one.changes}
        if changed:
            await queries.put_lines(conn, network_id, changed)
    after = {owner: _filled(carts[owner], one, found) for owner, one in filled.items()}
    return [after[it] if isinstance(it, tuple) else it for it in outcomes]


def _filled(cart: Cart, filling: Filling, found: _Found) -> FilledCart:
    lines = tuple(CartLine(*line) for line in filling.quantities.items())
    after = replace(
        cart, version=cart.version + filling.changes, source=filling.source, lines=lines
    )
    seen = [sku_id for sku_id in filling.quantities if (cart.store_id, sku_id) in found.priced]
    return FilledCart(after, offers_of(found.market, cart.store_id, seen))


async def carry_cart(
    conn: Connection, *, network_id: int, merge_id: int, from_id: int, into_id: int
) -> None:
    """Put what is in the carts of a member into those of the one that they were merged into, once
    for each merge. The carts themselves stay as they are, for the merge may be undone."""
    if not await queries.start_carry(conn, network_id, merge_id):
        return
    theirs = await queries.fetch_carts_of_members(conn, network_id, [from_id])
    carried = [
        (cart.store_id, line.sku_id, line.quantity)
        for cart in theirs.values()
        for line in cart.lines
    ]
    if not carried:
        return
    given = await _move(conn, network_id, into_id, carried, 1)
    sources = {cart.store_id: cart.source for cart in theirs.values() if cart.source}
    await _take_sources(conn, network_id, into_id, sources)
    await queries.finish_carry(conn, network_id, merge_id, given)


async def take_back_cart(conn: Connection, *, network_id: int, merge_id: int, into_id: int) -> None:
    """Take out of a member's carts what a merge that is undone put in, as far as it is still there:
    whoever it was carried from finds it in their own."""
    carried = await queries.undo_carry(conn, network_id, merge_id)
    if carried:
        await _move(conn, network_id, into_id, carried, -1)


async def _move(
    conn: Connection,
    network_id: int,
    member_id: int,
    lines: Sequence[tuple[int, int, int]],
    sign: int,
) -> list[tuple[int, int, int]]:
    """Add to what is in the carts, or take from it; what was really moved, for a cart does not hold
    more SKUs than it may, nor less than nothing of one."""
    store_ids = sorted({store_id for store_id, _, _ in lines})
    opened = await _open(conn, network_id, member_id, store_ids)
    moved: list[tuple[int, int, int]] = []
    for cart in opened.values():
        here = {line.sku_id: line.quantity for line in cart.lines}
        changed: dict[int, int] = {}
        for store_id, sku_id, quantity in lines:
            if store_id != cart.store_id:
                continue
            if sku_id not in here and (sign < 0 or len(here) >= CART_LINES_MAX):
                continue
            before = here.get(sku_id, 0)
            after = min(max(before + sign * quantity, 0), QUANTITY_MAX)
            here[sku_id] = changed[sku_id] = after
            moved.append((store_id, sku_id, abs(after - before)))
        if changed:
            change = Filling(cart.source, here, changed, 1)
            await queries.put_lines(conn, network_id, {cart.id: change})
    return moved


async def _open(
    conn: Connection, network_id: int, member_id: int, store_ids: Sequence[int]
) -> dict[CartOwner, Cart]:
    """The member's carts in some stores, locked; made where there are none."""
    owners = [(member_id, store_id) for store_id in store_ids]
    ids = await queries.take_cart_ids(conn, len(owners))
    await queries.insert_carts(conn, network_id, dict(zip(owners, ids, strict=True)))
    return await queries.lock_carts_of(conn, network_id, owners)


async def _take_sources(
    conn: Connection, network_id: int, member_id: int, sources: dict[int, str]
) -> None:
    """Where the survivor came to a store by no link, the other one's counts."""
    if not sources:
        return
    opened = await _open(conn, network_id, member_id, sorted(sources))
    for cart in opened.values():
        if not cart.source:
            source = Filling(sources[cart.store_id], {}, {}, 1)
            await queries.put_lines(conn, network_id, {cart.id: source})
