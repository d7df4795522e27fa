"""Storing what a step did to orders: their lines and states, shipments, refunds, after-sales."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tradeline.kernel import Actor, Connection
from tradeline.shopping.model import (
    AfterSaleKind,
    AfterSaleState,
    ConsumerOrderLine,
    ConsumerOrderState,
    OrderTier,
)
from tradeline.shopping.refunds import Reversal
from tradeline.shopping.sales import (
    COMPLETION_TIME,
    AfterSaleLine,
    RefundCause,
    RefundState,
)

UPDATE_LINES = """
    UPDATE shopping.order_line AS line
       SET cancelled_quantity = stepped.cancelled_quantity,
           shipped_quantity = stepped.shipped_quantity,
           returned_quantity = stepped.returned_quantity,
           kept_quantity = stepped.kept_quantity,
           refunded_goods_minor = stepped.refunded_goods_minor,
           refunded_coupon_minor = stepped.refunded_coupon_minor
      FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                  $7::bigint[], $8::bigint[])
           AS stepped (id, cancelled_quantity, shipped_quantity, returned_quantity, kept_quantity,
                       refunded_goods_minor, refunded_coupon_minor)
     WHERE line.network_id = $1 AND line.id = stepped.id
"""

STORE_STEPS = """
    WITH taken AS (
        SELECT *
          FROM unnest($2::bigint[], $3::text[], $4::text[]) AS taken (order_id, state, note)
    ), stepped AS (
        UPDATE shopping.consumer_order AS consumer_order
           SET state = taken.state,
               closed_at = CASE WHEN taken.state IN ('completed', 'cancelled', 'expired')
                                THEN coalesce(consumer_order.closed_at, now()) END,
               completes_at = CASE WHEN taken.state = 'shipped'
                                   THEN coalesce(consumer_order.completes_at,
                                                 now() + $9::interval) END
          FROM taken
         WHERE consumer_order.network_id = $1 AND consumer_order.id = taken.order_id
    )
    INSERT INTO shopping.order_event
           (network_id, order_id, step, state, org_id, account_id, member_id, note)
    SELECT $1, taken.order_id, $5, taken.state, $6, $7, $8, taken.note
      FROM taken
     ORDER BY taken.order_id
"""

# One shipment for each organization that ships.
INSERT_SHIPMENTS = """
    WITH shipment AS (
        INSERT INTO shopping.shipment
               (network_id, id, order_id, number, org_id, carrier, tracking_number)
        OVERRIDING SYSTEM VALUE
        SELECT $1, taken.id, $2, 'CS' || lpad(taken.id::text, 8, '0'), taken.org_id, $3, $4
          FROM (SELECT nextval('shopping.shipment_id_seq') AS id, sender.org_id
                  FROM (SELECT DISTINCT org_id
                          FROM unnest($5::bigint[]) AS org (org_id)) AS sender) AS taken
        RETURNING id, number, org_id
    ), packed AS (
        INSERT INTO shopping.shipment_line (network_id, shipment_id, order_line_id, quantity)
        SELECT $1, shipment.id, line.order_line_id, line.quantity
          FROM unnest($5::bigint[], $6::bigint[], $7::bigint[])
               AS line (org_id, order_line_id, quantity)
          JOIN shipment USING (org_id)
        RETURNING id, shipment_id, order_line_id
    )
    SELECT shipment.id AS shipment_id, shipment.number, packed.id, packed.order_line_id
      FROM shipment
      JOIN packed ON packed.shipment_id = shipment.id
     ORDER BY packed.id
"""

TAKE_REFUND_IDS = """
    SELECT nextval('shopping.consumer_refund_id_seq') AS id FROM generate_series(1, $1)
