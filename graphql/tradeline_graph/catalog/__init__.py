"""The catalog in the graph: what may be seen, and keeping it."""

from tradeline_graph.catalog.mutations import Mutation
from tradeline_graph.catalog.root import Query
from tradeline_graph.catalog.types import (
    Pack,
    Product,
    Sku,
    load_pack,
    load_sku,
    sku_rows,
)

__all__ = ["Mutation", "Pack", "Product", "Query", "Sku", "load_pack", "load_sku", "sku_rows"]
