"""All SQL of pricing. Each function runs in the caller's transaction and decides nothing."""
