from tradeline.kernel.migration import sql_migration

ID = "shopping_0007_returnable"
VERSION = "1.38.0"
DESCRIPTION = "What of sales may still go back"

forwards = sql_migration(__file__, description=DESCRIPTION)
