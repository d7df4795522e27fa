"""What payments do, one function for each use case; one file for each topic."""
