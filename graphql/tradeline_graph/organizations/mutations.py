"""How organizations and edges change."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import kernel, organizations, settlement
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._mutations import null_with_errors, perform, unlisted
from tradeline_graph._problems import (
    AlreadyExists,
    InvalidValue,
    NotFound,
    Problem,
    RequestReused,
    WrongState,
    face_of,
)
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.organizations.inputs import (
    LegalEntityCreateInput,
    OrganizationCreateInput,
    OrganizationMoveInput,
    OrganizationUpdateInput,
    RelationshipAcceptInput,
    RelationshipCreateInput,
    RelationshipEndInput,
    RelationshipResumeInput,
    RelationshipSuspendInput,
    RelationshipTermsChangeInput,
    minor_in,
)
from tradeline_graph.organizations.types import (
    LegalEntity,
    Organization,
    Relationship,
    load_legal_entity,
    load_organization,
    load_relationship,
)


@face_of(organizations.WouldBeItsOwnAncestor)
@strawberry.type(
    description="An organization cannot be put below itself.", directives=scoped(Scope.VALUE)
)
class WouldBeItsOwnAncestor(Problem):
    organization: str


@face_of(organizations.TermOfTheOtherSide)
@strawberry.type(
    description="A term that only the other side of the edge may change.",
    directives=scoped(Scope.VALUE),
)
class TermOfTheOtherSide(Problem):
    term: str


@face_of(organizations.TermsChanged)
@strawberry.type(
    description="The terms are no longer those that were read.", directives=scoped(Scope.VALUE)
)
class TermsChanged(Problem):
    pass


@face_of(organizations.EdgeExists)
@strawberry.type(
    description="The two legal entities already trade in this currency.",
    directives=scoped(Scope.VALUE),
)
class EdgeExists(Problem):
    currency: str


OrganizationCreateError: TypeAlias = Annotated[
    NotFound | AlreadyExists | InvalidValue | RequestReused,
    strawberry.union("OrganizationCreateError"),
]
OrganizationUpdateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("OrganizationUpdateError")
]
OrganizationMoveError: TypeAlias = Annotated[
    NotFound | WouldBeItsOwnAncestor | InvalidValue | RequestReused,
    strawberry.union("OrganizationMoveError"),
]
LegalEntityCreateError: TypeAlias = Annotated[
    NotFound | AlreadyExists | InvalidValue | RequestReused,
    strawberry.union("LegalEntityCreateError"),
]
RelationshipCreateError: TypeAlias = Annotated[
    NotFound | EdgeExists | InvalidValue | RequestReused,
    strawberry.union("RelationshipCreateError"),
]
RelationshipAcceptError: TypeAlias = Annotated[
    NotFound | WrongState | TermsChanged | InvalidValue | RequestReused,
    strawberry.union("RelationshipAcceptError"),
]
RelationshipTermsChangeError: TypeAlias = Annotated[
    NotFound | WrongState | TermOfTheOtherSide | InvalidValue | RequestReused,
    strawberry.union("RelationshipTermsChangeError"),
]
RelationshipSuspendError: TypeAlias = Annotated[
    NotFound | WrongState | InvalidValue | RequestReused,
    strawberry.union("RelationshipSuspendError"),
]
RelationshipResumeError: TypeAlias = Annotated[
    NotFound | WrongState | InvalidValue | RequestReused,
    strawberry.union("RelationshipResumeError"),
]
RelationshipEndError: TypeAlias = Annotated[
    NotFound | WrongState | InvalidValue | RequestReused,
    strawberry.union("RelationshipEndError"),
]


@strawberry.type(description=null_with_errors("organization"), directives=scoped(Scope.VALUE))
class OrganizationCreatePayload:
    organization: Organization | None = None
    errors: list[OrganizationCreateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("organization"), directives=scoped(Scope.VALUE))
class OrganizationUpdatePayload:
    organization: Organization | None = None
    errors: list[OrganizationUpdateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("organization"), directives=scoped(Scope.VALUE))
class OrganizationMovePayload:
    organization: Organization | None = None
    errors: list[OrganizationMoveError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("legalEntity"), directives=scoped(Scope.VALUE))
class LegalEntityCreatePayload:
    legal_entity: LegalEntity | None = None
    errors: list[LegalEntityCreateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("relationship"), directives=scoped(Scope.VALUE))
class RelationshipCreatePayload:
    relationship: Relationship | None = None
    errors: list[RelationshipCreateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("relationship"), directives=scoped(Scope.VALUE))
class RelationshipAcceptPayload:
    relationship: Relationship | None = None
    errors: list[RelationshipAcceptError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("relationship"), directives=scoped(Scope.VALUE))
class RelationshipTermsChangePayload:
    relationship: Relationship | None = None
    errors: list[RelationshipTermsChangeError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("relationship"), directives=scoped(Scope.VALUE))
class RelationshipSuspendPayload:
    relationship: Relationship | None = None
    errors: list[RelationshipSuspendError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("relationship"), directives=scoped(Scope.VALUE))
class RelationshipResumePayload:
    relationship: Relationship | None = None
    errors: list[RelationshipResumeError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("relationship"), directives=scoped(Scope.VALUE))
class RelationshipEndPayload:
    relationship: Relationship | None = None
    errors: list[RelationshipEndError] = strawberry.field(default_factory=list)


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Create an organization, in your tree or as a partner-to-be.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.ORGANIZATION_MANAGE)],
    )
    async def organization_create(
        self, info: Info, input: OrganizationCreateInput
    ) -> OrganizationCreatePayload:
        async def create(conn: kernel.Connection, actor: kernel.Actor) -> int:
            [organization_id] = await unlisted(
                organizations.create_organizations(
                    conn, actor=actor, organizations=[input.to_model()]
                )
            )
            return organization_id

        done = await perform(info, input, create)
        return OrganizationCreatePayload(
            organization=await load_organization(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Change an organization that you manage.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.ORGANIZATION_MANAGE)],
    )
    async def organization_update(
        self, info: Info, input: OrganizationUpdateInput
    ) -> OrganizationUpdatePayload:
        async def update(conn: kernel.Connection, actor: kernel.Actor) -> int:
            changed = await organizations.update_organization(
                conn,
                actor=actor,
                organization_id=from_id("Organization", input.organization_id),
                change=organizations.OrganizationChange(
                    name=input.name,
                    name_en=input.name_en,
                    region=input.region,
                    is_active=input.is_active,
                ),
            )
            return changed.id

        done = await perform(info, input, update)
        return OrganizationUpdatePayload(
            organization=await load_organization(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Put an organization that you manage, with all below it, elsewhere.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.ORGANIZATION_MANAGE)],
    )
    async def organization_move(
        self, info: Info, input: OrganizationMoveInput
    ) -> OrganizationMovePayload:
        async def move(conn: kernel.Connection, actor: kernel.Actor) -> int:
            moved = await organizations.move_organization(
                conn,
                actor=actor,
                organization_id=from_id("Organization", input.organization_id),
                parent_id=from_optional_id("Organization", input.parent_organization_id),
            )
            return moved.id

        done = await perform(info, input, move)
        return OrganizationMovePayload(
            organization=await load_organization(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Add a legal entity to an organization that you manage.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.ORGANIZATION_MANAGE)],
    )
    async def legal_entity_create(
        self, info: Info, input: LegalEntityCreateInput
    ) -> LegalEntityCreatePayload:
        async def create(conn: kernel.Connection, actor: kernel.Actor) -> int:
            [entity_id] = await unlisted(
                organizations.create_legal_entities(conn, actor=actor, entities=[input.to_model()])
            )
            return entity_id

        done = await perform(info, input, create)
        return LegalEntityCreatePayload(
            legal_entity=await load_legal_entity(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description=(
            "Offer to sell to an organization that you may know of. The edge is proposed until the "
            "buyer accepts it, and active at once if you manage the buyer."
        ),
        extensions=[Guard(Scope.PARTY, Permission.RELATIONSHIP_MANAGE)],
    )
    async def relationship_create(
        self, info: Info, input: RelationshipCreateInput
    ) -> RelationshipCreatePayload:
        async def create(conn: kernel.Connection, actor: kernel.Actor) -> int:
            if input.credit_limit is not None:
                actor.require(Permission.CREDIT_MANAGE)
            network = await organizations.read_network(conn, network_id=actor.network_id)
            assert network is not None, "an actor's network exists"
            currency = input.currency or network.currency
            [relationship_id] = await unlisted(
                organizations.create_relationships(
                    conn, actor=actor, relationships=[input.to_model(currency)]
                )
            )
            exposure = settlement.NewExposure(
                relationship_id=relationship_id,
                currency=currency,
                credit_limit_minor=_limit(currency, input),
            )
            await settlement.open_exposures(conn, network_id=actor.network_id, exposures=[exposure])
            return relationship_id

        done = await perform(info, input, create)
        return RelationshipCreatePayload(
            relationship=await load_relationship(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description=(
            "As the buyer, accept an edge that was proposed: from now on it trades. To decline, "
            "end it."
        ),
        extensions=[Guard(Scope.PARTY, Permission.RELATIONSHIP_MANAGE)],
    )
    async def relationship_accept(
        self, info: Info, input: RelationshipAcceptInput
    ) -> RelationshipAcceptPayload:
        async def accept(conn: kernel.Connection, actor: kernel.Actor) -> int:
            edge = await organizations.accept_relationship(
                conn,
                actor=actor,
                relationship_id=from_id("Relationship", input.relationship_id),
                reason=input.reason,
                terms_hash=input.terms_hash,
            )
            return edge.id

        done = await perform(info, input, accept)
        return RelationshipAcceptPayload(
            relationship=await load_relationship(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Give an edge new terms; orders placed before keep theirs.",
        extensions=[Guard(Scope.PARTY, Permission.RELATIONSHIP_MANAGE)],
    )
    async def relationship_terms_change(
        self, info: Info, input: RelationshipTermsChangeInput
    ) -> RelationshipTermsChangePayload:
        async def change(conn: kernel.Connection, actor: kernel.Actor) -> int:
            edge_id = from_id("Relationship", input.relationship_id)
            edges = await organizations.load_relationships(
                conn, network_id=actor.network_id, ids=[edge_id]
            )
            edge = edges.get(edge_id)
            if edge is None or edge.side_of(actor.org_id) is None:
                raise kernel.refuse(
                    kernel.NotFound(path=("relationshipId",), subject="relationship")
                )
            [changed] = await unlisted(
                organizations.change_terms(
                    conn, actor=actor, changes=[input.to_model(edge.currency)]
                )
            )
            return changed.id

        done = await perform(info, input, change)
        return RelationshipTermsChangePayload(
            relationship=await load_relationship(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="As the seller, stop trade on an edge at once; its history stays.",
        extensions=[Guard(Scope.PARTY, Permission.RELATIONSHIP_MANAGE)],
    )
    async def relationship_suspend(
        self, info: Info, input: RelationshipSuspendInput
    ) -> RelationshipSuspendPayload:
        async def suspend(conn: kernel.Connection, actor: kernel.Actor) -> int:
            edge = await organizations.suspend_relationship(
                conn,
                actor=actor,
                relationship_id=from_id("Relationship", input.relationship_id),
                reason=input.reason,
            )
            return edge.id

        done = await perform(info, input, suspend)
        return RelationshipSuspendPayload(
            relationship=await load_relationship(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="As the seller, trade again on a suspended edge.",
        extensions=[Guard(Scope.PARTY, Permission.RELATIONSHIP_MANAGE)],
    )
    async def relationship_resume(
        self, info: Info, input: RelationshipResumeInput
    ) -> RelationshipResumePayload:
        async def resume(conn: kernel.Connection, actor: kernel.Actor) -> int:
            edge = await organizations.resume_relationship(
                conn,
                actor=actor,
                relationship_id=from_id("Relationship", input.relationship_id),
                reason=input.reason,
            )
            return edge.id

        done = await perform(info, input, resume)
        return RelationshipResumePayload(
            relationship=await load_relationship(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="End an edge for good, from either side; open orders and debts go on.",
        extensions=[Guard(Scope.PARTY, Permission.RELATIONSHIP_MANAGE)],
    )
    async def relationship_end(
        self, info: Info, input: RelationshipEndInput
    ) -> RelationshipEndPayload:
        async def end(conn: kernel.Connection, actor: kernel.Actor) -> int:
            edge = await organizations.end_relationship(
                conn,
                actor=actor,
                relationship_id=from_id("Relationship", input.relationship_id),
                reason=input.reason,
            )
            return edge.id

        done = await perform(info, input, end)
        return RelationshipEndPayload(
            relationship=await load_relationship(info, done.id), errors=done.errors
        )


def _limit(currency: str, input: RelationshipCreateInput) -> int:
    """The credit limit's minor units. Raises Rejected below zero or in another currency."""
    minor = minor_in(currency, input.credit_limit, "creditLimit")
    if minor < 0:
        raise kernel.refuse(
            kernel.InvalidValue(
                path=("creditLimit",),
                field="creditLimit",
                rule="it must not be below zero",
                rule_zh="不得为负数",
            )
        )
    return minor
