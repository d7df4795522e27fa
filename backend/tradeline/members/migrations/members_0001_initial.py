from tradeline.kernel.migration import sql_migration

ID = "members_0001_initial"
VERSION = "1.38.0"
DESCRIPTION = "Consumers, their identities, sessions, consents and addresses"

forwards = sql_migration(__file__, description=DESCRIPTION)
