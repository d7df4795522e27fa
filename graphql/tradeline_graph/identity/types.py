"""People, machines, and what they may do."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import strawberry

from tradeline import identity, kernel
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.identity.enums import Locale, Permission
from tradeline_graph.organizations import (
    Network,
    Organization,
    load_network,
    load_organization,
)


@strawberry.type(
    description="The person that is signed in, over all networks.", directives=scoped(Scope.VIEWER)
)
class Account:
    id: strawberry.ID
    email: str
    name: str
    locale: Locale


@strawberry.type(
    description="An organization that you may act for. Switch to it with `membershipSwitch`.",
    directives=scoped(Scope.VIEWER),
)
class Membership:
    id: strawberry.ID
    network_code: str
    network_name: str
    network_name_en: str
    organization_code: str
    organization_name: str
    organization_name_en: str
    is_acting: bool = strawberry.field(description="You are acting for it now.")
    permissions: list[Permission]

    @classmethod
    def of(cls, row: identity.Membership, actor: kernel.Actor) -> Membership:
        return cls(
            id=to_id("Membership", row.id),
            network_code=row.network_code,
            network_name=row.network_name,
            network_name_en=row.network_name_en,
            organization_code=row.org_code,
            organization_name=row.org_name,
            organization_name_en=row.org_name_en,
            is_acting=(row.network_id, row.org_id) == (actor.network_id, actor.org_id),
            permissions=sorted(row.permissions),
        )


@strawberry.type(
    description="Who you are, for whom you act, and what you may do.",
    directives=scoped(Scope.VIEWER),
)
class Viewer:
    locale: Locale
    permissions: list[Permission]

    @classmethod
    def of(cls, actor: kernel.Actor) -> Viewer:
        return cls(locale=actor.locale, permissions=sorted(actor.permissions))

    @strawberry.field(description="Null for machines.")
    async def account(self, info: Info) -> Account | None:
        actor = info.context.signed_in()
        if actor.account_id is None:
            return None
        async with info.context.db.asking() as conn:
            row = await identity.read_account(conn, account_id=actor.account_id)
        if row is None:
            return None
        return Account(
            id=to_id("Account", row.id), email=row.email, name=row.name, locale=row.locale
        )

    @strawberry.field(description="The network that you act in.")
    async def network(self, info: Info) -> Network | None:
        return await load_network(info)

    @strawberry.field(description="The organization that you act for.")
    async def organization(self, info: Info) -> Organization | None:
        return await load_organization(info, info.context.signed_in().org_id)

    @strawberry.field(description="All organizations that you may act for; machines have none.")
    async def memberships(self, info: Info) -> list[Membership]:
        actor = info.context.signed_in()
        if actor.account_id is None:
            return []
        async with info.context.db.asking() as conn:
            rows = await identity.memberships_of(conn, account_id=actor.account_id)
        return [Membership.of(row, actor) for row in rows]


@strawberry.type(
    description="A set of permissions with a name.", directives=scoped(Scope.ORGANIZATION)
)
class Role:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    permissions: list[Permission]
    is_built_in: bool = strawberry.field(description="Of every organization, and not to change.")

    @classmethod
    def of(cls, row: identity.Role) -> Role:
        return cls(
            id=to_id("Role", row.id),
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            permissions=sorted(row.permissions),
            is_built_in=row.org_id is None,
        )


@strawberry.type(
    description="Somebody of your organization.", directives=scoped(Scope.ORGANIZATION)
)
class Member:
    role_ids: strawberry.Private[tuple[int, ...]]
    id: strawberry.ID
    name: str
    email: str
    is_active: bool
    created_at: datetime.datetime
    permissions: list[Permission] = strawberry.field(description="Of all roles together.")

    @classmethod
    def of(cls, row: identity.Person) -> Member:
        return cls(
            role_ids=row.role_ids,
            id=to_id("Member", row.membership_id),
            name=row.name,
            email=row.email,
            is_active=row.is_active,
            created_at=row.created_at,
            permissions=sorted(row.permissions),
        )

    @strawberry.field
    async def roles(self, info: Info) -> list[Role]:
        return await load_roles(info, self.role_ids)


@strawberry.type(
    description="An offer to join an organization that you manage.",
    directives=scoped(Scope.ORGANIZATION),
)
class Invitation:
    org_id: strawberry.Private[int]
    role_ids: strawberry.Private[tuple[int, ...]]
    id: strawberry.ID
    email: str
    created_at: datetime.datetime
    expires_at: datetime.datetime
    accepted_at: datetime.datetime | None
    revoked_at: datetime.datetime | None

    @classmethod
    def of(cls, row: identity.Invitation) -> Invitation:
        return cls(
            org_id=row.org_id,
            role_ids=row.role_ids,
            id=to_id("Invitation", row.id),
            email=row.email,
            created_at=row.created_at,
            expires_at=row.expires_at,
            accepted_at=row.accepted_at,
            revoked_at=row.revoked_at,
        )

    @strawberry.field
    async def organization(self, info: Info) -> Organization | None:
        return await load_organization(info, self.org_id)

    @strawberry.field(description="The roles offered, as far as they are yours to see.")
    async def roles(self, info: Info) -> list[Role]:
        return await load_roles(info, self.role_ids)


@strawberry.type(
    description="A machine that acts for your organization.", directives=scoped(Scope.ORGANIZATION)
)
class ApiClient:
    created_by_account_id: strawberry.Private[int | None]
    id: strawberry.ID
    client_id: str = strawberry.field(description="What it presents at /oauth/token.")
    name: str
    permissions: list[Permission]
    is_active: bool
    created_at: datetime.datetime
    last_used_at: datetime.datetime | None

    @classmethod
    def of(cls, row: identity.ApiClient) -> ApiClient:
        return cls(
            created_by_account_id=row.created_by_account_id,
            id=to_id("ApiClient", row.id),
            client_id=row.client_id,
            name=row.name,
            permissions=sorted(row.permissions),
            is_active=row.is_active,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
        )

    @strawberry.field(
        description=(
            "The name of the colleague who created it, and with whose membership it ends. Null "
            "for the system's own."
        )
    )
    async def created_by(self, info: Info) -> str | None:
        return await load_colleague_name(info, self.created_by_account_id)


async def load_roles(info: Info, ids: Sequence[int]) -> list[Role]:
    """Roles by their rows' ids, without those that are not to be seen."""
    rows = await info.context.loader("role", _roles).load_many(ids)
    return [Role.of(row) for row in rows if row is not None]


