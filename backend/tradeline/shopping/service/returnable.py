"""What sales leave in favour of the buyers of edges: nobody's credit while it may go back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter

from tradeline.kernel import Connection, by_halves
from tradeline.settlement import move_returnable
from tradeline.shopping.credit import parts_left, returnable_on_edges
from tradeline.shopping.model import ConsumerOrderState
from tradeline.shopping.queries import credit as queries
from tradeline.shopping.queries import locks, papers
from tradeline.shopping.sales import OPEN_AFTER_SALES, RETURN_TIME, OpenSale
from tradeline.shopping.service.steps import lock_before_orders, lock_sales


async def count_returnable(conn: Connection, network_id: int, paid: Sequence[OpenSale]) -> None:
    """Count what sales that are paid now leave on their edges, which are locked."""
    await move_returnable(conn, network_id=network_id, moves=_returnable(paid))


async def make_orders_final(conn: Connection, *, limit: int) -> int:
    """Count up to `limit` orders as final that were received so long ago that nobody may ask to
    give them back any more, nor has: what they have left is credit from then on. How many it looked
    at; for the owner's connection, over all networks. One that cannot be made final keeps no other
    waiting, and is raised once all others are."""
    due = await queries.find_returned_by_now(conn, limit, RETURN_TIME)
    failed: list[Exception] = []
    for network_id, found in groupby(sorted(due), key=itemgetter(0)):
        order_ids = [order_id for _, order_id in found]
        failed += await by_halves(order_ids, partial(_make_final, conn, network_id))
    for error in failed:
        raise error
    return len(due)


async def _make_final(conn: Connection, network_id: int, order_ids: Sequence[int]) -> None:
    async with conn.transaction():
        references = await locks.fetch_references(conn, network_id, order_ids)
        await lock_before_orders(conn, network_id, references, with_edges=True)
        locked = await lock_sales(conn, network_id, order_ids)
        asked = await papers.fetch_after_sales_of_orders(conn, network_id, order_ids)
        waiting = {one.order_id for one in asked if one.state in OPEN_AFTER_SALES}
        sales = [
            sale
            for sale in locked.values()
            if sale.order.state is ConsumerOrderState.COMPLETED
            and not sale.order.is_final
            and sale.order.id not in waiting
        ]
        less = {edge: -minor for edge, minor in _returnable(sales).items()}
        await move_returnable(conn, network_id=network_id, moves=less)
        await queries.make_final(conn, network_id, [sale.order.id for sale in sales])


def _returnable(sales: Sequence[OpenSale]) -> Counter[int]:
    """By edge, what may go back of it with what is left of the sales."""
    moves: Counter[int] = Counter()
    for sale in sales:
        moves.update(returnable_on_edges(sale, parts_left(sale.splits)))
    return moves
