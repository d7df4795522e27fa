"""Sales as their parties see them, and what there is to tell of their money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asyncpg import Record

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.shopping.model import (
    ConsumerOrder,
    ConsumerOrderState,
    Delivery,
    OrderTier,
)
from tradeline.shopping.queries.locks import FETCH_TIERS, ORDER_COLUMNS
from tradeline.shopping.sales import Sale, SaleFilter, SaleLeg
from tradeline.shopping.trail import (
    CONSUMER,
    PROVIDER,
    FlowKind,
    TrailFlow,
    TrailRows,
    key_of,
)

# A plan that is made once for all pages would rather read all lines there are than ask EXISTS of
# each order of a page.
SALE_COLUMNS = f"""
    {ORDER_COLUMNS}, mine.tier AS own_tier,
    coalesce((
        SELECT bool_or(line.cancelled_quantity < line.quantity)
          FROM shopping.order_line AS line
         WHERE line.network_id = $1
           AND line.order_id = consumer_order.id
           AND line.source_org_id = $2), false) AS is_shipper,
    coalesce((
        SELECT sum(CASE split.part WHEN 'coupon' THEN -1 ELSE 1 END
                   * (split.original_minor - split.reversed_minor))::bigint
          FROM shopping.split AS split
         WHERE split.network_id = $1
           AND split.order_id = consumer_order.id
           AND split.org_id = $2), 0) AS own_minor
"""

FETCH_SALES = f"""
    SELECT {SALE_COLUMNS}
      FROM shopping.order_tier AS mine
      JOIN shopping.consumer_order AS consumer_order
        ON consumer_order.network_id = $1 AND consumer_order.id = mine.order_id
     WHERE mine.network_id = $1 AND mine.org_id = $2 AND mine.order_id = ANY($3::bigint[])
"""

# What is not asked for stays out of the plan.
LIST_SALES = """
    SELECT {columns}
      FROM shopping.order_tier AS mine
      JOIN shopping.consumer_order AS consumer_order
        ON consumer_order.network_id = $1 AND consumer_order.id = mine.order_id
     WHERE mine.network_id = $1
       AND mine.org_id = $2
       AND mine.order_id < coalesce($3::bigint, 9223372036854775807)
       {narrowed}
     ORDER BY mine.order_id DESC
     LIMIT $4
"""
OF_STATES = {
    False: "AND $5::text[] IS NULL",
    True: "AND consumer_order.state = ANY($5::text[])",
}
OF_STORE = {False: "AND $6::bigint IS NULL", True: "AND consumer_order.store_id = $6"}
OF_NUMBER = {
    False: "AND $7::text IS NULL",
    True: "AND strpos(lower(consumer_order.number), $7) > 0",
}

FETCH_LEGS = """
    SELECT leg_line.order_id, leg_line.order_line_id, leg_line.tier, leg.relationship_id,
           leg.seller_org_id, leg.buyer_org_id, leg_line.unit_price, leg_line.amount_minor
      FROM shopping.leg AS leg
      JOIN shopping.leg_line AS leg_line
        ON leg_line.network_id = $1
       AND leg_line.order_id = leg.order_id
       AND leg_line.tier = leg.tier
     WHERE leg.network_id = $1
       AND leg.order_id = ANY($3::bigint[])
       AND $2 IN (leg.seller_org_id, leg.buyer_org_id)
     ORDER BY leg_line.order_id, leg_line.order_line_id, leg_line.tier
"""

# Debts of orders and of their refunds on the edges that the organization is on, each looked up by
# its key, and where they stand in its own books.
FETCH_DEBTS = """
    SELECT paper.order_id, tier.tier, obligation.kind, obligation.amount_minor,
           obligation.occurred_at, obligation.document_type, obligation.document_id,
           obligation.document_number,
           settlement.signed_minor(obligation.kind, 1) = 1 AS is_owed_by_buyer,
           array(SELECT journal.id
                   FROM settlement.journal AS journal
                   JOIN organizations.legal_entity AS entity
                     ON entity.network_id = $1 AND entity.id = journal.entity_id
                  WHERE journal.network_id = $1
                    AND journal.obligation_id = obligation.id
                    AND entity.org_id = $2
                  ORDER BY journal.id) AS journal_ids
      FROM (SELECT id AS order_id, 'consumer_order' AS type, id
              FROM unnest($3::bigint[]) AS asked (id)
            UNION ALL
            SELECT refund.order_id, 'consumer_refund', refund.id
              FROM shopping.consumer_refund AS refund
             WHERE refund.network_id = $1 AND refund.order_id = ANY($3::bigint[])) AS paper
      JOIN shopping.order_tier AS tier
        ON tier.network_id = $1 AND tier.order_id = paper.order_id AND tier.tier > 0
      JOIN shopping.order_tier AS below
        ON below.network_id = $1
       AND below.order_id = paper.order_id
       AND below.tier = tier.tier - 1
       AND $2 IN (tier.org_id, below.org_id)
     CROSS JOIN LATERAL (
           SELECT *
             FROM settlement.obligation AS obligation
            WHERE obligation.network_id = $1
              AND obligation.relationship_id = tier.relationship_id
              AND obligation.kind = ANY($4::text[])
              AND obligation.document_type = paper.type
              AND obligation.document_id = paper.id
           OFFSET 0) AS obligation
     ORDER BY obligation.occurred_at, obligation.id
