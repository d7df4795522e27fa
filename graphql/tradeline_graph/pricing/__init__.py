"""Prices in the graph: what a buyer pays and why, and what a seller asks."""

from tradeline_graph.pricing.explanation import PriceExplanation
from tradeline_graph.pricing.mutations import Mutation
from tradeline_graph.pricing.quotes import PriceBreak, PriceQuote, price_sheets
from tradeline_graph.pricing.root import Query

__all__ = [
    "Mutation",
    "PriceBreak",
    "PriceExplanation",
    "PriceQuote",
    "Query",
    "price_sheets",
]
