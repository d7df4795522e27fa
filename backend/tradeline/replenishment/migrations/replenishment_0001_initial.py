from tradeline.kernel.migration import sql_migration

ID = "replenishment_0001_initial"
VERSION = "1.38.0"
DESCRIPTION = "Demand, forecasts, and proposals of what has to come"

forwards = sql_migration(__file__, description=DESCRIPTION)
