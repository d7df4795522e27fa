"""What replenishment does, one function for each use case."""
