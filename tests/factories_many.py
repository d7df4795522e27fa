"""Tables with a past: what stands in them, many times over, for tests of how it is looked up."""

from __future__ import annotations

from collections.abc import Mapping

from tradeline.kernel import Connection

COLUMNS = """
    SELECT quote_ident(attribute.attname) AS name
      FROM pg_attribute AS attribute
     WHERE attribute.attrelid = $1::text::regclass AND attribute.attnum > 0
       AND NOT attribute.attisdropped AND attribute.attgenerated = ''
     ORDER BY attribute.attnum
"""


async def multiply(
    conn: Connection, table: str, *, times: int, own: Mapping[str, str], rows: int | None = None
) -> None:
    """Add each row of a table, or the first `rows`, so many times again; in a transaction.

    `own` says in SQL which columns each has of its own, of `one` and the number `many`. Nothing
    refers to anything that is there: for plans only the numbers count.
    """
    names = [row["name"] for row in await conn.fetch(COLUMNS, table)]
    values = ", ".join(own.get(name, f"one.{name}") for name in names)
    await conn.execute("SET LOCAL session_replication_role = replica")
    await conn.execute(
        f"INSERT INTO {table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE"
        f" SELECT {values} FROM (SELECT * FROM {table} LIMIT {rows or 'ALL'}) AS one,"
        f" generate_series(1, {times}) AS many"
    )
