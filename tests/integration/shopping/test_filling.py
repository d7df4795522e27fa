"""Carts that are filled together are filled as they would have been one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from random import Random

import pytest

from tests.factories_checkout import an_open_counter, everything, lists, store_becomes
from tests.factories_members import a_guest, a_member
from tests.factories_sale_rows import Counter
from tradeline.kernel import Rejected, Shopper, body_hash
from tradeline.shopping import (
    CartLine,
    CartRequest,
    CheckoutRequest,
    Delivery,
    FilledCart,
    carts_by_ids,
    check_out,
    check_outs,
    put_carts,
)

Outcome = FilledCart | int | Rejected


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with an_open_counter(await clone()) as counter:
        yield counter


def wish(
    counter: Counter, request_id: str, shopper: Shopper | None = None, /, **units: int
) -> CartRequest:
    lines = [CartLine(counter.skus[code], quantity) for code, quantity in units.items()]
    return CartRequest(
        shopper=shopper or counter.shopper,
        request_id=request_id,
        body=body_hash("cartLinesPut", repr((request_id, units)).encode()),
        store_id=counter.store_id,
        lines=lines,
        looks_at_lines=True,
    )


async def put(counter: Counter, requests: Sequence[CartRequest]) -> list[Outcome]:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await put_carts(conn, network_id=counter.network_id, requests=requests)


async def contents(counter: Counter) -> list[tuple[object, ...]]:
    rows = await counter.owner_pool.fetch(
        "SELECT cart.member_id, cart.store_id, cart.version, cart.source, line.sku_id,"
        "       line.quantity"
        "  FROM shopping.cart AS cart"
        "  LEFT JOIN shopping.cart_line AS line ON line.cart_id = cart.id"
        " ORDER BY cart.member_id, cart.store_id, line.added_at, line.sku_id"
    )
    return [tuple(row) for row in rows]


def kinds(outcomes: Sequence[Outcome]) -> list[object]:
    """What became of each: its problems, the cart of an earlier request, or that it was filled."""
    return [
        [type(problem).__name__ for problem in one.problems]
        if isinstance(one, Rejected)
        else type(one).__name__
        for one in outcomes
    ]


@pytest.mark.parametrize("seed", range(4))
async def test_a_batch_comes_out_as_one_by_one(
    clone: Callable[[], Awaitable[str]], seed: int
) -> None:
    """Right and wrong, of several people, with ids that come again: the same answers, and the same
    in the database."""
    outcomes, left = [], []
    for is_together in (True, False):
        async with an_open_counter(await clone()) as counter:
            people = [counter.shopper, await a_guest(counter.db, counter.network_id)]
            people.append(await a_member(counter.db, counter.network_id))
            requests = _wishes(counter, people, Random(seed))
            await put(counter, requests[:3])
            rest = requests[3:]
            batches = [rest] if is_together else [[one] for one in rest]
            found = [kind for batch in batches for kind in kinds(await put(counter, batch))]
            # Within a batch, what comes again has the same cart: alone, it has its id.
            outcomes.append(["FilledCart" if kind == "int" else kind for kind in found])
            left.append(await contents(counter))
            answered = await counter.owner_pool.fetch(
                "SELECT org_id, request_id FROM kernel.request ORDER BY org_id, request_id"
            )
            left[-1] += [tuple(row) for row in answered]
    assert outcomes[0] == outcomes[1]
    assert [row[2:] for row in left[0]] == [row[2:] for row in left[1]]


def _wishes(counter: Counter, people: Sequence[Shopper], random: Random) -> Sequence[CartRequest]:
    made = []
    for _ in range(24):
        units = {
            code: random.choice((0, 1, 2, 5, -1) if random.random() < 0.2 else (0, 1, 2))
            for code in random.sample(["SHIRT", "COAT"], random.randint(1, 2))
        }
        shopper = random.choice(people)
        one = wish(counter, f"r{random.randrange(16)}", shopper, **units)
        if random.random() < 0.15:
            one = replace(one, store_id=999_999)
        if random.random() < 0.15:
            one = replace(one, lines=[*one.lines, CartLine(999_999, 1)])
        if random.random() < 0.3:
            one = replace(one, source=random.choice(("spring", "", "s" * 500)))
        made.append(one)
    return made


async def test_each_is_answered_with_its_own_cart_and_what_is_offered_of_it(
    counter: Counter,
) -> None:
    other = await a_member(counter.db, counter.network_id)
    await lists(counter, "COAT", "129.00", limit_per_order=3)
    mine, theirs = await put(
        counter,
        [wish(counter, "1", SHIRT=2), wish(counter, "2", other, COAT=1)],
    )
    assert isinstance(mine, FilledCart)
    assert isinstance(theirs, FilledCart)
    shirt, coat = counter.skus["SHIRT"], counter.skus["COAT"]
    assert (mine.cart.member_id, mine.cart.lines) == (
        counter.shopper.member_id,
        (CartLine(shirt, 2),),
    )
    assert (theirs.cart.member_id, theirs.cart.lines) == (other.member_id, (CartLine(coat, 1),))
    assert mine.offers.keys() == {shirt}
    offer = theirs.offers[coat]
    assert offer is not None
    assert (offer.unit_price.amount, offer.limit_per_order) == (129, 3)
    async with counter.db.reading(counter.network_id) as conn:
        stored = await carts_by_ids(conn, shopper=other, ids=[mine.cart.id, theirs.cart.id])
    assert stored == {theirs.cart.id: theirs.cart}


async def test_what_is_refused_leaves_nothing_behind_and_may_come_again(counter: Counter) -> None:
    before = await everything(counter)
    wrong = replace(wish(counter, "1", SHIRT=1), lines=[CartLine(999_999, 1)])
    [refused] = await put(counter, [wrong])
    assert kinds([refused]) == [["NotFound"]]
    assert await everything(counter) == before
    [filled] = await put(counter, [wish(counter, "1", SHIRT=1)])
    assert isinstance(filled, FilledCart)
    assert await put(counter, [wish(counter, "1", SHIRT=1)]) == [filled.cart.id]
    [reused] = await put(counter, [wish(counter, "1", SHIRT=1, COAT=1)])
    assert kinds([reused]) == [["RequestReused"]]


async def test_looks_at_carts_together_see_what_each_would_have_seen_alone(
    counter: Counter,
) -> None:
    await store_becomes(counter, offers_pickup=True)
    people = [counter.shopper, await a_guest(counter.db, counter.network_id)]
    people += [await a_member(counter.db, counter.network_id) for _ in range(3)]
    filled = await put(
        counter,
        [wish(counter, str(n), one, SHIRT=1 + n, COAT=n % 2) for n, one in enumerate(people)],
    )
    carts = [one.cart for one in filled if isinstance(one, FilledCart)]
    assert len(carts) == len(people)
    asked = [
        (one, CheckoutRequest(cart_id=cart.id, delivery=delivery))
        for one, cart in zip(people, carts, strict=True)
        for delivery in Delivery
    ]
    asked.append((people[0], replace(asked[-1][1])))  # somebody else's
    async with counter.db.reading(counter.network_id) as conn:
        together = await check_outs(conn, network_id=counter.network_id, requests=asked)
        alone = [await check_out(conn, shopper=one, request=request) for one, request in asked]

    assert together == alone
    assert together[-1] is None
    assert len({one.total_minor for one in together if one}) == len(people)