"""

# Where nothing goes to the consumer, there is nothing to wait for.
STORE_REFUNDS = """
    WITH refund AS (
        INSERT INTO shopping.consumer_refund
               (network_id, id, order_id, number, cause, goods_minor, coupon_minor,
                freight_minor, amount_minor, reason, state, payment_refund_id, settled_at)
        OVERRIDING SYSTEM VALUE
        SELECT $1, id, order_id, number, cause, goods_minor, coupon_minor, freight_minor,
               amount_minor, reason,
               CASE WHEN amount_minor = 0 THEN 'succeeded' ELSE 'requested' END,
               payment_refund_id,
               CASE WHEN amount_minor = 0 THEN now() END
          FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[],
                      $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::bigint[])
               AS new (id, order_id, number, cause, goods_minor, coupon_minor, freight_minor,
                       amount_minor, reason, payment_refund_id)
        RETURNING id, order_id, amount_minor
    ), back AS (
        INSERT INTO shopping.reversal (network_id, refund_id, split_id, amount_minor)
        SELECT $1, refund_id, split_id, amount_minor
          FROM unnest($12::bigint[], $13::bigint[], $14::bigint[])
               AS back (refund_id, split_id, amount_minor)
        RETURNING split_id, amount_minor
    ), reversed AS (
        UPDATE shopping.split AS split
           SET reversed_minor = split.reversed_minor + taken.minor
          FROM (SELECT split_id, sum(amount_minor)::bigint AS minor
                  FROM back GROUP BY split_id) AS taken
         WHERE split.network_id = $1 AND split.id = taken.split_id
    )
    UPDATE shopping.consumer_order AS consumer_order
       SET refunded_minor = consumer_order.refunded_minor + paid.minor
      FROM (SELECT order_id, sum(amount_minor)::bigint AS minor
              FROM refund GROUP BY order_id) AS paid
     WHERE consumer_order.network_id = $1 AND consumer_order.id = paid.order_id
"""

# What has succeeded stays so; what was abnormal may still succeed by hand.
SETTLE_REFUNDS = """
    UPDATE shopping.consumer_refund AS refund
       SET state = answer.state, settled_at = now()
      FROM unnest($2::bigint[], $3::text[]) AS answer (payment_refund_id, state)
     WHERE refund.network_id = $1
       AND refund.payment_refund_id = answer.payment_refund_id
       AND refund.state <> 'succeeded'
       AND refund.state <> answer.state
    RETURNING refund.id, refund.order_id, refund.number, refund.amount_minor, refund.state
"""

SETTLE_AFTER_SALES = """
    UPDATE shopping.after_sale AS after_sale
       SET state = 'refunded'
     WHERE after_sale.network_id = $1
       AND after_sale.refund_id = ANY($2::bigint[])
       AND after_sale.state = 'accepted'
