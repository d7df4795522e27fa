"""The faces of members' problems."""

from __future__ import annotations

import strawberry

from tradeline import members
from tradeline_graph._problems import Problem, face_of
from tradeline_graph._scope import Scope, scoped


@face_of(members.CodeNotUsable)
@strawberry.type(
    description="WeChat does not take the code: it is wrong, too old, or was used before.",
    directives=scoped(Scope.VALUE),
)
class CodeNotUsable(Problem):
    pass


@face_of(members.WeChatUnavailable)
@strawberry.type(
    description="WeChat does not answer. Nothing was done.", directives=scoped(Scope.VALUE)
)
class WeChatUnavailable(Problem):
    pass


@face_of(members.NotForGuests)
@strawberry.type(description="Log in first.", directives=scoped(Scope.VALUE))
class NotForGuests(Problem):
    pass


@face_of(members.TooManyAddresses)
@strawberry.type(
    description="You keep as many addresses as one may.", directives=scoped(Scope.VALUE)
)
class TooManyAddresses(Problem):
    most: int
