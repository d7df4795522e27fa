"""The shape of the repository, kept by machine."""

from pathlib import Path

import graphql
import grimp

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "backend/tradeline"
MODULES = sorted(
    path.parent.name for path in DOMAIN.glob("*/__init__.py") if path.parent.name != "kernel"
)
# Piccolo finds a module's migrations through its `piccolo_app`, and only Piccolo may.
FOR_PICCOLO = ("tradeline_server.piccolo_conf",)


def test_the_graphql_folder_does_not_shadow_graphql_core() -> None:
    assert not (ROOT / "graphql/__init__.py").exists()
    assert "site-packages" in graphql.__file__


def test_every_module_is_known_to_the_import_contracts_and_to_the_migrations() -> None:
    from tradeline_server.piccolo_engine import MODULES as MIGRATED

    contracts = (ROOT / "pyproject.toml").read_text()
    for module in MODULES:
        assert f"tradeline.{module}" in contracts
        assert module in MIGRATED or not (DOMAIN / module / "piccolo_app.py").exists()


def test_modules_are_entered_by_their_face() -> None:
    """Only `tradeline.<module>` itself may be imported from outside of that module."""
    graph = grimp.build_graph("tradeline", "tradeline_graph", "tradeline_server")
    trespasses = [
        f"{importer} -> {inner}"
        for module in MODULES
        for inner in graph.find_descendants(f"tradeline.{module}")
        for importer in graph.find_modules_that_directly_import(inner)
        if not f"{importer}.".startswith(f"tradeline.{module}.")
        and not (importer in FOR_PICCOLO and inner.endswith(".piccolo_app"))
    ]
    assert trespasses == []


def test_every_migration_has_its_sql_and_every_sql_its_migration() -> None:
    folders = list(DOMAIN.glob("*/migrations"))
    assert folders
    for folder in folders:
        assert (folder / "__init__.py").exists(), folder
        code = {path.stem for path in folder.glob("*.py")} - {"__init__"}
        assert code == {path.stem for path in folder.glob("*.sql")}
        assert all(stem.startswith(f"{folder.parent.name}_") for stem in code)
