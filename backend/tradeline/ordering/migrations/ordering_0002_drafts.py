from tradeline.kernel.migration import sql_migration

ID = "ordering_0002_drafts"
VERSION = "1.38.0"
DESCRIPTION = "Drafts of orders, and saved lists"

forwards = sql_migration(__file__, description=DESCRIPTION)
