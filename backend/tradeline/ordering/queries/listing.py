"""Finding orders, counting them, and what each comes to in a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.ordering.allowed import OrderOutline
from tradeline.ordering.model import Order, OrderFilter, OrderSide, OrderState
from tradeline.ordering.queries.reading import IS_PARTY, ORDER_COLUMNS, order_of

# Each state on its own, so that the newest of a rare one are found without walking a long past.
NEWEST_IN_STATES = """
    SELECT trade_order.id
      FROM unnest($3::text[]) AS wanted (state)
     CROSS JOIN LATERAL (
           SELECT trade_order.id
             FROM ordering.trade_order AS trade_order
            WHERE trade_order.network_id = $1
              AND trade_order.{own_side} = $2
              AND trade_order.state = wanted.state
              AND trade_order.id < coalesce($4, 9223372036854775807)
              {narrowed}
            ORDER BY trade_order.id DESC
            LIMIT $9) AS trade_order
"""
# All states together: for orders that something else than their state leads to.
NEWEST = """
    (SELECT trade_order.id
       FROM ordering.trade_order AS trade_order
      WHERE trade_order.network_id = $1
        AND trade_order.{own_side} = $2
        AND trade_order.state = ANY ($3::text[])
        AND trade_order.id < coalesce($4, 9223372036854775807)
        {narrowed}
      ORDER BY trade_order.id DESC
      LIMIT $9)
"""
LIST_ORDERS = """
    SELECT {columns}
      FROM ordering.trade_order AS trade_order
     WHERE trade_order.network_id = $1
       AND trade_order.id = ANY (ARRAY({found}))
     ORDER BY trade_order.id DESC
     LIMIT $9
"""

# What is not asked for stays out of the plan: "or null" would keep the indexes from being used.
OF_RELATIONSHIP = {
    False: "AND $5::bigint IS NULL",
    True: "AND trade_order.relationship_id = $5",
}
OF_COUNTERPART = {
    False: "AND $6::bigint IS NULL",
    True: "AND trade_order.{other_side} = $6",
}
IS_IN_DISPUTE = """
    trade_order.id IN (
        SELECT dispute.order_id
          FROM ordering.dispute AS dispute
         WHERE dispute.network_id = $1 AND dispute.closed_at IS NULL)
"""
DISPUTED = {None: "", True: f"AND {IS_IN_DISPUTE}", False: f"AND NOT ({IS_IN_DISPUTE})"}
HAS_OPEN_RETURN = """
    trade_order.id IN (
        SELECT order_return.order_id
          FROM ordering.order_return AS order_return
         WHERE order_return.network_id = $1 AND order_return.state = 'requested')
"""
RETURNING = {None: "", True: f"AND {HAS_OPEN_RETURN}", False: f"AND NOT ({HAS_OPEN_RETURN})"}

# Two ways to be found, each planned by itself: by the text $7, by the SKUs $8 whose code holds it.
# Case and width do not matter, and nothing in a text stands for anything else.
NOT_SEARCHED = "AND $7::text IS NULL AND $8::bigint[] IS NULL"
BY_OWN_TEXT = """
    AND (strpos(lower(trade_order.number), $7) > 0
         OR strpos(lower(normalize(trade_order.buyer_reference, NFKC)), $7) > 0)
    AND $8::bigint[] IS NOT NULL
"""
# Of SKUs that few lines hold, the lines lead to the orders; of others, the newest orders to them.
BY_RARE_SKU = """
    AND trade_order.id = ANY (ARRAY(
            SELECT DISTINCT line.order_id
              FROM ordering.order_line AS line
             WHERE line.network_id = $1 AND line.sku_id = ANY ($8::bigint[])))
"""
BY_COMMON_SKU = """
    AND trade_order.id IN (
        SELECT line.order_id
          FROM ordering.order_line AS line
         WHERE line.network_id = $1 AND line.sku_id = ANY ($8::bigint[]))
"""

SIDES = {
    OrderSide.BUYING: ("buyer_org_id", "seller_org_id"),
    OrderSide.SELLING: ("seller_org_id", "buyer_org_id"),
}

LINES_OF_RARE_SKUS_MAX = 100_000

SKUS_BY_CODE = """
    WITH found AS (
        SELECT coalesce(array_agg(sku.id), '{}') AS ids
          FROM catalog.sku AS sku
         WHERE sku.network_id = $1 AND strpos(lower(normalize(sku.code, NFKC)), $2) > 0
    )
    SELECT found.ids,
           (SELECT count(*)
              FROM (SELECT
                      FROM ordering.order_line AS line
                     WHERE line.network_id = $1 AND line.sku_id = ANY (found.ids)
                     LIMIT $3 + 1) AS counted) <= $3 AS are_rare
      FROM found
"""

COUNT_ORDERS = """
    SELECT trade_order.state, count(*) AS count,
           count(*) FILTER (WHERE trade_order.held_by_org_id = $2) AS held_by_own_count,
           min(trade_order.since) AS oldest_since
      FROM ordering.trade_order AS trade_order
     WHERE trade_order.network_id = $1
       AND trade_order.{own_side} = $2
       AND trade_order.state = ANY($3::text[])
     GROUP BY trade_order.state
