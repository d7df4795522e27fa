"""In the graph: which systems of an organization are told what, and what they were told."""

from tradeline_graph.webhooks.root import Mutation, Query

__all__ = ["Mutation", "Query"]
