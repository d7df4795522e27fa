-- What consumers pay through a provider (WeChat Pay), and what becomes of that money: captures,
-- refunds, shares for other parties of the route, the provider's bills. In minor units. Nothing of it
-- is believed because somebody says so: amounts are ours, and what differs is a difference to look at.

CREATE SCHEMA payments;
GRANT USAGE ON SCHEMA payments TO tradeline_app;

-- One attempt to be paid; `number` is our name for it at the provider, the same on all networks.
-- `refunded_minor` is guarded: what is refunded, or asked for. `shares_at`: when its money may be
-- shared; `next_poll_at`: when to ask the provider about it.
CREATE TABLE payments.payment (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    reference_type text NOT NULL,
    reference_id bigint NOT NULL,
    collector_entity_id bigint NOT NULL,
    merchant_id text NOT NULL,
    app_id text NOT NULL,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    is_shareable boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'created',
    prepay_id text,
    transaction_id text,
    refunded_minor bigint NOT NULL DEFAULT 0,
    is_surplus boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    captured_at timestamptz,
    shares_at timestamptz,
    next_poll_at timestamptz,
    polls integer NOT NULL DEFAULT 0,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_payment_for_each_number UNIQUE (number),
    CONSTRAINT provider_takes_the_number CHECK (number ~ '^[0-9A-Za-z_*|@-]{6,32}$'),
    CONSTRAINT pays_something CHECK (amount_minor > 0),
    CONSTRAINT state_is_known
        CHECK (state IN ('created', 'prepaid', 'captured', 'closing', 'closed')),
    CONSTRAINT captured_by_a_transaction CHECK (
        (state = 'captured') = (transaction_id IS NOT NULL)
        AND (state = 'captured') = (captured_at IS NOT NULL)),
    CONSTRAINT never_refunds_more_than_was_captured CHECK (
        refunded_minor BETWEEN 0 AND CASE state WHEN 'captured' THEN amount_minor ELSE 0 END),
    CONSTRAINT only_what_was_captured_is_surplus CHECK (NOT is_surplus OR state = 'captured'),
    FOREIGN KEY (network_id, collector_entity_id) REFERENCES organizations.legal_entity
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX captured_once_by_a_transaction
    ON payments.payment (merchant_id, transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX payment_by_reference
    ON payments.payment (network_id, reference_type, reference_id);
CREATE INDEX payment_to_poll ON payments.payment (next_poll_at) WHERE next_poll_at IS NOT NULL;
CREATE INDEX payment_to_share ON payments.payment (shares_at) WHERE shares_at IS NOT NULL;
CREATE INDEX payment_by_merchant
    ON payments.payment (network_id, merchant_id, captured_at) WHERE captured_at IS NOT NULL;
SELECT kernel.guard_table('payments.payment', 'SELECT, INSERT, UPDATE');

-- What a provider told us, so that it acts once.
CREATE TABLE payments.notice (
    network_id bigint NOT NULL,
    notice_id text NOT NULL,
    kind text NOT NULL,
    body_hash bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT acts_once PRIMARY KEY (network_id, notice_id)
);
CREATE INDEX notice_by_age ON payments.notice USING brin (received_at);
SELECT kernel.guard_table('payments.notice', 'SELECT, INSERT');

-- Money on its way back to the payer. `reference` is the document that wants it, once. What is
-- closed did not happen, and counts no more; what is abnormal did not reach the payer yet, and counts.
CREATE TABLE payments.refund (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    payment_id bigint NOT NULL,
    reference_type text NOT NULL,
    reference_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    reason text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'requested',
    provider_refund_id text,
    requested_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    settled_at timestamptz,
    next_try_at timestamptz DEFAULT now(),
    tries integer NOT NULL DEFAULT 0,
    last_error text,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_refund_for_each_number UNIQUE (number),
    CONSTRAINT provider_takes_the_number CHECK (number ~ '^[0-9A-Za-z_*|@-]{1,64}$'),
    CONSTRAINT refunds_something CHECK (amount_minor > 0),
    CONSTRAINT state_is_known
        CHECK (state IN ('requested', 'sent', 'succeeded', 'closed', 'abnormal')),
    CONSTRAINT ends_once CHECK ((settled_at IS NOT NULL) = (state IN ('succeeded', 'closed'))),
    FOREIGN KEY (network_id, payment_id) REFERENCES payments.payment
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX refunded_once_for_each_reference
    ON payments.refund (network_id, reference_type, reference_id) WHERE state <> 'closed';
CREATE INDEX refund_by_payment ON payments.refund (network_id, payment_id, id);
CREATE INDEX refund_by_sending ON payments.refund (network_id, sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX refund_to_try ON payments.refund (next_try_at) WHERE next_try_at IS NOT NULL;
SELECT kernel.guard_table('payments.refund', 'SELECT, INSERT, UPDATE');

-- A captured payment is shared once; what is left over is the collector's to use (unfrozen), and
-- without shares it is only that.
CREATE TABLE payments.sharing (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    payment_id bigint NOT NULL,
    state text NOT NULL DEFAULT 'requested',
    provider_order_id text,
    requested_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    next_try_at timestamptz DEFAULT now(),
    tries integer NOT NULL DEFAULT 0,
    last_error text,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_sharing_for_each_number UNIQUE (number),
    CONSTRAINT provider_takes_the_number CHECK (number ~ '^[0-9A-Za-z_*|@-]{1,64}$'),
    CONSTRAINT state_is_known CHECK (state IN ('requested', 'sent', 'finished', 'withdrawn')),
    CONSTRAINT ends_once
        CHECK ((finished_at IS NOT NULL) = (state IN ('finished', 'withdrawn'))),
    FOREIGN KEY (network_id, payment_id) REFERENCES payments.payment
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX shared_once
    ON payments.sharing (network_id, payment_id) WHERE state <> 'withdrawn';
CREATE INDEX sharing_to_try ON payments.sharing (next_try_at) WHERE next_try_at IS NOT NULL;
SELECT kernel.guard_table('payments.sharing', 'SELECT, INSERT, UPDATE');

-- What one party wanted of a payment, what it could be given, and whether it was. It runs along
-- `relationship_ids`, from the collector to the receiver, `down` towards the store or `up` from it.
CREATE TABLE payments.share (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    sharing_id bigint NOT NULL,
    org_id bigint NOT NULL,
    receiver_merchant_id text NOT NULL,
    relationship_ids bigint[] NOT NULL,
    runs text NOT NULL,
    wanted_minor bigint NOT NULL,
    amount_minor bigint NOT NULL,
    returned_minor bigint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'requested',
    fail_reason text,
    PRIMARY KEY (network_id, id),
    CONSTRAINT shared_once_with_each UNIQUE (network_id, sharing_id, receiver_merchant_id),
    CONSTRAINT never_shares_more_than_wanted CHECK (amount_minor BETWEEN 0 AND wanted_minor),
    CONSTRAINT runs_somewhere CHECK (runs IN ('down', 'up') AND cardinality(relationship_ids) > 0),
    CONSTRAINT state_is_known
        CHECK (state IN ('requested', 'succeeded', 'failed', 'left_on_account')),
    CONSTRAINT never_returns_more_than_it_got CHECK (
        returned_minor BETWEEN 0 AND CASE state WHEN 'succeeded' THEN amount_minor ELSE 0 END),
    FOREIGN KEY (network_id, sharing_id) REFERENCES payments.sharing
) WITH (fillfactor = 80);
SELECT kernel.guard_table('payments.share', 'SELECT, INSERT, UPDATE');

-- A share on its way back, so that a refund of its payment can be paid. The refund waits for it.
CREATE TABLE payments.share_return (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    share_id bigint NOT NULL,
    refund_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    state text NOT NULL DEFAULT 'requested',
    fail_reason text,
    requested_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    next_try_at timestamptz DEFAULT now(),
    tries integer NOT NULL DEFAULT 0,
    last_error text,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_share_return_for_each_number UNIQUE (number),
    CONSTRAINT returned_once_for_each_refund UNIQUE (network_id, refund_id, share_id),
    CONSTRAINT returns_something CHECK (amount_minor > 0),
    CONSTRAINT state_is_known CHECK (state IN ('requested', 'sent', 'succeeded', 'failed')),
    CONSTRAINT ends_once CHECK ((settled_at IS NOT NULL) = (state IN ('succeeded', 'failed'))),
    FOREIGN KEY (network_id, share_id) REFERENCES payments.share,
    FOREIGN KEY (network_id, refund_id) REFERENCES payments.refund
) WITH (fillfactor = 80);
CREATE INDEX share_return_by_share ON payments.share_return (network_id, share_id);
CREATE INDEX share_return_to_try
    ON payments.share_return (next_try_at) WHERE next_try_at IS NOT NULL;
SELECT kernel.guard_table('payments.share_return', 'SELECT, INSERT, UPDATE');

-- A day's bill of a merchant, as the provider gave it; a day without trade has no lines. A line's
-- `transaction_id` is the provider's (of a refund, its refund id), `number` ours. The fee of a refund
-- is below zero where some of it is given back.
CREATE TABLE payments.bill (
    network_id bigint NOT NULL,
    merchant_id text NOT NULL,
    bill_date date NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    reconciled_at timestamptz,
    PRIMARY KEY (network_id, merchant_id, bill_date)
);
SELECT kernel.guard_table('payments.bill', 'SELECT, INSERT, UPDATE');

CREATE TABLE payments.bill_line (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    merchant_id text NOT NULL,
    bill_date date NOT NULL,
    kind text NOT NULL,
    transaction_id text NOT NULL,
    number text NOT NULL,
    occurred_at timestamptz NOT NULL,
    amount_minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    PRIMARY KEY (network_id, id),
    CONSTRAINT billed_once UNIQUE (network_id, merchant_id, bill_date, kind, transaction_id),
    CONSTRAINT kind_is_known CHECK (kind IN ('pay', 'refund')),
    FOREIGN KEY (network_id, merchant_id, bill_date) REFERENCES payments.bill
);
CREATE INDEX bill_line_by_number ON payments.bill_line (network_id, merchant_id, kind, number);
SELECT kernel.guard_table('payments.bill_line', 'SELECT, INSERT');

-- Where our word and the provider's differ, until somebody, or a later bill, resolves it.
CREATE TABLE payments.difference (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    merchant_id text NOT NULL,
    bill_date date NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    transaction_id text NOT NULL DEFAULT '',
    currency char(3) NOT NULL,
    ours_minor bigint,
    theirs_minor bigint,
    found_at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    resolved_by_account_id bigint,
    note text NOT NULL DEFAULT '',
    PRIMARY KEY (network_id, id),
    CONSTRAINT named_once
        UNIQUE (network_id, merchant_id, bill_date, kind, number, transaction_id),
    CONSTRAINT kind_is_known CHECK (kind IN (
        'missing_here', 'missing_in_bill', 'amount', 'fee', 'transaction', 'currency', 'merchant',
        'refund_missing_here', 'refund_missing_in_bill', 'refund_amount'))
);
CREATE INDEX difference_by_merchant ON payments.difference (network_id, merchant_id, id);
SELECT kernel.guard_table('payments.difference', 'SELECT, INSERT, UPDATE');

-- Refunds, sharings and returns are named by their payment's number and one of these.
CREATE SEQUENCE payments.document_number START WITH 100001;
GRANT USAGE ON SEQUENCE payments.document_number TO tradeline_app;
