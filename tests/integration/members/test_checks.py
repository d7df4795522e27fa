"""The doctor finds members who are not whom they are said to be."""

from __future__ import annotations

import pytest

from tests.factories import an_empty_network
from tests.factories_members import a_member
from tradeline import members
from tradeline.kernel import Connection, Database, Pool
from tradeline.members import MergeCause

# By what breaks it; $1 was known first, $2 was merged into them, and $3 into $2 before.
CORRUPTIONS = {
    "UPDATE members.member SET survivor_id = $2 WHERE id = $3 AND $1::bigint > 0": {
        "members.merges_end_at_their_survivors"
    },
    "UPDATE members.member SET merged_into_id = $3, survivor_id = $3, state = 'merged'"
    " WHERE id = $1 AND $2::bigint > 0": {
        "members.merges_are_recorded",
        "members.merges_end_at_their_survivors",
    },
    "UPDATE members.merge SET undone_at = now()"
    " WHERE from_id = $2 AND $1::bigint > 0 AND $3::bigint > 0": {"members.merges_are_recorded"},
}


async def broken(conn: Connection, network_id: int) -> set[str]:
    return {
        finding.invariant.code
        for finding in await members.find_violations(conn)
        if finding.first is not None and finding.first["network_id"] == network_id
    }


@pytest.mark.parametrize("sql", CORRUPTIONS)
async def test_what_leads_elsewhere_is_found(db: Database, owner_pool: Pool, sql: str) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    old, middle, young = [await a_member(db, network_id) for _ in range(3)]
    async with db.unit_of_work(network_id) as conn:
        for one, other in ((middle, young), (old, middle)):
            await members.merge_members(
                conn,
                network_id=network_id,
                one=one.member_id,
                other=other.member_id,
                cause=MergeCause.UNIONID,
            )

    async with owner_pool.acquire() as conn:
        assert await broken(conn, network_id) == set()
        transaction = conn.transaction()
        await transaction.start()
        ids = (old.member_id, middle.member_id, young.member_id)
        assert await conn.execute(sql, *ids) == "UPDATE 1"
        found = await broken(conn, network_id)
        await transaction.rollback()

    assert found == CORRUPTIONS[sql]
