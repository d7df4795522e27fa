"""All SQL of payments, by what it is about.

Locks are taken in this order: exposures by relationship, payments by id, then what hangs on a
payment: refunds, sharings, shares, returns, each by id. Payments are locked FOR NO KEY UPDATE, so
that rows which only refer to them wait for nobody.
"""
