"""Lets consumers buy in the demo network's stores: every step is a use case, on its day."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tradeline import channels, marketing, members, payments, shopping, sourcing
from tradeline.kernel import (
    Actor,
    Connection,
    Locale,
    Money,
    PageRequest,
    Permission,
    Shopper,
)
from tradeline_server.seed import queries
from tradeline_server.seed.acts import Moment
from tradeline_server.seed.consumers import (
    CAMPAIGNS,
    CONSUMERS,
    SALES,
    StoryCampaign,
    StoryConsumer,
    StorySale,
)
from tradeline_server.seed.playing import CARRIER, time_of
from tradeline_server.seed.stores import APP_ID
from tradeline_server.seed.story import BRAND, ORGANIZATIONS
from tradeline_server.seed.world import World

OPENED = Moment(30, 600)
FIRST_DAY = Moment(30, 0)
CAMPAIGN_DAYS = 120
EVERYTHING = PageRequest(size=100)

P = Permission


async def sell(conn: Connection, world: World, now: datetime) -> None:
    """All that consumers bought, step by step in order of time."""
    street = _Street(conn, world, now)
    await street.open()
    await street.move(OPENED)
    for moment, step, sale in sorted(_steps(), key=lambda each: each[0].place):
        await _ACTS[step](street, sale)
        await street.move(moment)


def _steps() -> Iterator[tuple[Moment, str, StorySale]]:
    for sale in SALES:
        moments = {
            "buy": sale.placed,
            "cancel": sale.cancelled,
            "ship": sale.shipped,
            "receive": sale.received,
            "ask_back": sale.asked_back,
            "accept": sale.accepted,
        }
        yield from ((at, step, sale) for step, at in moments.items() if at is not None)


@dataclass(slots=True)
class _Street:
    """What consumers have by now: who they are, where they live, and their orders."""

    conn: Connection
    world: World
    now: datetime
    shoppers: dict[str, Shopper] = field(default_factory=dict)
    addresses: dict[str, int] = field(default_factory=dict)
    stores: dict[str, channels.Store] = field(default_factory=dict)
    campaigns: dict[str, int] = field(default_factory=dict)
    orders: dict[Moment, shopping.ConsumerOrder] = field(default_factory=dict)
    after_sales: dict[Moment, int] = field(default_factory=dict)

    async def move(self, moment: Moment) -> None:
        at = time_of(moment, self.now)
        await queries.move_sale(self.conn, self.world.network_id, at)
        await queries.move_scene(self.conn, self.world.network_id, at)

    async def open(self) -> None:
        actor = self.world.actor(BRAND, P.STORE_READ)
        found = await channels.list_managed_stores(self.conn, actor=actor, page=EVERYTHING)
        self.stores = {store.code: store for store in found.items}
        for consumer in CONSUMERS:
            await self._welcome(consumer)
        for campaign in CAMPAIGNS:
            await self._launch(campaign)

    async def _welcome(self, consumer: StoryConsumer) -> None:
        network_id = self.world.network_id
        known = await members.log_in(
            self.conn, network_id=network_id, app_id=APP_ID, openid=f"oDemo-{consumer.key}"
        )
        shopper = Shopper(
            network_id=network_id, member_id=known.member_id, is_guest=False, locale=Locale.ZH
        )
        await members.bind_phone(self.conn, shopper=shopper, phone=consumer.phone)
        await members.update_member(
            self.conn, shopper=shopper, nickname=consumer.nickname, locale=None
        )
        self.shoppers[consumer.key] = shopper
        self.addresses[consumer.key] = await members.save_address(
            self.conn,
            shopper=shopper,
            draft=members.AddressDraft(
                recipient=consumer.nickname,
                phone=consumer.phone,
                region=consumer.region,
                detail=consumer.detail,
                is_default=True,
            ),
        )

    async def _launch(self, campaign: StoryCampaign) -> None:
        orgs = self.world.orgs
        (proposer, _), *others = campaign.shares
        campaign_id = await marketing.create_campaign(
            self.conn,
            actor=self.world.actor(proposer, P.COUPON_MANAGE),
            campaign=marketing.NewCampaign(
                code=campaign.code,
                name=campaign.name,
                name_en=campaign.name_en,
                value=Money.parse(campaign.value, self.world.currency),
                threshold=Money.parse(campaign.threshold, self.world.currency),
                valid_from=time_of(FIRST_DAY, self.now),
                valid_to=time_of(FIRST_DAY, self.now) + timedelta(days=CAMPAIGN_DAYS),
                quantity_max=campaign.quantity_max,
                per_member_max=2,
                store_ids=(self.stores[campaign.store].id,),
                shares=tuple(
                    marketing.NewShare(orgs[org], points) for org, points in campaign.shares
                ),
            ),
        )
        if not campaign.is_agreed:
            return
        self.campaigns[campaign.store] = campaign_id
        for org, _ in others:
            await marketing.agree_campaign(
                self.conn,
                actor=self.world.actor(org, P.COUPON_MANAGE),
                campaign_id=campaign_id,
            )

    async def buy(self, sale: StorySale) -> None:
        """Fill the cart, order what is in it, and pay."""
        if sale.rules:
            ruler = self.world.actor(BRAND, P.SOURCING_MANAGE)
            await sourcing.put_rules(self.conn, actor=ruler, rules=sale.rules)
        shopper, store = self.shoppers[sale.consumer], self.stores[sale.store]
        cart_id = await shopping.put_cart_lines(
            self.conn,
            shopper=shopper,
            store_id=store.id,
            lines=[shopping.CartLine(self.world.skus[sku].id, units) for sku, units in sale.lines],
        )
        carts = await shopping.carts_by_ids(self.conn, shopper=shopper, ids=[cart_id])
        coupon_id = None
        if sale.has_coupon:
            coupon_id = await marketing.claim_coupon(
                self.conn, shopper=shopper, campaign_id=self.campaigns[sale.store]
            )
        name = f"demo-{sale.placed.days_ago}-{sale.placed.minute}"
        request = shopping.ConsumerOrderRequest(
            shopper=shopper,
            request_id=name,
            body=hashlib.sha256(name.encode()).digest(),
            order=shopping.NewConsumerOrder(
                cart_id=cart_id,
                cart_version=carts[cart_id].version,
                delivery=shopping.Delivery.PICKUP if sale.is_pickup else shopping.Delivery.DELIVERY,
                address_id=None if sale.is_pickup else self.addresses[sale.consumer],
                coupon_id=coupon_id,
                expected_total=None,
                note=sale.note,
                starts_payment=sale.cancelled is None,
            ),
        )
        [placed] = await shopping.take_consumer_orders(
            self.conn, network_id=self.world.network_id, requests=[request]
        )
        assert isinstance(placed, shopping.ConsumerOrder), f"{sale} was refused: {placed}"
        self.orders[sale.placed] = placed
        if placed.payment_id is not None:
            await self._pay(placed.payment_id)

    async def _pay(self, payment_id: int) -> None:
        found = await payments.payments_by_ids(
            self.conn, network_id=self.world.network_id, ids=[payment_id]
        )
        payment = found[payment_id]
        capture = payments.Capture(
            number=payment.number,
            transaction_id=f"4200{payment_id:024}",
            merchant_id=payment.merchant_id,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            captured_at=self.now,
        )
        await shopping.confirm_payments(
            self.conn, network_id=self.world.network_id, captures=[capture]
        )

    async def cancel(self, sale: StorySale) -> None:
        await shopping.cancel_consumer_order(
            self.conn,
            asker=self.shoppers[sale.consumer],
            order_id=self.orders[sale.placed].id,
            reason="拍错了",
        )

    async def ship(self, sale: StorySale) -> None:
        """By all whose stock it comes from; what is picked up, the store hands over."""
        order = self.orders[sale.placed]
        if sale.is_pickup:
            [current] = (
                await shopping.consumer_orders_by_ids(
                    self.conn, shopper=self.shoppers[sale.consumer], ids=[order.id]
                )
            ).values()
            code = shopping.pickup_code_of(current, self.world.network_id)
            assert code is not None, "it was paid"
            await shopping.hand_over(
                self.conn,
                actor=self._of(order.seller_org_id, P.CONSUMER_ORDER_FULFIL),
                store_id=order.store_id,
                code=code,
            )
            return
        lines = await self._lines(order.id)
        for org_id in sorted({line.source_org_id for line in lines}):
            await shopping.ship_consumer_order(
                self.conn,
                actor=self._of(org_id, P.CONSUMER_ORDER_FULFIL),
                order_id=order.id,
                carrier=CARRIER,
                tracking_number=f"DEMOC{order.id:06d}",
            )

    async def receive(self, sale: StorySale) -> None:
        await shopping.confirm_received(
            self.conn,
            shopper=self.shoppers[sale.consumer],
            order_id=self.orders[sale.placed].id,
        )

    async def ask_back(self, sale: StorySale) -> None:
        order = self.orders[sale.placed]
        self.after_sales[sale.placed] = await shopping.request_after_sale(
            self.conn,
            shopper=self.shoppers[sale.consumer],
            order_id=order.id,
            quantities={(await self._lines(order.id))[0].id: sale.returned},
            reason=sale.reason,
        )

    async def accept(self, sale: StorySale) -> None:
        """The provider gives the money back at once."""
        network_id, order = self.world.network_id, self.orders[sale.placed]
        await shopping.decide_after_sale(
            self.conn,
            actor=self._of(order.collector_org_id, P.CONSUMER_ORDER_REFUND),
            after_sale_id=self.after_sales[sale.placed],
            accepts=True,
        )
        ids = await queries.fetch_open_refunds(self.conn, network_id)
        refunds = await payments.refunds_by_ids(self.conn, network_id=network_id, ids=ids)
        paid = await payments.payments_by_ids(
            self.conn,
            network_id=network_id,
            ids=[refund.payment_id for refund in refunds.values()],
        )
        results = [
            payments.RefundResult(
                number=refund.number,
                merchant_id=paid[refund.payment_id].merchant_id,
                state=payments.RefundState.SUCCEEDED,
                amount_minor=refund.amount_minor,
                provider_refund_id=f"5030{refund.id:024}",
            )
            for refund in refunds.values()
        ]
        await shopping.settle_consumer_refunds(self.conn, network_id=network_id, results=results)

    async def _lines(self, order_id: int) -> list[shopping.ConsumerOrderLine]:
        found = await shopping.lines_of_consumer_orders(
            self.conn, network_id=self.world.network_id, order_ids=[order_id]
        )
        return list(found[order_id])

    def _of(self, org_id: int, permission: Permission) -> Actor:
        key = next(org.key for org in ORGANIZATIONS if self.world.orgs[org.key] == org_id)
        return self.world.actor(key, permission)


_ACTS: dict[str, Callable[[_Street, StorySale], Awaitable[None]]] = {
    "buy": _Street.buy,
    "cancel": _Street.cancel,
    "ship": _Street.ship,
    "receive": _Street.receive,
    "ask_back": _Street.ask_back,
    "accept": _Street.accept,
}
