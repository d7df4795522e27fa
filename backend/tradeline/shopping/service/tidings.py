"""What is to be told of sales: noted as it happens, handed out to whoever tells, and ended."""

from __future__ import annotations

from collections.abc import Mapping

from tradeline.kernel import Connection
from tradeline.shopping.queries import tidings as queries
from tradeline.shopping.tidings import TOLD_OF, DueMessage, DueUpload, TidingKind

# Between one try to tell the provider and the next.
WAIT_SECONDS = (10, 60, 300, 1800, 7200)


async def note_tidings(conn: Connection, *, network_id: int, order_id: int, topic: str) -> None:
    """Note what there is to tell of an order after something that was published of it; any number
    of times. Only what a provider was paid for is told."""
    kinds = TOLD_OF[topic]
    if TidingKind.REFUNDED in kinds:
        await queries.note_refunds(conn, network_id, order_id)
    else:
        await queries.note_shipments(conn, network_id, order_id, kinds)


async def due_uploads(conn: Connection, *, limit: int) -> list[DueUpload]:
    """Shipments to tell providers of, given to one worker at a time, for each order one after the
    other.

    For the owner's connection, over all networks. Each is due again after a while, unless it is
    ended by `mark_uploaded`.
    """
    return await queries.claim_uploads(conn, limit, WAIT_SECONDS)


async def mark_uploaded(conn: Connection, *, network_id: int, ids: Mapping[int, str]) -> None:
    """The provider knows, or never will: by the id of what was due, how it ended."""
    await queries.mark_uploaded(conn, network_id, sorted(ids))
    await queries.end_tidings(conn, network_id, ids)


async def due_messages(conn: Connection, *, limit: int) -> list[DueMessage]:
    """Messages to consumers, each given out once and never again.

    For the owner's connection, over all networks.
    """
    return await queries.claim_messages(conn, limit)


async def end_messages(conn: Connection, *, network_id: int, outcomes: Mapping[int, str]) -> None:
    """How each of them ended, by the id of what was due."""
    await queries.end_tidings(conn, network_id, outcomes)
