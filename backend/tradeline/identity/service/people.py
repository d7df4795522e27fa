"""Roles, and the people of an organization."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from tradeline.identity.errors import RoleHeld
from tradeline.identity.model import (
    CODE_LENGTH_MAX,
    NewPerson,
    Person,
    Role,
    judge_name,
)
from tradeline.identity.queries import invitations as invitation_queries
from tradeline.identity.queries import people as queries
from tradeline.identity.queries import resets as reset_queries
from tradeline.identity.roles import (
    BUILT_IN_ROLES,
    OWNER,
    judge_change_of_person,
    judge_grant,
    judge_loss_of_owner,
)
from tradeline.identity.service.clients import revoke_api_clients_of
from tradeline.kernel import (
    Actor,
    AlreadyExists,
    Change,
    Connection,
    Event,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Problem,
    WrongState,
    make_page,
    publish,
    raise_any,
    read_search,
    record_changes,
    refuse,
)
from tradeline.organizations import release_organizations


async def create_built_in_roles(conn: Connection, *, network_id: int) -> dict[str, int]:
    """Give a network the roles that this version knows, or bring them up to date; ids by code.
    For whoever founds or migrates networks, never for a request."""
    return await queries.upsert_built_in_roles(conn, network_id, list(BUILT_IN_ROLES.values()))


async def add_people(conn: Connection, *, network_id: int, people: Sequence[NewPerson]) -> None:
    """Put people into organizations without inviting them: seeds, imports and tests only. Who is
    there already stays as they are."""
    await queries.insert_people(conn, network_id, people)
    await release_organizations(
        conn, network_id=network_id, ids=sorted({person.org_id for person in people})
    )


async def list_roles(conn: Connection, *, actor: Actor) -> list[Role]:
    """Built-in roles, then the organization's own; Forbidden without `people:read`."""
    actor.require(Permission.PEOPLE_READ)
    return await queries.list_roles(conn, actor)


async def roles_by_ids(conn: Connection, *, actor: Actor, ids: Sequence[int]) -> dict[int, Role]:
    """Those of `ids` that are built in or the organization's own; Forbidden without
    `people:read`."""
    actor.require(Permission.PEOPLE_READ)
    return await queries.fetch_roles(conn, actor.network_id, actor.org_id, ids)


async def create_role(
    conn: Connection,
    *,
    actor: Actor,
    code: str,
    name: str,
    name_en: str,
    permissions: Collection[Permission],
) -> int:
    """A role of the organization's own.

    Raises:
        Forbidden: without `people:manage`.
        Rejected: PermissionNotHeld, AlreadyExists, InvalidValue.
    """
    actor.require(Permission.PEOPLE_MANAGE)
    problems = [
        *judge_name(code, "code", CODE_LENGTH_MAX),
        *judge_name(name),
        *judge_name(name_en, "nameEn"),
        *judge_grant(actor.permissions, permissions, ("permissions",)),
    ]
    raise_any(problems)
    role_id = await queries.insert_role(conn, actor, code, name, name_en, set(permissions))
    if role_id is None:
        raise refuse(AlreadyExists(path=("code",), subject="role", code=code))
    after: dict[str, object] = {
        "code": code,
        "name": name,
        "name_en": name_en,
        "permissions": sorted(permissions),
    }
    await _record(conn, actor, "role.create", "role", role_id, {}, after)
    return role_id


