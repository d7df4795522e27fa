"""Consumers in the graph: how they come in, and what is their own."""

import strawberry

from tradeline_graph.members.login import LoginMutation
from tradeline_graph.members.merging import MergeMutation, MergeQuery
from tradeline_graph.members.mutations import ProfileMutation
from tradeline_graph.members.root import Query as OwnQuery


@strawberry.type
class Query(OwnQuery, MergeQuery):
    """Of a consumer, and of who looks after them."""


@strawberry.type
class Mutation(LoginMutation, ProfileMutation, MergeMutation):
    """Of a consumer, and of who looks after them."""


__all__ = ["Mutation", "Query"]
