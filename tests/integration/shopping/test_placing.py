"""Consumers' orders: what they come to, what they take, and what is left where they are refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.factories_checkout import (
    a_cart,
    a_coupon_for,
    a_request,
    an_address,
    an_open_counter,
    an_order,
    captured,
    everything,
    lists,
    ordered,
    payment_of,
    refused,
    sources,
    store_becomes,
    taken,
    told,
)
from tests.factories_members import a_guest, a_member
from tests.factories_sale_rows import Counter
from tests.factories_sales import violations
from tradeline.shopping import (
    ConsumerOrder,
    ConsumerOrderState,
    Delivery,
    RefusedConsumerOrder,
    pickup_code_of,
    recipient_of,
    take_consumer_orders,
)
from tradeline.sourcing import NewRule, RuleKind

TO_SHIP, TO_PAY = ConsumerOrderState.TO_SHIP, ConsumerOrderState.TO_PAY


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with an_open_counter(await clone()) as counter:
        yield counter


async def names(counter: Counter, *args: object, **terms: object) -> list[str]:
    return [type(problem).__name__ for problem in await refused(counter, *args, **terms)]  # type: ignore[arg-type]


async def splits(counter: Counter, order_id: int) -> dict[tuple[int, str], list[int]]:
    """By (line number, part), 0 for the freight: what each of the three tiers has of it."""
    rows = await counter.owner_pool.fetch(
        "SELECT coalesce(line.line_no, 0) AS line_no, split.part, split.tier, split.original_minor"
        "  FROM shopping.split AS split"
        "  LEFT JOIN shopping.order_line AS line ON line.id = split.order_line_id"
        " WHERE split.order_id = $1",
        order_id,
    )
    found: dict[tuple[int, str], list[int]] = {}
    for row in rows:
        found.setdefault((row["line_no"], row["part"]), [0, 0, 0])[row["tier"]] = row[
            "original_minor"
        ]
    return found


async def owed(counter: Counter) -> list[int]:
    return [
        await counter.owner_pool.fetchval(
            "SELECT owed_minor FROM settlement.exposure WHERE relationship_id = $1", edge
        )
        for edge in counter.edges.values()
    ]


async def the_example(counter: Counter, **terms: object) -> ConsumerOrder:
    cart = await a_cart(counter, {"SHIRT": 3, "COAT": 1})
    coupon, address = await a_coupon_for(counter), await an_address(counter)
    order = an_order(cart, coupon_id=coupon, address_id=address, **terms)
    return await ordered(counter, order)


async def test_the_worked_example_comes_out_to_the_fen_where_the_brand_collects(
    counter: Counter,
) -> None:
    order = await the_example(counter, total="324.69")

    assert (order.state, order.total_minor) == (TO_PAY, 32469)
    assert await splits(counter, order.id) == {
        (1, "goods"): [5280, 3180, 12510],
        (2, "goods"): [3050, 1840, 8010],
        (1, "coupon"): [124, 371, 744],
        (2, "coupon"): [76, 229, 457],
        (0, "freight"): [0, 0, 600],
    }
    assert await owed(counter) == [0, 0]
    assert await counter.level("brand", "SHIRT") == (10_000, 3)
    payment = await payment_of(counter, order.payment_id)
    assert (payment.amount_minor, payment.is_shareable) == (32469, True)
    assert payment.collector_entity_id == counter.story.entities["brand"]

    [outcome] = await told(counter, captured(payment))

    assert outcome.is_first
    assert await owed(counter) == [25540 + 600 - 1801 - 32469, 20520 + 600 - 1201 - 32469]
    assert await owed(counter) == [-8130, -(8130 + 4420)]
    assert await violations(counter) == []
    assert await _results(counter) == {"retailer_1": 8130, "trader_a": 4420, "brand": 19919}


async def test_the_same_sale_leaves_the_same_to_each_where_the_retailer_collects(
    counter: Counter,
) -> None:
    await store_becomes(counter, collector_tier=0)
    await counter.owner_pool.execute("UPDATE settlement.exposure SET credit_limit_minor = 24339")
    order = await the_example(counter, total="324.69")
    payment = await payment_of(counter, order.payment_id)
    assert payment.collector_entity_id == counter.story.entities["retailer_1"]

    await told(counter, captured(payment))

    assert await owed(counter) == [25540 + 600 - 1801, 20520 + 600 - 1201]
    assert await violations(counter) == []
    assert await _results(counter) == {"retailer_1": 8130, "trader_a": 4420, "brand": 19919}


async def _results(counter: Counter) -> dict[str, int]:
    """What each books as its own: all but what others owe it and what the provider holds for it.
    What is taken for others has gone on to them: nothing of it is left in any book."""
    rows = await counter.owner_pool.fetch(
        "SELECT account.entity_id, account.code, sum(entry.minor)::bigint AS minor"
        "  FROM (SELECT debit_account_id AS account_id, amount_minor AS minor"
        "          FROM settlement.transfer"
        "        UNION ALL"
        "        SELECT credit_account_id, -amount_minor FROM settlement.transfer) AS entry"
        "  JOIN settlement.account AS account ON account.id = entry.account_id"
        " WHERE account.relationship_id IS NULL"
        " GROUP BY account.entity_id, account.code"
    )
    assert {row["minor"] for row in rows if row["code"] == "collections"} <= {0}
    names = {id: name for name, id in counter.story.entities.items()}
    results: dict[str, int] = {}
    for row in rows:
        if row["code"] not in ("collections", "provider"):
            name = names[row["entity_id"]]
            results[name] = results.get(name, 0) - row["minor"]
    return results


async def test_an_order_takes_its_cart_its_stock_and_its_coupon(counter: Counter) -> None:
    order = await the_example(counter)

    row = await counter.owner_pool.fetchrow(
        "SELECT state, order_id FROM marketing.coupon WHERE id = $1", order.coupon_id
    )
    assert row is not None
    assert tuple(row) == ("held", order.id)
    assert await counter.owner_pool.fetchval("SELECT count(*) FROM shopping.cart_line") == 0
    assert await counter.owner_pool.fetchval("SELECT version FROM shopping.cart") == 3
    recipient = recipient_of(order, counter.network_id)
    assert recipient is not None
    assert (recipient.recipient, recipient.region) == ("林小满", "CN-ZJ")
    assert "林小满".encode() not in (order.recipient_seal or b"")


async def test_what_is_picked_up_stands_in_the_store_and_has_a_code(counter: Counter) -> None:
    cart = await a_cart(counter, {"SHIRT": 2})
    order = await ordered(counter, an_order(cart, "139.80"))

    assert await counter.level("retailer_1", "SHIRT") == (10_000, 2)
    assert pickup_code_of(order, counter.network_id) is None
    await told(counter, captured(await payment_of(counter, order.payment_id)))
    row = await counter.owner_pool.fetchrow("SELECT * FROM shopping.consumer_order")
    assert row is not None
    assert row["state"] == "to_pick_up"
    assert await owed(counter) == [-13980, -13980]  # nothing but what the brand has collected
    assert await violations(counter) == []


async def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_taken(
    counter: Counter,
) -> None:
    await lists(counter, "SHIRT", "69.90", limit_per_order=2)
    cart = await a_cart(counter, {"SHIRT": 3, "COAT": 50_000})
    somebody = await a_member(counter.db, counter.network_id)
    coupon = await a_coupon_for(counter, somebody)
    before = await everything(counter)

    order = an_order(cart, "1.00", coupon_id=coupon, delivery=Delivery.DELIVERY)
    assert await names(counter, order) == [
        "AddressMissing",
        "AboveLimit",
        "NotEnoughStock",
        "NotFound",
    ]
    assert await everything(counter) == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"is_open": False}, ["StoreClosed"]),
        ({"offers_pickup": False}, ["PickupNotOffered"]),
        ({"collector_tier": 1}, ["StoreClosed"]),
    ],
)
async def test_a_store_sells_only_what_and_how_it_can(
    counter: Counter, change: dict[str, object], expected: list[str]
) -> None:
    cart = await a_cart(counter, {"SHIRT": 1})
    await store_becomes(counter, **change)
    before = await everything(counter)
    assert await names(counter, an_order(cart)) == expected
    assert await everything(counter) == before


async def test_nobody_orders_what_is_somebody_elses(counter: Counter) -> None:
    """Another's cart, address and coupon are not there; the same answer as for none."""
    somebody = await a_member(counter.db, counter.network_id)
    theirs = await a_cart(counter, {"SHIRT": 2}, somebody)
    address = await an_address(counter, somebody)
    coupon = await a_coupon_for(counter, somebody)
    mine = await a_cart(counter, {"SHIRT": 2})
    before = await everything(counter)

    assert await names(counter, an_order(theirs)) == ["NotFound"]
    stolen = an_order(mine, address_id=address, coupon_id=coupon)
    assert await names(counter, stolen) == ["NotFound", "NotFound"]
    assert await everything(counter) == before


