"""What can be asked about people, machines and permissions."""

from __future__ import annotations

import strawberry

from tradeline import identity, kernel
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.identity.types import ApiClient, Invitation, Member, Role, Viewer


@strawberry.type
class Query:
    @strawberry.field(
        description="Who you are, for whom you act, and what you may do.",
        extensions=[Guard(Scope.VIEWER)],
    )
    async def viewer(self, info: Info) -> Viewer:
        return Viewer.of(info.context.signed_in())

    @strawberry.field(
        description="Built-in roles, then your organization's own.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PEOPLE_READ)],
    )
    async def roles(self, info: Info) -> list[Role]:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            rows = await identity.list_roles(conn, actor=actor)
        return [Role.of(row) for row in rows]

    @strawberry.field(
        description="The members of your organization, oldest first; search for a part of a name "
        "or address.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PEOPLE_READ)],
    )
    async def people(
        self,
        info: Info,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Member]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await identity.list_people(conn, actor=actor, page=page, search=search)
        return Connection.of(result, Member.of)

    @strawberry.field(
        description="Invitations into the organizations that you manage, newest first.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PEOPLE_READ)],
    )
    async def invitations(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Invitation]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await identity.list_invitations(conn, actor=actor, page=page)
        return Connection.of(result, Invitation.of)

    @strawberry.field(
        description="The machines that act for your organization, newest first.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.API_CLIENT_MANAGE)],
    )
    async def api_clients(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[ApiClient]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await identity.list_api_clients(conn, actor=actor, page=page)
        return Connection.of(result, ApiClient.of)
