-- What was there before ordering_0005 is looked at by itself: meanwhile orders are read and placed.
ALTER TABLE ordering.order_line
    VALIDATE CONSTRAINT never_cuts_more_than_was_cancelled,
    VALIDATE CONSTRAINT replaces_a_line;
ALTER TABLE ordering.shipment VALIDATE CONSTRAINT packages_are_counted;
ALTER TABLE ordering.shipment_line VALIDATE CONSTRAINT damages_no_more_than_was_shipped;
ALTER TABLE ordering.receipt_line
    VALIDATE CONSTRAINT damages_no_more_than_was_shipped,
    VALIDATE CONSTRAINT damage_has_a_reason;
