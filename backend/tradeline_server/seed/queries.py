"""The SQL of the seed. It acts as the owner of the database, in one transaction.

The use cases stamp what they make with the time of the transaction, and grant the application no
way to say otherwise: ledgers, movements and the audit trail are append-only for it. The seed tells
of months gone by, so here, and nowhere else, the owner moves the stamps of the rows that it has
just made, of the demo network alone, before anybody else can see them. Whatever bears the time of
this very transaction, or a later one, has just been made: nothing else can bear it. Amounts, and
who owes whom, are never touched; statements are hashed after their obligations were moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tradeline.kernel import Connection

# Two seeds at once would found the same network twice.
LOCK_SEEDS = "SELECT pg_advisory_xact_lock(7239181071)"

FETCH_OTHER_NETWORKS = "SELECT EXISTS (SELECT FROM organizations.network WHERE code <> $1)"
FETCH_NETWORK_ID = "SELECT id FROM organizations.network WHERE code = $1"

ENTER_NETWORK = "SELECT set_config('tradeline.network_id', $1, true)"

FETCH_NOW = "SELECT now()"

# What the network was founded with.
MOVE_FOUNDATION = """
    WITH network AS (
        UPDATE organizations.network SET created_at = $2 WHERE id = $1
    ), organization AS (
        UPDATE organizations.organization SET created_at = $2 WHERE network_id = $1
    ), entity AS (
        UPDATE organizations.legal_entity SET created_at = $2 WHERE network_id = $1
    ), edge AS (
        UPDATE organizations.relationship SET created_at = $2, accepted_at = $2
         WHERE network_id = $1
    ), product AS (
        UPDATE catalog.product SET created_at = $2 WHERE network_id = $1
    ), sku AS (
        UPDATE catalog.sku SET created_at = $2 WHERE network_id = $1
    ), membership AS (
        UPDATE identity.membership SET created_at = $2 WHERE network_id = $1
    ), store AS (
        UPDATE channels.store SET created_at = $2 WHERE network_id = $1
    ), store_edge AS (
        UPDATE channels.store_edge SET agreed_at = $2 WHERE network_id = $1
    ), link AS (
        UPDATE channels.link SET created_at = $2 WHERE network_id = $1
    )
    UPDATE identity.account AS account
       SET created_at = $2
      FROM identity.membership AS membership
     WHERE membership.network_id = $1
       AND membership.account_id = account.id
       AND account.created_at >= now()
"""

# What one scene of the plot has made or changed. Events of the outbox have been delivered long ago.
MOVE_SCENE = """
    WITH trade_order AS (
        UPDATE ordering.trade_order
           SET placed_at = CASE WHEN placed_at >= now() THEN $2 ELSE placed_at END,
               since = CASE WHEN since >= now() THEN $2 ELSE since END,
               closed_at = CASE WHEN closed_at >= now() THEN $2 ELSE closed_at END
         WHERE network_id = $1
           AND (placed_at >= now() OR since >= now() OR closed_at >= now())
    ), order_line AS (
        UPDATE ordering.order_line
           SET explanation = jsonb_set(explanation, '{at}', to_jsonb($3::text))
         WHERE network_id = $1
           AND order_id IN (SELECT id FROM ordering.trade_order
                             WHERE network_id = $1 AND placed_at >= now())
    ), order_event AS (
        UPDATE ordering.order_event SET occurred_at = $2
         WHERE network_id = $1 AND occurred_at >= now()
    ), shipment AS (
        UPDATE ordering.shipment
           SET shipped_at = CASE WHEN shipped_at >= now() THEN $2 ELSE shipped_at END,
               received_at = CASE WHEN received_at >= now() THEN $2 ELSE received_at END
         WHERE network_id = $1 AND (shipped_at >= now() OR received_at >= now())
    ), receipt AS (
        UPDATE ordering.receipt SET received_at = $2
         WHERE network_id = $1 AND received_at >= now()
    ), order_return AS (
        UPDATE ordering.order_return
           SET requested_at = CASE WHEN requested_at >= now() THEN $2 ELSE requested_at END,
               decided_at = CASE WHEN decided_at >= now() THEN $2 ELSE decided_at END
         WHERE network_id = $1 AND (requested_at >= now() OR decided_at >= now())
    ), obligation AS (
        UPDATE settlement.obligation
           SET occurred_at = $2, due_on = due_on - (current_date - $2::date)
         WHERE network_id = $1 AND occurred_at >= now()
    ), payment AS (
        UPDATE settlement.payment
           SET recorded_at = CASE WHEN recorded_at >= now() THEN $2 ELSE recorded_at END,
               decided_at = CASE WHEN decided_at >= now() THEN $2 ELSE decided_at END
         WHERE network_id = $1 AND (recorded_at >= now() OR decided_at >= now())
    ), adjustment AS (
        UPDATE settlement.adjustment
           SET made_at = CASE WHEN made_at >= now() THEN $2 ELSE made_at END,
               due_on = CASE WHEN made_at >= now() THEN due_on - (current_date - $2::date)
                             ELSE due_on END,
               decided_at = CASE WHEN decided_at >= now() THEN $2 ELSE decided_at END
         WHERE network_id = $1 AND (made_at >= now() OR decided_at >= now())
    ), movement AS (
        UPDATE inventory.stock_movement SET occurred_at = $2
         WHERE network_id = $1 AND occurred_at >= now()
    ), hold AS (
        UPDATE inventory.stock_hold SET created_at = $2
         WHERE network_id = $1 AND created_at >= now()
    ), audit AS (
        UPDATE kernel.audit_entry SET occurred_at = $2
         WHERE network_id = $1 AND occurred_at >= now()
    )
    UPDATE kernel.outbox_event
       SET occurred_at = $2, due_at = $2, delivered_at = $2, attempts = 1
     WHERE network_id = $1 AND delivered_at IS NULL
