"""What offers of other goods come to, and writing them down, however they are made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from tradeline.catalog import load_tradable, match_typed
from tradeline.kernel import Actor, Connection, trade_day
from tradeline.ordering.decisions import PlacedLine
from tradeline.ordering.drafts import TypedRow
from tradeline.ordering.model import NewOrder, Order, OrderLine
from tradeline.ordering.queries import substitutes as queries
from tradeline.ordering.rows import ReadRow, read_rows
from tradeline.ordering.service.loading import load_placement
from tradeline.ordering.service.steps import Taken, store_all
from tradeline.ordering.substitutes import (
    JudgedOffer,
    NewSubstitute,
    judge_goods,
    judge_offers,
)
from tradeline.organizations import Relationship, load_known_and_trading


async def look_at_offers(
    conn: Connection,
    actor: Actor,
    offers: Sequence[NewSubstitute],
    orders: Mapping[int, Order],
    lines: Mapping[int, Sequence[OrderLine]],
    coming: Mapping[int, int] = {},
) -> list[JudgedOffer]:
    """What offers for lines of such orders come to at this moment, one after the other: the goods
    of all of them have to be there together. The same statements, however many; nothing is locked.
    Of each line as many as are `coming` are to be shipped themselves, whatever was offered before.
    """
    if not offers:
        return []
    standing = await queries.fetch_substitutes_of_orders(conn, actor, sorted(orders))
    faults = judge_offers(offers, lines, standing, trade_day(), coming)
    ids = {offer.order_id for offer in offers}
    trading = await load_trading(conn, actor, [orders[order_id] for order_id in ids])
    wanted = [
        NewOrder(relationship_id=orders[offer.order_id].relationship_id, lines=(offer.replacement,))
        for offer in offers
    ]
    state = await load_placement(conn, actor.network_id, wanted, trading, is_locked=False)
    judged = []
    for position, (offer, problems) in enumerate(zip(offers, faults, strict=True)):
        placed = judge_goods(position, offer, orders[offer.order_id], state)
        if isinstance(placed, PlacedLine):
            judged.append(JudgedOffer(offer, placed, tuple(problems)))
        else:
            judged.append(JudgedOffer(offer, None, (*problems, *placed)))
    return judged


async def store_offers(
    conn: Connection,
    actor: Actor,
    judged: Sequence[JudgedOffer],
    orders: Mapping[int, Order],
    lines: Mapping[int, Sequence[OrderLine]],
) -> list[int]:
    """Write offers down that have no fault, for locked orders as they stand; the id of each."""
    if not judged:
        return []
    sound = [(one.new, one.placed) for one in judged if one.placed is not None]
    ids = await queries.insert_substitutes(conn, actor, sound)
    numbers = {line.id: line.line_no for found in lines.values() for line in found}
    taken = []
    for substitute_id, (new, placed) in zip(ids, sound, strict=True):
        document = {
            "substitute_id": substitute_id,
            "line_no": numbers[new.order_line_id],
            "offer": f"{placed.tradable.sku_code} × {placed.quantity}",
        }
        if new.valid_until is not None:
            document["valid_until"] = new.valid_until.isoformat()
        taken.append(
            Taken(
                order=orders[new.order_id],
                before=lines[new.order_id],
                after=lines[new.order_id],
                state=orders[new.order_id].state,
                note=new.reason.strip(),
                document=document,
            )
        )
    await store_all(conn, actor, "propose_substitute", taken)
    return ids


async def load_trading(
    conn: Connection, actor: Actor, orders: Collection[Order]
) -> dict[int, Relationship]:
    """The edges of orders, of those that trade now. One holds stock if one of its orders does."""
    ids = sorted({order.relationship_id for order in orders})
    holding = {order.relationship_id for order in orders if order.holds_stock}
    _, trading = await load_known_and_trading(conn, network_id=actor.network_id, ids=ids)
    return {id: replace(edge, holds_stock=id in holding) for id, edge in trading.items()}


async def read_goods(
    conn: Connection, actor: Actor, typed: Sequence[tuple[int, TypedRow]]
) -> list[ReadRow]:
    """What is meant by codes and quantities, each typed for an edge, as a buyer types them; at most
    four statements."""
    if not typed:
        return []
    asked = dict.fromkeys((edge_id, row.code.strip()) for edge_id, row in typed)
    matches = await match_typed(conn, actor=actor, asked=list(asked))
    pairs = {(edge_id, match.sku_id) for (edge_id, _), found in matches.items() for match in found}
    tradable = await load_tradable(conn, network_id=actor.network_id, pairs=sorted(pairs))
    read = []
    for edge_id, row in typed:
        code = row.code.strip()
        meant = matches.get((edge_id, code), [])
        skus = {
            match.sku_id: tradable[edge_id, match.sku_id]
            for match in meant
            if (edge_id, match.sku_id) in tradable
        }
        read += read_rows([row], {code: meant}, skus)
    return read
