"""What will be asked for, judged by what was: methods, their errors, and which to choose.

The names below are the module: others import them from here, and nothing from deeper in.
"""
