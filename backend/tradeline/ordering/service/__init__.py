"""What ordering does, one function for each use case."""
