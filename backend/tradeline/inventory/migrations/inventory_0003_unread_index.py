from tradeline.kernel.migration import sql_migration

ID = "inventory_0003_unread_index"
VERSION = "1.38.0"
DESCRIPTION = "Holds without an index that nothing reads"

forwards = sql_migration(__file__, description=DESCRIPTION)
