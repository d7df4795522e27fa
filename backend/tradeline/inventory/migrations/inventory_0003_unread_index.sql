-- Nothing looks for holds by whom they are for: those that somebody asked for are found by what
-- they are, and those of order lines by their lines. Every line that is ordered had to keep it.

DROP INDEX inventory.stock_hold_by_beneficiary;
