"""All SQL of replenishment. Each function runs in the caller's transaction and decides nothing."""
