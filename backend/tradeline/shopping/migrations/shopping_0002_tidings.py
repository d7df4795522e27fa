from tradeline.kernel.migration import sql_migration

ID = "shopping_0002_tidings"
VERSION = "1.38.0"
DESCRIPTION = "What is to be told of sales"

forwards = sql_migration(__file__, description=DESCRIPTION)
