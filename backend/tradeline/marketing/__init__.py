"""Coupons, and who bears what they cost.

The names below are the module: others import them from here, and nothing from deeper in.
"""
