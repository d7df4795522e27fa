"""The graph's enums are the domain's, named here before any type of the graph speaks of them."""

from __future__ import annotations

import strawberry

from tradeline.organizations import (
    OrganizationKind,
    PriceStrategy,
    RelationshipState,
    RelationshipStep,
)
from tradeline.organizations import Side as RelationshipSide

strawberry.enum(
    OrganizationKind,
    description="What an organization mostly does; any of them may buy and sell.",
)
strawberry.enum(
    RelationshipState,
    description="PROPOSED waits for the buyer's word; only an ACTIVE edge trades.",
)
strawberry.enum(
    RelationshipSide,
    name="RelationshipSide",
    description="On which side of an edge an organization stands.",
)
strawberry.enum(RelationshipStep, description="Something that a party can do to an edge.")
strawberry.enum(PriceStrategy, description="How one price is chosen where several apply.")

__all__ = [
    "OrganizationKind",
    "PriceStrategy",
    "RelationshipSide",
    "RelationshipState",
    "RelationshipStep",
]
