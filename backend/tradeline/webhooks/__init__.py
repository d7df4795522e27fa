"""Telling the systems of organizations what has happened.

The names below are the module: others import them from here, and nothing from deeper in.
"""
