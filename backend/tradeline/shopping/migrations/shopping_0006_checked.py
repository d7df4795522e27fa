from tradeline.kernel.migration import sql_migration

ID = "shopping_0006_checked"
VERSION = "1.38.0"
DESCRIPTION = "What was there before agreement is looked at"

forwards = sql_migration(__file__, description=DESCRIPTION)
