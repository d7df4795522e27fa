"""What stores may say, what their route gives them, and what delivery costs."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tradeline.channels import FreightRule, NewListing, RouteEdge, Tier, freight_of
from tradeline.channels.model import tiers_of
from tradeline.channels.rules import judge_freight, judge_listing, judge_place, judge_store

RULES = (
    FreightRule(region="CN-ZJ", base_minor=600, free_from_minor=9900),
    FreightRule(region="CN-ZJ-01", base_minor=400),
    FreightRule(region="", base_minor=1200),
)


@pytest.mark.parametrize(
    ("region", "goods_minor", "freight"),
    [
        ("CN-ZJ", 9899, 600),
        ("CN-ZJ", 9900, 0),
        ("CN-ZJ-02", 100, 600),
        ("CN-ZJ-01", 99_900, 400),
        ("CN-SH", 99_900, 1200),
        ("", 100, 1200),
    ],
)
def test_the_longest_region_that_begins_the_consumers_says_what_delivery_costs(
    region: str, goods_minor: int, freight: int
) -> None:
    assert freight_of(RULES, region, goods_minor) == freight
    assert freight_of(RULES[::-1], region, goods_minor) == freight


def test_nothing_is_delivered_where_no_rule_holds() -> None:
    assert freight_of(RULES[:2], "CN-SH", 100_000) is None
    assert freight_of((), "CN-ZJ", 100_000) is None


def an_edge(tier: int, *, is_agreed: bool = True, is_trading: bool = True) -> RouteEdge:
    return RouteEdge(
        tier=tier,
        relationship_id=10 + tier,
        seller_org_id=100 + tier,
        seller_entity_id=1000 + tier,
        seller_name=f"卖方{tier}",
        seller_name_en=f"Seller {tier}",
        agreed_at=datetime(2026, 1, 1, tzinfo=UTC) if is_agreed else None,
        is_trading=is_trading,
    )


OWN = Tier(tier=0, org_id=100, entity_id=1000, relationship_id=None, name="店", name_en="")


@pytest.mark.parametrize("fault", ["is_agreed", "is_trading"])
def test_what_is_above_an_edge_that_does_not_hold_does_not_come(fault: str) -> None:
    route = [an_edge(1), an_edge(2, **{fault: False}), an_edge(3)]

    assert [tier.org_id for tier in tiers_of(OWN, route)] == [100, 101]
    assert [tier.org_id for tier in tiers_of(OWN, [an_edge(1), an_edge(2)])] == [100, 101, 102]


@pytest.mark.parametrize(
    "listing",
    [
        NewListing(sku_id=1),
        NewListing(sku_id=1, unit_price=Decimal("9.90"), markup_bp=100),
        NewListing(sku_id=1, unit_price=Decimal("0")),
        NewListing(sku_id=1, unit_price=Decimal("-1")),
        NewListing(sku_id=1, unit_price=Decimal("9.905")),
        NewListing(sku_id=1, unit_price=Decimal("10000000.01")),
        NewListing(sku_id=1, unit_price=Decimal("NaN")),
        NewListing(sku_id=1, markup_bp=-10_000),
        NewListing(sku_id=1, markup_bp=1_000_001),
        NewListing(sku_id=1, markup_bp=0, limit_per_order=0),
        NewListing(sku_id=1, markup_bp=0, position=-1),
    ],
)
def test_a_price_is_one_that_can_be_paid_or_a_markup_that_leaves_one(listing: NewListing) -> None:
    assert judge_listing(listing, "CNY", ("listings", 0)) != []


def test_a_store_may_sell_below_its_cost() -> None:
    below = NewListing(sku_id=1, markup_bp=-9_999, limit_per_order=1)

    assert judge_listing(below, "CNY", ()) == []
    assert judge_listing(NewListing(sku_id=1, unit_price=Decimal("1")), "JPY", ()) == []
    assert judge_listing(NewListing(sku_id=1, unit_price=Decimal("1.5")), "JPY", ()) != []


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (None, Decimal(1)),
        (Decimal(1), None),
        (Decimal("90.1"), Decimal(1)),
        (Decimal(1), Decimal(1)),
    ],
)
def test_a_place_has_both_its_degrees(latitude: Decimal | None, longitude: Decimal | None) -> None:
    is_whole = latitude == longitude == 1
    assert (judge_place(latitude, longitude, ()) == []) is is_whole
    assert judge_place(None, None, ()) == []


def test_freight_names_each_region_once_and_is_no_gift_to_the_consumer() -> None:
    assert judge_freight(RULES, ("rules",)) == []
    assert judge_freight([*RULES, RULES[2]], ("rules",)) != []
    assert judge_freight([FreightRule(region="CN", base_minor=-1)], ("rules",)) != []
    assert judge_freight([FreightRule(region="C N", base_minor=1)], ("rules",)) != []


def test_a_store_has_a_code_and_a_name() -> None:
    assert judge_store({"code": "A 1", "name": " "}, ()) != []
    assert len(judge_store({"code": "", "name": "", "phone": "1" * 41}, ())) == 3
    assert judge_store({"code": "A1", "name": "店", "region": ""}, ()) == []
