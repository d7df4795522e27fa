"""Consumers of the demo network's stores, for the walk through the whole graph."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.factories_members import a_member, a_phone, now
from tradeline import marketing, members, payments, shopping, sourcing
from tradeline.kernel import TRADE_ZONE, Database, Money, Pool, Shopper, system_actor
from tradeline_server.wechat.simulator.keys import MCHID

# Where the rows of the types are that have to do with consumers: the walk's own, which are the
# latest, for others bought before.
CONSUMER_ROWS = {
    "AfterSale": "SELECT id FROM shopping.after_sale WHERE network_id = $1 ORDER BY id DESC",
    "Cart": "SELECT id FROM shopping.cart WHERE network_id = $1 ORDER BY id DESC",
    "ConsumerOrder": (
        "SELECT id FROM shopping.consumer_order WHERE network_id = $1 ORDER BY id DESC"
    ),
    "ConsumerOrderLine": (
        "SELECT id FROM shopping.order_line WHERE network_id = $1 ORDER BY id DESC"
    ),
    "ConsumerShipment": "SELECT id FROM shopping.shipment WHERE network_id = $1 ORDER BY id DESC",
    "Coupon": "SELECT id FROM marketing.coupon WHERE network_id = $1 ORDER BY id DESC",
    "CouponCampaign": "SELECT id FROM marketing.campaign WHERE network_id = $1 ORDER BY id DESC",
    "Difference": "SELECT id FROM payments.difference WHERE network_id = $1",
    "MemberAddress": "SELECT id FROM members.address WHERE network_id = $1 ORDER BY id DESC",
    "MemberMerge": "SELECT id FROM members.merge WHERE network_id = $1",
    "MiniProgram": "SELECT id FROM channels.mini_program WHERE network_id = $1",
    "ProviderRefund": "SELECT id FROM payments.refund WHERE network_id = $1 ORDER BY id DESC",
    "Sale": "SELECT id FROM shopping.consumer_order WHERE network_id = $1 ORDER BY id DESC",
    "Store": "SELECT id FROM channels.store WHERE network_id = $1 ORDER BY id",
    "StoreLink": "SELECT id FROM channels.link WHERE network_id = $1",
}
# What is one member's alone: another consumer of the same stores is a stranger to it.
PRIVATE = ("AfterSale", "Cart", "ConsumerOrder", "ConsumerOrderLine", "Coupon", "MemberAddress")
PRIVATE_NAMES = """
    SELECT number FROM shopping.consumer_order WHERE network_id = $1
     UNION SELECT nickname FROM members.member WHERE network_id = $1 AND nickname <> ''
