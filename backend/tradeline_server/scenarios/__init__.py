"""Stories played from end to end against a running system, with what has to come of them."""
