"""All SQL of inventory. Each function runs in the caller's transaction and decides nothing.

Lock order: whoever changes stock first locks the levels, by warehouse and then by SKU. The level's
lock covers its holds too: a hold is changed only by one who has the lock of its level.
"""
