"""Tokens of programs and machines, against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.factories import PASSWORD, Story, a_network
from tests.integration.identity.test_signing_in import an_address
from tradeline.identity import (
    AccessClaims,
    ApiClientDraft,
    NewApiClient,
    TokenKeys,
    Tokens,
    actor_from_access_token,
    actors_from_access_tokens,
    change_password,
    client_credentials,
    create_api_clients,
    end_tokens,
    issue_tokens,
    list_api_clients,
    refresh_tokens,
    revoke_api_client,
)
from tradeline.kernel import (
    Actor,
    Database,
    Forbidden,
    Locale,
    PageRequest,
    Permission,
    Pool,
    Rejected,
)

KEYS = TokenKeys("s" * 43)


async def issued(db: Database, story: Story, name: str = "brand") -> Tokens:
    return await issue_tokens(
        db,
        keys=KEYS,
        email=story.email(name),
        password=PASSWORD,
        network_address=an_address(),
    )


async def who(db: Database, token: str, locale: Locale = Locale.EN) -> Actor | None:
    async with db.asking() as conn:
        return await actor_from_access_token(conn, keys=KEYS, token=token, locale=locale)


async def refreshed(db: Database, tokens: Tokens) -> Tokens:
    assert tokens.refresh_token is not None
    return await refresh_tokens(db, keys=KEYS, refresh_token=tokens.refresh_token)


async def a_client(
    db: Database, story: Story, name: str = "brand", *permissions: Permission
) -> NewApiClient:
    draft = ApiClientDraft(
        name="仓库接口", permissions=frozenset(permissions or {Permission.STOCK_READ})
    )
    async with db.unit_of_work(story.network_id) as conn:
        [client] = await create_api_clients(conn, actor=story.actor(name), clients=[draft])
    return client


async def test_a_program_acts_as_its_person(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)

    tokens = await issued(db, story)

    assert tokens.expires_in_seconds == 600
    assert await who(db, tokens.access_token) == story.actor("brand")


async def test_a_wrong_password_gets_no_token(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)

    with pytest.raises(Rejected, match="do not match"):
        await issue_tokens(
            db,
            keys=KEYS,
            email=story.email("brand"),
            password="wrong",
            network_address=an_address(),
        )


async def test_each_refresh_token_works_once_and_the_next_goes_on(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    first = await issued(db, story)

    second = await refreshed(db, first)
    third = await refreshed(db, second)

    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert await who(db, third.access_token) == story.actor("brand")


async def test_a_stolen_refresh_token_ends_its_family_and_no_other(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    first, other = await issued(db, story), await issued(db, story)
    second = await refreshed(db, first)

    with pytest.raises(Rejected, match="sign in again"):
        await refreshed(db, first)

    with pytest.raises(Rejected):
        await refreshed(db, second)
    assert await who(db, first.access_token) is None, "access tokens of the family end as well"
    assert await who(db, second.access_token) is None
    assert await refreshed(db, other)


async def test_a_use_waits_for_another_under_way_and_is_a_theft(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    tokens = await issued(db, story)

    async with owner_pool.acquire() as conn, conn.transaction():
        await conn.execute(
            "UPDATE identity.refresh_token SET used_at = now() WHERE account_id = $1",
            story.accounts["brand"],
        )
        second = asyncio.create_task(refreshed(db, tokens))
        _, waiting = await asyncio.wait({second}, timeout=0.2)
        assert waiting

    with pytest.raises(Rejected):
        await second
    assert await who(db, tokens.access_token) is None


async def test_unknown_and_expired_refresh_tokens_are_of_no_use(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    tokens = await issued(db, story)

    with pytest.raises(Rejected):
        await refreshed(db, replace(tokens, refresh_token="unknown"))
    await owner_pool.execute(
        "UPDATE identity.refresh_token SET expires_at = now() WHERE account_id = $1",
        story.accounts["brand"],
    )
    with pytest.raises(Rejected):
        await refreshed(db, tokens)


async def test_a_program_signs_out_by_its_refresh_token(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    tokens = await issued(db, story)
    assert tokens.refresh_token is not None

    await end_tokens(db, refresh_token=tokens.refresh_token)
    await end_tokens(db, refresh_token="unknown")

    assert await who(db, tokens.access_token) is None
    with pytest.raises(Rejected):
        await refreshed(db, tokens)


async def test_a_new_password_ends_programs_too(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    tokens = await issued(db, story)

    await change_password(
        db,
        actor=story.actor("brand"),
        current=PASSWORD,
        new="another long one",
        network_address=an_address(),
    )

    assert await who(db, tokens.access_token) is None


@pytest.mark.parametrize(
    "revocation",
    [
        "UPDATE identity.account SET is_active = false WHERE id = $1",
        "UPDATE identity.membership SET is_active = false WHERE account_id = $1",
    ],
)
async def test_access_ends_at_once(owner_pool: Pool, db: Database, revocation: str) -> None:
    story = await a_network(owner_pool, db)
    tokens = await issued(db, story)

    await owner_pool.execute(revocation, story.accounts["brand"])

    assert await who(db, tokens.access_token) is None
    with pytest.raises(Rejected):
        await refreshed(db, tokens)


async def test_a_signed_claim_that_is_not_true_gives_nothing(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    tokens = await issued(db, story)
    claims = KEYS.read(tokens.access_token)
    theirs = KEYS.read((await issued(db, other)).access_token)
    assert claims is not None
    assert theirs is not None

    for lie in (
        replace(claims, account_id=other.accounts["brand"]),
        replace(claims, membership_id=other.memberships["brand"]),
        replace(claims, network_id=other.network_id),
        replace(claims, family=theirs.family),
        AccessClaims(network_id=story.network_id, api_client_id=10**9),
    ):
        assert await who(db, KEYS.sign(lie)) is None


async def test_a_machine_acts_with_its_own_permissions(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    client = await a_client(db, story)

    tokens = await client_credentials(
        db, keys=KEYS, client_id=client.client_id, client_secret=client.client_secret
    )

    assert tokens is not None
    assert tokens.refresh_token is None
    assert await who(db, tokens.access_token, Locale.ZH) == Actor(
        network_id=story.network_id,
        org_id=story.orgs["brand"],
        api_client_id=client.id,
        permissions=frozenset({Permission.STOCK_READ}),
        locale=Locale.ZH,
    )
    async with db.reading(story.network_id) as conn:
        [listed] = (
            await list_api_clients(conn, actor=story.actor("brand"), page=PageRequest())
        ).items
    assert (listed.id, listed.client_id, listed.is_active) == (client.id, client.client_id, True)
    assert listed.last_used_at is not None


async def test_id_and_secret_must_go_together(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    one, two = await a_client(db, story), await a_client(db, story)

    for client_id, secret in (
        (one.client_id, two.client_secret),
        (one.client_id, ""),
        ("unknown", one.client_secret),
        ("", ""),
        ("a\0b", "\ud800"),
    ):
        assert not await client_credentials(
            db, keys=KEYS, client_id=client_id, client_secret=secret
        )


async def test_a_revoked_machine_is_out_at_once(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    client = await a_client(db, story)
    tokens = await client_credentials(
        db, keys=KEYS, client_id=client.client_id, client_secret=client.client_secret
    )
    assert tokens is not None

    async def revokes(actor: Actor) -> None:
        async with db.unit_of_work(actor.network_id) as conn:
            await revoke_api_client(conn, actor=actor, api_client_id=client.id)

    for stranger in (story.actor("trader_a"), (await a_network(owner_pool, db)).actor("brand")):
        with pytest.raises(Rejected, match="no such api client"):
            await revokes(stranger)
    with pytest.raises(Rejected, match="permissions that you lack"):
        await revokes(story.actor("brand", Permission.API_CLIENT_MANAGE))
    assert await who(db, tokens.access_token) is not None
    await revokes(story.actor("brand"))

    assert await who(db, tokens.access_token) is None
    assert not await client_credentials(
        db, keys=KEYS, client_id=client.client_id, client_secret=client.client_secret
    )
    with pytest.raises(Rejected, match="inactive"):
        await revokes(story.actor("brand"))


async def test_a_machine_gets_no_more_than_its_maker_holds(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    maker = story.actor("brand", Permission.API_CLIENT_MANAGE, Permission.STOCK_READ)

    async def makes(actor: Actor, *permissions: Permission) -> None:
        draft = ApiClientDraft(name="x", permissions=frozenset(permissions))
        async with db.unit_of_work(story.network_id) as conn:
            await create_api_clients(conn, actor=actor, clients=[draft])

    await makes(maker, Permission.STOCK_READ)
    with pytest.raises(Rejected, match="stock:manage"):
        await makes(maker, Permission.STOCK_READ, Permission.STOCK_MANAGE)
    with pytest.raises(Rejected, match="at least one"):
        await makes(maker)
    for letting_in in (Permission.PEOPLE_MANAGE, Permission.API_CLIENT_MANAGE):
        with pytest.raises(Rejected, match="a machine may not hold"):
            await makes(story.actor("brand"), Permission.STOCK_READ, letting_in)
    with pytest.raises(Forbidden):
        await makes(story.actor("brand", Permission.STOCK_READ), Permission.STOCK_READ)


async def test_a_stranger_sees_no_machines(owner_pool: Pool, db: Database) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    await a_client(db, story)

    for stranger in (story.actor("trader_a"), other.actor("brand")):
        async with db.reading(stranger.network_id) as conn:
            page = await list_api_clients(conn, actor=stranger, page=PageRequest())
        assert page.items == ()


async def test_tokens_that_are_asked_for_together_each_get_their_own_answer(
    owner_pool: Pool, db: Database
) -> None:
    story, elsewhere = await a_network(owner_pool, db), await a_network(owner_pool, db)
    person, other = await issued(db, story), await issued(db, elsewhere, "retailer_1")
    ended = await issued(db, story, "retailer_2")
    assert ended.refresh_token is not None
    await end_tokens(db, refresh_token=ended.refresh_token)
    made = await a_client(db, story)
    machine = await client_credentials(
        db, keys=KEYS, client_id=made.client_id, client_secret=made.client_secret
    )
    assert machine is not None
    texts = ["nothing", other.access_token, machine.access_token, ended.access_token]
    texts += [person.access_token, machine.access_token, ""]
    locales = [Locale.EN, Locale.EN, Locale.ZH, Locale.EN, Locale.EN, Locale.EN, Locale.EN]

    async with db.asking() as conn:
        actors = await actors_from_access_tokens(
            conn, keys=KEYS, tokens=list(zip(texts, locales, strict=True))
        )

    assert actors == [await who(db, *asked) for asked in zip(texts, locales, strict=True)]
    assert [actor is not None for actor in actors] == [False, True, True, False, True, True, False]
    assert actors[1] == elsewhere.actor("retailer_1")
    assert actors[4] == story.actor("brand")