async def load_role(info: Info, id: int | None) -> Role | None:
    if id is None:
        return None
    roles = await load_roles(info, [id])
    return roles[0] if roles else None


async def load_member(info: Info, id: int | None) -> Member | None:
    """Somebody of the viewer's organization by their membership's id."""
    if id is None:
        return None
    row = await info.context.loader("member", _members).load(id)
    return None if row is None else Member.of(row)


async def load_invitation(info: Info, id: int | None) -> Invitation | None:
    if id is None:
        return None
    row = await info.context.loader("invitation", _invitations).load(id)
    return None if row is None else Invitation.of(row)


async def load_api_client(info: Info, id: int | None) -> ApiClient | None:
    if id is None:
        return None
    row = await info.context.loader("api_client", _api_clients).load(id)
    return None if row is None else ApiClient.of(row)


async def load_colleague_name(info: Info, account_id: int | None) -> str | None:
    """The name of somebody of the viewer's organization; of nobody else."""
    if account_id is None:
        return None
    return await info.context.loader("colleague", _colleagues).load(account_id)


async def _roles(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[identity.Role | None]:
    rows = await identity.roles_by_ids(conn, actor=actor, ids=ids)
    return [rows.get(id) for id in ids]


async def _members(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[identity.Person | None]:
    rows = await identity.people_by_ids(conn, actor=actor, ids=ids)
    return [rows.get(id) for id in ids]


async def _invitations(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[identity.Invitation | None]:
    rows = await identity.invitations_by_ids(conn, actor=actor, ids=ids)
    return [rows.get(id) for id in ids]


async def _api_clients(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[identity.ApiClient | None]:
    rows = await identity.api_clients_by_ids(conn, actor=actor, ids=ids)
    return [rows.get(id) for id in ids]


async def _colleagues(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[str | None]:
    rows = await identity.colleagues_by_account(conn, actor=actor, ids=ids)
    return [rows.get(id) for id in ids]
