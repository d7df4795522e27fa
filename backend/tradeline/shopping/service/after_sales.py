"""What goes back after goods were shipped: units with their money, or money alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradeline.inventory import MovementReason, StockReceipt, receive_stock
from tradeline.kernel import (
    Actor,
    Connection,
    InvalidValue,
    Money,
    NotFound,
    Problem,
    Shopper,
    WrongState,
    raise_any,
    refuse,
)
from tradeline.shopping.allowed import SaleStep, require_step
from tradeline.shopping.model import AfterSaleKind, AfterSaleState, ConsumerOrderLine
from tradeline.shopping.queries import locks, papers, steps
from tradeline.shopping.queries.locks import References
from tradeline.shopping.refunds import (
    TakenBack,
    freight_left_minor,
    refund_units,
    refundable_minor,
)
from tradeline.shopping.refunds import refund_freight as take_freight
from tradeline.shopping.refunds import refund_price as take_price
from tradeline.shopping.sale_errors import MoreThanWasPaid
from tradeline.shopping.sales import (
    AfterSale,
    AfterSaleLine,
    OpenSale,
    RefundCause,
    return_units,
)
from tradeline.shopping.service.steps import (
    SaleRefund,
    Stepped,
    judge_reason,
    lines_after,
    lock_before_orders,
    lock_sale,
    nothing_given,
    reference_for,
    references_for,
    require_turn,
    store,
    take_back,
    too_many,
    unknown_lines,
)

# What a return's receipt into stock names.
AFTER_SALE = "after_sale"


async def request_after_sale(
    conn: Connection,
    *,
    shopper: Shopper,
    order_id: int,
    quantities: Mapping[int, int],
    reason: str,
) -> int:
    """Ask to give back units that were shipped; the after-sale's id. Nothing moves until the store
    or the collector accepts.

    Raises Rejected with NotFound, WrongState, UnitsNotOpen (what is asked back already counts), or
    InvalidValue without lines or reason.
    """
    reference = await reference_for(conn, shopper, order_id)
    sale = await lock_sale(conn, shopper.network_id, reference)
    require_turn(shopper, sale, SaleStep.REQUEST_AFTER_SALE)
    asked = dict.fromkeys((line.id for line in sale.lines), 0)
    for earlier in await papers.fetch_after_sales_of_orders(conn, shopper.network_id, [order_id]):
        if earlier.state is AfterSaleState.REQUESTED:
            for line in earlier.lines:
                asked[line.order_line_id] += line.quantity
    returnable = {line.id: line.returnable - asked[line.id] for line in sale.lines}
    wanted = [AfterSaleLine(line_id, units) for line_id, units in quantities.items() if units]
    problems = unknown_lines(list(quantities), sale.lines)
    problems += too_many(quantities, returnable, sale.lines)
    if not wanted:
        problems.append(nothing_given())
    raise_any(problems + judge_reason(reason))
    after_sale_id, number = await steps.insert_after_sale(
        conn,
        shopper.network_id,
        order_id,
        kind=AfterSaleKind.RETURN,
        state=AfterSaleState.REQUESTED,
        reason=reason.strip(),
        amount_minor=0,
        refund_id=None,
        lines=wanted,
    )
    facts = {"after_sale_id": after_sale_id, "number": number}
    await _store(conn, shopper, sale, "after_sale_request", reason, facts)
    return after_sale_id


async def withdraw_after_sale(conn: Connection, *, shopper: Shopper, after_sale_id: int) -> int:
    """Keep the goods after all; the after-sale's id.

    Raises Rejected with NotFound, or WrongState once it was decided.
    """
    after_sale, reference = await _after_sale(conn, shopper, after_sale_id)
    sale = await lock_sale(conn, shopper.network_id, reference)
    await _still_requested(conn, shopper.network_id, after_sale_id)
    await steps.decide_after_sale(
        conn, shopper.network_id, after_sale_id, state=AfterSaleState.WITHDRAWN
    )
    facts = {"after_sale_id": after_sale_id, "number": after_sale.number}
    await _store(conn, shopper, sale, "after_sale_withdraw", "", facts)
    return after_sale_id


async def decide_after_sale(
    conn: Connection, *, actor: Actor, after_sale_id: int, accepts: bool, reason: str = ""
) -> int:
    """Take goods back, or refuse to; by the store or the collector. The after-sale's id.

    Accepted, what was paid for the units goes back, and the goods stand again with whoever's stock
    they came from: theirs they are again, as the debts along the route go back as well.

    Raises:
        Forbidden: without `consumer_order:refund`, or for another party of the order.
        Rejected: NotFound, WrongState if it was decided or withdrawn before, InvalidValue for a
            refusal without a reason.
    """
    require_step(actor, SaleStep.DECIDE_AFTER_SALE)
    raise_any(judge_reason(reason, is_needed=not accepts))
    network_id = actor.network_id
    after_sale, reference = await _after_sale(conn, actor, after_sale_id)
    if accepts:
        await lock_before_orders(conn, network_id, [reference], with_edges=True)
        # Before the order is locked, as whoever ships locks stock first. Whatever is refused
        # below takes it back.
        await _put_back(conn, actor, reference, after_sale)
    sale = await lock_sale(conn, network_id, reference)
    require_turn(actor, sale, SaleStep.DECIDE_AFTER_SALE)
    after_sale = await _still_requested(conn, network_id, after_sale_id)
    facts = {"after_sale_id": after_sale_id, "number": after_sale.number}
    if not accepts:
        await steps.decide_after_sale(
            conn,
            network_id,
            after_sale_id,
            state=AfterSaleState.REFUSED,
            refusal_reason=reason.strip(),
        )
        await _store(conn, actor, sale, "after_sale_refuse", reason, facts)
        return after_sale_id
    await _accept(conn, actor, sale, after_sale, reason)
    return after_sale_id


async def refund_price(
    conn: Connection, *, actor: Actor, line_id: int, amount: Money, reason: str
) -> int:
    """Give back some of what was paid for a line, and take no goods; the after-sale's id.

    Raises:
        Forbidden: without `consumer_order:refund`, or for a party that is not the store.
        Rejected: NotFound, WrongState, MoreThanWasPaid, InvalidValue for a sum that is nothing.
    """
    require_step(actor, SaleStep.REFUND_PRICE)
    order_id = await locks.find_order_of_line(conn, actor.network_id, line_id)
    found = [] if order_id is None else await references_for(conn, actor, [order_id])
    if not found:
        raise refuse(NotFound(path=("lineId",), subject="order line"))
    sale = await _lock_for_refund(conn, actor, found[0])
    splits = sale.splits_of(line_id)
    raise_any(_judge_amount(sale, amount, refundable_minor(splits)) + judge_reason(reason))
    back = {line_id: take_price(splits, amount.minor)}
    refund = SaleRefund(sale=sale, cause=RefundCause.PRICE, reason=reason.strip(), lines=back)
    return await _refund_money(conn, actor, refund)


async def refund_freight(
    conn: Connection, *, actor: Actor, order_id: int, amount: Money, reason: str
) -> int:
    """Give back some of the freight; the after-sale's id. Raises as `refund_price`."""
    require_step(actor, SaleStep.REFUND_PRICE)
    reference = await reference_for(conn, actor, order_id)
    sale = await _lock_for_refund(conn, actor, reference)
    left = freight_left_minor(sale.splits)
    raise_any(_judge_amount(sale, amount, left) + judge_reason(reason))
    back = take_freight(sale.splits, amount.minor)
    refund = SaleRefund(sale=sale, cause=RefundCause.FREIGHT, reason=reason.strip(), freight=back)
    return await _refund_money(conn, actor, refund)


