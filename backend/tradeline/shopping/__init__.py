"""Carts, consumer orders, their legs, and where each fen of a sale goes.

The names below are the module: others import them from here, and nothing from deeper in.
"""
