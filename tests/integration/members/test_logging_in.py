"""How consumers come, against a real PostgreSQL: one person is one member, however they come."""

from __future__ import annotations

import asyncio

import pytest

from tests.factories import a_network, an_empty_network
from tests.factories_members import (
    APP_ID,
    MEMBER_TOKENS,
    a_guest,
    a_member,
    a_phone,
    an_openid,
    now,
)
from tradeline import members
from tradeline.kernel import Database, InvalidValue, Locale, Pool, Rejected, Shopper
from tradeline.members import NotForGuests

OTHER_APP = "wx0000000000000002"


async def bind(db: Database, shopper: Shopper, phone: str) -> members.LoggedIn:
    async with db.unit_of_work(shopper.network_id) as conn:
        return await members.bind_phone(conn, shopper=shopper, phone=phone)


async def phone_of(db: Database, shopper: Shopper) -> str | None:
    async with db.reading(shopper.network_id) as conn:
        found = await members.members_by_ids(
            conn, network_id=shopper.network_id, ids=[shopper.member_id]
        )
    return found[shopper.member_id].phone


async def count_members(owner_pool: Pool, network_id: int) -> int:
    count: int = await owner_pool.fetchval(
        "SELECT count(*) FROM members.member WHERE network_id = $1", network_id
    )
    return count


async def test_the_same_wechat_is_the_same_member(db: Database, owner_pool: Pool) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    openid = an_openid()

    first = await a_member(db, network_id, openid=openid)
    again = await a_member(db, network_id, openid=openid)

    assert first == again
    assert not first.is_guest
    assert await count_members(owner_pool, network_id) == 1


async def test_an_openid_is_good_in_its_mini_program_and_network_alone(
    db: Database, owner_pool: Pool
) -> None:
    here, there = [(await an_empty_network(owner_pool)).network_id for _ in range(2)]
    openid = an_openid()

    ids = {
        (await a_member(db, here, openid=openid)).member_id,
        (await a_member(db, here, openid=openid, app_id=OTHER_APP)).member_id,
        (await a_member(db, there, openid=openid)).member_id,
    }

    assert len(ids) == 3


