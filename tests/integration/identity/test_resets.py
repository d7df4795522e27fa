"""New passwords for those who forgot theirs, against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from tests.factories import PASSWORD, PASSWORD_HASH, Story, a_network
from tests.integration.identity.test_people import (
    acting_as,
    deactivated,
    hired,
    people_of,
    set_roles,
)
from tests.integration.identity.test_signing_in import an_address, signed_in
from tests.integration.identity.test_signing_in import who as who_by_session
from tests.integration.identity.test_tokens import KEYS
from tests.integration.identity.test_tokens import who as who_by_token
from tests.integration.organizations.test_organizations import created, problem_names
from tradeline.identity import (
    NewPasswordReset,
    NewPerson,
    Person,
    add_people,
    change_password,
    create_role,
    issue_password_reset,
    issue_tokens,
    reset_password,
)
from tradeline.kernel import (
    Actor,
    Database,
    Forbidden,
    PageRequest,
    Permission,
    Pool,
    Rejected,
    list_audit_entries,
)

NEW = "a new password nobody knows"


async def issued(db: Database, actor: Actor, person: Person) -> NewPasswordReset:
    async with db.unit_of_work(actor.network_id) as conn:
        return await issue_password_reset(conn, actor=actor, membership_id=person.membership_id)


async def used(db: Database, token: str, password: str = NEW, address: str | None = None) -> int:
    return await reset_password(
        db, token=token, password=password, network_address=address or an_address()
    )


async def belongs(db: Database, story: Story, person: Person, org_id: int, role: str) -> None:
    """Somebody who is somewhere already is in one organization more."""
    more = NewPerson(
        org_id=org_id,
        email=person.email,
        name=person.name,
        password_hash=PASSWORD_HASH,
        role_code=role,
    )
    async with db.unit_of_work(story.network_id) as conn:
        await add_people(conn, network_id=story.network_id, people=[more])


async def state_of(owner_pool: Pool, person: Person) -> tuple[str, int, int]:
    """The password's hash, and how many resets there are, and how many of them were used."""
    row = await owner_pool.fetchrow(
        "SELECT account.password_hash, count(reset.id), count(reset.used_at)"
        "  FROM identity.account AS account"
        "  LEFT JOIN identity.password_reset AS reset ON reset.account_id = account.id"
        " WHERE account.id = $1 GROUP BY account.id",
        person.account_id,
    )
    assert row is not None
    return tuple(row)


