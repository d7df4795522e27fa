"""All SQL of members. Each function runs in the caller's transaction and decides nothing."""
