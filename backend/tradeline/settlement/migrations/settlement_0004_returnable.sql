-- What sales have left in the buyer's favour and returns may still take back: it is owed to the
-- buyer already, and is no credit to spend before it is sure. A negative one would lend money.
ALTER TABLE settlement.exposure
    ADD COLUMN returnable_minor bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT never_less_than_nothing_returnable CHECK (returnable_minor >= 0);
