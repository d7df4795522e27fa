"""The door that orders come through: together when they arrive together, alone when they do not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.factories_inventory import level_of
from tests.factories_ordering import Market, a_market, with_terms
from tests.factories_settlement import exposure_of
from tradeline.kernel import Busy, Database, InvalidValue, Locale, Permission, Pool, Rejected
from tradeline.ordering import NewOrderLine, Order, OrderRequest
from tradeline_graph import _intake
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph._intake import OrderIntake
from tradeline_graph.schema import schema

PLACE = """
    mutation Place($input: OrderPlaceInput!) {
        orderPlace(input: $input) {
            order { id number state amount { amount } lines { skuCode quantity } }
            errors {
                __typename
                ... on Problem { message path }
                ... on Busy { retryAfterSeconds }
            }
        }
    }
"""
LOCK_EXPOSURES = "SELECT FROM settlement.exposure WHERE network_id = $1 FOR UPDATE"
UNITS_OF_WORK = """
    SELECT count(DISTINCT xmin::text) FROM ordering.trade_order WHERE network_id = $1
"""


def a_request(market: Market, request_id: str, **units: int) -> OrderRequest:
    return OrderRequest(
        actor=market.story.actor("retailer_1"),
        request_id=request_id,
        body=repr(units).encode(),
        order=market.order(**units),
    )


def broken(market: Market, request_id: str) -> OrderRequest:
    """No request from outside can ask for less than nothing; whoever does meets a bug."""
    request = a_request(market, request_id, tea=1)
    lines = (NewOrderLine(market.tea, -1),)
    return replace(request, order=replace(request.order, lines=lines))


class Held:
    """While it lasts, no order of the market can be placed: somebody else has its exposures."""

    def __init__(self, owner_pool: Pool, market: Market) -> None:
        self._pool, self._market = owner_pool, market

    async def __aenter__(self) -> None:
        self._conn = await self._pool.acquire()
        self._work = self._conn.transaction()
        await self._work.start()
        await self._conn.execute(LOCK_EXPOSURES, self._market.story.network_id)

    async def __aexit__(self, *_: object) -> None:
        await self._work.rollback()
        await self._pool.release(self._conn)


async def begun(*orders: Any) -> list[asyncio.Task[Any]]:
    """Under way, or waiting; the first has had the time to begin."""
    callers = [asyncio.create_task(order) for order in orders]
    await asyncio.sleep(0.05)
    return callers


async def placed(*callers: asyncio.Task[Any]) -> list[Any]:
    return await asyncio.gather(*callers, return_exceptions=True)


async def units_of_work(owner_pool: Pool, market: Market) -> int:
    count: int = await owner_pool.fetchval(UNITS_OF_WORK, market.story.network_id)
    return count


async def test_orders_that_wait_are_placed_in_one_unit_of_work(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    intake = OrderIntake(db)

    async with Held(owner_pool, market):
        callers = await begun(*(intake.place(a_request(market, str(n), tea=1)) for n in range(20)))
        assert not any(caller.done() for caller in callers)
    orders = await placed(*callers)

    assert [type(order) for order in orders] == [Order] * 20
    assert [order.id for order in orders] == sorted(order.id for order in orders)
    assert await units_of_work(owner_pool, market) <= 2
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 20)


async def test_one_who_fails_by_a_bug_is_alone_with_it(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    intake = OrderIntake(db)

    async with Held(owner_pool, market):
        callers = await begun(
            intake.place(a_request(market, "1", tea=1)),
            intake.place(a_request(market, "2", tea=60)),
            intake.place(broken(market, "3")),
            intake.place(a_request(market, "4", tea=60)),
            intake.place(a_request(market, "5", tea=39)),
        )
    first, second, third, fourth, fifth = await placed(*callers)

    assert [type(one) for one in (first, second, fifth)] == [Order] * 3
    assert isinstance(third, ValueError)
    assert isinstance(fourth, Rejected)
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 100)
    assert await intake.place(a_request(market, "2", tea=60)) == second.id


async def test_fifty_equal_requests_at_once_are_one_order(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    intakes = [OrderIntake(db), OrderIntake(db)]  # two processes
    variables = _variables(market, "same", tea=10)
    reader = market.story.actor("retailer_1")

    async def send(number: int, sent: dict[str, Any]) -> Any:
        context = Context(db=db, actor=reader, locale=Locale.EN, order_intake=intakes[number % 2])
        result = await schema.execute(PLACE, sent, context)
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data["orderPlace"]

    other = _variables(market, "same", tea=11)
    answers = await asyncio.gather(
        *(send(number, variables) for number in range(50)), send(50, other)
    )

    assert all(answer == answers[0] for answer in answers[:50])
    assert answers[0]["order"]["lines"] == [{"skuCode": "TEA", "quantity": 10}]
    assert [error["__typename"] for error in answers[50]["errors"]] == ["RequestReused"]
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 10)
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 3_000


async def test_requests_that_wait_for_one_another_in_two_processes_do_not_deadlock(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    intakes = [OrderIntake(db), OrderIntake(db)]
    names = [str(number) for number in range(30)]

    callers = []
    async with Held(owner_pool, market):
        for intake, order in ((intakes[0], names), (intakes[1], names[::-1])):
            callers += await begun(*(intake.place(a_request(market, n, tea=1)) for n in order))
    answers = await placed(*callers)

    ids = [answer.id if isinstance(answer, Order) else answer for answer in answers]
    assert ids[:30] == ids[30:][::-1]
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 30)


async def test_whoever_may_place_and_not_read_has_placed_and_sees_nothing(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    actor = market.story.actor("retailer_1", Permission.ORDER_PLACE)

    result = await schema.execute(
        PLACE, _variables(market, "1", tea=1), Context(db=db, actor=actor, locale=Locale.EN)
    )

    assert result.errors is None
    assert result.data == {"orderPlace": {"order": None, "errors": []}}
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 1)


async def test_a_full_queue_says_when_to_come_again_and_takes_nothing(
    owner_pool: Pool, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_intake, "WAITING_WEIGHT_MAX", 8)
    market = await a_market(owner_pool, db)
    intake = OrderIntake(db)
    context = Context(
        db=db, actor=market.story.actor("retailer_1"), locale=Locale.ZH, order_intake=intake
    )

    async with Held(owner_pool, market):
        under_way = await begun(intake.place(a_request(market, "1", tea=1)))
        waiting = await begun(*(intake.place(a_request(market, n, tea=1)) for n in ("2", "3")))
        result = await schema.execute(PLACE, _variables(market, "4", tea=1), context)
    answers = await placed(*under_way, *waiting)

    assert result.data is not None
    assert result.data["orderPlace"] == {
        "order": None,
        "errors": [
            {
                "__typename": "Busy",
                "message": "系统繁忙，请求未处理；请在 1 秒后原样重发。",
                "path": [],
                "retryAfterSeconds": 1,
            }
        ],
    }
    assert [type(answer) for answer in answers] == [Order] * 3
    assert isinstance(await intake.place(a_request(market, "4", tea=1)), Order)


async def test_an_order_of_far_too_many_lines_fills_no_queue(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    intake = OrderIntake(db)
    huge = a_request(market, "2", tea=1)
    lines = huge.order.lines * (_intake.WAITING_WEIGHT_MAX + 1)
    huge = replace(huge, order=replace(huge.order, lines=lines))

    async with Held(owner_pool, market):
        callers = await begun(intake.place(a_request(market, "1", tea=1)))
        callers += await begun(intake.place(huge), intake.place(a_request(market, "3", tea=1)))
    answers = await placed(*callers)

    assert [type(answer) for answer in answers] == [Order, Rejected, Order]


async def test_whoever_gives_up_while_waiting_has_no_order(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    intake = OrderIntake(db)

    async with Held(owner_pool, market):
        callers = await begun(
            intake.place(a_request(market, "1", tea=1)),
        )
        callers += await begun(
            intake.place(a_request(market, "2", tea=2)), intake.place(a_request(market, "3", tea=4))
        )
        callers[1].cancel()
    answers = await placed(*callers)

    assert [type(answer) for answer in answers] == [Order, asyncio.CancelledError, Order]
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 5)


async def test_whoever_has_left_when_it_is_their_turn_has_no_order(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    intake = OrderIntake(db)
    left: list[str] = []

    async with Held(owner_pool, market):
        callers = []
        for name, units in (("1", 1), ("2", 2), ("3", 4)):
            request = a_request(market, name, tea=units)
            callers += await begun(intake.place(request, partial(left.__contains__, name)))
        left += ["1", "2"]  # the first is under way, and is not called back
    answers = await placed(*callers)

    assert [type(answer) for answer in answers] == [Order, Rejected, Order]
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 5)
    assert isinstance(await intake.place(a_request(market, "2", tea=2)), Order)


async def test_one_network_does_not_wait_for_another(owner_pool: Pool, db: Database) -> None:
    held, free = await a_market(owner_pool, db), await a_market(owner_pool, db)
    intake = OrderIntake(db)

    async with Held(owner_pool, held):
        callers = await begun(intake.place(a_request(held, "1", tea=1)))
        order = await asyncio.wait_for(intake.place(a_request(free, "1", tea=1)), timeout=20)
        assert isinstance(order, Order)
        assert not callers[0].done()
    [late] = await placed(*callers)
    assert isinstance(late, Order)


async def test_closing_answers_what_was_taken_and_takes_no_more(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    intake = OrderIntake(db)

    async with Held(owner_pool, market):
        callers = await begun(*(intake.place(a_request(market, n, tea=1)) for n in ("1", "2")))
        [closing] = await begun(intake.close())
        with pytest.raises(Rejected) as refusal:
            await intake.place(a_request(market, "3", tea=1))
        assert isinstance(refusal.value.problems[0], Busy)
        assert not closing.done()
    await closing

    assert [type(caller.result()) for caller in callers] == [Order, Order]


async def test_a_request_id_that_cannot_be_used_is_refused_at_the_door(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)

    for request_id in ("", "x" * 65, "a\nb"):
        with pytest.raises(Rejected) as refusal:
            await OrderIntake(db).place(a_request(market, request_id, tea=1))
        assert isinstance(refusal.value.problems[0], InvalidValue)


async def test_credit_is_never_spent_twice_by_batches_of_several_processes(
    owner_pool: Pool, db: Database
) -> None:
    """100.00 each and 1,000.00 of credit: of forty orders over four processes ten pass."""
    market = await a_market(owner_pool, db)
    await with_terms(owner_pool, market, holds_stock=False)
    intakes = [OrderIntake(db) for _ in range(4)]

    answers = await placed(
        *(
            asyncio.create_task(intakes[n % 4].place(a_request(market, str(n), oil=8)))
            for n in range(40)
        )
    )

    assert sum(isinstance(answer, Order) for answer in answers) == 10
    assert sum(isinstance(answer, Rejected) for answer in answers) == 30
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 100_000


def _variables(market: Market, request_id: str, *, tea: int) -> dict[str, Any]:
    return {
        "input": {
            "requestId": request_id,
            "relationshipId": to_id("Relationship", market.edge),
            "lines": [{"skuId": to_id("Sku", market.tea), "quantity": tea}],
        }
    }
