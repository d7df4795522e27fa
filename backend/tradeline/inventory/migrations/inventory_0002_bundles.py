from tradeline.kernel.migration import sql_migration

ID = "inventory_0002_bundles"
VERSION = "1.38.0"
DESCRIPTION = "Holds of components of bundles"

forwards = sql_migration(__file__, description=DESCRIPTION)
