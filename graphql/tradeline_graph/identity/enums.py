"""The graph's enums are the domain's, named here before any type of the graph speaks of them."""

from __future__ import annotations

import strawberry

from tradeline.kernel import Locale, Permission

strawberry.enum(
    Permission,
    name="Permission",
    description="What someone may do: ORDER_PLACE is what @requires calls order:place.",
)
strawberry.enum(Locale, name="Locale", description="The languages in which people are spoken to.")

__all__ = ["Locale", "Permission"]
