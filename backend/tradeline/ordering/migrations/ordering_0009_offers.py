from tradeline.kernel.migration import sql_migration

ID = "ordering_0009_offers"
VERSION = "1.38.0"
DESCRIPTION = "Offers of other goods that lapse by a day, or are withdrawn"

forwards = sql_migration(__file__, description=DESCRIPTION)
