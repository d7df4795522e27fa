-- What could not be posted is tried again later, so that all that came after it is posted meanwhile.
ALTER TABLE settlement.posting_queue ADD COLUMN retry_at timestamptz;
ALTER TABLE settlement.booking_queue ADD COLUMN retry_at timestamptz;
