from tradeline.kernel.migration import sql_migration

ID = "ordering_0008_checked"
VERSION = "1.38.0"
DESCRIPTION = "Look at what was there before supply"

forwards = sql_migration(__file__, description=DESCRIPTION)
