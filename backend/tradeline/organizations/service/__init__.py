"""What organizations does, one function for each use case."""
