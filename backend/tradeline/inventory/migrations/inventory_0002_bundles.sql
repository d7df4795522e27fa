-- A bundle is held as its components: how many of each for one of what the document asks for.
-- Standing holds are of SKUs themselves, one for one, so that they need not be looked at.

ALTER TABLE inventory.stock_hold ADD COLUMN quantity_each bigint NOT NULL DEFAULT 1;
ALTER TABLE inventory.stock_hold
  ADD CONSTRAINT holds_some_of_each CHECK (quantity_each >= 1) NOT VALID;
