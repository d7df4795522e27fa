"""The ways in which pricing says no, beside those that every module has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceHasBegun(Problem):
    """A price for the same break holds since that very moment: it is ended, not changed."""

    zh: ClassVar[str] = (
        "同一数量段的价格自 {valid_from} 起已生效，不能改写；"
        "请填写之后的生效时间，或留空以立即生效。"
    )
    en: ClassVar[str] = (
        "A price for this break holds since {valid_from} and cannot be rewritten; "
        "give a later begin, or none to begin now."
    )

    valid_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseListIsForAll(Problem):
    """A base list applies to every edge of its seller and is granted to none."""

    zh: ClassVar[str] = "基础价格表 {code} 适用于所有同币种客户，无需授予；请改用其他级别的价格表。"
    en: ClassVar[str] = (
        "Base list {code} applies to every buyer in its currency and is not granted; "
        "use a list of another level."
    )

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCurrency(Problem):
    """A list in another currency than the edge's would never apply to it."""

    zh: ClassVar[str] = (
        "价格表币种 {list_currency} 与经销关系币种 {currency} 不同；请选用同币种价格表。"
    )
    en: ClassVar[str] = (
        "The list is in {list_currency}, the relationship trades in {currency}; "
        "choose a list in that currency."
    )

    list_currency: str
    currency: str