"""

# What one step of a consumer's has made or changed, of all that has a time. A coupon, a payment and
# an order each last as long as they would have then; nothing is left to ask the provider for.
MOVE_SALE = """
    WITH member AS (
        UPDATE members.member SET created_at = $2, known_at = $2, last_seen_at = $2
         WHERE network_id = $1 AND created_at >= now()
    ), identity AS (
        UPDATE members.identity SET linked_at = $2, last_used_at = $2
         WHERE network_id = $1 AND linked_at >= now()
    ), address AS (
        UPDATE members.address SET created_at = $2
         WHERE network_id = $1 AND created_at >= now()
    ), campaign AS (
        UPDATE marketing.campaign SET created_at = $2
         WHERE network_id = $1 AND created_at >= now()
    ), share AS (
        UPDATE marketing.campaign_share SET agreed_at = $2
         WHERE network_id = $1 AND agreed_at >= now()
    ), coupon AS (
        UPDATE marketing.coupon
           SET claimed_at = CASE WHEN claimed_at >= now() THEN $2 ELSE claimed_at END,
               held_at = CASE WHEN held_at >= now() THEN $2 ELSE held_at END,
               used_at = CASE WHEN used_at >= now() THEN $2 ELSE used_at END
         WHERE network_id = $1 AND (claimed_at >= now() OR held_at >= now() OR used_at >= now())
    ), consumer_order AS (
        UPDATE shopping.consumer_order
           SET placed_at = CASE WHEN placed_at >= now() THEN $2 ELSE placed_at END,
               expires_at = CASE WHEN placed_at >= now() THEN expires_at - (placed_at - $2)
                                 ELSE expires_at END,
               paid_at = CASE WHEN paid_at >= now() THEN $2 ELSE paid_at END,
               closed_at = CASE WHEN closed_at >= now() THEN $2 ELSE closed_at END,
               completes_at = completes_at - (now() - $2)
         WHERE network_id = $1
           AND id IN (SELECT order_id FROM shopping.order_event
                       WHERE network_id = $1 AND occurred_at >= now())
    ), order_event AS (
        UPDATE shopping.order_event SET occurred_at = $2
         WHERE network_id = $1 AND occurred_at >= now()
    ), shipment AS (
        UPDATE shopping.shipment SET shipped_at = $2, uploaded_at = $2
         WHERE network_id = $1 AND shipped_at >= now()
    ), after_sale AS (
        UPDATE shopping.after_sale
           SET requested_at = CASE WHEN requested_at >= now() THEN $2 ELSE requested_at END,
               decided_at = CASE WHEN decided_at >= now() THEN $2 ELSE decided_at END
         WHERE network_id = $1 AND (requested_at >= now() OR decided_at >= now())
    ), consumer_refund AS (
        UPDATE shopping.consumer_refund
           SET requested_at = CASE WHEN requested_at >= now() THEN $2 ELSE requested_at END,
               settled_at = CASE WHEN settled_at >= now() THEN $2 ELSE settled_at END
         WHERE network_id = $1 AND (requested_at >= now() OR settled_at >= now())
    ), payment AS (
        UPDATE payments.payment
           SET created_at = CASE WHEN created_at >= now() THEN $2 ELSE created_at END,
               expires_at = CASE WHEN created_at >= now() THEN expires_at - (created_at - $2)
                                 ELSE expires_at END,
               captured_at = CASE WHEN captured_at >= now() THEN $2 ELSE captured_at END,
               shares_at = NULL,
               next_poll_at = NULL
         WHERE network_id = $1
    ), refund AS (
        UPDATE payments.refund
           SET requested_at = CASE WHEN requested_at >= now() THEN $2 ELSE requested_at END,
               sent_at = CASE WHEN sent_at >= now() THEN $2 ELSE sent_at END,
               settled_at = CASE WHEN settled_at >= now() THEN $2 ELSE settled_at END
         WHERE network_id = $1
           AND (requested_at >= now() OR sent_at >= now() OR settled_at >= now())
    ), tiding AS (
        UPDATE shopping.tiding SET next_try_at = NULL, outcome = 'told'
         WHERE network_id = $1 AND next_try_at IS NOT NULL
    )
    UPDATE settlement.booking SET occurred_at = $2
     WHERE network_id = $1 AND occurred_at >= now()
