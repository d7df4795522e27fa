"""Why a plan is as it is, as a code with its numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tradeline.kernel import Locale


class ReasonCode(StrEnum):
    """The first nine say why a warehouse gives, the others why one does not."""

    ONLY_TIER = "only_tier"
    NEAREST_TIER = "nearest_tier"
    PREFERRED_TIER = "preferred_tier"
    CHEAPEST_TIER = "cheapest_tier"
    REST_OF_LINE = "rest_of_line"
    ONLY_WAREHOUSE = "only_warehouse"
    FEWEST_PARCELS = "fewest_parcels"
    NEAREST_REGION = "nearest_region"
    FIRST_PRIORITY = "first_priority"
    NO_STOCK = "no_stock"
    NOT_ENOUGH = "not_enough"
    EXCLUDED = "excluded"
    SAFETY_STOCK = "safety_stock"
    QUOTA_SPENT = "quota_spent"
    NOT_WHOLE = "not_whole"
    NEEDED_BEFORE = "needed_before"
    LATER_TIER = "later_tier"
    MORE_PARCELS = "more_parcels"
    TOO_MANY_PARCELS = "too_many_parcels"
    FARTHER = "farther"
    LATER_PRIORITY = "later_priority"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; `data` are its numbers, which are the blanks of its words."""

    code: ReasonCode
    data: Mapping[str, int] = field(default_factory=dict)

    def message(self, locale: Locale = Locale.EN) -> str:
        words = (ENGLISH if locale is Locale.EN else CHINESE)[self.code]
        return words.format(**self.data)

    def discreet(self) -> Reason:
        """The same for whom it is no concern how much stands in a warehouse."""
        return Reason(DISCREET[self.code]) if self.code in DISCREET else self

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code.value, **self.data}


ENGLISH: Mapping[ReasonCode, str] = {
    ReasonCode.ONLY_TIER: "No other tier has any that may be sold",
    ReasonCode.NEAREST_TIER: "The nearest tier to the store that has some",
    ReasonCode.PREFERRED_TIER: "The rules put this tier first, of those that have some",
    ReasonCode.CHEAPEST_TIER: "Costs least from this tier, by what the rules say that nearness"
    " is worth",
    ReasonCode.REST_OF_LINE: "Of {wanted}, those that come before it give {given}",
    ReasonCode.ONLY_WAREHOUSE: "The tier's only warehouse that has some",
    ReasonCode.FEWEST_PARCELS: "With it the order takes the fewest parcels",
    ReasonCode.NEAREST_REGION: "The nearest to where it goes",
    ReasonCode.FIRST_PRIORITY: "Comes first in the order of its owner's warehouses",
    ReasonCode.NO_STOCK: "None is free",
    ReasonCode.NOT_ENOUGH: "Too few are free",
    ReasonCode.EXCLUDED: "Left out: it was found to have none, or no price leads to it",
    ReasonCode.SAFETY_STOCK: "{free} are free, of which {kept} have to stay",
    ReasonCode.QUOTA_SPENT: "The tier may give {left} more today, which is too little",
    ReasonCode.NOT_WHOLE: "Lines are not split, and {free} are fewer than {wanted}",
    ReasonCode.NEEDED_BEFORE: "Other lines of the order take what is free",
    ReasonCode.LATER_TIER: "A tier that comes before it has enough",
    ReasonCode.MORE_PARCELS: "With it the order would take more parcels",
    ReasonCode.TOO_MANY_PARCELS: "The order may take {parcels_max} parcels at most",
    ReasonCode.FARTHER: "Another one is nearer to where it goes",
    ReasonCode.LATER_PRIORITY: "Comes later in the order of its owner's warehouses",
}
CHINESE: Mapping[ReasonCode, str] = {
    ReasonCode.ONLY_TIER: "其他层级均无可售库存",
    ReasonCode.NEAREST_TIER: "有货的层级中离门店最近",
    ReasonCode.PREFERRED_TIER: "规则中排在最前的有货层级",
    ReasonCode.CHEAPEST_TIER: "按规则计入远近后，该层级成本最低",
    ReasonCode.REST_OF_LINE: "共需 {wanted}，排在前面的可供 {given}",
    ReasonCode.ONLY_WAREHOUSE: "该层级唯一有货的仓库",
    ReasonCode.FEWEST_PARCELS: "由其发货，整单包裹最少",
    ReasonCode.NEAREST_REGION: "离收货地最近",
    ReasonCode.FIRST_PRIORITY: "在所属组织的仓库顺序中靠前",
    ReasonCode.NO_STOCK: "无可用库存",
    ReasonCode.NOT_ENOUGH: "可用数量不足",
    ReasonCode.EXCLUDED: "已排除：确认缺货，或沿途没有价格",
    ReasonCode.SAFETY_STOCK: "可用 {free}，须保留安全库存 {kept}",
    ReasonCode.QUOTA_SPENT: "该层级今日还可供 {left}，不足或已被占用",
    ReasonCode.NOT_WHOLE: "同一行不拆分，{free} 少于所需 {wanted}",
    ReasonCode.NEEDED_BEFORE: "本单其他行已占用可用库存",
    ReasonCode.LATER_TIER: "排在前面的层级已足够",
    ReasonCode.MORE_PARCELS: "由其发货会增加包裹数",
    ReasonCode.TOO_MANY_PARCELS: "整单最多 {parcels_max} 个包裹",
    ReasonCode.FARTHER: "另有仓库离收货地更近",
    ReasonCode.LATER_PRIORITY: "在所属组织的仓库顺序中靠后",
}

# Where the numbers are those of somebody's stock: why there is none for this order is all.
DISCREET: Mapping[ReasonCode, ReasonCode] = {
    ReasonCode.SAFETY_STOCK: ReasonCode.NO_STOCK,
    ReasonCode.NOT_WHOLE: ReasonCode.NOT_ENOUGH,
    ReasonCode.QUOTA_SPENT: ReasonCode.NOT_ENOUGH,
}
