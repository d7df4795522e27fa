from tradeline.kernel.migration import sql_migration

ID = "members_0003_old_indexes"
VERSION = "1.38.0"
DESCRIPTION = "Sessions and addresses without indexes that nothing reads"

forwards = sql_migration(__file__, description=DESCRIPTION)
