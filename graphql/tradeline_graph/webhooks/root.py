"""What can be asked and done about webhooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias

import strawberry

from tradeline import kernel, webhooks
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import null_with_errors, perform
from tradeline_graph._pages import Connection
from tradeline_graph._problems import InvalidValue, NotFound, RequestReused, WrongState
from tradeline_graph._scope import Guard, Scope, guarded, scoped
from tradeline_graph.webhooks.types import TooManyWebhooks, Webhook, load_webhook

MANAGES = guarded(Scope.ORGANIZATION, Permission.WEBHOOK_MANAGE)

WebhookCreateError: TypeAlias = Annotated[
    InvalidValue | TooManyWebhooks | RequestReused, strawberry.union("WebhookCreateError")
]
WebhookUpdateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("WebhookUpdateError")
]
WebhookRotateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("WebhookRotateError")
]
WebhookDeleteError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("WebhookDeleteError")
]
WebhookTestError: TypeAlias = Annotated[
    NotFound | WrongState | InvalidValue | RequestReused, strawberry.union("WebhookTestError")
]


@strawberry.input(
    description="`url` begins with https:// and the public name of a host; nothing else is told."
)
class WebhookCreateInput:
    request_id: str
    url: str
    topics: list[webhooks.Topic]


@strawberry.input(
    description="What is left out stays. What waits is sent to the new address, or once it is on."
)
class WebhookUpdateInput:
    request_id: str
    webhook_id: strawberry.ID
    url: str | None = None
    topics: list[webhooks.Topic] | None = None
    is_active: bool | None = None


@strawberry.input
class WebhookRotateInput:
    request_id: str
    webhook_id: strawberry.ID


@strawberry.input
class WebhookDeleteInput:
    request_id: str
    webhook_id: strawberry.ID


@strawberry.input
class WebhookTestInput:
    request_id: str
    webhook_id: strawberry.ID


@strawberry.type(description=null_with_errors("webhook"), directives=scoped(Scope.VALUE))
class WebhookCreatePayload:
    webhook: Webhook | None = None
    secret: str | None = strawberry.field(
        default=None,
        description="What tellings are signed with. Told once: a repeated request gets null.",
    )
    errors: list[WebhookCreateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("webhook"), directives=scoped(Scope.VALUE))
class WebhookUpdatePayload:
    webhook: Webhook | None = None
    errors: list[WebhookUpdateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("webhook"), directives=scoped(Scope.VALUE))
class WebhookRotatePayload:
    webhook: Webhook | None = None
    secret: str | None = strawberry.field(
        default=None, description="Told once: a repeated request gets null."
    )
    errors: list[WebhookRotateError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="The webhook is gone, unless there are `errors`.", directives=scoped(Scope.VALUE)
)
class WebhookDeletePayload:
    errors: list[WebhookDeleteError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("webhook"), directives=scoped(Scope.VALUE))
class WebhookTestPayload:
    webhook: Webhook | None = None
    errors: list[WebhookTestError] = strawberry.field(default_factory=list)


@strawberry.type
class Query:
    @strawberry.field(
        description="The webhooks of your organization, newest first.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.WEBHOOK_MANAGE)],
    )
    async def webhooks(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Webhook]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await webhooks.list_webhooks(conn, actor=actor, page=page)
        return Connection.of(result, Webhook.of)


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Have an address of your organization's told of what happens to its orders.",
        extensions=MANAGES,
    )
    async def webhook_create(self, info: Info, input: WebhookCreateInput) -> WebhookCreatePayload:
        made: list[webhooks.NewSecret] = []

        async def create(conn: kernel.Connection, actor: kernel.Actor) -> webhooks.NewSecret:
            return await webhooks.create_webhook(
                conn, actor=actor, url=input.url, topics=input.topics
            )

        done = await perform(info, input, _telling_once(create, made))
        return WebhookCreatePayload(
            webhook=await load_webhook(info, done.id),
            secret=made[0].secret if made else None,
            errors=done.errors,
        )

    @strawberry.mutation(
        description="Change what a webhook is told, where, or whether at all.", extensions=MANAGES
    )
    async def webhook_update(self, info: Info, input: WebhookUpdateInput) -> WebhookUpdatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: webhooks.update_webhook(
                conn,
                actor=actor,
                endpoint_id=from_id("Webhook", input.webhook_id),
                url=input.url,
                topics=input.topics,
                is_active=input.is_active,
            ),
        )
        return WebhookUpdatePayload(webhook=await load_webhook(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Give a webhook another secret. For a day tellings are signed with both; a "
        "further rotation ends the oldest at once.",
        extensions=MANAGES,
    )
    async def webhook_rotate(self, info: Info, input: WebhookRotateInput) -> WebhookRotatePayload:
        made: list[webhooks.NewSecret] = []

        async def rotate(conn: kernel.Connection, actor: kernel.Actor) -> webhooks.NewSecret:
            return await webhooks.rotate_webhook(
                conn, actor=actor, endpoint_id=from_id("Webhook", input.webhook_id)
            )

        done = await perform(info, input, _telling_once(rotate, made))
        return WebhookRotatePayload(
            webhook=await load_webhook(info, done.id),
            secret=made[0].secret if made else None,
            errors=done.errors,
        )

    @strawberry.mutation(
        description="Delete a webhook, and what it was told or was to be told.", extensions=MANAGES
    )
    async def webhook_delete(self, info: Info, input: WebhookDeleteInput) -> WebhookDeletePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: webhooks.delete_webhook(
                conn, actor=actor, endpoint_id=from_id("Webhook", input.webhook_id)
            ),
        )
        return WebhookDeletePayload(errors=done.errors)

    @strawberry.mutation(
        description="Send a telling of the topic webhook.test, whatever it is told otherwise.",
        extensions=MANAGES,
    )
    async def webhook_test(self, info: Info, input: WebhookTestInput) -> WebhookTestPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: webhooks.send_test(
                conn, actor=actor, endpoint_id=from_id("Webhook", input.webhook_id)
            ),
        )
        return WebhookTestPayload(webhook=await load_webhook(info, done.id), errors=done.errors)


def _telling_once(
    use_case: Callable[[kernel.Connection, kernel.Actor], Awaitable[webhooks.NewSecret]],
    made: list[webhooks.NewSecret],
) -> Callable[[kernel.Connection, kernel.Actor], Awaitable[int]]:
    """The use case, whose secret is kept in `made` if it is run, and not when it was before."""

    async def run(conn: kernel.Connection, actor: kernel.Actor) -> int:
        made.append(await use_case(conn, actor))
        return made[-1].endpoint_id

    return run