async def update_role(
    conn: Connection,
    *,
    actor: Actor,
    role_id: int,
    name: str | None = None,
    name_en: str | None = None,
    permissions: Collection[Permission] | None = None,
) -> int:
    """Change a role of the organization's own, and so what all who hold it may do, at once.

    Raises:
        Forbidden: without `people:manage`.
        Rejected: NotFound, PersonAbove if it holds what the actor lacks, PermissionNotHeld,
            InvalidValue.
    """
    actor.require(Permission.PEOPLE_MANAGE)
    role = await queries.lock_own_role(conn, actor, role_id)
    if role is None:
        raise refuse(NotFound(path=("roleId",), subject="role"))
    changed = Role(
        network_id=role.network_id,
        id=role.id,
        org_id=role.org_id,
        code=role.code,
        name=role.name if name is None else name,
        name_en=role.name_en if name_en is None else name_en,
        permissions=role.permissions if permissions is None else frozenset(permissions),
    )
    problems = [
        *judge_name(changed.name),
        *judge_name(changed.name_en, "nameEn"),
        *judge_change_of_person(actor.permissions, role.permissions, ("roleId",)),
        *judge_grant(actor.permissions, changed.permissions, ("permissions",)),
    ]
    raise_any(problems)
    await queries.update_role(conn, actor, changed)
    await _record(
        conn, actor, "role.update", "role", role.id, _shown_role(role), _shown_role(changed)
    )
    return role.id


async def delete_role(conn: Connection, *, actor: Actor, role_id: int) -> int:
    """Delete a role of the organization's own that nobody holds. All members stay locked meanwhile.

    Raises:
        Forbidden: without `people:manage`.
        Rejected: NotFound, also for a built-in one; PersonAbove if it holds what the actor lacks;
            RoleHeld while a member holds it, or an open invitation offers it.
    """
    actor.require(Permission.PEOPLE_MANAGE)
    await queries.lock_members(conn, actor)
    role = await queries.lock_own_role(conn, actor, role_id)
    if role is None:
        raise refuse(NotFound(path=("roleId",), subject="role"))
    members, invitations = await queries.count_uses_of_role(conn, actor, role_id)
    problems = judge_change_of_person(actor.permissions, role.permissions, ("roleId",))
    if members or invitations:
        problems.append(RoleHeld(path=("roleId",), members=members, invitations=invitations))
    raise_any(problems)
    await queries.delete_role(conn, actor, role_id)
    before = {"code": role.code} | _shown_role(role)
    await _record(conn, actor, "role.delete", "role", role_id, before, {})
    return role_id


