from tradeline.kernel.migration import sql_migration

ID = "sourcing_0001_initial"
VERSION = "1.38.0"
DESCRIPTION = "Rules by which stock is chosen, and quotas"

forwards = sql_migration(__file__, description=DESCRIPTION)
