from tradeline.kernel.migration import sql_migration

ID = "payments_0002_troubles"
VERSION = "1.38.0"
DESCRIPTION = "What somebody must see to"

forwards = sql_migration(__file__, description=DESCRIPTION)
