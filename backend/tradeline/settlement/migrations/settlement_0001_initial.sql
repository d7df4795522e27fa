-- Who owes whom what. One obligation is one row, seen in two books; the books are append-only by
-- grant; what can run out (credit, deposits) is a guarded row, and equals the ledger's sum.

CREATE SCHEMA settlement;
GRANT USAGE ON SCHEMA settlement TO tradeline_app;

-- The guarded row of an edge. `owed_minor` is the balance of its current account: what the buyer
-- owes, or, below zero, what it has paid in advance (its deposit). `held_minor` is what open
-- orders will cost. Free is credit_limit_minor - held_minor - owed_minor, so that a deposit and a
-- credit line are one number (ADR 0005). No check on the limit: a limit may be lowered at any time.
CREATE TABLE settlement.exposure (
    network_id bigint NOT NULL,
    relationship_id bigint NOT NULL,
    currency char(3) NOT NULL,
    credit_limit_minor bigint NOT NULL DEFAULT 0,
    held_minor bigint NOT NULL DEFAULT 0,
    owed_minor bigint NOT NULL DEFAULT 0,
    is_blocked boolean NOT NULL DEFAULT false,
    PRIMARY KEY (network_id, relationship_id),
    CONSTRAINT limit_and_holds_are_not_negative CHECK (credit_limit_minor >= 0 AND held_minor >= 0),
    FOREIGN KEY (network_id, relationship_id) REFERENCES organizations.relationship
) WITH (fillfactor = 80);
SELECT kernel.guard_table('settlement.exposure', 'SELECT, INSERT, UPDATE');

-- What one document still holds of the exposure; held_minor is their sum.
CREATE TABLE settlement.exposure_hold (
    network_id bigint NOT NULL,
    relationship_id bigint NOT NULL,
    reference_type text NOT NULL,
    reference_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (network_id, reference_type, reference_id),
    CONSTRAINT never_holds_less_than_nothing CHECK (amount_minor >= 0),
    FOREIGN KEY (network_id, relationship_id) REFERENCES settlement.exposure
) WITH (fillfactor = 80);
CREATE INDEX exposure_hold_by_relationship
    ON settlement.exposure_hold (network_id, relationship_id) WHERE amount_minor > 0;
SELECT kernel.guard_table('settlement.exposure_hold', 'SELECT, INSERT, UPDATE');

-- "Debtor owes creditor": decided in the unit of work of its document, posted to both books behind it.
CREATE TABLE settlement.obligation (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    relationship_id bigint NOT NULL,
    kind text NOT NULL,
    debtor_entity_id bigint NOT NULL,
    creditor_entity_id bigint NOT NULL,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    document_type text NOT NULL,
    document_id bigint NOT NULL,
    document_number text NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    due_on date,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_obligation_for_each_document
        UNIQUE (network_id, relationship_id, kind, document_type, document_id),
    CONSTRAINT mirrors_can_refer_to_the_sum UNIQUE (network_id, id, amount_minor, currency),
    CONSTRAINT owes_something CHECK (amount_minor > 0),
    CONSTRAINT nobody_owes_themselves CHECK (debtor_entity_id <> creditor_entity_id),
    FOREIGN KEY (network_id, relationship_id) REFERENCES settlement.exposure,
    FOREIGN KEY (network_id, debtor_entity_id) REFERENCES organizations.legal_entity,
    FOREIGN KEY (network_id, creditor_entity_id) REFERENCES organizations.legal_entity
);
CREATE INDEX obligation_by_relationship
    ON settlement.obligation (network_id, relationship_id, occurred_at, id);
SELECT kernel.guard_table('settlement.obligation', 'SELECT, INSERT');