"""

FETCH_OPEN_REFUNDS = """
    SELECT id FROM payments.refund
     WHERE network_id = $1 AND state IN ('requested', 'sent')
"""

# What both have confirmed is closed by a trigger, for everybody; the last word of the two has just
# been said, and there is no moment between it and the closing in which to move it.
OPEN_CLOSED_STATEMENTS = "ALTER TABLE settlement.statement DISABLE TRIGGER confirmed_is_closed"
CLOSE_STATEMENTS = "ALTER TABLE settlement.statement ENABLE TRIGGER confirmed_is_closed"

MOVE_STATEMENTS = """
    UPDATE settlement.statement AS statement
       SET issued_at = moved.issued_at,
           seller_confirmed_at = CASE WHEN statement.seller_confirmed_at IS NOT NULL
                                      THEN moved.issued_at END,
           buyer_confirmed_at = CASE WHEN statement.buyer_confirmed_at IS NOT NULL
                                     THEN moved.answered_at END
      FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[])
           AS moved (id, issued_at, answered_at)
     WHERE statement.network_id = $1 AND statement.id = moved.id
"""

MOVE_AUDIT_OF_STATEMENTS = """
    UPDATE kernel.audit_entry AS entry
       SET occurred_at = CASE entry.action WHEN 'statement.issue' THEN moved.issued_at
                                           ELSE moved.answered_at END
      FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[])
           AS moved (id, issued_at, answered_at)
     WHERE entry.network_id = $1
       AND entry.subject_type = 'statement'
       AND entry.subject_id = moved.id
"""

MOVE_JOURNALS = """
    WITH booked AS (
        UPDATE settlement.journal AS journal
           SET posted_at = booking.occurred_at + interval '2 seconds'
          FROM settlement.booking AS booking
         WHERE journal.network_id = $1
           AND booking.network_id = $1
           AND booking.id = journal.booking_id
    )
    UPDATE settlement.journal AS journal
       SET posted_at = obligation.occurred_at + interval '2 seconds'
      FROM settlement.obligation AS obligation
     WHERE journal.network_id = $1
       AND obligation.network_id = $1
       AND obligation.id = journal.obligation_id
"""

DELIVER_EVENTS = """
    UPDATE kernel.outbox_event SET delivered_at = now(), attempts = 1
     WHERE network_id = $1 AND delivered_at IS NULL