async def test_a_guest_does_not_order(counter: Counter) -> None:
    guest = await a_guest(counter.db, counter.network_id)
    cart = await a_cart(counter, {"SHIRT": 1}, guest)
    assert await names(counter, an_order(cart), guest) == ["NotForGuests"]


async def test_no_total_is_charged_but_the_one_that_was_shown(counter: Counter) -> None:
    cart = await a_cart(counter, {"SHIRT": 1})
    before = await everything(counter)
    for total in ("0.01", "69.89", "69.901", "1E30", "-1"):
        assert await names(counter, an_order(cart, total)) in (["PriceChanged"], ["InvalidValue"])
    await lists(counter, "SHIRT", "79.90")
    [problem] = await refused(counter, an_order(cart, "69.90"))
    assert str(problem.message()).startswith("The total was 69.90 CNY and is 79.90 CNY")
    assert {**await everything(counter), "outbox": 0} == {**before, "outbox": 0}


async def test_a_cart_that_was_changed_meanwhile_is_not_ordered(counter: Counter) -> None:
    cart = await a_cart(counter, {"SHIRT": 1})
    await a_cart(counter, {"SHIRT": 2})
    assert await names(counter, an_order(cart)) == ["CartChanged"]


async def test_a_region_without_a_rule_is_not_delivered_to(counter: Counter) -> None:
    cart = await a_cart(counter, {"SHIRT": 1})
    far = await an_address(counter, region="CN-XZ")
    assert await names(counter, an_order(cart, address_id=far)) == ["NotDelivered"]


