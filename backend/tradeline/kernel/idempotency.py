"""`requestId`: the same request, sent again, gets the first answer and does nothing more."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tradeline.kernel import queries
from tradeline.kernel.actor import Actor
from tradeline.kernel.database import Connection
from tradeline.kernel.errors import InvalidValue, RequestReused, refuse

REQUEST_ID_LENGTH_MAX = 64


def body_hash(operation: str, body: Any) -> bytes:
    """SHA-256 over the operation's name and the body in canonical JSON."""
    text = json.dumps([operation, body], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).digest()


async def claim_request(
    conn: Connection, *, actor: Actor, request_id: str, body: bytes
) -> int | None:
    """Claim `request_id` for the actor's organization within this unit of work.

    Returns None when it is new: do the work, then `answer_request`. Returns the first answer's
    id when the same request was answered before. Of two at the same time, the second waits for
    the first. A refusal rolls the claim back, so a refused request may be sent again.

    Raises:
        Rejected: with RequestReused if the id was used for another body; InvalidValue if empty.
    """
    if not 1 <= len(request_id) <= REQUEST_ID_LENGTH_MAX or not request_id.isprintable():
        raise refuse(
            InvalidValue(
                path=("requestId",),
                field="requestId",
                rule=f"send 1 to {REQUEST_ID_LENGTH_MAX} printable characters, new each time",
                rule_zh=f"请用 1 至 {REQUEST_ID_LENGTH_MAX} 个可见字符，每个请求各不相同",
            )
        )
    if await queries.insert_request(conn, actor, request_id, body):
        return None
    first_body, answer_id = await queries.fetch_request(conn, actor, request_id)
    if first_body != body:
        raise refuse(RequestReused(path=("requestId",), request_id=request_id))
    return answer_id


async def answer_request(
    conn: Connection, *, actor: Actor, request_id: str, answer_id: int
) -> None:
    """Store what a claimed request led to: the id of what it made or changed."""
    await queries.answer_request(conn, actor, request_id, answer_id)
