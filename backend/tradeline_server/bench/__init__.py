"""Measures the real path: a database of its own, the real server, dealers who order over HTTP."""
