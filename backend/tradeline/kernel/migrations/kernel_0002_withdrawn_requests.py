from tradeline.kernel.migration import sql_migration

ID = "kernel_0002_withdrawn_requests"
VERSION = "1.38.0"
DESCRIPTION = "Refused requests give their claims back"

forwards = sql_migration(__file__, description=DESCRIPTION)
