"""What a provider's bills say of consumers' payments, and what differs from our own books."""

from tradeline_graph.payments.mutations import Mutation
from tradeline_graph.payments.root import Query
from tradeline_graph.payments.types import Difference, ProviderBill, ProviderRefund

__all__ = ["Difference", "Mutation", "ProviderBill", "ProviderRefund", "Query"]
