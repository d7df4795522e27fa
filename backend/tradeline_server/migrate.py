"""Brings a database to the shape that this version of the code expects. Forwards only."""

import asyncio
import contextlib
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import AppConfig

import tradeline
from tradeline.kernel.migration import Forwards
from tradeline_server import queries
from tradeline_server.binaries import MAJOR_MIN
from tradeline_server.errors import CommandError
from tradeline_server.piccolo_engine import DB, MODULES

# Whoever waits for a lock on a table has everybody who comes after wait for it, too: readers and
# orders. So a migration waits shortly, and tries again; five minutes in all. What locks rows after
# a table may also meet somebody who holds the rows and wants the table: then it gives way as well.
LOCK_WAIT_SECONDS = 3
LOCK_PAUSES = (1, 2, 5, 10, *(20,) * 12)
IN_THE_WAY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)


class MigrationFailed(CommandError):
    """One migration was refused. It left nothing behind; those before it stay."""


async def migrate(dsn: str, apps: Sequence[AppConfig] | None = None) -> list[str]:
    """Run what has not been run and return its names; each in a transaction with its record.

    Two processes may call it at once: the second waits, and then finds nothing to do.
    """
    os.environ["PICCOLO_CONF"] = "tradeline_server.piccolo_engine"  # where Piccolo looks for DB
    conn = await asyncpg.connect(dsn)
    try:
        major = await queries.get_server_major(conn)
        if major < MAJOR_MIN:
            raise CommandError(
                f"The database runs PostgreSQL {major}; {MAJOR_MIN} or later is needed."
            )
        await queries.lock_migrations(conn)
        try:
            return await _migrate_apps(conn, configured_apps() if apps is None else apps)
        finally:
            if not conn.is_closed():
                await queries.unlock_migrations(conn)
    finally:
        await conn.close()


async def require_migrated(dsn: str) -> None:
    """Raises CommandError if the database is not as this version expects it."""
    conn = await asyncpg.connect(dsn)
    try:
        done = await queries.fetch_migrations(conn)
    finally:
        await conn.close()
    missing = [name for app in configured_apps() for name in _modules_of(app) if name not in done]
    if missing:
        raise CommandError(
            f"The database lacks {len(missing)} of this version's migrations: "
            "run `tradeline migrate` first."
        )


def configured_apps() -> list[AppConfig]:
    """The modules of this application, in the order in which they build on each other.

    Found by their folders: to migrate does not need the modules' code, nor that it be sound.
    """
    domain = Path(tradeline.__path__[0])
    return [
        AppConfig(app_name=module, migrations_folder_path=domain / module / "migrations")
        for module in MODULES
    ]


def _modules_of(app: AppConfig) -> dict[str, Any]:
    """The migrations of a module, by their names."""
    found: dict[str, Any] = BaseMigrationManager().get_migration_modules(
        app.resolved_migrations_folder_path
    )
    return found


async def _migrate_apps(conn: asyncpg.Connection, apps: Sequence[AppConfig]) -> list[str]:
    applied = []
    with DB.on(conn), contextlib.redirect_stdout(io.StringIO()):  # Piccolo prints as it goes
        await BaseMigrationManager().create_migration_table()
        for app in apps:
            modules = _modules_of(app)
            done = await Migration.get_migrations_which_ran(app_name=app.app_name)
            for name in sorted(set(modules) - set(done)):
                await _migrate_one(conn, app.app_name, name, modules[name].forwards)
                applied.append(name)
    return applied


async def _migrate_one(
    conn: asyncpg.Connection, app_name: str, name: str, forwards: Forwards
) -> None:
    """Try until nobody holds a lock that it needs; between tries, all who wait for it go on."""
    for wait in (*LOCK_PAUSES, None):
        try:
            return await _run(conn, app_name, name, await forwards())
        except IN_THE_WAY as error:
            if wait is None:
                raise MigrationFailed(
                    f"Migration {name} could not be run: others have been using what it changes "
                    f"each time it was tried. Look for long transactions (pg_stat_activity), or "
                    "stop the workers and run `tradeline migrate` again."
                ) from error
            await asyncio.sleep(wait)


async def _run(
    conn: asyncpg.Connection, app_name: str, name: str, manager: MigrationManager | None
) -> None:
    try:
        async with conn.transaction():
            await queries.limit_lock_waits(conn, LOCK_WAIT_SECONDS)
            if manager is not None:
                await manager.run()
            await Migration.insert(Migration(name=name, app_name=app_name)).run()
            await queries.check_deferred_constraints(conn)
    except IN_THE_WAY:
        raise
    except asyncpg.PostgresError as error:
        where = getattr(error, "position", None)
        at = f" (at character {where})" if where else ""
        raise MigrationFailed(f"Migration {name} failed: {error}{at}") from error
