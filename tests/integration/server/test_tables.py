"""The Piccolo tables say what the migrated database is; each difference is named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pytest
from piccolo.columns.defaults import DateNow, TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from tests.factories_outbox import Place, a_place
from tradeline.kernel import Connection
from tradeline_server.piccolo_engine import MODULES

COLUMNS = """
    SELECT format('%s.%s', space.nspname, class.relname) AS table_name, attribute.attname AS name,
           format_type(attribute.atttypid, attribute.atttypmod) AS type,
           NOT attribute.attnotnull AS may_be_null,
           coalesce(attribute.attnum = ANY(key.conkey), false) AS is_key,
           pg_get_expr(value.adbin, value.adrelid) AS default
      FROM pg_class AS class
      JOIN pg_namespace AS space ON space.oid = class.relnamespace
      JOIN pg_attribute AS attribute
        ON attribute.attrelid = class.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
      LEFT JOIN pg_constraint AS key ON key.conrelid = class.oid AND key.contype = 'p'
      LEFT JOIN pg_attrdef AS value
        ON value.adrelid = class.oid AND value.adnum = attribute.attnum
     WHERE class.relkind IN ('r', 'p') AND space.nspname = ANY($1::text[])
     ORDER BY 1, attribute.attnum
"""
UNIQUES = """
    SELECT format('%s.%s', space.nspname, class.relname) AS table_name, rule.conname AS name,
           array(SELECT attribute.attname::text
                   FROM unnest(rule.conkey) WITH ORDINALITY AS key (number, position)
                   JOIN pg_attribute AS attribute
                     ON attribute.attrelid = class.oid AND attribute.attnum = key.number
                  ORDER BY key.position) AS columns,
           NOT index.indnullsnotdistinct AS nulls_distinct
      FROM pg_constraint AS rule
      JOIN pg_class AS class ON class.oid = rule.conrelid
      JOIN pg_namespace AS space ON space.oid = class.relnamespace
      JOIN pg_index AS index ON index.indexrelid = rule.conindid
     WHERE rule.contype = 'u' AND space.nspname = ANY($1::text[])
"""
# PostgreSQL's names of types, as Piccolo has them.
TYPES = {
    "bigint": "BIGINT",
    "bigint[]": "BIGINT[]",
    "boolean": "BOOLEAN",
    "bytea": "BYTEA",
    "character(3)": "CHAR(3)",
    "date": "DATE",
    "integer": "INTEGER",
    "jsonb": "JSONB",
    "numeric(18,6)": "NUMERIC(18, 6)",
    "numeric(9,6)": "NUMERIC(9, 6)",
    "smallint": "SMALLINT",
    "text": "TEXT",
    "text[]": "TEXT[]",
    "timestamp with time zone": "TIMESTAMPTZ",
    "uuid": "UUID",
}


@dataclass
class Shape:
    """A table: each column with its type, nullability, key and default; each unique constraint."""

    columns: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    uniques: dict[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict)


def of_piccolo(tables: list[type[Table]]) -> dict[str, Shape]:
    return {
        f"{table._meta.schema}.{table._meta.tablename}": Shape(
            {
                column._meta.name: described(
                    column.column_type,
                    column._meta.null,
                    column._meta.primary_key,
                    _default(column.default),
                )
                for column in table._meta.columns
            },
            {
                rule._meta.name: (tuple(rule.get_column_names()), rule.nulls_distinct)
                for rule in table._meta.constraints
                if isinstance(rule, Unique)
            },
        )
        for table in tables
    }


async def of_database(conn: Connection) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {}
    for row in await conn.fetch(COLUMNS, list(MODULES)):
        kind = TYPES.get(row["type"], row["type"])
        default = row["default"] and row["default"].partition("::")[0]
        shape = shapes.setdefault(row["table_name"], Shape())
        shape.columns[row["name"]] = described(kind, row["may_be_null"], row["is_key"], default)
    for row in await conn.fetch(UNIQUES, list(MODULES)):
        rule = (tuple(row["columns"]), row["nulls_distinct"])
        shapes[row["table_name"]].uniques[row["name"]] = rule
    return shapes


def described(
    kind: str, may_be_null: bool, is_key: bool, default: str | None
) -> tuple[str, str, str, str]:
    return (
        kind,
        "null" if may_be_null else "not null",
        "key" if is_key else "no key",
        "no default" if default is None else f"default {default}",
    )


def _default(value: Any) -> str | None:
    """A default of Piccolo's as PostgreSQL writes it, without its type."""
    if value is None:
        return None
    if isinstance(value, TimestamptzNow):
        return "now()"
    if isinstance(value, DateNow):
        return "CURRENT_DATE"
    if value is list:
        return "'{}'"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def differences(database: dict[str, Shape], mirror: dict[str, Shape]) -> list[str]:
    """What the mirror lacks, has too much of, or says otherwise, in words."""
    found = _missing("table", "", database, mirror)
    for name in sorted(database.keys() & mirror.keys()):
        for thing in ("columns", "uniques"):
            here, there = getattr(database[name], thing), getattr(mirror[name], thing)
            label = "column" if thing == "columns" else "unique constraint"
            found += _missing(label, f"{name}.", here, there)
            found += [
                f"{label} {name}.{part} is {here[part]} in the database and {there[part]} here"
                for part in sorted(here.keys() & there.keys())
                if here[part] != there[part]
            ]
        if list(database[name].columns) != list(mirror[name].columns):
            found.append(f"the columns of {name} are in another order")
    return found


