"""Makes the module known to Piccolo, for its migrations."""

from importlib.util import find_spec
from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

HAS_TABLES = find_spec("tradeline.organizations.tables") is not None

APP_CONFIG = AppConfig(
    app_name="organizations",
    migrations_folder_path=Path(__file__).parent / "migrations",
    table_classes=table_finder(["tradeline.organizations.tables"]) if HAS_TABLES else [],
)