"""

INSERT_AFTER_SALE = """
    WITH after_sale AS (
        INSERT INTO shopping.after_sale
               (network_id, id, order_id, number, kind, state, reason, amount_minor, refund_id,
                decided_at)
        OVERRIDING SYSTEM VALUE
        SELECT $1, taken.id, $2, 'AS' || lpad(taken.id::text, 8, '0'), $3, $4, $5, $6, $7,
               CASE WHEN $4 <> 'requested' THEN now() END
          FROM (SELECT nextval('shopping.after_sale_id_seq') AS id) AS taken
        RETURNING id, number
    ), written AS (
        INSERT INTO shopping.after_sale_line
               (network_id, after_sale_id, order_line_id, quantity, goods_minor, coupon_minor)
        SELECT $1, after_sale.id, line.order_line_id, line.quantity, line.goods_minor,
               line.coupon_minor
          FROM after_sale
         CROSS JOIN unnest($8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
               AS line (order_line_id, quantity, goods_minor, coupon_minor)
    )
    SELECT id, number FROM after_sale
"""

DECIDE_AFTER_SALE = """
    WITH decided AS (
        UPDATE shopping.after_sale
           SET state = $3, refusal_reason = $4, amount_minor = $5, refund_id = $6,
               decided_at = CASE WHEN $3 NOT IN ('requested', 'referred') THEN now() END
         WHERE network_id = $1 AND id = $2
    )
    UPDATE shopping.after_sale_line AS line
       SET goods_minor = given.goods_minor, coupon_minor = given.coupon_minor,
           is_kept = given.order_line_id = ANY($10::bigint[])
      FROM unnest($7::bigint[], $8::bigint[], $9::bigint[])
           AS given (order_line_id, goods_minor, coupon_minor)
     WHERE line.network_id = $1
       AND line.after_sale_id = $2
       AND line.order_line_id = given.order_line_id
"""

AGREE_TO_LINES = """
    UPDATE shopping.after_sale_line
       SET agreed_by_id = $4
     WHERE network_id = $1 AND after_sale_id = $2 AND order_line_id = ANY($3::bigint[])
"""

OPEN_CONCESSION = """
    INSERT INTO shopping.split
           (network_id, order_id, order_line_id, part, tier, org_id, entity_id, original_minor)
    VALUES ($1, $2, $3, 'concession', 0, $4, $5, 0)
    RETURNING id
"""

# A window begins with its first failure. Only the store's own organization has attempts counted.
COUNT_PICKUP_ATTEMPT = """
    INSERT INTO shopping.pickup_attempt AS attempt
           (network_id, store_id, failures, window_ends_at)
    SELECT $1, store.id, 1, now() + $4::interval
      FROM channels.store AS store
     WHERE store.network_id = $1 AND store.org_id = $2 AND store.id = $3
        ON CONFLICT (network_id, store_id)
        DO UPDATE SET failures = CASE WHEN attempt.window_ends_at <= now()
                                      THEN 1 ELSE attempt.failures + 1 END,
                      window_ends_at = CASE WHEN attempt.window_ends_at <= now()
                                            THEN excluded.window_ends_at
                                            ELSE attempt.window_ends_at END
    RETURNING failures, ceil(extract(epoch FROM window_ends_at - now()))::integer AS seconds
"""

FORGIVE_PICKUP_ATTEMPT = """
    UPDATE shopping.pickup_attempt
       SET failures = greatest(failures - 1, 0)
     WHERE network_id = $1 AND store_id = $2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who takes a step: a person or program of an organization, a member, or nobody."""

    org_id: int | None = None
    account_id: int | None = None
    member_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsumerRefund:
    """A refund to be stored, whose id was taken before."""

    id: int
    order_id: int
    number: str
    cause: RefundCause
    goods_minor: int
    coupon_minor: int
    freight_minor: int
    amount_minor: int
    reason: str
    payment_refund_id: int | None
    reversals: Sequence[Reversal]


@dataclass(frozen=True, slots=True)
class PickupAttempts:
    """How many codes were given in a window, and when it is over."""

    failures: int
    seconds: int


@dataclass(frozen=True, slots=True)
class SettledRefund:
    """A refund whose state has just changed."""

    id: int
    order_id: int
    number: str
    amount_minor: int
    state: RefundState


async def update_lines(
    conn: Connection, network_id: int, lines: Sequence[ConsumerOrderLine]
) -> None:
    await conn.execute(
        UPDATE_LINES,
        network_id,
        [line.id for line in lines],
        [line.cancelled_quantity for line in lines],
        [line.shipped_quantity for line in lines],
        [line.returned_quantity for line in lines],
        [line.kept_quantity for line in lines],
        [line.refunded_goods_minor for line in lines],
        [line.refunded_coupon_minor for line in lines],
    )


async def store_steps(
    conn: Connection,
    network_id: int,
    step: str,
    by: By,
    taken: Sequence[tuple[int, ConsumerOrderState, str]],
) -> None:
    """Move orders, which are locked, and write the step into their time lines: of each its id, its
    state from now on, and a note."""
    await conn.execute(
        STORE_STEPS,
        network_id,
        [order_id for order_id, _, _ in taken],
        [state.value for _, state, _ in taken],
        [note for _, _, note in taken],
        step,
        by.org_id,
        by.account_id,
        by.member_id,
        COMPLETION_TIME,
    )


async def insert_shipments(
    conn: Connection,
    network_id: int,
    order_id: int,
    carrier: str,
    tracking_number: str,
    packed: Sequence[tuple[int, int, int]],
) -> tuple[dict[int, str], dict[int, int]]:
    """Store what leaves: of each organization, line, units. The numbers of the shipments by id,
    and the ids of their lines by the line of the order."""
    rows = await conn.fetch(
        INSERT_SHIPMENTS,
        network_id,
        order_id,
        carrier,
        tracking_number,
        [org_id for org_id, _, _ in packed],
        [line_id for _, line_id, _ in packed],
        [units for _, _, units in packed],
    )
    numbers = {row["shipment_id"]: row["number"] for row in rows}
    return numbers, {row["order_line_id"]: row["id"] for row in rows}


async def count_pickup_attempt(
    conn: Connection, actor: Actor, store_id: int, window: timedelta
) -> PickupAttempts | None:
    """Count one more for a store of the actor's organization; None for any other."""
    row = await conn.fetchrow(
        COUNT_PICKUP_ATTEMPT, actor.network_id, actor.org_id, store_id, window
    )
    return None if row is None else PickupAttempts(**row)


async def forgive_pickup_attempt(conn: Connection, network_id: int, store_id: int) -> None:
    """Count one less: its code was right."""
    await conn.execute(FORGIVE_PICKUP_ATTEMPT, network_id, store_id)


async def take_refund_ids(conn: Connection, count: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(TAKE_REFUND_IDS, count)]


async def store_refunds(
    conn: Connection, network_id: int, refunds: Sequence[NewConsumerRefund]
) -> None:
    """Write refunds of locked orders, and take what they take out of the splits."""
    back = [(refund.id, reversal) for refund in refunds for reversal in refund.reversals]
    await conn.execute(
        STORE_REFUNDS,
        network_id,
        [refund.id for refund in refunds],
        [refund.order_id for refund in refunds],
        [refund.number for refund in refunds],
        [refund.cause.value for refund in refunds],
        [refund.goods_minor for refund in refunds],
        [refund.coupon_minor for refund in refunds],
        [refund.freight_minor for refund in refunds],
        [refund.amount_minor for refund in refunds],
        [refund.reason for refund in refunds],
        [refund.payment_refund_id for refund in refunds],
        [refund_id for refund_id, _ in back],
        [reversal.split_id for _, reversal in back],
        [reversal.amount_minor for _, reversal in back],
    )


async def settle_refunds(
    conn: Connection, network_id: int, answers: Sequence[tuple[int, RefundState]]
) -> list[SettledRefund]:
    """Take over the provider's answers, by its refunds' ids; those that changed something."""
    rows = await conn.fetch(
        SETTLE_REFUNDS,
        network_id,
        [refund_id for refund_id, _ in answers],
        [state.value for _, state in answers],
    )
    settled = [SettledRefund(**{**row, "state": RefundState(row["state"])}) for row in rows]
    paid = [refund.id for refund in settled if refund.state is RefundState.SUCCEEDED]
    if paid:
        await conn.execute(SETTLE_AFTER_SALES, network_id, paid)
    return sorted(settled, key=lambda refund: refund.id)


async def insert_after_sale(
    conn: Connection,
    network_id: int,
    order_id: int,
    *,
    kind: AfterSaleKind,
    state: AfterSaleState,
    reason: str,
    amount_minor: int,
    refund_id: int | None,
    lines: Sequence[AfterSaleLine],
) -> tuple[int, str]:
    """Write an after-sale; its id and number."""
    row = await conn.fetchrow(
        INSERT_AFTER_SALE,
        network_id,
        order_id,
        kind.value,
        state.value,
        reason,
        amount_minor,
        refund_id,
        [line.order_line_id for line in lines],
        [line.quantity for line in lines],
        [line.goods_minor for line in lines],
        [line.coupon_minor for line in lines],
    )
    assert row is not None
    return row["id"], row["number"]


async def decide_after_sale(
    conn: Connection,
    network_id: int,
    after_sale_id: int,
    *,
    state: AfterSaleState,
    refusal_reason: str | None = None,
    amount_minor: int = 0,
    refund_id: int | None = None,
    lines: Sequence[AfterSaleLine] = (),
    kept: Collection[int] = (),
) -> None:
    """Write what became of an after-sale, what its lines were worth, and which of them the store
    keeps."""
    await conn.execute(
        DECIDE_AFTER_SALE,
        network_id,
        after_sale_id,
        state.value,
        refusal_reason,
        amount_minor,
        refund_id,
        [line.order_line_id for line in lines],
        [line.goods_minor for line in lines],
        [line.coupon_minor for line in lines],
        list(kept),
    )


async def agree_to_lines(
    conn: Connection, network_id: int, after_sale_id: int, line_ids: Sequence[int], org_id: int
) -> None:
    """Write that an organization takes the units of lines back."""
    await conn.execute(AGREE_TO_LINES, network_id, after_sale_id, line_ids, org_id)


async def open_concession(
    conn: Connection, network_id: int, store: OrderTier, line_id: int | None
) -> int:
    """The id of what the store of an order concedes of a line, or of the freight (None)."""
    split_id: int = await conn.fetchval(
        OPEN_CONCESSION, network_id, store.order_id, line_id, store.org_id, store.entity_id
    )
    return split_id
