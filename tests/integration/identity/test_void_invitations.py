"""What an invitation can no longer do, and machines that go with their creators."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.factories import Story, a_network
from tests.integration.identity.test_people import (
    accepted,
    acting_as,
    deactivated,
    hired,
    invited,
    people_of,
    set_roles,
)
from tests.integration.identity.test_tokens import a_client
from tests.integration.organizations.test_organizations import created
from tradeline.identity import (
    ApiClient,
    ApiClientDraft,
    NewApiClient,
    NewInvitation,
    Person,
    create_api_clients,
    create_role,
    invitations_by_ids,
    list_api_clients,
    list_people,
    revoke_api_client,
    update_role,
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


async def member(db: Database, story: Story, org: str, membership_id: int) -> Person:
    people = await people_of(db, story, org)
    return next(person for person in people if person.membership_id == membership_id)


async def is_void(db: Database, invitation: NewInvitation, account_id: int | None = None) -> bool:
    try:
        await accepted(db, invitation.token, account_id=account_id)
    except Rejected as rejection:
        if "ask for a new one" not in str(rejection):
            raise
        return True
    return False


async def is_revoked(db: Database, actor: Actor, invitation: NewInvitation) -> bool:
    async with db.reading(actor.network_id) as conn:
        found = await invitations_by_ids(conn, actor=actor, ids=[invitation.id])
    return found[invitation.id].revoked_at is not None


async def clients_of(db: Database, actor: Actor) -> dict[int, ApiClient]:
    async with db.reading(actor.network_id) as conn:
        page = await list_api_clients(conn, actor=actor, page=PageRequest())
    return {client.id: client for client in page.items}


async def made_by(db: Database, actor: Actor) -> NewApiClient:
    draft = ApiClientDraft(name="erp", permissions=frozenset({Permission.STOCK_READ}))
    async with db.unit_of_work(actor.network_id) as conn:
        [client] = await create_api_clients(conn, actor=actor, clients=[draft])
    return client


async def test_an_invitation_adds_to_what_a_member_holds_and_takes_nothing(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    email = f"second@{story.code}.example.com".lower()
    offer = await invited(db, story.actor("brand"), email, story.roles["viewer"])
    second = await hired(db, story, "second", "brand", "owner")

    await accepted(db, offer.token, account_id=second.account_id)

    kept = await member(db, story, "brand", second.membership_id)
    assert set(kept.role_ids) == {story.roles["owner"], story.roles["viewer"]}
    assert kept.permissions == frozenset(Permission)


async def test_the_first_invitation_to_be_accepted_ends_the_others_into_the_organization(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    email, account_id = other.email("brand"), other.accounts["brand"]
    brand, trader = story.actor("brand"), story.actor("trader_a")
    first = await invited(db, brand, email, story.roles["viewer"])
    higher = await invited(db, brand, email, story.roles["owner"])
    somebody_elses = await invited(db, brand, "other@example.com", story.roles["viewer"])
    elsewhere = await invited(db, trader, email, story.roles["viewer"])

    await accepted(db, first.token, account_id=account_id)

    assert await is_revoked(db, brand, higher)
    assert await is_void(db, higher, account_id)
    assert not await is_revoked(db, brand, somebody_elses)
    assert not await is_revoked(db, brand, first)
    assert not await is_void(db, elsewhere, account_id)


async def test_of_several_invitations_accepted_at_once_one_counts(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    brand, email, account_id = story.actor("brand"), other.email("brand"), other.accounts["brand"]
    partner = await created(db, brand, "NEW")
    offers = [
        await invited(db, brand, email, story.roles[role], org_id=partner)
        for role in ("viewer", "sales", "buyer")
    ]

    async with owner_pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT FROM identity.invitation WHERE org_id = $1 FOR UPDATE", partner)
        joining = [asyncio.create_task(is_void(db, offer, account_id)) for offer in offers]
        _, waiting = await asyncio.wait(joining, timeout=0.3)
        assert len(waiting) == len(offers)

    assert sorted(await asyncio.gather(*joining)) == [False, True, True]
    actor = replace(brand, org_id=partner)
    async with db.reading(story.network_id) as reading:
        [joined] = (await list_people(reading, actor=actor, page=PageRequest())).items
    assert len(joined.role_ids) == 1


async def test_who_joins_waits_for_a_change_of_members_and_stands_in_no_ones_way(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    offer = await invited(db, story.actor("brand"), other.email("brand"), story.roles["viewer"])

    async with owner_pool.acquire() as conn, conn.transaction():
        await conn.execute(
            "SELECT FROM identity.membership WHERE org_id = $1 FOR UPDATE", story.orgs["brand"]
        )
        joining = asyncio.create_task(is_void(db, offer, other.accounts["brand"]))
        _, waiting = await asyncio.wait({joining}, timeout=0.3)
        assert waiting
        await conn.execute(
            "SELECT FROM identity.invitation WHERE id = $1 FOR UPDATE NOWAIT", offer.id
        )

    assert not await joining


@pytest.mark.parametrize(
    "loss",
    [
        "UPDATE identity.membership SET is_active = false WHERE id = $1",
        "DELETE FROM identity.membership_role WHERE membership_id = $1",
        "UPDATE identity.account SET is_active = false"
        " WHERE id = (SELECT account_id FROM identity.membership WHERE id = $1)",
        "UPDATE organizations.organization SET is_active = false"
        " WHERE id = (SELECT org_id FROM identity.membership WHERE id = $1)",
    ],
)
async def test_an_offer_is_void_when_its_maker_could_no_longer_make_it(
    owner_pool: Pool, db: Database, loss: str
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    second = await hired(db, story, "second", "brand", "owner")
    offer = await invited(
        db, acting_as(story, "brand", second), other.email("brand"), story.roles["viewer"]
    )

    await owner_pool.execute(loss, second.membership_id)

    assert await is_void(db, offer, other.accounts["brand"])


async def test_an_offer_is_void_when_a_role_has_changed_beyond_its_maker(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    brand = story.actor("brand")
    held = [Permission.PEOPLE_MANAGE, Permission.STOCK_READ, Permission.STOCK_MANAGE]

    async def a_role(code: str, *permissions: Permission) -> int:
        async with db.unit_of_work(story.network_id) as conn:
            return await create_role(
                conn, actor=brand, code=code, name=code, name_en=code, permissions=permissions
            )

    async def changes(role_id: int, *permissions: Permission) -> None:
        async with db.unit_of_work(story.network_id) as conn:
            await update_role(conn, actor=brand, role_id=role_id, permissions=permissions)

    managing, offered = await a_role("manager", *held), await a_role("keeper", *held[1:])
    manager = await hired(db, story, "manager", "brand", "viewer")
    await set_roles(db, brand, manager.membership_id, managing)
    manager = await member(db, story, "brand", manager.membership_id)

    async def offer_after(role_id: int, *permissions: Permission) -> bool:
        offer = await invited(db, acting_as(story, "brand", manager), other.email("brand"), offered)
        await changes(role_id, *permissions)
        return await is_void(db, offer, other.accounts["brand"])

    assert await offer_after(managing, *held[:2]), "of what is offered, one is held no longer"
    await changes(managing, *held)
    assert await offer_after(managing, *held[1:]), "inviting itself is held no longer"
    await changes(managing, *held)
    assert await offer_after(offered, *held[1:], Permission.PRICE_MANAGE), "more is offered now"
    await changes(offered, *held[1:])
    assert not await offer_after(managing, *held), "nothing has been lost"


async def test_a_creators_second_offer_is_void_once_the_partner_has_people(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    brand = story.actor("brand")
    partner = await created(db, brand, "NEW")
    first, second = [
        await invited(db, brand, other.email(name), story.roles["owner"], org_id=partner)
        for name in ("brand", "trader_a")
    ]

    await accepted(db, first.token, account_id=other.accounts["brand"])

    assert await is_void(db, second, other.accounts["trader_a"])


async def test_an_older_invitation_does_not_undo_what_was_decided_about_a_member(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    offers = {
        name: await invited(
            db, brand, f"{name}@{story.code}.example.com".lower(), story.roles["owner"]
        )
        for name in ("dismissed", "lowered")
    }
    dismissed = await hired(db, story, "dismissed", "brand", "owner")
    lowered = await hired(db, story, "lowered", "brand", "owner")

    await deactivated(db, brand, dismissed.membership_id)
    await set_roles(db, brand, lowered.membership_id, story.roles["viewer"])

    assert await is_void(db, offers["dismissed"], dismissed.account_id)
    assert await is_void(db, offers["lowered"], lowered.account_id)
    assert (await member(db, story, "brand", lowered.membership_id)).role_ids == (
        story.roles["viewer"],
    )


async def test_what_someone_offers_for_another_organization_stays(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    at_brand = await hired(db, story, "both", "brand", "owner")
    at_trader = await hired(db, story, "both", "trader_a", "owner")
    offer = await invited(
        db, acting_as(story, "trader_a", at_trader), other.email("brand"), story.roles["viewer"]
    )

    await deactivated(db, story.actor("brand"), at_brand.membership_id)

    assert not await is_void(db, offer, other.accounts["brand"])


async def test_machines_go_with_the_member_who_created_them(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    at_brand = await hired(db, story, "both", "brand", "owner")
    at_trader = await hired(db, story, "both", "trader_a", "owner")
    theirs = await made_by(db, acting_as(story, "brand", at_brand))
    elsewhere = await made_by(db, acting_as(story, "trader_a", at_trader))
    colleagues = await made_by(db, brand)

    await deactivated(db, brand, at_brand.membership_id)

    clients = await clients_of(db, brand)
    assert clients[theirs.id].created_by_account_id == at_brand.account_id
    assert not clients[theirs.id].is_active
    assert clients[colleagues.id].is_active
    assert (await clients_of(db, story.actor("trader_a")))[elsewhere.id].is_active
    async with db.reading(story.network_id) as conn:
        entries = await list_audit_entries(
            conn, actor=brand, page=PageRequest(), subject_id=theirs.id
        )
    [entry] = [entry for entry in entries.items if entry.action == "api_client.revoke"]
    assert entry.account_id == brand.account_id


async def test_a_machine_created_at_the_moment_of_dismissal_is_none(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    second = await hired(db, story, "second", "brand", "owner")

    async with owner_pool.acquire() as conn, conn.transaction():
        await conn.execute(
            "UPDATE identity.membership SET is_active = false WHERE id = $1", second.membership_id
        )
        making = asyncio.create_task(made_by(db, acting_as(story, "brand", second)))
        _, waiting = await asyncio.wait({making}, timeout=0.2)
        assert waiting

    with pytest.raises(Forbidden):
        await making
    assert await clients_of(db, story.actor("brand")) == {}


async def test_what_a_machine_has_offered_ends_with_it(owner_pool: Pool, db: Database) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    brand, email = story.actor("brand"), other.email("brand")
    second = await hired(db, story, "second", "brand", "owner")
    revoked, orphaned = (
        await a_client(db, story),
        await made_by(db, acting_as(story, "brand", second)),
    )
    lowered = await a_client(db, story)
    await owner_pool.execute(
        "UPDATE identity.api_client SET permissions = $1 WHERE network_id = $2",
        sorted(Permission),
        story.network_id,
    )
    offers = {
        client.id: await invited(
            db,
            replace(brand, account_id=None, api_client_id=client.id),
            email,
            story.roles["viewer"],
        )
        for client in (revoked, orphaned, lowered)
    }

    async with db.unit_of_work(story.network_id) as conn:
        await revoke_api_client(conn, actor=brand, api_client_id=revoked.id)
    await deactivated(db, brand, second.membership_id)

    assert await is_revoked(db, brand, offers[revoked.id])
    assert await is_revoked(db, brand, offers[orphaned.id])
    assert not await is_revoked(db, brand, offers[lowered.id])
    await owner_pool.execute(
        "UPDATE identity.api_client SET permissions = '{}' WHERE id = $1", lowered.id
    )
    assert await is_void(db, offers[lowered.id], other.accounts["brand"])