async def _lock_for_refund(conn: Connection, actor: Actor, reference: References) -> OpenSale:
    await lock_before_orders(conn, actor.network_id, [reference], with_edges=True)
    sale = await lock_sale(conn, actor.network_id, reference)
    require_turn(actor, sale, SaleStep.REFUND_PRICE)
    return sale


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


async def _refund_money(conn: Connection, actor: Actor, refund: SaleRefund) -> int:
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
        lines=_worth(dict.fromkeys(refund.lines, 0), refund.lines),
    )
    facts = {
        "after_sale_id": after_sale_id,
        "number": number,
        "refund_id": stored.id,
        "amount_minor": stored.amount_minor,
    }
    after = lines_after(sale.lines, refund.lines)
    await _store(conn, actor, sale, "price_refund", refund.reason, facts, after)
    return after_sale_id


async def _accept(
    conn: Connection, actor: Actor, sale: OpenSale, after_sale: AfterSale, note: str
) -> None:
    """Give back what was paid for the units of a return."""
    units = {line.order_line_id: line.quantity for line in after_sale.lines}
    returnable = {line.id: line.returnable for line in sale.lines}
    raise_any(too_many(units, returnable, sale.lines))
    back = {
        line.id: refund_units(sale.splits_of(line.id), units[line.id], line.remaining)
        for line in sale.lines
        if line.id in units
    }
    refund = SaleRefund(sale=sale, cause=RefundCause.RETURN, reason=after_sale.reason, lines=back)
    facts = {"after_sale_id": after_sale.id, "number": after_sale.number}
    refund_id, amount_minor = None, 0
    if refund.whole.reversals:
        [stored] = await take_back(conn, actor.network_id, [refund])
        refund_id, amount_minor = stored.id, stored.amount_minor
    await steps.decide_after_sale(
        conn,
        actor.network_id,
        after_sale.id,
        # Where no money goes back, there is none to wait for.
        state=AfterSaleState.ACCEPTED if amount_minor else AfterSaleState.REFUNDED,
        amount_minor=amount_minor,
        refund_id=refund_id,
        lines=_worth(units, back),
    )
    returned = [return_units(line, units.get(line.id, 0)) for line in sale.lines]
    facts |= {"refund_id": refund_id, "amount_minor": amount_minor}
    after = lines_after(returned, back)
    await _store(conn, actor, sale, "after_sale_accept", note, facts, after)


