"""Files to take away: statements as spreadsheet and document, sheets of order rows.

`routes` is what the application serves; whatever is in a file, `answers` sends it.
"""
