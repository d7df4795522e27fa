"""Money that goes back while the goods stay with the consumer."""

from __future__ import annotations

from collections.abc import Mapping

from tradeline.kernel import (
    Actor,
    Connection,
    InvalidValue,
    Money,
    NotFound,
    Problem,
    raise_any,
    refuse,
)
from tradeline.settlement import Exposure
from tradeline.shopping.allowed import SaleStep, require_step
from tradeline.shopping.model import AfterSaleKind, AfterSaleState
from tradeline.shopping.queries import locks, steps
from tradeline.shopping.queries.locks import References
from tradeline.shopping.refunds import (
    concede_freight,
    concede_price,
    freight_left_minor,
    refundable_minor,
)
from tradeline.shopping.refunds import refund_freight as take_freight
from tradeline.shopping.sale_errors import MoreThanWasPaid
from tradeline.shopping.sales import OpenSale, RefundCause
from tradeline.shopping.service.own_cost import judge_own_cost, open_concessions
from tradeline.shopping.service.steps import (
    SaleRefund,
    judge_reason,
    lines_after,
    lock_before_orders,
    lock_sale,
    reference_for,
    references_for,
    require_turn,
    store_beside,
    take_back,
    worth_of,
)


async def refund_price(
    conn: Connection, *, actor: Actor, line_id: int, amount: Money, reason: str
) -> int:
    """Give back some of what was paid for a line, and take no goods; the after-sale's id. The store
    decides of it alone, and alone bears it.

    Raises:
        Forbidden: without `consumer_order:refund`, or for a party that is not the store.
        Rejected: NotFound, WrongState, MoreThanWasPaid, BeyondOwnPart for what the store can
            neither pay nor owe, InvalidValue for a sum that is nothing.
    """
    require_step(actor, SaleStep.REFUND_PRICE)
    order_id = await locks.find_order_of_line(conn, actor.network_id, line_id)
    found = [] if order_id is None else await references_for(conn, actor, [order_id])
    if not found:
        raise refuse(NotFound(path=("lineId",), subject="order line"))
    sale, exposures = await _lock(conn, actor, found[0], SaleStep.REFUND_PRICE)
    splits = sale.splits_of(line_id)
    faults = _judge_amount(sale, amount, refundable_minor(splits)) + judge_reason(reason)
    raise_any(faults or judge_own_cost(sale, {line_id: amount.minor}, exposures))
    sale = await open_concessions(conn, actor.network_id, sale, [line_id])
    back = {line_id: concede_price(sale.splits_of(line_id), amount.minor)}
    refund = SaleRefund(
        sale=sale,
        cause=RefundCause.PRICE,
        reason=reason.strip(),
        lines=back,
        borne_by_org_id=actor.org_id,
        borne_minor=amount.minor,
    )
    return await _give(conn, actor, refund)


async def refund_freight(
    conn: Connection, *, actor: Actor, order_id: int, amount: Money, reason: str
) -> int:
    """Give back some of the freight; the after-sale's id. Whoever got it gives of what it got; the
    store alone bears what it gives. Raises as `refund_price`."""
    require_step(actor, SaleStep.REFUND_FREIGHT)
    reference = await reference_for(conn, actor, order_id)
    sale, exposures = await _lock(conn, actor, reference, SaleStep.REFUND_FREIGHT)
    left, is_store = freight_left_minor(sale.splits), actor.org_id == sale.order.seller_org_id
    own = [split for split in sale.splits if split.org_id == actor.org_id]
    most = left if is_store else min(left, freight_left_minor(own))
    faults = _judge_amount(sale, amount, most) + judge_reason(reason)
    if is_store:
        raise_any(faults or judge_own_cost(sale, {None: amount.minor}, exposures))
        sale = await open_concessions(conn, actor.network_id, sale, [None])
        back = concede_freight(sale.splits, amount.minor)
    else:
        given: dict[int | None, int] = {None: amount.minor}
        raise_any(faults or judge_own_cost(sale, given, exposures, from_tier=own[0].tier))
        back = take_freight(own, amount.minor)
    refund = SaleRefund(
        sale=sale,
        cause=RefundCause.FREIGHT,
        reason=reason.strip(),
        freight=back,
        borne_by_org_id=actor.org_id,
        borne_minor=amount.minor,
    )
    return await _give(conn, actor, refund)


async def _lock(
    conn: Connection, actor: Actor, reference: References, step: SaleStep
) -> tuple[OpenSale, Mapping[int, Exposure]]:
    network_id = actor.network_id
    exposures = await lock_before_orders(conn, network_id, [reference], with_edges=True)
    sale = await lock_sale(conn, network_id, reference)
    require_turn(actor, sale, step)
    return sale, exposures


def _judge_amount(sale: OpenSale, amount: Money, most: int) -> list[Problem]:
    """What is wrong with a sum to give back."""
    currency = sale.order.currency
    if amount.currency != currency:
        return [
            InvalidValue(
                path=("amount", "currency"),
                field="currency",
                rule=f"give it back in {currency}, as it was paid",
                rule_zh=f"请按支付时的币种 {currency} 退款",
            )
        ]
    if amount.minor <= 0:
        return [
            InvalidValue(
                path=("amount",),
                field="amount",
                rule="give an amount above zero",
                rule_zh="请填写大于零的金额",
            )
        ]
    if amount.minor <= most:
        return []
    return [MoreThanWasPaid(path=("amount",), requested=amount, refundable=Money(most, currency))]


async def _give(conn: Connection, actor: Actor, refund: SaleRefund) -> int:
    """Give money back without goods; the after-sale that says so."""
    sale = refund.sale
    [stored] = await take_back(conn, actor.network_id, [refund])
    after_sale_id, number = await steps.insert_after_sale(
        conn,
        actor.network_id,
        sale.order.id,
        kind=AfterSaleKind.PRICE,
        state=AfterSaleState.ACCEPTED,
        reason=refund.reason,
        amount_minor=stored.amount_minor,
        refund_id=stored.id,
        lines=worth_of(dict.fromkeys(refund.lines, 0), refund.lines),
    )
    facts = {
        "after_sale_id": after_sale_id,
        "number": number,
        "refund_id": stored.id,
        "amount_minor": stored.amount_minor,
    }
    after = lines_after(sale.lines, refund.lines)
    await store_beside(conn, actor, sale, "price_refund", refund.reason, facts, after)
    return after_sale_id
