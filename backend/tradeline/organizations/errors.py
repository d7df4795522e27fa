"""The ways in which organizations says no, beside those that every module has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldBeItsOwnAncestor(Problem):
    """An organization cannot be put below itself."""

    zh: ClassVar[str] = "“{organization}”不能移到它自己的下级之下；请选择别的上级。"
    en: ClassVar[str] = "{organization} cannot be put below itself; choose another parent."

    organization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermOfTheOtherSide(Problem):
    """A term that only the other side of the edge may change."""

    zh: ClassVar[str] = "“{term}”只能由关系的另一方修改；请与对方联系。"
    en: ClassVar[str] = "{term} is for the other side of the relationship to change; ask them."

    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChanged(Problem):
    """The terms are no longer those that the buyer has read."""

    zh: ClassVar[str] = "条款在您查看之后已被修改；请重新阅读后再接受。"
    en: ClassVar[str] = "The terms have changed since you read them; read them again, then accept."


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeExists(Problem):
    """Two legal entities already trade with each other in this currency."""

    zh: ClassVar[str] = "双方以 {currency} 结算的经销关系已存在；请修改原有关系。"
    en: ClassVar[str] = (
        "These two already have a relationship in {currency}; change that one instead."
    )

    currency: str
