"""Roles, people and machines of an organization."""

from __future__ import annotations

import datetime
from typing import Annotated, TypeAlias

import strawberry

from tradeline import identity, kernel
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._mutations import null_with_errors, perform
from tradeline_graph._problems import (
    AlreadyExists,
    InvalidValue,
    NotFound,
    RequestReused,
    WrongState,
)
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.identity.enums import Permission
from tradeline_graph.identity.problems import (
    BelongsElsewhere,
    LastOwner,
    PermissionNotHeld,
    PersonAbove,
    RoleHeld,
)
from tradeline_graph.identity.types import (
    ApiClient,
    Invitation,
    Member,
    Role,
    load_api_client,
    load_invitation,
    load_member,
    load_role,
)

RoleCreateError: TypeAlias = Annotated[
    PermissionNotHeld | AlreadyExists | InvalidValue | RequestReused,
    strawberry.union("RoleCreateError"),
]
RoleUpdateError: TypeAlias = Annotated[
    NotFound | PermissionNotHeld | PersonAbove | InvalidValue | RequestReused,
    strawberry.union("RoleUpdateError"),
]
RoleDeleteError: TypeAlias = Annotated[
    NotFound | PersonAbove | RoleHeld | InvalidValue | RequestReused,
    strawberry.union("RoleDeleteError"),
]
InvitationCreateError: TypeAlias = Annotated[
    NotFound | PermissionNotHeld | AlreadyExists | InvalidValue | RequestReused,
    strawberry.union("InvitationCreateError"),
]
InvitationRevokeError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("InvitationRevokeError")
]
MemberRolesSetError: TypeAlias = Annotated[
    NotFound
    | WrongState
    | PermissionNotHeld
    | PersonAbove
    | LastOwner
    | InvalidValue
    | RequestReused,
    strawberry.union("MemberRolesSetError"),
]
MemberDeactivateError: TypeAlias = Annotated[
    NotFound | WrongState | PersonAbove | LastOwner | InvalidValue | RequestReused,
    strawberry.union("MemberDeactivateError"),
]
PasswordResetIssueError: TypeAlias = Annotated[
    NotFound | WrongState | PersonAbove | BelongsElsewhere | InvalidValue | RequestReused,
    strawberry.union("PasswordResetIssueError"),
]
ApiClientCreateError: TypeAlias = Annotated[
    PermissionNotHeld | InvalidValue | RequestReused, strawberry.union("ApiClientCreateError")
]
ApiClientRevokeError: TypeAlias = Annotated[
    NotFound | WrongState | PersonAbove | InvalidValue | RequestReused,
    strawberry.union("ApiClientRevokeError"),
]


@strawberry.input(description="A role of your organization's own.")
class RoleCreateInput:
    request_id: str
    code: str
    name: str
    name_en: str
    permissions: list[Permission] = strawberry.field(description="Only such as you hold yourself.")


@strawberry.input(description="What is left out stays. Whoever holds the role feels it at once.")
class RoleUpdateInput:
    request_id: str
    role_id: strawberry.ID
    name: str | None = None
    name_en: str | None = None
    permissions: list[Permission] | None = None


@strawberry.input
class RoleDeleteInput:
    request_id: str
    role_id: strawberry.ID


@strawberry.input(description="Into your own organization, or another that you manage.")
class InvitationCreateInput:
    request_id: str
    email: str
    role_ids: list[strawberry.ID]
    organization_id: strawberry.ID | None = None


@strawberry.input
class InvitationRevokeInput:
    request_id: str
    invitation_id: strawberry.ID


@strawberry.input(description="These roles, and no others.")
class MemberRolesSetInput:
    request_id: str
    member_id: strawberry.ID
    role_ids: list[strawberry.ID]


@strawberry.input
class PasswordResetIssueInput:
    request_id: str
    member_id: strawberry.ID


@strawberry.input
class MemberDeactivateInput:
    request_id: str
    member_id: strawberry.ID


