from tradeline.kernel.migration import sql_migration

ID = "ordering_0006_waiting"
VERSION = "1.38.0"
DESCRIPTION = "Orders that wait for goods are found among all"

forwards = sql_migration(__file__, description=DESCRIPTION)
