-- What sales to consumers do to the books: new kinds of obligations along a store's supply route, and
-- bookings, which are entries of one set of books that nobody else mirrors.

ALTER TABLE settlement.obligation DROP CONSTRAINT kind_is_known;
ALTER TABLE settlement.obligation ADD CONSTRAINT kind_is_known CHECK (kind IN (
    'goods', 'return', 'payment', 'refund', 'rebate', 'charge', 'credit_note',
    'freight', 'freight_return', 'cost_share', 'cost_share_return',
    'collected', 'collected_return', 'shared_down', 'shared_up')) NOT VALID;
ALTER TABLE settlement.obligation VALIDATE CONSTRAINT kind_is_known;

-- An obligation as the edge's account counts it: what the buyer owes is more than zero.
CREATE OR REPLACE FUNCTION settlement.signed_minor(kind text, amount_minor bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind IN ('goods', 'refund', 'charge', 'freight', 'cost_share_return',
                              'collected_return', 'shared_down') THEN amount_minor
                ELSE -amount_minor END
$$;

-- `collections` is money taken on somebody's behalf: it ends at zero in every book. `provider` is
-- what lies with whoever carries the payments, until it reaches the bank.
INSERT INTO settlement.posting_rule (kind, side, debit_code, credit_code) VALUES
    ('freight', 'creditor', '=', 'freight'), ('freight', 'debtor', 'freight', '='),
    ('freight_return', 'creditor', '=', 'freight'), ('freight_return', 'debtor', 'freight', '='),
    ('cost_share', 'creditor', '=', 'promotions'), ('cost_share', 'debtor', 'promotions', '='),
    ('cost_share_return', 'creditor', '=', 'promotions'),
    ('cost_share_return', 'debtor', 'promotions', '='),
    ('collected', 'creditor', '=', 'collections'), ('collected', 'debtor', 'collections', '='),
    ('collected_return', 'creditor', '=', 'collections'),
    ('collected_return', 'debtor', 'collections', '='),
    ('shared_down', 'creditor', '=', 'provider'), ('shared_down', 'debtor', 'provider', '='),
    ('shared_up', 'creditor', '=', 'provider'), ('shared_up', 'debtor', 'provider', '=');

-- How a kind of booking is posted.
CREATE TABLE settlement.booking_rule (
    kind text NOT NULL,
    debit_code text NOT NULL,
    credit_code text NOT NULL,
    PRIMARY KEY (kind),
    CONSTRAINT moves_between_two_accounts CHECK (debit_code <> credit_code)
);
GRANT SELECT ON settlement.booking_rule TO tradeline_app;
INSERT INTO settlement.booking_rule (kind, debit_code, credit_code) VALUES
    ('sale', 'collections', 'consumer_sales'),
    ('sale_refund', 'consumer_sales', 'collections'),
    ('capture', 'provider', 'collections'),
    ('capture_refund', 'collections', 'provider'),
    ('provider_fee', 'fees', 'provider'),
    ('provider_fee_refund', 'provider', 'fees');

-- An entry of one set of books, with no other side: decided in the unit of work of its document,
-- posted behind it.
CREATE TABLE settlement.booking (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    entity_id bigint NOT NULL,
    kind text NOT NULL,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    document_type text NOT NULL,
    document_id bigint NOT NULL,
    document_number text NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_booking_for_each_document
        UNIQUE (network_id, entity_id, kind, document_type, document_id),
    CONSTRAINT transfers_can_refer_to_books_and_sum
        UNIQUE (network_id, id, entity_id, amount_minor, currency),
    CONSTRAINT books_something CHECK (amount_minor > 0),
    FOREIGN KEY (kind) REFERENCES settlement.booking_rule,
    FOREIGN KEY (network_id, entity_id) REFERENCES organizations.legal_entity
);
CREATE INDEX booking_by_document
    ON settlement.booking (network_id, document_type, document_id);
SELECT kernel.guard_table('settlement.booking', 'SELECT, INSERT');

CREATE TABLE settlement.booking_queue (
    network_id bigint NOT NULL,
    booking_id bigint NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT booking_waits_once PRIMARY KEY (network_id, booking_id),
    FOREIGN KEY (network_id, booking_id) REFERENCES settlement.booking
);
SELECT kernel.guard_table('settlement.booking_queue', 'INSERT');

-- A journal is of an obligation or of a booking, and its transfer of the same.
ALTER TABLE settlement.journal ALTER COLUMN obligation_id DROP NOT NULL;
ALTER TABLE settlement.journal ADD COLUMN booking_id bigint;
ALTER TABLE settlement.journal ADD CONSTRAINT is_of_one_document
    CHECK ((obligation_id IS NULL) <> (booking_id IS NULL)) NOT VALID;
ALTER TABLE settlement.journal VALIDATE CONSTRAINT is_of_one_document;
ALTER TABLE settlement.journal ADD CONSTRAINT journal_booking_fkey
    FOREIGN KEY (network_id, booking_id) REFERENCES settlement.booking;
ALTER TABLE settlement.journal ADD CONSTRAINT journal_books_and_booking_can_be_referred_to
    UNIQUE (network_id, id, entity_id, booking_id);
CREATE UNIQUE INDEX booking_is_posted_once
    ON settlement.journal (network_id, booking_id) WHERE booking_id IS NOT NULL;

ALTER TABLE settlement.transfer ALTER COLUMN obligation_id DROP NOT NULL;
ALTER TABLE settlement.transfer ADD COLUMN booking_id bigint;
ALTER TABLE settlement.transfer ADD CONSTRAINT is_of_one_document
    CHECK ((obligation_id IS NULL) <> (booking_id IS NULL)) NOT VALID;
ALTER TABLE settlement.transfer VALIDATE CONSTRAINT is_of_one_document;
ALTER TABLE settlement.transfer ADD CONSTRAINT journal_is_of_the_same_booking
    FOREIGN KEY (network_id, journal_id, entity_id, booking_id)
    REFERENCES settlement.journal (network_id, id, entity_id, booking_id);
ALTER TABLE settlement.transfer ADD CONSTRAINT transfer_has_the_bookings_sum
    FOREIGN KEY (network_id, booking_id, entity_id, amount_minor, currency)
    REFERENCES settlement.booking (network_id, id, entity_id, amount_minor, currency);
CREATE UNIQUE INDEX booking_moves_once
    ON settlement.transfer (network_id, booking_id) WHERE booking_id IS NOT NULL;
