"""Stock in the graph: what stands where, for whom some of it is set aside, and why it changed."""

from tradeline_graph.inventory.mutations import Mutation
from tradeline_graph.inventory.root import Query
from tradeline_graph.inventory.types import StockHold, Warehouse, load_warehouse

__all__ = ["Mutation", "Query", "StockHold", "Warehouse", "load_warehouse"]
