"""A store at the end of the chain, open to consumers, and its coupon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tradeline import channels, marketing
from tradeline.kernel import Connection, Money
from tradeline_server.scenarios.chain import (
    BRAND,
    CURRENCY,
    GOODS,
    REGION,
    RETAILER,
    TRADER,
    Chain,
)
from tradeline_server.wechat.simulator import FEE_RATE

FREIGHT_MINOR = 600
COUPON = Money(2001, CURRENCY)
COUPONS = 1_000

# Who bears which part of a coupon, in basis points.
SHARES = {BRAND: 6000, TRADER: 3000, RETAILER: 1000}
TIERS = {RETAILER: 0, TRADER: 1, BRAND: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A store of the retailer's, whose consumers pay `collector`."""

    store_id: int
    collector: str


async def let_collect(conn: Connection, chain: Chain, name: str, merchant_id: str) -> None:
    """Let the organization be a merchant of WeChat's. What it collects stays with it for as long as
    the scenarios last: they are about who owes it to whom."""
    await channels.put_payment_account(
        conn,
        actor=chain.actor(name),
        merchant_id=merchant_id,
        sharing_wait_days=30,
        fee_bp=FEE_RATE,
    )


async def open_shop(
    conn: Connection, chain: Chain, code: str, collector: str, mini_program_id: int
) -> Shop:
    """Supplied by the trader, who is supplied by the brand; the system speaks for both."""
    actor = chain.actor(RETAILER)
    [store_id] = await channels.create_stores(
        conn,
        actor=actor,
        stores=[
            channels.NewStore(
                code=code,
                name=f"门店 {code}",
                name_en=f"Store {code}",
                region=REGION,
                address="湖州市吴兴区示例路 1 号",
                offers_pickup=True,
                is_open=True,
                route=(chain.edges[RETAILER], chain.edges[TRADER]),
                collector_tier=TIERS[collector],
                mini_program_id=mini_program_id,
            )
        ],
    )
    await channels.put_listings(
        conn,
        actor=actor,
        store_id=store_id,
        listings=[
            channels.NewListing(sku_id=chain.skus[good.code], unit_price=good.consumer_pays)
            for good in GOODS
        ],
    )
    await channels.put_freight_rules(
        conn,
        actor=actor,
        store_id=store_id,
        rules=[channels.FreightRule(region=REGION, base_minor=FREIGHT_MINOR)],
    )
    return Shop(store_id=store_id, collector=collector)


async def start_campaign(conn: Connection, chain: Chain, shop: Shop) -> int:
    """A coupon of the shop's that all three bear; each has agreed. Returns the campaign."""
    now = datetime.now(UTC)
    campaign_id = await marketing.create_campaign(
        conn,
        actor=chain.actor(BRAND),
        campaign=marketing.NewCampaign(
            code=f"COUPON-{shop.store_id}",
            name="门店优惠券",
            name_en="Store coupon",
            value=COUPON,
            threshold=COUPON,
            valid_from=now - timedelta(days=1),
            valid_to=now + timedelta(days=30),
            quantity_max=COUPONS,
            per_member_max=10,
            store_ids=(shop.store_id,),
            shares=tuple(
                marketing.NewShare(chain.orgs[name], points) for name, points in SHARES.items()
            ),
        ),
    )
    for name in (TRADER, RETAILER):
        await marketing.agree_campaign(conn, actor=chain.actor(name), campaign_id=campaign_id)
    return campaign_id
