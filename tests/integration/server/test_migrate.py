"""Migrations run once, whole, in order, and one process at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from piccolo.conf.apps import AppConfig

from tradeline_server import queries
from tradeline_server.errors import CommandError
from tradeline_server.migrate import MigrationFailed, configured_apps, migrate, require_migrated
from tradeline_server.piccolo_engine import DB, MODULES

MIGRATION = """
from tradeline.kernel.migration import sql_migration
ID = "{stem}"
VERSION = "1.38.0"
DESCRIPTION = ""
forwards = sql_migration(__file__)
"""

Shop = Callable[..., AppConfig]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Makes an app of the test's own: `shop("CREATE TABLE …", "ALTER TABLE …")`."""
    name = f"shop_{uuid4().hex[:8]}"  # Piccolo imports migrations by their bare names
    folder = tmp_path / name / "migrations"
    folder.mkdir(parents=True)

    def make(*statements: str) -> AppConfig:
        for number, sql in enumerate(statements, start=1):
            stem = f"{name}_{number:04}_step"
            (folder / f"{stem}.py").write_text(MIGRATION.format(stem=stem))
            (folder / f"{stem}.sql").write_text(sql)
        return AppConfig(app_name=name, migrations_folder_path=folder)

    return make


@pytest.fixture
async def empty(clone: Callable[[], Awaitable[str]]) -> str:
    """A database of this test's own."""
    return await clone()


async def test_our_own_modules_migrate_in_the_order_in_which_they_build_on_each_other(
    empty: str,
) -> None:
    assert [app.app_name for app in configured_apps()] == list(MODULES)
    assert await migrate(empty) == []  # the template has them all


async def test_steps_run_in_order_and_once(empty: str, shop: Shop) -> None:
    app = shop("CREATE TABLE shelf (id int); INSERT INTO shelf VALUES (1)")
    assert len(await migrate(empty, [app])) == 1
    app = shop(
        "CREATE TABLE shelf (id int); INSERT INTO shelf VALUES (1)",
        "ALTER TABLE shelf ADD COLUMN label text; UPDATE shelf SET label = '貨架'",
        "ALTER TABLE shelf RENAME COLUMN label TO title",
    )
    applied = await migrate(empty, [app])
    assert [name[-9:] for name in applied] == ["0002_step", "0003_step"]
    assert await migrate(empty, [app]) == []
    assert await _ask(empty, "SELECT title FROM shelf") == "貨架"


async def test_a_failing_step_leaves_nothing_and_those_before_it_stay(
    empty: str, shop: Shop
) -> None:
    app = shop("CREATE TABLE shelf (id int)", "CREATE TABLE box (id int); SELECT nonsense")
    with pytest.raises(MigrationFailed, match=r"0002_step failed: .*nonsense"):
        await migrate(empty, [app])
    assert await _ask(empty, "SELECT to_regclass('shelf')::text") == "shelf"
    assert await _ask(empty, "SELECT to_regclass('box')::text") is None
    assert DB.current_transaction.get() is None
    shop("CREATE TABLE shelf (id int)", "CREATE TABLE box (id int)")
    assert len(await migrate(empty, [app])) == 1


async def test_what_only_a_commit_would_refuse_is_refused_as_well(empty: str, shop: Shop) -> None:
    app = shop(
        "CREATE TABLE shelf (id int PRIMARY KEY);"
        "CREATE TABLE box (shelf int REFERENCES shelf DEFERRABLE INITIALLY DEFERRED);"
        "INSERT INTO box VALUES (404)"
    )
    with pytest.raises(MigrationFailed, match="0001_step"):
        await migrate(empty, [app])
    assert await _ask(empty, "SELECT to_regclass('box')::text") is None
    assert await _ask(empty, "SELECT count(*) FROM migration WHERE name ~ '^shop_'") == 0


async def test_two_at_once_do_the_work_once(empty: str, shop: Shop) -> None:
    app = shop("CREATE TABLE shelf (id int)", "SELECT pg_sleep(0.2)", "CREATE TABLE box (id int)")
    applied = await asyncio.gather(*(migrate(empty, [app]) for _ in range(3)))
    assert sorted(len(names) for names in applied) == [0, 0, 3]


