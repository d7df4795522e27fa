from tradeline.kernel.migration import sql_migration

ID = "webhooks_0002_since_when"
VERSION = "1.38.0"
DESCRIPTION = "Since when an endpoint is as it is, and when a telling was last sent"

forwards = sql_migration(__file__, description=DESCRIPTION)
