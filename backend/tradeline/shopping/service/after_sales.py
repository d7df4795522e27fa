"""Goods that go back after they were shipped, with their money."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tradeline.inventory import MovementReason, StockReceipt, receive_stock
from tradeline.kernel import (
    Actor,
    Busy,
    Connection,
    NotFound,
    Shopper,
    WrongState,
    raise_any,
    refuse,
)
from tradeline.settlement import Exposure
from tradeline.shopping.agreeing import (
    Ruling,
    answer_of,
    disagreeing,
    rule_on,
)
from tradeline.shopping.allowed import SaleStep, require_step
from tradeline.shopping.model import (
    AfterSaleKind,
    AfterSaleState,
    ConsumerOrder,
    ConsumerOrderLine,
    Split,
)
from tradeline.shopping.queries import locks, papers, steps
from tradeline.shopping.queries.locks import References
from tradeline.shopping.refunds import (
    NOTHING,
    TakenBack,
    concede_price,
    refund_units,
    worth_minor,
)
from tradeline.shopping.sales import (
    OPEN_AFTER_SALES,
    AfterSale,
    AfterSaleLine,
    OpenSale,
    RefundCause,
    keep_units,
    return_units,
)
from tradeline.shopping.service.own_cost import judge_own_cost, open_concessions
from tradeline.shopping.service.steps import (
    SaleRefund,
    judge_reason,
    lines_after,
    lock_before_orders,
    lock_sale,
    nothing_given,
    reference_for,
    references_for,
    require_turn,
    store_beside,
    take_back,
    too_many,
    unknown_lines,
    worth_of,
)

# What a return's receipt into stock names.
AFTER_SALE = "after_sale"
# The steps that move neither goods nor money, and how the after-sale stands then.
SAYINGS = {
    Ruling.REFER: ("after_sale_refer", AfterSaleState.REFERRED),
    Ruling.AGREE: ("after_sale_agree", AfterSaleState.REFERRED),
    Ruling.DECLINE: ("after_sale_decline", AfterSaleState.REQUESTED),
    Ruling.REFUSE: ("after_sale_refuse", AfterSaleState.REFUSED),
}


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
        if earlier.state in OPEN_AFTER_SALES:
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
    await store_beside(conn, shopper, sale, "after_sale_request", reason, facts)
    return after_sale_id


async def withdraw_after_sale(conn: Connection, *, shopper: Shopper, after_sale_id: int) -> int:
    """Keep the goods after all; the after-sale's id.

    Raises Rejected with NotFound, or WrongState once it was decided.
    """
    after_sale, reference = await _after_sale(conn, shopper, after_sale_id)
    sale = await lock_sale(conn, shopper.network_id, reference)
    await _still_open(conn, shopper.network_id, after_sale_id)
    await steps.decide_after_sale(
        conn, shopper.network_id, after_sale_id, state=AfterSaleState.WITHDRAWN
    )
    facts = {"after_sale_id": after_sale_id, "number": after_sale.number}
    await store_beside(conn, shopper, sale, "after_sale_withdraw", "", facts)
    return after_sale_id


async def decide_after_sale(
    conn: Connection,
    *,
    actor: Actor,
    after_sale_id: int,
    accepts: bool,
    at_own_cost: bool = False,
    reason: str = "",
) -> int:
    """Take goods back, or refuse to; the after-sale's id.

    What was paid for the units goes back, and the goods stand again with whoever's stock they came
    from: theirs they are again, as the debts along the route go back as well. Where that is not the
    store, its acceptance refers the matter to them, and a refusal of theirs is for the store to
    answer again. A store that accepts at its own cost has the goods come to itself, and alone bears
    what the consumer gets.

    Raises:
        Forbidden: without `consumer_order:refund`, or for another party of the order.
        Rejected: NotFound, WrongState where it is not the party's turn, InvalidValue for a refusal
            without a reason, BeyondOwnPart for what the store can neither pay nor owe, Busy where
            another has answered at this moment.
    """
    require_step(actor, SaleStep.DECIDE_AFTER_SALE)
    raise_any(judge_reason(reason, is_needed=not accepts))
    network_id, answer = actor.network_id, answer_of(accepts=accepts, at_own_cost=at_own_cost)
    after_sale, reference = await _after_sale(conn, actor, after_sale_id)
    order = await locks.fetch_order(conn, network_id, reference.id)
    lines = await locks.fetch_lines(conn, network_id, [reference.id])
    ruling = rule_on(order, after_sale, lines, actor.org_id, answer)
    exposures: Mapping[int, Exposure] = {}
    kept = disagreeing(after_sale, lines) if ruling is Ruling.KEEP else {}
    if ruling in (Ruling.RETURN, Ruling.KEEP):
        exposures = await lock_before_orders(conn, network_id, [reference], with_edges=True)
        # Before the order is locked, as whoever ships locks stock first. Whatever is refused
        # below takes it back.
        await _put_back(conn, actor, after_sale, order, lines, kept)
    sale = await lock_sale(conn, network_id, reference)
    require_turn(actor, sale, SaleStep.DECIDE_AFTER_SALE)
    after_sale = await _still_open(conn, network_id, after_sale_id)
    decided = rule_on(sale.order, after_sale, sale.lines, actor.org_id, answer)
    if decided is None:
        raise refuse(_decided(after_sale))
    # Of several whose goods they are, one may have agreed meanwhile: its goods stand with it then.
    if decided is not ruling or (kept and disagreeing(after_sale, sale.lines) != kept):
        raise refuse(Busy(retry_after_seconds=1))
    if ruling in (Ruling.RETURN, Ruling.KEEP):
        await _accept(conn, actor, sale, after_sale, decided, reason, exposures)
    else:
        await _say(conn, actor, sale, after_sale, decided, reason)
    return after_sale_id


async def _say(
    conn: Connection,
    actor: Actor,
    sale: OpenSale,
    after_sale: AfterSale,
    ruling: Ruling,
    reason: str,
) -> None:
    """Write what moves nothing yet, or nothing at all."""
    step, state = SAYINGS[ruling]
    if ruling is Ruling.AGREE:
        await _agree(conn, actor, sale, after_sale)
    is_no = ruling in (Ruling.DECLINE, Ruling.REFUSE)
    await steps.decide_after_sale(
        conn,
        actor.network_id,
        after_sale.id,
        state=state,
        refusal_reason=reason.strip() if is_no else None,
    )
    facts = {"after_sale_id": after_sale.id, "number": after_sale.number}
    await store_beside(conn, actor, sale, step, reason, facts)


async def _agree(conn: Connection, actor: Actor, sale: OpenSale, after_sale: AfterSale) -> None:
    """Write that the actor's organization takes back what came from it; as the collector, that all
    do."""
    others = disagreeing(after_sale, sale.lines)
    agreed = [
        line_id
        for line_id, org_id in others.items()
        if actor.org_id in (org_id, sale.order.collector_org_id)
    ]
    await steps.agree_to_lines(conn, actor.network_id, after_sale.id, agreed, actor.org_id)


async def _accept(
    conn: Connection,
    actor: Actor,
    sale: OpenSale,
    after_sale: AfterSale,
    ruling: Ruling,
    note: str,
    exposures: Mapping[int, Exposure],
) -> None:
    """Give back what was paid for the units of a return."""
    units = {line.order_line_id: line.quantity for line in after_sale.lines}
    returnable = {line.id: line.returnable for line in sale.lines}
    raise_any(too_many(units, returnable, sale.lines))
    kept: Mapping[int, int] = {}
    if ruling is Ruling.KEEP:
        kept = disagreeing(after_sale, sale.lines)
        sale = await open_concessions(conn, actor.network_id, sale, kept)
    else:
        await _agree(conn, actor, sale, after_sale)
    back = {
        line.id: _taken_of(sale.splits_of(line.id), line, units[line.id], is_kept=line.id in kept)
        for line in sale.lines
        if line.id in units
    }
    own_cost: dict[int | None, int] = {line_id: back[line_id].cash_minor for line_id in kept}
    raise_any(judge_own_cost(sale, own_cost, exposures, path=("atOwnCost",)))
    refund = SaleRefund(
        sale=sale,
        cause=RefundCause.RETURN,
        reason=after_sale.reason,
        lines=back,
        borne_by_org_id=actor.org_id if kept else None,
        borne_minor=sum(own_cost.values()),
    )
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
        lines=worth_of(units, back),
        kept=kept,
    )
    returned = [
        (keep_units if line.id in kept else return_units)(line, units.get(line.id, 0))
        for line in sale.lines
    ]
    facts |= {"refund_id": refund_id, "amount_minor": amount_minor}
    after = lines_after(returned, back)
    await store_beside(conn, actor, sale, "after_sale_accept", note, facts, after)


def _taken_of(
    splits: Sequence[Split], line: ConsumerOrderLine, units: int, *, is_kept: bool
) -> TakenBack:
    """What goes back for units of a line: of all who have a part, or of the store alone."""
    if not is_kept:
        return refund_units(splits, units, line.remaining, line.kept_quantity)
    worth = worth_minor(splits, units, line.remaining)
    return concede_price(splits, worth) if worth else NOTHING


async def _put_back(
    conn: Connection,
    actor: Actor,
    after_sale: AfterSale,
    order: ConsumerOrder,
    lines: Sequence[ConsumerOrderLine],
    kept: Collection[int],
) -> None:
    """Stand returned goods where they came from, or with the store that keeps them; once for each
    after-sale."""
    by_id = {line.id: line for line in lines}
    receipts = [
        StockReceipt(
            org_id=order.seller_org_id if line.id in kept else line.source_org_id,
            sku_id=line.sku_id,
            quantity=given.quantity,
            reason=MovementReason.RETURN,
            reference_type=AFTER_SALE,
            reference_id=after_sale.id,
        )
        for given in after_sale.lines
        if (line := by_id[given.order_line_id])
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


async def _still_open(conn: Connection, network_id: int, after_sale_id: int) -> AfterSale:
    """The after-sale as it is now, its order being locked; WrongState once it was decided."""
    [after_sale] = await papers.fetch_after_sales(conn, network_id, [after_sale_id])
    if after_sale.state not in OPEN_AFTER_SALES:
        raise refuse(_decided(after_sale))
    return after_sale


def _decided(after_sale: AfterSale) -> WrongState:
    """It is over, or another's turn."""
    state = after_sale.state.value
    return WrongState(path=("afterSaleId",), subject="after-sale", state=state)
