from tradeline.kernel.migration import sql_migration

ID = "ordering_0007_receipts"
VERSION = "1.38.0"
DESCRIPTION = "What was received of late is found among all receipts"

forwards = sql_migration(__file__, description=DESCRIPTION)
