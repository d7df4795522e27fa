"""What the worker does: notes whom to tell, hands out what is due, and writes down what came of it.

All but `settle_delivery` are for the owner's connection, over all networks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from tradeline.kernel import (
    Change,
    Connection,
    Finding,
    StoredEvent,
    examine,
    record_changes,
    system_actor,
)
from tradeline.webhooks.model import (
    OLD_SECRET_HOURS,
    Attempt,
    DeliveryState,
    DueDelivery,
    OffReason,
    Topic,
    pause_after,
    telling_of,
)
from tradeline.webhooks.queries import telling as queries
from tradeline.webhooks.queries.checks import INVARIANTS

# Longer than a try may take, so that nothing is sent twice while it is being sent.
LEASE_SECONDS = 60
AT_ONCE_OF_ONE = 4
# A third of all that is sent at once, whatever the number of its endpoints.
AT_ONCE_OF_ORG = 8
TOLD = frozenset(Topic)


async def note_deliveries(conn: Connection, events: Sequence[StoredEvent]) -> None:
    """What endpoints are to be told of events, each once; one statement."""
    rows = [
        {
            "network_id": event.network_id,
            "id": event.id,
            "topic": event.topic,
            "payload": json.dumps(telling_of(event.payload)),
            "occurred_at": event.occurred_at,
            "seller_org_id": event.payload.get("seller_org_id"),
            "buyer_org_id": event.payload.get("buyer_org_id"),
        }
        for event in events
        if event.topic in TOLD
    ]
    if rows:
        await queries.insert_deliveries(conn, rows)


async def due_deliveries(conn: Connection, *, limit: int) -> list[DueDelivery]:
    """What is to be sent now, leased for a while; few at once to one endpoint, or of one
    organization."""
    return await queries.claim_deliveries(
        conn,
        limit,
        of_endpoint=AT_ONCE_OF_ONE,
        of_org=AT_ONCE_OF_ORG,
        lease_seconds=LEASE_SECONDS,
        old_secret_hours=OLD_SECRET_HOURS,
    )


async def settle_delivery(conn: Connection, *, due: DueDelivery, attempt: Attempt) -> None:
    """What came of a try. After the last one its endpoint is turned off, unless it took something
    meanwhile, until somebody turns it on again: what waits for it, waits until then."""
    if attempt.error is None:
        await queries.settle_delivery(conn, due, DeliveryState.DELIVERED, attempt, None)
        return
    pause = pause_after(due.tries + 1)
    if pause is not None:
        await queries.settle_delivery(conn, due, DeliveryState.WAITING, attempt, pause)
        return
    org_id = await queries.turn_off_failing(conn, due)
    await queries.settle_delivery(conn, due, DeliveryState.GIVEN_UP, attempt, None)
    if org_id is not None:
        change = Change(
            action="webhook.turn_off",
            subject_type="webhook",
            subject_id=due.endpoint_id,
            before={"is_active": True},
            after={"is_active": False, "off_reason": OffReason.FAILING, "error": attempt.error},
        )
        await record_changes(conn, actor=system_actor(due.network_id, org_id), changes=[change])


async def forget_deliveries(conn: Connection, *, limit: int) -> int:
    """Away with those of more than thirty days, whatever became of them; how many."""
    return await queries.forget_deliveries(conn, limit)


async def find_violations(conn: Connection) -> list[Finding]:
    """The invariants of webhooks."""
    return await examine(conn, INVARIANTS)
