"""Coupons in the graph: campaigns for those who bear them, coupons for those who use them."""

from tradeline_graph.marketing.consumers import Coupon
from tradeline_graph.marketing.root import Mutation, Query

__all__ = ["Coupon", "Mutation", "Query"]
