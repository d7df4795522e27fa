"""What things cost on an edge, and why.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.pricing.errors import BaseListIsForAll, OtherCurrency, PriceHasBegun
from tradeline.pricing.impact import PriceImpact, PriceListImpact
from tradeline.pricing.model import (
    Candidate,
    NewPrice,
    NewPriceList,
    Price,
    PriceBreak,
    PriceLevel,
    PriceList,
    PriceListChange,
    PriceListGrant,
    PriceRequest,
    PriceResolution,
    PriceStep,
    RejectedPrice,
    RejectionReason,
)
from tradeline.pricing.resolver import PriceSheet, resolve_price
from tradeline.pricing.service.impact import preview_prices
from tradeline.pricing.service.price_lists import (
    create_price_lists,
    end_prices,
    grant_price_lists,
    list_affected_edges,
    list_price_lists,
    list_prices,
    price_lists_by_ids,
    price_lists_of_edges,
    put_prices,
    revoke_price_lists,
    update_price_list,
)
from tradeline.pricing.service.quotes import (
    QuoteLine,
    load_price_sheets,
    load_sheets,
    price_lines,
    quote_prices,
)
from tradeline.pricing.words import word_rejection, word_step

__all__ = [
    "BaseListIsForAll",
    "Candidate",
    "NewPrice",
    "NewPriceList",
    "OtherCurrency",
    "Price",
    "PriceBreak",
    "PriceHasBegun",
    "PriceImpact",
    "PriceLevel",
    "PriceList",
    "PriceListChange",
    "PriceListGrant",
    "PriceListImpact",
    "PriceRequest",
    "PriceResolution",
    "PriceSheet",
    "PriceStep",
    "QuoteLine",
    "RejectedPrice",
    "RejectionReason",
    "create_price_lists",
    "end_prices",
    "grant_price_lists",
    "list_affected_edges",
    "list_price_lists",
    "list_prices",
    "load_price_sheets",
    "load_sheets",
    "preview_prices",
    "price_lines",
    "price_lists_by_ids",
    "price_lists_of_edges",
    "put_prices",
    "quote_prices",
    "resolve_price",
    "revoke_price_lists",
    "update_price_list",
    "word_rejection",
    "word_step",
]
