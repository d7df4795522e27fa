"""What members tell of themselves is theirs, and nobody else's."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from tests.factories import a_network, an_empty_network
from tests.factories_members import a_guest, a_member, a_phone, now
from tradeline import members
from tradeline.kernel import Database, InvalidValue, Locale, NotFound, Pool, Rejected, Shopper
from tradeline.members import Address, AddressDraft, TooManyAddresses

HOME = AddressDraft(recipient=" 林小满 ", phone="13800138000", region="CN-31", detail="某路 1 号")


async def save(
    db: Database, shopper: Shopper, draft: AddressDraft = HOME, address_id: int | None = None
) -> int:
    async with db.unit_of_work(shopper.network_id) as conn:
        return await members.save_address(conn, shopper=shopper, draft=draft, address_id=address_id)


async def addresses(db: Database, shopper: Shopper) -> list[Address]:
    async with db.reading(shopper.network_id) as conn:
        return await members.list_addresses(conn, shopper=shopper)


async def delete(db: Database, shopper: Shopper, address_id: int) -> int:
    async with db.unit_of_work(shopper.network_id) as conn:
        return await members.delete_address(conn, shopper=shopper, address_id=address_id)


async def consent(db: Database, shopper: Shopper, version: str, is_given: bool) -> None:
    async with db.unit_of_work(shopper.network_id) as conn:
        await members.record_consent(
            conn, shopper=shopper, subject="privacy_policy", version=version, is_given=is_given
        )


async def test_an_address_comes_back_as_it_was_given(db: Database, owner_pool: Pool) -> None:
    shopper = await a_member(db, (await an_empty_network(owner_pool)).network_id)

    address_id = await save(db, shopper)

    expected = Address(
        id=address_id,
        recipient="林小满",
        phone="+8613800138000",
        region="CN-31",
        detail="某路 1 号",
        is_default=True,
    )
    assert await addresses(db, shopper) == [expected]
    async with db.reading(shopper.network_id) as conn:
        loaded = await members.load_address(conn, shopper=shopper, address_id=address_id)
    assert loaded == expected


async def test_the_last_that_was_said_to_be_the_default_is(db: Database, owner_pool: Pool) -> None:
    shopper = await a_member(db, (await an_empty_network(owner_pool)).network_id)
    at_work = AddressDraft(
        recipient="林", phone="021-61234567", region="CN-32", detail="2 号", is_default=True
    )
    home = await save(db, shopper)
    office = await save(db, shopper, at_work)
    parents = await save(db, shopper)

    found = await addresses(db, shopper)

    assert [(each.id, each.is_default) for each in found] == [
        (office, True),
        (parents, False),
        (home, False),
    ]
    await save(db, shopper, at_work, home)
    found = await addresses(db, shopper)
    assert (found[0].id, found[0].is_default) == (home, True)
    assert found[0].detail == "2 号"
    assert sum(each.is_default for each in found) == 1


async def test_somebody_elses_address_is_not_there(db: Database, owner_pool: Pool) -> None:
    here, there = [(await an_empty_network(owner_pool)).network_id for _ in range(2)]
    owner = await a_member(db, here)
    address_id = await save(db, owner)
    before = await addresses(db, owner)

    for stranger in (await a_member(db, here), await a_member(db, there), await a_guest(db, here)):
        for use_case in (save(db, stranger, HOME, address_id), delete(db, stranger, address_id)):
            with pytest.raises(Rejected) as refused:
                await use_case
            assert refused.value.problems == (NotFound(path=("addressId",), subject="address"),)
        async with db.reading(stranger.network_id) as conn:
            with pytest.raises(Rejected):
                await members.load_address(conn, shopper=stranger, address_id=address_id)
        assert await addresses(db, stranger) == []

    assert await addresses(db, owner) == before


async def test_a_deleted_address_is_gone_and_not_deleted_twice(
    db: Database, owner_pool: Pool
) -> None:
    shopper = await a_member(db, (await an_empty_network(owner_pool)).network_id)
    address_id = await save(db, shopper)

    await delete(db, shopper, address_id)

    assert await addresses(db, shopper) == []
    with pytest.raises(Rejected):
        await delete(db, shopper, address_id)
    with pytest.raises(Rejected):
        await save(db, shopper, HOME, address_id)


async def test_one_keeps_fifty_addresses_at_most_also_when_two_come_at_once(
    db: Database, owner_pool: Pool
) -> None:
    shopper = await a_member(db, (await an_empty_network(owner_pool)).network_id)
    for _ in range(49):
        await save(db, shopper)

    async with db.unit_of_work(shopper.network_id) as conn:
        await members.save_address(conn, shopper=shopper, draft=HOME)
        another = asyncio.create_task(save(db, shopper))
        await asyncio.sleep(0.2)
        assert not another.done(), "it waits to see what there is"
    with pytest.raises(Rejected) as refused:
        await another

    assert refused.value.problems == (TooManyAddresses(most=50),)
    assert len(await addresses(db, shopper)) == 50


async def test_a_refused_address_changes_nothing(db: Database, owner_pool: Pool) -> None:
    shopper = await a_member(db, (await an_empty_network(owner_pool)).network_id)
    address_id = await save(db, shopper)
    before = await addresses(db, shopper)
    bad = AddressDraft(recipient="", phone="1", region="", detail="", is_default=True)

    for target in (None, address_id):
        with pytest.raises(Rejected) as refused:
            await save(db, shopper, bad, target)
        assert len(refused.value.problems) == 4

    assert await addresses(db, shopper) == before


async def test_all_members_of_a_person_share_what_each_of_them_told(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    phone = a_phone()
    old = await a_member(db, story.network_id, phone=phone)
    young = await a_member(db, story.network_id)
    address_ids = {await save(db, old), await save(db, young)}
    await consent(db, old, "1", True)
    await consent(db, young, "2", False)

    async with db.unit_of_work(story.network_id) as conn:
        [merged] = (await members.bind_phone(conn, shopper=young, phone=phone)).merges
    person = await now(db, story.network_id, young.member_id)

    assert {each.id for each in await addresses(db, person)} == address_ids
    async with db.reading(story.network_id) as conn:
        [said] = await members.list_consents(conn, shopper=person)
        subjects = [(member.member_id, "privacy_policy") for member in (old, young)]
        assert await members.consents_given(conn, story.network_id, subjects) == set()
    assert (said.version, said.is_given) == ("2", False)
    async with db.unit_of_work(story.network_id) as conn:
        await members.undo_merge(conn, actor=story.actor("brand"), merge_id=merged.id)
    assert len(await addresses(db, old)) == len(await addresses(db, young)) == 1
    async with db.reading(story.network_id) as conn:
        assert await members.consents_given(conn, story.network_id, subjects) == {subjects[0]}


async def test_a_consent_is_followed_and_never_changed(db: Database, owner_pool: Pool) -> None:
    shopper = await a_member(db, (await an_empty_network(owner_pool)).network_id)
    wanted = [(shopper.member_id, "privacy_policy"), (shopper.member_id, "marketing")]
    for version, is_given in (("1", True), ("2", False), ("3", True)):
        await consent(db, shopper, version, is_given)
        async with db.reading(shopper.network_id) as conn:
            given = await members.consents_given(conn, shopper.network_id, wanted)
        assert given == ({wanted[0]} if is_given else set())

    rows = await owner_pool.fetch(
        "SELECT version, is_given FROM members.consent WHERE member_id = $1 ORDER BY id",
        shopper.member_id,
    )
    assert [tuple(row) for row in rows] == [("1", True), ("2", False), ("3", True)]
    async with db.unit_of_work(shopper.network_id) as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("UPDATE members.consent SET is_given = true")
    with pytest.raises(Rejected):
        await consent(db, shopper, "", True)


async def test_a_member_chooses_name_and_language_for_themselves_alone(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    one, other = await a_member(db, network_id), await a_member(db, network_id)

    async with db.unit_of_work(network_id) as conn:
        await members.update_member(conn, shopper=one, nickname="小满", locale=Locale.ZH)
        await members.update_member(conn, shopper=one, nickname=None, locale=None)
        with pytest.raises(Rejected) as refused:
            await members.update_member(conn, shopper=one, nickname="x" * 51, locale=None)

    assert isinstance(refused.value.problems[0], InvalidValue)
    async with db.reading(network_id) as conn:
        found = await members.members_by_ids(
            conn, network_id=network_id, ids=[one.member_id, other.member_id]
        )
    assert (found[one.member_id].nickname, found[one.member_id].locale) == ("小满", Locale.ZH)
    assert (found[other.member_id].nickname, found[other.member_id].locale) == ("", Locale.EN)
