"""The wall between networks, walked along the whole catalog: nothing is left open by oversight."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from tests.factories_outbox import Place, a_place

# Tables without the wall, each with its reason.
OUTSIDE_OF_NETWORKS = {
    "identity.account": "a person signs in before a network is chosen",
    "identity.session": "names the network that was chosen; found by a secret's hash alone",
    "identity.refresh_token": "as a session",
    "identity.sign_in_failure": "counts attempts by address, before anybody is known",
    "members.seal_key": "by which key this database is sealed; no more than its fingerprint",
    "settlement.booking_rule": "as the posting rules",
    "settlement.posting_rule": "how kinds are booked, the same for everybody; read only",
}
# Whose identity is the network's own.
IS_THE_NETWORK = "organizations.network"
BY_NETWORK = "(network_id = (current_setting('tradeline.network_id'::text))::bigint)"
BY_ID = "(id = (current_setting('tradeline.network_id'::text))::bigint)"

# What is written once and never changed: books, reasons, documents, the trail.
APPEND_ONLY = {
    "inventory.stock_movement",
    "kernel.audit_entry",
    "kernel.outbox_event",
    "members.consent",
    "ordering.order_event",
    "ordering.receipt",
    "ordering.receipt_line",
    "settlement.account",
    "settlement.adjustment",
    "settlement.booking",
    "settlement.journal",
    "settlement.obligation",
    "settlement.transfer",
    "shopping.order_event",
    "shopping.order_tier",
    "shopping.reversal",
}
# What may be taken away, because something else says that it was there.
DELETABLE = {
    "catalog.assortment_grant",
    "catalog.assortment_sku",
    "catalog.barcode",
    "catalog.buyer_code",
    "channels.freight_rule",
    "channels.listing",
    "channels.store_edge",
    "identity.membership_role",
    "identity.role",
    "identity.sign_in_failure",
    "inventory.warehouse_grant",
    "kernel.request",
    "ordering.order_list",
    "pricing.price_list_grant",
    "replenishment.budget",
    "replenishment.forecast",
    "replenishment.term",
    "settlement.statement_line",
    "shopping.cart_line",
    "sourcing.quota_take",
    "sourcing.rule",
    "webhooks.delivery",
    "webhooks.endpoint",
}
# Doors through the wall: functions that run as the owner. Each names what it is given a secret or a
# network for, and gives away no more.
DOORS = {
    "catalog.skus_with_text",
    "channels.mini_program_of",
    "channels.payment_account_of",
    "identity.acting_as",
    "identity.api_client_of",
    "identity.invitation_of",
    "identity.memberships_of",
    "identity.password_reset_of",
    "identity.standing_of",
    "members.network_of_session",
    "members.shopping_as",
}

TABLES = """
    SELECT format('%s.%s', space.nspname, class.relname) AS name, class.relrowsecurity AS walled,
           class.relowner::regrole::text AS owner,
           EXISTS (SELECT FROM pg_attribute AS attribute
                    WHERE attribute.attrelid = class.oid AND attribute.attname = 'network_id'
                      AND NOT attribute.attisdropped) AS has_network
      FROM pg_class AS class
      JOIN pg_namespace AS space ON space.oid = class.relnamespace
     WHERE class.relkind IN ('r', 'p') AND space.nspname NOT LIKE 'pg\\_%'
       AND space.nspname NOT IN ('information_schema', 'public')
     ORDER BY 1
"""
COLUMNS = """
    SELECT attribute.attname AS name, format_type(attribute.atttypid, NULL) AS type,
           attribute.attidentity <> '' AS is_identity
      FROM pg_attribute AS attribute
     WHERE attribute.attrelid = $1::text::regclass AND attribute.attnum > 0
       AND NOT attribute.attisdropped
     ORDER BY attribute.attnum
