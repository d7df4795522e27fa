from tradeline.kernel.migration import sql_migration

ID = "shopping_0007_returnable"
VERSION = "1.38.0"
DESCRIPTION = "What sales lend, and what of them may still go back"

forwards = sql_migration(__file__, description=DESCRIPTION)
