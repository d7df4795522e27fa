"""All SQL of organizations. Each function runs in the caller's transaction and decides nothing."""
