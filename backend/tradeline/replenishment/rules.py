"""What may be said of how one is supplied, and asked at once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tradeline.kernel import QUANTITY_MAX, InvalidValue, Problem
from tradeline.replenishment.model import SKUS_MAX, Term

TERMS_MAX = 100

# From, to; of those that may be left out, where they are given.
BOUNDS = {
    "lead_time_days": ("leadTimeDays", 0, 365),
    "lead_time_spread_days": ("leadTimeSpreadDays", 0, 365),
    "service_level_bp": ("serviceLevel", 5_000, 9_999),
    "review_days": ("reviewDays", 1, 365),
    "confirm_days": ("confirmDays", 0, 365),
    "order_minimum": ("orderMinimum", 0, QUANTITY_MAX),
    "shelf_life_days": ("shelfLifeDays", 1, 36_500),
    "max_cover_days": ("maxCoverDays", 1, 3_650),
}
SCALES = {"service_level_bp": Decimal(10_000)}


def judge_terms(terms: Sequence[Term]) -> list[Problem]:
    """Faults of terms that somebody says at once."""
    if not 1 <= len(terms) <= TERMS_MAX:
        return [_invalid(("terms",), f"give 1 to {TERMS_MAX}", f"每次 1 至 {TERMS_MAX} 条")]
    problems: list[Problem] = []
    keys = [(term.relationship_id, term.sku_id) for term in terms]
    for index, term in enumerate(terms):
        path = ("terms", index)
        for name, (field, least, most) in BOUNDS.items():
            value = getattr(term, name)
            if value is not None and not least <= value <= most:
                scale = SCALES.get(name, Decimal(1))
                low, high = Decimal(least) / scale, Decimal(most) / scale
                problems.append(
                    _invalid((*path, field), f"give {low} to {high}", f"请填 {low} 至 {high}")
                )
        if term.pack_id is not None and term.sku_id is None:
            rule = "name the SKU that the pack is of"
            problems.append(_invalid((*path, "packId"), rule, "请指明该包装所属的规格"))
        if keys[index] in keys[:index]:
            rule = "name an edge and SKU once"
            problems.append(_invalid(path, rule, "同一经销关系与规格只填一次"))
    return problems


def judge_skus(sku_ids: Sequence[int]) -> list[Problem]:
    """Faults of what somebody asks about, or has forecast, at once."""
    if 1 <= len(sku_ids) <= SKUS_MAX:
        return []
    return [_invalid(("skuIds",), f"name 1 to {SKUS_MAX} SKUs", f"每次 1 至 {SKUS_MAX} 个规格")]


def _invalid(path: tuple[str | int, ...], rule: str, rule_zh: str) -> InvalidValue:
    field = next(str(part) for part in reversed(path) if isinstance(part, str))
    return InvalidValue(path=path, field=field, rule=rule, rule_zh=rule_zh)
