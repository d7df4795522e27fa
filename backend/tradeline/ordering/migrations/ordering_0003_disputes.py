from tradeline.kernel.migration import sql_migration

ID = "ordering_0003_disputes"
VERSION = "1.38.0"
DESCRIPTION = "Disputes, what steps did, and finding orders"

forwards = sql_migration(__file__, description=DESCRIPTION)