async def test_freight_is_free_from_what_the_rule_says(counter: Counter) -> None:
    near = await an_address(counter, region="CN-SH-PD")
    order = await ordered(counter, an_order(await a_cart(counter, {"SHIRT": 1}), address_id=near))
    assert (order.freight_minor, order.total_minor) == (800, 7790)
    order = await ordered(counter, an_order(await a_cart(counter, {"COAT": 3}), address_id=near))
    assert (order.freight_minor, order.total_minor) == (0, 38700)


async def test_of_one_coupon_wanted_twice_one_order_has_it(counter: Counter) -> None:
    coupon = await a_coupon_for(counter)
    address = await an_address(counter)
    first = await ordered(
        counter,
        an_order(await a_cart(counter, {"SHIRT": 2}), coupon_id=coupon, address_id=address),
    )
    assert first.coupon_minor == 2001
    again = an_order(await a_cart(counter, {"SHIRT": 2}), coupon_id=coupon, address_id=address)
    assert await names(counter, again) == ["CouponNotUsable"]


async def test_a_coupon_that_takes_all_is_paid_as_it_is_placed(counter: Counter) -> None:
    """Nothing is left to pay: the goods and who bears them are owed at once."""
    await lists(counter, "SHIRT", "100.00")
    coupon = await a_coupon_for(counter)
    await counter.owner_pool.execute(
        "UPDATE marketing.campaign SET value_minor = 10000, threshold_minor = 10000"
    )
    order = await ordered(
        counter, an_order(await a_cart(counter, {"SHIRT": 1}), "0.00", coupon_id=coupon)
    )
    assert (order.state, order.total_minor) == (ConsumerOrderState.TO_PICK_UP, 0)
    assert order.payment_id is None
    assert await owed(counter) == [-9000, -6000]
    assert await counter.owner_pool.fetchval("SELECT state FROM marketing.coupon") == "used"
    assert await violations(counter) == []


