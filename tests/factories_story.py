"""A month on one edge: ordered, confirmed, shipped, received, given back, paid and stated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from tests.factories_bundles import a_gift
from tests.factories_ordering import Market, a_market, confirmed, lines, placed
from tests.factories_outbox import Place
from tests.factories_settlement import posted
from tradeline.kernel import TRADE_ZONE, Connection, Money
from tradeline.ordering import (
    Confirmation,
    Damage,
    NewOrder,
    NewOrderLine,
    NewSubstitute,
    SubstituteDecision,
    cancel_order,
    confirm_order,
    decide_return,
    decide_substitutes,
    place_order,
    propose_substitutes,
    receive_shipment,
    request_return,
    review_order,
    ship_order,
    withdraw_substitutes,
)
from tradeline.settlement import (
    NewPayment,
    PaymentMethod,
    Side,
    confirm_payment,
    confirm_statement,
    issue_statement,
    record_payment,
)
from tradeline_server.worker import deliver_events

Result = TypeVar("Result")


async def a_month_of_trade(place: Place) -> Market:
    """A market in which orders stand in all states; nothing is left to post or to deliver."""
    market = await a_market(place.owner_pool, place.db)
    await _sell_in_parts(place, market)
    await _confirm_less_and_cancel(place, market)
    await _sell_gifts(place, market)
    await _pay_and_state(place, market)
    await placed(place.db, market, tea=1)
    await confirmed(place.db, market, tea=2)
    await posted(place.owner_pool)
    async with place.owner_pool.acquire() as conn:
        while await deliver_events(conn, db=place.db, handlers={}, limit=100):
            pass
    return market


async def _sell_in_parts(place: Place, market: Market) -> None:
    """One shipment is short, one is over; some of it goes back, some more is asked back."""
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(place.db, market, tea=10, oil=6)
    tea, oil = await lines(place.db, market, order_id)
    for quantities, found in (
        ({tea.id: 4, oil.id: 3}, {tea.id: 3}),
        ({tea.id: 4}, {tea.id: 5}),
        (None, {}),
    ):
        shipment_id = await _do(
            place,
            market,
            lambda conn, packed=quantities: ship_order(
                conn, actor=seller, order_id=order_id, quantities=packed
            ),
        )
        await _do(
            place,
            market,
            lambda conn, id=shipment_id, counted=found: receive_shipment(
                conn, actor=buyer, shipment_id=id, found=counted
            ),
        )
    for units, accepts in ((2, True), (1, False)):
        return_id = await _do(
            place,
            market,
            lambda conn, units=units: request_return(
                conn, actor=buyer, order_id=order_id, quantities={oil.id: units}, reason="broken"
            ),
        )
        await _do(
            place,
            market,
            lambda conn, id=return_id, accepts=accepts: decide_return(
                conn, actor=seller, return_id=id, accepts=accepts, reason="looked at it"
            ),
        )
    await _do(
        place,
        market,
        lambda conn: request_return(
            conn, actor=buyer, order_id=order_id, quantities={tea.id: 1}, reason="old"
        ),
    )


async def _confirm_less_and_cancel(place: Place, market: Market) -> None:
    """One order is confirmed in part and shipped, some of it damaged and some in place of what was
    ordered; one cancelled, one refused, one on its way."""
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await placed(place.db, market, tea=7, oil=1)
    tea, _ = await lines(place.db, market, order_id)
    less = Confirmation(order_line_id=tea.id, quantity=5, reason="sold out")
    for step in (
        lambda conn: confirm_order(conn, actor=seller, order_id=order_id, confirmations=[less]),
        lambda conn: cancel_order(conn, actor=buyer, order_id=order_id, quantities={tea.id: 1}),
    ):
        await _do(place, market, step)
    offers = [
        NewSubstitute(
            order_id=order_id,
            order_line_id=tea.id,
            quantity=1,
            replacement=NewOrderLine(market.oil, 1),
        )
    ] * 2
    taken_id, withdrawn_id = await _do(
        place, market, lambda conn: propose_substitutes(conn, actor=seller, substitutes=offers)
    )
    await _do(
        place,
        market,
        lambda conn: withdraw_substitutes(conn, actor=seller, substitute_ids=[withdrawn_id]),
    )
    decisions = [SubstituteDecision(taken_id, accepts=True)]
    await _do(
        place, market, lambda conn: decide_substitutes(conn, actor=buyer, decisions=decisions)
    )
    shipment_id = await _do(
        place,
        market,
        lambda conn: ship_order(conn, actor=seller, order_id=order_id, quantities={tea.id: 3}),
    )
    await _do(
        place,
        market,
        lambda conn: receive_shipment(
            conn, actor=buyer, shipment_id=shipment_id, damaged={tea.id: Damage(1, "wet")}
        ),
    )
    await _do(place, market, lambda conn: ship_order(conn, actor=seller, order_id=order_id))
    cancelled_id = await placed(place.db, market, oil=2)
    await _do(place, market, lambda conn: cancel_order(conn, actor=buyer, order_id=cancelled_id))
    await place.owner_pool.execute(
        "UPDATE organizations.relationship SET requires_review = true WHERE id = $1", market.edge
    )
    refused_id = await placed(place.db, market, oil=2)
    await _do(
        place,
        market,
        lambda conn: review_order(
            conn, actor=seller, order_id=refused_id, approves=False, reason="no"
        ),
    )
    await placed(place.db, market, oil=1)
    await place.owner_pool.execute(
        "UPDATE organizations.relationship SET requires_review = false WHERE id = $1", market.edge
    )


async def _sell_gifts(place: Place, market: Market) -> None:
    """Of five bundles one is refused, one shipped and two held; the last is cancelled."""
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    gift = await a_gift(place.owner_pool, market)
    order = NewOrder(relationship_id=market.edge, lines=(NewOrderLine(gift, 5),))
    order_id = await _do(place, market, lambda conn: place_order(conn, actor=buyer, order=order))
    [line] = await lines(place.db, market, order_id)
    less = Confirmation(order_line_id=line.id, quantity=4, reason="sold out")
    for step in (
        lambda conn: confirm_order(conn, actor=seller, order_id=order_id, confirmations=[less]),
        lambda conn: ship_order(conn, actor=seller, order_id=order_id, quantities={line.id: 1}),
        lambda conn: cancel_order(conn, actor=buyer, order_id=order_id, quantities={line.id: 1}),
    ):
        await _do(place, market, step)


async def _pay_and_state(place: Place, market: Market) -> None:
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    payment = NewPayment(
        relationship_id=market.edge,
        paid_by=Side.BUYER,
        amount=Money(5_000, "CNY"),
        method=PaymentMethod.BANK,
        paid_on=datetime.now(TRADE_ZONE).date(),
    )
    payment_id = await _do(
        place, market, lambda conn: record_payment(conn, actor=buyer, payment=payment)
    )
    statement_ids = []
    for step in (
        lambda conn: confirm_payment(conn, actor=seller, payment_id=payment_id),
        lambda conn: issue_statement(conn, actor=seller, relationship_id=market.edge),
    ):
        statement_ids.append(await _do(place, market, step))
    for actor in (seller, buyer):
        await _do(
            place,
            market,
            lambda conn, actor=actor: confirm_statement(
                conn, actor=actor, statement_id=statement_ids[-1]
            ),
        )


async def _do(
    place: Place, market: Market, use_case: Callable[[Connection], Awaitable[Result]]
) -> Result:
    async with place.db.unit_of_work(market.story.network_id) as conn:
        return await use_case(conn)
