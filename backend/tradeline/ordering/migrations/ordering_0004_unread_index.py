from tradeline.kernel.migration import sql_migration

ID = "ordering_0004_unread_index"
VERSION = "1.38.0"
DESCRIPTION = "Orders without an index that nothing reads"

forwards = sql_migration(__file__, description=DESCRIPTION)
