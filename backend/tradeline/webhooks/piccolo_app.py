"""Makes the module known to Piccolo, for its migrations and tables."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="webhooks",
    migrations_folder_path=Path(__file__).parent / "migrations",
    table_classes=table_finder(["tradeline.webhooks.tables"]),
)
