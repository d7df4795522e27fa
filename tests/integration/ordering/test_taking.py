"""Requests for orders that are answered together: each as if it had come alone, in their order."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.factories import a_network
from tests.factories_inventory import level_of
from tests.factories_ordering import Market, a_market, with_terms
from tests.factories_settlement import exposure_of
from tradeline.kernel import Actor, Database, Forbidden, Permission, Pool
from tradeline.ordering import (
    LINES_MAX,
    NewOrder,
    NewOrderLine,
    Order,
    OrderRequest,
    RefusedOrder,
    orders_by_ids,
    take_orders,
)

Answer = Order | int | RefusedOrder | Forbidden

STORED = """
    SELECT (SELECT count(*) FROM ordering.trade_order WHERE network_id = $1) AS orders,
           (SELECT count(*) FROM ordering.order_line WHERE network_id = $1) AS lines,
           (SELECT count(*) FROM inventory.stock_hold WHERE network_id = $1) AS holds,
           (SELECT count(*) FROM kernel.outbox_event
             WHERE network_id = $1 AND topic = 'order.placed') AS events,
           (SELECT count(*) FROM kernel.audit_entry
             WHERE network_id = $1 AND action = 'order.place') AS audited,
           (SELECT count(*) FROM kernel.request WHERE network_id = $1) AS requests,
           (SELECT count(*) FROM kernel.request
             WHERE network_id = $1 AND answer_id IS NULL) AS unanswered
"""
CLAIMS = """
    SELECT org_id, request_id, encode(body_hash, 'escape') AS body,
           (SELECT row_number FROM (SELECT id, row_number() OVER (ORDER BY id)
                                      FROM ordering.trade_order WHERE network_id = $1) AS numbered
             WHERE id = answer_id) AS answer
      FROM kernel.request
     WHERE network_id = $1
     ORDER BY org_id, request_id
"""


def a_request(
    market: Market, request_id: str, *, by: str = "retailer_1", body: str = "", **units: int
) -> OrderRequest:
    """Retailer 1's, of so much tea and oil; the body follows from it unless one is given."""
    return OrderRequest(
        actor=market.story.actor(by),
        request_id=request_id,
        body=(body or repr(units)).encode(),
        order=market.order(**units),
    )


async def take(db: Database, market: Market, *requests: OrderRequest) -> list[Answer]:
    network_id = market.story.network_id
    async with db.unit_of_work(network_id) as conn:
        return await take_orders(conn, network_id=network_id, requests=requests)


def reasons(answer: Answer) -> list[str]:
    assert isinstance(answer, RefusedOrder), answer
    return [type(problem).__name__ for problem in answer.problems]


async def stored(owner_pool: Pool, market: Market) -> dict[str, int]:
    row = await owner_pool.fetchrow(STORED, market.story.network_id)
    assert row is not None
    return dict(row)


async def test_the_answer_is_the_order_as_it_is_read_afterwards(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)

    orders = await take(db, market, a_request(market, "1", tea=2), a_request(market, "2", oil=1))

    ids = [order.id for order in orders if isinstance(order, Order)]
    async with db.reading(market.story.network_id) as conn:
        read = await orders_by_ids(conn, actor=market.story.actor("retailer_1"), ids=ids)
    assert [read[order_id] for order_id in ids] == orders


