-- What was bought by a proposal comes to the warehouse that it was proposed for, as does what stands
-- in for it.
WITH RECURSIVE meant AS (
    SELECT network_id, order_line_id, warehouse_id
      FROM replenishment.proposal_line
     WHERE order_line_id IS NOT NULL
     UNION ALL
    SELECT meant.network_id, substitute.new_line_id, meant.warehouse_id
      FROM meant
      JOIN ordering.substitute AS substitute
        ON substitute.network_id = meant.network_id
       AND substitute.order_line_id = meant.order_line_id
       AND substitute.new_line_id IS NOT NULL
)
UPDATE ordering.order_line AS line
   SET receiving_warehouse_id = meant.warehouse_id
  FROM meant
 WHERE line.network_id = meant.network_id AND line.id = meant.order_line_id;
