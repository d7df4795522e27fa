"""Asking for rules and what they come to, and saying them."""

from __future__ import annotations

import strawberry

from tradeline import shopping, sourcing
from tradeline.kernel import Actor, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import perform
from tradeline_graph._scope import Scope, guarded
from tradeline_graph.sourcing.types import (
    SourcingLineInput,
    SourcingPreview,
    SourcingRule,
    SourcingRulesPutInput,
    SourcingRulesPutPayload,
)

MANAGES = guarded(Scope.ORGANIZATION, Permission.SOURCING_MANAGE)
PREVIEWS = guarded(Scope.PARTY, Permission.SOURCING_MANAGE, Permission.STORE_MANAGE)


@strawberry.type
class Query:
    @strawberry.field(
        description="By which rules stock is chosen for the stores whose supply begins with your "
        "organization. Without any: the nearest tier, the fewest parcels, the nearest region.",
        extensions=MANAGES,
    )
    async def sourcing_rules(self, info: Info) -> list[SourcingRule]:
        return await _rules(info, info.context.signed_in())

    @strawberry.field(
        description="Which stock would fill such a cart of a store that you keep or supply, and "
        "why: by the prices on its route, as when it is ordered. `region` is where it goes, such "
        "as CN-SH.",
        extensions=PREVIEWS,
    )
    async def sourcing_preview(
        self,
        info: Info,
        store_id: strawberry.ID,
        lines: list[SourcingLineInput],
        region: str = "",
    ) -> SourcingPreview:
        actor = info.context.signed_in()
        wanted = [line.to_model(position) for position, line in enumerate(lines)]
        async with info.context.db.reading(actor.network_id) as conn:
            preview = await shopping.preview_sourcing(
                conn,
                actor=actor,
                store_id=from_id("Store", store_id),
                lines=wanted,
                region=region,
            )
        return SourcingPreview.of(preview, wanted, info.context.locale)


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Say all rules of your organization anew. What is placed already stays.",
        extensions=MANAGES,
    )
    async def sourcing_rules_put(
        self, info: Info, input: SourcingRulesPutInput
    ) -> SourcingRulesPutPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: sourcing.put_rules(
                conn, actor=actor, rules=[rule.to_model() for rule in input.rules]
            ),
        )
        rules = None if done.id is None else await _rules(info, info.context.signed_in())
        return SourcingRulesPutPayload(rules=rules, errors=done.errors)


async def _rules(info: Info, actor: Actor) -> list[SourcingRule]:
    async with info.context.db.reading(actor.network_id) as conn:
        return [SourcingRule.of(rule) for rule in await sourcing.list_rules(conn, actor=actor)]
