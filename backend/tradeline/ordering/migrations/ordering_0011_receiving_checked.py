from tradeline.kernel.migration import sql_migration

ID = "ordering_0011_receiving_checked"
VERSION = "1.38.0"
DESCRIPTION = "Look at what was there before lines named warehouses"

forwards = sql_migration(__file__, description=DESCRIPTION)
