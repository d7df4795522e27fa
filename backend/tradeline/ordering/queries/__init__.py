"""All SQL of ordering. Each function runs in the caller's transaction and decides nothing.

Locks: an order's row first, then its edge's exposure, then stock levels; placing takes no order
row, so it begins at the exposure, and placing a draft at the draft, which nobody wants but its
person. Everybody keeps to that order.
"""
