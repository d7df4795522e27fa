"""What is sold at the end of the chain, what has to come, and what was promised of it.

The names below are the module: others import them from here, and nothing from deeper in.
"""
