"""Orders in the graph: placing them, following them, moving their goods."""

from tradeline_graph.ordering.mutations import Mutation
from tradeline_graph.ordering.root import Query
from tradeline_graph.ordering.types import Dispute, Order, OrderReturn, Shipment, load_order

__all__ = ["Dispute", "Mutation", "Order", "OrderReturn", "Query", "Shipment", "load_order"]
