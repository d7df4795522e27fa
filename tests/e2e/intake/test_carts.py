"""Carts of one line and of a thousand go the same way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.e2e.asking import Caller, Crowd, Reply, at_once, mutation
from tests.e2e.house import House
from tests.e2e.intake.looking import levels, traces, traces_of
from tests.e2e.intake.scene import Scene, make_scene
from tests.e2e.sizes import sized

LINES_MAX = 1_000
UNITS = 1_000
PLACE = mutation("orderPlace", "order { id state amount { amount } counts { lineCount quantity } }")
PAUSE_SECONDS = 1.0  # as who is told to come again is told


@pytest.fixture
async def scene(house: House, crowd: Crowd) -> Scene:
    scene = await make_scene(
        house.owner, dealers=sized(8, 60), stock=[[UNITS] * LINES_MAX, [UNITS] * LINES_MAX]
    )
    await crowd.sign_in(scene.dealers)
    return scene


async def place(crowd: Crowd, scene: Scene, lines: list[dict[str, Any]]) -> Reply:
    dealer = scene.dealers[0]
    return await crowd.ask(dealer, PLACE, {"relationshipId": dealer.edge, "lines": lines})


@pytest.mark.parametrize("lines", [1, LINES_MAX])
async def test_a_cart_of_any_size_is_placed_whole(
    house: House, crowd: Crowd, scene: Scene, lines: int
) -> None:
    reply = await place(crowd, scene, scene.lines(dict.fromkeys(range(lines), 2)))

    assert reply.problems == []
    order = reply.payload["order"]
    assert order["amount"]["amount"] == f"{20 * lines}.00"
    assert order["counts"] == {"lineCount": lines, "quantity": str(2 * lines)}
    assert await traces(house, scene) == traces_of(1, stock_holds=lines)


@pytest.mark.parametrize("lines", [0, LINES_MAX + 1])
async def test_a_cart_of_no_line_or_too_many_is_refused_clearly(
    house: House, crowd: Crowd, scene: Scene, lines: int
) -> None:
    wanted = [scene.lines({number % LINES_MAX: 1})[0] for number in range(lines)]

    reply = await place(crowd, scene, wanted)

    assert reply.problems == ["InvalidValue"]
    [problem] = reply.payload["errors"]
    assert problem["path"] == ["lines"]
    assert "1 to 1000 lines" in problem["message"]
    assert await traces(house, scene) == traces_of(0)


async def test_lines_of_one_sku_share_what_there_is_of_it(
    house: House, crowd: Crowd, scene: Scene
) -> None:
    [line] = scene.lines({0: 2})

    fits = await place(crowd, scene, [line] * LINES_MAX)  # all that both warehouses hold
    one_more = await place(crowd, scene, [{**line, "quantity": 1}])

    assert fits.problems == []
    assert fits.payload["order"]["counts"]["lineCount"] == LINES_MAX
    assert one_more.problems == ["NotEnoughStock"]
    held = [held for (_, sku), (_, held) in (await levels(house, scene)).items() if held]
    assert held == [UNITS, UNITS]


async def test_a_line_too_many_of_one_sku_refuses_the_cart(
    house: House, crowd: Crowd, scene: Scene
) -> None:
    [line] = scene.lines({0: 2})

    reply = await place(crowd, scene, [*[line] * (LINES_MAX - 1), {**line, "quantity": 3}])

    assert reply.problems == ["NotEnoughStock"]
    assert reply.payload["errors"][0]["path"] == ["lines", str(LINES_MAX - 1), "quantity"]
    assert {held for _, held in (await levels(house, scene)).values()} == {0}
    assert await traces(house, scene) == traces_of(0)


async def test_large_carts_race_for_the_same_things(
    house: House, crowd: Crowd, scene: Scene
) -> None:
    """Each wants a third of all there is: three get it, whichever way round they name it."""
    third = {sku: 2 * UNITS // 3 for sku in range(LINES_MAX)}
    ways = [third, dict(reversed(third.items()))]

    replies = await at_once(
        [
            until_taken(crowd, dealer, scene.order(dealer, ways[number % 2]))
            for number, dealer in enumerate(scene.dealers)
        ]
    )

    refused = [reply.problems for reply in replies if reply.problems]
    assert len(refused) == len(scene.dealers) - 3
    assert all(problems == ["NotEnoughStock"] * LINES_MAX for problems in refused)
    assert (await traces(house, scene))["orders"] == 3


async def until_taken(crowd: Crowd, dealer: Caller, order: dict[str, Any]) -> Reply:
    """What a dealer is told who sends it again as long as too much waits: so many lines may."""
    reply = await crowd.ask(dealer, PLACE, order)
    if reply.problems != ["Busy"]:
        return reply
    await asyncio.sleep(PAUSE_SECONDS)
    return await until_taken(crowd, dealer, order)
