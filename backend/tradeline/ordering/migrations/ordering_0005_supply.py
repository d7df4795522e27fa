from tradeline.kernel.migration import sql_migration

ID = "ordering_0005_supply"
VERSION = "1.38.0"
DESCRIPTION = "What suppliers promise, ship ahead and offer instead"

forwards = sql_migration(__file__, description=DESCRIPTION)
