"""What members does, one function for each use case."""