async def list_people(
    conn: Connection, *, actor: Actor, page: PageRequest, search: str | None = None
) -> Page[Person]:
    """The organization's members, oldest first; `search` is a part of a name or address. The
    cursor's shape is (int,).

    Raises:
        Forbidden: without `people:read`.
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.PEOPLE_READ)
    rows = await queries.list_people(conn, actor, page, search=read_search(search))
    return make_page(rows, page, lambda person: (person.membership_id,))


async def people_by_ids(conn: Connection, *, actor: Actor, ids: Sequence[int]) -> dict[int, Person]:
    """Members by their membership; Forbidden without `people:read`."""
    actor.require(Permission.PEOPLE_READ)
    people = await queries.list_people(conn, actor, PageRequest(len(ids)), ids)
    return {person.membership_id: person for person in people}


async def colleagues_by_account(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, str]:
    """The names of those accounts that are, or were, members of the actor's organization. For
    showing who did what; no permission is asked."""
    return await queries.fetch_colleagues(conn, actor, ids)


async def set_member_roles(
    conn: Connection, *, actor: Actor, membership_id: int, role_ids: Sequence[int]
) -> int:
    """Replace a member's roles. All members of the organization stay locked meanwhile. What they
    have offered to others, and what was offered to them, ends.

    Raises:
        Forbidden: without `people:manage`.
        Rejected: NotFound for the member or a role, PermissionNotHeld, PersonAbove, LastOwner,
            WrongState for a deactivated member.
    """
    actor.require(Permission.PEOPLE_MANAGE)
    await queries.lock_members(conn, actor)
    person = await active_member(conn, actor, membership_id)
    roles = await queries.fetch_roles(conn, actor.network_id, actor.org_id, role_ids)
    owners = await queries.fetch_owners(conn, actor)
    problems: list[Problem] = [
        NotFound(path=("roleIds", position), subject="role")
        for position, role_id in enumerate(role_ids)
        if role_id not in roles
    ]
    problems += judge_change_of_person(actor.permissions, person.permissions, ("memberId",))
    problems += judge_grant(actor.permissions, permissions_of(roles.values()), ("roleIds",))
    problems += judge_loss_of_owner(
        owners,
        membership_id,
        stays_owner=any(role.org_id is None and role.code == OWNER for role in roles.values()),
        path=("roleIds",),
    )
    raise_any(problems)
    await queries.replace_roles(conn, actor.network_id, membership_id, role_ids)
    await _end_offers(conn, actor, person)
    await _record(
        conn,
        actor,
        "member.roles_set",
        "member",
        membership_id,
        {"role_ids": sorted(person.role_ids)},
        {"role_ids": sorted(set(role_ids))},
    )
    return membership_id


async def deactivate_member(conn: Connection, *, actor: Actor, membership_id: int) -> int:
    """Shut a member out, at once, in all their sessions, and the machines that they created. A
    new invitation lets them in again.

    Raises:
        Forbidden: without `people:manage`.
        Rejected: NotFound, WrongState if they are out already, PersonAbove, LastOwner.
    """
    actor.require(Permission.PEOPLE_MANAGE)
    await queries.lock_members(conn, actor)
    person = await active_member(conn, actor, membership_id)
    owners = await queries.fetch_owners(conn, actor)
    problems = [
        *judge_change_of_person(actor.permissions, person.permissions, ("memberId",)),
        *judge_loss_of_owner(owners, membership_id, stays_owner=False, path=("memberId",)),
    ]
    raise_any(problems)
    await queries.deactivate_membership(conn, actor, membership_id)
    api_client_ids = await revoke_api_clients_of(conn, actor=actor, account_id=person.account_id)
    await _end_offers(conn, actor, person, api_client_ids)
    await _record(
        conn,
        actor,
        "member.deactivate",
        "member",
        membership_id,
        {"is_active": True},
        {"is_active": False},
    )
    event = Event(
        topic="member.deactivated",
        key=f"member:{membership_id}",
        payload={"id": membership_id, "org_id": actor.org_id, "account_id": person.account_id},
    )
    await publish(conn, network_id=actor.network_id, events=[event])
    return membership_id


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """What all of the roles together allow; no roles allow nothing."""
    return frozenset(permission for role in roles for permission in role.permissions)


async def active_member(conn: Connection, actor: Actor, membership_id: int) -> Person:
    """A member of the actor's organization. Raises Rejected: NotFound, or WrongState for one who
    was deactivated."""
    people = await queries.list_people(conn, actor, PageRequest(1), [membership_id])
    if not people:
        raise refuse(NotFound(path=("memberId",), subject="member"))
    if not people[0].is_active:
        raise refuse(WrongState(path=("memberId",), subject="member", state="inactive"))
    return people[0]


async def _end_offers(
    conn: Connection, actor: Actor, person: Person, api_client_ids: Sequence[int] = ()
) -> None:
    """Whoever no longer may invite, or may give less, has not invited; and an older invitation
    does not undo what was just decided about them. The same goes for new passwords."""
    await invitation_queries.revoke_invitations(
        conn,
        actor.network_id,
        actor.org_id,
        by_account_id=person.account_id,
        by_api_client_ids=api_client_ids,
        to_email=person.email,
    )
    await reset_queries.revoke_resets(
        conn, actor, for_account_id=person.account_id, by_account_id=person.account_id
    )


def _shown_role(role: Role) -> dict[str, object]:
    return {
        "name": role.name,
        "name_en": role.name_en,
        "permissions": sorted(role.permissions),
    }


async def _record(
    conn: Connection,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: int,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    change = Change(
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        before=before,
        after=after,
    )
    await record_changes(conn, actor=actor, changes=[change])
