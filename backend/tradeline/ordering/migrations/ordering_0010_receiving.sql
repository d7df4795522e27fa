-- Where goods are received: the buyer's warehouse that a line is meant for, where it was said, and
-- the one in which what was found of a line stood first. Without them, its first warehouse.
ALTER TABLE ordering.order_line
    ADD COLUMN receiving_warehouse_id bigint,
    ADD CONSTRAINT comes_to_a_warehouse
        FOREIGN KEY (network_id, receiving_warehouse_id) REFERENCES inventory.warehouse NOT VALID;
ALTER TABLE ordering.receipt_line
    ADD COLUMN warehouse_id bigint,
    ADD CONSTRAINT came_to_a_warehouse
        FOREIGN KEY (network_id, warehouse_id) REFERENCES inventory.warehouse NOT VALID;
