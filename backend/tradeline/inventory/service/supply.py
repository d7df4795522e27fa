"""What orders do to stock. For modules above: they have checked the actor and know the edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradeline.catalog import load_compositions
from tradeline.inventory.model import (
    HoldShipment,
    NewHold,
    Release,
    SentBack,
    Stock,
    StockReceipt,
    Supply,
    Warehouse,
)
from tradeline.inventory.queries import receiving
from tradeline.inventory.queries import supply as queries
from tradeline.kernel import Actor, Connection, Permission


async def lock_supply(
    conn: Connection,
    *,
    network_id: int,
    pairs: Sequence[tuple[int, int]],
    bundles: Mapping[int, Mapping[int, int]] | None = None,
) -> Supply:
    """Lock all stock that could serve the pairs (relationship_id, sku_id); one statement.

    `bundles` says which of the SKUs are made of how many of which others: of them the components
    are locked, among all the others in one order. The levels stay locked until the unit of work
    ends. Lock everything that the unit of work will touch in one call: a second one may deadlock
    with somebody else's first.
    """
    stocked = _stocked(pairs, bundles or {})
    return Supply(await queries.lock_supply(conn, network_id, stocked) if pairs else (), bundles)


async def load_supply(
    conn: Connection,
    *,
    network_id: int,
    pairs: Sequence[tuple[int, int]],
    bundles: Mapping[int, Mapping[int, int]] | None = None,
) -> Supply:
    """As `lock_supply`, without locking: to look at. Nothing may be held of what it gives."""
    stocked = _stocked(pairs, bundles or {})
    return Supply(await queries.load_supply(conn, network_id, stocked) if pairs else (), bundles)


async def lock_stock(
    conn: Connection,
    *,
    network_id: int,
    pairs: Sequence[tuple[int, int]],
    bundles: Mapping[int, Mapping[int, int]] | None = None,
) -> Stock:
    """Lock what stands of the pairs (org_id, sku_id) in the organizations' active warehouses; one
    statement, in the order in which `lock_supply` locks.

    For a consumer's order, whose stock may be anybody's of the route. As there, of bundles the
    components are locked, and everything that the unit of work will touch is locked in one call.
    """
    stocked = _stocked(pairs, bundles or {})
    rows = await queries.fetch_stock(conn, network_id, stocked, is_locking=True) if pairs else ()
    return Stock(rows, bundles)


async def load_stock(
    conn: Connection,
    *,
    network_id: int,
    pairs: Sequence[tuple[int, int]],
    bundles: Mapping[int, Mapping[int, int]] | None = None,
) -> Stock:
    """As `lock_stock`, without locking: to look at. Nothing may be held of what it gives."""
    stocked = _stocked(pairs, bundles or {})
    rows = await queries.fetch_stock(conn, network_id, stocked, is_locking=False) if pairs else ()
    return Stock(rows, bundles)


async def available(
    conn: Connection, *, network_id: int, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    """What is free on each pair (relationship_id, sku_id) now, without a promise; zero is said."""
    found = await queries.fetch_available(conn, network_id, pairs) if pairs else {}
    return {pair: found.get(pair, 0) for pair in pairs}


async def available_on_edges(
    conn: Connection, *, actor: Actor, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    """As `available`, for pairs on edges of which the actor is a side; the others are left out.

    It is part of an offer. Raises Forbidden without `catalog:read`.
    """
    actor.require(Permission.CATALOG_READ)
    own = await queries.fetch_own_edges(conn, actor, [edge_id for edge_id, _ in pairs])
    visible = [pair for pair in pairs if pair[0] in own]
    return await available(conn, network_id=actor.network_id, pairs=visible)


async def store_holds(conn: Connection, *, network_id: int, holds: Sequence[NewHold]) -> None:
    """Set aside what `Supply.allocate` gave; the levels are locked by `lock_supply`."""
    if holds:
        await queries.insert_holds(conn, network_id, holds)


async def lock_held_stock(
    conn: Connection, *, network_id: int, references: Sequence[tuple[str, int]]
) -> None:
    """Lock the levels in which documents (reference_type, reference_id) hold stock: for who has to
    lock something else after them, before it knows what is to be released or shipped."""
    if references:
        await queries.lock_held_levels(conn, network_id, references)


async def release_holds(
    conn: Connection, *, network_id: int, releases: Sequence[Release]
) -> dict[tuple[str, int], int]:
    """Free so much of what documents hold, the last warehouse of each first.

    Never more than is held: returns how much stock became free by (reference_type, reference_id),
    and nothing for a document that holds nothing, such as a line of an edge that holds no stock.
    """
    if not releases:
        return {}
    references = [(release.reference_type, release.reference_id) for release in releases]
    await queries.lock_held_levels(conn, network_id, references)
    return await queries.release_holds(conn, network_id, releases)


async def ship_holds(
    conn: Connection,
    *,
    network_id: int,
    shipments: Sequence[HoldShipment],
    account_id: int | None,
) -> dict[tuple[str, int], int]:
    """Let held goods leave: lowers holds and on-hand, first warehouse first; writes movements.

    Never more than is held: returns how much stock left by (reference_type, reference_id). A line
    without holds moves no stock here: its seller keeps none in these warehouses. The same paper
    (movement_type, movement_id) ships once: a second time is a UniqueViolation.
    """
    if not shipments:
        return {}
    references = [(shipment.reference_type, shipment.reference_id) for shipment in shipments]
    await queries.lock_held_levels(conn, network_id, references)
    return await queries.ship_holds(conn, network_id, shipments, account_id)


async def receiving_places(
    conn: Connection, *, network_id: int, org_ids: Sequence[int], is_kept: bool
) -> dict[int, dict[int, Warehouse]]:
    """The warehouses of some organizations, closed ones as well, by organization and id; goods for
    which nobody names one come into the first that is active.

    With `is_kept`, none of them is opened or closed until the unit of work ends.
    """
    return await receiving.fetch_places(conn, network_id, org_ids, is_keeping=is_kept)


async def receive_stock(
    conn: Connection,
    *,
    network_id: int,
    receipts: Sequence[StockReceipt],
    account_id: int | None,
) -> None:
    """Add goods to the warehouses that are named, else to the first active one of each
    organization; nothing where it has none, or where the one that is named is closed.

    Idempotent by the paper and the warehouse. Quantities are more than zero.
    """
    if receipts:
        await receiving.receive_stock(conn, network_id, receipts, account_id)


async def send_back_stock(
    conn: Connection,
    *,
    network_id: int,
    org_id: int,
    goods: Sequence[SentBack],
    account_id: int | None,
) -> None:
    """Let goods leave an organization's own stock, as far as they stand there free: first from
    where they came in, then from wherever there are more.

    An organization may receive without keeping its stock here, or may have counted since: what is
    not there does not leave, and a count tells the difference. Of a bundle each component leaves
    as far as it stands there itself, for whoever received it may have sold some of it.
    """
    skus = [line.sku_id for line in goods]
    bundles = await load_compositions(conn, network_id=network_id, sku_ids=skus)
    papers = {line.reference_id: line.came_on for line in goods}
    left = await receiving.fetch_left_of_papers(conn, network_id, papers)
    parts = [
        (line, part, each)
        for line in goods
        for part, each in bundles.get(line.sku_id, {line.sku_id: 1}).items()
    ]
    pairs = sorted({(org_id, part) for _, part, _ in parts})
    stock = await lock_stock(conn, network_id=network_id, pairs=pairs)
    holds = [
        NewHold(
            warehouse_id=given.warehouse_id,
            sku_id=sku_id,
            held_for_org_id=org_id,
            reference_type=line.reference_type,
            reference_id=line.reference_id,
            quantity=given.quantity,
            quantity_each=each,
        )
        for line, sku_id, each in parts
        for given in stock.take_from(
            org_id, sku_id, line.quantity * each, left.get((line.reference_id, sku_id), {})
        )
    ]
    await store_holds(conn, network_id=network_id, holds=holds)
    shipments = [
        HoldShipment(
            reference_type=line.reference_type,
            reference_id=line.reference_id,
            quantity=line.quantity,
            movement_type=line.reference_type,
            movement_id=line.reference_id,
        )
        for line in goods
    ]
    await ship_holds(conn, network_id=network_id, shipments=shipments, account_id=account_id)


def _stocked(
    pairs: Sequence[tuple[int, int]], bundles: Mapping[int, Mapping[int, int]]
) -> list[tuple[int, int]]:
    """The pairs of which stock is kept: those of a bundle's components in place of the bundle.
    The first of each is an edge, or an organization."""
    return [
        (keeper_id, part) for keeper_id, sku_id in pairs for part in bundles.get(sku_id, (sku_id,))
    ]
