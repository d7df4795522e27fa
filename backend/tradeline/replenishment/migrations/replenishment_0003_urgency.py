from tradeline.kernel.migration import sql_migration

ID = "replenishment_0003_urgency"
VERSION = "1.38.0"
DESCRIPTION = "Proposals by urgency"

forwards = sql_migration(__file__, description=DESCRIPTION)
