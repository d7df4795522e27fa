"""One mutation, one unit of work, one answer for each `requestId`."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import msgspec
import strawberry

from tradeline import kernel
from tradeline_graph._context import Info
from tradeline_graph._problems import to_graph

Result = TypeVar("Result")
Asker = TypeVar("Asker", kernel.Actor, kernel.Shopper)


class RequestInput(Protocol):
    """An input with a client-chosen `requestId`, new for each request."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a mutation led to: the id of what it made or changed, or why it was refused."""

    id: int | None = None
    errors: list[Any] = field(default_factory=list)


def null_with_errors(name: str) -> str:
    """How a payload describes what came of its mutation, under that name."""
    return f"`{name}` is null if there are `errors`, or if you may not read it."


async def perform(
    info: Info,
    input: RequestInput,
    use_case: Callable[[kernel.Connection, kernel.Actor], Awaitable[int]],
) -> Outcome:
    """Run `use_case` once for the input's `requestId`, in one unit of work.

    The same request sent again gets the first answer's id; with another body, RequestReused.
    A refusal stores nothing, so that the same request may be tried again. Once it is done, it
    cannot fail any more: what its person may not read is null in the answer.
    """
    return await perform_for(info, input, info.context.signed_in(), use_case)


async def perform_as_member(
    info: Info,
    input: RequestInput,
    use_case: Callable[[kernel.Connection, kernel.Shopper], Awaitable[int]],
) -> Outcome:
    """As `perform`, for a consumer: request ids are each one's own."""
    return await perform_for(info, input, info.context.shopping_viewer(), use_case)


async def perform_for(
    info: Info,
    input: RequestInput,
    asker: Asker,
    use_case: Callable[[kernel.Connection, Asker], Awaitable[int]],
) -> Outcome:
    """As `perform`, of whoever is said to ask: the request ids are theirs."""
    body = kernel.body_hash(info.field_name, body_of(input))
    try:
        async with info.context.db.unit_of_work(asker.network_id) as conn:
            answer_id = await kernel.claim_request(
                conn, actor=asker, request_id=input.request_id, body=body
            )
            if answer_id is None:
                answer_id = await use_case(conn, asker)
                await kernel.answer_request(
                    conn, actor=asker, request_id=input.request_id, answer_id=answer_id
                )
    except kernel.Rejected as rejection:
        return Outcome(errors=to_graph(rejection.problems, info.context.locale))
    finally:
        info.context.loaders.clear()
    info.context.has_acted = True
    return Outcome(id=answer_id)


def body_of(input: RequestInput) -> bytes:
    """An input for its hash: the same bytes for the same values. Left-out fields and nulls are the
    same, where the input does not tell them apart itself. The request id is in it: only requests of
    one id are ever compared."""
    return msgspec.json.encode(input, enc_hook=_left_out)


def _left_out(value: object) -> object:
    assert value is strawberry.UNSET, "msgspec knows everything else that an input holds"
    return {"isLeftOut": True}


async def unlisted(done: Awaitable[Result]) -> Result:
    """Await a use case for lists that was given a list of one.

    Its problems lead to the fields of the one, not to the first of a list that nobody sent; a
    problem of the one as a whole leads nowhere further.
    """
    try:
        return await done
    except kernel.Rejected as rejection:
        raise kernel.Rejected(
            [dataclasses.replace(p, path=_within_the_one(p.path)) for p in rejection.problems]
        ) from None


def _within_the_one(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """("skus", 0, "code") is ("code",)."""
    match path:
        case (str(), int(), *rest):
            return tuple(rest)
    return path


async def one_of_list(made: Awaitable[list[int]]) -> int:
    """The one id that such a use case made."""
    [made_id] = await unlisted(made)
    return made_id


async def answering(done: Awaitable[object], answer_id: int) -> int:
    """Do it, and answer with the id of what it was done to."""
    await done
    return answer_id


async def granting(done: Awaitable[object], answer_id: int) -> int:
    """Await a use case for grants that was given one thing for many relationships; answer with it.

    Its problems lead to the fields that were sent, each once: `relationshipIds`, or the thing.
    """
    try:
        await done
    except kernel.Rejected as rejection:
        problems = [dataclasses.replace(p, path=_granted(p.path)) for p in rejection.problems]
        raise kernel.Rejected(list(dict.fromkeys(problems))) from None
    return answer_id


def _granted(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """("grants", 3, "relationshipId") is ("relationshipIds", 3); of the thing there is one."""
    match path:
        case ("grants", int(), str(field), *rest) if field != "relationshipId":
            return (field, *rest)
        case ("grants", *rest):
            return ("relationshipIds", *(step for step in rest if step != "relationshipId"))
    return path