"""


async def a_consumer(db: Database, owner_pool: Pool, network_id: int) -> Shopper:
    """Somebody with a phone, an address and a coupon, who was a guest before."""
    guest = await a_member(db, network_id)
    phone = a_phone()
    shopper = await a_member(db, network_id, phone=phone)
    store = await owner_pool.fetchrow(
        "SELECT id, org_id FROM channels.store WHERE network_id = $1 ORDER BY id LIMIT 1",
        network_id,
    )
    assert store is not None
    keeper = system_actor(network_id, store["org_id"])
    async with db.unit_of_work(network_id) as conn:
        await members.merge_members(
            conn,
            network_id=network_id,
            one=guest.member_id,
            other=shopper.member_id,
            cause=members.MergeCause.PHONE,
        )
    shopper = await now(db, network_id, guest.member_id)
    async with db.unit_of_work(network_id) as conn:
        await members.update_member(conn, shopper=shopper, nickname="只有我", locale=None)
        address_id = await members.save_address(
            conn,
            shopper=shopper,
            draft=members.AddressDraft(
                recipient="收件人",
                phone=phone,
                region="CN-ZJ",
                detail="只有我知道的门牌",
                is_default=True,
            ),
        )
        today = datetime.now(UTC)
        campaign_id = await marketing.create_campaign(
            conn,
            actor=keeper,
            campaign=marketing.NewCampaign(
                code="WALK",
                name="走一走",
                name_en="Walk",
                value=Money(100, "CNY"),
                threshold=Money(200, "CNY"),
                valid_from=today - timedelta(hours=1),
                valid_to=today + timedelta(days=1),
                quantity_max=1,
                per_member_max=1,
                store_ids=(store["id"],),
                shares=(marketing.NewShare(store["org_id"], 10_000),),
            ),
        )
        await marketing.claim_coupon(conn, shopper=shopper, campaign_id=campaign_id)
        await sourcing.put_rules(
            conn,
            actor=keeper,
            rules=[sourcing.NewRule(kind=sourcing.RuleKind.PREFER_TIER, tier=0)],
        )
    await _buys(db, owner_pool, shopper, store["id"], address_id)
    await _reconciles(db, network_id)
    return shopper


async def _buys(
    db: Database, owner_pool: Pool, shopper: Shopper, store_id: int, address_id: int
) -> None:
    """Two of something, which were paid and shipped and of which one is to go back; and more in the
    cart."""
    network_id = shopper.network_id
    listed = await owner_pool.fetch(
        "SELECT sku_id FROM channels.listing WHERE store_id = $1 ORDER BY position LIMIT 2",
        store_id,
    )
    [wanted, later] = [row["sku_id"] for row in listed]

    async def fill(sku_id: int) -> shopping.Cart:
        async with db.unit_of_work(network_id) as conn:
            lines = [shopping.CartLine(sku_id, 2)]
            id = await shopping.put_cart_lines(
                conn, shopper=shopper, store_id=store_id, lines=lines
            )
            return (await shopping.carts_by_ids(conn, shopper=shopper, ids=[id]))[id]

    cart = await fill(wanted)
    order = shopping.NewConsumerOrder(
        cart_id=cart.id,
        cart_version=cart.version,
        delivery=shopping.Delivery.DELIVERY,
        address_id=address_id,
        expected_total=None,
        starts_payment=True,
    )
    request = shopping.ConsumerOrderRequest(
        shopper=shopper, request_id="walk", body=b"walk" * 8, order=order
    )
    async with db.unit_of_work(network_id) as conn:
        [placed] = await shopping.take_consumer_orders(
            conn, network_id=network_id, requests=[request]
        )
        assert isinstance(placed, shopping.ConsumerOrder), placed
        assert placed.payment_id is not None
        ids = [placed.payment_id]
        [payment] = (await payments.payments_by_ids(conn, network_id=network_id, ids=ids)).values()
        capture = payments.Capture(
            number=payment.number,
            transaction_id="walk",
            merchant_id=payment.merchant_id,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            captured_at=datetime.now(UTC),
        )
        await shopping.confirm_payments(conn, network_id=network_id, captures=[capture])
        found = await shopping.lines_of_consumer_orders(
            conn, network_id=network_id, order_ids=[placed.id]
        )
    async with db.unit_of_work(network_id) as conn:
        for source in {line.source_org_id for line in found[placed.id]}:
            actor = system_actor(network_id, source)
            await shopping.ship_consumer_order(conn, actor=actor, order_id=placed.id)
        await shopping.request_after_sale(
            conn,
            shopper=shopper,
            order_id=placed.id,
            quantities={found[placed.id][0].id: 1},
            reason="不合口味",
        )
    await fill(later)
    await _closes(db, network_id, payment)


async def _closes(db: Database, network_id: int, payment: payments.Payment) -> None:
    """A fen goes back, and the provider closes that."""
    async with db.unit_of_work(network_id) as conn:
        [refund_id] = await payments.request_refunds(
            conn,
            network_id=network_id,
            refunds=[
                payments.NewRefund(
                    payment_id=payment.id,
                    reference_type="walk",
                    reference_id=payment.id,
                    amount_minor=1,
                )
            ],
        )
        found = await payments.refunds_by_ids(conn, network_id=network_id, ids=[refund_id])
        result = payments.RefundResult(
            number=found[refund_id].number,
            merchant_id=payment.merchant_id,
            state=payments.RefundState.CLOSED,
            amount_minor=1,
        )
        await payments.settle_refunds(conn, network_id=network_id, results=[result])


async def _reconciles(db: Database, network_id: int) -> None:
    """Yesterday's bill knows of a payment that we do not."""
    yesterday = datetime.now(TRADE_ZONE).date() - timedelta(days=1)
    async with db.unit_of_work(network_id) as conn:
        line = payments.BillLine(
            kind=payments.BillKind.PAY,
            transaction_id="stray",
            number="STRAY",
            amount_minor=100,
            fee_minor=0,
            occurred_at=datetime.now(UTC) - timedelta(days=1),
        )
        said = {"network_id": network_id, "merchant_id": MCHID}
        await payments.store_bill(conn, **said, bill_date=yesterday, lines=[line])
        await payments.reconcile(conn, **said, day=yesterday)
