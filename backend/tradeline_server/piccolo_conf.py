"""Piccolo's settings. Run it as `PICCOLO_CONF=tradeline_server.piccolo_conf piccolo …`."""

from piccolo.conf.apps import AppRegistry

from tradeline_server.piccolo_engine import DB, MODULES

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(apps=[f"tradeline.{module}.piccolo_app" for module in MODULES])
