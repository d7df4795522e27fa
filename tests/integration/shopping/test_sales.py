"""What each party of a sale may see: its own edges and its own net, never what others earn."""

from __future__ import annotations

import pytest

from tests.factories_sale_rows import Counter, Want
from tests.factories_sales import placed, sold
from tradeline.kernel import Forbidden, PageRequest, Permission
from tradeline.shopping import (
    FlowKind,
    MoneyTrail,
    SaleFilter,
    cancel_consumer_order,
    legs_of_sales,
    list_sales,
    money_trails,
    sales_by_ids,
)
from tradeline.shopping.model import ConsumerOrderState as State
from tradeline.shopping.queries import sales as queries

# By party: what it has of the worked example, and what it sees of the money's way.
NETS = {"retailer_1": 8130, "trader_a": 4420, "brand": 19919}


async def trail(counter: Counter, name: str, order_id: int) -> MoneyTrail:
    async with counter.db.reading(counter.network_id) as conn:
        found = await money_trails(conn, actor=counter.story.actor(name), order_ids=[order_id])
    return found[order_id]


def told(found: MoneyTrail) -> set[tuple[str, str, FlowKind, int]]:
    return {(flow.from_key, flow.to_key, flow.kind, flow.amount_minor) for flow in found.flows}


async def test_every_party_knows_its_own_net_and_nobody_elses(counter: Counter) -> None:
    order = await sold(counter)

    for name, net in NETS.items():
        found = await trail(counter, name, order.id)
        organizations = [party for party in found.parties if party.org_id is not None]
        known = {party.org_id: party.net_minor for party in organizations}
        assert known.pop(counter.story.orgs[name]) == net
        assert set(known.values()) == {None}
        assert found.is_complete


async def test_edges_are_told_to_their_two_sides_only(counter: Counter) -> None:
    order = await sold(counter)
    lower = {
        ("tier:0", "tier:1", FlowKind.GOODS, 25540),
        ("tier:0", "tier:1", FlowKind.FREIGHT, 600),
        ("tier:1", "tier:0", FlowKind.COST_SHARE, 1801),
        ("tier:1", "tier:0", FlowKind.COLLECTED, 32469),
    }
    upper = {
        ("tier:1", "tier:2", FlowKind.GOODS, 20520),
        ("tier:1", "tier:2", FlowKind.FREIGHT, 600),
        ("tier:2", "tier:1", FlowKind.COST_SHARE, 1201),
        ("tier:2", "tier:1", FlowKind.COLLECTED, 32469),
    }
    payment = {("consumer", "provider", FlowKind.PAYMENT, 32469)}
    capture = {("provider", "tier:2", FlowKind.CAPTURE, 32469)}

    assert told(await trail(counter, "retailer_1", order.id)) == lower | payment
    assert told(await trail(counter, "trader_a", order.id)) == lower | upper
    assert told(await trail(counter, "brand", order.id)) == upper | payment | capture
    parties = {party.key for party in (await trail(counter, "trader_a", order.id)).parties}
    assert parties == {"tier:0", "tier:1", "tier:2"}
    brands = {party.key for party in (await trail(counter, "brand", order.id)).parties}
    assert brands == {"consumer", "provider", "tier:1", "tier:2"}


async def test_debts_of_other_edges_are_not_even_read(counter: Counter) -> None:
    order, actor = await sold(counter), counter.story.actor("brand")

    async with counter.db.reading(counter.network_id) as conn:
        sales = await queries.fetch_sales(conn, actor, [order.id])
        [rows] = await queries.fetch_trail_rows(conn, actor, sales)

    debts = [flow for flow in rows.flows if flow.document_type == "consumer_order"]
    assert {flow.kind for flow in debts} == {
        FlowKind.GOODS,
        FlowKind.FREIGHT,
        FlowKind.COST_SHARE,
        FlowKind.COLLECTED,
    }
    assert {frozenset((flow.from_key, flow.to_key)) for flow in debts} == {
        frozenset(("tier:1", "tier:2"))
    }


async def test_what_goes_back_is_told_as_it_was_told_that_it_came(counter: Counter) -> None:
    order = await sold(counter)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id)

    found = await trail(counter, "brand", order.id)

    assert {
        ("tier:2", "provider", FlowKind.REFUND, 32469),
        ("provider", "consumer", FlowKind.REFUND, 32469),
        ("tier:2", "tier:1", FlowKind.RETURN, 20520),
        ("tier:1", "tier:2", FlowKind.COLLECTED_RETURN, 32469),
    } <= told(found)
    assert {party.net_minor for party in found.parties if party.is_mine} == {0}
    assert found.is_complete


