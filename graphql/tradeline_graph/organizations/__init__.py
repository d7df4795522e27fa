"""Organizations in the graph: who trades with whom, and on what terms."""

from tradeline_graph.organizations.mutations import Mutation
from tradeline_graph.organizations.root import Query
from tradeline_graph.organizations.types import (
    LegalEntity,
    Network,
    Organization,
    Relationship,
    load_legal_entity,
    load_network,
    load_organization,
    load_relationship,
)

__all__ = [
    "LegalEntity",
    "Mutation",
    "Network",
    "Organization",
    "Query",
    "Relationship",
    "load_legal_entity",
    "load_network",
    "load_organization",
    "load_relationship",
]
