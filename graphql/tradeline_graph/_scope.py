"""Who may see a field, declared on the field and published in the SDL."""

from __future__ import annotations

from enum import StrEnum
from inspect import isawaitable
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver, SyncExtensionResolver
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from tradeline.kernel import Forbidden, Permission
from tradeline_graph._context import Info


class Scope(StrEnum):
    """By what a type's rows, or a root field's, are limited. A test refuses a field without one."""

    PUBLIC = "public"  # needs no sign-in, and gives nothing of anybody's
    VIEWER = "viewer"  # the signed-in person's own
    MEMBER = "member"  # the consumer's own, or of the store front that they look at
    ORGANIZATION = "organization"  # of the organization acted for
    PARTY = "party"  # to which the organization acted for is a party
    VALUE = "value"  # no rows of its own: seen by whoever sees what carries it


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    name="scope",
    description="By what the rows are limited; outside of it, nothing is there.",
)
class ScopeDirective:
    by: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requires",
    description="The permission without which the field answers FORBIDDEN; inside a type, it is "
    "then null, and everything beside it is there.",
)
class RequiresDirective:
    permission: str


def scoped(scope: Scope) -> list[ScopeDirective]:
    """The directive of an object type: `@strawberry.type(directives=scoped(Scope.PARTY))`."""
    return [ScopeDirective(by=scope.value)]


class Guard(FieldExtension):
    """Shut a field to whoever is not signed in or lacks the permission, and say so in the SDL.

    A public field takes no permission, nor does a consumer's; of several, any one opens it. A field
    of a type has no scope of its own.
    """

    def __init__(self, scope: Scope | None, *permissions: Permission) -> None:
        self.scope = scope
        self.permissions = permissions

    def apply(self, field: StrawberryField) -> None:
        field.directives = list(field.directives)
        if self.scope is not None:
            field.directives.append(ScopeDirective(by=self.scope.value))
        if self.permissions:
            named = " or ".join(permission.value for permission in self.permissions)
            field.directives.append(RequiresDirective(permission=named))

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any
    ) -> Any:
        self.check(info)
        answer = next_(source, info, **kwargs)
        try:
            return await answer if isawaitable(answer) else answer  # a subscription's is a stream
        finally:
            # A mutation has its answer; the fields inside of it are asked for as everywhere.
            info.context.has_acted = False

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        self.check(info)
        return next_(source, info, **kwargs)

    def check(self, info: Info) -> None:
        """Raise Unauthenticated or Forbidden where the field is shut to who asks."""
        if self.scope is Scope.PUBLIC:
            return
        if self.scope is Scope.MEMBER:
            info.context.shopping_viewer()
            return
        actor = info.context.signed_in()
        if self.permissions and not any(map(actor.may, self.permissions)):
            raise Forbidden(*self.permissions)


def guarded(scope: Scope, *permissions: Permission) -> list[FieldExtension]:
    """The extensions of several fields that open alike: `extensions=MANAGES`."""
    return [Guard(scope, *permissions)]


def needs(*permissions: Permission) -> list[FieldExtension]:
    """The extensions of a field that asks for more than what its type is had by.

    Such a field is nullable: else it would take what is beside it along. A test sees to it.
    """
    return [Guard(None, *permissions)]
