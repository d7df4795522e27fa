"""Consumers' tokens, against a real PostgreSQL."""

from __future__ import annotations

import asyncio

import pytest

from tests.factories import a_network, an_empty_network
from tests.factories_members import APP_ID, MEMBER_TOKENS, a_guest, a_member, a_phone, an_openid
from tests.integration.identity.test_tokens import issued
from tradeline import members
from tradeline.identity import MemberClaims, TokenKeys, TokenNotUsable
from tradeline.kernel import Database, Locale, Pool, Rejected, Shopper
from tradeline_server.auth import who_has_token, who_have_tokens


async def session_of(db: Database, shopper: Shopper) -> members.Session:
    async with db.unit_of_work(shopper.network_id) as conn:
        return await members.issue_session(
            conn, keys=MEMBER_TOKENS, network_id=shopper.network_id, member_id=shopper.member_id
        )


async def who(db: Database, *tokens: str, keys: TokenKeys = MEMBER_TOKENS) -> list[Shopper | None]:
    async with db.asking() as conn:
        return await members.shopper_from_access_tokens(conn, keys=keys, tokens=tokens)


async def refreshed(db: Database, session: members.Session) -> members.Session:
    return await members.refresh(db, keys=MEMBER_TOKENS, refresh_token=session.refresh_token)


async def test_tokens_speak_for_their_consumers_many_in_one_statement(
    db: Database, owner_pool: Pool
) -> None:
    here, there = [(await an_empty_network(owner_pool)).network_id for _ in range(2)]
    shoppers = [
        await a_member(db, here),
        await a_guest(db, here),
        await a_member(db, there),
    ]
    tokens = [(await session_of(db, shopper)).access_token for shopper in shoppers]

    assert await who(db, *tokens, "nonsense", tokens[0]) == [*shoppers, None, shoppers[0]]
    assert await who(db) == []
    assert await who(db, tokens[0], keys=TokenKeys("u" * 43)) == [None]


async def test_an_organizations_token_is_no_consumers_and_the_reverse(
    db: Database, owner_pool: Pool
) -> None:
    from tests.integration.identity.test_tokens import KEYS

    story = await a_network(owner_pool, db)
    member = await a_member(db, story.network_id)
    async with db.unit_of_work(story.network_id) as conn:
        session = await members.issue_session(
            conn, keys=KEYS, network_id=story.network_id, member_id=member.member_id
        )
    organizations = (await issued(db, story)).access_token

    async with db.asking() as conn:
        shoppers = await members.shopper_from_access_tokens(
            conn, keys=KEYS, tokens=[organizations, session.access_token]
        )
        askers = await who_have_tokens(
            conn,
            keys=KEYS,
            tokens=[(t, Locale.EN) for t in (organizations, session.access_token, "")],
        )
        one = await who_has_token(conn, keys=KEYS, token=session.access_token, locale=Locale.EN)

    assert shoppers == [None, member]
    assert askers == [story.actor("brand"), member, None]
    assert one == member


async def test_a_token_is_for_its_own_family_member_and_network(
    db: Database, owner_pool: Pool
) -> None:
    here, there = [(await an_empty_network(owner_pool)).network_id for _ in range(2)]
    one, other = await a_member(db, here), await a_member(db, here)
    session = await session_of(db, one)
    forged = [
        MEMBER_TOKENS.sign_member(
            MemberClaims(network_id=network_id, member_id=member_id, family=session.family)
        )
        for network_id, member_id in ((here, other.member_id), (there, one.member_id))
    ]

    assert await who(db, *forged, session.access_token) == [None, None, one]


async def test_a_refresh_token_works_once_and_a_second_use_ends_its_family(
    db: Database, owner_pool: Pool
) -> None:
    member = await a_member(db, (await an_empty_network(owner_pool)).network_id)
    first, other = await session_of(db, member), await session_of(db, member)
    second = await refreshed(db, first)
    assert await who(db, first.access_token, second.access_token) == [member, member]

    with pytest.raises(Rejected) as refused:
        await refreshed(db, first)

    assert isinstance(refused.value.problems[0], TokenNotUsable)
    with pytest.raises(Rejected):
        await refreshed(db, second)
    assert await who(db, first.access_token, second.access_token) == [None, None]
    assert await who(db, other.access_token) == [member], "another login is another family"


