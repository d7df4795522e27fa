"""Which stock fills a sale, and why.

The names below are the module: others import them from here, and nothing from deeper in.
"""
