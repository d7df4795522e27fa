from tradeline.kernel.migration import sql_migration

ID = "identity_0003_consumers"
VERSION = "1.38.0"
DESCRIPTION = "What built-in roles may do for stores and their consumers"

forwards = sql_migration(__file__, description=DESCRIPTION)
