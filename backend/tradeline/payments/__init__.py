"""What payers and their providers did: payments, refunds, shares, bills.

The names below are the module: others import them from here, and nothing from deeper in.
"""