-- An obligation as the edge's account counts it: what the buyer owes is more than zero.
CREATE FUNCTION settlement.signed_minor(kind text, amount_minor bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind IN ('goods', 'refund', 'charge') THEN amount_minor
                ELSE -amount_minor END
$$;

-- What waits to be posted, so that the worker need not search the whole ledger for it. Written with
-- the obligation, removed with its journals; the doctor compares the ledger itself.
CREATE TABLE settlement.posting_queue (
    network_id bigint NOT NULL,
    obligation_id bigint NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT waits_once PRIMARY KEY (network_id, obligation_id),
    FOREIGN KEY (network_id, obligation_id) REFERENCES settlement.obligation
);
SELECT kernel.guard_table('settlement.posting_queue', 'INSERT');

-- How a kind of obligation is booked on either side; '=' is the edge's current account.
CREATE TABLE settlement.posting_rule (
    kind text NOT NULL,
    side text NOT NULL,
    debit_code text NOT NULL,
    credit_code text NOT NULL,
    PRIMARY KEY (kind, side),
    CONSTRAINT side_is_known CHECK (side IN ('creditor', 'debtor')),
    CONSTRAINT one_side_is_the_current_account CHECK ((debit_code = '=') <> (credit_code = '='))
);
GRANT SELECT ON settlement.posting_rule TO tradeline_app;
INSERT INTO settlement.posting_rule (kind, side, debit_code, credit_code) VALUES
    ('goods', 'creditor', '=', 'revenue'), ('goods', 'debtor', 'purchases', '='),
    ('return', 'creditor', '=', 'purchases'), ('return', 'debtor', 'revenue', '='),
    ('payment', 'creditor', '=', 'bank'), ('payment', 'debtor', 'bank', '='),
    ('refund', 'creditor', '=', 'bank'), ('refund', 'debtor', 'bank', '='),
    ('rebate', 'creditor', '=', 'rebates_received'), ('rebate', 'debtor', 'rebates_granted', '='),
    ('charge', 'creditor', '=', 'adjustments'), ('charge', 'debtor', 'adjustments', '='),
    ('credit_note', 'creditor', '=', 'adjustments'), ('credit_note', 'debtor', 'adjustments', '=');
ALTER TABLE settlement.obligation ADD CONSTRAINT kind_is_known CHECK (
    kind IN ('goods', 'return', 'payment', 'refund', 'rebate', 'charge', 'credit_note'));

-- Accounts of one set of books. 'current' is the one with the other side of an edge (往來).
CREATE TABLE settlement.account (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    entity_id bigint NOT NULL,
    code text NOT NULL,
    relationship_id bigint,
    currency char(3) NOT NULL,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_account_for_each_code
        UNIQUE NULLS NOT DISTINCT (network_id, entity_id, code, relationship_id, currency),
    CONSTRAINT account_books_and_currency_can_be_referred_to
        UNIQUE (network_id, id, entity_id, currency),
    CONSTRAINT only_current_accounts_have_an_edge
        CHECK ((code = 'current') = (relationship_id IS NOT NULL)),
    FOREIGN KEY (network_id, entity_id) REFERENCES organizations.legal_entity,
    FOREIGN KEY (network_id, relationship_id) REFERENCES settlement.exposure
);
SELECT kernel.guard_table('settlement.account', 'SELECT, INSERT');

-- One document's postings in one set of books.
CREATE TABLE settlement.journal (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    entity_id bigint NOT NULL,
    obligation_id bigint NOT NULL,
    posted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT posted_once_in_each_books UNIQUE (network_id, obligation_id, entity_id),
    CONSTRAINT journal_and_books_can_be_referred_to
        UNIQUE (network_id, id, entity_id, obligation_id),
    FOREIGN KEY (network_id, obligation_id) REFERENCES settlement.obligation,
    FOREIGN KEY (network_id, entity_id) REFERENCES organizations.legal_entity
);
CREATE INDEX journal_by_entity ON settlement.journal (network_id, entity_id, id);
SELECT kernel.guard_table('settlement.journal', 'SELECT, INSERT');

-- One balanced movement: one debit and one credit account of the same books and currency, and the
-- obligation's own sum. It cannot be out of balance, nor differ from its mirror.
CREATE TABLE settlement.transfer (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    journal_id bigint NOT NULL,
    entity_id bigint NOT NULL,
    obligation_id bigint NOT NULL,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    debit_account_id bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    PRIMARY KEY (network_id, id),
    CONSTRAINT mirrored_once_in_each_books UNIQUE (network_id, obligation_id, entity_id),
    CONSTRAINT moves_something CHECK (amount_minor > 0),
    CONSTRAINT moves_between_two_accounts CHECK (debit_account_id <> credit_account_id),
    CONSTRAINT journal_is_of_the_same_books
        FOREIGN KEY (network_id, journal_id, entity_id, obligation_id)
        REFERENCES settlement.journal (network_id, id, entity_id, obligation_id),
    CONSTRAINT debit_is_of_the_same_books
        FOREIGN KEY (network_id, debit_account_id, entity_id, currency)
        REFERENCES settlement.account (network_id, id, entity_id, currency),
    CONSTRAINT credit_is_of_the_same_books
        FOREIGN KEY (network_id, credit_account_id, entity_id, currency)
        REFERENCES settlement.account (network_id, id, entity_id, currency),
    CONSTRAINT mirror_has_the_obligations_sum
        FOREIGN KEY (network_id, obligation_id, amount_minor, currency)
        REFERENCES settlement.obligation (network_id, id, amount_minor, currency)
);
CREATE INDEX transfer_by_debit ON settlement.transfer (network_id, debit_account_id, id);
CREATE INDEX transfer_by_credit ON settlement.transfer (network_id, credit_account_id, id);
CREATE INDEX transfer_by_journal ON settlement.transfer (network_id, journal_id);
SELECT kernel.guard_table('settlement.transfer', 'SELECT, INSERT');

-- Money that changed hands. The payee's word counts: what the payer recorded becomes an
-- obligation when the payee confirms it.
CREATE TABLE settlement.payment (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    relationship_id bigint NOT NULL,
    payer_org_id bigint NOT NULL,
    payee_org_id bigint NOT NULL,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    method text NOT NULL,
    reference text NOT NULL DEFAULT '',
    state text NOT NULL,
    recorded_by_org_id bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    paid_on date NOT NULL,
    decided_at timestamptz,
    refusal_reason text,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_payment_for_each_number UNIQUE (network_id, number),
    CONSTRAINT pays_something CHECK (amount_minor > 0),
    CONSTRAINT state_is_known CHECK (state IN ('recorded', 'confirmed', 'refused')),
    CONSTRAINT method_is_known CHECK (method IN ('bank', 'cash', 'bill', 'online', 'other')),
    FOREIGN KEY (network_id, relationship_id) REFERENCES settlement.exposure
);
CREATE INDEX payment_by_relationship ON settlement.payment (network_id, relationship_id, id);
SELECT kernel.guard_table('settlement.payment', 'SELECT, INSERT, UPDATE');

-- What the seller adds to or takes off an account: the document of a charge or a credit note. The
-- word of the one it costs counts: a charge becomes an obligation when the buyer confirms it, a
-- credit note at once.
CREATE TABLE settlement.adjustment (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    relationship_id bigint NOT NULL,
    kind text NOT NULL,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    reason text NOT NULL,
    due_on date,
    state text NOT NULL,
    account_id bigint,
    made_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    refusal_reason text,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_adjustment_for_each_number UNIQUE (network_id, number),
    CONSTRAINT kind_is_known CHECK (kind IN ('charge', 'credit_note')),
    CONSTRAINT state_is_known CHECK (state IN ('recorded', 'confirmed', 'refused')),
    CONSTRAINT credit_notes_wait_for_nobody CHECK (kind = 'charge' OR state = 'confirmed'),
    CONSTRAINT decided_unless_it_waits CHECK ((state = 'recorded') = (decided_at IS NULL)),
    CONSTRAINT adjusts_something CHECK (amount_minor > 0),
    FOREIGN KEY (network_id, relationship_id) REFERENCES settlement.exposure
);
CREATE INDEX adjustment_by_relationship
    ON settlement.adjustment (network_id, relationship_id, id);
SELECT kernel.guard_table('settlement.adjustment', 'SELECT, INSERT');
GRANT UPDATE (state, decided_at, refusal_reason) ON settlement.adjustment TO tradeline_app;

-- Numbers payments, adjustments and statements, so that people can name them.
CREATE SEQUENCE settlement.document_number START WITH 100001;
GRANT USAGE ON SEQUENCE settlement.document_number TO tradeline_app;

-- A period of an edge's current account, as both sides read it. Signs are the seller's: what the
-- buyer owes counts up. It carries the hash of the one before it.
CREATE TABLE settlement.statement (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    relationship_id bigint NOT NULL,
    number text NOT NULL,
    sequence integer NOT NULL,
    currency char(3) NOT NULL,
    period_from timestamptz,
    period_to timestamptz NOT NULL,
    opening_minor bigint NOT NULL,
    movement_minor bigint NOT NULL,
    closing_minor bigint NOT NULL,
    state text NOT NULL DEFAULT 'issued',
    issued_at timestamptz NOT NULL DEFAULT now(),
    seller_confirmed_at timestamptz,
    buyer_confirmed_at timestamptz,
    disputed_by_org_id bigint,
    dispute_reason text,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_statement_for_each_number UNIQUE (network_id, number),
    CONSTRAINT statements_follow_one_another UNIQUE (network_id, relationship_id, sequence),
    CONSTRAINT opening_and_movement_make_the_closing
        CHECK (opening_minor + movement_minor = closing_minor),
    CONSTRAINT state_is_known CHECK (state IN ('issued', 'disputed', 'confirmed')),
    CONSTRAINT confirmed_by_both CHECK (
        (state = 'confirmed')
        = (seller_confirmed_at IS NOT NULL AND buyer_confirmed_at IS NOT NULL)),
    FOREIGN KEY (network_id, relationship_id) REFERENCES settlement.exposure
);
CREATE UNIQUE INDEX one_open_statement_for_each_edge
    ON settlement.statement (network_id, relationship_id) WHERE state <> 'confirmed';
SELECT kernel.guard_table('settlement.statement', 'SELECT, INSERT, UPDATE');

-- An obligation stands in one statement. Those of a disputed one are taken anew when it is reissued.
CREATE TABLE settlement.statement_line (
    network_id bigint NOT NULL,
    statement_id bigint NOT NULL,
    obligation_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    CONSTRAINT stated_once PRIMARY KEY (network_id, obligation_id),
    FOREIGN KEY (network_id, statement_id) REFERENCES settlement.statement,
    FOREIGN KEY (network_id, obligation_id) REFERENCES settlement.obligation
);
CREATE INDEX statement_line_by_statement
    ON settlement.statement_line (network_id, statement_id, obligation_id);
SELECT kernel.guard_table('settlement.statement_line', 'SELECT, INSERT, DELETE');

-- What two parties have confirmed is closed for good.
CREATE FUNCTION settlement.refuse_change_of_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'statement' THEN
        IF OLD.state = 'confirmed' THEN
            RAISE EXCEPTION 'statement % is confirmed by both', OLD.number USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END IF;
    PERFORM FROM settlement.statement AS statement
      WHERE statement.network_id = coalesce(NEW.network_id, OLD.network_id)
        AND statement.id = coalesce(NEW.statement_id, OLD.statement_id)
        AND statement.state = 'confirmed';
    IF FOUND THEN
        RAISE EXCEPTION 'the statement is confirmed by both' USING ERRCODE = '23514';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER confirmed_is_closed BEFORE UPDATE ON settlement.statement
    FOR EACH ROW EXECUTE FUNCTION settlement.refuse_change_of_confirmed();
CREATE TRIGGER confirmed_is_closed BEFORE INSERT OR DELETE ON settlement.statement_line
    FOR EACH ROW EXECUTE FUNCTION settlement.refuse_change_of_confirmed();
