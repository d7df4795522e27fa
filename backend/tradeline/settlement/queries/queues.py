"""What waits to be posted: taken off a queue, or left in it for later. By the owner, over all
networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradeline.kernel import Connection

# Of a network, what waits in a queue.
Claimed = tuple[int, int]

# Two workers never take the same: the second one passes over what the first has locked.
CLAIM = """
    DELETE FROM {queue} AS waiting
     USING (SELECT network_id, {column}
              FROM {queue}
             WHERE retry_at IS NULL OR retry_at <= now()
             ORDER BY network_id, {column}
             LIMIT $1
               FOR UPDATE SKIP LOCKED) AS next
     WHERE waiting.network_id = next.network_id
       AND waiting.{column} = next.{column}
    RETURNING waiting.network_id, waiting.{column}
"""

CLAIM_THESE = """
    DELETE FROM {queue} AS waiting
     USING (SELECT network_id, {column}
              FROM {queue}
             WHERE (network_id, {column}) IN (
                       SELECT * FROM unnest($1::bigint[], $2::bigint[]))
             ORDER BY network_id, {column}
               FOR UPDATE SKIP LOCKED) AS next
     WHERE waiting.network_id = next.network_id
       AND waiting.{column} = next.{column}
    RETURNING waiting.network_id, waiting.{column}
"""

POSTPONE = """
    UPDATE {queue}
       SET retry_at = now() + interval '1 minute'
     WHERE (network_id, {column}) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))
    RETURNING network_id, {column}
"""


@dataclass(frozen=True, slots=True)
class PostingQueue:
    """The table of a queue, and the column that names what waits in it."""

    table: str
    column: str

    async def claim(self, conn: Connection, limit: int) -> list[Claimed]:
        """Take the first off the queue."""
        return self._found(await conn.fetch(self._sql(CLAIM), limit))

    async def claim_these(self, conn: Connection, wanted: Sequence[Claimed]) -> list[Claimed]:
        """Take those that are still there, and nobody else's just now."""
        return self._found(await conn.fetch(self._sql(CLAIM_THESE), *columns_of(wanted)))

    async def postpone(self, conn: Connection, wanted: Sequence[Claimed]) -> list[Claimed]:
        """Leave what is still there for later; which that is."""
        return self._found(await conn.fetch(self._sql(POSTPONE), *columns_of(wanted)))

    def _sql(self, statement: str) -> str:
        return statement.format(queue=self.table, column=self.column)

    def _found(self, rows: Sequence[Any]) -> list[Claimed]:
        return [(network_id, waiting_id) for network_id, waiting_id in rows]


OBLIGATIONS = PostingQueue("settlement.posting_queue", "obligation_id")
BOOKINGS = PostingQueue("settlement.booking_queue", "booking_id")


def columns_of(claimed: Sequence[Claimed]) -> tuple[list[int], list[int]]:
    return [network_id for network_id, _ in claimed], [id for _, id in claimed]
