"""Identity in the graph: who you are, for whom you act, and who else may."""

import strawberry

from tradeline_graph.identity.access import AccessMutation
from tradeline_graph.identity.people import PeopleMutation
from tradeline_graph.identity.root import Query
from tradeline_graph.identity.types import load_colleague_name


@strawberry.type
class Mutation(AccessMutation, PeopleMutation):
    """Signing in, and the people and machines of an organization."""


__all__ = ["Mutation", "Query", "load_colleague_name"]
