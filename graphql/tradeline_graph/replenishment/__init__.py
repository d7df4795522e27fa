"""In the graph: what is asked for, what is expected, what has to come, and on which terms."""

from tradeline_graph.replenishment.root import Mutation, Query

__all__ = ["Mutation", "Query"]
