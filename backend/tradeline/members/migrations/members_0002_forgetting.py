from tradeline.kernel.migration import sql_migration

ID = "members_0002_forgetting"
VERSION = "1.38.0"
DESCRIPTION = "Guests are forgotten"

forwards = sql_migration(__file__, description=DESCRIPTION)
