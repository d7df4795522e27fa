"""Members who are one person, and who are told apart again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import Story, a_network, an_empty_network
from tests.factories_members import a_guest, a_member, a_phone, an_openid, now
from tradeline import members
from tradeline.kernel import (
    Database,
    Forbidden,
    NotFound,
    PageRequest,
    Permission,
    Pool,
    Rejected,
    Shopper,
)
from tradeline.members import MergeCause, Merged

# Of a network's people, but for when something was used or seen last.
ROWS = """
    SELECT table_name, text
      FROM (SELECT 'member', (to_jsonb(row) - 'last_seen_at')::text, row.network_id
              FROM members.member AS row
             UNION ALL
            SELECT 'identity', (to_jsonb(row) - 'last_used_at')::text, row.network_id
              FROM members.identity AS row
             UNION ALL
            SELECT 'address', to_jsonb(row)::text, row.network_id FROM members.address AS row)
           AS rows (table_name, text, network_id)
     WHERE network_id = $1
     ORDER BY 1, 2
"""


async def merge(
    db: Database, one: Shopper, other: Shopper, cause: MergeCause = MergeCause.UNIONID
) -> Merged | None:
    async with db.unit_of_work(one.network_id) as conn:
        return await members.merge_members(
            conn,
            network_id=one.network_id,
            one=one.member_id,
            other=other.member_id,
            cause=cause,
        )


async def undo(db: Database, story: Story, merge_id: int) -> Merged:
    async with db.unit_of_work(story.network_id) as conn:
        return await members.undo_merge(conn, actor=story.actor("brand"), merge_id=merge_id)


async def family(db: Database, shopper: Shopper) -> list[int]:
    async with db.reading(shopper.network_id) as conn:
        return await members.family_of(conn, shopper.network_id, shopper.member_id)


async def test_two_members_are_read_as_one_whichever_is_asked_for(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    old, young, other = [await a_member(db, network_id) for _ in range(3)]

    merged = await merge(db, young, old)

    assert merged is not None
    assert (merged.from_id, merged.into_id) == (young.member_id, old.member_id)
    both = [old.member_id, young.member_id]
    assert await family(db, old) == await family(db, young) == both
    assert await family(db, other) == [other.member_id]
    assert await merge(db, old, young) is None, "they are one already"


async def test_undoing_a_merge_gives_everybody_what_was_theirs(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    network_id = story.network_id
    phone, own = a_phone(), a_phone()
    openid, other_openid = an_openid(), an_openid()
    old = await a_member(db, network_id, openid=openid, phone=phone)
    young = await a_member(db, network_id, openid=other_openid, phone=own)
    before = await owner_pool.fetch(ROWS, network_id)

    async with db.unit_of_work(network_id) as conn:
        bound = await members.bind_phone(conn, shopper=young, phone=phone)
    [merged] = bound.merges
    assert await now(db, network_id, young.member_id) == old
    assert await undo(db, story, merged.id) == merged

    after = await owner_pool.fetch(ROWS, network_id)
    assert after == before
    assert await a_member(db, network_id, openid=openid) == old
    assert await a_member(db, network_id, openid=other_openid) == young
    assert await family(db, young) == [young.member_id]


async def test_who_was_told_apart_is_not_found_to_be_one_again(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    network_id = story.network_id
    phone, openid, other_openid = a_phone(), an_openid(), an_openid()
    old = await a_member(db, network_id, openid=openid, phone=phone)
    young = await a_member(db, network_id, openid=other_openid)
    merged = await merge(db, old, young)
    assert merged is not None
    await undo(db, story, merged.id)

    assert await merge(db, old, young) is None
    assert await a_member(db, network_id, openid=other_openid, phone=phone) == young

    assert await a_member(db, network_id, openid=openid) == old
    async with db.reading(network_id) as conn:
        found = await members.members_by_ids(
            conn, network_id=network_id, ids=[old.member_id, young.member_id]
        )
    assert found[young.member_id].phone == phone, "the number is theirs who has it now"
    assert found[old.member_id].phone is None


async def test_what_was_merged_into_the_one_goes_along_with_them(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    first, second, third, fourth = [await a_member(db, story.network_id) for _ in range(4)]
    await merge(db, third, fourth)
    merged = await merge(db, second, third)
    assert merged is not None
    await merge(db, first, second)
    assert len(await family(db, fourth)) == 4

    await undo(db, story, merged.id)

    assert await family(db, fourth) == [third.member_id, fourth.member_id]
    assert await family(db, second) == [first.member_id, second.member_id]


async def test_a_guest_is_given_back_as_a_guest(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    guest, known = await a_guest(db, story.network_id), await a_member(db, story.network_id)
    merged = await merge(db, guest, known, MergeCause.GUEST)
    assert merged is not None
    assert merged.into_id == known.member_id

    await undo(db, story, merged.id)

    assert await now(db, story.network_id, guest.member_id) == guest


async def test_merging_two_into_each_other_at_once_closes_no_circle(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    for _ in range(5):
        people = [await a_member(db, network_id) for _ in range(3)]
        one, other, third = people

        merges = await asyncio.gather(
            merge(db, one, other),
            merge(db, other, one),
            merge(db, other, third),
            merge(db, third, one),
        )

        assert sum(merged is not None for merged in merges) == 2
        for person in people:
            assert await now(db, network_id, person.member_id) == one
            assert await family(db, person) == [each.member_id for each in people]


async def test_nobody_but_the_brands_people_tells_members_apart(
    db: Database, owner_pool: Pool
) -> None:
    story, elsewhere = await a_network(owner_pool, db), await a_network(owner_pool, db)
    old, young = [await a_member(db, story.network_id) for _ in range(2)]
    merged = await merge(db, old, young)
    assert merged is not None

    for stranger in (story.actor("retailer_1"), elsewhere.actor("brand")):
        async with db.unit_of_work(stranger.network_id) as conn:
            with pytest.raises(Rejected) as refused:
                await members.undo_merge(conn, actor=stranger, merge_id=merged.id)
            assert isinstance(refused.value.problems[0], NotFound)
            page = await members.list_merges(conn, actor=stranger, page=PageRequest())
            assert page.items == ()
    async with db.unit_of_work(story.network_id) as conn:
        for use_case in (
            members.undo_merge(conn, actor=story.visitor("brand"), merge_id=merged.id),
            members.list_merges(conn, actor=story.visitor("brand"), page=PageRequest()),
            members.merges_by_ids(conn, actor=story.visitor("brand"), ids=[merged.id]),
        ):
            with pytest.raises(Forbidden):
                await use_case

    assert await now(db, story.network_id, young.member_id) == old


async def test_the_brand_sees_merges_masked_and_newest_first(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    phone = a_phone()
    old = await a_member(db, story.network_id, phone=phone)
    people = [await a_member(db, story.network_id) for _ in range(2)]
    ids = [merged.id for each in people if (merged := await merge(db, old, each)) is not None]
    guest = await a_guest(db, story.network_id)
    await merge(db, old, guest, MergeCause.GUEST)
    await undo(db, story, ids[0])
    reader = story.actor("brand", Permission.MEMBER_READ)

    async with db.reading(story.network_id) as conn:
        first = await members.list_merges(conn, actor=reader, page=PageRequest(1))
        rest = await members.list_merges(conn, actor=reader, page=PageRequest(5, (ids[1],)))

    assert first.has_next
    [shown] = first.items
    assert (shown.id, shown.into_phone, shown.from_phone) == (
        ids[1],
        f"{phone[3:6]}****{phone[-4:]}",
        "",
    )
    assert [(each.id, each.undone_at is None) for each in rest.items] == [(ids[0], False)]


async def test_a_merge_is_undone_once_and_the_audit_trail_tells(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    old, young = [await a_member(db, story.network_id) for _ in range(2)]
    merged = await merge(db, old, young)
    assert merged is not None
    await undo(db, story, merged.id)

    with pytest.raises(Rejected):
        await undo(db, story, merged.id)

    rows = await owner_pool.fetch(
        "SELECT action, subject_id, account_id FROM kernel.audit_entry"
        " WHERE network_id = $1 AND subject_type = 'member_merge'",
        story.network_id,
    )
    assert [tuple(row) for row in rows] == [
        ("member_merge.undo", merged.id, story.accounts["brand"])
    ]


PEOPLE = 5
STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)),
        st.integers(0, 7),  # undo the merge that came so many before the last
    ),
    max_size=14,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
async def test_any_sequence_of_merges_and_undoings_leaves_a_forest_of_people(
    db: Database, owner_pool: Pool, steps: list[Any]
) -> None:
    """Against pointers that are followed one by one; the oldest of a family stays."""
    story = await a_network(owner_pool, db)
    people = [await a_member(db, story.network_id) for _ in range(PEOPLE)]
    ids = [person.member_id for person in people]
    points: dict[int, int] = {}
    done: list[Merged] = []
    told_apart: list[tuple[int, int]] = []

    def root(member_id: int) -> int:
        return root(points[member_id]) if member_id in points else member_id

    def apart(one: int, other: int) -> bool:
        return any({root(a), root(b)} == {root(one), root(other)} for a, b in told_apart)

    for step in steps:
        if isinstance(step, tuple):
            one, other = ids[step[0]], ids[step[1]]
            expected = root(one) != root(other) and not apart(one, other)
            merged = await merge(db, people[step[0]], people[step[1]])
            assert (merged is not None) == expected
            if merged is not None:
                stays, goes = sorted({root(one), root(other)})
                assert (merged.from_id, merged.into_id) == (goes, stays)
                points[goes] = stays
                done.append(merged)
        elif done:
            taken_back = done.pop(-1 - step % len(done))
            await undo(db, story, taken_back.id)
            del points[taken_back.from_id]
            told_apart.append((taken_back.from_id, taken_back.into_id))
        async with db.reading(story.network_id) as conn:
            survivors = await members.survivor_ids(conn, story.network_id, ids)
        assert survivors == {member_id: root(member_id) for member_id in ids}
    for merged in reversed(done):
        await undo(db, story, merged.id)
    for person in people:
        assert await now(db, story.network_id, person.member_id) == person
