from tradeline.kernel.migration import sql_migration

ID = "ordering_0010_receiving"
VERSION = "1.38.0"
DESCRIPTION = "Say of each line into which warehouse it comes"

forwards = sql_migration(__file__, description=DESCRIPTION)
