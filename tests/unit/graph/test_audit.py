"""What the audit trail shows of what was recorded."""

import json
from typing import Any

import pytest

from tradeline_graph._ids import to_id
from tradeline_graph.audit import _shown


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ({"unit_price": "1"}, {"unitPrice": "1"}),
        ({"sku_id": 7}, {"skuId": to_id("Sku", 7)}),
        ({"sku_id": None}, {"skuId": None}),
        ({"seller_org_id": 7}, {"sellerOrgId": to_id("Organization", 7)}),
        ({"warehouse_ids": [7, 8]}, {"warehouseIds": [to_id("Warehouse", n) for n in (7, 8)]}),
        ({"never_heard_of_id": 7}, {"neverHeardOfId": to_id("NeverHeardOf", 7)}),
        ({"lines": [{"id": 7, "pack_id": 8}]}, {"lines": [{"packId": to_id("Pack", 8)}]}),
        ({"of": {"price_list_id": 7}}, {"of": {"priceListId": to_id("PriceList", 7)}}),
        ({"attributes": {"shelf_id": "A 7"}}, {"attributes": {"shelf_id": "A 7"}}),
    ],
)
def test_no_row_id_is_shown_at_any_depth_and_no_change_is_lost(
    recorded: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert {name: json.loads(text) for name, text in _shown(recorded).items()} == shown
