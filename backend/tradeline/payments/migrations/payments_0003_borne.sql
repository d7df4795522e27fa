-- What one organization gives back alone of a refund comes out of its own share of the payment. What
-- was asked for before is everybody's, as it was.
ALTER TABLE payments.refund
    ADD COLUMN borne_by_org_id bigint,
    ADD COLUMN borne_minor bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT bears_some_of_it CHECK (borne_minor BETWEEN 0 AND amount_minor),
    ADD CONSTRAINT somebody_bears_it
        CHECK (borne_minor = 0 OR borne_by_org_id IS NOT NULL);