async def test_no_connection_and_no_lock_is_left_behind(empty: str, shop: Shop) -> None:
    with pytest.raises(MigrationFailed):
        await migrate(empty, [shop("SELECT 1 / 0")])
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    for _ in range(100):
        if await _ask(empty, others) == 1:
            break
        await asyncio.sleep(0.02)  # a server process takes a moment to end after its client
    assert await _ask(empty, others) == 1
    locks = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
        " WHERE locktype = 'advisory' AND datname = current_database()"
    )
    assert await _ask(empty, locks) == 0


async def test_an_old_server_is_refused(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fourteen(_: object) -> int:
        return 14

    monkeypatch.setattr(queries, "get_server_major", fourteen)
    with pytest.raises(CommandError, match="runs PostgreSQL 14; 15 or later is needed"):
        await migrate(empty)


async def _ask(dsn: str, sql: str) -> object:
    conn: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(sql)
    finally:
        await conn.close()


async def test_who_serves_finds_out_what_has_not_been_migrated(empty: str) -> None:
    await require_migrated(empty)
    conn = await asyncpg.connect(empty)
    try:
        await conn.execute("DELETE FROM migration WHERE name = 'kernel_0002_withdrawn_requests'")
        with pytest.raises(CommandError, match="lacks 1 of this version's migrations"):
            await require_migrated(empty)
        await conn.execute("DROP TABLE migration")
        with pytest.raises(CommandError, match="run `tradeline migrate` first"):
            await require_migrated(empty)
    finally:
        await conn.close()


async def test_a_migration_that_waits_for_a_lock_lets_others_pass_and_tries_again(
    empty: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = shop("CREATE TABLE shelf (id int)")
    await migrate(empty, [app])
    app = shop("CREATE TABLE shelf (id int)", "ALTER TABLE shelf ADD COLUMN label text")
    monkeypatch.setattr("tradeline_server.migrate.LOCK_WAIT_SECONDS", 0.3)
    monkeypatch.setattr("tradeline_server.migrate.LOCK_PAUSES", (0.3,) * 20)
    reader, other = await asyncpg.connect(empty), await asyncpg.connect(empty)
    try:
        reading = reader.transaction()
        await reading.start()
        await reader.fetch("SELECT FROM shelf")
        migrating = asyncio.create_task(migrate(empty, [app]))
        for _ in range(4):
            await asyncio.sleep(0.3)
            # It stands behind the migration in the queue, and is served all the same.
            await asyncio.wait_for(other.fetch("SELECT FROM shelf"), 1)
        assert not migrating.done()
        await reading.rollback()
        assert len(await migrating) == 1
    finally:
        await reader.close()
        await other.close()


async def test_a_migration_whose_table_is_never_free_says_so_and_leaves_nothing(
    empty: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = shop("CREATE TABLE shelf (id int)")
    await migrate(empty, [app])
    app = shop("CREATE TABLE shelf (id int)", "ALTER TABLE shelf ADD COLUMN label text")
    monkeypatch.setattr("tradeline_server.migrate.LOCK_WAIT_SECONDS", 0.1)
    monkeypatch.setattr("tradeline_server.migrate.LOCK_PAUSES", (0.01,) * 2)
    reader = await asyncpg.connect(empty)
    try:
        async with reader.transaction():
            await reader.fetch("SELECT FROM shelf")
            with pytest.raises(MigrationFailed, match="0002_step could not be run"):
                await migrate(empty, [app])
            assert await reader.fetch("SELECT * FROM shelf") == []
    finally:
        await reader.close()
    assert len(await migrate(empty, [app])) == 1


async def test_a_migration_gives_way_to_whoever_waits_for_it_holding_what_it_needs(
    empty: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ("CREATE TABLE shelf (id int); CREATE TABLE stock AS SELECT 1 AS units",)
    await migrate(empty, [shop(*steps)])
    app = shop(*steps, "ALTER TABLE shelf ADD COLUMN label text; UPDATE stock SET units = 5")
    monkeypatch.setattr("tradeline_server.migrate.LOCK_PAUSES", (0.1,) * 20)
    seller = await asyncpg.connect(empty)
    try:
        async with seller.transaction():
            await seller.execute("UPDATE stock SET units = 2")
            migrating = asyncio.create_task(migrate(empty, [app]))
            await asyncio.sleep(0.3)
            assert await seller.fetch("SELECT FROM shelf") == []
        assert len(await migrating) == 1
        assert await seller.fetchval("SELECT units FROM stock") == 5
    finally:
        await seller.close()
