"""Machines that act for an organization."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.identity.model import (
    ApiClient,
    ApiClientDraft,
    NewApiClient,
    judge_name,
    judge_some,
    known_permissions,
)
from tradeline.identity.queries import clients as queries
from tradeline.identity.queries import invitations as invitation_queries
from tradeline.identity.roles import judge_change_of_person, judge_grant, judge_machine
from tradeline.identity.secrets import hash_secret, new_secret
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Forbidden,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Problem,
    WrongState,
    make_page,
    raise_any,
    record_changes,
    refuse,
)


async def create_api_clients(
    conn: Connection, *, actor: Actor, clients: Sequence[ApiClientDraft]
) -> list[NewApiClient]:
    """Machines for the actor's organization, each with a secret that is told once. They go when
    the member who created them goes.

    Raises:
        Forbidden: without `api_client:manage`, or for anybody but a member who is active.
        Rejected: PermissionNotHeld; InvalidValue, also for permissions to let others in, which
            no machine may hold.
    """
    actor.require(Permission.API_CLIENT_MANAGE)
    problems: list[Problem] = []
    for draft in clients:
        problems += judge_name(draft.name)
        problems += judge_some(draft.permissions, "permissions")
        problems += judge_machine(draft.permissions, ("permissions",))
        problems += judge_grant(actor.permissions, draft.permissions, ("permissions",))
    raise_any(problems)
    if not actor.is_system and not await queries.share_creator(conn, actor):
        raise Forbidden(Permission.API_CLIENT_MANAGE)
    client_ids = [f"client_{new_secret()[:24]}" for _ in clients]
    client_secrets = [new_secret() for _ in clients]
    ids = await queries.insert_api_clients(
        conn, actor, clients, client_ids, [hash_secret(secret) for secret in client_secrets]
    )
    await record_changes(
        conn,
        actor=actor,
        changes=[
            Change(
                action="api_client.create",
                subject_type="api_client",
                subject_id=api_client_id,
                after={"name": draft.name, "permissions": sorted(draft.permissions)},
            )
            for api_client_id, draft in zip(ids, clients, strict=True)
        ],
    )
    return [
        NewApiClient(id=api_client_id, client_id=client_id, client_secret=secret)
        for api_client_id, client_id, secret in zip(ids, client_ids, client_secrets, strict=True)
    ]


async def revoke_api_client(conn: Connection, *, actor: Actor, api_client_id: int) -> int:
    """Shut a machine out, at once, and whomever it has invited.

    Raises:
        Forbidden: without `api_client:manage`.
        Rejected: NotFound, WrongState if it is out already, PersonAbove.
    """
    actor.require(Permission.API_CLIENT_MANAGE)
    client = await queries.lock_api_client(conn, actor, api_client_id)
    if client is None:
        raise refuse(NotFound(path=("apiClientId",), subject="api client"))
    if not client["is_active"]:
        raise refuse(WrongState(path=("apiClientId",), subject="api client", state="inactive"))
    held = known_permissions(client["permissions"])
    raise_any(judge_change_of_person(actor.permissions, held, ("apiClientId",)))
    await queries.deactivate_api_client(conn, actor, api_client_id)
    await invitation_queries.revoke_invitations(
        conn, actor.network_id, actor.org_id, by_api_client_ids=[api_client_id]
    )
    await _record_revocations(conn, actor, [api_client_id])
    return api_client_id


async def revoke_api_clients_of(conn: Connection, *, actor: Actor, account_id: int) -> list[int]:
    """Shut out the machines that a member, who is being deactivated, created in the actor's
    organization; their ids. The caller ends what they have offered."""
    ids = await queries.deactivate_api_clients_of(conn, actor, account_id)
    await _record_revocations(conn, actor, ids)
    return ids


async def list_api_clients(conn: Connection, *, actor: Actor, page: PageRequest) -> Page[ApiClient]:
    """The organization's machines, newest first; Forbidden without `api_client:manage`. The
    cursor's shape is (int,)."""
    actor.require(Permission.API_CLIENT_MANAGE)
    rows = await queries.list_api_clients(conn, actor, page)
    return make_page(rows, page, lambda client: (client.id,))


async def api_clients_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, ApiClient]:
    """Those of `ids` that are the organization's; Forbidden without `api_client:manage`."""
    actor.require(Permission.API_CLIENT_MANAGE)
    rows = await queries.list_api_clients(conn, actor, PageRequest(len(ids)), ids)
    return {client.id: client for client in rows}


async def _record_revocations(conn: Connection, actor: Actor, ids: Sequence[int]) -> None:
    changes = [
        Change(
            action="api_client.revoke",
            subject_type="api_client",
            subject_id=api_client_id,
            before={"is_active": True},
            after={"is_active": False},
        )
        for api_client_id in ids
    ]
    await record_changes(conn, actor=actor, changes=changes)
