"""What a SKU is found by, of its row joined with its product's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tradeline.catalog.search_text import SearchIndex, search_index


def index_of(row: Mapping[str, Any]) -> SearchIndex:
    """Index a row as `queries.skus.lock_own_skus` gives it, with what was changed filled in."""
    return search_index(
        [
            row["name"],
            row["name_en"],
            row["code"],
            row["product_name"],
            row["product_name_en"],
            row["product_code"],
            row["brand"],
            *row["attributes"].values(),
            *row["barcodes"],
        ]
    )
