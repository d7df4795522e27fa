"""Carts, what they would come to, and what a store offers: looking takes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal

import pytest

from tests.factories_checkout import (
    a_cart,
    a_coupon_for,
    an_address,
    an_open_counter,
    an_order,
    everything,
    lists,
    ordered,
    refused,
    sources,
    store_becomes,
)
from tests.factories_members import a_guest, a_member, an_openid
from tests.factories_sale_rows import Counter
from tradeline.kernel import PageRequest, Rejected, Shopper
from tradeline.members import merge_members
from tradeline.members.model import MergeCause
from tradeline.shopping import (
    Cart,
    CartLine,
    Checkout,
    CheckoutRequest,
    Delivery,
    StoreOffer,
    carry_cart,
    cart_of,
    carts_by_ids,
    check_out,
    consumer_orders_by_ids,
    events_of_consumer_orders,
    lines_of_consumer_orders,
    list_consumer_orders,
    load_offers,
    put_cart_lines,
    take_back_cart,
)
from tradeline.sourcing import NewRule, RuleKind


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with an_open_counter(await clone()) as counter:
        yield counter


async def put(counter: Counter, *lines: CartLine, source: str | None = None) -> int:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await put_cart_lines(
            conn,
            shopper=counter.shopper,
            store_id=counter.store_id,
            lines=lines,
            source=source,
        )


async def seen(counter: Counter, shopper: Shopper | None = None) -> Cart | None:
    async with counter.db.reading(counter.network_id) as conn:
        return await cart_of(conn, shopper=shopper or counter.shopper, store_id=counter.store_id)


async def contents(counter: Counter, shopper: Shopper) -> dict[str, int]:
    cart = await seen(counter, shopper)
    codes = {id: code for code, id in counter.skus.items()}
    return {codes[line.sku_id]: line.quantity for line in cart.lines} if cart else {}


async def looked_at(counter: Counter, cart: Cart, **terms: object) -> Checkout:
    delivery = Delivery.DELIVERY if terms.get("address_id") else Delivery.PICKUP
    request = CheckoutRequest(cart_id=cart.id, **{"delivery": delivery, **terms})  # type: ignore[arg-type]
    shopper = Shopper(network_id=counter.network_id, member_id=cart.member_id, is_guest=False)
    async with counter.db.reading(counter.network_id) as conn:
        found = await check_out(conn, shopper=shopper, request=request)
    assert found is not None
    return found


async def offers(counter: Counter) -> dict[str, StoreOffer]:
    codes = {id: code for code, id in counter.skus.items()}
    async with counter.db.reading(counter.network_id) as conn:
        found = await load_offers(
            conn,
            network_id=counter.network_id,
            pairs=[(counter.store_id, sku_id) for sku_id in codes],
        )
    return {codes[sku_id]: offer for (_, sku_id), offer in found.items()}


async def test_a_cart_holds_what_was_said_last_and_tells_when_it_changed(counter: Counter) -> None:
    shirt, coat = counter.skus["SHIRT"], counter.skus["COAT"]
    assert await seen(counter) is None
    await put(counter, CartLine(shirt, 2), source="spring")
    await put(counter, CartLine(coat, 1))
    cart = await seen(counter)
    assert cart is not None
    assert (cart.version, cart.source) == (3, "spring")
    assert cart.lines == (CartLine(shirt, 2), CartLine(coat, 1))
    await put(counter, CartLine(shirt, 2))
    again = await seen(counter)
    assert again == cart
    await put(counter, CartLine(shirt, 0))
    cart = await seen(counter)
    assert cart is not None
    assert (cart.version, cart.lines) == (4, (CartLine(coat, 1),))


@pytest.mark.parametrize(("quantity", "expected"), [(-1, "InvalidValue"), (10**10, "InvalidValue")])
async def test_nonsense_is_not_put_into_a_cart(
    counter: Counter, quantity: int, expected: str
) -> None:
    before = await everything(counter)
    with pytest.raises(Rejected) as refusal:
        await put(counter, CartLine(counter.skus["SHIRT"], quantity))
    assert [type(one).__name__ for one in refusal.value.problems] == [expected]
    assert await everything(counter) == before


async def test_only_what_the_store_lists_is_put_in(counter: Counter) -> None:
    await lists(counter, "COAT", "129.00", is_listed=False)
    before = await everything(counter)
    for sku in (counter.skus["COAT"], 999_999):
        with pytest.raises(Rejected) as refusal:
            await put(counter, CartLine(sku, 1))
        assert [type(one).__name__ for one in refusal.value.problems] == ["NotFound"]
    assert await everything(counter) == before


async def test_a_cart_is_seen_by_whom_it_is_of(counter: Counter) -> None:
    cart = await a_cart(counter, {"SHIRT": 1})
    stranger = await a_member(counter.db, counter.network_id)
    async with counter.db.reading(counter.network_id) as conn:
        assert await carts_by_ids(conn, shopper=stranger, ids=[cart.id]) == {}
        request = CheckoutRequest(cart_id=cart.id, delivery=Delivery.PICKUP)
        assert await check_out(conn, shopper=stranger, request=request) is None
    assert await seen(counter, stranger) is None


async def test_what_is_shown_at_checkout_is_what_is_charged(counter: Counter) -> None:
    cart = await a_cart(counter, {"SHIRT": 3, "COAT": 1})
    coupon, address = await a_coupon_for(counter), await an_address(counter)
    before = await everything(counter)
    found = await looked_at(counter, cart, address_id=address, coupon_id=coupon)
    assert await everything(counter) == before
    assert (found.problems, found.total_minor) == ((), 32469)
    assert (found.goods_minor, found.coupon_minor, found.freight_minor) == (33870, 2001, 600)
    assert [(choice.coupon.coupon_id, choice.reason) for choice in found.coupons] == [
        (coupon, None)
    ]
    total = f"{Decimal(found.total_minor).scaleb(-2)}"
    order = an_order(cart, total, address_id=address, coupon_id=coupon)
    assert (await ordered(counter, order)).total_minor == 32469


async def test_checkout_says_what_placing_says(counter: Counter) -> None:
    await store_becomes(counter, offers_pickup=False)
    cart = await a_cart(counter, {"SHIRT": 20_000, "COAT": 1})
    coupon = await a_coupon_for(counter)
    found = await looked_at(counter, cart, coupon_id=coupon)
    assert found.problems == await refused(counter, an_order(cart, coupon_id=coupon))
    assert [type(one).__name__ for one in found.problems] == ["PickupNotOffered", "NotEnoughStock"]


async def test_an_offer_is_what_can_be_had_from_anybody_at_the_stores_price(
    counter: Counter,
) -> None:
    await lists(counter, "SHIRT", "+2500", limit_per_order=4)
    await sources(
        counter,
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=0, quantity=9_000),
        NewRule(kind=RuleKind.QUOTA, tier=2, quantity=5),
    )
    shirt = (await offers(counter))["SHIRT"]
    assert (shirt.unit_price.amount, shirt.limit_per_order) == (Decimal("65.38"), 4)
    assert shirt.available == 1_000 + 10_000 + 5


async def test_what_has_no_price_and_stands_nowhere_near_is_not_offered(counter: Counter) -> None:
    shirt = counter.skus["SHIRT"]
    await counter.owner_pool.execute("DELETE FROM pricing.price WHERE sku_id = $1", shirt)
    assert (await offers(counter))["SHIRT"].available == 10_000  # the store's own
    await lists(counter, "SHIRT", "+2500")
    assert set(await offers(counter)) == {"COAT"}
    await lists(counter, "COAT", "129.00", is_listed=False)
    assert await offers(counter) == {}


async def test_a_merge_carries_the_cart_once_and_gives_it_back(counter: Counter) -> None:
    guest = await a_guest(counter.db, counter.network_id)
    member = await a_member(counter.db, counter.network_id, openid=an_openid())
    await a_cart(counter, {"SHIRT": 2, "COAT": 1}, guest)
    await a_cart(counter, {"SHIRT": 1}, member)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        merged = await merge_members(
            conn,
            network_id=counter.network_id,
            one=guest.member_id,
            other=member.member_id,
            cause=MergeCause.GUEST,
        )
        assert merged is not None
        for _ in range(2):
            await carry_cart(
                conn,
                network_id=counter.network_id,
                merge_id=merged.id,
                from_id=merged.from_id,
                into_id=merged.into_id,
            )
    assert await contents(counter, member) == {"SHIRT": 3, "COAT": 1}
    assert await contents(counter, guest) == {"SHIRT": 2, "COAT": 1}
    await a_cart(counter, {"COAT": 0}, member)
    for _ in range(2):
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await take_back_cart(
                conn, network_id=counter.network_id, merge_id=merged.id, into_id=merged.into_id
            )
    assert await contents(counter, member) == {"SHIRT": 1}


async def test_a_coupon_and_an_address_of_who_was_merged_into_one_are_ones_own(
    counter: Counter,
) -> None:
    other = await a_member(counter.db, counter.network_id)
    coupon, address = await a_coupon_for(counter, other), await an_address(counter, other)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await merge_members(
            conn,
            network_id=counter.network_id,
            one=counter.shopper.member_id,
            other=other.member_id,
            cause=MergeCause.PHONE,
        )
    cart = await a_cart(counter, {"SHIRT": 2})
    order = await ordered(counter, an_order(cart, coupon_id=coupon, address_id=address))
    assert order.coupon_minor == 2001


async def test_members_read_their_own_orders_and_no_others(counter: Counter) -> None:
    first = await ordered(counter, an_order(await a_cart(counter, {"SHIRT": 1})))
    second = await ordered(counter, an_order(await a_cart(counter, {"COAT": 1})))
    stranger = await a_member(counter.db, counter.network_id)
    page = PageRequest(10)
    async with counter.db.reading(counter.network_id) as conn:
        mine = await list_consumer_orders(conn, shopper=counter.shopper, page=page)
        theirs = await list_consumer_orders(conn, shopper=stranger, page=page)
        found = await consumer_orders_by_ids(conn, shopper=stranger, ids=[first.id])
        lines = await lines_of_consumer_orders(
            conn, network_id=counter.network_id, order_ids=[first.id, second.id]
        )
        events = await events_of_consumer_orders(
            conn, network_id=counter.network_id, order_ids=[first.id]
        )
    assert [order.id for order in mine.items] == [second.id, first.id]
    assert (list(theirs.items), found) == ([], {})
    assert [line.sku_code for line in lines[second.id]] == ["COAT"]
    assert [event.step for event in events[first.id]] == ["place"]
