"""Why a price counts or not, in a person's language."""

from __future__ import annotations

from tradeline.kernel import Locale
from tradeline.pricing.model import PriceLevel, PriceStep, RejectedPrice, RejectionReason

LEVELS = {
    PriceLevel.BASE: ("基础价", "base"),
    PriceLevel.TIER: ("等级价", "tier"),
    PriceLevel.REGION: ("区域价", "region"),
    PriceLevel.GROUP: ("客户组价", "group"),
    PriceLevel.CONTRACT: ("合同价", "contract"),
    PriceLevel.QUOTE: ("报价", "quote"),
}

REASONS = {
    RejectionReason.LIST_INACTIVE: ("价格表未启用", "the list is not active"),
    RejectionReason.LIST_NOT_YET_VALID: ("价格表尚未生效", "the list does not hold yet"),
    RejectionReason.LIST_EXPIRED: ("价格表已过期", "the list has expired"),
    RejectionReason.PRICE_NOT_YET_VALID: ("价格尚未生效", "the price does not hold yet"),
    RejectionReason.PRICE_EXPIRED: ("价格已过期", "the price has expired"),
    RejectionReason.OTHER_CURRENCY: ("币种不同", "it is in another currency"),
    RejectionReason.OTHER_PACK: ("适用于其他包装", "it is for another pack"),
    RejectionReason.BELOW_QUANTITY: (
        "数量未达 {quantity_minimum}",
        "it begins at a quantity of {quantity_minimum}",
    ),
    RejectionReason.LEVEL_NOT_ALLOWED: (
        "本关系只采用合同价与报价",
        "only contracts and quotes count on this relationship",
    ),
    RejectionReason.OUTRANKED: (
        "同级别另有优先的价格",
        "another price of its level goes before it",
    ),
}


def word_rejection(rejected: RejectedPrice, locale: Locale) -> str:
    """One sentence, such as "Tier price 3.20 per EA (T1): it begins at a quantity of 24."."""
    candidate = rejected.candidate
    zh, en = REASONS[rejected.reason]
    level_zh, level_en = LEVELS[candidate.level]
    if locale is Locale.ZH:
        reason = zh.format(quantity_minimum=candidate.quantity_minimum)
        price = f"{candidate.unit_price:f}/{candidate.unit}"
        return f"{level_zh} {price}（{candidate.price_list_code}）不适用：{reason}。"
    reason = en.format(quantity_minimum=candidate.quantity_minimum)
    price = f"{candidate.unit_price:f} per {candidate.unit}"
    return f"{level_en.capitalize()} price {price} ({candidate.price_list_code}): {reason}."


def word_step(step: PriceStep, locale: Locale) -> str:
    """One sentence that says what a level offers, and which price holds after it."""
    candidate = step.candidate
    level_zh, level_en = LEVELS[candidate.level]
    takes_over = step.running_price_id == candidate.price_id
    if locale is Locale.ZH:
        price = f"{candidate.unit_price:f}/{candidate.unit}"
        running = f"{step.running_unit_price:f}/{step.running_unit}"
        outcome = "采用" if takes_over else f"仍采用 {running}"
        return f"{level_zh} {price}（{candidate.price_list_code}）：{outcome}。"
    price = f"{candidate.unit_price:f} per {candidate.unit}"
    running = f"{step.running_unit_price:f} per {step.running_unit}"
    outcome = "it holds" if takes_over else f"{running} still holds"
    return f"{level_en.capitalize()} price {price} ({candidate.price_list_code}): {outcome}."
