"""All SQL of shopping. Each function runs in the caller's transaction and decides nothing.

Locks: carts by id, which nobody wants but their member, then coupons, exposures, stock levels,
consumer orders by id, and payments last. Everybody keeps to that order.
"""