async def test_a_member_chooses_a_new_password_once_and_every_session_ends(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    person = await hired(db, story, "buyer", "brand", "buyer")
    session = await signed_in(db, person.email)
    program = await issue_tokens(
        db, keys=KEYS, email=person.email, password=PASSWORD, network_address=an_address()
    )

    reset = await issued(db, story.actor("brand"), person)

    assert await who_by_session(db, session.token) is not None, "issuing alone changes nothing"
    assert await used(db, reset.token) == person.account_id
    assert await who_by_session(db, session.token) is None
    assert await who_by_token(db, program.access_token) is None
    assert (await signed_in(db, person.email, NEW)).account_id == person.account_id
    with pytest.raises(Rejected, match="do not match"):
        await signed_in(db, person.email, PASSWORD)
    with pytest.raises(Rejected, match="ask your administrator for a new one"):
        await used(db, reset.token, "yet another password")
    kept = await owner_pool.fetchval(
        "SELECT token_hash FROM identity.password_reset WHERE account_id = $1", person.account_id
    )
    assert reset.token.encode() not in kept
    async with db.reading(story.network_id) as conn:
        entries = await list_audit_entries(conn, actor=story.actor("brand"), page=PageRequest(10))
    told = [(entry.action, entry.account_id, entry.subject_id) for entry in entries.items]
    assert ("password.reset", person.account_id, person.account_id) in told
    assert ("password.reset_issue", story.accounts["brand"], person.membership_id) in told


async def test_a_reset_is_for_nobody_above_nor_for_oneself_nor_for_a_stranger(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    owner = (await people_of(db, story, "brand"))[0]
    clerk = await hired(db, story, "clerk", "brand", "viewer")
    stranger = (await people_of(db, story, "trader_a"))[0]
    keeper = replace(
        acting_as(story, "brand", clerk),
        permissions=clerk.permissions | {Permission.PEOPLE_MANAGE},
    )
    before = await state_of(owner_pool, owner), await state_of(owner_pool, clerk)

    with pytest.raises(Rejected) as refusal:
        await issued(db, keeper, owner)
    assert problem_names(refusal) == ["PersonAbove"]
    with pytest.raises(Rejected) as refusal:
        await issued(db, keeper, clerk)
    assert problem_names(refusal) == ["InvalidValue"]
    with pytest.raises(Rejected) as refusal:
        await issued(db, keeper, stranger)
    assert problem_names(refusal) == ["NotFound"]
    with pytest.raises(Forbidden):
        await issued(db, acting_as(story, "brand", clerk), owner)
    await deactivated(db, story.actor("brand"), clerk.membership_id)
    with pytest.raises(Rejected) as refusal:
        await issued(db, story.actor("brand"), clerk)
    assert problem_names(refusal) == ["WrongState"]

    assert (await state_of(owner_pool, owner), await state_of(owner_pool, clerk)) == before


async def test_who_also_belongs_elsewhere_is_not_the_issuers_to_reset(
    owner_pool: Pool, db: Database
) -> None:
    """In the same network, in another one, or in an organization that is closed for now."""
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    shared = await hired(db, story, "shared", "brand", "viewer")
    abroad = await hired(db, story, "abroad", "brand", "viewer")
    asleep = await hired(db, story, "asleep", "brand", "viewer")
    await belongs(db, story, shared, story.orgs["trader_a"], "viewer")
    await belongs(db, other, abroad, other.orgs["retailer_1"], "viewer")
    await belongs(db, story, asleep, story.orgs["trader_b"], "viewer")
    await owner_pool.execute(
        "UPDATE organizations.organization SET is_active = false WHERE id = $1",
        story.orgs["trader_b"],
    )

    for person in (shared, abroad, asleep):
        before = await state_of(owner_pool, person)
        with pytest.raises(Rejected) as refusal:
            await issued(db, story.actor("brand"), person)

        assert problem_names(refusal) == ["BelongsElsewhere"]
        assert await state_of(owner_pool, person) == before


async def test_who_was_shut_out_elsewhere_belongs_here_alone(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    person = await hired(db, story, "mover", "brand", "viewer")
    await belongs(db, story, person, story.orgs["trader_a"], "finance")
    there = next(p for p in await people_of(db, story, "trader_a") if p.email == person.email)
    await deactivated(db, story.actor("trader_a"), there.membership_id)
    keeper = story.actor("brand", *person.permissions, Permission.PEOPLE_MANAGE)

    reset = await issued(db, keeper, person)

    assert await used(db, reset.token) == person.account_id


async def test_a_branch_that_one_manages_is_not_elsewhere_but_what_is_held_there_counts(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    branch_id = await created(db, story.actor("brand"), "BRANCH", story.orgs["brand"])
    person = await hired(db, story, "branch", "brand", "viewer")
    await belongs(db, story, person, branch_id, "finance")
    keeper = story.actor("brand", *person.permissions, Permission.PEOPLE_MANAGE)

    with pytest.raises(Rejected) as refusal:
        await issued(db, keeper, person)

    assert problem_names(refusal) == ["PersonAbove"]
    assert await used(db, (await issued(db, story.actor("brand"), person)).token)


async def test_a_newer_reset_ends_the_older_one(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    person = await hired(db, story, "buyer", "brand", "buyer")
    older = await issued(db, story.actor("brand"), person)
    newer = await issued(db, story.actor("brand"), person)

    with pytest.raises(Rejected, match="ask your administrator"):
        await used(db, older.token)

    assert await used(db, newer.token) == person.account_id


Undoing = Callable[[Database, Pool, Story, Person, Person], Awaitable[object]]


async def expires(db: Database, owner_pool: Pool, story: Story, person: Person, _: Person) -> None:
    await owner_pool.execute(
        "UPDATE identity.password_reset SET expires_at = now() WHERE account_id = $1",
        person.account_id,
    )


async def is_changed(db: Database, _: Pool, story: Story, person: Person, __: Person) -> None:
    await change_password(
        db,
        actor=acting_as(story, "brand", person),
        current=PASSWORD,
        new="changed by themselves",
        network_address=an_address(),
    )


async def joins_elsewhere(db: Database, _: Pool, story: Story, person: Person, __: Person) -> None:
    await belongs(db, story, person, story.orgs["trader_a"], "viewer")


async def is_raised(db: Database, _: Pool, story: Story, person: Person, __: Person) -> None:
    await set_roles(db, story.actor("brand"), person.membership_id, story.roles["finance"])


async def is_shut_out(db: Database, _: Pool, story: Story, person: Person, __: Person) -> None:
    await deactivated(db, story.actor("brand"), person.membership_id)


async def issuer_is_shut_out(
    db: Database, _: Pool, story: Story, __: Person, issuer: Person
) -> None:
    await deactivated(db, story.actor("brand"), issuer.membership_id)


async def issuer_is_lowered(
    db: Database, owner_pool: Pool, story: Story, __: Person, issuer: Person
) -> None:
    """Otherwise than by giving them other roles, which ends what they offered by itself."""
    await owner_pool.execute(
        "UPDATE identity.role SET permissions = array_remove(permissions, 'people:manage')"
        " WHERE network_id = $1 AND code = 'keeper'",
        story.network_id,
    )


async def account_is_closed(
    db: Database, owner_pool: Pool, __: Story, person: Person, ___: Person
) -> None:
    await owner_pool.execute(
        "UPDATE identity.account SET is_active = false WHERE id = $1", person.account_id
    )


@pytest.mark.parametrize(
    "undone",
    [
        expires,
        is_changed,
        joins_elsewhere,
        is_raised,
        is_shut_out,
        issuer_is_shut_out,
        issuer_is_lowered,
        account_is_closed,
    ],
)
async def test_a_reset_that_could_not_be_issued_any_more_is_void(
    owner_pool: Pool, db: Database, undone: Undoing
) -> None:
    story = await a_network(owner_pool, db)
    person = await hired(db, story, "person", "brand", "viewer")
    issuer = await hired(db, story, "issuer", "brand", "viewer")
    async with db.unit_of_work(story.network_id) as conn:
        role_id = await create_role(
            conn,
            actor=story.actor("brand"),
            code="keeper",
            name="管理",
            name_en="Keeper",
            permissions=issuer.permissions | {Permission.PEOPLE_MANAGE},
        )
    await set_roles(db, story.actor("brand"), issuer.membership_id, role_id)
    [issuer] = [p for p in await people_of(db, story, "brand") if p.name == "issuer"]
    reset = await issued(db, acting_as(story, "brand", issuer), person)
    await undone(db, owner_pool, story, person, issuer)
    before = await state_of(owner_pool, person)

    with pytest.raises(Rejected) as refusal:
        await used(db, reset.token)

    assert problem_names(refusal) == ["PasswordResetNotUsable"]
    assert await state_of(owner_pool, person) == before


async def test_a_password_that_is_too_short_leaves_the_reset_as_it_is(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    person = await hired(db, story, "buyer", "brand", "buyer")
    reset = await issued(db, story.actor("brand"), person)
    before = await state_of(owner_pool, person)

    with pytest.raises(Rejected) as refusal:
        await used(db, reset.token, "short")

    assert problem_names(refusal) == ["InvalidValue"]
    assert await state_of(owner_pool, person) == before
    assert await used(db, reset.token)


async def test_guesses_count_as_attempts_to_sign_in_and_a_good_token_as_none(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    person = await hired(db, story, "buyer", "brand", "buyer")
    address = an_address()
    reset = await issued(db, story.actor("brand"), person)
    await used(db, reset.token, address=address)
    counted = "SELECT failures FROM identity.sign_in_failure WHERE key = $1"
    assert await owner_pool.fetchval(counted, f"address:{address}") == 0

    with pytest.raises(Rejected):
        await used(db, "no such token", address=address)

    assert await owner_pool.fetchval(counted, f"address:{address}") == 1
    await owner_pool.execute(
        "UPDATE identity.sign_in_failure SET failures = 50 WHERE key = $1", f"address:{address}"
    )
    again = await issued(db, story.actor("brand"), person)
    with pytest.raises(Rejected) as refusal:
        await used(db, again.token, "another password", address=address)
    assert problem_names(refusal) == ["TooManySignIns"]
    with pytest.raises(Rejected) as refusal:
        await signed_in(db, person.email, NEW, address)
    assert problem_names(refusal) == ["TooManySignIns"]
    assert await used(db, again.token, "another password"), "from elsewhere it goes on"


async def test_a_good_token_opens_an_address_that_was_locked_by_guesses(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    person = await hired(db, story, "buyer", "brand", "buyer")
    for _ in range(11):
        with pytest.raises(Rejected):
            await signed_in(db, person.email, "guessed")
    with pytest.raises(Rejected, match="Too many"):
        await signed_in(db, person.email)

    await used(db, (await issued(db, story.actor("brand"), person)).token)

    assert await signed_in(db, person.email, NEW)


async def test_of_two_who_use_a_token_at_once_one_sets_the_password(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    person = await hired(db, story, "buyer", "brand", "buyer")
    reset = await issued(db, story.actor("brand"), person)

    outcomes = await asyncio.gather(
        used(db, reset.token, "the first password"),
        used(db, reset.token, "the second password"),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Rejected", "int"]
