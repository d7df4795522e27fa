-- What stands where, for whom some of it is set aside, and why it changed. Amounts in base units.

CREATE SCHEMA inventory;
GRANT USAGE ON SCHEMA inventory TO tradeline_app;

CREATE TABLE inventory.warehouse (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    region text NOT NULL DEFAULT '',
    priority integer NOT NULL DEFAULT 100,
    is_active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_warehouse_for_each_code UNIQUE (network_id, org_id, code),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
SELECT kernel.guard_table('inventory.warehouse', 'SELECT, INSERT, UPDATE');

-- Which of the seller's warehouses serve an edge, lowest priority first. An edge without a row is
-- served from all of them, by their own priority.
CREATE TABLE inventory.warehouse_grant (
    network_id bigint NOT NULL,
    relationship_id bigint NOT NULL,
    warehouse_id bigint NOT NULL,
    priority integer NOT NULL DEFAULT 100,
    PRIMARY KEY (network_id, relationship_id, warehouse_id),
    FOREIGN KEY (network_id, relationship_id) REFERENCES organizations.relationship,
    FOREIGN KEY (network_id, warehouse_id) REFERENCES inventory.warehouse
);
SELECT kernel.guard_table('inventory.warehouse_grant', 'SELECT, INSERT, UPDATE, DELETE');

-- Who serves an edge, and in which order: the granted warehouses, else all of the seller's.
CREATE VIEW inventory.serving_warehouse WITH (security_invoker = true) AS
SELECT edge.network_id, edge.id AS relationship_id, warehouse.id AS warehouse_id,
       coalesce(permit.priority, warehouse.priority) AS priority
  FROM organizations.relationship AS edge
  JOIN inventory.warehouse AS warehouse
    ON warehouse.network_id = edge.network_id
   AND warehouse.org_id = edge.seller_org_id
   AND warehouse.is_active
  LEFT JOIN inventory.warehouse_grant AS permit
    ON permit.network_id = edge.network_id
   AND permit.relationship_id = edge.id
   AND permit.warehouse_id = warehouse.id
 WHERE permit.warehouse_id IS NOT NULL
    OR NOT EXISTS (SELECT FROM inventory.warehouse_grant AS other
                    WHERE other.network_id = edge.network_id
                      AND other.relationship_id = edge.id);
GRANT SELECT ON inventory.serving_warehouse TO tradeline_app;

-- Numbers the documents that have no table of their own: transfers, and holds asked for by people.
CREATE SEQUENCE inventory.document_number;
GRANT USAGE ON SEQUENCE inventory.document_number TO tradeline_app;

-- The guarded row. Free is on_hand - held, and never below zero.
CREATE TABLE inventory.stock_level (
    network_id bigint NOT NULL,
    warehouse_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    on_hand bigint NOT NULL DEFAULT 0,
    held bigint NOT NULL DEFAULT 0,
    CONSTRAINT one_level_for_each_sku PRIMARY KEY (network_id, warehouse_id, sku_id),
    CONSTRAINT never_hold_more_than_stands CHECK (held BETWEEN 0 AND on_hand),
    FOREIGN KEY (network_id, warehouse_id) REFERENCES inventory.warehouse,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku
) WITH (fillfactor = 80);
CREATE INDEX stock_level_by_sku ON inventory.stock_level (network_id, sku_id);
SELECT kernel.guard_table('inventory.stock_level', 'SELECT, INSERT, UPDATE');

-- Stock set aside. `quantity` is what is still held: shipping consumes it, cancelling releases it.
-- `reference` says for what: ("order_line", 17), or ("hold", 5) for one that somebody asked for.
-- With `expires_at` it lapses by itself.
CREATE TABLE inventory.stock_hold (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    warehouse_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    held_for_org_id bigint NOT NULL,
    reference_type text NOT NULL,
    reference_id bigint NOT NULL,
    quantity bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_hold_for_each_reference
        UNIQUE (network_id, reference_type, reference_id, warehouse_id, sku_id),
    CONSTRAINT never_holds_less_than_nothing CHECK (quantity >= 0),
    FOREIGN KEY (network_id, warehouse_id, sku_id) REFERENCES inventory.stock_level
) WITH (fillfactor = 80);
CREATE INDEX stock_hold_living
    ON inventory.stock_hold (network_id, warehouse_id, sku_id) WHERE quantity > 0;
CREATE INDEX stock_hold_by_beneficiary
    ON inventory.stock_hold (network_id, held_for_org_id, id) WHERE quantity > 0;
CREATE INDEX stock_hold_by_expiry
    ON inventory.stock_hold (expires_at) WHERE quantity > 0 AND expires_at IS NOT NULL;
SELECT kernel.guard_table('inventory.stock_hold', 'SELECT, INSERT, UPDATE');

-- The append-only reason of every change of on_hand, whose sum it is.
CREATE TABLE inventory.stock_movement (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    warehouse_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    quantity bigint NOT NULL,
    reason text NOT NULL,
    reference_type text,
    reference_id bigint,
    note text NOT NULL DEFAULT '',
    account_id bigint,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT moves_something CHECK (quantity <> 0),
    CONSTRAINT reason_is_known CHECK (
        reason IN ('opening', 'count', 'adjustment', 'transfer', 'shipment', 'receipt', 'return')),
    FOREIGN KEY (network_id, warehouse_id, sku_id) REFERENCES inventory.stock_level
);
CREATE INDEX stock_movement_by_level
    ON inventory.stock_movement (network_id, warehouse_id, sku_id, id);
CREATE UNIQUE INDEX one_movement_for_each_reference
    ON inventory.stock_movement (network_id, reason, reference_type, reference_id, warehouse_id, sku_id)
 WHERE reference_id IS NOT NULL;
SELECT kernel.guard_table('inventory.stock_movement', 'SELECT, INSERT');
