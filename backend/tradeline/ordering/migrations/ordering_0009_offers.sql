-- An offer of other goods may be good until a day, and be withdrawn by the seller until it is
-- decided. Which day has come, reading tells: nothing has to be done for an offer to lapse.
ALTER TABLE ordering.substitute
    ADD COLUMN valid_until date,
    DROP CONSTRAINT state_is_known,
    ADD CONSTRAINT state_is_known
        CHECK (state IN ('proposed', 'accepted', 'refused', 'withdrawn'));
