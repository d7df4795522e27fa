"""Dealers who keep ordering, whatever happens to who takes their orders."""

from __future__ import annotations

from tests.e2e.asking import Crowd, mutation
from tests.e2e.intake.scene import Scene
from tests.e2e.load import Load

CALLERS = 24
UNITS = {0: 2, 1: 3}
PLACE = mutation("orderPlace", "order { id number amount { amount } }")
SHIP = mutation("orderShip", "shipment { id number }")


def orders(crowd: Crowd, scene: Scene) -> Load:
    """Every fifth is shipped at once."""

    async def order(load: Load, number: int, count: int) -> None:
        dealer = scene.dealers[number % len(scene.dealers)]
        name = f"order-{number}-{count}"
        placed = await load.ask(dealer, PLACE, name, scene.order(dealer, UNITS))
        if placed is not None and (number + count) % 5 == 0:
            await load.ask(scene.brand, SHIP, f"ship-{number}-{count}", {"orderId": placed["id"]})

    return Load(crowd, CALLERS, order)
