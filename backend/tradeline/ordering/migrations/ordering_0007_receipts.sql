-- What was received of late, among all that ever was.
CREATE INDEX receipt_by_time ON ordering.receipt (network_id, received_at);
