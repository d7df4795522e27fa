from tradeline.kernel.migration import sql_migration

ID = "catalog_0002_bundles"
VERSION = "1.38.0"
DESCRIPTION = "Bundles: SKUs that are made of others"

forwards = sql_migration(__file__, description=DESCRIPTION)
