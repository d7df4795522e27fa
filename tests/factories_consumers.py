"""Consumers of the demo network's stores, for the walk through the whole graph."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.factories_members import a_member, a_phone, now
from tradeline import marketing, members, sourcing
from tradeline.kernel import Database, Money, Pool, Shopper, system_actor

# Where the rows of the types are that have to do with consumers.
CONSUMER_ROWS = {
    "AfterSale": "SELECT id FROM shopping.after_sale WHERE network_id = $1",
    "Cart": "SELECT id FROM shopping.cart WHERE network_id = $1",
    "ConsumerOrder": "SELECT id FROM shopping.consumer_order WHERE network_id = $1",
    "ConsumerOrderLine": "SELECT id FROM shopping.order_line WHERE network_id = $1",
    "ConsumerShipment": "SELECT id FROM shopping.shipment WHERE network_id = $1",
    "Coupon": "SELECT id FROM marketing.coupon WHERE network_id = $1",
    "CouponCampaign": "SELECT id FROM marketing.campaign WHERE network_id = $1",
    "Difference": "SELECT id FROM payments.difference WHERE network_id = $1",
    "MemberAddress": "SELECT id FROM members.address WHERE network_id = $1",
    "MemberMerge": "SELECT id FROM members.merge WHERE network_id = $1",
    "MiniProgram": "SELECT id FROM channels.mini_program WHERE network_id = $1",
    "Sale": "SELECT id FROM shopping.consumer_order WHERE network_id = $1",
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
        await members.save_address(
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
                quantity_max=10,
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
    return shopper
