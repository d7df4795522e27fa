"""How people come into an organization."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from tradeline.identity.errors import InvitationNotUsable
from tradeline.identity.model import (
    Account,
    Invitation,
    NewInvitation,
    OpenInvitation,
    judge_email,
    judge_name,
    judge_password,
    judge_some,
    normal_email,
)
from tradeline.identity.passwords import hash_password
from tradeline.identity.queries import access as access_queries
from tradeline.identity.queries import invitations as queries
from tradeline.identity.queries import people as people_queries
from tradeline.identity.roles import judge_grant, may_still_offer
from tradeline.identity.secrets import hash_secret, new_secret
from tradeline.identity.service.people import permissions_of
from tradeline.identity.service.signing_in import prove_password
from tradeline.kernel import (
    Actor,
    AlreadyExists,
    Change,
    Connection,
    Database,
    Event,
    Locale,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Problem,
    make_page,
    publish,
    raise_any,
    record_changes,
    refuse,
)
from tradeline.organizations import managed_organizations, release_organizations

INVITATION_LASTS: Final = timedelta(days=7)


async def invite(
    conn: Connection,
    *,
    actor: Actor,
    email: str,
    role_ids: Sequence[int],
    organization_id: int | None = None,
) -> NewInvitation:
    """Offer somebody to join the actor's organization, or another that it manages, for 7 days.

    The token is told to the inviter, who passes it on. It is worth nothing once the inviter could
    no longer invite so.

    Raises:
        Forbidden: without `people:manage`.
        Rejected: NotFound for the organization or a role, PermissionNotHeld, AlreadyExists for a
            member, InvalidValue.
    """
    actor.require(Permission.PEOPLE_MANAGE)
    org_id = actor.org_id if organization_id is None else organization_id
    if org_id not in await managed_organizations(conn, actor=actor, ids=[org_id]):
        raise refuse(NotFound(path=("organizationId",), subject="organization"))
    email = normal_email(email)
    roles = await people_queries.fetch_roles(conn, actor.network_id, org_id, role_ids)
    problems: list[Problem] = [*judge_email(email), *judge_some(role_ids, "roleIds")]
    problems += [
        NotFound(path=("roleIds", position), subject="role")
        for position, role_id in enumerate(role_ids)
        if role_id not in roles
    ]
    problems += judge_grant(actor.permissions, permissions_of(roles.values()), ("roleIds",))
    raise_any(problems)
    if await people_queries.is_member(conn, actor.network_id, org_id, email):
        raise refuse(AlreadyExists(path=("email",), subject="member", code=email))
    token = new_secret()
    invitation_id = await queries.insert_invitation(
        conn, actor, org_id, email, sorted(set(role_ids)), hash_secret(token), INVITATION_LASTS
    )
    await _record(
        conn,
        actor,
        "invitation.create",
        invitation_id,
        org_id,
        {"email": email, "role_ids": sorted(set(role_ids))},
    )
    return NewInvitation(id=invitation_id, token=token)


async def revoke_invitation(conn: Connection, *, actor: Actor, invitation_id: int) -> int:
    """Take an open invitation back.

    Raises:
        Forbidden: without `people:manage`.
        Rejected: NotFound if there is none that is open.
    """
    actor.require(Permission.PEOPLE_MANAGE)
    org_id = await queries.revoke_invitation(conn, actor, invitation_id)
    if org_id is None:
        raise refuse(NotFound(path=("invitationId",), subject="invitation"))
    await _record(conn, actor, "invitation.revoke", invitation_id, org_id, {"revoked": True})
    return invitation_id


async def list_invitations(
    conn: Connection, *, actor: Actor, page: PageRequest
) -> Page[Invitation]:
    """Invitations into organizations that the actor manages, newest first; Forbidden without
    `people:read`. The cursor's shape is (int,)."""
    actor.require(Permission.PEOPLE_READ)
    rows = await queries.list_invitations(conn, actor, page)
    return make_page(rows, page, lambda invitation: (invitation.id,))


async def invitations_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Invitation]:
    """Those of `ids` into organizations that the actor manages; Forbidden without
    `people:read`."""
    actor.require(Permission.PEOPLE_READ)
    rows = await queries.list_invitations(conn, actor, PageRequest(len(ids)), ids)
    return {invitation.id: invitation for invitation in rows}


