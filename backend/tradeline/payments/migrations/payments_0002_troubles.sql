-- What somebody must see to is found among millions of refunds that succeeded.
CREATE INDEX refund_not_paid ON payments.refund (network_id, id) WHERE state <> 'succeeded';
