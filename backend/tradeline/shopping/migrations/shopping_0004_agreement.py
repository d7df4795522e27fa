from tradeline.kernel.migration import sql_migration

ID = "shopping_0004_agreement"
VERSION = "1.38.0"
DESCRIPTION = "Whoever decides alone decides of its own money alone"

forwards = sql_migration(__file__, description=DESCRIPTION)