async def accept_invitation(
    db: Database,
    *,
    token: str,
    network_address: str,
    account_id: int | None = None,
    name: str = "",
    password: str = "",
    locale: Locale = Locale.ZH,
) -> int:
    """Join the organization; returns the account.

    As the signed-in `account_id` if its address is the invited one; else with the password of the
    account that has the address; else with a name and a password for a new account. Afterwards one
    signs in as usual. A member gains the roles and keeps their own; who was deactivated is back
    with the invitation's roles alone. Other invitations of the address into the organization end.

    Raises:
        Rejected: InvitationNotUsable; SignInFailed or TooManySignIns for the password of an
            account that exists; InvalidValue for a new account's name or password.
    """
    async with db.asking() as conn:
        invitation = await queries.fetch_invitation_by_token(conn, hash_secret(token))
        if invitation is None:
            raise refuse(InvitationNotUsable(path=("token",)))
        row = await access_queries.fetch_account_by_email(conn, invitation["email"])
    password_hash: str | None = None
    account: Account | None = None
    if row is None:
        raise_any([*judge_name(name), *judge_password(password)])
        password_hash = await hash_password(password)
    elif row["id"] == account_id and row["is_active"]:
        account = access_queries.account_of(row)
    else:
        account = await prove_password(
            db,
            email=invitation["email"],
            password=password,
            network_address=network_address,
        )
    network_id, org_id = invitation["network_id"], invitation["org_id"]
    async with db.unit_of_work(network_id) as conn:
        nobody = Actor(network_id=network_id, org_id=org_id, permissions=frozenset())
        offer = await _lock_offer(conn, nobody, invitation["id"], invitation["email"])
        joining_id = (
            account.id
            if account is not None
            else await access_queries.insert_account(
                conn, invitation["email"], name, locale, password_hash or ""
            )
        )
        if offer is None or joining_id is None:
            raise refuse(InvitationNotUsable(path=("token",)))
        await _join(conn, replace(nobody, account_id=joining_id), invitation["email"], offer)
    return joining_id


async def _lock_offer(
    conn: Connection, actor: Actor, invitation_id: int, email: str
) -> OpenInvitation | None:
    """The invitation, if it is open and its inviter could still make it. Members are locked first
    and invitations then, as everywhere."""
    network_id, org_id = actor.network_id, actor.org_id
    await people_queries.lock_members(conn, actor)
    offer = (await queries.lock_open_invitations(conn, network_id, org_id, email)).get(
        invitation_id
    )
    if offer is None:
        return None
    roles = await people_queries.fetch_roles(conn, network_id, org_id, offer.role_ids)
    held = await queries.fetch_permissions_of_inviter(
        conn,
        network_id,
        org_id,
        by_org_id=offer.invited_by_org_id,
        by_account_id=offer.invited_by_account_id,
        by_api_client_id=offer.invited_by_api_client_id,
    )
    is_offered = may_still_offer(held, permissions_of(roles.values()))
    return offer if is_offered and set(roles) == set(offer.role_ids) else None


async def _join(conn: Connection, actor: Actor, email: str, offer: OpenInvitation) -> None:
    """Make the actor, who may do nothing yet, a member with the offered roles, or give them to a
    member in addition: so that nobody is lowered, and no owner lost, by an invitation."""
    assert actor.account_id is not None, "a person joins"
    network_id, org_id = actor.network_id, actor.org_id
    is_member = await people_queries.is_member(conn, network_id, org_id, email)
    membership_id = await people_queries.upsert_membership(
        conn, network_id, actor.account_id, org_id
    )
    if is_member:
        await people_queries.add_roles(conn, network_id, membership_id, offer.role_ids)
    else:
        await people_queries.replace_roles(conn, network_id, membership_id, offer.role_ids)
    await queries.mark_invitation_accepted(conn, network_id, offer.id)
    await queries.revoke_invitations(conn, network_id, org_id, to_email=email)
    await release_organizations(conn, network_id=network_id, ids=[org_id])
    after = {"membership_id": membership_id, "role_ids": list(offer.role_ids)}
    await _record(conn, actor, "invitation.accept", offer.id, org_id, after)
    if is_member:
        return
    event = Event(
        topic="member.joined",
        key=f"member:{membership_id}",
        payload={"id": membership_id, "org_id": org_id, "account_id": actor.account_id},
    )
    await publish(conn, network_id=network_id, events=[event])


async def _record(
    conn: Connection,
    actor: Actor,
    action: str,
    invitation_id: int,
    org_id: int,
    after: dict[str, object],
) -> None:
    change = Change(
        action=action,
        subject_type="invitation",
        subject_id=invitation_id,
        after=after,
        on_behalf_of_org_id=None if org_id == actor.org_id else org_id,
    )
    await record_changes(conn, actor=actor, changes=[change])