@strawberry.input
class ApiClientCreateInput:
    request_id: str
    name: str
    permissions: list[Permission] = strawberry.field(
        description=(
            "Only such as you hold yourself; never `PEOPLE_MANAGE` nor `API_CLIENT_MANAGE`, for "
            "machines let nobody in."
        )
    )


@strawberry.input
class ApiClientRevokeInput:
    request_id: str
    api_client_id: strawberry.ID


@strawberry.type(description=null_with_errors("role"), directives=scoped(Scope.VALUE))
class RoleCreatePayload:
    role: Role | None = None
    errors: list[RoleCreateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("role"), directives=scoped(Scope.VALUE))
class RoleUpdatePayload:
    role: Role | None = None
    errors: list[RoleUpdateError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="The role is gone, unless there are `errors`.", directives=scoped(Scope.VALUE)
)
class RoleDeletePayload:
    errors: list[RoleDeleteError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("invitation"), directives=scoped(Scope.VALUE))
class InvitationCreatePayload:
    invitation: Invitation | None = None
    token: str | None = strawberry.field(
        default=None, description="To be passed on. Told once: a repeated request gets null."
    )
    errors: list[InvitationCreateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("invitation"), directives=scoped(Scope.VALUE))
class InvitationRevokePayload:
    invitation: Invitation | None = None
    errors: list[InvitationRevokeError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("member"), directives=scoped(Scope.VALUE))
class MemberRolesSetPayload:
    member: Member | None = None
    errors: list[MemberRolesSetError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("member"), directives=scoped(Scope.VALUE))
class MemberDeactivatePayload:
    member: Member | None = None
    errors: list[MemberDeactivateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("member"), directives=scoped(Scope.VALUE))
class PasswordResetIssuePayload:
    member: Member | None = None
    token: str | None = strawberry.field(
        default=None, description="To be passed on. Told once: a repeated request gets null."
    )
    expires_at: datetime.datetime | None = None
    errors: list[PasswordResetIssueError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("apiClient"), directives=scoped(Scope.VALUE))
class ApiClientCreatePayload:
    api_client: ApiClient | None = None
    client_secret: str | None = strawberry.field(
        default=None, description="Told once: a repeated request gets null."
    )
    errors: list[ApiClientCreateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("apiClient"), directives=scoped(Scope.VALUE))
class ApiClientRevokePayload:
    api_client: ApiClient | None = None
    errors: list[ApiClientRevokeError] = strawberry.field(default_factory=list)


