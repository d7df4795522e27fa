"""Consumers' orders in the graph: as consumers see theirs, and as the parties of a sale do."""

from tradeline_graph.shopping.live import Subscription
from tradeline_graph.shopping.mutations import Mutation
from tradeline_graph.shopping.orders import ConsumerOrder
from tradeline_graph.shopping.root import Query
from tradeline_graph.shopping.sales import Sale

__all__ = ["ConsumerOrder", "Mutation", "Query", "Sale", "Subscription"]
