"""The invariants of ordering, over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import EXPONENTS, comparison
from tradeline.ordering.queries.stock_checks import (
    BUNDLES_HELD,
    RECEIVED_THERE,
    RECEIVING,
    STOCK_HELD,
    STOCK_MOVED,
)
from tradeline.ordering.queries.supply_checks import DAMAGED, REPLACED, SUBSTITUTED

# What an order has come to, seen from its lines alone.
LINE_TOTALS = """
    SELECT network_id, order_id, sum(amount_minor) AS amount_minor, sum(open_minor) AS open_minor,
           sum(quantity - refused_quantity - cancelled_quantity - shipped_quantity) AS unshipped,
           sum(shipped_quantity) AS shipped, sum(counted_quantity) AS counted,
           sum(cancelled_quantity) AS cancelled
      FROM ordering.order_line
     GROUP BY network_id, order_id
"""

ORDER_AMOUNT = comparison(
    code="ordering.orders_amount_to_their_lines",
    title_en="An order's amount is the sum of its lines",
    title_zh="订单金额等于各行之和",
    subject_en="Order",
    subject_zh="订单",
    sql=f"""
    SELECT trade_order.network_id, trade_order.number AS subject_id,
           coalesce(line.amount_minor, 0) AS expected, trade_order.amount_minor AS found
      FROM ordering.trade_order AS trade_order
      LEFT JOIN ({LINE_TOTALS}) AS line
        ON line.network_id = trade_order.network_id AND line.order_id = trade_order.id
     WHERE trade_order.amount_minor <> coalesce(line.amount_minor, 0)
        OR line.order_id IS NULL
    """,
)

EXPOSURE_HELD = comparison(
    code="ordering.open_lines_hold_their_exposure",
    title_en="An order holds as much exposure as its open lines will cost",
    title_zh="订单的信用占用等于各行未结金额之和",
    subject_en="Order",
    subject_zh="订单",
    sql=f"""
    SELECT coalesce(line.network_id, hold.network_id) AS network_id,
           coalesce(line.order_id, hold.reference_id) AS subject_id,
           coalesce(line.open_minor, 0) AS expected, coalesce(hold.amount_minor, 0) AS found
      FROM ({LINE_TOTALS}) AS line
      FULL JOIN (
           SELECT network_id, reference_id, amount_minor
             FROM settlement.exposure_hold
            WHERE reference_type = 'order') AS hold
        ON hold.network_id = line.network_id AND hold.reference_id = line.order_id
     WHERE coalesce(line.open_minor, 0) <> coalesce(hold.amount_minor, 0)
    """,
)

SHIPPED = comparison(
    code="ordering.lines_ship_what_shipments_carry",
    title_en="What a line has shipped is the sum of its shipments",
    title_zh="行的已发数量等于各发货单之和",
    subject_en="Order line",
    subject_zh="订单行",
    sql="""
    SELECT line.network_id, line.id AS subject_id, coalesce(shipment.quantity, 0) AS expected,
           line.shipped_quantity AS found
      FROM ordering.order_line AS line
      LEFT JOIN (SELECT network_id, order_line_id, sum(quantity) AS quantity
                   FROM ordering.shipment_line
                  GROUP BY network_id, order_line_id) AS shipment
        ON shipment.network_id = line.network_id AND shipment.order_line_id = line.id
     WHERE line.shipped_quantity <> coalesce(shipment.quantity, 0)
    """,
)

RECEIVED = comparison(
    code="ordering.lines_receive_what_receipts_count",
    title_en="What a line has received and owes is the sum of its receipts",
    title_zh="行的实收数量与应付金额等于各收货单之和",
    subject_en="Order line (shipped / found / owed)",
    subject_zh="订单行（应收/实收/应付）",
    sql="""
    SELECT line.network_id, line.id AS subject_id,
           format('%s / %s / %s', coalesce(receipt.shipped_quantity, 0),
                  coalesce(receipt.received_quantity, 0), coalesce(receipt.amount_minor, 0)
                 ) AS expected,
           format('%s / %s / %s', line.counted_quantity, line.received_quantity,
                  line.owed_minor) AS found
      FROM ordering.order_line AS line
      LEFT JOIN (SELECT network_id, order_line_id, sum(shipped_quantity) AS shipped_quantity,
                        sum(received_quantity) AS received_quantity,
                        sum(amount_minor) AS amount_minor
                   FROM ordering.receipt_line
                  GROUP BY network_id, order_line_id) AS receipt
        ON receipt.network_id = line.network_id AND receipt.order_line_id = line.id
     WHERE line.counted_quantity <> coalesce(receipt.shipped_quantity, 0)
        OR line.received_quantity <> coalesce(receipt.received_quantity, 0)
        OR line.owed_minor <> coalesce(receipt.amount_minor, 0)
    """,
)

# A counted shipment has a receipt that says the same of each line.
COUNTED = comparison(
    code="ordering.receipts_count_their_shipments",
    title_en="A shipment says the same as its receipt",
    title_zh="发货单的实收与收货单一致",
    subject_en="Shipment line",
    subject_zh="发货行",
    sql="""
    SELECT line.network_id, line.id AS subject_id,
           format('%s of %s', receipt.received_quantity, receipt.shipped_quantity) AS expected,
           format('%s of %s', line.received_quantity, line.quantity) AS found
      FROM ordering.shipment_line AS line
      JOIN ordering.shipment AS shipment
        ON shipment.network_id = line.network_id AND shipment.id = line.shipment_id
      LEFT JOIN (SELECT receipt.network_id, receipt.shipment_id, counted.order_line_id,
                        counted.shipped_quantity, counted.received_quantity
                   FROM ordering.receipt AS receipt
                   JOIN ordering.receipt_line AS counted
                     ON counted.network_id = receipt.network_id
                    AND counted.receipt_id = receipt.id) AS receipt
        ON receipt.network_id = line.network_id
       AND receipt.shipment_id = line.shipment_id
       AND receipt.order_line_id = line.order_line_id
     WHERE line.received_quantity IS DISTINCT FROM receipt.received_quantity
        OR line.quantity <> receipt.shipped_quantity
        OR (shipment.received_at IS NULL) <> (receipt.shipment_id IS NULL)
    """,
)

RECEIPT_OWED = comparison(
    code="ordering.receipts_are_owed",
    title_en="A receipt's amount is the sum of its lines, and is owed on its relationship",
    title_zh="收货单金额等于各行之和，并在其关系上形成应付",
    subject_en="Receipt",
    subject_zh="收货单",
    sql="""
    SELECT coalesce(receipt.network_id, obligation.network_id) AS network_id,
           coalesce(receipt.id, obligation.document_id) AS subject_id,
           format('lines %s, owed %s', receipt.amount_minor, receipt.amount_minor) AS expected,
           format('lines %s, owed %s', receipt.lines_minor, coalesce(obligation.amount_minor, 0)
                 ) AS found
      FROM (SELECT receipt.network_id, receipt.id, receipt.amount_minor,
                   trade_order.relationship_id, coalesce(sum(line.amount_minor), 0) AS lines_minor
              FROM ordering.receipt AS receipt
              JOIN ordering.trade_order AS trade_order
                ON trade_order.network_id = receipt.network_id
               AND trade_order.id = receipt.order_id
              LEFT JOIN ordering.receipt_line AS line
                ON line.network_id = receipt.network_id AND line.receipt_id = receipt.id
             GROUP BY receipt.network_id, receipt.id, trade_order.relationship_id) AS receipt
      FULL JOIN (
           SELECT network_id, document_id, relationship_id, amount_minor
             FROM settlement.obligation
            WHERE kind = 'goods' AND document_type = 'receipt') AS obligation
        ON obligation.network_id = receipt.network_id
       AND obligation.document_id = receipt.id
       AND obligation.relationship_id = receipt.relationship_id
     WHERE receipt.id IS NULL
        OR receipt.amount_minor <> receipt.lines_minor
        OR receipt.amount_minor <> coalesce(obligation.amount_minor, 0)
    """,
)

RETURN_CREDITED = comparison(
    code="ordering.accepted_returns_are_credited",
    title_en="An accepted return's amount is the sum of its lines, and is no longer owed",
    title_zh="已接受的退货金额等于各行之和，并已冲减应付",
    subject_en="Return",
    subject_zh="退货单",
    sql="""
    SELECT coalesce(given.network_id, obligation.network_id) AS network_id,
           coalesce(given.id, obligation.document_id) AS subject_id,
           format('lines %s, credited %s', given.amount_minor, given.amount_minor) AS expected,
           format('lines %s, credited %s', given.lines_minor,
                  coalesce(obligation.amount_minor, 0)) AS found
      FROM (SELECT order_return.network_id, order_return.id,
                   CASE order_return.state WHEN 'accepted' THEN order_return.amount_minor
                                           ELSE 0 END AS amount_minor,
                   trade_order.relationship_id, coalesce(sum(line.amount_minor), 0) AS lines_minor
              FROM ordering.order_return AS order_return
              JOIN ordering.trade_order AS trade_order
                ON trade_order.network_id = order_return.network_id
               AND trade_order.id = order_return.order_id
              LEFT JOIN ordering.return_line AS line
                ON line.network_id = order_return.network_id AND line.return_id = order_return.id
             GROUP BY order_return.network_id, order_return.id, trade_order.relationship_id
           ) AS given
      FULL JOIN (
           SELECT network_id, document_id, relationship_id, amount_minor
             FROM settlement.obligation
            WHERE kind = 'return' AND document_type = 'return') AS obligation
        ON obligation.network_id = given.network_id
       AND obligation.document_id = given.id
       AND obligation.relationship_id = given.relationship_id
     WHERE given.id IS NULL
        OR given.amount_minor <> given.lines_minor
        OR given.amount_minor <> coalesce(obligation.amount_minor, 0)
    """,
)

RETURNED = comparison(
    code="ordering.lines_return_what_returns_take",
    title_en="What a line has given back is the sum of its accepted returns",
    title_zh="行的退货数量与金额等于各已接受退货之和",
    subject_en="Order line (units / sum)",
    subject_zh="订单行（数量/金额）",
    sql="""
    SELECT line.network_id, line.id AS subject_id,
           format('%s / %s', coalesce(given.quantity, 0), coalesce(given.amount_minor, 0)
                 ) AS expected,
           format('%s / %s', line.returned_quantity, line.returned_minor) AS found
      FROM ordering.order_line AS line
      LEFT JOIN (SELECT taken.network_id, taken.order_line_id, sum(taken.quantity) AS quantity,
                        sum(taken.amount_minor) AS amount_minor
                   FROM ordering.order_return AS order_return
                   JOIN ordering.return_line AS taken
                     ON taken.network_id = order_return.network_id
                    AND taken.return_id = order_return.id
                  WHERE order_return.state = 'accepted'
                  GROUP BY taken.network_id, taken.order_line_id) AS given
        ON given.network_id = line.network_id AND given.order_line_id = line.id
     WHERE line.returned_quantity <> coalesce(given.quantity, 0)
        OR line.returned_minor <> coalesce(given.amount_minor, 0)
    """,
)

# As ordering.model.state_of and holder_of have it, written once more on purpose. An order that
# waits for review or confirmation has shipped nothing and has something left to ship.
STATE = comparison(
    code="ordering.states_agree_with_lines_and_holder",
    title_en="An order is in the state that its lines come to, and with whom it should be",
    title_zh="订单状态与各行及当前处理方一致",
    subject_en="Order",
    subject_zh="订单",
    sql=f"""
    SELECT network_id, number AS subject_id,
           format('%s, held by %s', expected_state, expected_holder) AS expected,
           format('%s, held by %s', state, held_by_org_id) AS found
      FROM (SELECT trade_order.network_id, trade_order.number, trade_order.state,
                   trade_order.held_by_org_id, expected.state AS expected_state,
                   CASE WHEN expected.state IN ('in_review', 'to_confirm', 'to_ship')
                        THEN trade_order.seller_org_id
                        WHEN expected.state = 'to_receive' THEN trade_order.buyer_org_id
                    END AS expected_holder
              FROM ordering.trade_order AS trade_order
              JOIN ({LINE_TOTALS}) AS line
                ON line.network_id = trade_order.network_id AND line.order_id = trade_order.id
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN line.unshipped > 0 AND line.shipped = 0
                                AND (trade_order.state = 'to_confirm'
                                     OR trade_order.state = 'in_review'
                                        AND trade_order.requires_review)
                               THEN trade_order.state
                               WHEN line.unshipped > 0 THEN 'to_ship'
                               WHEN line.shipped > line.counted THEN 'to_receive'
                               WHEN line.counted > 0 THEN 'closed'
                               WHEN line.cancelled > 0 THEN 'cancelled'
                               ELSE 'refused' END AS state) AS expected
           ) AS trade_order
     WHERE state <> expected_state OR held_by_org_id IS DISTINCT FROM expected_holder
    """,
)

EXPLANATION = comparison(
    code="ordering.explanations_come_to_the_amount",
    title_en="A line's frozen explanation comes to its amount",
    title_zh="行的定价说明与其金额一致",
    subject_en="Order line",
    subject_zh="订单行",
    sql="""
    SELECT network_id, id AS subject_id, amount_minor AS expected,
           explanation ->> 'amount_minor' AS found
      FROM ordering.order_line
     WHERE amount_minor::text IS DISTINCT FROM explanation ->> 'amount_minor'
    """,
)

# `open_minor` belongs to the units that are on their way or still to be shipped.
OPEN_SUM = comparison(
    code="ordering.only_open_units_have_an_open_sum",
    title_en="A line without open units has no open sum",
    title_zh="无未结数量的行没有未结金额",
    subject_en="Order line",
    subject_zh="订单行",
    sql="""
    SELECT network_id, id AS subject_id, 0 AS expected, open_minor AS found
      FROM ordering.order_line
     WHERE open_minor <> 0
       AND quantity - refused_quantity - cancelled_quantity - counted_quantity = 0
    """,
)

TIME_LINE = comparison(
    code="ordering.time_lines_lead_to_the_state",
    title_en="An order's time line begins with its placing and ends in its state",
    title_zh="订单时间线始于下单，止于当前状态",
    subject_en="Order",
    subject_zh="订单",
    sql="""
    SELECT trade_order.network_id, trade_order.number AS subject_id,
           format('place … %s', trade_order.state) AS expected,
           format('%s … %s', event.first_step, event.last_state) AS found
      FROM ordering.trade_order AS trade_order
      LEFT JOIN (SELECT network_id, order_id, (array_agg(step ORDER BY id))[1] AS first_step,
                        (array_agg(state ORDER BY id DESC))[1] AS last_state
                   FROM ordering.order_event
                  GROUP BY network_id, order_id) AS event
        ON event.network_id = trade_order.network_id AND event.order_id = trade_order.id
     WHERE event.first_step IS DISTINCT FROM 'place'
        OR event.last_state IS DISTINCT FROM trade_order.state
    """,
)

PRICE = comparison(
    code="ordering.lines_cost_their_frozen_price",
    title_en="A line's amount is its frozen price times its priced quantity",
    title_zh="行金额等于冻结单价乘以计价数量",
    subject_en="Order line (price x quantity = amount)",
    subject_zh="订单行（单价 x 数量 = 金额）",
    sql=f"""
    SELECT line.network_id, line.id AS subject_id,
           format('%s x %s = %s', frozen.unit_price, frozen.priced_quantity,
                  round(frozen.unit_price * frozen.priced_quantity * 10 ^ exponent.places)::bigint
                 ) AS expected,
           format('%s x %s = %s', trim_scale(line.unit_price), line.priced_quantity,
                  line.amount_minor) AS found
      FROM ordering.order_line AS line
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = line.network_id AND trade_order.id = line.order_id
      JOIN (VALUES {", ".join(f"('{code}', {places})" for code, places in EXPONENTS.items())})
           AS exponent (currency, places)
        ON exponent.currency = trade_order.currency
     CROSS JOIN LATERAL (
           SELECT trim_scale((line.explanation #>> '{{price,unit_price}}')::numeric) AS unit_price,
                  (line.explanation ->> 'priced_quantity')::bigint AS priced_quantity) AS frozen
     WHERE (line.unit_price, line.priced_quantity)
           IS DISTINCT FROM (frozen.unit_price, frozen.priced_quantity)
        OR line.amount_minor
           <> round(line.unit_price * line.priced_quantity * 10 ^ exponent.places)
    """,
)

DISPUTED = comparison(
    code="ordering.disputes_are_of_their_parties_and_order",
    title_en="A dispute is opened and closed by one party of its order, over a line of it",
    title_zh="异议由订单的同一方提出和解决，并针对该订单的行",
    subject_en="Dispute (order / party)",
    subject_zh="异议（订单/一方）",
    sql="""
    SELECT dispute.network_id, dispute.id AS subject_id,
           format('%s / %s', coalesce(line.order_id, dispute.order_id),
                  dispute.opened_by_org_id) AS expected,
           format('%s / %s', dispute.order_id, coalesce(
                  dispute.closed_by_org_id, dispute.opened_by_org_id)) AS found
      FROM ordering.dispute AS dispute
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = dispute.network_id AND trade_order.id = dispute.order_id
      LEFT JOIN ordering.order_line AS line
        ON line.network_id = dispute.network_id AND line.id = dispute.order_line_id
     WHERE line.order_id <> dispute.order_id
        OR dispute.opened_by_org_id NOT IN (trade_order.seller_org_id, trade_order.buyer_org_id)
        OR dispute.closed_by_org_id <> dispute.opened_by_org_id
    """,
)

# Only a side of an edge may place on it; whoever keeps a draft of another's was let in somewhere.
DRAFTED = comparison(
    code="ordering.drafts_are_of_a_side_of_their_edge",
    title_en="A draft is kept by a side of its relationship",
    title_zh="草稿由其经销关系的一方保存",
    subject_en="Draft",
    subject_zh="草稿",
    sql="""
    SELECT draft.network_id, draft.id AS subject_id,
           format('%s or %s', edge.buyer_org_id, edge.seller_org_id) AS expected,
           draft.org_id::text AS found
      FROM ordering.order_draft AS draft
      JOIN organizations.relationship AS edge
        ON edge.network_id = draft.network_id AND edge.id = draft.relationship_id
     WHERE draft.org_id NOT IN (edge.buyer_org_id, edge.seller_org_id)
    """,
)

INVARIANTS = (
    ORDER_AMOUNT,
    EXPOSURE_HELD,
    STOCK_HELD,
    BUNDLES_HELD,
    SHIPPED,
    RECEIVED,
    COUNTED,
    RECEIPT_OWED,
    RETURN_CREDITED,
    RETURNED,
    STATE,
    EXPLANATION,
    OPEN_SUM,
    TIME_LINE,
    PRICE,
    STOCK_MOVED,
    RECEIVING,
    RECEIVED_THERE,
    DISPUTED,
    DRAFTED,
    SUBSTITUTED,
    REPLACED,
    DAMAGED,
)
