"""How refusals of the domain become members of a payload's `errors`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import strawberry

from tradeline import kernel
from tradeline_graph._scalars import Money, Quantity
from tradeline_graph._scope import Scope, scoped

_FACES: dict[type[kernel.Problem], type[Problem]] = {}


@strawberry.interface(description="One reason why a request was refused, in the viewer's language.")
class Problem:
    message: str
    path: list[str] = strawberry.field(
        description='The way to the part of the input at fault, such as ["lines", "3"].'
    )


Face = TypeVar("Face", bound=type[Problem])


def face_of(problem: type[kernel.Problem]) -> Callable[[Face], Face]:
    """Make the decorated GraphQL type the face of a domain problem with the same fields."""

    def register(face: Face) -> Face:
        _FACES[problem] = face
        return face

    return register


def to_graph(problems: Sequence[kernel.Problem], locale: kernel.Locale) -> list[Any]:
    """Give each problem its face. A problem without one is a bug, and fails as one."""
    return [_FACES[type(p)](**_values(_as_sent(p), locale)) for p in problems]


def camel_case(name: str) -> str:
    """The graph's name of a field: "name_en" is nameEn."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _as_sent(problem: kernel.Problem) -> kernel.Problem:
    """The problem with its fields called as the request called them, in words as well."""
    path = tuple(camel_case(step) if isinstance(step, str) else step for step in problem.path)
    if isinstance(problem, kernel.InvalidValue):
        return replace(problem, path=path, field=camel_case(problem.field))
    return replace(problem, path=path)


def _values(problem: kernel.Problem, locale: kernel.Locale) -> dict[str, Any]:
    face = _FACES[type(problem)]
    shown = set(face.__dataclass_fields__)
    values = {f.name: getattr(problem, f.name) for f in fields(problem) if f.name in shown}
    for name, value in values.items():
        if isinstance(value, kernel.Quantity):
            values[name] = Quantity.of(value)
        elif isinstance(value, kernel.Money):
            values[name] = Money.of(value)
    return values | {"message": problem.message(locale), "path": [str(s) for s in problem.path]}


@face_of(kernel.NotFound)
@strawberry.type(
    description="What the request names is not there, or not for you to see.",
    directives=scoped(Scope.VALUE),
)
class NotFound(Problem):
    pass


@face_of(kernel.InvalidValue)
@strawberry.type(
    description="A value that cannot be used; the message says what would be.",
    directives=scoped(Scope.VALUE),
)
class InvalidValue(Problem):
    field: str


@face_of(kernel.AlreadyExists)
@strawberry.type(
    description="A code or pair that must be unique is taken.", directives=scoped(Scope.VALUE)
)
class AlreadyExists(Problem):
    code: str


@face_of(kernel.WrongState)
@strawberry.type(
    description="The subject is in a state in which this cannot be done.",
    directives=scoped(Scope.VALUE),
)
class WrongState(Problem):
    state: str


@face_of(kernel.RequestReused)
@strawberry.type(
    description="The `requestId` was used before, for another request.",
    directives=scoped(Scope.VALUE),
)
class RequestReused(Problem):
    request_id: str


@face_of(kernel.Busy)
@strawberry.type(
    description="More arrives than can be done. Nothing was done; send the same request again.",
    directives=scoped(Scope.VALUE),
)
class Busy(Problem):
    retry_after_seconds: int
