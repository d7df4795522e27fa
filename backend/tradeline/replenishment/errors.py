"""The ways in which replenishment says no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Money, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedCovered(Problem):
    """Since the line was proposed, others have ordered, or goods have come: less is needed, or
    nothing. Or the warehouse that goods would move from can spare less by now."""

    zh: ClassVar[str] = (
        "该需求已（部分）满足，或调出仓库已无足够富余：现在最多可采纳 {needed}，而您要 {asked}；"
        "请改为 {needed} 以内，或重新生成建议。"
    )
    en: ClassVar[str] = (
        "Less is needed by now, or can be spared where it comes from: {needed} can be taken,"
        " you ask for {asked}; take no more than that, or have proposals made anew."
    )

    asked: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityNotInSteps(Problem):
    """What is bought comes in whole packs."""

    zh: ClassVar[str] = "数量 {asked} 不是整包：请按 {multiple} 的倍数填写，至少 {least}。"
    en: ClassVar[str] = (
        "{asked} cannot be ordered: take a multiple of {multiple}, and {least} or more."
    )

    asked: int
    multiple: int
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetExceeded(Problem):
    """What is to be ordered costs more than the month's budget leaves."""

    zh: ClassVar[str] = "超出本月预算 {missing}；请减少数量或调整预算。"
    en: ClassVar[str] = "This exceeds the month's budget by {missing}; take less, or raise it."

    missing: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAmountChanged(Problem):
    """An order comes to something else than was shown. Nothing was ordered."""

    zh: ClassVar[str] = "订单金额已由 {was} 变为 {now}，尚未下单；请核对后再次采纳。"
    en: ClassVar[str] = (
        "The order came to {was} when it was shown and comes to {now} by now."
        " Nothing was ordered; look at it again, and accept it."
    )

    was: Money
    now: Money
