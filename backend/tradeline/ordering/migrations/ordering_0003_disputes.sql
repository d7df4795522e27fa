-- What the parties disagree on, a time line that tells what each step did, and ways to find orders.

-- Matters in dispute: of an order, or of one of its lines. The party that opened one closes it.
CREATE TABLE ordering.dispute (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    order_line_id bigint,
    reason text NOT NULL,
    opened_by_org_id bigint NOT NULL,
    opened_by_account_id bigint,
    opened_at timestamptz NOT NULL DEFAULT now(),
    resolution text,
    closed_by_org_id bigint,
    closed_by_account_id bigint,
    closed_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT closing_says_who_and_how CHECK (
        (closed_at IS NULL) = (resolution IS NULL)
        AND (closed_at IS NULL) = (closed_by_org_id IS NULL)),
    FOREIGN KEY (network_id, order_id) REFERENCES ordering.trade_order,
    FOREIGN KEY (network_id, order_line_id) REFERENCES ordering.order_line
);
CREATE INDEX dispute_by_order ON ordering.dispute (network_id, order_id, id);
CREATE INDEX dispute_by_order_line
    ON ordering.dispute (network_id, order_line_id) WHERE order_line_id IS NOT NULL;
CREATE UNIQUE INDEX one_open_dispute_of_a_matter_for_each_party
    ON ordering.dispute (network_id, order_id, coalesce(order_line_id, 0), opened_by_org_id)
 WHERE closed_at IS NULL;
SELECT kernel.guard_table('ordering.dispute', 'SELECT, INSERT, UPDATE');

-- Counting by state, listing some states of an organization that has a long past, and looking
-- through that past for a number or a reference without touching the orders themselves.
CREATE INDEX order_by_seller_and_state
    ON ordering.trade_order (network_id, seller_org_id, state, id)
       INCLUDE (since, held_by_org_id, number, buyer_reference);
CREATE INDEX order_by_buyer_and_state
    ON ordering.trade_order (network_id, buyer_org_id, state, id)
       INCLUDE (since, held_by_org_id, number, buyer_reference);

-- Which orders hold a SKU, without looking at their lines.
CREATE INDEX order_line_by_sku_and_order ON ordering.order_line (network_id, sku_id, order_id);

-- Last, for nobody reads past these two until the transaction ends: the indexes took their time.
DROP INDEX ordering.order_line_by_sku;

-- What a step did, line by line, in the words of the time line. Steps before this one have none.
ALTER TABLE ordering.order_event ADD COLUMN detail jsonb NOT NULL DEFAULT '{}';
