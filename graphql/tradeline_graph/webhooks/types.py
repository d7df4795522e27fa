"""Webhooks, and what they were told."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import strawberry

from tradeline import kernel, webhooks
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id, to_optional_id
from tradeline_graph._problems import Problem, face_of
from tradeline_graph._scope import Scope, needs, scoped

strawberry.enum(
    webhooks.Topic,
    name="WebhookTopic",
    description="What an endpoint is told of: the steps of the orders that your organization buys "
    "or sells. ORDER_PLACED is what a telling calls order.placed.",
)
strawberry.enum(
    webhooks.OffReason,
    name="WebhookOffReason",
    description="Why nothing is told: somebody turned it off, or it has not answered for days.",
)
strawberry.enum(
    webhooks.DeliveryState,
    name="WebhookDeliveryState",
    description="WAITING to be sent, perhaps again; DELIVERED; GIVEN_UP after the last try.",
)


@face_of(webhooks.TooManyWebhooks)
@strawberry.type(
    description="Your organization has as many webhooks as it may.", directives=scoped(Scope.VALUE)
)
class TooManyWebhooks(Problem):
    pass


@strawberry.type(
    description="One telling of one event. It may arrive more than once, under the same "
    "`webhook-id`, and later than a younger one.",
    directives=scoped(Scope.ORGANIZATION),
)
class WebhookDelivery:
    id: strawberry.ID
    topic: str = strawberry.field(description="Such as order.placed, or webhook.test.")
    order_id: strawberry.ID | None
    state: webhooks.DeliveryState
    tries: int
    created_at: datetime.datetime
    next_try_at: datetime.datetime | None = strawberry.field(
        description="When it is sent next; null if it is not."
    )
    settled_at: datetime.datetime | None
    last_status: int | None = strawberry.field(
        description="What the endpoint answered last; null if it gave no answer."
    )
    last_error: str | None

    @classmethod
    def of(cls, row: webhooks.Delivery) -> WebhookDelivery:
        is_waiting = row.state is webhooks.DeliveryState.WAITING
        return cls(
            id=to_id("WebhookDelivery", row.id),
            topic=row.topic,
            order_id=to_optional_id("Order", row.payload.get("order_id")),
            state=row.state,
            tries=row.tries,
            created_at=row.created_at,
            next_try_at=row.next_try_at if is_waiting else None,
            settled_at=row.settled_at,
            last_status=row.last_status,
            last_error=row.last_error,
        )


@strawberry.type(
    description="An address of your organization's that is told of what happens, by a signed POST.",
    directives=scoped(Scope.ORGANIZATION),
)
class Webhook:
    row_id: strawberry.Private[int]
    id: strawberry.ID
    url: str
    topics: list[webhooks.Topic]
    is_active: bool
    off_reason: webhooks.OffReason | None
    secret_rotated_at: datetime.datetime | None = strawberry.field(
        description="For a day after it, tellings are signed with the secret before as well."
    )
    created_at: datetime.datetime

    @classmethod
    def of(cls, row: webhooks.Endpoint) -> Webhook:
        return cls(
            row_id=row.id,
            id=to_id("Webhook", row.id),
            url=row.url,
            topics=list(row.topics),
            is_active=row.is_active,
            off_reason=row.off_reason,
            secret_rotated_at=row.rotated_at,
            created_at=row.created_at,
        )

    @strawberry.field(
        description="The last twenty, newest first.", extensions=needs(Permission.WEBHOOK_MANAGE)
    )
    async def deliveries(self, info: Info) -> list[WebhookDelivery] | None:
        rows = await info.context.loader("webhook_deliveries", _deliveries).load(self.row_id)
        return [WebhookDelivery.of(row) for row in rows]


async def load_webhook(info: Info, id: int | None) -> Webhook | None:
    if id is None:
        return None
    row = await info.context.loader("webhook", _webhooks).load(id)
    return None if row is None else Webhook.of(row)


async def _webhooks(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[webhooks.Endpoint | None]:
    rows = await webhooks.webhooks_by_ids(conn, actor=actor, ids=ids)
    return [rows.get(id) for id in ids]


async def _deliveries(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[list[webhooks.Delivery]]:
    rows = await webhooks.deliveries_of_webhooks(conn, actor=actor, endpoint_ids=ids)
    return [rows[id] for id in ids]
