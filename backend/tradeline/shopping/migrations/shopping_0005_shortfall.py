from tradeline.kernel.migration import sql_migration

ID = "shopping_0005_shortfall"
VERSION = "1.38.0"
DESCRIPTION = "What sales below cost leave owing"

forwards = sql_migration(__file__, description=DESCRIPTION)
