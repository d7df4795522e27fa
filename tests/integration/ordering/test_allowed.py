"""What a party is told it may do is what the steps let it do: at each station, by each side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.factories_ordering import Market, a_market, lines, placed, with_terms
from tests.integration.ordering.test_steps import do, in_days
from tradeline.kernel import Actor, Database, Forbidden, Permission, Pool, Rejected
from tradeline.ordering import (
    NewOrderLine,
    NewSubstitute,
    OrderState,
    OrderStep,
    SubstituteDecision,
    allowed_steps,
    cancel_order,
    close_dispute,
    confirm_order,
    decide_return,
    decide_substitutes,
    disputes_of_orders,
    open_dispute,
    orders_by_ids,
    outlines_of_orders,
    propose_substitutes,
    receive_shipment,
    redate_lines,
    request_return,
    returns_of_orders,
    review_order,
    ship_order,
    shipments_of_orders,
    substitutes_of_orders,
    withdraw_substitutes,
)


class Undone(Exception):
    """Raised to take a step back."""


async def told(db: Database, actor: Actor, order_id: int) -> set[OrderStep]:
    """What the actor is told that it may do."""
    async with db.reading(actor.network_id) as conn:
        order = (await orders_by_ids(conn, actor=actor, ids=[order_id]))[order_id]
        outline = (await outlines_of_orders(conn, actor=actor, order_ids=[order_id]))[order_id]
    return set(allowed_steps(actor, order, outline))


async def taken(db: Database, market: Market, actor: Actor, order_id: int) -> set[OrderStep]:
    """What the actor can in fact do: each step is tried as well as it can be, and taken back."""
    tries = await attempts(db, market, actor, order_id)
    found = set()
    for step, (use_case, values) in tries.items():
        try:
            async with db.unit_of_work(actor.network_id) as conn:
                await use_case(conn, actor=actor, **values)
                raise Undone
        except Undone:
            found.add(step)
        except (Rejected, Forbidden):
            pass
    return found


async def attempts(
    db: Database, market: Market, actor: Actor, order_id: int
) -> dict[OrderStep, tuple[Callable[..., Awaitable[object]], dict[str, Any]]]:
    every = await lines(db, market, order_id)
    async with db.reading(actor.network_id) as conn:
        many = {"conn": conn, "actor": actor, "order_ids": [order_id]}
        shipments = (await shipments_of_orders(**many))[order_id]
        returns = (await returns_of_orders(**many))[order_id]
        disputes = (await disputes_of_orders(**many))[order_id]
        offers = (await substitutes_of_orders(**many))[order_id]
    open_line = next((line.id for line in every if line.unshipped), every[0].id)
    underway = next((it.id for it in shipments if it.received_at is None), 0)
    asked = next((it.id for it in returns if it.state == "requested"), 0)
    own = [it for it in disputes if it.opened_by_org_id == actor.org_id and it.closed_at is None]
    offered = next((it.id for it in offers if it.state == "proposed"), 0)
    instead = NewSubstitute(
        order_id=order_id,
        order_line_id=open_line,
        quantity=1,
        replacement=NewOrderLine(market.oil, 1),
    )
    matters = {None, *(line.id for line in every)} - {it.order_line_id for it in own}
    returned = {line.id: 1 for line in every if line.returnable}
    for line in (line for it in returns if it.state == "requested" for line in it.lines):
        returned.pop(line.order_line_id, None)
    order = {"order_id": order_id}
    return {
        OrderStep.REVIEW: (review_order, {**order, "approves": True}),
        OrderStep.CONFIRM: (confirm_order, order),
        OrderStep.REDATE: (redate_lines, {**order, "dates": [(open_line, in_days(9))]}),
        OrderStep.SHIP: (ship_order, order),
        OrderStep.RECEIVE: (receive_shipment, {"shipment_id": underway}),
        OrderStep.CANCEL: (cancel_order, order),
        OrderStep.RETURN: (request_return, {**order, "quantities": returned, "reason": "破损"}),
        OrderStep.DECIDE_RETURN: (decide_return, {"return_id": asked, "accepts": True}),
        OrderStep.DISPUTE: (
            open_dispute,
            {**order, "order_line_id": next(iter(matters), None), "reason": "少货"},
        ),
        OrderStep.CLOSE_DISPUTE: (
            close_dispute,
            {"dispute_id": own[0].id if own else 0, "resolution": "已补发"},
        ),
        OrderStep.PROPOSE_SUBSTITUTE: (propose_substitutes, {"substitutes": [instead]}),
        OrderStep.WITHDRAW_SUBSTITUTE: (withdraw_substitutes, {"substitute_ids": [offered]}),
        OrderStep.DECIDE_SUBSTITUTE: (
            decide_substitutes,
            {"decisions": [SubstituteDecision(offered, accepts=True)]},
        ),
    }


async def look(db: Database, market: Market, order_id: int) -> dict[str, set[OrderStep]]:
    """What each side is told, once it is seen that this is what it can do."""
    seen = {}
    for name in ("trader_a", "retailer_1"):
        actor = market.story.actor(name)
        seen[name] = await told(db, actor, order_id)
        assert seen[name] == await taken(db, market, actor, order_id), name
    return seen


async def test_what_one_is_told_is_what_one_can_do_from_placing_to_the_last_return(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    await with_terms(owner_pool, market, review=True)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10, oil=2)
    S = OrderStep

    seen = await look(db, market, order_id)
    assert seen["trader_a"] == {S.REVIEW, S.CANCEL, S.DISPUTE}
    assert seen["retailer_1"] == {S.CANCEL, S.DISPUTE}

    await do(db, seller, review_order, order_id=order_id, approves=True)
    seen = await look(db, market, order_id)
    assert seen["trader_a"] == {S.CONFIRM, S.CANCEL, S.DISPUTE, S.PROPOSE_SUBSTITUTE}

    await do(db, seller, confirm_order, order_id=order_id)
    tea, oil = await lines(db, market, order_id)
    seen = await look(db, market, order_id)
    assert seen["trader_a"] == {S.REDATE, S.SHIP, S.CANCEL, S.DISPUTE, S.PROPOSE_SUBSTITUTE}
    offer = NewSubstitute(
        order_id=order_id,
        order_line_id=tea.id,
        quantity=1,
        replacement=NewOrderLine(market.oil, 1),
    )
    [substitute_id] = await do(db, seller, propose_substitutes, substitutes=[offer])
    seen = await look(db, market, order_id)
    assert S.WITHDRAW_SUBSTITUTE in seen["trader_a"]
    assert seen["retailer_1"] == {S.CANCEL, S.DISPUTE, S.DECIDE_SUBSTITUTE}
    declined = [SubstituteDecision(substitute_id, accepts=False)]
    await do(db, buyer, decide_substitutes, decisions=declined)

    await do(db, seller, ship_order, order_id=order_id, quantities={tea.id: 4})
    seen = await look(db, market, order_id)
    assert seen["retailer_1"] == {S.RECEIVE, S.CANCEL, S.DISPUTE}

    await do(db, seller, ship_order, order_id=order_id)
    seen = await look(db, market, order_id)
    assert seen["trader_a"] == {S.DISPUTE}
    assert seen["retailer_1"] == {S.RECEIVE, S.DISPUTE}

    async with db.reading(buyer.network_id) as conn:
        found = await shipments_of_orders(conn, actor=buyer, order_ids=[order_id])
    for shipment in found[order_id]:
        await do(db, buyer, receive_shipment, shipment_id=shipment.id)
    seen = await look(db, market, order_id)
    assert seen["retailer_1"] == {S.RETURN, S.DISPUTE}

    everything = {tea.id: 10, oil.id: 2}
    return_id = await do(
        db, buyer, request_return, order_id=order_id, quantities=everything, reason="破损"
    )
    seen = await look(db, market, order_id)
    assert seen["retailer_1"] == {S.DISPUTE}
    assert seen["trader_a"] == {S.DECIDE_RETURN, S.DISPUTE}

    await do(db, seller, decide_return, return_id=return_id, accepts=True)
    seen = await look(db, market, order_id)
    assert seen["trader_a"] == seen["retailer_1"] == {S.DISPUTE}


async def test_each_matter_is_disputed_once_at_a_time_by_a_party(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)
    for line_id in (None, tea.id):
        values = {"order_id": order_id, "order_line_id": line_id, "reason": "价格不对"}
        await do(db, buyer, open_dispute, **values)

    seen = await look(db, market, order_id)

    assert seen["retailer_1"] == {OrderStep.CANCEL, OrderStep.CLOSE_DISPUTE}
    assert OrderStep.DISPUTE in seen["trader_a"]
    assert OrderStep.CLOSE_DISPUTE not in seen["trader_a"]


async def test_without_the_permission_no_step_is_told_of(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=10)
    reader = replace(market.story.actor("trader_a"), permissions=frozenset({Permission.ORDER_READ}))
    keeper = replace(reader, permissions=frozenset({Permission.ORDER_READ, Permission.ORDER_SHIP}))

    assert await told(db, reader, order_id) == set()
    assert await told(db, keeper, order_id) == {OrderStep.DISPUTE}
    with pytest.raises(Forbidden):
        await do(db, reader, open_dispute, order_id=order_id, reason="少货")


async def test_a_finished_order_asks_for_nothing(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=10)
    await do(db, market.story.actor("retailer_1"), cancel_order, order_id=order_id)

    seen = await look(db, market, order_id)

    async with db.reading(market.story.network_id) as conn:
        actor = market.story.actor("trader_a")
        found = await orders_by_ids(conn, actor=actor, ids=[order_id])
    assert found[order_id].state is OrderState.CANCELLED
    assert seen["trader_a"] == seen["retailer_1"] == {OrderStep.DISPUTE}
