"""The faces of identity's problems, and how work outside of `perform` is refused."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable
from typing import Any, TypeVar

import strawberry

from tradeline import identity, kernel
from tradeline_graph._context import Info
from tradeline_graph._problems import Problem, face_of, to_graph
from tradeline_graph._scope import Scope, scoped

Result = TypeVar("Result")


@face_of(identity.SignInFailed)
@strawberry.type(
    description="E-mail address and password do not match.", directives=scoped(Scope.VALUE)
)
class SignInFailed(Problem):
    pass


@face_of(identity.TooManySignIns)
@strawberry.type(
    description="Too many sign-ins have failed; try again at `retryAt`.",
    directives=scoped(Scope.VALUE),
)
class TooManySignIns(Problem):
    retry_at: datetime.datetime


@face_of(identity.NoMembership)
@strawberry.type(
    description="Your account belongs to no organization now.", directives=scoped(Scope.VALUE)
)
class NoMembership(Problem):
    pass


@face_of(identity.TokenNotUsable)
@strawberry.type(
    description="The session or refresh token is unknown, used, ended or expired.",
    directives=scoped(Scope.VALUE),
)
class TokenNotUsable(Problem):
    pass


@face_of(identity.InvitationNotUsable)
@strawberry.type(
    description=(
        "The invitation is unknown, accepted, revoked or expired, or whoever invited may no longer "
        "offer what it offers."
    ),
    directives=scoped(Scope.VALUE),
)
class InvitationNotUsable(Problem):
    pass


@face_of(identity.PasswordResetNotUsable)
@strawberry.type(
    description=(
        "The reset is unknown, used, replaced or expired, or whoever issued it may no longer."
    ),
    directives=scoped(Scope.VALUE),
)
class PasswordResetNotUsable(Problem):
    pass


@face_of(identity.BelongsElsewhere)
@strawberry.type(
    description="The account also belongs to an organization that you do not manage.",
    directives=scoped(Scope.VALUE),
)
class BelongsElsewhere(Problem):
    pass


@face_of(identity.RoleHeld)
@strawberry.type(
    description="Somebody holds the role, or an open invitation offers it.",
    directives=scoped(Scope.VALUE),
)
class RoleHeld(Problem):
    members: int
    invitations: int


@face_of(identity.PermissionNotHeld)
@strawberry.type(
    description="You cannot give permissions that you do not hold.", directives=scoped(Scope.VALUE)
)
class PermissionNotHeld(Problem):
    permissions: str


@face_of(identity.PersonAbove)
@strawberry.type(
    description="You cannot change whoever holds permissions that you lack.",
    directives=scoped(Scope.VALUE),
)
class PersonAbove(Problem):
    pass


@face_of(identity.LastOwner)
@strawberry.type(
    description="An organization keeps at least one owner.", directives=scoped(Scope.VALUE)
)
class LastOwner(Problem):
    pass


async def attempt(info: Info, work: Awaitable[Result]) -> tuple[Result | None, list[Any]]:
    """The result of work that brings its own units of work, or the faces of its problems."""
    try:
        return await work, []
    except kernel.Rejected as rejection:
        return None, to_graph(rejection.problems, info.context.locale)
