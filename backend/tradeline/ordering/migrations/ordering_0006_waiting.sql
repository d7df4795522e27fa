-- Built by themselves, and not with the columns: meanwhile orders are read.
CREATE INDEX order_line_by_replaced_line
    ON ordering.order_line (network_id, replaces_line_id) WHERE replaces_line_id IS NOT NULL;

-- Orders that wait for goods of a seller that sets none aside: few of all that were ever placed.
CREATE INDEX order_waiting_without_hold
    ON ordering.trade_order (network_id, seller_org_id, id)
 WHERE held_by_org_id IS NOT NULL AND NOT holds_stock;