"""

# What went between consumer, provider and collector; for who may know of it.
FETCH_MONEY = """
    SELECT consumer_order.id AS order_id, consumer_order.collector_tier, 'payment' AS kind,
           payment.amount_minor, payment.captured_at AS occurred_at, 'payment' AS document_type,
           payment.id AS document_id, payment.number AS document_number
      FROM shopping.consumer_order AS consumer_order
      JOIN payments.payment AS payment
        ON payment.network_id = $1 AND payment.id = consumer_order.payment_id
     WHERE consumer_order.network_id = $1
       AND consumer_order.id = ANY($2::bigint[])
       AND consumer_order.paid_at IS NOT NULL
    UNION ALL
    SELECT refund.order_id, consumer_order.collector_tier, 'refund', refund.amount_minor,
           refund.requested_at, 'consumer_refund', refund.id, refund.number
      FROM shopping.consumer_refund AS refund
      JOIN shopping.consumer_order AS consumer_order
        ON consumer_order.network_id = $1 AND consumer_order.id = refund.order_id
     WHERE refund.network_id = $1
       AND refund.order_id = ANY($2::bigint[])
       AND refund.amount_minor > 0
    UNION ALL
    SELECT consumer_order.id, consumer_order.collector_tier, 'fee', line.fee_minor,
           line.occurred_at, 'bill_line', line.id, line.number
      FROM shopping.consumer_order AS consumer_order
      JOIN payments.payment AS payment
        ON payment.network_id = $1 AND payment.id = consumer_order.payment_id
     CROSS JOIN LATERAL (
           SELECT 'pay' AS kind, payment.number
           UNION ALL
           SELECT 'refund', refund.number
             FROM payments.refund AS refund
            WHERE refund.network_id = $1 AND refund.payment_id = payment.id) AS paper
      JOIN payments.bill_line AS line
        ON line.network_id = $1
       AND line.merchant_id = payment.merchant_id
       AND line.kind = paper.kind
       AND line.number = paper.number
     WHERE consumer_order.network_id = $1
       AND consumer_order.id = ANY($2::bigint[])
       AND line.fee_minor <> 0
     ORDER BY 5, 7
"""

FETCH_SHARES = """
    SELECT consumer_order.id AS order_id, consumer_order.collector_tier, tier.tier,
           share.amount_minor - share.returned_minor AS amount_minor,
           sharing.finished_at AS occurred_at, share.id AS document_id,
           sharing.number AS document_number
      FROM shopping.consumer_order AS consumer_order
      JOIN payments.sharing AS sharing
        ON sharing.network_id = $1 AND sharing.payment_id = consumer_order.payment_id
      JOIN payments.share AS share
        ON share.network_id = $1 AND share.sharing_id = sharing.id AND share.state = 'succeeded'
      JOIN shopping.order_tier AS tier
        ON tier.network_id = $1
       AND tier.order_id = consumer_order.id
       AND tier.org_id = share.org_id
     WHERE consumer_order.network_id = $1
       AND consumer_order.id = ANY($2::bigint[])
       AND share.amount_minor > share.returned_minor
       AND sharing.finished_at IS NOT NULL
       AND sharing.state <> 'withdrawn'
     ORDER BY share.id
"""

# What a payment is to each party: what remains of its splits.
FETCH_NETS = """
    SELECT consumer_order.payment_id, consumer_order.collector_tier, tier.tier, tier.org_id,
           tier.relationship_id, coalesce((
               SELECT sum(CASE split.part WHEN 'coupon' THEN -1 ELSE 1 END
                          * (split.original_minor - split.reversed_minor))::bigint
                 FROM shopping.split AS split
                WHERE split.network_id = $1
                  AND split.order_id = consumer_order.id
                  AND split.tier = tier.tier), 0) AS minor
      FROM shopping.consumer_order AS consumer_order
      JOIN shopping.order_tier AS tier
        ON tier.network_id = $1 AND tier.order_id = consumer_order.id
     WHERE consumer_order.network_id = $1 AND consumer_order.id = ANY($2::bigint[])
     ORDER BY consumer_order.id, tier.tier
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierNet:
    """What a tier has of what was paid for an order."""

    payment_id: int
    collector_tier: int
    tier: int
    org_id: int
    relationship_id: int | None
    minor: int


async def fetch_sales(conn: Connection, actor: Actor, order_ids: Sequence[int]) -> list[Sale]:
    """Those of the orders on whose route the actor's organization is."""
    rows = await conn.fetch(FETCH_SALES, actor.network_id, actor.org_id, order_ids)
    return [_sale(row, actor.org_id) for row in rows]


