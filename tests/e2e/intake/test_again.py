"""One request, sent fifty times at once to both processes, is one request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.e2e.asking import Caller, Crowd, Reply, at_once, mutation
from tests.e2e.house import House
from tests.e2e.intake.looking import levels, traces, traces_of
from tests.e2e.intake.scene import make_scene
from tests.e2e.sizes import sized
from tradeline_graph._ids import to_id

TIMES = 50
ROUNDS = sized(3, 40)
PLACE = mutation(
    "orderPlace", "order { id number state amount { amount } lines { id skuCode quantity } }"
)
SHIP = mutation("orderShip", "shipment { id number lines { orderLineId quantity } }")
ADJUST = mutation("stockAdjust", "movements { id }")

FETCH_POSTED = """
    SELECT count(DISTINCT shipment.id) AS shipments, count(DISTINCT obligation.id) AS obligations,
           count(DISTINCT journal.id) AS journals, count(DISTINCT journal.entity_id) AS books,
           count(DISTINCT transfer.id) AS transfers
      FROM ordering.shipment AS shipment
      JOIN settlement.obligation AS obligation ON obligation.network_id = shipment.network_id
      LEFT JOIN settlement.journal AS journal
        ON journal.network_id = shipment.network_id AND journal.obligation_id = obligation.id
      LEFT JOIN settlement.transfer AS transfer
        ON transfer.network_id = shipment.network_id AND transfer.journal_id = journal.id
     WHERE shipment.network_id = $1
"""


async def fifty_times(
    crowd: Crowd, caller: Caller, document: str, *bodies: dict[str, Any]
) -> list[Reply]:
    """All of them under way together, the bodies in turn, each at both doors."""
    turns = [bodies[number // 2 % len(bodies)] for number in range(TIMES)]
    return await at_once(
        [crowd.ask(caller, document, body, at=number) for number, body in enumerate(turns)]
    )


def the_one(replies: Sequence[Reply]) -> dict[str, Any]:
    """What all of them were told, to the letter."""
    assert len({reply.web for reply in replies}) == 2
    assert Counter(reply.body for reply in replies).most_common(1)[0][1] == TIMES
    assert replies[0].problems == []
    return replies[0].payload


async def test_an_order_sent_fifty_times_is_placed_shipped_and_posted_once(
    house: House, crowd: Crowd
) -> None:
    scene = await make_scene(house.owner, dealers=1, stock=[[4, 1_000], [6, 0]])
    [dealer] = scene.dealers
    await crowd.sign_in([dealer, scene.brand])
    want = {"requestId": "the-order", **scene.order(dealer, {0: 10, 1: 5})}

    order = the_one(await fifty_times(crowd, dealer, PLACE, want))["order"]

    assert await traces(house, scene) == traces_of(1, stock_holds=3)
    assert sorted((await levels(house, scene)).values()) == [(0, 0), (4, 4), (6, 6), (1_000, 5)]

    ship = {"requestId": "the-shipment", "orderId": order["id"]}
    shipment = the_one(await fifty_times(crowd, scene.brand, SHIP, ship))["shipment"]
    await house.settled()

    assert [line["quantity"] for line in shipment["lines"]] == [10, 5]
    posted = await house.owner.fetchrow(FETCH_POSTED, scene.network_id)
    assert dict(posted or {}) == {
        "shipments": 1,
        "obligations": 1,
        "journals": 2,
        "books": 2,
        "transfers": 2,
    }
    assert sorted((await levels(house, scene)).values()) == [(0, 0), (0, 0), (0, 0), (995, 0)]


async def test_of_two_bodies_under_one_request_id_one_is_done(house: House, crowd: Crowd) -> None:
    scene = await make_scene(house.owner, dealers=1, stock=[[1_000_000]])
    [dealer] = scene.dealers
    await crowd.sign_in([dealer])
    sold = 0

    for number in range(ROUNDS):
        few, many = (
            {"requestId": f"round-{number}", **scene.order(dealer, {0: units})} for units in (1, 2)
        )
        replies = await fifty_times(crowd, dealer, PLACE, few, many)

        told = Counter(reply.body for reply in replies)
        assert sorted(told.values()) == [24, 26]  # the one was sent thirteen times to each door
        assert {tuple(one.problems) for one in replies} == {(), ("RequestReused",)}
        order = next(one.payload["order"] for one in replies if not one.problems)
        sold += order["lines"][0]["quantity"]

    assert await traces(house, scene) == traces_of(ROUNDS)
    assert list((await levels(house, scene)).values()) == [(1_000_000, sold)]


async def test_a_request_that_was_refused_fifty_times_may_come_again(
    house: House, crowd: Crowd
) -> None:
    scene = await make_scene(house.owner, dealers=1, stock=[[9]])
    [dealer] = scene.dealers
    await crowd.sign_in([dealer, scene.brand])
    want = {"requestId": "too-many", **scene.order(dealer, {0: 10})}

    refused = await fifty_times(crowd, dealer, PLACE, want)

    assert {tuple(reply.problems) for reply in refused} == {("NotEnoughStock",)}
    assert await traces(house, scene) == traces_of(0)
    assert list((await levels(house, scene)).values()) == [(9, 0)]

    more = {
        "warehouseId": to_id("Warehouse", scene.warehouse_ids[0]),
        "skuId": to_id("Sku", scene.sku_ids[0]),
        "quantity": 1,
    }
    assert (await crowd.ask(scene.brand, ADJUST, {"lines": [more]})).problems == []
    the_one(await fifty_times(crowd, dealer, PLACE, want))

    assert list((await levels(house, scene)).values()) == [(10, 10)]
    assert (await traces(house, scene))["orders"] == 1
