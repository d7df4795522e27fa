from tradeline.kernel.migration import sql_migration

ID = "settlement_0003_postponed"
VERSION = "1.38.0"
DESCRIPTION = "What cannot be posted keeps nothing else waiting"

forwards = sql_migration(__file__, description=DESCRIPTION)
