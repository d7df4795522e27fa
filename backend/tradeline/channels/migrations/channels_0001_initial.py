from tradeline.kernel.migration import sql_migration

ID = "channels_0001_initial"
VERSION = "1.38.0"
DESCRIPTION = "The schema of the module"

forwards = sql_migration(__file__, description=DESCRIPTION)
