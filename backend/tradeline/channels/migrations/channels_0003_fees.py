from tradeline.kernel.migration import sql_migration

ID = "channels_0003_fees"
VERSION = "1.38.0"
DESCRIPTION = "What providers take"

forwards = sql_migration(__file__, description=DESCRIPTION)
