"""The doors that consumers come through: whoever is wrong there is alone with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg

from tests.factories_checkout import a_cart, an_open_counter
from tests.factories_members import a_member
from tradeline.shopping import CheckoutRequest, Delivery
from tradeline_graph._doors import CheckoutDoor, SeenCheckout


def pickup(cart_id: int) -> CheckoutRequest:
    return CheckoutRequest(cart_id=cart_id, delivery=Delivery.PICKUP)


async def test_a_look_that_fails_is_nobody_elses_answer(
    clone: Callable[[], Awaitable[str]],
) -> None:
    async with an_open_counter(await clone()) as counter:
        other = await a_member(counter.db, counter.network_id)
        carts = [
            await a_cart(counter, {"SHIRT": units}, by) for units, by in ((1, None), (2, other))
        ]
        door = CheckoutDoor(counter.db)

        one, broken, two = await asyncio.gather(
            door.look(counter.shopper, pickup(carts[0].id)),
            door.look(counter.shopper, pickup(2**63)),  # no id from outside is as large
            door.look(other, pickup(carts[1].id)),
            return_exceptions=True,
        )

    assert isinstance(broken, asyncpg.DataError)
    assert isinstance(one, SeenCheckout)
    assert isinstance(two, SeenCheckout)
    assert [it.checkout.cart.id for it in (one, two)] == [cart.id for cart in carts]
