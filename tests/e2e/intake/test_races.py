"""A thousand dealers, two processes, and not enough for all of them."""

from __future__ import annotations

from collections import Counter

from tests.e2e.asking import Crowd, at_once, mutation
from tests.e2e.house import House
from tests.e2e.intake.looking import levels, traces, traces_of
from tests.e2e.intake.scene import Scene, make_scene
from tests.e2e.sizes import sized

DEALERS = 1_000
PLACE = mutation("orderPlace", "order { id number state amount { amount } }")


async def race(crowd: Crowd, scene: Scene, wants: list[dict[int, int]]) -> Counter[str]:
    """What all dealers are told who want that at the same moment: "order", or what is wrong."""
    await crowd.sign_in(scene.dealers)
    replies = await at_once(
        [
            crowd.ask(dealer, PLACE, scene.order(dealer, want))
            for dealer, want in zip(scene.dealers, wants, strict=True)
        ]
    )
    assert {reply.web for reply in replies} == {door.web for door in crowd.doors}
    assert all((reply.payload["order"] is None) == bool(reply.problems) for reply in replies)
    return Counter("+".join(reply.problems) or "order" for reply in replies)


async def test_a_hundred_units_are_sold_a_hundred_times(house: House, crowd: Crowd) -> None:
    scene = await make_scene(house.owner, dealers=DEALERS, stock=[[100]])

    told = await race(crowd, scene, [{0: 1}] * DEALERS)

    assert told == {"order": 100, "NotEnoughStock": DEALERS - 100}
    assert list((await levels(house, scene)).values()) == [(100, 100)]
    assert await traces(house, scene) == traces_of(100)


async def test_three_warehouses_sell_what_stands_in_them_together(
    house: House, crowd: Crowd
) -> None:
    dealers = sized(400, DEALERS)
    scene = await make_scene(house.owner, dealers=dealers, stock=[[41], [7], [52]])

    told = await race(crowd, scene, [{0: 1}] * dealers)

    assert told == {"order": 100, "NotEnoughStock": dealers - 100}
    assert sorted((await levels(house, scene)).values()) == [(7, 7), (41, 41), (52, 52)]
    assert await traces(house, scene) == traces_of(100)


async def test_who_wants_two_scarce_things_gets_both_or_neither(house: House, crowd: Crowd) -> None:
    """Half of them name the one first, half the other; some want it from both warehouses."""
    scene = await make_scene(house.owner, dealers=sized(400, DEALERS), stock=[[30, 45], [31, 15]])
    both_ways = [{0: 3, 1: 3}, {1: 3, 0: 3}]

    told = await race(crowd, scene, [both_ways[n % 2] for n in range(len(scene.dealers))])

    sold = told.pop("order")
    assert sold == 20  # of the first there are 61, of the second 60
    assert sum(told.values()) == len(scene.dealers) - 20
    assert set(told) <= {"NotEnoughStock", "NotEnoughStock+NotEnoughStock"}
    found = await levels(house, scene)
    for sku_id, left in zip(scene.sku_ids, (1, 0), strict=True):
        free = [on_hand - held for (_, sku), (on_hand, held) in found.items() if sku == sku_id]
        assert sum(free) == left
    done = await traces(house, scene)
    assert done == traces_of(20, stock_holds=done["stock_holds"])


# A glass is in both boxes, each of which has a bottle of its own.
GLASS, RED_BOX, WHITE_BOX = 0, 3, 4
BOXES = {RED_BOX: {GLASS: 2, 1: 1}, WHITE_BOX: {GLASS: 3, 2: 1}}
BOTTLES = [10_000, 10_000]


async def glasses(house: House, scene: Scene) -> list[tuple[int, int]]:
    found = await levels(house, scene)
    return sorted(level for (_, sku), level in found.items() if sku == scene.sku_ids[GLASS])


async def test_two_boxes_of_one_order_share_the_glasses(house: House, crowd: Crowd) -> None:
    """Five for both: a hundred are enough for twenty orders, whichever box comes first."""
    stock = [[100, *BOTTLES]]
    scene = await make_scene(house.owner, dealers=DEALERS, stock=stock, bundles=BOXES)
    both_ways = [{RED_BOX: 1, WHITE_BOX: 1}, {WHITE_BOX: 1, RED_BOX: 1}]

    told = await race(crowd, scene, [both_ways[n % 2] for n in range(DEALERS)])

    assert told.pop("order") == 20
    assert sum(told.values()) == DEALERS - 20
    assert set(told) <= {"NotEnoughStock", "NotEnoughStock+NotEnoughStock"}
    assert await glasses(house, scene) == [(100, 100)]
    assert await traces(house, scene) == traces_of(20, stock_holds=4 * 20)


async def test_boxes_and_single_glasses_race_for_the_same_shelf(house: House, crowd: Crowd) -> None:
    dealers = sized(400, DEALERS)
    stock = [[100, *BOTTLES]]
    scene = await make_scene(house.owner, dealers=dealers, stock=stock, bundles=BOXES)
    wants = [{RED_BOX: 1}, {GLASS: 1}, {WHITE_BOX: 2}, {GLASS: 1, RED_BOX: 1}]

    told = await race(crowd, scene, [wants[number % 4] for number in range(dealers)])

    assert told["order"] >= 100 // 6
    assert sum(told.values()) == dealers
    # Whoever wanted one glass got it as long as there was one, and a quarter of them did.
    assert await glasses(house, scene) == [(100, 100)]


async def test_a_box_comes_whole_from_one_of_three_warehouses(house: House, crowd: Crowd) -> None:
    stock = [[41, *BOTTLES], [7, *BOTTLES], [52, *BOTTLES]]
    scene = await make_scene(house.owner, dealers=sized(400, DEALERS), stock=stock, bundles=BOXES)

    told = await race(crowd, scene, [{RED_BOX: 1}] * len(scene.dealers))

    sold = 20 + 3 + 26
    assert told == {"order": sold, "NotEnoughStock": len(scene.dealers) - sold}
    assert await glasses(house, scene) == [(7, 6), (41, 40), (52, 52)]
    assert await traces(house, scene) == traces_of(sold, stock_holds=2 * sold)
