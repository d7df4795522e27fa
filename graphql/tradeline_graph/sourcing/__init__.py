"""In the graph: by which rules stock is chosen, and what they come to."""

from tradeline_graph.sourcing.root import Mutation, Query

__all__ = ["Mutation", "Query"]
