"""All SQL of the catalog. Each function runs in the caller's transaction and decides nothing."""