async def test_strangers_see_no_sale_and_no_trail(counter: Counter) -> None:
    order, stranger = await sold(counter), counter.story.actor("retailer_2")

    async with counter.db.reading(counter.network_id) as conn:
        assert await sales_by_ids(conn, actor=stranger, ids=[order.id]) == {}
        assert await money_trails(conn, actor=stranger, order_ids=[order.id]) == {}
        assert await legs_of_sales(conn, actor=stranger, order_ids=[order.id]) == {order.id: []}
        page = await list_sales(conn, actor=stranger, page=PageRequest(), only=SaleFilter())
        assert page.items == ()


async def test_who_may_not_read_sales_reads_none(counter: Counter) -> None:
    order = await sold(counter)
    shipper = counter.story.actor("brand", Permission.CONSUMER_ORDER_FULFIL)

    async with counter.db.reading(counter.network_id) as conn:
        for ask in (
            sales_by_ids(conn, actor=shipper, ids=[order.id]),
            money_trails(conn, actor=shipper, order_ids=[order.id]),
            legs_of_sales(conn, actor=shipper, order_ids=[order.id]),
            list_sales(conn, actor=shipper, page=PageRequest(), only=SaleFilter()),
        ):
            with pytest.raises(Forbidden):
                await ask


async def test_the_consumers_payment_and_address_are_for_who_needs_them(
    counter: Counter,
) -> None:
    traders = (Want(sku="SHIRT", units=1, price="69.90", costs=("52.30",), tier=1),)
    order = await sold(counter, traders, freight_minor=600, freight_tier=1)

    known = {}
    async with counter.db.reading(counter.network_id) as conn:
        for name in NETS:
            actor = counter.story.actor(name)
            sale = (await sales_by_ids(conn, actor=actor, ids=[order.id]))[order.id]
            known[name] = (sale.knows_payment, sale.knows_recipient, sale.own_minor)

    # The store, the trader who ships, the brand that only collects.
    assert known == {
        "retailer_1": (True, True, 6990 - 5230),
        "trader_a": (False, True, 5230 + 600),
        "brand": (True, False, 0),
    }


async def test_legs_are_those_of_ones_own_edges(counter: Counter) -> None:
    order = await sold(counter)

    found = {}
    async with counter.db.reading(counter.network_id) as conn:
        for name in NETS:
            actor = counter.story.actor(name)
            legs = await legs_of_sales(conn, actor=actor, order_ids=[order.id])
            found[name] = [(leg.tier, leg.amount_minor) for leg in legs[order.id]]

    lower, upper = [(1, 15690), (1, 9850)], [(2, 12510), (2, 8010)]
    assert sorted(found["retailer_1"]) == sorted(lower)
    assert sorted(found["trader_a"]) == sorted(lower + upper)
    assert sorted(found["brand"]) == sorted(upper)


async def test_sales_are_listed_newest_first_and_narrowed_down(counter: Counter) -> None:
    orders = [await sold(counter) for _ in range(3)]
    waiting = await placed(counter)
    number = await counter.owner_pool.fetchval(
        "SELECT number FROM shopping.consumer_order WHERE id = $1", orders[1].id
    )

    async def listed(only: SaleFilter, page: PageRequest) -> tuple[list[int], bool]:
        async with counter.db.reading(counter.network_id) as conn:
            found = await list_sales(
                conn, actor=counter.story.actor("trader_a"), page=page, only=only
            )
        return [sale.order.id for sale in found.items], found.has_next

    ids = [waiting.id, *(order.id for order in reversed(orders))]
    assert await listed(SaleFilter(), PageRequest(size=2)) == (ids[:2], True)
    assert await listed(SaleFilter(), PageRequest(after=(ids[1],))) == (ids[2:], False)
    unpaid = SaleFilter(states=(State.TO_PAY,), store_id=counter.store_id)
    assert await listed(unpaid, PageRequest()) == ([waiting.id], False)
    assert await listed(SaleFilter(store_id=counter.store_id + 1), PageRequest()) == ([], False)
    found = await listed(SaleFilter(search=f" {number[3:].upper()} "), PageRequest())
    assert found == ([orders[1].id], False)
