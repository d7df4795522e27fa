from tradeline.kernel.migration import sql_migration

ID = "replenishment_0004_receiving"
VERSION = "1.38.0"
DESCRIPTION = "Goods come to the warehouse that they were proposed for"

forwards = sql_migration(__file__, description=DESCRIPTION)
