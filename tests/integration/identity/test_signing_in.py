"""Passwords, throttling and browsers' sessions, against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from tests.factories import PASSWORD, PASSWORD_HASH, Story, a_network, an_account
from tradeline.identity import (
    NewPerson,
    NoMembership,
    SignIn,
    SignInFailed,
    TooManySignIns,
    actor_from_session,
    add_people,
    change_password,
    forget_past_sign_ins,
    memberships_of,
    sign_in,
    sign_out,
    switch_membership,
)
from tradeline.kernel import (
    Actor,
    Database,
    Forbidden,
    Locale,
    PageRequest,
    Permission,
    Pool,
    Problem,
    Rejected,
    list_audit_entries,
    system_actor,
)


def an_address() -> str:
    """A network address of nobody else's."""
    return f"test-{uuid4().hex[:12]}"


async def signed_in(
    db: Database, email: str, password: str = PASSWORD, address: str | None = None
) -> SignIn:
    return await sign_in(
        db, email=email, password=password, network_address=address or an_address()
    )


async def who(db: Database, token: str) -> Actor | None:
    async with db.asking() as conn:
        return await actor_from_session(conn, token=token)


async def refusal_of(db: Database, email: str, password: str, address: str) -> Problem | None:
    try:
        await signed_in(db, email, password, address)
    except Rejected as rejection:
        [problem] = rejection.problems
        return problem
    return None


async def test_a_session_acts_for_its_membership(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)

    signed = await signed_in(db, f"  {story.email('brand').upper()} ")

    assert signed.actor == story.actor("brand")
    assert await who(db, signed.token) == story.actor("brand")
    async with db.reading(story.network_id) as conn:
        entries = await list_audit_entries(conn, actor=story.actor("brand"), page=PageRequest(1))
    assert (entries.items[0].action, entries.items[0].account_id) == (
        "session.sign_in",
        story.accounts["brand"],
    )


