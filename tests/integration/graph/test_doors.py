"""The doors that consumers come through: whoever is wrong there is alone with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from tests.factories_checkout import a_cart, an_open_counter
from tests.factories_members import a_member
from tradeline.kernel import Busy, Rejected
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


async def test_who_looks_while_too_many_wait_is_told_when_to_come_again(
    clone: Callable[[], Awaitable[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_open_counter(await clone()) as counter:
        cart = await a_cart(counter, {"SHIRT": 1})
        door = CheckoutDoor(counter.db)
        monkeypatch.setattr("tradeline_graph._doors.LOOKS_WAITING_MAX", 3)

        seen = await asyncio.gather(
            *(door.look(counter.shopper, pickup(cart.id)) for _ in range(5)),
            return_exceptions=True,
        )
        again = await door.look(counter.shopper, pickup(cart.id))

    assert [isinstance(it, SeenCheckout) for it in seen] == [True, True, True, False, False]
    assert all(isinstance(it, Rejected) for it in seen[3:])
    assert [
        type(problem) for it in seen[3:] if isinstance(it, Rejected) for problem in it.problems
    ] == [Busy, Busy]
    assert isinstance(again, SeenCheckout)
