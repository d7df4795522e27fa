"""The graph's enums are the domain's, named here before any type of the graph speaks of them."""

from __future__ import annotations

import strawberry

from tradeline.pricing import PriceLevel, RejectionReason

strawberry.enum(
    PriceLevel,
    description="How particular a price list is; a later one goes before an earlier one.",
)
strawberry.enum(
    RejectionReason,
    name="PriceRejectionReason",
    description="Why a price does not count. Of several reasons the first is given.",
)

__all__ = ["PriceLevel", "RejectionReason"]
