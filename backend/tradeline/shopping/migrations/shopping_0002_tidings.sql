-- What a provider, or a consumer, is to be told of a sale: that goods are on their way ('upload' to
-- the provider, 'shipped' to the consumer), that money came back ('refunded'). Each once for each
-- shipment or refund. `next_try_at` is when to tell; without one it is over, as `outcome` says, or
-- somebody is about to.
CREATE TABLE shopping.tiding (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    order_id bigint NOT NULL,
    document_id bigint NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz DEFAULT now(),
    outcome text,
    PRIMARY KEY (network_id, id),
    CONSTRAINT tells_once_of_each_document UNIQUE (network_id, kind, document_id),
    CONSTRAINT kind_is_known CHECK (kind IN ('upload', 'shipped', 'refunded')),
    FOREIGN KEY (network_id, order_id) REFERENCES shopping.consumer_order
) WITH (fillfactor = 80);
CREATE INDEX tiding_by_order ON shopping.tiding (network_id, order_id, id);
CREATE INDEX tiding_to_tell ON shopping.tiding (next_try_at) WHERE next_try_at IS NOT NULL;
SELECT kernel.guard_table('shopping.tiding', 'SELECT, INSERT, UPDATE');
