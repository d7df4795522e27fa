"""All SQL of settlement. Each function runs in the caller's transaction and decides nothing.

Lock order: exposures by relationship, before anything else of their edges. The exposure's lock
covers its holds, its obligations and its statements: who adds to an account holds it.
"""
