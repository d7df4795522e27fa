"""How steps on an order that was placed say no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Money, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsNotOpen(Problem):
    """A step wants more of a line than is there to take it."""

    zh: ClassVar[str] = "第 {line_no} 行可操作数量为 {open}，请求 {requested}；请减少数量。"
    en: ClassVar[str] = (
        "Line {line_no} has {open} left for this; {requested} were given. Take less."
    )

    line_no: int
    requested: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsOver(Problem):
    """The order was received so long ago that it is final."""

    zh: ClassVar[str] = "已超过可申请退货的期限；请直接联系门店。"
    en: ClassVar[str] = "The time in which goods may be given back is over; ask the store."


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreThanWasPaid(Problem):
    """More money would go back than is left of what was paid."""

    zh: ClassVar[str] = "最多可退 {refundable}，请求退 {requested}；请减少金额。"
    en: ClassVar[str] = "At most {refundable} can be given back, not {requested}; give back less."

    requested: Money
    refundable: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BeyondOwnPart(Problem):
    """A store would give more of its own than its part of the sale, and than it may owe."""

    zh: ClassVar[str] = (
        "本店自担最多 {most}（本单所得或可用信用额度），请求 {amount}；请减少金额，"
        "或由供货方同意后退货。"
    )
    en: ClassVar[str] = (
        "At your own cost you can give at most {most}, your part of this sale or your free credit, "
        "not {amount}; give less, or have the supplier agree to a return."
    )

    amount: Money
    most: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupCodeUnknown(Problem):
    """No order waits in the store under this code; whether there is one elsewhere is not said."""

    zh: ClassVar[str] = "本店没有该提货码的待取订单；请核对后重试。"
    en: ClassVar[str] = "No order waits in this store under that code; check it and try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyPickupAttempts(Problem):
    """So many wrong codes were given in the store that codes might be being guessed."""

    zh: ClassVar[str] = "提货码错误次数过多；请在 {retry_after_seconds} 秒后重试。"
    en: ClassVar[str] = (
        "Too many wrong codes were given in this store; try again in {retry_after_seconds} s."
    )

    retry_after_seconds: int
