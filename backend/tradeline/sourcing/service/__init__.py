"""What sourcing does, one function for each use case; one file for each topic."""
