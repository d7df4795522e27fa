"""What can be asked about organizations and edges."""

from __future__ import annotations

import strawberry

from tradeline import kernel, organizations
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.organizations.enums import (
    OrganizationKind,
    RelationshipSide,
    RelationshipState,
)
from tradeline_graph.organizations.types import (
    Organization,
    Relationship,
    load_organization,
    load_relationship,
)


@strawberry.type
class Query:
    @strawberry.field(
        description="An organization that you may know of.",
        extensions=[Guard(Scope.PARTY, Permission.ORGANIZATION_READ)],
    )
    async def organization(self, info: Info, id: strawberry.ID) -> Organization | None:
        return await load_organization(info, from_id("Organization", id))

    @strawberry.field(
        description="All organizations that you may know of, oldest first; search for a part of a "
        "name or code.",
        extensions=[Guard(Scope.PARTY, Permission.ORGANIZATION_READ)],
    )
    async def organizations(
        self,
        info: Info,
        kind: OrganizationKind | None = None,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Organization]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await organizations.list_organizations(
                conn, actor=actor, page=page, kind=kind, search=search
            )
        return Connection.of(result, Organization.of)

    @strawberry.field(
        description="An edge on which your organization sells or buys.",
        extensions=[Guard(Scope.PARTY, Permission.RELATIONSHIP_READ)],
    )
    async def relationship(self, info: Info, id: strawberry.ID) -> Relationship | None:
        return await load_relationship(info, from_id("Relationship", id))

    @strawberry.field(
        description="The edges on which your organization stands on `side`, on both without it; "
        "search for a part of the other side's name or code.",
        extensions=[Guard(Scope.PARTY, Permission.RELATIONSHIP_READ)],
    )
    async def relationships(
        self,
        info: Info,
        side: RelationshipSide | None = None,
        state: RelationshipState | None = None,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Relationship]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await organizations.list_relationships(
                conn, actor=actor, page=page, side=side, state=state, search=search
            )
        return Connection.of(result, Relationship.of)