async def list_sales(
    conn: Connection, actor: Actor, page: PageRequest, only: SaleFilter
) -> list[Sale]:
    """The organization's sales, newest first."""
    narrowed = " ".join(
        (
            OF_STATES[only.states is not None],
            OF_STORE[only.store_id is not None],
            OF_NUMBER[only.search is not None],
        )
    )
    rows = await conn.fetch(
        LIST_SALES.format(columns=SALE_COLUMNS, narrowed=narrowed),
        actor.network_id,
        actor.org_id,
        None if page.after is None else page.after[0],
        page.limit,
        None if only.states is None else [state.value for state in only.states],
        only.store_id,
        only.search,
    )
    return [_sale(row, actor.org_id) for row in rows]


async def fetch_legs(conn: Connection, actor: Actor, order_ids: Sequence[int]) -> list[SaleLeg]:
    """Lines at the prices of the edges that the actor's organization is on."""
    rows = await conn.fetch(FETCH_LEGS, actor.network_id, actor.org_id, order_ids)
    return [SaleLeg(**row) for row in rows]


async def fetch_trail_rows(
    conn: Connection, actor: Actor, sales: Sequence[Sale]
) -> list[TrailRows]:
    """What there is to tell of the money of sales; four statements for any number."""
    order_ids = [sale.order.id for sale in sales]
    tiers: dict[int, list[OrderTier]] = {order_id: [] for order_id in order_ids}
    flows: dict[int, list[TrailFlow]] = {order_id: [] for order_id in order_ids}
    for row in await conn.fetch(FETCH_TIERS, actor.network_id, order_ids):
        tiers[row["order_id"]].append(OrderTier(**row))
    kinds = [kind.value for kind in FlowKind]
    for row in await conn.fetch(FETCH_DEBTS, actor.network_id, actor.org_id, order_ids, kinds):
        flows[row["order_id"]].append(_debt(row))
    for row in await conn.fetch(FETCH_MONEY, actor.network_id, order_ids):
        flows[row["order_id"]] += _money(row)
    for row in await conn.fetch(FETCH_SHARES, actor.network_id, order_ids):
        flows[row["order_id"]].append(_share(row))
    return [
        TrailRows(
            order=sale.order,
            tiers=tiers[sale.order.id],
            own_minor=sale.own_minor,
            flows=flows[sale.order.id],
        )
        for sale in sales
    ]


async def fetch_nets(conn: Connection, network_id: int, order_ids: Sequence[int]) -> list[TierNet]:
    """What remains of each tier's split, by order and tier."""
    rows = await conn.fetch(FETCH_NETS, network_id, order_ids)
    return [TierNet(**row) for row in rows]


def _sale(row: Record, org_id: int) -> Sale:
    columns: dict[str, Any] = dict(row)
    own_tier, is_shipper = columns.pop("own_tier"), columns.pop("is_shipper")
    own_minor = columns.pop("own_minor")
    columns["state"] = ConsumerOrderState(columns["state"])
    columns["delivery"] = Delivery(columns["delivery"])
    order = ConsumerOrder(**columns)
    return Sale(
        order=order,
        tier=own_tier,
        is_collector=order.collector_org_id == org_id,
        is_shipper=is_shipper,
        own_minor=own_minor,
    )


def _debt(row: Record) -> TrailFlow:
    buyer, seller = key_of(row["tier"] - 1), key_of(row["tier"])
    return TrailFlow(
        from_key=buyer if row["is_owed_by_buyer"] else seller,
        to_key=seller if row["is_owed_by_buyer"] else buyer,
        kind=FlowKind(row["kind"]),
        journal_ids=tuple(row["journal_ids"]),
        **_paper(row),
    )


def _money(row: Record) -> list[TrailFlow]:
    """The consumer's money goes through the provider to the collector, and the same way back."""
    collector, paper = key_of(row["collector_tier"]), _paper(row)
    if row["kind"] == "payment":
        way = [(CONSUMER, PROVIDER, FlowKind.PAYMENT), (PROVIDER, collector, FlowKind.CAPTURE)]
    elif row["kind"] == "refund":
        way = [(collector, PROVIDER, FlowKind.REFUND), (PROVIDER, CONSUMER, FlowKind.REFUND)]
    elif row["amount_minor"] > 0:
        way = [(collector, PROVIDER, FlowKind.FEE)]
    else:
        way = [(PROVIDER, collector, FlowKind.FEE)]
        paper["amount_minor"] = -paper["amount_minor"]
    return [
        TrailFlow(from_key=source, to_key=target, kind=kind, **paper)
        for source, target, kind in way
    ]


def _share(row: Record) -> TrailFlow:
    return TrailFlow(
        from_key=key_of(row["collector_tier"]),
        to_key=key_of(row["tier"]),
        kind=FlowKind.SHARE,
        amount_minor=row["amount_minor"],
        occurred_at=row["occurred_at"],
        document_type="share",
        document_id=row["document_id"],
        document_number=row["document_number"],
    )


def _paper(row: Record) -> dict[str, Any]:
    names = ("amount_minor", "occurred_at", "document_type", "document_id", "document_number")
    return {name: row[name] for name in names}
