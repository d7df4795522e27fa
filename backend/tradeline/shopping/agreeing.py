"""Whose word it takes for goods to go back: whoever decides alone decides of its own money. Pure.

A return takes back what every tier has of it, so that whoever gets the goods has to agree, unless
it is the collector, apart from the store, who decides: the consumer paid it. A store that does not
want to wait takes the goods itself, at its own cost.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from tradeline.shopping.model import AfterSaleState, ConsumerOrder, ConsumerOrderLine
from tradeline.shopping.sales import AfterSale


class AfterSaleAnswer(StrEnum):
    """What a party says to goods that a member wants to give back."""

    ACCEPT = "accept"
    ACCEPT_AT_OWN_COST = "accept_at_own_cost"
    REFUSE = "refuse"


class Ruling(StrEnum):
    """What an answer comes to, given who has to agree."""

    RETURN = "return"
    KEEP = "keep"
    REFER = "refer"
    AGREE = "agree"
    DECLINE = "decline"
    REFUSE = "refuse"


def answer_of(*, accepts: bool, at_own_cost: bool) -> AfterSaleAnswer:
    """What a party says; a refusal costs nothing."""
    if not accepts:
        return AfterSaleAnswer.REFUSE
    return AfterSaleAnswer.ACCEPT_AT_OWN_COST if at_own_cost else AfterSaleAnswer.ACCEPT


def disagreeing(after_sale: AfterSale, lines: Collection[ConsumerOrderLine]) -> dict[int, int]:
    """The lines whose goods are another's than the store's, and who has not agreed, with whose."""
    agreed = {line.order_line_id: line.is_agreed for line in after_sale.lines}
    return {
        line.id: line.source_org_id
        for line in lines
        if line.source_tier > 0 and not agreed.get(line.id, True)
    }


def allowed_answers(
    order: ConsumerOrder, after_sale: AfterSale, lines: Collection[ConsumerOrderLine], org_id: int
) -> list[AfterSaleAnswer]:
    """What an organization may say to it as it stands: none while it is another's turn."""
    accept, keep, refuse = AfterSaleAnswer
    others = disagreeing(after_sale, lines).values()
    is_store = org_id == order.seller_org_id
    if after_sale.state is AfterSaleState.REQUESTED:
        if is_store and others:
            return [accept, keep, refuse]
        return [accept, refuse] if is_store or _has_last_word(order, org_id) else []
    if after_sale.state is AfterSaleState.REFERRED:
        if is_store:
            return [keep, refuse]
        return [accept, refuse] if _has_last_word(order, org_id) or org_id in others else []
    return []


def rule_on(
    order: ConsumerOrder,
    after_sale: AfterSale,
    lines: Collection[ConsumerOrderLine],
    org_id: int,
    answer: AfterSaleAnswer,
) -> Ruling | None:
    """What an answer comes to; None where it is not the organization's turn. What is the store's
    own anyway comes back to it at nobody else's cost."""
    others = set(disagreeing(after_sale, lines).values())
    if answer is AfterSaleAnswer.ACCEPT_AT_OWN_COST and not others:
        answer = AfterSaleAnswer.ACCEPT
    if answer not in allowed_answers(order, after_sale, lines, org_id):
        return None
    is_store, has_last_word = org_id == order.seller_org_id, _has_last_word(order, org_id)
    if answer is AfterSaleAnswer.REFUSE:
        return Ruling.REFUSE if is_store or has_last_word else Ruling.DECLINE
    if answer is AfterSaleAnswer.ACCEPT_AT_OWN_COST:
        return Ruling.KEEP
    if has_last_word or others <= {org_id}:
        return Ruling.RETURN
    return Ruling.REFER if is_store else Ruling.AGREE


def _has_last_word(order: ConsumerOrder, org_id: int) -> bool:
    return order.collector_tier > 0 and org_id == order.collector_org_id
