from tradeline.kernel.migration import sql_migration

ID = "identity_0004_replenishment"
VERSION = "1.38.0"
DESCRIPTION = "What built-in roles may do for replenishment"

forwards = sql_migration(__file__, description=DESCRIPTION)
