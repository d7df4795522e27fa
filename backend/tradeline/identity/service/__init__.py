"""What identity does, one function for each use case.

What compares or makes passwords takes `db` in place of `conn`: hashing is slow, and nothing slow
happens inside a unit of work.
"""