@strawberry.type
class PeopleMutation:
    @strawberry.mutation(
        description="Create a role of your organization's own.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PEOPLE_MANAGE)],
    )
    async def role_create(self, info: Info, input: RoleCreateInput) -> RoleCreatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: identity.create_role(
                conn,
                actor=actor,
                code=input.code,
                name=input.name,
                name_en=input.name_en,
                permissions=input.permissions,
            ),
        )
        return RoleCreatePayload(role=await load_role(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Change a role of your organization's own.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PEOPLE_MANAGE)],
    )
    async def role_update(self, info: Info, input: RoleUpdateInput) -> RoleUpdatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: identity.update_role(
                conn,
                actor=actor,
                role_id=from_id("Role", input.role_id),
                name=input.name,
                name_en=input.name_en,
                permissions=input.permissions,
            ),
        )
        return RoleUpdatePayload(role=await load_role(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Delete a role of your organization's own that nobody holds.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PEOPLE_MANAGE)],
    )
    async def role_delete(self, info: Info, input: RoleDeleteInput) -> RoleDeletePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: identity.delete_role(
                conn, actor=actor, role_id=from_id("Role", input.role_id)
            ),
        )
        return RoleDeletePayload(errors=done.errors)

    @strawberry.mutation(
        description="Invite somebody; pass the token on to them.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PEOPLE_MANAGE)],
    )
    async def invitation_create(
        self, info: Info, input: InvitationCreateInput
    ) -> InvitationCreatePayload:
        made: list[identity.NewInvitation] = []

        async def invite(conn: kernel.Connection, actor: kernel.Actor) -> int:
            invitation = await identity.invite(
                conn,
                actor=actor,
                email=input.email,
                role_ids=[from_id("Role", role_id) for role_id in input.role_ids],
                organization_id=from_optional_id("Organization", input.organization_id),
            )
            made.append(invitation)
            return invitation.id

        done = await perform(info, input, invite)
        return InvitationCreatePayload(
            invitation=await load_invitation(info, done.id),
            token=made[0].token if made else None,
            errors=done.errors,
        )

    @strawberry.mutation(
        description="Take an open invitation back.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PEOPLE_MANAGE)],
    )
    async def invitation_revoke(
        self, info: Info, input: InvitationRevokeInput
    ) -> InvitationRevokePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: identity.revoke_invitation(
                conn, actor=actor, invitation_id=from_id("Invitation", input.invitation_id)
            ),
        )
        return InvitationRevokePayload(
            invitation=await load_invitation(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Replace the roles of somebody of your organization.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PEOPLE_MANAGE)],
    )
    async def member_roles_set(
        self, info: Info, input: MemberRolesSetInput
    ) -> MemberRolesSetPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: identity.set_member_roles(
                conn,
                actor=actor,
                membership_id=from_id("Member", input.member_id),
                role_ids=[from_id("Role", role_id) for role_id in input.role_ids],
            ),
        )
        return MemberRolesSetPayload(member=await load_member(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description=(
            "Shut somebody of your organization out, at once, with the machines that they created."
        ),
        extensions=[Guard(Scope.ORGANIZATION, Permission.PEOPLE_MANAGE)],
    )
    async def member_deactivate(
        self, info: Info, input: MemberDeactivateInput
    ) -> MemberDeactivatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: identity.deactivate_member(
                conn, actor=actor, membership_id=from_id("Member", input.member_id)
            ),
        )
        return MemberDeactivatePayload(member=await load_member(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description=(
            "Let somebody of your organization choose a new password; pass the token on to them. "
            "Nobody above you, nor anybody who belongs to an organization that you do not manage."
        ),
        extensions=[Guard(Scope.ORGANIZATION, Permission.PEOPLE_MANAGE)],
    )
    async def password_reset_issue(
        self, info: Info, input: PasswordResetIssueInput
    ) -> PasswordResetIssuePayload:
        made: list[identity.NewPasswordReset] = []

        async def issue(conn: kernel.Connection, actor: kernel.Actor) -> int:
            reset = await identity.issue_password_reset(
                conn, actor=actor, membership_id=from_id("Member", input.member_id)
            )
            made.append(reset)
            return reset.membership_id

        done = await perform(info, input, issue)
        return PasswordResetIssuePayload(
            member=await load_member(info, done.id),
            token=made[0].token if made else None,
            expires_at=made[0].expires_at if made else None,
            errors=done.errors,
        )

    @strawberry.mutation(
        description="Let a machine act for your organization, by POST /oauth/token.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.API_CLIENT_MANAGE)],
    )
    async def api_client_create(
        self, info: Info, input: ApiClientCreateInput
    ) -> ApiClientCreatePayload:
        made: list[identity.NewApiClient] = []

        async def create(conn: kernel.Connection, actor: kernel.Actor) -> int:
            draft = identity.ApiClientDraft(
                name=input.name, permissions=frozenset(input.permissions)
            )
            made.extend(await identity.create_api_clients(conn, actor=actor, clients=[draft]))
            return made[0].id

        done = await perform(info, input, create)
        return ApiClientCreatePayload(
            api_client=await load_api_client(info, done.id),
            client_secret=made[0].client_secret if made else None,
            errors=done.errors,
        )

    @strawberry.mutation(
        description="Shut a machine out, at once.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.API_CLIENT_MANAGE)],
    )
    async def api_client_revoke(
        self, info: Info, input: ApiClientRevokeInput
    ) -> ApiClientRevokePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: identity.revoke_api_client(
                conn, actor=actor, api_client_id=from_id("ApiClient", input.api_client_id)
            ),
        )
        return ApiClientRevokePayload(
            api_client=await load_api_client(info, done.id), errors=done.errors
        )
