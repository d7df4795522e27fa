from tradeline.kernel.migration import sql_migration

ID = "shopping_0008_lent"
VERSION = "1.38.0"
DESCRIPTION = "What orders from before lend and may still give back"

forwards = sql_migration(__file__, description=DESCRIPTION)
