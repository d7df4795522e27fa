"""What people are told of a step."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.property.ordering.test_line import a_line
from tradeline.kernel import Locale
from tradeline.ordering import (
    Order,
    OrderEvent,
    OrderLine,
    OrderSide,
    OrderState,
    lines_of_event,
    word_event,
)
from tradeline.ordering.timeline import EN, ZH, detail_of

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ORDER = Order(
    id=7,
    number="SO00000007",
    relationship_id=1,
    seller_org_id=1,
    buyer_org_id=2,
    currency="CNY",
    state=OrderState.TO_SHIP,
    held_by_org_id=1,
    since=NOW,
    amount_minor=123_456,
    requires_review=False,
    requires_confirmation=True,
    requires_receipt=True,
    holds_stock=True,
    payment_terms_days=30,
    buyer_reference="",
    note="",
    ship_to_region="",
    ship_to_address="",
    requested_on=None,
    placed_by_org_id=2,
    placed_by_account_id=None,
    placed_at=NOW,
    closed_at=None,
)


def a_step(step: str, detail: dict[str, Any], state: OrderState = OrderState.TO_SHIP) -> OrderEvent:
    """The event of a step, its detail as the database gives it back."""
    return OrderEvent(
        id=1,
        order_id=7,
        step=step,
        state=state,
        org_id=1,
        account_id=None,
        note="",
        detail=json.loads(json.dumps(detail)),
        occurred_at=NOW,
    )


def lines(*quantities: int) -> list[OrderLine]:
    return [
        replace(a_line(units, units * 100), id=no, line_no=no, sku_code=f"SKU-{no}")
        for no, units in enumerate(quantities, start=1)
    ]


def told(event: OrderEvent) -> tuple[str, str]:
    return word_event(event, ORDER, Locale.EN), word_event(event, ORDER, Locale.ZH)


def test_a_confirmation_tells_what_is_less_and_what_is_promised() -> None:
    before = lines(10, 4, 5)
    less = replace(before[0].refuse(4, "缺货")[0], promised_on=date(2026, 6, 9))
    dated = replace(before[1], promised_on=date(2026, 6, 12))
    event = a_step("confirm", detail_of("confirm", before, [less, dated, before[2]], {}))

    assert told(event) == (
        "Confirmed 15 of 19 units; line 1 SKU-1: 6/10, promised for 2026-06-09, 缺货;"
        " line 2 SKU-2: 4, promised for 2026-06-12.",
        "已确认 15 件（应为 19 件）；第 1 行 SKU-1：6/10，承诺 2026-06-09，缺货；"
        "第 2 行 SKU-2：4，承诺 2026-06-12。",
    )
    assert [(line.quantity, line.expected) for line in lines_of_event(event)] == [
        (6, 10),
        (4, 4),
        (5, 5),
    ]


def test_other_dates_are_told_with_those_before() -> None:
    before = [replace(line, promised_on=date(2026, 6, 9)) for line in lines(10, 4)]
    after = [before[0], replace(before[1], promised_on=date(2026, 6, 20))]

    assert told(a_step("redate", detail_of("redate", before, after, {}))) == (
        "Promised other dates; line 2 SKU-2: 2026-06-09 becomes 2026-06-20.",
        "调整了承诺日期；第 2 行 SKU-2：由 2026-06-09 改为 2026-06-20。",
    )


def test_goods_are_told_with_their_papers_short_and_over() -> None:
    before = [line.ship(line.quantity) for line in lines(10, 4, 5)]
    found = [before[0].count(10, 9)[0], before[1].count(4, 5)[0], before[2].count(5, 5)[0]]
    paper = {"number": "RC00000001", "amount_minor": 1_900}

    assert told(a_step("receive", detail_of("receive", before, found, paper))) == (
        "Received 19 units; RC00000001; 19.00 CNY; line 1 SKU-1: 9/10; line 2 SKU-2: 5/4.",
        "已收货 19 件；RC00000001；19.00 CNY；第 1 行 SKU-1：9/10；第 2 行 SKU-2：5/4。",
    )


def test_many_lines_are_told_of_some() -> None:
    before = lines(*range(1, 8))
    after = [line.cancel(line.quantity, OrderSide.BUYING)[0] for line in before]

    english, chinese = told(a_step("cancel", detail_of("cancel", before, after, {})))

    assert english.startswith("Cancelled 28 units; line 1 SKU-1: 1;")
    assert english.endswith("; 4 more lines.")
    assert chinese.endswith("；另有 4 行。")


def test_an_event_keeps_the_first_hundred_lines() -> None:
    before = lines(*[2] * 150)
    after = [line.ship(2) for line in before]

    detail = detail_of("ship", before, after, {"shipment_id": 3, "number": "SH00000003"})

    assert (len(detail["lines"]), detail["lines_count"], detail["quantity"]) == (100, 150, 300)
    assert "shipment_id" not in detail
    assert told(a_step("ship", detail))[0].endswith("147 more lines.")


def test_a_return_asked_for_names_its_lines() -> None:
    paper = {"return_id": 1, "number": "RT00000001", "returned": [{"line_no": 2, "quantity": 3}]}
    before = lines(10, 4)

    assert told(a_step("request_return", detail_of("request_return", before, before, paper))) == (
        "Asked to give back 3 units; RT00000001; line 2 SKU-2: 3.",
        "申请退货 3 件；RT00000001；第 2 行 SKU-2：3。",
    )


@pytest.mark.parametrize(
    ("step", "state", "english"),
    [
        ("place", OrderState.TO_CONFIRM, "Ordered for 1,234.56 CNY."),
        ("review", OrderState.TO_CONFIRM, "Passed review."),
        ("review", OrderState.REFUSED, "Refused in review."),
        ("dispute", OrderState.TO_SHIP, "Disputed."),
    ],
)
def test_steps_that_touch_no_line_are_told_shortly(
    step: str, state: OrderState, english: str
) -> None:
    assert told(a_step(step, {}, state))[0] == english


def test_every_step_has_words_in_both_languages_even_if_nothing_is_kept_of_it() -> None:
    assert set(ZH) == set(EN)
    for step in set(EN) - {"review_refused"}:
        english, chinese = told(a_step(step, {}))
        assert english.endswith(".")
        assert chinese.endswith("。")
