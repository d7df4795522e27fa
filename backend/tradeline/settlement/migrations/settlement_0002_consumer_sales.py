from tradeline.kernel.migration import sql_migration

ID = "settlement_0002_consumer_sales"
VERSION = "1.38.0"
DESCRIPTION = "Kinds of consumer sales; bookings of one set of books"

forwards = sql_migration(__file__, description=DESCRIPTION)
