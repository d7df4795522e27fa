"""What a campaign may be, and who gets a coupon of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tradeline.kernel import Locale, Money
from tradeline.marketing import NewCampaign, NewShare, share_coupon
from tradeline.marketing.errors import CouponsEnough, CouponsGone, NotClaimableNow, SharesNotWhole
from tradeline.marketing.model import CampaignState, Issuing
from tradeline.marketing.rules import judge_campaign, judge_claim

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CAMPAIGN = NewCampaign(
    code="SPRING",
    name="春茶券",
    name_en="Spring tea",
    value=Money(2_001, "CNY"),
    threshold=Money(10_000, "CNY"),
    valid_from=NOW,
    valid_to=NOW + timedelta(days=7),
    quantity_max=100,
    per_member_max=1,
    store_ids=(1, 2),
    shares=(NewShare(10, 1_000), NewShare(11, 3_000), NewShare(12, 6_000)),
)
ISSUING = Issuing(
    id=1,
    name="春茶券",
    name_en="Spring tea",
    state=CampaignState.AGREED,
    quantity_max=100,
    issued_count=99,
    per_member_max=2,
    is_valid=True,
)


def test_the_worked_example_is_shared_to_the_last_fen() -> None:
    borne = share_coupon(2_001, {1: 20_970, 2: 12_900}, {0: 1_000, 1: 3_000, 2: 6_000})

    assert [borne[1, tier] for tier in (0, 1, 2)] == [124, 371, 744]
    assert [borne[2, tier] for tier in (0, 1, 2)] == [76, 229, 457]


def test_a_coupon_above_the_goods_or_borne_by_nobody_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="cannot take"):
        share_coupon(101, {1: 100}, {0: 10_000})
    with pytest.raises(ValueError, match="cannot take"):
        share_coupon(1, {1: 100}, {})


def test_a_good_campaign_has_no_faults() -> None:
    assert judge_campaign(CAMPAIGN, NOW) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"code": ""}, ("code",)),
        ({"code": "A B"}, ("code",)),
        ({"name": " "}, ("name",)),
        ({"name_en": "x" * 201}, ("nameEn",)),
        ({"value": Money(0, "CNY")}, ("value",)),
        ({"threshold": Money(2_000, "CNY")}, ("threshold",)),
        ({"threshold": Money(10_000, "USD")}, ("threshold",)),
        ({"valid_to": NOW}, ("validTo",)),
        ({"valid_from": NOW - timedelta(days=9), "valid_to": NOW - timedelta(1)}, ("validTo",)),
        ({"quantity_max": 0}, ("quantityMax",)),
        ({"per_member_max": 1_001}, ("perMemberMax",)),
        ({"store_ids": ()}, ("storeIds",)),
        ({"store_ids": (1, 1)}, ("storeIds", 1)),
        ({"shares": (NewShare(10, 5_000), NewShare(10, 5_000))}, ("shares", 1)),
        ({"shares": (NewShare(10, 10_001), NewShare(11, -1))}, ("shares", 0, "basisPoints")),
    ],
)
def test_each_fault_of_a_campaign_is_named(
    change: dict[str, object], path: tuple[str | int, ...]
) -> None:
    problems = judge_campaign(replace(CAMPAIGN, **change), NOW)  # type: ignore[arg-type]

    assert path in [problem.path for problem in problems]


def test_shares_make_the_whole() -> None:
    shares = (NewShare(10, 4_000), NewShare(11, 5_999))

    [problem] = judge_campaign(replace(CAMPAIGN, shares=shares), NOW)

    assert problem == SharesNotWhole(path=("shares",), total=9_999)


def test_whoever_comes_in_time_gets_a_coupon() -> None:
    assert judge_claim(ISSUING, 1, Locale.EN) == []


def test_whoever_has_had_enough_or_comes_too_late_gets_none() -> None:
    gone = replace(ISSUING, issued_count=100)

    assert [type(it) for it in judge_claim(gone, 2, Locale.EN)] == [CouponsGone, CouponsEnough]
    for over in (replace(ISSUING, is_valid=False), replace(ISSUING, state=CampaignState.ENDED)):
        [problem] = judge_claim(over, 0, Locale.ZH)
        assert problem == NotClaimableNow(path=("campaignId",), campaign="春茶券")
