"""All SQL of the bench, which acts as the owner of a database that it made for itself."""
