"""`requestId`: the same request, sent again, gets the first answer and does nothing more."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TypeAlias

from tradeline.kernel import queries
from tradeline.kernel.actor import Actor, Shopper
from tradeline.kernel.database import Connection
from tradeline.kernel.errors import InvalidValue, RequestReused, refuse

REQUEST_ID_LENGTH_MAX = 64

# Whose request (`request_owner`), and the id that they chose for it.
RequestKey: TypeAlias = tuple[int, str]

# The hash of the body that was sent with it, and the id of what it made or changed.
RequestAnswer: TypeAlias = tuple[bytes, int]


def body_hash(operation: str, body: bytes) -> bytes:
    """SHA-256 over the operation's name and the body, which is always the same for the same."""
    return hashlib.sha256(b"%s\0%s" % (operation.encode(), body)).digest()


def require_request_id(request_id: str) -> None:
    """Raises Rejected with InvalidValue for one that cannot be used."""
    if not 1 <= len(request_id) <= REQUEST_ID_LENGTH_MAX or not request_id.isprintable():
        raise refuse(
            InvalidValue(
                path=("requestId",),
                field="requestId",
                rule=f"send 1 to {REQUEST_ID_LENGTH_MAX} printable characters, new each time",
                rule_zh=f"请用 1 至 {REQUEST_ID_LENGTH_MAX} 个可见字符，每个请求各不相同",
            )
        )


async def claim_request(
    conn: Connection, *, actor: Actor | Shopper, request_id: str, body: bytes
) -> int | None:
    """Claim `request_id` for the actor's organization, or the shopper, within this unit of work.

    Returns None when it is new: do the work, then `answer_request`. Returns the first answer's
    id when the same request was answered before. Of two at the same time, the second waits for
    the first. A refusal rolls the claim back, so a refused request may be sent again.

    Raises:
        Rejected: with RequestReused if the id was used for another body; InvalidValue if empty.
    """
    require_request_id(request_id)
    if await queries.insert_request(conn, actor, request_id, body):
        return None
    first_body, answer_id = await queries.fetch_request(conn, actor, request_id)
    if first_body != body:
        raise refuse(RequestReused(path=("requestId",), request_id=request_id))
    return answer_id


async def answer_request(
    conn: Connection, *, actor: Actor | Shopper, request_id: str, answer_id: int
) -> None:
    """Store what a claimed request led to: the id of what it made or changed."""
    await queries.answer_request(conn, actor, request_id, answer_id)


async def claim_requests(
    conn: Connection, *, network_id: int, claims: Mapping[RequestKey, RequestAnswer]
) -> dict[RequestKey, RequestAnswer]:
    """Claim the ids of many requests, as `claim_request` does, and answer them at once: each with
    the hash of its body and the id that what it makes will have, which is no other's.

    Returns those that were answered before: what their bodies were, and their answers. The others
    are claimed when the unit of work ends; each of them must have come true by then, or be
    withdrawn. Waits for claims of others in flight, in one order of ids, and before any other lock.
    """
    claimed = await queries.insert_requests(conn, network_id, claims)
    taken = [key for key in claims if key not in claimed]
    return await queries.fetch_requests(conn, network_id, taken) if taken else {}


async def correct_requests(
    conn: Connection, *, network_id: int, claims: Mapping[RequestKey, RequestAnswer]
) -> None:
    """Say of claims of this unit of work that another body than the one they came with was done."""
    if claims:
        await queries.update_bodies(conn, network_id, claims)


async def withdraw_requests(
    conn: Connection, *, network_id: int, claims: Mapping[RequestKey, RequestAnswer]
) -> None:
    """Take back claims of this unit of work whose requests were refused: they may come again."""
    if claims:
        await queries.delete_requests(conn, network_id, claims)
