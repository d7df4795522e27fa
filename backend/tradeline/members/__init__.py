"""Consumers: one identity over all channels, their consents and addresses.

The names below are the module: others import them from here, and nothing from deeper in.
"""
