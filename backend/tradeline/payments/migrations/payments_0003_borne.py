from tradeline.kernel.migration import sql_migration

ID = "payments_0003_borne"
VERSION = "1.38.0"
DESCRIPTION = "Who gives alone gives of its own share"

forwards = sql_migration(__file__, description=DESCRIPTION)
