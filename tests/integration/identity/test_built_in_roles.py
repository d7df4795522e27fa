"""Networks that are there already get the built-in roles of this version by a migration."""

from __future__ import annotations

from pathlib import Path

from tests.factories import a_network
from tradeline import identity
from tradeline.identity import BUILT_IN_ROLES
from tradeline.kernel import Database, Permission, Pool

MIGRATIONS = [
    (Path(identity.__file__).parent / "migrations" / name).read_text()
    for name in ("identity_0003_consumers.sql", "identity_0004_replenishment.sql")
]
ADDED = [
    Permission.CONSUMER_ORDER_FULFIL,
    Permission.CONSUMER_ORDER_READ,
    Permission.CONSUMER_ORDER_REFUND,
    Permission.COUPON_MANAGE,
    Permission.MEMBER_READ,
    Permission.PAYMENT_RECONCILE,
    Permission.REPLENISHMENT_MANAGE,
    Permission.REPLENISHMENT_READ,
    Permission.SOURCING_MANAGE,
    Permission.STORE_MANAGE,
    Permission.STORE_READ,
    Permission.WEBHOOK_MANAGE,
]


async def test_roles_of_old_networks_become_those_of_new_ones_and_their_own_stay(
    db: Database, owner_pool: Pool
) -> None:
    network = await a_network(owner_pool, db)
    network_id = network.network_id
    async with db.unit_of_work(network_id) as conn:
        await identity.create_built_in_roles(conn, network_id=network_id)
    await owner_pool.execute(
        "UPDATE identity.role SET permissions = array(SELECT one FROM unnest(permissions) AS one"
        " WHERE one <> ALL($2::text[])) WHERE network_id = $1",
        network_id,
        ADDED,
    )
    await owner_pool.execute(
        "INSERT INTO identity.role (network_id, org_id, code, name, name_en, permissions)"
        " VALUES ($1, $2, 'sales', '自有', 'Own', '{stock:read}')",
        network_id,
        network.orgs["brand"],
    )

    for migration in (*MIGRATIONS, *MIGRATIONS):  # what is there already stays
        await owner_pool.execute(migration)

    rows = await owner_pool.fetch(
        "SELECT org_id, code, permissions FROM identity.role WHERE network_id = $1", network_id
    )
    assert {row["code"]: row["permissions"] for row in rows if row["org_id"] is None} == {
        role.code: sorted(role.permissions) for role in BUILT_IN_ROLES.values()
    }
    assert [row["permissions"] for row in rows if row["org_id"] is not None] == [["stock:read"]]
