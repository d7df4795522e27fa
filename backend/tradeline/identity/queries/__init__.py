"""All SQL of identity. Each function runs in the caller's transaction and decides nothing."""
