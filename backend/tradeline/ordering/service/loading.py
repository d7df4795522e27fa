"""Everything that deciding on orders needs: locked, to place them, or only looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradeline.catalog import Tradable, load_tradable
from tradeline.inventory import Supply, load_supply, lock_supply, receiving_places
from tradeline.kernel import Actor, Connection, trade_day
from tradeline.ordering.decisions import PlacementState, pack_of
from tradeline.ordering.model import LINES_MAX, NewOrder
from tradeline.ordering.receiving import Places
from tradeline.organizations import Relationship
from tradeline.pricing import PriceRequest, PriceResolution, price_lines
from tradeline.settlement import load_exposures, lock_exposures


async def load_placement(
    conn: Connection,
    network_id: int,
    orders: Sequence[NewOrder],
    trading: Mapping[int, Relationship],
    *,
    is_locked: bool,
) -> PlacementState:
    """Four statements, however many orders and lines. `trading` are those of their edges that do.

    With `is_locked`, exposures are locked first, then stock levels, until the unit of work ends.
    Without, nothing is locked, and nothing may be stored of what was decided on it.
    """
    ids = sorted({order.relationship_id for order in orders})
    pairs = sorted(
        {
            (order.relationship_id, line.sku_id)
            for order in orders
            if order.relationship_id in trading and len(order.lines) <= LINES_MAX
            for line in order.lines
        }
    )
    tradable = await load_tradable(conn, network_id=network_id, pairs=pairs)
    prices = await _price(conn, network_id, orders, tradable)
    read_exposures = lock_exposures if is_locked else load_exposures
    exposures = await read_exposures(conn, network_id=network_id, relationship_ids=ids)
    supply = await _supply(conn, network_id, pairs, trading, tradable, is_locked=is_locked)
    free = {edge_id: exposure.free_minor for edge_id, exposure in exposures.items()}
    return PlacementState(trading, tradable, prices, exposures, supply, free, trade_day())


async def load_places(
    conn: Connection,
    network_id: int,
    asked: Sequence[tuple[Actor, NewOrder]],
    edges: Mapping[int, Relationship],
) -> dict[int, Places]:
    """The warehouses that orders may name, by position: the buyer's own, if the buyer places. One
    statement, and none where nobody names any."""
    buyers = {
        position: actor.org_id
        for position, (actor, order) in enumerate(asked)
        if any(line.receiving_warehouse_id is not None for line in order.lines)
        and actor.org_id == edges[order.relationship_id].buyer_org_id
    }
    if not buyers:
        return {}
    org_ids = sorted(set(buyers.values()))
    found = await receiving_places(conn, network_id=network_id, org_ids=org_ids, is_kept=False)
    return {position: found[org_id] for position, org_id in buyers.items()}


async def _supply(
    conn: Connection,
    network_id: int,
    pairs: Sequence[tuple[int, int]],
    trading: Mapping[int, Relationship],
    tradable: Mapping[tuple[int, int], Tradable],
    *,
    is_locked: bool,
) -> Supply:
    held = [pair for pair in pairs if trading[pair[0]].holds_stock]
    read_supply = lock_supply if is_locked else load_supply
    bundles = {sku.sku_id: sku.composition for sku in tradable.values() if sku.components}
    return await read_supply(conn, network_id=network_id, pairs=held, bundles=bundles)


async def _price(
    conn: Connection,
    network_id: int,
    orders: Sequence[NewOrder],
    tradable: Mapping[tuple[int, int], Tradable],
) -> dict[tuple[int, int], PriceResolution]:
    """The price of each line that names something tradable, in one statement for all."""
    places: list[tuple[int, int]] = []
    requests: list[PriceRequest] = []
    for position, order in enumerate(orders):
        for index, line in enumerate(order.lines[:LINES_MAX]):
            sku = tradable.get((order.relationship_id, line.sku_id))
            if sku is not None and (pack := pack_of(line, sku)) is not None:
                places.append((position, index))
                requests.append(
                    PriceRequest(
                        relationship_id=order.relationship_id,
                        sku_id=line.sku_id,
                        pack_id=pack.id,
                        pack_units=pack.units,
                        pack_quantity=line.quantity,
                    )
                )
    resolutions = await price_lines(conn, network_id=network_id, requests=requests)
    return dict(zip(places, resolutions, strict=True))
