"""Roles that go, and people that are searched for, against a real PostgreSQL."""

from __future__ import annotations

import pytest

from tests.factories import Story, a_network
from tests.integration.identity.test_people import (
    accepted,
    acting_as,
    deactivated,
    hired,
    invited,
    set_roles,
)
from tests.integration.organizations.test_organizations import problem_names
from tradeline.identity import (
    NewInvitation,
    create_role,
    delete_role,
    list_people,
    list_roles,
    revoke_invitation,
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


async def a_role(db: Database, actor: Actor, code: str, *permissions: Permission) -> int:
    async with db.unit_of_work(actor.network_id) as conn:
        return await create_role(
            conn, actor=actor, code=code, name=code, name_en=code, permissions=permissions
        )


async def deleted(db: Database, actor: Actor, role_id: int) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await delete_role(conn, actor=actor, role_id=role_id)


async def withdrawn(db: Database, actor: Actor, invitation: NewInvitation) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await revoke_invitation(conn, actor=actor, invitation_id=invitation.id)


async def codes_of(db: Database, story: Story) -> set[str]:
    async with db.reading(story.network_id) as conn:
        return {role.code for role in await list_roles(conn, actor=story.actor("brand"))}


async def test_a_role_that_nobody_holds_is_deleted_and_told(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    role_id = await a_role(db, brand, "OLD", Permission.ORDER_READ)

    await deleted(db, brand, role_id)

    assert "OLD" not in await codes_of(db, story)
    async with db.reading(story.network_id) as conn:
        [entry] = (
            await list_audit_entries(
                conn, actor=brand, page=PageRequest(1), subject_type="role", subject_id=role_id
            )
        ).items
    assert (entry.action, entry.before["code"], entry.after) == ("role.delete", "OLD", {})
    assert await a_role(db, brand, "OLD") != role_id, "its code is free again"


async def test_a_role_that_is_held_or_offered_stays_until_it_is_not(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    role_id = await a_role(db, brand, "KEPT", Permission.ORDER_READ)
    person = await hired(db, story, "clerk", "brand", "viewer")
    await set_roles(db, brand, person.membership_id, role_id)
    invitation = await invited(db, brand, "new@example.com", role_id, story.roles["viewer"])

    with pytest.raises(Rejected) as refusal:
        await deleted(db, brand, role_id)

    [problem] = refusal.value.problems
    assert "1 members hold this role and 1 open invitations" in problem.message()
    assert "KEPT" in await codes_of(db, story)
    await withdrawn(db, brand, invitation)
    with pytest.raises(Rejected, match="1 members hold this role and 0 open"):
        await deleted(db, brand, role_id)
    await set_roles(db, brand, person.membership_id, story.roles["viewer"])
    another = await invited(db, brand, "other@example.com", role_id)
    with pytest.raises(Rejected, match="0 members hold this role and 1 open"):
        await deleted(db, brand, role_id)
    await withdrawn(db, brand, another)
    await deleted(db, brand, role_id)
    assert "KEPT" not in await codes_of(db, story)


async def test_whoever_was_shut_out_does_not_hold_a_role(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    role_id = await a_role(db, brand, "GONE", Permission.ORDER_READ)
    person = await hired(db, story, "gone", "brand", "viewer")
    await set_roles(db, brand, person.membership_id, role_id)
    await deactivated(db, brand, person.membership_id)

    await deleted(db, brand, role_id)

    assert "GONE" not in await codes_of(db, story)
    again = await invited(db, brand, person.email, story.roles["viewer"])
    assert await accepted(db, again.token) == person.account_id


async def test_nobody_deletes_a_role_above_them_of_others_or_a_built_in_one(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    role_id = await a_role(db, brand, "HIGH", Permission.BOOKS_READ)
    clerk = await hired(db, story, "clerk", "brand", "viewer")
    lower = story.actor("brand", Permission.PEOPLE_MANAGE)

    cases = [
        (lower, role_id, "PersonAbove"),
        (story.actor("trader_a"), role_id, "NotFound"),
        (brand, story.roles["viewer"], "NotFound"),
    ]
    for actor, id, problem in cases:
        with pytest.raises(Rejected) as refusal:
            await deleted(db, actor, id)
        assert problem_names(refusal) == [problem]
    with pytest.raises(Forbidden):
        await deleted(db, acting_as(story, "brand", clerk), role_id)
    assert {"HIGH", "viewer"} <= await codes_of(db, story)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("MÜL", ["Müller"]),
        ("@lager.", ["Müller"]),
        (" an ", ["Anna", "brand"]),
        ("%", []),
        ("", ["brand", "Anna", "Müller"]),
    ],
)
async def test_people_are_found_by_a_part_of_their_name_or_address(
    owner_pool: Pool, db: Database, search: str, found: list[str]
) -> None:
    story = await a_network(owner_pool, db)
    for name, address in (("Anna", "a"), ("Müller", "x@lager.example.com")):
        person = await hired(db, story, f"p{address[0]}", "brand", "viewer")
        await owner_pool.execute(
            "UPDATE identity.account SET name = $2, email = coalesce($3, email) WHERE id = $1",
            person.account_id,
            name,
            f"{story.code.lower()}{address}" if "@" in address else None,
        )

    async with db.reading(story.network_id) as conn:
        page = await list_people(
            conn, actor=story.actor("brand"), page=PageRequest(), search=search
        )
        there = await list_people(
            conn, actor=story.actor("trader_a"), page=PageRequest(), search="anna"
        )

    assert sorted(person.name for person in page.items) == sorted(found)
    assert there.items == ()
