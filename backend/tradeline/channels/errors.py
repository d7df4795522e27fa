"""The ways in which channels says no, beside those that every module has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteBroken(Problem):
    """An edge that cannot stand where the route has it. One answer for all reasons, so that nobody
    learns by it on which edges others trade."""

    zh: ClassVar[str] = (
        "供货路线第 {tier} 级不成立：须是下一级核算主体正在采购的经销关系，"
        "币种相同，且每个组织只出现一次。"
    )
    en: ClassVar[str] = (
        "Tier {tier} of the route does not hold: name a relationship that trades, on which the "
        "legal entity of the tier below buys, in the same currency, and each organization once."
    )

    tier: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChanged(Problem):
    """The route or the collector is no longer what was read."""

    zh: ClassVar[str] = "供货路线在您查看之后已被修改；请重新查看后再同意。"
    en: ClassVar[str] = "The route has changed since you read it; read it again, then agree."