async def test_refused_forbidden_and_malformed_requests_harm_no_other_and_may_come_again(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    elsewhere = await a_network(owner_pool, db)
    too_long = replace(market.order(tea=1), lines=(NewOrderLine(market.tea, 1),) * (LINES_MAX + 1))
    no_lines = replace(market.order(tea=1), lines=())
    nothing_known = replace(market.order(tea=1), lines=(NewOrderLine(market.tea, 1, 999_999_999),))
    stranger = replace(
        a_request(market, "stranger", tea=1),
        actor=replace(elsewhere.actor("retailer_1"), network_id=market.story.network_id),
    )
    clerk = replace(
        a_request(market, "clerk", tea=1),
        actor=market.story.actor("retailer_1", Permission.ORDER_READ),
    )
    bad = [
        a_request(market, "too much", tea=101),
        stranger,
        clerk,
        *(
            replace(a_request(market, str(number)), order=order)
            for number, order in enumerate((too_long, no_lines, nothing_known))
        ),
    ]

    answers = await take(
        db, market, a_request(market, "a", tea=60), *bad, a_request(market, "b", tea=40)
    )

    assert [type(answers[0]), type(answers[-1])] == [Order, Order]
    assert reasons(answers[1]) == ["NotEnoughStock"]
    assert reasons(answers[2]) == ["NotFound"]
    assert isinstance(answers[3], Forbidden)
    assert [reasons(answer) for answer in answers[4:7]] == [
        ["InvalidValue"],
        ["InvalidValue"],
        ["UnknownPack"],
    ]
    assert await stored(owner_pool, market) == {
        "orders": 2,
        "lines": 2,
        "holds": 2,
        "events": 2,
        "audited": 2,
        "requests": 2,
        "unanswered": 0,
    }
    [again] = await take(db, market, a_request(market, "too much", body="other", oil=1))
    assert isinstance(again, Order)


async def test_the_same_request_many_times_in_a_batch_is_one_order(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    request = a_request(market, "r", tea=10)

    first, *others = await take(db, market, *[request] * 50)

    assert isinstance(first, Order)
    assert others == [first] * 49
    assert (await stored(owner_pool, market))["orders"] == 1
    assert await take(db, market, request, request) == [first.id] * 2
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 3_000


async def test_another_body_under_the_same_id_is_refused_in_the_batch_and_after_it(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    first, other = a_request(market, "r", tea=10), a_request(market, "r", tea=11)

    answers = await take(db, market, first, other)
    later = await take(db, market, other, first)

    assert isinstance(answers[0], Order)
    assert reasons(answers[1]) == reasons(later[0]) == ["RequestReused"]
    assert later[1] == answers[0].id
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 10)


async def test_a_refused_request_leaves_its_id_to_the_next_of_the_batch(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    too_much, fits = a_request(market, "r", tea=101), a_request(market, "r", tea=1)

    answers = await take(db, market, too_much, fits, too_much)

    assert reasons(answers[0]) == ["NotEnoughStock"]
    assert isinstance(answers[1], Order)
    assert reasons(answers[2]) == ["RequestReused"]
    assert await take(db, market, fits) == [answers[1].id]


async def test_the_same_id_of_two_organizations_is_two_requests(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)

    own, on_behalf = await take(
        db, market, a_request(market, "r", tea=1), a_request(market, "r", by="trader_a", tea=1)
    )

    assert isinstance(own, Order)
    assert isinstance(on_behalf, Order)
    assert own.id != on_behalf.id
    assert on_behalf.placed_by_org_id == market.story.orgs["trader_a"]


@pytest.mark.parametrize("seed", range(24))
async def test_a_batch_comes_out_as_its_requests_one_by_one(
    owner_pool: Pool, db: Database, seed: int
) -> None:
    """Two markets that are alike: one takes all at once, or cut anywhere; one takes each alone."""
    chance = random.Random(seed)
    together, alone = await a_market(owner_pool, db), await a_market(owner_pool, db)
    terms = {
        "minimum_minor": chance.choice([0, 0, 900]),
        "holds_stock": chance.random() < 0.9,
        "confirmation": chance.random() < 0.5,
    }
    for market in (together, alone):
        await with_terms(owner_pool, market, **terms)  # type: ignore[arg-type]
    drawn = [_drawn(chance) for _ in range(chance.randint(2, 25))]
    cut = chance.choice([0, len(drawn) // 2])

    at_once = [
        answer
        for part in (drawn[:cut], drawn[cut:])
        if part
        for answer in await take(db, together, *(_made(together, one) for one in part))
    ]
    one_by_one = [answer for one in drawn for answer in await take(db, alone, _made(alone, one))]

    assert _named(at_once) == _named(one_by_one)
    assert await stored(owner_pool, together) == await stored(owner_pool, alone)
    assert await _claims(owner_pool, together) == await _claims(owner_pool, alone)
    for sku in ("tea", "oil"):
        levels = [
            await level_of(owner_pool, market.story, market.warehouse, getattr(market, sku))
            for market in (together, alone)
        ]
        assert levels[0] == levels[1]
    for buyer in ("retailer_1", "retailer_2"):
        held = [
            (await exposure_of(owner_pool, market.story.edge("trader_a", buyer))).held_minor
            for market in (together, alone)
        ]
        assert held[0] == held[1]


Drawn = tuple[str, str, str, str, list[tuple[str, int]]]


def _drawn(chance: random.Random) -> Drawn:
    """Who asks, on whose edge, under which id, what they may do, and for how much of what."""
    return (
        chance.choice(["retailer_1", "retailer_1", "retailer_2", "trader_a", "retailer_3"]),
        chance.choice(["retailer_1", "retailer_1", "retailer_2", "nobody"]),
        chance.choice(["a", "b", "c", *(str(chance.random()) for _ in range(5))]),
        chance.choice(["all", "all", "all", "all", "read"]),
        [
            (
                chance.choice(
                    ["tea", "oil", "oil", "nothing"][: 4 if chance.random() < 0.1 else 3]
                ),
                chance.choice([1, 3, 5, 20, 45]),
            )
            for _ in range(chance.choice([0, 1, 1, 2, 3]))
        ],
    )


def _made(market: Market, drawn: Drawn) -> OrderRequest:
    by, on, request_id, may, lines = drawn
    actor: Actor = market.story.actor(by)
    if may == "read":
        actor = market.story.actor(by, Permission.ORDER_READ)
    skus = {"tea": market.tea, "oil": market.oil, "nothing": 999_999_999}
    order = NewOrder(
        relationship_id=0 if on == "nobody" else market.story.edge("trader_a", on),
        lines=tuple(NewOrderLine(skus[name], units) for name, units in lines),
    )
    return OrderRequest(
        actor=actor, request_id=request_id, body=repr((on, lines)).encode(), order=order
    )


def _named(answers: list[Answer]) -> list[object]:
    """The answers without what differs between two markets: orders by their place in line."""
    ids = sorted({answer.id for answer in answers if isinstance(answer, Order)})
    named: list[object] = []
    for answer in answers:
        if isinstance(answer, Order | int):
            named.append(ids.index(answer if isinstance(answer, int) else answer.id))
        elif isinstance(answer, RefusedOrder):
            named.append([repr(problem) for problem in answer.problems])
        else:
            named.append("Forbidden")
    return named


async def _claims(owner_pool: Pool, market: Market) -> list[tuple[object, ...]]:
    names = {org_id: name for name, org_id in market.story.orgs.items()}
    rows = await owner_pool.fetch(CLAIMS, market.story.network_id)
    return sorted(
        (names[row["org_id"]], row["request_id"], row["body"], row["answer"]) for row in rows
    )


async def test_only_a_transaction_that_places_plans_for_all_sizes_at_once(
    db: Database, owner_pool: Pool
) -> None:
    market = await a_market(owner_pool, db)
    network_id = market.story.network_id

    async with db.reading(network_id) as conn:
        async with conn.transaction():
            request = a_request(market, "one", tea=1)
            await take_orders(conn, network_id=network_id, requests=[request])
            assert await conn.fetchval("SHOW plan_cache_mode") == "force_generic_plan"
        assert await conn.fetchval("SHOW plan_cache_mode") == "auto"
