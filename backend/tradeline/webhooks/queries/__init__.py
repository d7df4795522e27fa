"""All SQL of webhooks. Each function runs in the caller's transaction and decides nothing.

Endpoints are locked before their deliveries.
"""