async def test_a_unionid_joins_the_mini_programs_of_one_house(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    unionid = an_openid()

    one = await a_member(db, network_id, unionid=unionid)
    other = await a_member(db, network_id, unionid=unionid, app_id=OTHER_APP)

    assert one == other
    assert await count_members(owner_pool, network_id) == 1


async def test_a_unionid_that_comes_late_shows_that_two_are_one(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    openid, other_openid, unionid = an_openid(), an_openid(), an_openid()
    old = await a_member(db, network_id, openid=openid)
    young = await a_member(db, network_id, openid=other_openid, unionid=unionid, app_id=OTHER_APP)
    assert old != young

    await a_member(db, network_id, openid=openid, unionid=unionid)

    assert await now(db, network_id, young.member_id) == old
    assert await a_member(db, network_id, openid=other_openid, app_id=OTHER_APP) == old


async def test_a_guest_who_logs_in_becomes_the_member(db: Database, owner_pool: Pool) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    guest = await a_guest(db, network_id)

    member = await a_member(db, network_id, guest=guest)

    assert member.member_id == guest.member_id
    assert not member.is_guest
    assert await count_members(owner_pool, network_id) == 1


async def test_a_guest_who_turns_out_to_be_known_is_merged_and_their_tokens_end(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    openid = an_openid()
    guest = await a_guest(db, network_id)
    async with db.unit_of_work(network_id) as conn:
        session = await members.issue_session(
            conn, keys=MEMBER_TOKENS, network_id=network_id, member_id=guest.member_id
        )
    known = await a_member(db, network_id, openid=openid)

    async with db.unit_of_work(network_id) as conn:
        logged_in = await members.log_in(
            conn, network_id=network_id, app_id=APP_ID, openid=openid, guest=guest
        )

    [merged] = logged_in.merges
    assert (merged.from_id, merged.into_id) == (guest.member_id, known.member_id)
    assert await now(db, network_id, guest.member_id) == known
    async with db.asking() as conn:
        shoppers = await members.shopper_from_access_tokens(
            conn, keys=MEMBER_TOKENS, tokens=[session.access_token]
        )
    assert shoppers == [None], "whoever else held the guest's token is not the member now"


async def test_only_a_guest_of_this_network_comes_along(db: Database, owner_pool: Pool) -> None:
    here, there = [(await an_empty_network(owner_pool)).network_id for _ in range(2)]
    somebody, stranger = await a_member(db, here), await a_guest(db, there)
    async with db.unit_of_work(here) as conn:
        session = await members.issue_session(
            conn, keys=MEMBER_TOKENS, network_id=here, member_id=somebody.member_id
        )
    known = Shopper(network_id=here, member_id=somebody.member_id, is_guest=True)

    async with db.asking() as conn:
        await a_member(db, here, guest=somebody)
        tokens = [session.access_token]
        assert await members.shopper_from_access_tokens(
            conn, keys=MEMBER_TOKENS, tokens=tokens
        ) == [somebody], "who is known stays logged in"
    for companion in (somebody, known, stranger):
        member = await a_member(db, here, guest=companion)
        assert member.member_id not in (somebody.member_id, stranger.member_id)
        assert await now(db, here, somebody.member_id) == somebody
    assert (await now(db, there, stranger.member_id)).is_guest


async def test_two_logins_of_a_new_openid_at_once_make_one_member(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    openid, unionid = an_openid(), an_openid()

    found = await asyncio.gather(
        *(a_member(db, network_id, openid=openid, unionid=unionid) for _ in range(4)),
        *(a_member(db, network_id, unionid=unionid, app_id=OTHER_APP) for _ in range(4)),
    )

    assert len(set(found)) == 1
    assert await count_members(owner_pool, network_id) == 1


async def test_a_login_waits_for_that_of_the_same_openid_and_finds_its_member(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    openid = an_openid()

    async with db.unit_of_work(network_id) as conn:
        first = await members.log_in(conn, network_id=network_id, app_id=APP_ID, openid=openid)
        second = asyncio.create_task(a_member(db, network_id, openid=openid))
        await asyncio.sleep(0.2)
        assert not second.done()

    assert (await second).member_id == first.member_id


async def test_two_logins_of_one_guest_at_once_do_not_make_one_of_two_people(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    for _ in range(5):
        guest = await a_guest(db, network_id)

        one, other = await asyncio.gather(
            a_member(db, network_id, guest=guest), a_member(db, network_id, guest=guest)
        )

        assert one != other
        assert guest.member_id in (one.member_id, other.member_id)


async def test_a_phone_is_found_again_however_it_is_written(db: Database, owner_pool: Pool) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    phone = a_phone()
    first = await a_member(db, network_id, phone=phone)

    second = await a_member(db, network_id, phone=phone.removeprefix("+86"))

    assert second == first
    assert await phone_of(db, first) == phone


async def test_a_new_number_takes_the_place_of_the_old_one(db: Database, owner_pool: Pool) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    old, new = a_phone(), a_phone()
    member = await a_member(db, network_id, phone=old)

    await bind(db, member, new)
    await bind(db, member, new)

    assert await phone_of(db, member) == new
    assert await a_member(db, network_id, phone=old) != member, "the old number is free"


async def test_a_guest_or_a_number_that_is_none_binds_nothing(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    guest, member = await a_guest(db, network_id), await a_member(db, network_id)

    with pytest.raises(Rejected) as refused:
        await bind(db, guest, a_phone())
    assert isinstance(refused.value.problems[0], NotForGuests)
    with pytest.raises(Rejected) as refused:
        await bind(db, member, "110")
    assert isinstance(refused.value.problems[0], InvalidValue)

    assert (
        await owner_pool.fetchval(
            "SELECT count(*) FROM members.identity WHERE network_id = $1 AND kind = 'phone'",
            network_id,
        )
        == 0
    )


async def test_two_who_bind_one_number_at_once_are_one(db: Database, owner_pool: Pool) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    for _ in range(3):
        phone = a_phone()
        one, other = await a_member(db, network_id), await a_member(db, network_id)

        await asyncio.gather(bind(db, one, phone), bind(db, other, phone))

        assert await now(db, network_id, other.member_id) == one
        assert await phone_of(db, one) == phone


async def test_wechat_is_spoken_to_under_the_openid_that_was_used_last(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    phone, first, second = a_phone(), an_openid(), an_openid()
    one = await a_member(db, network_id, openid=first, phone=phone)
    other = await a_member(db, network_id, openid=second, phone=phone)

    async with db.reading(network_id) as conn:
        assert await members.openid_of(conn, network_id, one.member_id, APP_ID) == second
        assert await members.openid_of(conn, network_id, other.member_id, APP_ID) == second
        assert await members.openid_of(conn, network_id, one.member_id, OTHER_APP) is None
    await a_member(db, network_id, openid=first)
    async with db.reading(network_id) as conn:
        assert await members.openid_of(conn, network_id, one.member_id, APP_ID) == first
        assert await members.last_app_of(conn, network_id, one.member_id) == APP_ID


async def test_the_database_holds_nothing_that_anybody_is_recognized_by(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    openid, unionid, phone = an_openid(), an_openid(), a_phone()
    member = await a_member(db, network_id, openid=openid, unionid=unionid, phone=phone)
    async with db.unit_of_work(network_id) as conn:
        await members.save_address(
            conn,
            shopper=member,
            draft=members.AddressDraft(
                recipient="林小满", phone=phone, region="CN-31", detail="某路 1 号"
            ),
        )

    stored = []
    for table in ("member", "identity", "address", "session", "merge", "consent"):
        rows = await owner_pool.fetch(
            f"SELECT row::text FROM members.{table} AS row WHERE network_id = $1", network_id
        )
        stored += [row[0] for row in rows]
    text = "\n".join(stored)
    for secret in (openid, unionid, phone, phone[3:], "林小满", "某路"):
        assert secret not in text
        assert secret.encode().hex() not in text


async def test_nobody_of_another_network_is_found(db: Database, owner_pool: Pool) -> None:
    here = (await a_network(owner_pool, db)).network_id
    there = (await an_empty_network(owner_pool)).network_id
    member = await a_member(db, here)

    async with db.reading(there) as conn:
        assert await members.family_of(conn, there, member.member_id) == []
        assert await members.survivor_ids(conn, there, [member.member_id]) == {}
        assert await members.openid_of(conn, there, member.member_id, APP_ID) is None
        ids = [member.member_id]
        assert await members.members_by_ids(conn, network_id=there, ids=ids) == {}
    assert member.locale is Locale.EN
