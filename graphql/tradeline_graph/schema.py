"""The one graph, assembled from the parts."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from tradeline_graph import (
    audit,
    catalog,
    changes,
    channels,
    identity,
    inventory,
    marketing,
    members,
    offers,
    ordering,
    organizations,
    payments,
    pricing,
    replenishment,
    settlement,
    shopping,
    sourcing,
    webhooks,
)
from tradeline_graph._execution import Schema
from tradeline_graph._scalars import SCALARS
from tradeline_graph._scope import Guard, Scope


@strawberry.type(description="Everything that can be asked.")
class Query(
    audit.Query,
    catalog.Query,
    channels.Query,
    identity.Query,
    inventory.Query,
    marketing.Query,
    members.Query,
    offers.Query,
    ordering.Query,
    organizations.Query,
    payments.Query,
    pricing.Query,
    replenishment.Query,
    settlement.Query,
    shopping.Query,
    sourcing.Query,
    webhooks.Query,
):
    """Grows by one base class for each module."""

    @strawberry.field(
        description="Always true; lets a client test its connection.",
        extensions=[Guard(Scope.PUBLIC)],
    )
    def ping(self) -> bool:
        return True


@strawberry.type(
    description="Everything that can be done. Where your role allows to do a thing and not to read "
    "it, what came of it is null in the payload, and it is done all the same."
)
class Mutation(
    catalog.Mutation,
    channels.Mutation,
    identity.Mutation,
    inventory.Mutation,
    marketing.Mutation,
    members.Mutation,
    ordering.Mutation,
    organizations.Mutation,
    payments.Mutation,
    pricing.Mutation,
    replenishment.Mutation,
    settlement.Mutation,
    shopping.Mutation,
    sourcing.Mutation,
    webhooks.Mutation,
):
    """Grows by one base class for each module."""


@strawberry.type(description="What is told as it happens, over graphql-transport-ws.")
class Subscription(changes.Subscription, shopping.Subscription):
    """Grows by one base class for each that tells something."""


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)
