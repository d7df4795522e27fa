"""Where consumers buy, in the graph: what they see of stores, and how staff keeps them."""

from tradeline_graph.channels.mutations import Mutation
from tradeline_graph.channels.root import Query
from tradeline_graph.channels.storefront import (
    OfferedSku,
    StoreFront,
    load_offered_sku,
    load_store_front,
    offered_skus,
)
from tradeline_graph.channels.types import Store, load_store

__all__ = [
    "Mutation",
    "OfferedSku",
    "Query",
    "Store",
    "StoreFront",
    "load_offered_sku",
    "load_store",
    "load_store_front",
    "offered_skus",
]
