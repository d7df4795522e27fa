"""The catalog in the graph: what may be bought and seen, and keeping it."""

from tradeline_graph.catalog.mutations import Mutation
from tradeline_graph.catalog.root import Query
from tradeline_graph.catalog.types import Offer, Pack, Product, Sku, load_sku

__all__ = ["Mutation", "Offer", "Pack", "Product", "Query", "Sku", "load_sku"]
