"""Coupons: claimed, held for orders, used and given back, also by many at once."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from tests.factories import Story, a_network
from tests.factories_channels import a_store
from tests.factories_marketing import a_campaign, a_coupon, a_proposal
from tests.factories_members import a_guest, a_member, now
from tradeline import members
from tradeline.kernel import Database, NotFound, PageRequest, Pool, Problem, Rejected
from tradeline.marketing import (
    CouponsEnough,
    CouponsGone,
    CouponState,
    NotClaimableNow,
    claim_coupon,
    coupons_by_ids,
    create_campaign,
    end_campaign,
    find_violations,
    hold_coupons,
    list_claimable,
    list_my_coupons,
    load_coupons,
    lock_coupons,
    release_coupons,
    usable_coupons,
    use_coupons,
)
from tradeline.members import NotForGuests


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_network(owner_pool, db)


async def refusal(awaited: object) -> list[Problem]:
    with pytest.raises(Rejected) as caught:
        await awaited  # type: ignore[misc]
    return list(caught.value.problems)


async def issued(owner_pool: Pool, campaign_id: int) -> tuple[int, int]:
    """(as counted, coupons that there are)."""
    row = await owner_pool.fetchrow(
        "SELECT issued_count, (SELECT count(*) FROM marketing.coupon WHERE campaign_id = $1)"
        "  FROM marketing.campaign WHERE id = $1",
        campaign_id,
    )
    assert row is not None
    return row[0], row[1]


async def state_of(owner_pool: Pool, coupon_id: int) -> tuple[str, int | None]:
    row = await owner_pool.fetchrow(
        "SELECT state, order_id FROM marketing.coupon WHERE id = $1", coupon_id
    )
    assert row is not None
    return row["state"], row["order_id"]


async def test_of_twelve_members_who_want_ten_coupons_two_are_told_that_they_are_gone(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    campaign = await a_campaign(db, story, [await a_store(db, story)])
    shoppers = [await a_member(db, story.network_id) for _ in range(12)]

    outcomes = await asyncio.gather(
        *(a_coupon(db, shopper, campaign) for shopper in shoppers), return_exceptions=True
    )

    refused = [it for it in outcomes if isinstance(it, Rejected)]
    assert [[type(p) for p in it.problems] for it in refused] == [[CouponsGone]] * 2
    assert await issued(owner_pool, campaign) == (10, 10)


async def test_a_member_who_asks_many_times_at_once_gets_as_many_as_each_may_have(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    campaign = await a_campaign(db, story, [await a_store(db, story)])
    shopper = await a_member(db, story.network_id)

    outcomes = await asyncio.gather(
        *(a_coupon(db, shopper, campaign) for _ in range(6)), return_exceptions=True
    )

    refused = [it for it in outcomes if isinstance(it, Rejected)]
    assert [[type(p) for p in it.problems] for it in refused] == [[CouponsEnough]] * 4
    assert await issued(owner_pool, campaign) == (2, 2)


async def test_what_two_claimed_who_turn_out_to_be_one_counts_together(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    campaign = await a_campaign(db, story, [await a_store(db, story)])
    phone = f"+8613{story.network_id:09d}"
    first = await a_member(db, story.network_id, phone=phone)
    second = await a_member(db, story.network_id)
    coupons = {await a_coupon(db, first, campaign), await a_coupon(db, second, campaign)}
    async with db.unit_of_work(story.network_id) as conn:
        await members.bind_phone(conn, shopper=second, phone=phone)
    one = await now(db, story.network_id, second.member_id)

    [problem] = await refusal(a_coupon(db, one, campaign))

    assert isinstance(problem, CouponsEnough)
    async with db.reading(story.network_id) as conn:
        mine = await list_my_coupons(conn, shopper=one, page=PageRequest())
    assert {terms.coupon_id for terms in mine.items} == coupons


async def test_guests_look_and_do_not_claim(db: Database, owner_pool: Pool, story: Story) -> None:
    store = await a_store(db, story)
    campaign = await a_campaign(db, story, [store])
    guest = await a_guest(db, story.network_id)

    async with db.reading(story.network_id) as conn:
        [offer] = await list_claimable(conn, shopper=guest, store_id=store)
    assert (offer.campaign_id, offer.claimed_count, offer.is_claimable) == (campaign, 0, True)
    assert await refusal(a_coupon(db, guest, campaign)) == [NotForGuests()]
    assert await issued(owner_pool, campaign) == (0, 0)


async def test_nothing_is_claimed_of_what_is_not_agreed_over_or_ended(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    store = await a_store(db, story)
    shopper = await a_member(db, story.network_id)
    async with db.unit_of_work(story.network_id) as conn:
        draft = await create_campaign(
            conn, actor=story.actor("brand"), campaign=a_proposal(story, [store])
        )
    over, ended = [await a_campaign(db, story, [store]) for _ in range(2)]
    await owner_pool.execute(
        "UPDATE marketing.campaign SET valid_to = valid_from + interval '1 minute' WHERE id = $1",
        over,
    )
    async with db.unit_of_work(story.network_id) as conn:
        await end_campaign(conn, actor=story.actor("brand"), campaign_id=ended)

    for id, kind in ((draft, NotFound), (over, NotClaimableNow), (ended, NotClaimableNow)):
        assert [type(it) for it in await refusal(a_coupon(db, shopper, id))] == [kind]
        assert await issued(owner_pool, id) == (0, 0)
    async with db.reading(story.network_id) as conn:
        assert await list_claimable(conn, shopper=shopper, store_id=store) == []


async def test_a_coupon_goes_from_open_to_held_to_used_and_back(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    campaign = await a_campaign(db, story, [await a_store(db, story)])
    shopper = await a_member(db, story.network_id)
    used, freed = await a_coupon(db, shopper, campaign), await a_coupon(db, shopper, campaign)
    network_id = story.network_id

    async with db.unit_of_work(network_id) as conn:
        await lock_coupons(conn, network_id=network_id, coupon_ids=[used, freed])
        await hold_coupons(conn, network_id=network_id, orders={used: 71, freed: 72})
    assert await state_of(owner_pool, used) == ("held", 71)

    for _ in range(2):
        async with db.unit_of_work(network_id) as conn:
            await use_coupons(conn, network_id=network_id, order_ids=[71])
            await release_coupons(conn, network_id=network_id, order_ids=[72])
        assert await state_of(owner_pool, used) == ("used", 71)
        assert await state_of(owner_pool, freed) == ("open", None)

    async with db.unit_of_work(network_id) as conn:
        await use_coupons(conn, network_id=network_id, order_ids=[72])
        await release_coupons(conn, network_id=network_id, order_ids=[71])
    assert await state_of(owner_pool, used) == ("open", None)
    assert await state_of(owner_pool, freed) == ("open", None)


async def test_when_a_coupon_was_used_is_said_once(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    campaign = await a_campaign(db, story, [await a_store(db, story)])
    coupon = await a_coupon(db, await a_member(db, story.network_id), campaign)
    network_id = story.network_id
    async with db.unit_of_work(network_id) as conn:
        await hold_coupons(conn, network_id=network_id, orders={coupon: 75})
    times = []
    for _ in range(2):
        async with db.unit_of_work(network_id) as conn:
            await use_coupons(conn, network_id=network_id, order_ids=[75])
        times.append(
            await owner_pool.fetchval("SELECT used_at FROM marketing.coupon WHERE id = $1", coupon)
        )

    assert times[0] == times[1] is not None


async def test_of_two_orders_at_once_one_has_the_coupon(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    campaign = await a_campaign(db, story, [await a_store(db, story)])
    coupon = await a_coupon(db, await a_member(db, story.network_id), campaign)
    network_id = story.network_id

    async def place(order_id: int) -> bool:
        async with db.unit_of_work(network_id) as conn:
            found = await lock_coupons(conn, network_id=network_id, coupon_ids=[coupon])
            if not found[coupon].is_open:
                return False
            await asyncio.sleep(0.01)
            await hold_coupons(conn, network_id=network_id, orders={coupon: order_id})
            return True

    assert sorted(await asyncio.gather(*map(place, range(81, 87)))) == [False] * 5 + [True]
    assert (await state_of(owner_pool, coupon))[0] == "held"


async def test_who_holds_without_looking_is_stopped(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    campaign = await a_campaign(db, story, [await a_store(db, story)])
    shopper = await a_member(db, story.network_id)
    coupons = [await a_coupon(db, shopper, campaign) for _ in range(2)]
    network_id = story.network_id
    async with db.unit_of_work(network_id) as conn:
        await hold_coupons(conn, network_id=network_id, orders={coupons[0]: 91})

    with pytest.raises(RuntimeError, match="not open"):
        async with db.unit_of_work(network_id) as conn:
            await hold_coupons(conn, network_id=network_id, orders={coupons[0]: 92, coupons[1]: 93})

    assert await state_of(owner_pool, coupons[0]) == ("held", 91)
    assert await state_of(owner_pool, coupons[1]) == ("open", None)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with db.unit_of_work(network_id) as conn:
            await hold_coupons(conn, network_id=network_id, orders={coupons[1]: 91})


async def test_terms_say_whose_coupon_it_is_where_it_is_used_and_who_bears_it(
    db: Database, story: Story
) -> None:
    store = await a_store(db, story)
    other = await a_store(db, story)
    campaign = await a_campaign(db, story, [store])
    shopper, stranger = [await a_member(db, story.network_id) for _ in range(2)]
    coupon = await a_coupon(db, shopper, campaign)
    network_id = story.network_id

    async with db.reading(network_id) as conn:
        terms = (await load_coupons(conn, network_id=network_id, coupon_ids=[coupon, 0]))[coupon]
        here, there = (shopper.member_id, store), (shopper.member_id, other)
        strange = stranger.member_id, store
        all_usable = await usable_coupons(
            conn,
            network_id=network_id,
            wanted={
                here: [shopper.member_id],
                there: [shopper.member_id],
                strange: [stranger.member_id],
            },
        )
        assert all_usable[strange] == []
        usable, elsewhere = all_usable[here], all_usable[there]
        theirs = await coupons_by_ids(conn, shopper=stranger, ids=[coupon])
        nothing = await list_my_coupons(conn, shopper=stranger, page=PageRequest())
        held = await list_my_coupons(
            conn, shopper=shopper, page=PageRequest(), state=CouponState.HELD
        )

    assert (terms.member_id, terms.is_open, terms.is_valid) == (shopper.member_id, True, True)
    assert (terms.value_minor, terms.threshold_minor) == (2_001, 10_000)
    assert terms.store_ids == {store}
    assert terms.shares == {
        story.orgs["brand"]: 6_000,
        story.orgs["trader_a"]: 3_000,
        story.orgs["retailer_1"]: 1_000,
    }
    assert usable == [terms]
    assert (elsewhere, theirs, nothing.items, held.items) == ([], {}, (), ())


async def test_another_networks_coupons_are_not_there(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    campaign = await a_campaign(db, story, [await a_store(db, story)])
    coupon = await a_coupon(db, await a_member(db, story.network_id), campaign)
    elsewhere = await a_network(owner_pool, db)
    stranger = await a_member(db, elsewhere.network_id)

    async with db.unit_of_work(elsewhere.network_id) as conn:
        found = await lock_coupons(conn, network_id=elsewhere.network_id, coupon_ids=[coupon])
        with pytest.raises(Rejected):
            await claim_coupon(conn, shopper=stranger, campaign_id=campaign)

    assert found == {}
    assert await issued(owner_pool, campaign) == (1, 1)


async def test_the_database_issues_no_more_than_was_agreed(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    campaign = await a_campaign(db, story, [await a_store(db, story)])

    with pytest.raises(asyncpg.CheckViolationError, match="never_issues_more_than_agreed"):
        await owner_pool.execute(
            "UPDATE marketing.campaign SET issued_count = 11 WHERE id = $1", campaign
        )


async def test_the_doctor_sees_coupons_that_nobody_counted_agreed_to_or_ordered(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    store = await a_store(db, story)
    shopper = await a_member(db, story.network_id)
    campaign = await a_campaign(db, story, [store])
    await a_coupon(db, shopper, campaign)
    found: dict[str, int] = {}
    async with owner_pool.acquire() as conn:
        before = {it.invariant.code: it.count for it in await find_violations(conn)}
        change = conn.transaction()
        await change.start()
        await conn.execute("UPDATE marketing.campaign SET issued_count = 5 WHERE id = $1", campaign)
        await conn.execute(
            "UPDATE marketing.campaign_share SET agreed_at = NULL"
            " WHERE campaign_id = $1 AND org_id = $2",
            campaign,
            story.orgs["trader_a"],
        )
        await conn.execute(
            "UPDATE marketing.coupon SET state = 'held', order_id = -5, held_at = now()"
            " WHERE campaign_id = $1",
            campaign,
        )
        found = {it.invariant.code: it.count for it in await find_violations(conn)}
        await change.rollback()

    assert {code: found[code] - count for code, count in before.items()} == {
        "marketing.issued_count_is_the_number_of_coupons": 1,
        "marketing.coupons_are_agreed_to_by_all_who_bear_them": 1,
        "marketing.kept_coupons_are_their_orders": 1,
    }
