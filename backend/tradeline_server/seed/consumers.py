"""What consumers bought in the demo network's stores, and what became of it. Pure data.

It keeps to what the other months of the story do not tell of: the goods and the edges whose figures
the README shows are not touched.
"""

from __future__ import annotations

from dataclasses import dataclass

from tradeline.sourcing import NewRule, RuleKind
from tradeline_server.seed.acts import Moment
from tradeline_server.seed.bundles import BUNDLE
from tradeline_server.seed.story import BRAND, RETAILER_1, TRADER_A


@dataclass(frozen=True, slots=True)
class StoryConsumer:
    """Somebody with a WeChat account; every one of them is invented."""

    key: str
    nickname: str
    phone: str
    region: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCampaign:
    """Sums in yuan. The first of those who bear it proposes it, in basis points of each coupon."""

    code: str
    name: str
    name_en: str
    value: str
    threshold: str
    store: str
    quantity_max: int
    shares: tuple[tuple[str, int], ...]
    is_agreed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StorySale:
    """What somebody bought: placed and paid at `placed`, and so on, as far as it has come.
    `returned` is how much of its first line goes back, and with `accepted`, it did. `rule` is how
    the brand had stock chosen by then, if it was changed."""

    consumer: str
    store: str
    lines: tuple[tuple[str, int], ...]
    placed: Moment
    is_pickup: bool = False
    has_coupon: bool = False
    note: str = ""
    shipped: Moment | None = None
    received: Moment | None = None
    returned: int = 0
    reason: str = ""
    asked_back: Moment | None = None
    accepted: Moment | None = None
    cancelled: Moment | None = None
    rules: tuple[NewRule, ...] = ()


CONSUMERS = (
    StoryConsumer("xiaoman", "林小满", "13800138001", "CN-SH", "徐汇区示例路 18 号 302 室"),
    StoryConsumer("wanqiu", "周晚秋", "13800138002", "CN-SH", "长宁区示例路 27 号 1501 室"),
    StoryConsumer("yiwei", "江一苇", "13800138003", "CN-ZJ", "杭州市西湖区示例路 3 号"),
    StoryConsumer("zhixia", "唐知夏", "13800138004", "CN-ZJ", "嘉兴市南湖区示例路 9 号 601 室"),
)

CAMPAIGNS = (
    StoryCampaign(
        code="SPRING-TEA",
        name="春茶满 100 减 20",
        name_en="20 off 100, spring tea",
        value="20.00",
        threshold="100.00",
        store="XUHUI",
        quantity_max=500,
        shares=((BRAND, 6_000), (TRADER_A, 3_000), (RETAILER_1, 1_000)),
    ),
    # The trader was asked, and has not answered yet.
    StoryCampaign(
        code="VINEGAR-WEEK",
        name="果醋周满 60 减 8",
        name_en="8 off 60, vinegar week",
        value="8.00",
        threshold="60.00",
        store="XUHUI",
        quantity_max=200,
        shares=((BRAND, 5_000), (TRADER_A, 5_000)),
        is_agreed=False,
    ),
)

# At first the national stock sent everything, then the traders'; by now the nearest does, but for
# what a store keeps for its own counter.
FROM_BRAND = (NewRule(kind=RuleKind.PREFER_TIER, tier=2),)
FROM_TRADER = (NewRule(kind=RuleKind.PREFER_TIER, tier=1),)
FROM_NEAREST = (
    NewRule(kind=RuleKind.SAFETY_STOCK, tier=0, quantity=2),
    NewRule(kind=RuleKind.MAX_PARCELS, quantity=3),
)

SALES = (
    StorySale(
        consumer="xiaoman",
        store="XUHUI",
        lines=(("DRV-HT-1000", 3), ("DRV-SS-500", 4)),
        has_coupon=True,
        placed=Moment(20, 640),
        shipped=Moment(19, 560),
        received=Moment(16, 1_130),
        returned=1,
        reason="一瓶不合口味，未开封",
        asked_back=Moment(15, 1_210),
        accepted=Moment(14, 600),
        rules=FROM_BRAND,
    ),
    StorySale(
        consumer="wanqiu",
        store="XUHUI",
        lines=(("WIN-QM-750", 1), ("DRV-PG-1000", 2)),
        has_coupon=True,
        placed=Moment(13, 1_190),
        shipped=Moment(12, 610),
        received=Moment(10, 1_150),
        rules=FROM_TRADER,
    ),
    StorySale(
        consumer="zhixia",
        store="JIAXING",
        lines=(("DRV-PG-500", 4),),
        placed=Moment(7, 700),
        shipped=Moment(6, 590),
        received=Moment(4, 1_100),
        returned=1,
        reason="瓶身有磕碰",
        asked_back=Moment(1, 1_170),
        rules=FROM_NEAREST,
    ),
    StorySale(
        consumer="wanqiu",
        store="XUHUI",
        lines=(("FRT-BX-330", 3), (BUNDLE.code, 1)),
        is_pickup=True,
        placed=Moment(5, 1_080),
        shipped=Moment(4, 640),
    ),
    StorySale(
        consumer="xiaoman",
        store="XUHUI",
        lines=(("DRV-SZ-250", 2),),
        placed=Moment(4, 1_000),
        cancelled=Moment(4, 1_012),
    ),
    StorySale(
        consumer="yiwei",
        store="HANGZHOU",
        lines=(("WIN-GH-500", 2), ("SPK-YW-500", 6)),
        placed=Moment(2, 760),
        shipped=Moment(1, 600),
        note="请在晚上七点后送达",
    ),
    StorySale(
        consumer="xiaoman",
        store="XUHUI",
        lines=(("DRV-SS-1000", 1), ("CBT-WL-500", 2)),
        placed=Moment(0, 150),
    ),
    StorySale(
        consumer="wanqiu",
        store="XUHUI",
        lines=(("FRT-YZ-500", 2), ("FRT-BT-330", 2)),
        is_pickup=True,
        placed=Moment(0, 55),
    ),
)
