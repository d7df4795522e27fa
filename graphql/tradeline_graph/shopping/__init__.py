"""Consumers' orders in the graph: as consumers see theirs, and as the parties of a sale do."""

from tradeline_graph.shopping.sale_mutations import SaleMutation as Mutation
from tradeline_graph.shopping.sale_root import SaleQuery as Query
from tradeline_graph.shopping.sales import Sale

__all__ = ["Mutation", "Query", "Sale"]
