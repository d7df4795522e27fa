"""All SQL of sourcing. Each function runs in the caller's transaction and decides nothing.

Lock order: what is used of quotas, by (organization, tier, day), after coupons and before exposures
and stock levels.
"""
