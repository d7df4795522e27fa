"""Settlement in the graph: payments, credit, statements, and one's own books."""

from tradeline_graph.settlement.mutations import Mutation
from tradeline_graph.settlement.root import Query
from tradeline_graph.settlement.types import Payment, Statement

__all__ = ["Mutation", "Payment", "Query", "Statement"]