async def test_a_request_that_comes_again_is_answered_with_its_order(counter: Counter) -> None:
    cart = await a_cart(counter, {"SHIRT": 1})
    request = a_request(counter.shopper, an_order(cart), "same")
    [order, twin] = await taken(counter, request, request)
    assert isinstance(order, ConsumerOrder)
    assert twin == order
    assert await taken(counter, request) == [order.id]
    other = a_request(counter.shopper, an_order(cart, "1.00"), "same")
    [found] = await taken(counter, other)
    assert isinstance(found, RefusedConsumerOrder)
    assert type(found.problems[0]).__name__ == "RequestReused"
    assert await counter.owner_pool.fetchval("SELECT count(*) FROM shopping.consumer_order") == 1


async def test_a_refused_order_hurts_no_other_of_its_batch(counter: Counter) -> None:
    """They are given what there is in order of arrival."""
    await sources(
        counter,
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=0, quantity=9_990),
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=1, quantity=10_000),
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=2, quantity=10_000),
    )
    people = [await a_member(counter.db, counter.network_id) for _ in range(4)]
    carts = [
        await a_cart(counter, {"SHIRT": units}, who)
        for who, units in zip(people, (6, 5, 3, 1), strict=True)
    ]
    found = await taken(
        counter,
        *(a_request(who, an_order(cart)) for who, cart in zip(people, carts, strict=True)),
    )
    assert [isinstance(one, ConsumerOrder) for one in found] == [True, False, True, True]
    assert await counter.level("retailer_1", "SHIRT") == (10_000, 10)


async def test_what_no_tier_alone_has_comes_from_several(counter: Counter) -> None:
    """Each part is a line of its own, at what each edge on its way charges."""
    await sources(
        counter,
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=0, quantity=9_999),
        NewRule(kind=RuleKind.SAFETY_STOCK, tier=1, quantity=9_998),
    )
    address = await an_address(counter)
    cart = await a_cart(counter, {"SHIRT": 5})
    order = await ordered(counter, an_order(cart, "355.50", address_id=address))
    rows = await counter.owner_pool.fetch(
        "SELECT source_tier, quantity, goods_minor FROM shopping.order_line ORDER BY line_no"
    )
    assert [tuple(row) for row in rows] == [(0, 1, 6990), (1, 2, 13980), (2, 2, 13980)]
    legs = await counter.owner_pool.fetch("SELECT tier, amount_minor FROM shopping.leg ORDER BY 1")
    assert [tuple(leg) for leg in legs] == [(1, 4 * 5230), (2, 2 * 4170)]
    await told(counter, captured(await payment_of(counter, order.payment_id)))
    assert await violations(counter) == []


async def test_a_source_without_a_price_on_its_way_is_passed_over(counter: Counter) -> None:
    """The order does not fail for it: another source serves."""
    await counter.owner_pool.execute(
        "DELETE FROM pricing.price WHERE sku_id = $1 AND unit_price = 41.70",
        counter.skus["SHIRT"],
    )
    address = await an_address(counter)
    await ordered(counter, an_order(await a_cart(counter, {"SHIRT": 1}), address_id=address))
    row = await counter.owner_pool.fetchrow(
        "SELECT source_tier, plan FROM shopping.order_line, shopping.consumer_order"
    )
    assert row is not None
    assert row["source_tier"] == 0
    assert '"excluded"' in row["plan"]


