"""The steps of a proposal's arithmetic in words, each with what its figure is counted in."""

from __future__ import annotations

from collections.abc import Mapping

from tradeline.kernel import Locale

# By step: Chinese, English, and the unit: "units" are base units of the SKU.
STEPS: Mapping[str, tuple[str, str, str]] = {
    "lead_time": ("供货周期", "Lead time", "days"),
    "lead_time_spread": ("供货周期波动（标准差）", "Spread of the lead time", "days"),
    "lead_time_source": ("供货周期来源", "Lead time taken from", "word"),
    "lead_time_deliveries": ("统计的到货次数", "Deliveries it was measured by", "count"),
    "review": ("盘点周期", "Time between two reviews", "days"),
    "days": ("须覆盖天数", "Days to cover", "days"),
    "method": ("预测方法", "Method of the forecast", "word"),
    "demand": ("覆盖期内预计需求", "Demand expected in these days", "units"),
    "daily_demand": ("日均需求", "Demand of a day", "units"),
    "sigma": ("预测误差（每日标准差）", "Error of a day's forecast", "units"),
    "service_level": ("服务水平", "Service level", "ratio"),
    "service_factor": ("安全系数 z", "Service factor z", "ratio"),
    "safety": ("安全库存", "Safety stock", "units"),
    "target": ("目标库存", "Target", "units"),
    "on_hand": ("在库", "On hand", "units"),
    "held": ("已占用", "Held for others", "units"),
    "incoming": ("在途及待收", "Incoming", "units"),
    "backorders": ("欠货", "Owed to buyers", "units"),
    "position": ("可用头寸", "Position", "units"),
    "need": ("缺口", "Needed", "units"),
    "transfer": ("从其他仓库调拨", "Comes from another warehouse", "units"),
    "need_left": ("调拨后缺口", "Still needed", "units"),
    "minimum": ("起订量", "Order minimum", "units"),
    "step": ("整包倍数", "Whole packs of", "units"),
    "rounded": ("取整后", "Rounded up", "units"),
    "shelf_life": ("保质期", "Shelf life", "days"),
    "shelf_life_room": ("保质期内可售", "Sold before it expires", "units"),
    "max_cover": ("最长覆盖天数", "Longest cover", "days"),
    "max_cover_room": ("覆盖上限内可进", "Room within the longest cover", "units"),
    "budget_cut": ("因预算削减", "Cut by the budget", "units"),
    "cover": ("可售天数", "Days of cover", "days"),
    "silent": ("超过这些天无人购买", "Nobody has asked for it in", "days"),
    "slow": ("可售天数超过", "Lasts longer than", "days"),
    "advice": ("处理建议", "What could be done", "word"),
    "quantity": ("建议数量", "Proposed", "units"),
}

# What stands in a step in place of a figure.
VALUES: Mapping[str, tuple[str, str]] = {
    "scorecard": ("实际到货记录", "measured deliveries"),
    "term": ("供货条款", "terms"),
    "move": ("调往有需求的仓库", "move it to where it is asked for"),
    "return": ("与供货方商议退货", "ask the seller to take it back"),
    "discount": ("降价促销", "sell it for less"),
    "naive": ("与前一日相同", "as the day before"),
    "seasonal_naive": ("与上周同日相同", "as the same day a week ago"),
    "moving_average": ("移动平均", "moving average"),
    "exponential_smoothing": ("指数平滑", "exponential smoothing"),
    "croston": ("Croston 法", "Croston"),
    "sba": ("SBA 法", "SBA"),
    "tsb": ("TSB 法", "TSB"),
}


def word_step(code: str, locale: Locale) -> tuple[str, str]:
    """(Label, unit); a step without words is told by its code."""
    zh, en, unit = STEPS.get(code, (code, code, "word"))
    return (zh if locale is Locale.ZH else en), unit


def word_value(value: str, locale: Locale) -> str:
    """Figures as they are, words of ours in the person's language."""
    if value not in VALUES:
        return value
    zh, en = VALUES[value]
    return zh if locale is Locale.ZH else en
