"""What shopping does, one function for each use case."""
