"""Many come, bind and are merged at once: nobody waits in a circle, and all ends well."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable

from tests.factories import Story, a_network
from tests.factories_members import a_guest, a_member, a_phone, an_openid, now
from tradeline import members
from tradeline.kernel import Database, PageRequest, Pool, Rejected

APPS = ("wx0000000000000001", "wx0000000000000002")
ROUNDS = 3
AT_ONCE = 24


async def test_whatever_happens_at_once_every_identity_leads_to_one_person(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    chance = random.Random(20261123)
    openids, unionids = [an_openid() for _ in range(6)], [an_openid() for _ in range(3)]
    phones = [a_phone() for _ in range(3)]
    guests = [await a_guest(db, story.network_id) for _ in range(4)]

    async def come() -> None:
        await a_member(
            db,
            story.network_id,
            openid=chance.choice(openids),
            app_id=chance.choice(APPS),
            unionid=chance.choice([None, *unionids]),
            phone=chance.choice([None, *phones]),
            guest=chance.choice([None, *guests]),
        )

    for _ in range(ROUNDS):
        deeds: list[Awaitable[None]] = [come() for _ in range(AT_ONCE)]
        deeds += [_tell_apart(db, story) for _ in range(2)]
        async with asyncio.timeout(60):
            await asyncio.gather(*deeds)

    async with owner_pool.acquire() as conn:
        for finding in await members.find_violations(conn):
            assert finding.first is None or finding.first["network_id"] != story.network_id
    taken = await owner_pool.fetchval(
        "SELECT count(*) FROM members.identity WHERE network_id = $1 AND unlinked_at IS NULL"
        " GROUP BY kind, app_id, lookup ORDER BY 1 DESC LIMIT 1",
        story.network_id,
    )
    assert taken == 1
    for openid in openids:
        there = [
            await a_member(db, story.network_id, openid=openid, app_id=APPS[0]) for _ in range(2)
        ]
        assert there[0] == there[1] == await now(db, story.network_id, there[0].member_id)


async def _tell_apart(db: Database, story: Story) -> None:
    """The last merge that there is, if somebody else does not at the same moment."""
    actor = story.actor("brand")
    async with db.reading(story.network_id) as conn:
        merges = (await members.list_merges(conn, actor=actor, page=PageRequest(5))).items
    alive = [merge for merge in merges if merge.undone_at is None]
    if alive:
        try:
            async with db.unit_of_work(story.network_id) as conn:
                await members.undo_merge(conn, actor=actor, merge_id=alive[0].id)
        except Rejected:
            return
