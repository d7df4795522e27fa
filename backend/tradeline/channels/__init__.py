"""Where consumers buy: stores, what they list, how goods come to them.

The names below are the module: others import them from here, and nothing from deeper in.
"""
