from tradeline.kernel.migration import sql_migration

ID = "replenishment_0002_supply"
VERSION = "1.38.0"
DESCRIPTION = "What was told of goods to come, and what suppliers are late or short with"

forwards = sql_migration(__file__, description=DESCRIPTION)
