from tradeline.kernel.migration import sql_migration

ID = "settlement_0004_returnable"
VERSION = "1.38.0"
DESCRIPTION = "What may still go back is nobody's credit yet"

forwards = sql_migration(__file__, description=DESCRIPTION)
