"""What members want in stores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tradeline.catalog import load_sellable
from tradeline.channels import load_listings, stores_by_ids
from tradeline.kernel import (
    QUANTITY_MAX,
    Connection,
    InvalidValue,
    NotFound,
    Problem,
    Shopper,
    judge_length,
    raise_any,
)
from tradeline.shopping.errors import TooManyCartLines
from tradeline.shopping.model import CART_LINES_MAX, SOURCE_LENGTH_MAX, Cart, CartLine
from tradeline.shopping.queries import carts as queries


async def cart_of(conn: Connection, *, shopper: Shopper, store_id: int) -> Cart | None:
    """The shopper's cart in a store; None while nothing was ever put in."""
    return await queries.fetch_cart_of_store(conn, shopper.network_id, shopper.member_id, store_id)


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
    raise_any(_judge(lines, source))
    network_id = shopper.network_id
    stores = await stores_by_ids(conn, network_id=network_id, ids=[store_id])
    if store_id not in stores:
        raise_any([NotFound(path=("storeId",), subject="store")])
    opened = await queries.open_carts(conn, network_id, shopper.member_id, [store_id])
    [cart] = opened.values()
    before = {line.sku_id: line.quantity for line in cart.lines}
    changed = [line for line in lines if before.get(line.sku_id, 0) != line.quantity]
    await _require_listed(conn, network_id, store_id, lines, changed)
    after = before | {line.sku_id: line.quantity for line in changed}
    if sum(quantity > 0 for quantity in after.values()) > CART_LINES_MAX:
        raise_any([TooManyCartLines(path=("lines",), most=CART_LINES_MAX)])
    new_source = cart.source if source is None else source
    if changed or new_source != cart.source:
        await queries.put_lines(conn, network_id, cart.id, changed, new_source)
    return cart.id


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
    opened = await queries.open_carts(conn, network_id, member_id, store_ids)
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
            new = [CartLine(sku_id, quantity) for sku_id, quantity in changed.items()]
            await queries.put_lines(conn, network_id, cart.id, new, cart.source)
    return moved


async def _take_sources(
    conn: Connection, network_id: int, member_id: int, sources: dict[int, str]
) -> None:
    """Where the survivor came to a store by no link, the other one's counts."""
    if not sources:
        return
    opened = await queries.open_carts(conn, network_id, member_id, sorted(sources))
    for cart in opened.values():
        if not cart.source:
            await queries.put_lines(conn, network_id, cart.id, [], sources[cart.store_id])


async def _require_listed(
    conn: Connection,
    network_id: int,
    store_id: int,
    lines: Sequence[CartLine],
    changed: Iterable[CartLine],
) -> None:
    """What is put in must be for sale here; what is taken out need not be any more."""
    wanted = [line.sku_id for line in changed if line.quantity]
    pairs = [(store_id, sku_id) for sku_id in wanted]
    listings = await load_listings(conn, network_id=network_id, pairs=pairs)
    skus = await load_sellable(conn, network_id=network_id, sku_ids=wanted)
    unknown = {
        sku_id
        for sku_id in wanted
        if sku_id not in skus
        or (listing := listings.get((store_id, sku_id))) is None
        or not listing.is_listed
    }
    raise_any(
        [
            NotFound(path=("lines", index, "skuId"), subject="SKU")
            for index, line in enumerate(lines)
            if line.sku_id in unknown
        ]
    )


def _judge(lines: Sequence[CartLine], source: str | None) -> list[Problem]:
    problems = judge_length(source or "", ("source",), most=SOURCE_LENGTH_MAX)
    if not 1 <= len(lines) <= CART_LINES_MAX:
        problems.append(
            InvalidValue(
                path=("lines",),
                field="lines",
                rule=f"send 1 to {CART_LINES_MAX} lines",
                rule_zh=f"请提交 1 至 {CART_LINES_MAX} 行",
            )
        )
    seen: set[int] = set()
    for index, line in enumerate(lines):
        if not 0 <= line.quantity <= QUANTITY_MAX:
            problems.append(
                InvalidValue(
                    path=("lines", index, "quantity"),
                    field="quantity",
                    rule=f"send a whole number from 0 to {QUANTITY_MAX}",
                    rule_zh=f"请填写 0 至 {QUANTITY_MAX} 的整数",
                )
            )
        if line.sku_id in seen:
            problems.append(
                InvalidValue(
                    path=("lines", index, "skuId"),
                    field="skuId",
                    rule="name each SKU once",
                    rule_zh="每种商品只能出现一次",
                )
            )
        seen.add(line.sku_id)
    return problems
