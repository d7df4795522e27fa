"""What orders would come to if they were placed now, judged by the rule that they are placed by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tradeline.kernel import Actor, Connection, Money, NotFound, Problem, raise_any
from tradeline.ordering.decisions import RefusedOrder, decide_orders
from tradeline.ordering.model import NewOrder
from tradeline.ordering.service.loading import load_placement, load_places
from tradeline.ordering.service.placing import may_place
from tradeline.organizations import Relationship, load_known_and_trading


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPreview:
    """`amounts` are those of its lines, None where there is no price; `problems` are every reason
    why it would be refused."""

    edge: Relationship
    amounts: tuple[Money | None, ...]
    problems: tuple[Problem, ...]

    @property
    def amount(self) -> Money:
        """Of the lines that have a price."""
        minor = sum(amount.minor for amount in self.amounts if amount is not None)
        return Money(minor, self.edge.currency)

    @property
    def order_minimum(self) -> Money:
        return Money(self.edge.order_minimum_minor, self.edge.currency)


async def preview_orders(
    conn: Connection, *, actor: Actor, orders: Sequence[NewOrder]
) -> list[OrderPreview]:
    """Each order as `place_orders` would find it after those before it. Nothing is locked or
    stored: it is a look, not a promise. Six statements, however many orders and lines.

    Raises:
        Forbidden: without `order:place` (buyer) or `order:place_on_behalf` (seller).
        Rejected: NotFound for an edge that is not the actor's.
    """
    edges, trading = await load_known_and_trading(
        conn,
        network_id=actor.network_id,
        ids=sorted({order.relationship_id for order in orders}),
    )
    raise_any(
        [
            NotFound(path=("orders", index, "relationshipId"), subject="relationship")
            for index, order in enumerate(orders)
            if not may_place(actor, edges.get(order.relationship_id))
        ]
    )
    state = await load_placement(conn, actor.network_id, orders, trading, is_locked=False)
    by_whom = [(actor, order) for order in orders]
    state = replace(state, places=await load_places(conn, actor.network_id, by_whom, edges))
    previews = []
    for place, decision in enumerate(decide_orders(list(enumerate(orders)), state)):
        prices = [state.prices.get((place, at)) for at in range(len(orders[place].lines))]
        previews.append(
            OrderPreview(
                edge=edges[orders[place].relationship_id],
                amounts=tuple(None if price is None else price.amount for price in prices),
                problems=decision.problems if isinstance(decision, RefusedOrder) else (),
            )
        )
    return previews