def _missing(label: str, prefix: str, database: Any, mirror: Any) -> list[str]:
    return [
        *(f"{label} {prefix}{name} is missing here" for name in sorted(database - mirror.keys())),
        *(
            f"{label} {prefix}{name} is not in the database"
            for name in sorted(mirror - database.keys())
        ),
    ]


@pytest.fixture(scope="module")
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    async with a_place(await clone()) as made:
        yield made


@pytest.fixture(scope="module")
def mirror() -> dict[str, Shape]:
    apps = [import_module(f"tradeline.{module}.piccolo_app").APP_CONFIG for module in MODULES]
    return of_piccolo([table for app in apps for table in app.table_classes])


async def test_the_tables_are_those_of_the_database(place: Place, mirror: dict[str, Shape]) -> None:
    async with place.owner_pool.acquire() as conn:
        database = await of_database(conn)

    assert len(database) > 50
    assert differences(database, mirror) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            "CREATE TABLE catalog.shelf (id bigint)",
            "table catalog.shelf is missing here",
        ),
        (
            "DROP TABLE kernel.request",
            "table kernel.request is not in the database",
        ),
        (
            "ALTER TABLE catalog.sku ADD COLUMN colour text",
            "column catalog.sku.colour is missing here",
        ),
        (
            "ALTER TABLE kernel.request DROP COLUMN answer_id",
            "column kernel.request.answer_id is not in the database",
        ),
        (
            "ALTER TABLE kernel.request ALTER answer_id TYPE integer",
            "column kernel.request.answer_id is ('INTEGER', 'null', 'no key', 'no default')"
            " in the database and ('BIGINT', 'null', 'no key', 'no default') here",
        ),
        (
            "ALTER TABLE ordering.order_line ALTER unit_price TYPE numeric(12, 2)",
            "column ordering.order_line.unit_price is ('numeric(12,2)',",
        ),
        (
            "ALTER TABLE kernel.request ALTER answer_id SET NOT NULL",
            "column kernel.request.answer_id is ('BIGINT', 'not null',",
        ),
        (
            "ALTER TABLE catalog.sku ALTER base_unit SET DEFAULT 'CS'",
            "column catalog.sku.base_unit is ('TEXT', 'not null', 'no key', \"default 'CS'\")",
        ),
        (
            "ALTER TABLE kernel.audit_entry DROP CONSTRAINT audit_entry_pkey",
            "column kernel.audit_entry.id is ('BIGINT', 'not null', 'no key',",
        ),
        (
            "ALTER TABLE catalog.sku DROP CONSTRAINT one_sku_for_each_code",
            "unique constraint catalog.sku.one_sku_for_each_code is not in the database",
        ),
        (
            "ALTER TABLE catalog.sku ADD CONSTRAINT one_name UNIQUE (network_id, name)",
            "unique constraint catalog.sku.one_name is missing here",
        ),
    ],
)
async def test_a_difference_is_named(
    place: Place, mirror: dict[str, Shape], change: str, named: str
) -> None:
    async with place.owner_pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        try:
            await conn.execute(change)
            found = differences(await of_database(conn), mirror)
        finally:
            await transaction.rollback()

    assert any(difference.startswith(named) for difference in found), found


def test_another_order_of_columns_is_a_difference() -> None:
    one = described("TEXT", False, False, None)

    assert differences(
        {"a.b": Shape({"x": one, "y": one})}, {"a.b": Shape({"y": one, "x": one})}
    ) == ["the columns of a.b are in another order"]
