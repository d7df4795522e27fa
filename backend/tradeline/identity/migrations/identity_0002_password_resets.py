from tradeline.kernel.migration import sql_migration

ID = "identity_0002_password_resets"
VERSION = "1.38.0"
DESCRIPTION = "New passwords for those who forgot theirs"

forwards = sql_migration(__file__, description=DESCRIPTION)
