"""Requests that are answered in one unit of work, each as if it had come alone (ADR 0015)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from tradeline.kernel.database import Connection
from tradeline.kernel.errors import RequestReused
from tradeline.kernel.idempotency import (
    RequestAnswer,
    RequestKey,
    claim_requests,
    withdraw_requests,
)
from tradeline.kernel.stages import Stage, timed


class ClaimedRequest(Protocol):
    """Whose it is and the id that they chose for it; the hash of its body."""

    @property
    def key(self) -> RequestKey: ...

    @property
    def request_id(self) -> str: ...

    @property
    def body(self) -> bytes: ...


Asked = TypeVar("Asked", bound=ClaimedRequest)
Outcome = TypeVar("Outcome")


async def answer_together(
    conn: Connection,
    *,
    network_id: int,
    requests: Sequence[Asked],
    ids: Mapping[RequestKey, int],
    act: Callable[[Sequence[Asked]], Awaitable[Sequence[Outcome | None]]],
    id_of: Callable[[Outcome], int | None],
    refused: Callable[[RequestReused], Outcome],
) -> list[Outcome | int]:
    """For each request what came of it by `act`, or the id of what an earlier one with its
    `requestId` made, or that this id was used for another one. Claims their ids, before `act`
    locks.

    `act` is given those that nobody has answered, in their order. Of several with one key it makes
    at most one come true, and answers None for those after it. `id_of` is what an outcome made,
    None for a refusal. `ids` are what the requests will probably make, so that a claim is written
    with its answer at once.
    """
    with timed(Stage.LOADING, len(requests)):
        claims: dict[RequestKey, RequestAnswer] = {}
        for request in requests:
            claims.setdefault(request.key, (request.body, ids[request.key]))
        before = await claim_requests(conn, network_id=network_id, claims=claims)
    found = iter(await act([request for request in requests if request.key not in before]))
    done: dict[RequestKey, tuple[bytes, Outcome]] = {}
    answers: dict[RequestKey, RequestAnswer] = {}
    outcomes: list[Outcome | int] = []
    for request in requests:
        if request.key in before:
            body, answer_id = before[request.key]
            is_same = body == request.body
            outcomes.append(answer_id if is_same else refused(_reused(request)))
            continue
        made = next(found)
        if request.key in done:
            body, first = done[request.key]
            outcomes.append(first if body == request.body else refused(_reused(request)))
            continue
        assert made is not None, "it is the first that could be done"
        made_id = id_of(made)
        if made_id is not None:
            done[request.key] = (request.body, made)
            answers[request.key] = (request.body, made_id)
        outcomes.append(made)
    wrong = {
        key: claim
        for key, claim in claims.items()
        if key not in before and answers.get(key) != claim
    }
    with timed(Stage.STORING, len(requests)):
        await withdraw_requests(conn, network_id=network_id, claims=wrong)
        again = {key: answers[key] for key in wrong if key in answers}
        if again:
            await claim_requests(conn, network_id=network_id, claims=again)
    return outcomes


def _reused(request: ClaimedRequest) -> RequestReused:
    return RequestReused(path=("requestId",), request_id=request.request_id)