async def test_only_a_hash_of_the_token_is_kept(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    token = (await signed_in(db, story.email("brand"))).token

    rows = await owner_pool.fetch(
        "SELECT encode(token_hash, 'escape') AS kept FROM identity.session WHERE account_id = $1",
        story.accounts["brand"],
    )

    assert len(token) >= 43, "256 bits"
    assert rows
    assert all(token not in row["kept"] for row in rows)
    assert await who(db, rows[0]["kept"]) is None


async def test_unknown_wrong_and_closed_answer_alike(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    await owner_pool.execute(
        "UPDATE identity.account SET is_active = false WHERE id = $1", story.accounts["trader_a"]
    )

    for email, password in (
        (story.email("brand"), "wrong"),
        (story.email("brand"), ""),
        (story.email("brand"), PASSWORD + "x" * 1000),
        (story.email("trader_a"), PASSWORD),
        ("nobody@example.com", PASSWORD),
        ("", PASSWORD),
        ("a\0b@example.com", PASSWORD),
        ("\ud800@example.com", "\ud800"),
    ):
        assert await refusal_of(db, email, password, an_address()) == SignInFailed()


async def test_an_address_without_an_account_costs_a_hash_as_well(
    owner_pool: Pool, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await a_network(owner_pool, db)
    compared = []

    async def fits(password_hash: str | None, password: str) -> bool:
        compared.append(password_hash is None)
        return False

    monkeypatch.setattr("tradeline.identity.service.signing_in.fits_password", fits)
    await refusal_of(db, "nobody@example.com", "x", an_address())
    await refusal_of(db, story.email("brand"), "x", an_address())

    assert compared == [True, False]


async def test_the_eleventh_failure_for_an_address_is_told_to_wait(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    email = story.email("brand")

    for _ in range(10):
        assert await refusal_of(db, email, "wrong", an_address()) == SignInFailed()
    problem = await refusal_of(db, email, PASSWORD, an_address())

    assert isinstance(problem, TooManySignIns)
    assert 14 <= problem.minutes <= 15
    assert str(problem.minutes) in problem.message(Locale.ZH)
    await owner_pool.execute(
        "UPDATE identity.sign_in_failure SET window_ends_at = now() WHERE key = $1",
        f"email:{email}",
    )
    assert await refusal_of(db, email, PASSWORD, an_address()) is None


async def test_a_good_password_takes_its_own_count_back(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    email, address = story.email("brand"), an_address()

    for _ in range(12):
        assert await refusal_of(db, email, PASSWORD, address) is None
    for _ in range(9):
        assert await refusal_of(db, email, "wrong", address) == SignInFailed()
    assert await refusal_of(db, email, PASSWORD, address) is None

    kept = await owner_pool.fetch(
        "SELECT key, failures FROM identity.sign_in_failure WHERE key = ANY($1)",
        [f"email:{email}", f"address:{address}"],
    )
    assert [(row["key"], row["failures"]) for row in kept] == [(f"address:{address}", 9)]


async def test_guesses_at_many_accounts_from_one_address_are_stopped(
    owner_pool: Pool, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fits(password_hash: str | None, password: str) -> bool:
        return False

    monkeypatch.setattr("tradeline.identity.service.signing_in.fits_password", fits)
    address = an_address()

    problems = [
        await refusal_of(db, f"{uuid4().hex}@example.com", "guess", address) for _ in range(51)
    ]

    assert problems[:50] == [SignInFailed()] * 50
    assert isinstance(problems[50], TooManySignIns)


async def test_many_guesses_at_once_are_no_way_around_the_limit(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)

    problems = await asyncio.gather(
        *(refusal_of(db, story.email("brand"), "wrong", an_address()) for _ in range(20))
    )

    kinds = [type(problem).__name__ for problem in problems]
    assert (kinds.count("SignInFailed"), kinds.count("TooManySignIns")) == (10, 10)


async def test_what_is_past_is_forgotten(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    email, account_id = story.email("brand"), story.accounts["brand"]
    token = (await signed_in(db, email)).token
    await signed_in(db, email)
    await owner_pool.execute(
        "UPDATE identity.session SET expires_at = now() - interval '25 hours'"
        " WHERE account_id = $1 AND token_hash <> sha256($2)",
        account_id,
        token.encode(),
    )
    await owner_pool.execute(
        "INSERT INTO identity.sign_in_failure VALUES ($1, 3, now() - interval '1 second')",
        f"email:{email}",
    )

    async with owner_pool.acquire() as conn:
        assert await forget_past_sign_ins(conn, limit=1000) >= 1

    failures = await owner_pool.fetchval(
        "SELECT count(*) FROM identity.sign_in_failure WHERE key = $1", f"email:{email}"
    )
    sessions = await owner_pool.fetchval(
        "SELECT count(*) FROM identity.session WHERE account_id = $1", account_id
    )
    assert (failures, sessions) == (0, 1)
    assert await who(db, token) is not None


@pytest.mark.parametrize(
    "revocation",
    [
        "UPDATE identity.account SET is_active = false WHERE id = $1",
        "UPDATE identity.membership SET is_active = false WHERE account_id = $1",
        "UPDATE identity.session SET revoked_at = now() WHERE account_id = $1",
        "UPDATE identity.session SET expires_at = now() WHERE account_id = $1",
        "UPDATE organizations.organization SET is_active = false WHERE id ="
        " (SELECT org_id FROM identity.membership WHERE account_id = $1)",
    ],
)
async def test_access_ends_at_once(owner_pool: Pool, db: Database, revocation: str) -> None:
    story = await a_network(owner_pool, db)
    token = (await signed_in(db, story.email("brand"))).token

    await owner_pool.execute(revocation, story.accounts["brand"])

    assert await who(db, token) is None


async def test_permissions_are_those_of_the_moment(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    token = (await signed_in(db, story.email("brand"))).token

    await owner_pool.execute(
        "UPDATE identity.membership_role SET role_id = $2 WHERE membership_id = $1",
        story.memberships["brand"],
        story.roles["warehouse"],
    )

    actor = await who(db, token)
    assert actor is not None
    assert actor.may(Permission.STOCK_MANAGE)
    assert not actor.may(Permission.PEOPLE_MANAGE)


async def test_signing_out_ends_the_session(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    token = (await signed_in(db, story.email("brand"))).token
    other = (await signed_in(db, story.email("brand"))).token

    await sign_out(db, token=token)
    await sign_out(db, token=token)
    await sign_out(db, token="never was")

    assert await who(db, token) is None
    assert await who(db, other) is not None


async def both(story: Story, other: Story, db: Database) -> None:
    """Let the brand's owner work for the other network's supplier as well."""
    async with db.unit_of_work(other.network_id) as conn:
        person = NewPerson(
            org_id=other.orgs["supplier"],
            email=story.email("brand"),
            name="brand",
            password_hash=PASSWORD_HASH,
            role_code="viewer",
        )
        await add_people(conn, network_id=other.network_id, people=[person])


async def test_a_session_switches_among_its_accounts_memberships(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    await both(story, other, db)
    async with db.asking() as conn:
        memberships = await memberships_of(conn, account_id=story.accounts["brand"])
    token = (await signed_in(db, story.email("brand"))).token

    assert [(m.network_id, m.org_id) for m in memberships] == [
        (story.network_id, story.orgs["brand"]),
        (other.network_id, other.orgs["supplier"]),
    ]
    switched = await switch_membership(db, token=token, membership_id=memberships[1].id)
    assert switched == await who(db, token)
    assert (switched.network_id, switched.org_id) == (other.network_id, other.orgs["supplier"])
    assert not switched.may(Permission.PEOPLE_MANAGE)
    for foreign in (other.memberships["brand"], 0):
        with pytest.raises(Rejected, match="no such member"):
            await switch_membership(db, token=token, membership_id=foreign)
    with pytest.raises(Rejected, match="sign in again"):
        await switch_membership(db, token="none", membership_id=memberships[0].id)
    assert await who(db, token) == switched


async def test_one_signs_in_under_a_membership_of_ones_own(owner_pool: Pool, db: Database) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)

    with pytest.raises(Rejected, match="no such member"):
        await sign_in(
            db,
            email=story.email("brand"),
            password=PASSWORD,
            network_address=an_address(),
            membership_id=other.memberships["brand"],
        )


async def test_an_account_without_an_organization_is_told_so(
    owner_pool: Pool, db: Database
) -> None:
    account_id = await an_account(owner_pool, password_hash=PASSWORD_HASH)
    email = await owner_pool.fetchval(
        "SELECT email FROM identity.account WHERE id = $1", account_id
    )

    assert await refusal_of(db, email, PASSWORD, an_address()) == NoMembership()


async def test_a_new_password_ends_all_other_sessions(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    email, actor = story.email("brand"), story.actor("brand")
    token = (await signed_in(db, email)).token
    elsewhere = (await signed_in(db, email)).token

    async def changes(current: str, new: str, actor: Actor = actor) -> None:
        await change_password(
            db,
            actor=actor,
            current=current,
            new=new,
            network_address=an_address(),
            session_token=token,
        )

    with pytest.raises(Rejected, match="do not match"):
        await changes("wrong", "another long one")
    with pytest.raises(Rejected, match="8 to 128"):
        await changes(PASSWORD, "short")
    with pytest.raises(Forbidden):
        await changes(PASSWORD, "another long one", system_actor(actor.network_id, actor.org_id))
    assert await who(db, elsewhere) is not None
    await changes(PASSWORD, "another long one")

    assert await who(db, token) is not None
    assert await who(db, elsewhere) is None
    assert await refusal_of(db, email, PASSWORD, an_address()) == SignInFailed()
    assert await refusal_of(db, email, "another long one", an_address()) is None