"""
CHECK_CONSTRAINTS = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
      FROM pg_constraint
     WHERE contype = 'c' AND conrelid <> 0 AND connamespace::regnamespace::text NOT LIKE 'pg\\_%'
       AND connamespace::regnamespace::text <> 'information_schema'
"""
GRANTS = """
    SELECT format('%s.%s', space.nspname, class.relname) AS name, grant_.privilege_type AS right,
           CASE grant_.grantee WHEN 0 THEN 'PUBLIC' ELSE grant_.grantee::regrole::text END AS who
      FROM pg_class AS class
      JOIN pg_namespace AS space ON space.oid = class.relnamespace
     CROSS JOIN aclexplode(class.relacl) AS grant_
     WHERE class.relkind IN ('r', 'p') AND space.nspname NOT LIKE 'pg\\_%'
       AND space.nspname NOT IN ('information_schema', 'public')
       AND grant_.grantee <> class.relowner
"""
# A value of each type that differs from network to network.
SAMPLES = {
    "bigint": "$1::bigint",
    "bigint[]": "ARRAY[$1::bigint]",
    "boolean": "true",
    "bytea": "convert_to($1::bigint::text, 'UTF8')",
    "character": "'CNY'",
    "date": "current_date",
    "smallint": "$1::bigint",
    "integer": "$1::bigint",
    "jsonb": "'{}'",
    "numeric": "$1::bigint",
    "text": "$1::bigint::text",
    "text[]": "ARRAY[$1::bigint::text]",
    "timestamp with time zone": "now()",
    "uuid": "gen_random_uuid()",
}


@pytest.fixture(scope="module")
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    """A database in which each table has a row of network 1 and one of network 2."""
    async with a_place(await clone()) as made:
        async with made.owner_pool.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL session_replication_role = replica")
            for row in await conn.fetch(CHECK_CONSTRAINTS):
                await conn.execute(row[0])
            for name in await walled_tables(made):
                for network_id in (1, 2):
                    await put_row(conn, name, network_id)
        yield made


async def put_row(conn: asyncpg.Connection, table: str, network_id: int) -> None:
    columns = await conn.fetch(COLUMNS, table)
    names = ", ".join(f'"{column["name"]}"' for column in columns)
    values = ", ".join(SAMPLES[column["type"]] for column in columns)
    await conn.execute(
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE VALUES ({values})", network_id
    )


async def walled_tables(place: Place) -> list[str]:
    rows = await place.owner_pool.fetch(TABLES)
    return [row["name"] for row in rows if row["name"] not in OUTSIDE_OF_NETWORKS]


async def rights(place: Place) -> dict[str, set[str]]:
    """What the application may do to each table."""
    found: dict[str, set[str]] = {}
    for row in await place.owner_pool.fetch(GRANTS):
        assert row["who"] == "tradeline_app", row
        found.setdefault(row["name"], set()).add(row["right"])
    return found


async def test_every_table_has_the_wall_or_a_reason(place: Place) -> None:
    rows = await place.owner_pool.fetch(TABLES)

    assert {row["name"] for row in rows if not row["walled"]} == set(OUTSIDE_OF_NETWORKS)
    assert {row["name"] for row in rows if row["walled"] and not row["has_network"]} == {
        IS_THE_NETWORK
    }


async def test_every_wall_is_the_one_policy_for_all_that_can_be_done(place: Place) -> None:
    rows = await place.owner_pool.fetch(
        "SELECT format('%s.%s', schemaname, tablename) AS name, permissive, roles, cmd, qual,"
        " with_check FROM pg_policies"
    )

    assert sorted(row["name"] for row in rows) == await walled_tables(place)
    for row in rows:
        expected = BY_ID if row["name"] == IS_THE_NETWORK else BY_NETWORK
        assert (row["qual"], row["cmd"], list(row["roles"])) == (expected, "ALL", ["public"])
        assert row["with_check"] in (expected, None), "without its own, the other one holds"


async def test_without_a_network_every_walled_table_refuses(place: Place) -> None:
    may = await rights(place)
    for name in await walled_tables(place):
        if "SELECT" not in may.get(name, set()):
            continue
        async with place.db.platform() as conn:
            with pytest.raises(asyncpg.UndefinedObjectError, match=r"tradeline\.network_id"):
                await conn.fetch(f"SELECT FROM {name}")


