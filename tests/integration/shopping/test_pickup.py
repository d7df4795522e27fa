"""Pick-up codes are each one order's in its store."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.factories_checkout import a_cart, a_request, an_open_counter, an_order, taken
from tests.factories_members import a_member
from tests.factories_sale_rows import Counter
from tradeline.members import unseal
from tradeline.shopping import ConsumerOrder
from tradeline.shopping.opening import PICKUP_CODE


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with an_open_counter(await clone()) as counter:
        yield counter


async def test_no_two_orders_that_wait_in_a_store_get_one_code(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([7, 7, 7, 8, 8, 9])
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(drawn))

    async def codes(count: int) -> list[str]:
        requests = []
        for _ in range(count):
            shopper = await a_member(counter.db, counter.network_id)
            cart = await a_cart(counter, {"SHIRT": 1}, shopper)
            requests.append(a_request(shopper, an_order(cart)))
        return [
            unseal(counter.network_id, PICKUP_CODE, order.pickup_code_seal)
            for order in await taken(counter, *requests)
            if isinstance(order, ConsumerOrder) and order.pickup_code_seal
        ]

    assert await codes(1) == ["00000007"]
    assert await codes(2) == ["00000008", "00000009"]
