"""Roles, members and invitations, against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.factories import PASSWORD, PASSWORD_HASH, Story, a_network
from tests.integration.identity.test_signing_in import an_address
from tests.integration.organizations.test_organizations import created, problem_names
from tradeline.identity import (
    BUILT_IN_ROLES,
    NewInvitation,
    NewPerson,
    Person,
    accept_invitation,
    add_people,
    colleagues_by_account,
    create_built_in_roles,
    create_role,
    deactivate_member,
    invitations_by_ids,
    invite,
    list_invitations,
    list_people,
    list_roles,
    memberships_of,
    people_by_ids,
    revoke_invitation,
    roles_by_ids,
    set_member_roles,
    sign_in,
    update_role,
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
    list_audit_entries,
)
from tradeline.organizations import OrganizationChange, update_organization


async def hired(db: Database, story: Story, name: str, org: str, role: str) -> Person:
    """Somebody more in an organization."""
    email = f"{name}@{story.code}.example.com".lower()
    async with db.unit_of_work(story.network_id) as conn:
        person = NewPerson(
            org_id=story.orgs[org],
            email=email,
            name=name,
            password_hash=PASSWORD_HASH,
            role_code=role,
        )
        await add_people(conn, network_id=story.network_id, people=[person])
    return next(p for p in await people_of(db, story, org) if p.email == email)


async def people_of(db: Database, story: Story, org: str) -> Sequence[Person]:
    async with db.reading(story.network_id) as conn:
        return (await list_people(conn, actor=story.actor(org), page=PageRequest())).items


def acting_as(story: Story, org: str, person: Person) -> Actor:
    return replace(story.actor(org), account_id=person.account_id, permissions=person.permissions)


async def set_roles(db: Database, actor: Actor, membership_id: int, *role_ids: int) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await set_member_roles(conn, actor=actor, membership_id=membership_id, role_ids=role_ids)


async def deactivated(db: Database, actor: Actor, membership_id: int) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await deactivate_member(conn, actor=actor, membership_id=membership_id)


async def invited(
    db: Database, actor: Actor, email: str, *role_ids: int, org_id: int | None = None
) -> NewInvitation:
    async with db.unit_of_work(actor.network_id) as conn:
        return await invite(
            conn, actor=actor, email=email, role_ids=role_ids, organization_id=org_id
        )


async def accepted(
    db: Database, token: str, password: str = PASSWORD, account_id: int | None = None
) -> int:
    return await accept_invitation(
        db,
        token=token,
        network_address=an_address(),
        account_id=account_id,
        name="新人",
        password=password,
        locale=Locale.EN,
    )


async def test_every_network_begins_with_the_same_roles(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)

    async with db.unit_of_work(story.network_id) as conn:
        again = await create_built_in_roles(conn, network_id=story.network_id)
        roles = await list_roles(conn, actor=story.actor("brand"))

    assert again == story.roles
    assert {role.code: role.permissions for role in roles} == {
        code: role.permissions for code, role in BUILT_IN_ROLES.items()
    }
    assert roles[0].permissions == frozenset(Permission), "an owner may do all there is"


async def test_an_organizations_own_roles_are_its_own(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")

    async def creates(actor: Actor, code: str, *permissions: Permission) -> int:
        async with db.unit_of_work(story.network_id) as conn:
            return await create_role(
                conn,
                actor=actor,
                code=code,
                name="驗貨",
                name_en="Inspector",
                permissions=permissions,
            )

    role_id = await creates(brand, "inspector", Permission.STOCK_READ)
    with pytest.raises(Rejected, match="exists already"):
        await creates(brand, "inspector")
    with pytest.raises(Rejected) as refusal:
        await creates(story.actor("brand", Permission.PEOPLE_MANAGE), "x", Permission.STOCK_READ)
    assert problem_names(refusal) == ["PermissionNotHeld"]
    await creates(story.actor("trader_a"), "inspector")

    async def updates(actor: Actor, *permissions: Permission) -> None:
        async with db.unit_of_work(actor.network_id) as conn:
            await update_role(conn, actor=actor, role_id=role_id, permissions=permissions)

    manager = story.actor("brand", Permission.PEOPLE_MANAGE, Permission.STOCK_READ)
    await updates(brand, Permission.STOCK_READ, Permission.STOCK_MANAGE)
    with pytest.raises(Rejected) as refusal:
        await updates(manager, Permission.STOCK_READ)
    assert problem_names(refusal) == ["PersonAbove"]
    for stranger in (story.actor("trader_a"), (await a_network(owner_pool, db)).actor("brand")):
        with pytest.raises(Rejected) as refusal:
            await updates(stranger)
        assert problem_names(refusal) == ["NotFound"]
        async with db.reading(stranger.network_id) as conn:
            assert role_id not in {role.id for role in await list_roles(conn, actor=stranger)}
            assert await roles_by_ids(conn, actor=stranger, ids=[role_id]) == {}


async def test_built_in_roles_are_not_to_change(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)

    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await update_role(
                conn, actor=story.actor("brand"), role_id=story.roles["viewer"], permissions=[]
            )
    assert problem_names(refusal) == ["NotFound"]


async def test_people_are_told_with_their_roles_and_to_colleagues_only(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    clerk = await hired(db, story, "clerk", "brand", "warehouse")

    people = await people_of(db, story, "brand")

    assert [person.name for person in people] == ["brand", "clerk"]
    assert clerk.role_ids == (story.roles["warehouse"],)
    assert clerk.permissions == BUILT_IN_ROLES["warehouse"].permissions
    for stranger in (story.actor("trader_a"), other.actor("brand")):
        async with db.reading(stranger.network_id) as conn:
            ids = [clerk.membership_id]
            assert await people_by_ids(conn, actor=stranger, ids=ids) == {}
            colleagues = await colleagues_by_account(conn, actor=stranger, ids=[clerk.account_id])
            assert colleagues == {}
    async with db.reading(story.network_id) as conn:
        colleagues = await colleagues_by_account(
            conn, actor=story.actor("brand"), ids=[clerk.account_id, story.accounts["trader_a"]]
        )
    assert colleagues == {clerk.account_id: "clerk"}


async def test_nobody_gives_what_they_lack_nor_changes_who_is_above_them(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    clerk = await hired(db, story, "clerk", "brand", "viewer")
    seller = await hired(db, story, "seller", "brand", "sales")
    manager = story.actor("brand", Permission.PEOPLE_MANAGE, *BUILT_IN_ROLES["viewer"].permissions)

    for role in ("owner", "sales"):
        with pytest.raises(Rejected) as refusal:
            await set_roles(db, manager, clerk.membership_id, story.roles[role])
        assert problem_names(refusal) == ["PermissionNotHeld"]
    for target in (seller.membership_id, story.memberships["brand"]):
        with pytest.raises(Rejected) as refusal:
            await set_roles(db, manager, target, story.roles["viewer"])
        assert "PersonAbove" in problem_names(refusal)
        with pytest.raises(Rejected) as refusal:
            await deactivated(db, manager, target)
        assert "PersonAbove" in problem_names(refusal)
    with pytest.raises(Rejected) as refusal:
        await invited(db, manager, "new@example.com", story.roles["owner"])
    assert problem_names(refusal) == ["PermissionNotHeld"]
    await set_roles(db, manager, clerk.membership_id)
    assert not (await people_of(db, story, "brand"))[1].permissions


async def test_a_stranger_changes_nobody(owner_pool: Pool, db: Database) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    clerk = await hired(db, story, "clerk", "brand", "viewer")

    for stranger, roles in (
        (story.actor("trader_a"), story.roles),
        (other.actor("brand"), other.roles),
    ):
        with pytest.raises(Rejected) as refusal:
            await set_roles(db, stranger, clerk.membership_id, roles["viewer"])
        assert problem_names(refusal) == ["NotFound"]
        with pytest.raises(Rejected) as refusal:
            await deactivated(db, stranger, clerk.membership_id)
        assert problem_names(refusal) == ["NotFound"]
    with pytest.raises(Rejected) as refusal:
        await set_roles(db, story.actor("brand"), clerk.membership_id, other.roles["viewer"], 0)
    assert problem_names(refusal) == ["NotFound"] * 2


async def test_the_last_owner_stays(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    owner, owners_id = story.actor("brand"), story.memberships["brand"]
    clerk = await hired(db, story, "clerk", "brand", "viewer")
    async with db.unit_of_work(story.network_id) as conn:
        namesake = await create_role(
            conn, actor=owner, code="owner", name="店主", name_en="Boss", permissions=[]
        )
    await set_roles(db, owner, clerk.membership_id, namesake)

    for attempt in (
        lambda: deactivated(db, owner, owners_id),
        lambda: set_roles(db, owner, owners_id, story.roles["sales"]),
        lambda: set_roles(db, owner, owners_id),
        lambda: set_roles(db, owner, owners_id, namesake),
    ):
        with pytest.raises(Rejected) as refusal:
            await attempt()
        assert problem_names(refusal) == ["LastOwner"]
    second = await hired(db, story, "second", "brand", "owner")
    await set_roles(db, owner, owners_id, story.roles["owner"], story.roles["viewer"])
    await deactivated(db, owner, owners_id)
    with pytest.raises(Rejected, match="last owner"):
        await deactivated(db, acting_as(story, "brand", second), second.membership_id)


async def test_two_owners_do_not_remove_each_other_at_once(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    second = await hired(db, story, "second", "brand", "owner")

    async with db.unit_of_work(story.network_id) as conn:
        await deactivate_member(
            conn, actor=story.actor("brand"), membership_id=second.membership_id
        )
        other = asyncio.create_task(
            deactivated(db, acting_as(story, "brand", second), story.memberships["brand"])
        )
        _, waiting = await asyncio.wait({other}, timeout=0.2)
        assert waiting

    with pytest.raises(Rejected, match="last owner"):
        await other
    assert sum(person.is_active for person in await people_of(db, story, "brand")) == 1


async def test_a_new_person_joins_by_invitation(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    email = f"new@{story.code}.example.com".lower()
    made = await invited(db, story.actor("brand"), email.upper(), story.roles["buyer"])

    account_id = await accepted(db, made.token)

    signed = await sign_in(db, email=email, password=PASSWORD, network_address=an_address())
    assert signed.account_id == account_id
    assert signed.actor.permissions == BUILT_IN_ROLES["buyer"].permissions
    with pytest.raises(Rejected) as refusal:
        await accepted(db, made.token)
    assert problem_names(refusal) == ["InvitationNotUsable"]
    async with db.reading(story.network_id) as conn:
        [listed] = (
            await list_invitations(conn, actor=story.actor("brand"), page=PageRequest())
        ).items
        entries = await list_audit_entries(
            conn, actor=story.actor("brand"), page=PageRequest(), subject_id=made.id
        )
    assert listed.accepted_at is not None
    assert [entry.action for entry in entries.items if entry.subject_type == "invitation"] == [
        "invitation.accept",
        "invitation.create",
    ]
    with pytest.raises(Rejected, match="exists already"):
        await invited(db, story.actor("brand"), email, story.roles["viewer"])


async def test_an_account_that_exists_joins_signed_in_or_by_its_password(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    email, account_id = other.email("brand"), other.accounts["brand"]
    to_brand = await invited(db, story.actor("brand"), email, story.roles["viewer"])
    to_trader = await invited(db, story.actor("trader_a"), email, story.roles["viewer"])

    with pytest.raises(Rejected) as refusal:
        await accepted(db, to_brand.token, "wrong password", story.accounts["trader_b"])
    assert problem_names(refusal) == ["SignInFailed"]
    assert await accepted(db, to_brand.token, "", account_id) == account_id
    assert await accepted(db, to_trader.token, PASSWORD) == account_id

    async with db.asking() as conn:
        memberships = await memberships_of(conn, account_id=account_id)
    assert {membership.org_id for membership in memberships} == {
        other.orgs["brand"],
        story.orgs["brand"],
        story.orgs["trader_a"],
    }


async def test_an_invitation_lets_a_deactivated_member_in_again_with_its_roles(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    clerk = await hired(db, story, "clerk", "brand", "sales")
    await deactivated(db, story.actor("brand"), clerk.membership_id)

    made = await invited(db, story.actor("brand"), clerk.email, story.roles["viewer"])
    await accepted(db, made.token)

    [_, again] = await people_of(db, story, "brand")
    assert (again.membership_id, again.is_active) == (clerk.membership_id, True)
    assert again.role_ids == (story.roles["viewer"],)


async def test_invitations_end(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    brand, viewer = story.actor("brand"), story.roles["viewer"]
    revoked = await invited(db, brand, "a@example.com", viewer)
    expired = await invited(db, brand, "b@example.com", viewer)

    async def revokes(actor: Actor) -> None:
        async with db.unit_of_work(actor.network_id) as conn:
            await revoke_invitation(conn, actor=actor, invitation_id=revoked.id)

    for stranger in (story.actor("trader_a"), (await a_network(owner_pool, db)).actor("brand")):
        with pytest.raises(Rejected) as refusal:
            await revokes(stranger)
        assert problem_names(refusal) == ["NotFound"]
        async with db.reading(stranger.network_id) as conn:
            assert await invitations_by_ids(conn, actor=stranger, ids=[revoked.id]) == {}
    await revokes(brand)
    with pytest.raises(Rejected):
        await revokes(brand)
    await owner_pool.execute(
        "UPDATE identity.invitation SET expires_at = now() WHERE id = $1", expired.id
    )

    for token in (revoked.token, expired.token, "unknown", ""):
        with pytest.raises(Rejected) as refusal:
            await accepted(db, token)
        assert problem_names(refusal) == ["InvitationNotUsable"]


async def test_an_invitation_taken_back_at_the_same_moment_makes_no_member(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    made = await invited(db, story.actor("brand"), other.email("brand"), story.roles["viewer"])

    async with db.unit_of_work(story.network_id) as conn:
        await revoke_invitation(conn, actor=story.actor("brand"), invitation_id=made.id)
        joining = asyncio.create_task(accepted(db, made.token, "", other.accounts["brand"]))
        _, waiting = await asyncio.wait({joining}, timeout=0.2)
        assert waiting

    with pytest.raises(Rejected) as refusal:
        await joining
    assert problem_names(refusal) == ["InvitationNotUsable"]
    assert len(await people_of(db, story, "brand")) == 1


async def test_what_a_removed_person_offered_is_void(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    second = await hired(db, story, "second", "brand", "owner")
    made = await invited(
        db, acting_as(story, "brand", second), "friend@example.com", story.roles["owner"]
    )

    await deactivated(db, story.actor("brand"), second.membership_id)

    with pytest.raises(Rejected) as refusal:
        await accepted(db, made.token)
    assert problem_names(refusal) == ["InvitationNotUsable"]


async def test_a_creator_invites_the_first_person_and_then_manages_no_more(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    brand, email = story.actor("brand"), f"boss@{story.code}.example.com".lower()
    partner = await created(db, brand, "NEW")

    made = await invited(db, brand, email, story.roles["owner"], org_id=partner)
    await accepted(db, made.token)

    with pytest.raises(Rejected) as refusal:
        await invited(db, brand, "me@example.com", story.roles["owner"], org_id=partner)
    assert problem_names(refusal) == ["NotFound"]
    with pytest.raises(Rejected):
        async with db.unit_of_work(story.network_id) as conn:
            await update_organization(
                conn,
                actor=brand,
                organization_id=partner,
                change=OrganizationChange(name="x"),
            )


async def test_an_invitation_asks_for_something_that_is_there(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    brand = story.actor("brand")

    for email, role_ids, names in (
        ("no address", [], {"InvalidValue"}),
        ("a@example.com", [other.roles["viewer"]], {"NotFound"}),
        ("a@example.com", [0], {"NotFound"}),
    ):
        with pytest.raises(Rejected) as refusal:
            await invited(db, brand, email, *role_ids)
        assert set(problem_names(refusal)) == names
    for org_id in (story.orgs["trader_a"], other.orgs["brand"], 0):
        with pytest.raises(Rejected) as refusal:
            await invited(db, brand, "a@example.com", story.roles["viewer"], org_id=org_id)
        assert problem_names(refusal) == ["NotFound"]


async def test_without_the_permission_nothing_is_told_or_done(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    visitor, reader = story.visitor("brand"), story.actor("brand", Permission.PEOPLE_READ)
    membership_id = story.memberships["brand"]

    async with db.unit_of_work(story.network_id) as conn:
        with pytest.raises(Forbidden):
            await list_people(conn, actor=visitor, page=PageRequest())
        with pytest.raises(Forbidden):
            await list_roles(conn, actor=visitor)
        with pytest.raises(Forbidden):
            await list_invitations(conn, actor=visitor, page=PageRequest())
        with pytest.raises(Forbidden):
            await invite(conn, actor=reader, email="a@example.com", role_ids=[])
        with pytest.raises(Forbidden):
            await revoke_invitation(conn, actor=reader, invitation_id=1)
        with pytest.raises(Forbidden):
            await deactivate_member(conn, actor=reader, membership_id=membership_id)
        with pytest.raises(Forbidden):
            await set_member_roles(conn, actor=reader, membership_id=membership_id, role_ids=[])
        with pytest.raises(Forbidden):
            await update_role(conn, actor=reader, role_id=1)
        with pytest.raises(Forbidden):
            await create_role(conn, actor=reader, code="x", name="x", name_en="x", permissions=[])
