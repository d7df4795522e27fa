from tradeline.kernel.migration import sql_migration

ID = "marketing_0001_initial"
VERSION = "1.38.0"
DESCRIPTION = "Coupons, and who bears what they cost"

forwards = sql_migration(__file__, description=DESCRIPTION)