async def test_a_markup_follows_what_the_store_pays(counter: Counter) -> None:
    await lists(counter, "SHIRT", "+2500")
    order = await ordered(counter, an_order(await a_cart(counter, {"SHIRT": 2})))
    assert order.goods_minor == 2 * 6538  # 52.30 and a quarter, half up
    await counter.owner_pool.execute(
        "UPDATE pricing.price SET unit_price = 60 WHERE unit_price = 52.30"
    )
    order = await ordered(counter, an_order(await a_cart(counter, {"SHIRT": 2})))
    assert order.goods_minor == 2 * 7500


async def test_who_sells_below_cost_bears_it(counter: Counter) -> None:
    await lists(counter, "SHIRT", "50.00")
    address = await an_address(counter)
    order = await ordered(
        counter, an_order(await a_cart(counter, {"SHIRT": 1}), address_id=address)
    )
    assert (await splits(counter, order.id))[1, "goods"] == [-230, 1060, 4170]
    await told(counter, captured(await payment_of(counter, order.payment_id)))
    assert await violations(counter) == []


async def test_whoever_has_no_part_in_a_sale_is_not_on_it(counter: Counter) -> None:
    """From the store's own stock, collected by the store: nobody above learns of it."""
    await store_becomes(counter, collector_tier=0)
    await ordered(counter, an_order(await a_cart(counter, {"SHIRT": 1})))
    assert await counter.owner_pool.fetchval("SELECT count(*) FROM shopping.order_tier") == 1


async def test_placing_takes_as_many_statements_for_many_orders_as_for_one(
    counter: Counter,
) -> None:
    people = [await a_member(counter.db, counter.network_id) for _ in range(9)]
    counts = []
    for batch in (people[:1], people[1:2], people[2:]):  # the first one teaches types
        requests = []
        for who in batch:
            cart = await a_cart(counter, {"SHIRT": 1, "COAT": 1}, who)
            address = await an_address(counter, who)
            requests.append(a_request(who, an_order(cart, address_id=address)))
        async with counter.db.unit_of_work(counter.network_id) as conn:
            statements: list[str] = []
            conn.add_query_logger(lambda record, seen=statements: seen.append(record.query))
            await take_consumer_orders(conn, network_id=counter.network_id, requests=requests)
            counts.append(len(statements))
    assert counts[1] == counts[2]
    assert counts[1] <= 22


async def test_a_cart_that_is_ordered_by_many_at_once_becomes_one_order(counter: Counter) -> None:
    """Two windows, two processes: the other ones find another cart than the one they saw."""
    cart = await a_cart(counter, {"SHIRT": 1})
    found = await asyncio.gather(
        *(taken(counter, a_request(counter.shopper, an_order(cart))) for _ in range(4))
    )
    placed = [one for [one] in found if isinstance(one, ConsumerOrder)]
    assert len(placed) == 1
    assert await counter.level("retailer_1", "SHIRT") == (10_000, 1)


async def test_the_last_piece_is_sold_once_however_many_want_it(counter: Counter) -> None:
    await sources(
        counter,
        *(NewRule(kind=RuleKind.SAFETY_STOCK, tier=tier, quantity=9_998) for tier in range(3)),
    )
    people = [await a_member(counter.db, counter.network_id) for _ in range(6)]
    carts = [await a_cart(counter, {"SHIRT": 1}, who) for who in people]
    found = await asyncio.gather(
        *(
            taken(counter, a_request(who, an_order(cart)))
            for who, cart in zip(people, carts, strict=True)
        )
    )
    assert sum(isinstance(one, ConsumerOrder) for [one] in found) == 2
    assert await counter.level("retailer_1", "SHIRT") == (10_000, 2)
