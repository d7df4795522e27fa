"""The story is whole: everybody it names is there, and everything it sells has a price."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tradeline.identity import BUILT_IN_ROLES
from tradeline.organizations import OrganizationKind, PriceStrategy
from tradeline.pricing import PriceLevel
from tradeline_server.seed import goods, prices, story
from tradeline_server.seed.acts import Act, DecidePayment, Line, Moment, Pay, PlaceOrder
from tradeline_server.seed.plan import HABITS, Habit, assortments_of, goods_of, plan
from tradeline_server.seed.playing import time_of
from tradeline_server.seed.statements import (
    ANSWERED_AFTER,
    DISPUTED,
    NEVER_STATED,
    WAITING,
    month_ends,
)

ORGS = {org.key: org for org in story.ORGANIZATIONS}
EDGES = {edge.ends: edge for edge in story.EDGES}


def test_it_has_the_cast_that_was_asked_for() -> None:
    kinds = Counter(org.kind for org in story.ORGANIZATIONS)
    assert kinds == {"brand": 1, "supplier": 2, "trader": 2, "retailer": 6}
    assert set(kinds) == set(OrganizationKind)
    assert len(goods.SKUS) == 60
    assert {sku.case_units for sku in goods.SKUS} == {6, 12, 24}


def test_everybody_and_everything_has_a_name_in_both_languages() -> None:
    named = [
        *story.ORGANIZATIONS,
        *story.ENTITIES,
        *story.WAREHOUSES,
        *goods.CATEGORIES,
        *goods.PRODUCTS,
        *goods.SKUS,
        *goods.ASSORTMENTS,
        *prices.PRICE_LISTS,
    ]
    for each in named:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in each.name), each
        assert each.name_en.strip(), each
        assert each.name_en.isascii() or "×" in each.name_en, each


def test_everybody_whom_it_names_is_there() -> None:
    named = {key for edge in story.EDGES for key in edge.ends}
    named |= {org for person in story.PEOPLE for org, _ in person.memberships}
    named |= {warehouse.org for warehouse in story.WAREHOUSES}
    named |= {org.founded_by for org in story.ORGANIZATIONS if org.founded_by}
    assert named <= set(ORGS)
    assert {org for person in story.PEOPLE for org, _ in person.memberships} == set(ORGS)
    assert {role for person in story.PEOPLE for _, role in person.memberships} <= set(
        BUILT_IN_ROLES
    )
    for edge in story.EDGES:
        own = {each.code for each in story.WAREHOUSES if each.org == edge.seller}
        assert set(edge.warehouses) <= own
        assert len(assortments_of(edge)) == len(edge.assortments) > 0
    assert DISPUTED.keys() | WAITING | NEVER_STATED <= EDGES.keys()


def test_people_are_invented_and_write_from_nowhere() -> None:
    emails = [person.email for person in story.PEOPLE]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith("@example.com") and email == email.lower() for email in emails)
    assert len(story.logins()) == sum(len(person.memberships) for person in story.PEOPLE)


def test_the_terms_differ_as_they_should() -> None:
    edges = story.EDGES
    assert {edge.strategy for edge in edges} == set(PriceStrategy)
    for step in ("reviews", "confirms", "receives", "holds_stock"):
        assert {getattr(edge, step) for edge in edges} == {True, False}
    assert any(edge.limit == 0 for edge in edges)
    sellers_of_third = {edge.seller for edge in edges if edge.buyer == story.RETAILER_3}
    assert sellers_of_third == {story.TRADER_A, story.TRADER_B}
    assert {each.level for each in prices.PRICE_LISTS} >= {
        PriceLevel.BASE,
        PriceLevel.TIER,
        PriceLevel.REGION,
        PriceLevel.CONTRACT,
    }


def test_barcodes_are_for_internal_use_and_pass_their_check_digits() -> None:
    codes = [code for sku in goods.SKUS for code in (sku.barcode, sku.case_barcode)]
    assert len(set(codes)) == len(codes)
    for sku in goods.SKUS:
        assert 20 <= int(sku.barcode[:2]) <= 29
        assert len(sku.barcode) == 13
        assert sku.case_barcode[:-1] == f"1{sku.barcode[:-1]}"
    for code in codes:
        weighted = (int(digit) * (1, 3)[i % 2] for i, digit in enumerate(reversed(code)))
        assert sum(weighted) % 10 == 0


def test_every_list_is_for_buyers_of_its_seller_and_of_goods_that_are_there() -> None:
    for price_list in prices.PRICE_LISTS:
        found = prices.prices_of(price_list)
        assert found, price_list.code
        assert all(price > 0 for _, _, price in found)
        assert len({(sku.code, minimum) for sku, minimum, _ in found}) == len(found)
        for buyer in price_list.buyers:
            assert (price_list.seller, buyer) in EDGES


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: "-".join(habit.ends))
def test_whatever_is_ordered_on_an_edge_has_a_price_there(habit: Habit) -> None:
    edge = EDGES[habit.ends]
    levels = ("contract",) if edge.strategy == "contract_only" else ("base", "tier", "contract")
    priced = {
        sku.code
        for each in prices.PRICE_LISTS
        if each.seller == edge.seller
        and each.level in levels
        and (each.level == "base" or edge.buyer in each.buyers)
        for sku, _, _ in prices.prices_of(each)
    }
    ordered = {sku.code for sku in goods_of(habit)}
    assert len(ordered) >= 8
    assert ordered <= priced


def test_the_plot_is_the_same_every_time_and_in_order_of_time() -> None:
    scenes = plan()
    assert plan() == scenes
    now = datetime(2025, 3, 1, 16, 1, tzinfo=UTC)  # right after midnight in Shanghai
    times = [time_of(moment, now) for moment, _ in scenes]
    assert times == sorted(times)
    assert times[-1] < now
    assert now - timedelta(days=story.HISTORY_DAYS, hours=12) < times[0]


def test_an_order_is_placed_before_anything_happens_to_it() -> None:
    placed: set[int] = set()
    for _, act in plan():
        key = _order_of(act)
        if isinstance(act, PlaceOrder):
            assert key not in placed
            placed.add(act.key)
        elif key is not None:
            assert key in placed
    assert 150 <= len(placed) <= 250


def test_lines_are_in_steps_of_what_the_seller_allows() -> None:
    for _, act in plan():
        if isinstance(act, PlaceOrder):
            shares = [found.minimum_share for found in assortments_of(EDGES[act.ends])]
            for line in act.lines:
                sku = goods.SKU_BY_CODE[line.sku]
                assert _units(line) % int(sku.case_units * max(shares)) == 0


def test_there_are_at_least_three_months_to_state_at_any_hour_of_a_year() -> None:
    for hours in range(366 * 24):
        now = datetime(2025, 1, 1, 0, 30, tzinfo=UTC) + timedelta(hours=hours)
        ends = month_ends(now)
        assert 3 <= len(ends) <= 4
        assert ends == sorted(ends)
        assert ends[-1] + ANSWERED_AFTER <= now, "nothing of it is still to happen"
        assert all(end.astimezone(UTC).hour == 16 for end in ends)  # midnight in Shanghai


def test_a_moment_of_today_is_so_many_minutes_ago() -> None:
    now = datetime(2025, 3, 1, 4, tzinfo=UTC)
    assert time_of(Moment(0, 90), now) == now - timedelta(minutes=90)
    assert time_of(Moment(1, 8 * 60), now) == datetime(2025, 2, 28, 0, tzinfo=UTC)


def _units(line: Line) -> int:
    return line.quantity * (goods.SKU_BY_CODE[line.sku].case_units if line.pack else 1)


def _order_of(act: Act) -> int | None:
    """The order that an act is about; payments have keys of their own."""
    return None if isinstance(act, Pay | DecidePayment) else getattr(act, "key", None)
