-- What the provider takes of each payment, in ten thousandths, where it is known: bills are compared
-- with it.
ALTER TABLE channels.payment_account
    ADD COLUMN fee_bp integer,
    ADD CONSTRAINT fee_is_a_small_part CHECK (fee_bp BETWEEN 0 AND 1000);
