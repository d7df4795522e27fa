from tradeline.kernel.migration import sql_migration

ID = "webhooks_0001_initial"
VERSION = "1.38.0"
DESCRIPTION = "Where systems of organizations want to be told of what happened"

forwards = sql_migration(__file__, description=DESCRIPTION)
