"""The way of a sale's money, as far as a party may follow it."""

from __future__ import annotations

import datetime

import strawberry

from tradeline import shopping
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.organizations import Organization, load_organization
from tradeline_graph.shopping.enums import FlowKind, TrailRole


@strawberry.type(
    description="Somebody whom a sale's money passes: a party of the route, the consumer, or the "
    "payment provider.",
    directives=scoped(Scope.PARTY),
)
class MoneyParty:
    key: str = strawberry.field(description="What `from` and `to` of the flows name.")
    role: TrailRole
    tier: int | None = strawberry.field(description="Null for the consumer and the provider.")
    net: Money | None = strawberry.field(
        description="What it has of the sale by now; null for whom it is not yours to know."
    )
    is_mine: bool
    org_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, party: shopping.TrailParty, currency: str) -> MoneyParty:
        net = party.net_minor
        return cls(
            key=party.key,
            role=party.role,
            tier=party.tier,
            net=None if net is None else Money.of_minor(net, currency),
            is_mine=party.is_mine,
            org_id=party.org_id,
        )

    @strawberry.field(description="Null for the consumer and the provider.")
    async def organization(self, info: Info) -> Organization | None:
        return await load_organization(info, self.org_id)


@strawberry.type(
    description="Money that goes, or is owed, from one to another for a sale.",
    directives=scoped(Scope.PARTY),
)
class MoneyFlow:
    from_: str = strawberry.field(name="from", description="The `key` of whom it comes from.")
    to: str = strawberry.field(description="The `key` of whom it goes to.")
    kind: FlowKind
    amount: Money
    occurred_at: datetime.datetime
    document_type: str
    document_number: str = strawberry.field(description="The paper that it stands on.")
    journal_ids: list[strawberry.ID] = strawberry.field(
        description="Where it stands in your own books."
    )

    @classmethod
    def of(cls, flow: shopping.TrailFlow, currency: str) -> MoneyFlow:
        return cls(
            from_=flow.from_key,
            to=flow.to_key,
            kind=flow.kind,
            amount=Money.of_minor(flow.amount_minor, currency),
            occurred_at=flow.occurred_at,
            document_type=flow.document_type,
            document_number=flow.document_number,
            journal_ids=[to_id("Journal", journal_id) for journal_id in flow.journal_ids],
        )


@strawberry.type(
    description="The way of a sale's money: over your own edges, and, if you sell to the consumer "
    "or collect, what the consumer paid and got back.",
    directives=scoped(Scope.PARTY),
)
class MoneyTrail:
    parties: list[MoneyParty]
    flows: list[MoneyFlow] = strawberry.field(description="In order of time.")
    is_complete: bool = strawberry.field(
        description="What came and went comes to what you were to have, to the last cent."
    )

    @classmethod
    def of(cls, trail: shopping.MoneyTrail) -> MoneyTrail:
        return cls(
            parties=[MoneyParty.of(party, trail.currency) for party in trail.parties],
            flows=[MoneyFlow.of(flow, trail.currency) for flow in trail.flows],
            is_complete=trail.is_complete,
        )