def _worth(units: Mapping[int, int], back: Mapping[int, TakenBack]) -> list[AfterSaleLine]:
    return [
        AfterSaleLine(line_id, units[line_id], taken.goods_minor, taken.coupon_minor)
        for line_id, taken in back.items()
    ]


async def _put_back(
    conn: Connection, actor: Actor, reference: References, after_sale: AfterSale
) -> None:
    """Stand returned goods where they came from, once for each after-sale."""
    lines = {
        line.id: line for line in await locks.fetch_lines(conn, actor.network_id, [reference.id])
    }
    receipts = [
        StockReceipt(
            org_id=lines[line.order_line_id].source_org_id,
            sku_id=lines[line.order_line_id].sku_id,
            quantity=line.quantity,
            reason=MovementReason.RETURN,
            reference_type=AFTER_SALE,
            reference_id=after_sale.id,
        )
        for line in after_sale.lines
    ]
    await receive_stock(
        conn, network_id=actor.network_id, receipts=receipts, account_id=actor.account_id
    )


async def _after_sale(
    conn: Connection, asker: Actor | Shopper, after_sale_id: int
) -> tuple[AfterSale, References]:
    """An after-sale that the asker may see, and what of its order is locked before it."""
    missing = NotFound(path=("afterSaleId",), subject="after-sale")
    found = await papers.fetch_after_sales(conn, asker.network_id, [after_sale_id])
    if not found:
        raise refuse(missing)
    references = await references_for(conn, asker, [found[0].order_id])
    if not references:
        raise refuse(missing)
    return found[0], references[0]


async def _still_requested(conn: Connection, network_id: int, after_sale_id: int) -> AfterSale:
    """The after-sale as it is now, its order being locked; WrongState once it was decided."""
    [after_sale] = await papers.fetch_after_sales(conn, network_id, [after_sale_id])
    if after_sale.state is AfterSaleState.REQUESTED:
        return after_sale
    state = after_sale.state.value
    raise refuse(WrongState(path=("afterSaleId",), subject="after-sale", state=state))


async def _store(
    conn: Connection,
    asker: Actor | Shopper,
    sale: OpenSale,
    step: str,
    note: str,
    facts: Mapping[str, object],
    lines: Sequence[ConsumerOrderLine] | None = None,
) -> None:
    """Write a step that leaves the order in its state."""
    stepped = Stepped(
        sale=sale,
        lines=sale.lines if lines is None else lines,
        state=sale.order.state,
        note=note.strip(),
        facts=facts,
    )
    await store(conn, asker, asker.network_id, step, [stepped])
