"""Whose a phone number is: who proved it lately is the same person, who did long ago may not be."""

from __future__ import annotations

import json

import pytest

from tests.factories import Story, a_network
from tests.factories_members import MEMBER_TOKENS, a_member, a_phone, an_openid, now
from tradeline import members
from tradeline.kernel import Database, InvalidValue, Pool, Rejected, Shopper

LONG_AGO = "91 days"


async def a_session(db: Database, member: Shopper) -> str:
    async with db.unit_of_work(member.network_id) as conn:
        session = await members.issue_session(
            conn, keys=MEMBER_TOKENS, network_id=member.network_id, member_id=member.member_id
        )
    return session.access_token


async def speaks_for(db: Database, token: str) -> Shopper | None:
    async with db.asking() as conn:
        [found] = await members.shopper_from_access_tokens(conn, keys=MEMBER_TOKENS, tokens=[token])
    return found


async def bind(db: Database, member: Shopper, phone: str) -> members.LoggedIn:
    async with db.unit_of_work(member.network_id) as conn:
        return await members.bind_phone(conn, shopper=member, phone=phone)


async def phones_of(db: Database, *people: Shopper) -> list[str | None]:
    async with db.reading(people[0].network_id) as conn:
        found = await members.members_by_ids(
            conn, network_id=people[0].network_id, ids=[person.member_id for person in people]
        )
    return [found[person.member_id].phone for person in people]


async def prove_last(owner_pool: Pool, member: Shopper, ago: str) -> None:
    await owner_pool.execute(
        "UPDATE members.identity SET last_used_at = now() - $3::text::interval"
        " WHERE network_id = $1 AND member_id = $2 AND kind = 'phone'",
        member.network_id,
        member.member_id,
        ago,
    )


async def a_holder(db: Database, owner_pool: Pool, story: Story, phone: str, ago: str) -> Shopper:
    """Somebody who proved a number so long ago, and was here a moment ago by their WeChat."""
    openid = an_openid()
    holder = await a_member(db, story.network_id, openid=openid, phone=phone)
    await prove_last(owner_pool, holder, ago)
    return await a_member(db, story.network_id, openid=openid)


async def test_a_number_that_was_proved_long_ago_moves_and_takes_nothing_along(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    phone = a_phone()
    former = await a_holder(db, owner_pool, story, phone, LONG_AGO)
    own = await a_member(db, story.network_id)

    bound = await bind(db, own, phone)

    assert bound == members.LoggedIn(member_id=own.member_id)
    assert await now(db, story.network_id, former.member_id) == former
    assert await now(db, story.network_id, own.member_id) == own
    assert await phones_of(db, own, former) == [phone, None]
    row = await owner_pool.fetchrow(
        "SELECT org_id, subject_id, before, after FROM kernel.audit_entry"
        " WHERE network_id = $1 AND action = 'member.move_phone'",
        story.network_id,
    )
    assert row is not None
    assert (row["org_id"], row["subject_id"]) == (story.orgs["brand"], own.member_id)
    assert json.loads(row["before"]) == {"member_id": former.member_id}
    assert json.loads(row["after"]) == {"member_id": own.member_id}


async def test_a_number_stays_whose_it_is_where_there_is_no_brand_to_tell(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    phone = a_phone()
    former = await a_holder(db, owner_pool, story, phone, LONG_AGO)
    own = await a_member(db, story.network_id)
    await owner_pool.execute(
        "UPDATE organizations.organization SET kind = 'trader' WHERE id = $1", story.orgs["brand"]
    )

    with pytest.raises(Rejected) as raised:
        await bind(db, own, phone)

    assert [type(problem) for problem in raised.value.problems] == [InvalidValue]
    assert await phones_of(db, own, former) == [None, phone]
    entries = await owner_pool.fetch(
        "SELECT action FROM kernel.audit_entry WHERE network_id = $1 AND org_id = 0"
        "   AND subject_type = 'member'",
        story.network_id,
    )
    assert entries == []


async def test_a_number_that_was_proved_lately_shows_one_person(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    phone = a_phone()
    former = await a_holder(db, owner_pool, story, phone, "89 days")
    own = await a_member(db, story.network_id)

    [merged] = (await bind(db, own, phone)).merges

    assert (merged.from_id, merged.into_id) == (own.member_id, former.member_id)


async def test_who_is_both_proves_it_from_the_older_wechat_and_is_one(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    phone = a_phone()
    former = await a_holder(db, owner_pool, story, phone, LONG_AGO)
    own = await a_member(db, story.network_id)
    await bind(db, own, phone)

    await bind(db, former, phone)

    assert await now(db, story.network_id, own.member_id) == former
    assert await phones_of(db, former) == [phone]


async def test_proving_ones_own_number_again_makes_it_fresh(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    phone = a_phone()
    former = await a_holder(db, owner_pool, story, phone, LONG_AGO)
    await bind(db, former, phone)
    own = await a_member(db, story.network_id)

    assert (await bind(db, own, phone)).merges


async def test_the_sessions_end_of_whoever_had_the_number_and_no_others(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    for ago in (LONG_AGO, "1 day"):
        phone = a_phone()
        former = await a_holder(db, owner_pool, story, phone, ago)
        relative = await a_member(db, story.network_id)
        async with db.unit_of_work(story.network_id) as conn:
            await members.merge_members(
                conn,
                network_id=story.network_id,
                one=former.member_id,
                other=relative.member_id,
                cause=members.MergeCause.UNIONID,
            )
        own, somebody = [await a_member(db, story.network_id) for _ in range(2)]
        theirs = [await a_session(db, each) for each in (former, relative)]
        kept = [await a_session(db, each) for each in (own, somebody)]

        await bind(db, own, phone)

        assert [await speaks_for(db, token) for token in theirs] == [None, None]
        assert await speaks_for(db, kept[0]) == await now(db, story.network_id, own.member_id)
        assert await speaks_for(db, kept[1]) == somebody
