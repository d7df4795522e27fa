"""Offering other goods for those that were ordered, withdrawing the offer, and taking them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tradeline.inventory import NewHold, Release, release_holds, store_holds
from tradeline.kernel import Actor, Connection, NotFound, Permission, Problem, raise_any
from tradeline.ordering.allowed import OrderStep, judge_state, require_step
from tradeline.ordering.model import NewOrder, NewOrderLine, Order, OrderLine
from tradeline.ordering.queries import reading
from tradeline.ordering.queries import substitutes as queries
from tradeline.ordering.rules import judge_texts
from tradeline.ordering.service.loading import load_placement
from tradeline.ordering.service.offering import load_trading, look_at_offers, store_offers
from tradeline.ordering.service.steps import Taken, exposure_releases, lock_for_steps, store_all
from tradeline.ordering.substitutes import (
    NewSubstitute,
    Path,
    Substitute,
    SubstituteDecision,
    SubstituteState,
    TakenOffer,
    judge_count,
    judge_found,
    judge_named,
    take_offers,
)
from tradeline.settlement import NewExposureHold, release_exposure, store_exposure_holds


async def propose_substitutes(
    conn: Connection, *, actor: Actor, substitutes: Sequence[NewSubstitute]
) -> list[int]:
    """Offer other goods for units of lines that are not shipped; by the seller. The offers' ids.

    All of them, or none, with the same statements however many. They must be such as the edge
    trades, be there together, and cost what they cost there now. Nothing is held, and the orders
    stay as they are, until the buyer decides.

    Raises:
        Forbidden: without `order:confirm`, or for the buyer of one of the orders.
        Rejected: for each at its place in the list NotFound, WrongState, NotTrading, InvalidValue
            (for more units than are open, too; those that something was offered for already are
            not), or what is wrong with the goods, as when placing.
    """
    step = OrderStep.PROPOSE_SUBSTITUTE
    require_step(actor, step)
    raise_any(judge_count(len(substitutes), "substitutes"))
    orders = await lock_for_steps(conn, actor, {one.order_id for one in substitutes}, step)
    lines = await reading.fetch_lines(conn, actor, list(orders))
    problems = [_judge_order(place, one, orders) for place, one in enumerate(substitutes)]
    known = [place for place, found in enumerate(problems) if not found]
    judged = await look_at_offers(conn, actor, [substitutes[it] for it in known], orders, lines)
    for place, one in zip(known, judged, strict=True):
        problems[place] = [
            replace(problem, path=("substitutes", place, *problem.path)) for problem in one.problems
        ]
    raise_any([problem for found in problems for problem in found])
    return await store_offers(conn, actor, judged, orders, lines)


async def withdraw_substitutes(
    conn: Connection, *, actor: Actor, substitute_ids: Sequence[int], reason: str = ""
) -> list[int]:
    """Take offers back that nobody has decided on; by the seller, all of them or none. Their ids.

    Raises:
        Forbidden: without `order:confirm`, or for the buyer.
        Rejected: for each at its place in the list NotFound, or WrongState if it was decided or
            has lapsed; InvalidValue.
    """
    step = OrderStep.WITHDRAW_SUBSTITUTE
    require_step(actor, step)
    raise_any(
        judge_count(len(substitute_ids), "orderSubstituteIds")
        + judge_texts(texts={"reason": reason})
    )
    paths: list[Path] = [("orderSubstituteIds", place) for place in range(len(substitute_ids))]
    found, orders, problems = await _lock_offers(conn, actor, substitute_ids, paths, step)
    raise_any([problem for faults in problems for problem in faults])
    ended = [(found[substitute_id], reason.strip()) for substitute_id in substitute_ids]
    await _end(conn, actor, SubstituteState.WITHDRAWN, ended, orders)
    return list(substitute_ids)


async def decide_substitutes(
    conn: Connection, *, actor: Actor, decisions: Sequence[SubstituteDecision]
) -> list[int]:
    """Take what sellers offer in place of what was ordered, or not; by the buyer. All decisions, or
    none, with the same statements however many. The offers' ids.

    Accepted, an offer becomes a line of its order at the price that was offered, holding stock and
    exposure as if it had been placed; the units that it replaces are refused.

    Raises:
        Forbidden: without `order:place`, or for the seller.
        Rejected: for each at its place in the list NotFound, WrongState if it was decided or has
            lapsed, NotTrading, NotEnoughCredit, CreditBlocked, InvalidValue for an order that is
            full, or what is wrong with the goods by now.
    """
    step = OrderStep.DECIDE_SUBSTITUTE
    require_step(actor, step)
    raise_any(judge_count(len(decisions), "decisions") + _judge_reasons(decisions))
    ids = [decision.substitute_id for decision in decisions]
    paths: list[Path] = [
        ("decisions", place, "orderSubstituteId") for place in range(len(decisions))
    ]
    found, orders, problems = await _lock_offers(conn, actor, ids, paths, step)
    wanted = [
        (path, found[decision.substitute_id])
        for path, decision, faults in zip(paths, decisions, problems, strict=True)
        if decision.accepts and not faults
    ]
    taken, refusals = await _judge_taken(conn, actor, wanted, orders)
    refusals += [problem for faults in problems for problem in faults]
    raise_any(sorted(refusals, key=lambda problem: int(problem.path[1])))
    reasons = {decision.substitute_id: decision.reason.strip() for decision in decisions}
    await _take(conn, actor, taken, reasons)
    declined = [found[decision.substitute_id] for decision in decisions if not decision.accepts]
    ended = [(offer, reasons[offer.id]) for offer in declined]
    await _end(conn, actor, SubstituteState.REFUSED, ended, orders)
    return ids


async def substitutes_of_orders(
    conn: Connection, *, actor: Actor, order_ids: Sequence[int]
) -> dict[int, list[Substitute]]:
    """What was offered in place of lines of the orders to which the actor's organization is a
    party. Raises Forbidden without `order:read`."""
    actor.require(Permission.ORDER_READ)
    return await queries.fetch_substitutes_of_orders(conn, actor, order_ids)


async def substitutes_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Substitute]:
    """Those of such orders. Raises Forbidden without `order:read`."""
    actor.require(Permission.ORDER_READ)
    return {it.id: it for it in await queries.fetch_substitutes(conn, actor, ids)}


async def substitutes_proposed_with(
    conn: Connection, *, actor: Actor, first_id: int, order_ids: Sequence[int], most: int
) -> list[int]:
    """The ids of offers that were made together, by the first of them and the orders that they are
    for. Raises Forbidden without `order:read`."""
    actor.require(Permission.ORDER_READ)
    return await queries.fetch_offered_together(conn, actor, first_id, order_ids, most)


async def _lock_offers(
    conn: Connection,
    actor: Actor,
    ids: Sequence[int],
    paths: Sequence[Path],
    step: OrderStep,
) -> tuple[dict[int, Substitute], dict[int, Order], list[list[Problem]]]:
    """Offers as they stand once their orders are locked, and of each why the step cannot be taken
    on it. Raises Forbidden for the other party."""
    raise_any(judge_named(ids, paths))
    known = await queries.fetch_substitutes(conn, actor, ids)
    orders = await lock_for_steps(conn, actor, {offer.order_id for offer in known}, step)
    found = {offer.id: offer for offer in await queries.fetch_substitutes(conn, actor, ids)}
    problems = [
        judge_found(found.get(substitute_id), orders, step, path)
        for substitute_id, path in zip(ids, paths, strict=True)
    ]
    return found, orders, problems


async def _judge_taken(
    conn: Connection,
    actor: Actor,
    wanted: Sequence[tuple[Path, Substitute]],
    orders: dict[int, Order],
) -> tuple[list[TakenOffer], list[Problem]]:
    """Lock and judge as placing does, the exposures first and then the stock of both SKUs of each
    offer in one statement."""
    if not wanted:
        return [], []
    ids = sorted({offer.order_id for _, offer in wanted})
    lines = await reading.fetch_lines(conn, actor, ids)
    skus = {line.id: line.sku_id for found in lines.values() for line in found}
    both = [
        NewOrder(
            relationship_id=orders[offer.order_id].relationship_id,
            lines=(offer.wanted, NewOrderLine(skus[offer.order_line_id], 1)),
        )
        for _, offer in wanted
    ]
    trading = await load_trading(conn, actor, [orders[order_id] for order_id in ids])
    state = await load_placement(conn, actor.network_id, both, trading, is_locked=True)
    return take_offers(wanted, orders, lines, state)


async def _take(
    conn: Connection, actor: Actor, taken: Sequence[TakenOffer], reasons: dict[int, str]
) -> None:
    """Give up what is replaced, and hold what replaces it."""
    if not taken:
        return
    await _release(conn, actor, taken)
    line_ids = await queries.accept_substitutes(
        conn, actor, [(one.offer.id, one.line_no, reasons[one.offer.id]) for one in taken]
    )
    await _hold(conn, actor, taken, line_ids)
    steps = [
        Taken(
            order=one.order,
            before=one.before,
            after=one.after,
            state=one.order.state,
            note=reasons[one.offer.id],
            document={**_paper(one.offer, _numbers([one.before])), "new_line_no": one.line_no},
        )
        for one in taken
    ]
    await store_all(conn, actor, "accept_substitute", steps)


async def _release(conn: Connection, actor: Actor, taken: Sequence[TakenOffer]) -> None:
    """Free the exposures, then the stock, of the units that are replaced."""
    await release_exposure(
        conn,
        network_id=actor.network_id,
        releases=[
            release for one in taken for release in exposure_releases(one.order, one.dropped_minor)
        ],
    )
    await release_holds(
        conn,
        network_id=actor.network_id,
        releases=[
            Release(
                reference_type="order_line",
                reference_id=one.offer.order_line_id,
                quantity=one.offer.replaced_quantity,
            )
            for one in taken
        ],
    )


async def _hold(
    conn: Connection, actor: Actor, taken: Sequence[TakenOffer], line_ids: dict[int, int]
) -> None:
    """Set the exposure and the stock aside that the new lines take; all are locked."""
    holds = [
        NewExposureHold(
            relationship_id=one.order.relationship_id,
            reference_type="order",
            reference_id=one.order.id,
            amount_minor=one.offer.amount_minor,
        )
        for one in taken
    ]
    await store_exposure_holds(conn, network_id=actor.network_id, holds=holds)
    stock = [
        NewHold(
            warehouse_id=allocation.warehouse_id,
            sku_id=part_id,
            held_for_org_id=one.order.buyer_org_id,
            reference_type="order_line",
            reference_id=line_ids[one.offer.id],
            quantity=allocation.quantity * each,
            quantity_each=each,
        )
        for one in taken
        for allocation in one.placed.allocations
        for part_id, each in (
            one.placed.tradable.composition or {one.placed.tradable.sku_id: 1}
        ).items()
    ]
    await store_holds(conn, network_id=actor.network_id, holds=stock)


async def _end(
    conn: Connection,
    actor: Actor,
    state: SubstituteState,
    ended: Sequence[tuple[Substitute, str]],
    orders: dict[int, Order],
) -> None:
    """Write down offers that nothing comes of, with a reason each; the orders stay as they are."""
    if not ended:
        return
    ids = sorted({offer.order_id for offer, _ in ended})
    lines = await reading.fetch_lines(conn, actor, ids)
    numbers = _numbers(lines.values())
    await queries.end_substitutes(
        conn, actor, state, [(offer.id, reason) for offer, reason in ended]
    )
    taken = [
        Taken(
            order=orders[offer.order_id],
            before=lines[offer.order_id],
            after=lines[offer.order_id],
            state=orders[offer.order_id].state,
            note=reason,
            document=_paper(offer, numbers),
        )
        for offer, reason in ended
    ]
    await store_all(conn, actor, STEPS[state], taken)


def _paper(offer: Substitute, numbers: dict[int, int]) -> dict[str, int | str]:
    return {
        "substitute_id": offer.id,
        "line_no": numbers[offer.order_line_id],
        "offer": offer.offer,
    }


def _numbers(lines: Iterable[Sequence[OrderLine]]) -> dict[int, int]:
    return {line.id: line.line_no for found in lines for line in found}


def _judge_order(place: int, offer: NewSubstitute, orders: dict[int, Order]) -> list[Problem]:
    path = ("substitutes", place, "orderId")
    if offer.order_id not in orders:
        return [NotFound(path=path, subject="order")]
    return judge_state(orders[offer.order_id], OrderStep.PROPOSE_SUBSTITUTE, path)


def _judge_reasons(decisions: Sequence[SubstituteDecision]) -> list[Problem]:
    return [
        replace(problem, path=("decisions", place, *problem.path))
        for place, decision in enumerate(decisions)
        for problem in judge_texts(texts={"reason": decision.reason})
    ]


STEPS = {
    SubstituteState.REFUSED: "refuse_substitute",
    SubstituteState.WITHDRAWN: "withdraw_substitute",
}
