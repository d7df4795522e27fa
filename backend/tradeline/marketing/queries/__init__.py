"""All SQL of marketing. Each function runs in the caller's transaction and decides nothing.

Lock order: coupons by id, before all other modules' rows. A campaign is locked by whoever changes
it or claims of it, and by nobody who holds a coupon's lock.
"""
