from tradeline.kernel.migration import sql_migration

ID = "shopping_0003_unpaid"
VERSION = "1.38.0"
DESCRIPTION = "Orders of a member that wait to be paid, by an index"

forwards = sql_migration(__file__, description=DESCRIPTION)
