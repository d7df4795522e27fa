"""Each invariant of sales: a row is corrupted, and named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.factories_sale_rows import Counter
from tests.factories_sales import Placed, a_counter, placed, sold, violations
from tradeline.kernel import Money
from tradeline.shopping import (
    decide_after_sale,
    find_violations,
    refund_price,
    request_after_sale,
    resource_orders,
    ship_consumer_order,
)

# What is done to the database behind its back, and which invariants name it.
CORRUPTIONS: dict[str, tuple[str, set[str]]] = {
    "splits_add_up_to_the_total": (
        "UPDATE shopping.split SET original_minor = original_minor + 1 WHERE part = 'freight'",
        {"debts_follow_from_the_split"},
    ),
    "splits_add_up_to_their_lines": (
        "UPDATE shopping.order_line SET coupon_minor = coupon_minor + 1 WHERE id = {coat}",
        set(),
    ),
    "splits_follow_the_prices_of_the_edges": (
        "UPDATE shopping.leg_line SET amount_minor = amount_minor + 1"
        " WHERE order_line_id = {coat} AND tier = 1",
        {"legs_are_the_sum_of_their_lines"},
    ),
    "lines_walk_every_edge_to_their_source": (
        "DELETE FROM shopping.leg_line WHERE order_line_id = {coat} AND tier = 2",
        {"legs_are_the_sum_of_their_lines", "splits_follow_the_prices_of_the_edges"},
    ),
    "legs_are_the_sum_of_their_lines": (
        "UPDATE shopping.leg SET amount_minor = amount_minor + 1 WHERE order_id = {order}",
        set(),
    ),
    "splits_are_reversed_by_documents": (
        "UPDATE shopping.split SET reversed_minor = reversed_minor + 1"
        " WHERE order_line_id = {coat} AND part = 'goods' AND tier = 0",
        {"lines_give_back_what_is_reversed", "what_may_go_back_is_nobodys_credit"},
    ),
    "refunds_are_what_they_reverse": (
        "UPDATE shopping.consumer_refund SET goods_minor = goods_minor + 1,"
        " coupon_minor = coupon_minor + 1 WHERE cause = 'price'",
        set(),
    ),
    "refunds_are_what_they_reverse (moved)": (
        "UPDATE shopping.split SET original_minor = original_minor + 1"
        " WHERE moved_by_id IS NOT NULL AND part = 'goods' AND tier = 0",
        {
            "splits_add_up_to_the_total",
            "splits_add_up_to_their_lines",
            "splits_follow_the_prices_of_the_edges",
            "what_may_go_back_is_nobodys_credit",
        },
    ),
    "lines_give_back_what_is_reversed": (
        "UPDATE shopping.order_line SET refunded_goods_minor = refunded_goods_minor - 1"
        " WHERE id = {shirt}",
        set(),
    ),
    "orders_give_back_the_sum_of_their_refunds": (
        "UPDATE shopping.consumer_order SET refunded_minor = refunded_minor + 1 WHERE id = {order}",
        set(),
    ),
    "refunds_are_asked_of_the_provider": (
        "UPDATE shopping.consumer_refund SET payment_refund_id = NULL WHERE cause = 'price'",
        set(),
    ),
    "every_fen_captured_is_traced": (
        "UPDATE shopping.consumer_order SET payment_id = NULL WHERE id = {order}",
        {"paid_orders_have_their_money"},
    ),
    "every_fen_captured_is_traced (surplus)": (
        "UPDATE payments.payment SET is_surplus = true WHERE id = {payment}",
        {"paid_orders_have_their_money"},
    ),
    "paid_orders_have_their_money": (
        "UPDATE shopping.consumer_order SET state = 'to_ship', paid_at = now()"
        " WHERE id = {waiting}",
        {
            "debts_follow_from_the_split",
            "books_say_what_was_sold_and_taken",
            "what_may_go_back_is_nobodys_credit",
        },
    ),
    "debts_follow_from_the_split": (
        "UPDATE settlement.obligation SET document_id = document_id + 1000"
        " WHERE kind = 'cost_share'",
        set(),
    ),
    "debts_follow_from_the_split (of refunds)": (
        "UPDATE settlement.obligation SET kind = 'freight_return' WHERE kind = 'return'"
        " AND id = (SELECT min(id) FROM settlement.obligation WHERE kind = 'return')",
        set(),
    ),
    "books_say_what_was_sold_and_taken": (
        "UPDATE settlement.booking SET document_id = document_id + 1000 WHERE kind = 'sale'",
        set(),
    ),
    "unshipped_units_are_held": (
        "UPDATE shopping.order_line SET cancelled_quantity = 1 WHERE order_id = {waiting}"
        " AND line_no = 1",
        set(),
    ),
    "goods_are_held_where_they_come_from": (
        "UPDATE shopping.order_line SET source_org_id = source_org_id + 1"
        " WHERE order_id = {waiting} AND line_no = 1",
        set(),
    ),
    "orders_that_are_through_wait_for_nothing": (
        "UPDATE shopping.consumer_order SET state = 'shipped' WHERE id = {order}",
        {"unshipped_units_are_held"},
    ),
    "lines_ship_what_shipments_carry": (
        "UPDATE shopping.shipment_line SET quantity = quantity + 1",
        set(),
    ),
    "lines_return_what_after_sales_took": (
        "UPDATE shopping.after_sale SET state = 'refused' WHERE kind = 'return'",
        set(),
    ),
    "lines_keep_what_after_sales_kept": (
        "UPDATE shopping.after_sale_line SET is_kept = true WHERE order_line_id = {shirt}",
        set(),
    ),
    "what_may_go_back_is_nobodys_credit": (
        "UPDATE settlement.exposure SET returnable_minor = returnable_minor + 1",
        set(),
    ),
    "what_may_go_back_is_nobodys_credit (final)": (
        "UPDATE shopping.consumer_order SET is_final = true WHERE id = {order}",
        set(),
    ),
    "orders_to_pay_hold_what_is_lent_for_them": (
        "INSERT INTO settlement.exposure_hold"
        "       (network_id, relationship_id, reference_type, reference_id, amount_minor)"
        " SELECT network_id, min(relationship_id), 'consumer_order_edge_1', {waiting}, 1"
        "   FROM settlement.exposure GROUP BY network_id",
        set(),
    ),
    "orders_to_pay_hold_what_is_lent_for_them (nothing)": (
        "INSERT INTO shopping.shortfall"
        "       (network_id, order_id, tier, relationship_id, amount_minor)"
        " SELECT network_id, order_id, tier, relationship_id, 1"
        "   FROM shopping.order_tier WHERE order_id = {waiting} AND tier = 1",
        {"sales_below_cost_are_lent_for"},
    ),
    "unpaid_orders_end_in_time": (
        "UPDATE shopping.consumer_order SET expires_at = now() - interval '11 minutes'"
        " WHERE id = {waiting}",
        set(),
    ),
}


@dataclass(frozen=True, slots=True)
class Scene:
    counter: Counter
    order: Placed
    waiting: Placed

    @property
    def ids(self) -> dict[str, int | None]:
        shirt, coat = self.order.line_ids
        return {
            "order": self.order.id,
            "shirt": shirt,
            "coat": coat,
            "payment": self.order.payment_id,
            "waiting": self.waiting.id,
        }


@pytest.fixture(scope="module")
async def scene(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Scene]:
    """A sale with a bit of everything, and one that waits for its payment; all of it whole."""
    async with a_counter(await clone()) as counter:
        yield await a_scene(counter)


async def a_scene(counter: Counter) -> Scene:
    order, story, network_id = await sold(counter), counter.story, counter.network_id
    shirt = order.line_ids[0]
    store, brand = story.actor("retailer_1"), story.actor("brand")
    async with counter.db.unit_of_work(network_id) as conn:
        await ship_consumer_order(conn, actor=brand, order_id=order.id, quantities={shirt: 1})
        after_sale = await request_after_sale(
            conn,
            shopper=counter.shopper,
            order_id=order.id,
            quantities={shirt: 1},
            reason="太小",
        )
    async with counter.db.unit_of_work(network_id) as conn:
        await decide_after_sale(conn, actor=brand, after_sale_id=after_sale, accepts=True)
    async with counter.db.unit_of_work(network_id) as conn:
        await refund_price(
            conn, actor=store, line_id=shirt, amount=Money(500, "CNY"), reason="补偿"
        )
    async with counter.db.unit_of_work(network_id) as conn:
        await resource_orders(
            conn, actor=brand, order_id=order.id, quantities={shirt: 1}, reason="破损"
        )
    assert await violations(counter) == []
    return Scene(counter, order, await placed(counter))


@pytest.mark.parametrize("code", CORRUPTIONS)
async def test_what_is_corrupted_is_named(scene: Scene, code: str) -> None:
    statement, others = CORRUPTIONS[code]
    async with scene.counter.owner_pool.acquire() as conn:
        corrupted = conn.transaction()
        await corrupted.start()
        # What the database itself would refuse is put in all the same; nothing of it stays.
        await conn.execute("SET LOCAL session_replication_role = replica")
        await conn.execute(statement.format(**scene.ids))
        findings = [finding for finding in await find_violations(conn) if finding.count]
        await corrupted.rollback()

    named = {finding.invariant.code.removeprefix("shopping.") for finding in findings}
    assert named == {code.split(" (")[0]} | others
    assert all(finding.message() for finding in findings)