async def test_of_two_uses_at_once_one_ends_the_family(db: Database, owner_pool: Pool) -> None:
    member = await a_member(db, (await an_empty_network(owner_pool)).network_id)
    session = await session_of(db, member)

    found = await asyncio.gather(
        *(refreshed(db, session) for _ in range(4)), return_exceptions=True
    )

    assert sum(isinstance(each, Rejected) for each in found) == 3
    assert await who(db, session.access_token) == [None]


async def test_logging_out_ends_one_login_at_once(db: Database, owner_pool: Pool) -> None:
    member = await a_member(db, (await an_empty_network(owner_pool)).network_id)
    session, other = await session_of(db, member), await session_of(db, member)

    async with db.unit_of_work(member.network_id) as conn:
        await members.log_out(conn, network_id=member.network_id, family=session.family)

    assert await who(db, session.access_token, other.access_token) == [None, member]
    with pytest.raises(Rejected):
        await refreshed(db, session)


async def test_what_is_unknown_expired_or_of_an_organization_refreshes_nothing(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    session = await session_of(db, await a_member(db, story.network_id))
    organizations = (await issued(db, story)).refresh_token
    assert organizations is not None
    await owner_pool.execute(
        "UPDATE members.session SET expires_at = now() WHERE family = $1", session.family
    )

    for token in ("", "x" * 43, "\ud800", organizations, session.refresh_token):
        with pytest.raises(Rejected) as refused:
            await members.refresh(db, keys=MEMBER_TOKENS, refresh_token=token)
        assert refused.value.problems[0].path == ("refreshToken",)


async def test_a_login_follows_a_merge_and_comes_back_when_it_is_undone(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    phone = a_phone()
    old = await a_member(db, story.network_id, phone=phone)
    young = await a_member(db, story.network_id)
    session = await session_of(db, young)

    async with db.unit_of_work(story.network_id) as conn:
        [merged] = (await members.bind_phone(conn, shopper=young, phone=phone)).merges
    assert await who(db, session.access_token) == [old]
    session = await refreshed(db, session)
    assert await who(db, session.access_token) == [old]
    async with db.unit_of_work(story.network_id) as conn:
        await members.undo_merge(conn, actor=story.actor("brand"), merge_id=merged.id)

    assert await who(db, session.access_token) == [young]
    assert await who(db, (await refreshed(db, session)).access_token) == [young]


async def test_a_guests_token_that_is_just_refreshed_ends_with_their_login_as_well(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    guest = await a_guest(db, network_id)
    session = await session_of(db, guest)

    async with db.unit_of_work(network_id) as conn:
        await members.log_in(
            conn, network_id=network_id, app_id=APP_ID, openid=an_openid(), guest=guest
        )
        refreshing = asyncio.create_task(refreshed(db, session))
        await asyncio.sleep(0.2)
        assert not refreshing.done()
    with pytest.raises(Rejected):
        await refreshing

    assert await who(db, session.access_token) == [None]


async def test_a_second_login_with_a_guests_token_leaves_the_first_ones_session(
    db: Database, owner_pool: Pool
) -> None:
    network_id = (await an_empty_network(owner_pool)).network_id
    guest = await a_guest(db, network_id)
    member = await a_member(db, network_id, guest=guest)
    session = await session_of(db, member)

    await a_member(db, network_id, guest=guest)

    assert await who(db, session.access_token) == [member]


async def test_past_sessions_are_forgotten_a_day_after_they_expired(
    db: Database, owner_pool: Pool
) -> None:
    member = await a_member(db, (await an_empty_network(owner_pool)).network_id)
    past, expired, alive = [await session_of(db, member) for _ in range(3)]
    for session, days in ((past, 2), (expired, 0)):
        await owner_pool.execute(
            "UPDATE members.session SET expires_at = now() - $2 * interval '1 day'"
            " WHERE family = $1",
            session.family,
            days,
        )

    async with owner_pool.acquire() as conn:
        assert await members.forget_past_sessions(conn, limit=1000) >= 1

    kept = await owner_pool.fetch(
        "SELECT family FROM members.session WHERE member_id = $1", member.member_id
    )
    assert {row["family"] for row in kept} == {expired.family, alive.family}


async def test_the_first_key_is_the_one_that_is_known(db: Database, owner_pool: Pool) -> None:
    async with owner_pool.acquire() as conn, conn.transaction():
        await conn.execute("DELETE FROM members.seal_key")
        assert await members.is_known_key(conn, fingerprint=b"first")
        assert await members.is_known_key(conn, fingerprint=b"first")
        assert not await members.is_known_key(conn, fingerprint=b"second")
        await conn.execute("DELETE FROM members.seal_key")