async def test_one_network_sees_nothing_of_another_in_any_table(place: Place) -> None:
    may = await rights(place)
    seen = {}
    for name in await walled_tables(place):
        if "SELECT" in may.get(name, set()):
            column = "id" if name == IS_THE_NETWORK else "network_id"
            async with place.db.reading(1) as conn:
                rows = await conn.fetch(f"SELECT {column} FROM {name}")
            seen[name] = [row[0] for row in rows]

    assert len(seen) > 40
    assert {name: ids for name, ids in seen.items() if ids != [1]} == {}


async def test_one_network_changes_nothing_of_another_in_any_table(place: Place) -> None:
    may = await rights(place)
    for name in await walled_tables(place):
        own = "id" if name == IS_THE_NETWORK else "network_id"
        allowed = may.get(name, set())
        if {"SELECT", "UPDATE"} <= allowed:
            async with place.db.unit_of_work(1) as conn:
                done = await conn.execute(f"UPDATE {name} SET {own} = {own} WHERE {own} = 2")
            assert done == "UPDATE 0", name
        if {"SELECT", "DELETE"} <= allowed:
            async with place.db.unit_of_work(1) as conn:
                done = await conn.execute(f"DELETE FROM {name} WHERE {own} = 2")
            assert done == "DELETE 0", name


async def test_one_network_puts_nothing_into_another(place: Place) -> None:
    may = await rights(place)
    for name in await walled_tables(place):
        if "INSERT" in may.get(name, set()):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                async with place.db.unit_of_work(1) as conn:
                    await put_row(conn, name, 3)


async def test_the_application_has_no_more_than_the_four_rights(place: Place) -> None:
    may = await rights(place)

    assert {right for allowed in may.values() for right in allowed} == {
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
    }
    assert {name for name, allowed in may.items() if "DELETE" in allowed} == DELETABLE
    assert {name for name in APPEND_ONLY if may[name] - {"SELECT", "INSERT"}} == set()
    assert may["settlement.posting_rule"] == may[IS_THE_NETWORK] == {"SELECT"}
    assert may["settlement.posting_queue"] == may["kernel.outbox_event"] == {"INSERT"}


async def test_the_application_owns_nothing_and_is_nobody_special(place: Place) -> None:
    role = await place.owner_pool.fetchrow(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin,"
        " EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid) AS is_member"
        " FROM pg_roles WHERE rolname = 'tradeline_app'"
    )

    assert not any(role)
    assert all(row["owner"] != "tradeline_app" for row in await place.owner_pool.fetch(TABLES))


async def test_views_show_no_more_than_their_reader_may_see(place: Place) -> None:
    rows = await place.owner_pool.fetch(
        "SELECT oid::regclass::text AS name, coalesce(reloptions, '{}') AS options FROM pg_class"
        " WHERE relkind IN ('v', 'm') AND relnamespace::regnamespace::text"
        " NOT IN ('pg_catalog', 'information_schema')"
    )

    assert rows
    assert [row["name"] for row in rows if "security_invoker=true" not in row["options"]] == []


async def test_every_door_through_the_wall_is_known_and_locked_to_others(place: Place) -> None:
    rows = await place.owner_pool.fetch(
        "SELECT format('%s.%s', pronamespace::regnamespace, proname) AS name,"
        " coalesce(proconfig, '{}') AS settings, proacl::text AS rights FROM pg_proc"
        " WHERE prosecdef AND pronamespace::regnamespace::text NOT LIKE 'pg\\_%'"
    )

    assert {row["name"] for row in rows} == DOORS
    for row in rows:
        assert row["settings"] == ["search_path=pg_catalog"], row["name"]
        assert row["rights"] is not None, f"{row['name']} is open to everybody"
        assert "{=" not in row["rights"], f"{row['name']} is open to everybody"
        assert ",=" not in row["rights"], f"{row['name']} is open to everybody"


async def test_a_connection_that_comes_back_has_left_its_network(place: Place) -> None:
    pool = place.db._pool
    connections = [await pool.acquire() for _ in range(pool.get_max_size())]
    try:
        for conn in connections:
            assert not await conn.fetchval("SELECT current_setting('tradeline.network_id', true)")
    finally:
        for conn in connections:
            await pool.release(conn)