"""

# How much of everything there is, by name; what has states, by state.
COUNT = """
    SELECT 'organizations' AS name, count(*) AS number
      FROM organizations.organization WHERE network_id = $1
    UNION ALL
    SELECT 'relationships', count(*) FROM organizations.relationship WHERE network_id = $1
    UNION ALL
    SELECT 'people', count(DISTINCT account_id) FROM identity.membership WHERE network_id = $1
    UNION ALL
    SELECT 'products', count(*) FROM catalog.product WHERE network_id = $1
    UNION ALL
    SELECT 'skus', count(*) FROM catalog.sku WHERE network_id = $1
    UNION ALL
    SELECT 'price_lists', count(*) FROM pricing.price_list WHERE network_id = $1
    UNION ALL
    SELECT 'warehouses', count(*) FROM inventory.warehouse WHERE network_id = $1
    UNION ALL
    SELECT 'stores', count(*) FROM channels.store WHERE network_id = $1
    UNION ALL
    (SELECT 'orders_' || state, count(*) FROM ordering.trade_order
      WHERE network_id = $1 GROUP BY state ORDER BY state)
    UNION ALL
    (SELECT 'store_sales_' || state, count(*) FROM shopping.consumer_order
      WHERE network_id = $1 GROUP BY state ORDER BY state)
    UNION ALL
    (SELECT 'returns_' || state, count(*) FROM ordering.order_return
      WHERE network_id = $1 GROUP BY state ORDER BY state)
    UNION ALL
    (SELECT 'payments_' || state, count(*) FROM settlement.payment
      WHERE network_id = $1 GROUP BY state ORDER BY state)
    UNION ALL
    (SELECT 'statements_' || state, count(*) FROM settlement.statement
      WHERE network_id = $1 GROUP BY state ORDER BY state)
"""

# Statements prepared while the tables were empty would read them whole to the end.
ANALYZE = """
    ANALYZE organizations.relationship, catalog.sku, catalog.pack, catalog.assortment_sku,
            pricing.price, inventory.stock_level, inventory.stock_hold, inventory.stock_movement,
            ordering.trade_order, ordering.order_line, ordering.order_event, ordering.shipment,
            ordering.shipment_line, settlement.obligation, kernel.audit_entry, kernel.outbox_event
"""


async def lock_seeds(conn: Connection) -> None:
    """Held until the transaction ends."""
    await conn.execute(LOCK_SEEDS)


async def fetch_network_id(conn: Connection, code: str) -> int | None:
    network_id: int | None = await conn.fetchval(FETCH_NETWORK_ID, code)
    return network_id


async def fetch_other_networks(conn: Connection, code: str) -> bool:
    exist: bool = await conn.fetchval(FETCH_OTHER_NETWORKS, code)
    return exist


async def enter_network(conn: Connection, network_id: int) -> None:
    """Owners that are no superusers are under row-level security too, if it is forced on them."""
    await conn.execute(ENTER_NETWORK, str(network_id))


async def fetch_now(conn: Connection) -> datetime:
    """When the transaction began."""
    now: datetime = await conn.fetchval(FETCH_NOW)
    return now


async def move_foundation(conn: Connection, network_id: int, at: datetime) -> None:
    """Let the network have been founded then, with all that it has so far."""
    await conn.execute(MOVE_FOUNDATION, network_id, at)
    await move_scene(conn, network_id, at)


async def move_scene(conn: Connection, network_id: int, at: datetime) -> None:
    """Let everything that was made since the last time have happened then."""
    await conn.execute(MOVE_SCENE, network_id, at, at.isoformat())


async def move_sale(conn: Connection, network_id: int, at: datetime) -> None:
    """Let what a consumer did since the last time have happened then; `move_scene` follows."""
    await conn.execute(MOVE_SALE, network_id, at)


async def fetch_open_refunds(conn: Connection, network_id: int) -> list[int]:
    """What is on its way back to consumers."""
    return [row["id"] for row in await conn.fetch(FETCH_OPEN_REFUNDS, network_id)]


async def move_statements(
    conn: Connection, network_id: int, moments: Sequence[tuple[int, datetime, datetime]]
) -> None:
    """Let statements have been issued and answered then: (id, issued, answered)."""
    columns = [list(column) for column in zip(*moments, strict=True)]
    await conn.execute(OPEN_CLOSED_STATEMENTS)
    await conn.execute(MOVE_STATEMENTS, network_id, *columns)
    await conn.execute(CLOSE_STATEMENTS)
    await conn.execute(MOVE_AUDIT_OF_STATEMENTS, network_id, *columns)
    await conn.execute(DELIVER_EVENTS, network_id)


async def move_journals(conn: Connection, network_id: int) -> None:
    """Let the books have been kept all along."""
    await conn.execute(MOVE_JOURNALS, network_id)


async def analyze(conn: Connection) -> None:
    await conn.execute(ANALYZE)


async def count_everything(conn: Connection, network_id: int) -> dict[str, int]:
    """How much there is in a network, by name."""
    rows = await conn.fetch(COUNT, network_id)
    return {row["name"]: row["number"] for row in rows}