"""
COUNTS = {side: COUNT_ORDERS.format(own_side=own_side) for side, (own_side, _) in SIDES.items()}

FETCH_OUTLINES = f"""
    SELECT trade_order.id AS order_id, line.line_count, line.quantity, line.unshipped,
           line.in_transit, line.received,
           line.returnable - coalesce(asked.quantity, 0) AS returnable, line.promised_from,
           line.promised_until, coalesce(asked.returns, 0) AS requested_returns,
           dispute.open_disputes, dispute.own_disputes, offer.proposed_substitutes
      FROM ordering.trade_order AS trade_order
     CROSS JOIN LATERAL (
           SELECT count(*) AS line_count,
                  sum(line.quantity)::bigint AS quantity,
                  sum(line.quantity - line.refused_quantity - line.cancelled_quantity
                      - line.shipped_quantity)::bigint AS unshipped,
                  sum(line.shipped_quantity - line.counted_quantity)::bigint AS in_transit,
                  sum(line.received_quantity)::bigint AS received,
                  sum(line.received_quantity - line.returned_quantity)::bigint AS returnable,
                  min(line.promised_on) FILTER (WHERE {{awaited}}) AS promised_from,
                  max(line.promised_on) FILTER (WHERE {{awaited}}) AS promised_until
             FROM ordering.order_line AS line
            WHERE line.network_id = $1 AND line.order_id = trade_order.id) AS line
     CROSS JOIN LATERAL (
           SELECT count(DISTINCT order_return.id) AS returns,
                  sum(return_line.quantity)::bigint AS quantity
             FROM ordering.order_return AS order_return
             JOIN ordering.return_line AS return_line
               ON return_line.network_id = $1 AND return_line.return_id = order_return.id
            WHERE order_return.network_id = $1
              AND order_return.order_id = trade_order.id
              AND order_return.state = 'requested') AS asked
     CROSS JOIN LATERAL (
           SELECT count(*) AS open_disputes,
                  count(*) FILTER (WHERE dispute.opened_by_org_id = $2) AS own_disputes
             FROM ordering.dispute AS dispute
            WHERE dispute.network_id = $1
              AND dispute.order_id = trade_order.id
              AND dispute.closed_at IS NULL) AS dispute
     CROSS JOIN LATERAL (
           SELECT count(*) AS proposed_substitutes
             FROM ordering.substitute AS substitute
             JOIN ordering.order_line AS replaced
               ON replaced.network_id = $1 AND replaced.id = substitute.order_line_id
            WHERE substitute.network_id = $1
              AND substitute.order_id = trade_order.id
              AND substitute.state = 'proposed'
              AND coalesce(substitute.valid_until >= current_date, true)
              AND substitute.replaced_quantity
                  <= replaced.quantity - replaced.refused_quantity - replaced.cancelled_quantity
                     - replaced.shipped_quantity) AS offer
     WHERE trade_order.network_id = $1
       AND {IS_PARTY}
       AND trade_order.id = ANY($3::bigint[])
""".format(
    awaited="line.quantity - line.refused_quantity - line.cancelled_quantity"
    " > line.counted_quantity"
)


async def list_orders(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    states: Sequence[OrderState],
    only: OrderFilter,
) -> list[Order]:
    """Newest first. A search, in lower case, takes one statement more for the SKUs it names."""
    sku_ids = by_sku = None
    if only.search is not None:
        skus = await conn.fetchrow(
            SKUS_BY_CODE, actor.network_id, only.search, LINES_OF_RARE_SKUS_MAX
        )
        assert skus is not None
        sku_ids, by_sku = skus["ids"], BY_RARE_SKU if skus["are_rare"] else BY_COMMON_SKU
    rows = await conn.fetch(
        _statement(
            only.side,
            only.is_disputed,
            only.has_open_return,
            only.relationship_id is not None,
            only.counterpart_org_id is not None,
            by_sku,
        ),
        actor.network_id,
        actor.org_id,
        [state.value for state in states],
        None if page.after is None else page.after[0],
        only.relationship_id,
        only.counterpart_org_id,
        only.search,
        sku_ids,
        page.limit,
    )
    return [order_of(row) for row in rows]


@cache
def _statement(
    side: OrderSide,
    is_disputed: bool | None,
    has_open_return: bool | None,
    of_relationship: bool,
    of_counterpart: bool,
    by_sku: str | None,
) -> str:
    own_side, other_side = SIDES[side]
    narrowed = "\n".join(
        (
            OF_RELATIONSHIP[of_relationship],
            OF_COUNTERPART[of_counterpart].format(other_side=other_side),
            DISPUTED[is_disputed],
            RETURNING[has_open_return],
        )
    )
    ways = [
        NEWEST_IN_STATES.format(
            own_side=own_side,
            narrowed=f"{narrowed}\n{NOT_SEARCHED if by_sku is None else BY_OWN_TEXT}",
        )
    ]
    if by_sku is not None:
        ways.append(
            NEWEST.format(
                own_side=own_side, narrowed=f"{narrowed}\n{by_sku} AND $7::text IS NOT NULL"
            )
        )
    found = " UNION ".join(ways)
    return LIST_ORDERS.format(columns=ORDER_COLUMNS, found=found)


async def count_orders(
    conn: Connection, actor: Actor, side: OrderSide, states: Sequence[OrderState]
) -> dict[OrderState, tuple[int, int, datetime]]:
    """By state: how many, how many of them the actor's organization holds, since when at most."""
    names = [state.value for state in states]
    rows = await conn.fetch(COUNTS[side], actor.network_id, actor.org_id, names)
    return {
        OrderState(row["state"]): (row["count"], row["held_by_own_count"], row["oldest_since"])
        for row in rows
    }


async def fetch_outlines(
    conn: Connection, actor: Actor, order_ids: Sequence[int]
) -> dict[int, OrderOutline]:
    rows = await conn.fetch(FETCH_OUTLINES, actor.network_id, actor.org_id, list(order_ids))
    return {row["order_id"]: OrderOutline(**dict(row)) for row in rows}
