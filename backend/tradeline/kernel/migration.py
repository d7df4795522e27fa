"""Migrations written in SQL and run by Piccolo."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder
from piccolo.engine.postgres import PostgresEngine

Forwards = Callable[[], Awaitable[MigrationManager]]


def sql_migration(file: str, *, description: str = "") -> Forwards:
    """The `forwards` of a migration: runs the SQL file of the same stem that lies beside it.

    The file may hold any number of statements. All of them run in the one transaction that
    Piccolo has opened, so that a migration is applied whole or not at all.
    """
    path = Path(file)
    sql_path = path.with_suffix(".sql")

    async def run_sql() -> None:
        engine = engine_finder()
        assert isinstance(engine, PostgresEngine)
        transaction = engine.current_transaction.get()
        assert transaction is not None, "Piccolo opens a transaction around each migration"
        # Without arguments asyncpg takes the simple protocol, which allows many statements.
        await transaction.connection.execute(sql_path.read_text(encoding="utf-8"))

    async def forwards() -> MigrationManager:
        manager = MigrationManager(
            migration_id=path.stem,
            app_name=path.parents[1].name,
            description=description,
        )
        manager.add_raw(run_sql)
        return manager

    return forwards
