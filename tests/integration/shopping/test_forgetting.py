"""Guests who never come again are forgotten; nobody else is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from tests.factories_checkout import a_coupon_for, an_open_counter
from tests.factories_members import a_guest, a_member, now
from tests.factories_sale_rows import Counter
from tradeline import members
from tradeline.identity import TokenKeys
from tradeline.kernel import Shopper
from tradeline.shopping import CartLine, forget_guests, put_cart_lines

KEYS = TokenKeys("t" * 43)


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with an_open_counter(await clone()) as counter:
        yield counter


async def ago(counter: Counter, shopper: Shopper, days: int) -> None:
    await counter.owner_pool.execute(
        "UPDATE members.member SET last_seen_at = now() - $2 * interval '1 day' WHERE id = $1",
        shopper.member_id,
        days,
    )


async def left(counter: Counter) -> set[int]:
    rows = await counter.owner_pool.fetch("SELECT id FROM members.member")
    return {row["id"] for row in rows}


async def forget(counter: Counter, limit: int = 100) -> int:
    async with counter.owner_pool.acquire() as conn:
        return await forget_guests(conn, limit=limit)


async def test_a_guest_of_long_ago_is_forgotten_with_what_was_in_the_cart(
    counter: Counter,
) -> None:
    network_id = counter.network_id
    past, lately = [await a_guest(counter.db, network_id) for _ in range(2)]
    known = await a_member(counter.db, network_id)
    for shopper, days in ((past, 91), (lately, 89), (known, 400)):
        await ago(counter, shopper, days)
        async with counter.db.unit_of_work(network_id) as conn:
            lines = [CartLine(counter.skus["SHIRT"], 2)]
            await put_cart_lines(conn, shopper=shopper, store_id=counter.store_id, lines=lines)
    async with counter.db.unit_of_work(network_id) as conn:
        for subject in ("privacy_policy", "marketing"):
            await members.record_consent(
                conn, shopper=past, subject=subject, version="1", is_given=True
            )

    assert await forget(counter) == 1

    assert await left(counter) >= {lately.member_id, known.member_id}
    assert past.member_id not in await left(counter)
    carts = await counter.owner_pool.fetch("SELECT member_id FROM shopping.cart")
    assert {row["member_id"] for row in carts} == {lately.member_id, known.member_id}
    assert await counter.owner_pool.fetchval("SELECT count(*) FROM shopping.cart_line") == 2
    assert await forget(counter) == 0


async def test_so_many_at_once_and_the_rest_the_next_time(counter: Counter) -> None:
    guests = [await a_guest(counter.db, counter.network_id) for _ in range(3)]
    for days, guest in enumerate(guests):
        await ago(counter, guest, 100 - days)

    assert await forget(counter, limit=2) == 2
    assert guests[2].member_id in await left(counter)
    assert await forget(counter, limit=2) == 1


async def test_a_guest_who_cannot_be_forgotten_keeps_nobody_else(counter: Counter) -> None:
    guests = [await a_guest(counter.db, counter.network_id) for _ in range(3)]
    for guest in guests:
        await ago(counter, guest, 100)
    coupon_id = await a_coupon_for(counter)
    await counter.owner_pool.execute(
        "UPDATE marketing.coupon SET member_id = $2 WHERE id = $1", coupon_id, guests[1].member_id
    )

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await forget(counter)

    assert {it.member_id for it in guests} & await left(counter) == {guests[1].member_id}


async def test_who_can_still_come_or_is_on_record_is_not_forgotten(counter: Counter) -> None:
    network_id = counter.network_id
    logged_in, told_apart = [await a_guest(counter.db, network_id) for _ in range(2)]
    known = await a_member(counter.db, network_id)
    async with counter.db.unit_of_work(network_id) as conn:
        await members.issue_session(
            conn, keys=KEYS, network_id=network_id, member_id=logged_in.member_id
        )
        merged = await members.merge_members(
            conn,
            network_id=network_id,
            one=told_apart.member_id,
            other=known.member_id,
            cause=members.MergeCause.GUEST,
        )
        assert merged is not None
        await members.undo_merge(conn, actor=counter.story.actor("brand"), merge_id=merged.id)
    for guest in (logged_in, told_apart):
        await ago(counter, guest, 100)

    assert await forget(counter) == 0

    assert await now(counter.db, network_id, told_apart.member_id) == told_apart
