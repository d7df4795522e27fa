"""A house in which consumers and dealers want the same goods, with WeChat outside: one chain of
trade for all stories, and goods and consumers of each story's own."""

from __future__ import annotations

import contextlib
import itertools
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx2

from tests.e2e.asking import Caller, Crowd, Reply, at_once, mutation
from tests.e2e.house import House, a_folder, opened
from tests.e2e.outside import Outside, an_outside
from tradeline import catalog, channels, inventory, marketing, pricing
from tradeline.kernel import Money, Permission
from tradeline_graph._ids import from_id, to_id
from tradeline_graph.documents import documents_of
from tradeline_server.bench.queries.scene import insert_api_clients
from tradeline_server.bench.system import System
from tradeline_server.scenarios.chain import (
    BRAND,
    CURRENCY,
    GOODS,
    REGION,
    RETAILER,
    TRADER,
    Chain,
)
from tradeline_server.scenarios.shop import FREIGHT_MINOR, SHARES
from tradeline_server.scenarios.stage import Stage, open_stage

PRICE_MINOR = 6_990
DEALERS = (BRAND, TRADER, RETAILER)
PLENTY = 10**6

DOCUMENTS = documents_of("miniprogram")
ORDER = mutation("orderPlace", "order { id number }")
SHIP = mutation("saleShip", "sale { id }")
DECIDE = mutation("afterSaleDecide", "sale { id }")
REFUND_PRICE = mutation("salePriceRefund", "sale { id }")
CANCEL_SALE = mutation("saleCancel", "sale { id }")

FETCH_LISTS = "SELECT seller_org_id, id FROM pricing.price_list WHERE network_id = $1"
FETCH_ASSORTMENTS = "SELECT seller_org_id, id FROM catalog.assortment WHERE network_id = $1"
FETCH_PRODUCT = "SELECT min(id) FROM catalog.product WHERE network_id = $1"

_numbers = itertools.count(1)


@dataclass(slots=True, kw_only=True)
class Consumer:
    """Somebody who has logged in, and where they live."""

    openid: str
    caller: Caller
    address_id: str


@dataclass(frozen=True, slots=True)
class Good:
    """Something that no other story trades; `id` is the graph's."""

    sku_id: int
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    house: House
    outside: Outside
    stage: Stage
    crowd: Crowd
    desk: httpx2.AsyncClient
    dealers: Mapping[str, Caller]

    @property
    def chain(self) -> Chain:
        return self.stage.chain

    @property
    def network_id(self) -> int:
        return self.chain.network_id

    @property
    def store(self) -> str:
        """The one whose consumers pay the brand."""
        return self.stage.store(BRAND)

    async def play(self, name: str, **values: object) -> Any:
        """Something that happens at WeChat. Raises AssertionError if it does not let it."""
        answer = await self.desk.post(f"/_simulator/{name}", json=values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def good(self, **units: int) -> Good:
        """With so many units standing with each of some organizations."""
        chain, code = self.chain, f"GOOD-{next(_numbers)}"
        async with self.stage.db.unit_of_work(self.network_id) as conn:
            lists = dict(await conn.fetch(FETCH_LISTS, self.network_id))
            assortments = dict(await conn.fetch(FETCH_ASSORTMENTS, self.network_id))
            brand = chain.actor(BRAND)
            sku = catalog.NewSku(
                product_id=await conn.fetchval(FETCH_PRODUCT, self.network_id),
                code=code,
                name=code,
            )
            [sku_id] = await catalog.create_skus(conn, actor=brand, skus=[sku])
            paid = {BRAND: GOODS[0].trader_pays, TRADER: GOODS[0].retailer_pays}
            for seller, price in paid.items():
                actor, org_id = chain.actor(seller), chain.orgs[seller]
                await catalog.put_assortment_skus(
                    conn,
                    actor=actor,
                    assortment_id=assortments[org_id],
                    items=[catalog.AssortmentItem(sku_id=sku_id)],
                )
                await pricing.put_prices(
                    conn,
                    actor=actor,
                    price_list_id=lists[org_id],
                    prices=[pricing.NewPrice(sku_id=sku_id, unit_price=price)],
                )
            for shop in self.stage.shops.values():
                price = Decimal(PRICE_MINOR) / 100
                await channels.put_listings(
                    conn,
                    actor=chain.actor(RETAILER),
                    store_id=shop.store_id,
                    listings=[channels.NewListing(sku_id=sku_id, unit_price=price)],
                )
            for name, counted in units.items():
                count = inventory.StockCount(
                    warehouse_id=chain.warehouses[name], sku_id=sku_id, counted=counted
                )
                await inventory.count_stock(conn, actor=chain.actor(name), counts=[count])
        return Good(sku_id, to_id("Sku", sku_id))

    async def campaign(self, *, quantity_max: int = 1_000) -> str:
        """10.00 off in either store, borne by all three; the graph's id of it."""
        now = datetime.now(UTC)
        async with self.stage.db.unit_of_work(self.network_id) as conn:
            campaign_id = await marketing.create_campaign(
                conn,
                actor=self.chain.actor(BRAND),
                campaign=marketing.NewCampaign(
                    code=f"CAMPAIGN-{next(_numbers)}",
                    name="优惠券",
                    name_en="Coupon",
                    value=Money(1_000, CURRENCY),
                    threshold=Money(1_000, CURRENCY),
                    valid_from=now - timedelta(days=1),
                    valid_to=now + timedelta(days=1),
                    quantity_max=quantity_max,
                    per_member_max=1,
                    store_ids=tuple(shop.store_id for shop in self.stage.shops.values()),
                    shares=tuple(
                        marketing.NewShare(self.chain.orgs[name], points)
                        for name, points in SHARES.items()
                    ),
                ),
            )
            for name in (TRADER, RETAILER):
                await marketing.agree_campaign(
                    conn, actor=self.chain.actor(name), campaign_id=campaign_id
                )
        return to_id("CouponCampaign", campaign_id)

    async def consumers(self, count: int) -> list[Consumer]:
        return await at_once([self._consumer() for _ in range(count)])

    async def _consumer(self) -> Consumer:
        openid = f"oMarket{secrets.token_hex(8)}"
        caller = Caller(name=openid, secret="", org_id=0)
        code = (await self.play("arrive", openid=openid))["login_code"]
        login = {"appId": self.outside.wechat.app_id, "code": code}
        entered = await self.crowd.send(caller, DOCUMENTS["ShopLogin"], {"input": login})
        assert entered.problems == [], entered.body
        caller.token = entered.payload["session"]["accessToken"]
        address = {
            "recipient": "收件人",
            "phone": "13800138000",
            "region": REGION,
            "detail": "示例路 2 号",
        }
        saved = await self.crowd.ask(caller, DOCUMENTS["ShopAddressSave"], address)
        return Consumer(openid=openid, caller=caller, address_id=saved.payload["address"]["id"])

    async def cart(
        self, consumer: Consumer, wants: Mapping[Good, int], store: str | None = None
    ) -> Mapping[str, Any]:
        """With that in it, and nothing else but what was in it."""
        lines = [{"skuId": good.id, "quantity": units} for good, units in wants.items()]
        values = {"storeId": store or self.store, "lines": lines}
        reply = await self.crowd.ask(consumer.caller, DOCUMENTS["ShopCartPut"], values)
        assert reply.problems == [], reply.body
        cart: Mapping[str, Any] = reply.payload["cart"]
        return cart

    def order(
        self,
        consumer: Consumer,
        cart: Mapping[str, Any],
        *,
        coupon: str | None = None,
        **more: object,
    ) -> dict[str, Any]:
        """The input of placing what the cart holds, to be delivered."""
        units = sum(line["quantity"] for line in cart["lines"])
        total = units * PRICE_MINOR + FREIGHT_MINOR - (1_000 if coupon else 0)
        return {
            "cartId": cart["id"],
            "cartVersion": cart["version"],
            "delivery": "DELIVERY",
            "addressId": consumer.address_id,
            "couponId": coupon,
            "expectedTotal": f"{total / 100:.2f}",
            "startsPayment": True,
            **more,
        }

    async def place(
        self, consumer: Consumer, order: Mapping[str, Any], *, at: int | None = None
    ) -> Reply:
        return await self.crowd.ask(consumer.caller, DOCUMENTS["ShopOrderPlace"], order, at=at)

    async def buy(self, consumer: Consumer, good: Good, units: int = 1) -> Mapping[str, Any]:
        """The payload of an order that is yet to be paid."""
        cart = await self.cart(consumer, {good: units})
        placed = await self.place(consumer, self.order(consumer, cart))
        assert placed.problems == [], placed.body
        return placed.payload

    async def pay(self, consumer: Consumer, placed: Mapping[str, Any]) -> bool:
        """At WeChat's cash desk; False if it would not take the money any more."""
        asked = {"call": placed["call"], "openid": consumer.openid}
        answer = await self.desk.post("/_simulator/pay", json=asked)
        assert answer.status_code == 200 or "CLOSED" in answer.text, answer.text
        return answer.status_code == 200

    async def ask(self, consumer: Consumer, operation: str, **values: object) -> Reply:
        return await self.crowd.ask(consumer.caller, DOCUMENTS[operation], values)

    async def look(self, consumer: Consumer, order_id: str) -> Mapping[str, Any]:
        """The consumer's own order."""
        asked = DOCUMENTS["ShopOrder"]
        found = await self.crowd.send(consumer.caller, asked, {"id": order_id})
        return found.payload

    async def dealer_orders(self, buyer: str, good: Good, units: int = 1) -> Reply:
        """What a dealer is told who wants some of what those above it have."""
        dealer = self.dealers[buyer]
        lines = [{"skuId": good.id, "quantity": units}]
        return await self.crowd.ask(dealer, ORDER, {"relationshipId": dealer.edge, "lines": lines})

    async def hurry(self, order_ids: Sequence[str]) -> None:
        """Let the time to pay these orders be over at once."""
        await self.house.owner.execute(
            "UPDATE shopping.consumer_order SET expires_at = now()"
            " WHERE network_id = $1 AND id = ANY($2::bigint[]) AND state = 'to_pay'",
            self.network_id,
            [from_id("ConsumerOrder", order_id) for order_id in order_ids],
        )


def sale_of(order_id: str) -> str:
    """What the organizations' people know a consumer's order by."""
    return to_id("Sale", from_id("ConsumerOrder", order_id))


@contextlib.asynccontextmanager
async def a_market() -> AsyncIterator[Market]:
    with a_folder() as folder:
        house = House(folder)
        async with (
            an_outside(folder, house.webs) as outside,
            opened(house, outside.settings),
            httpx2.AsyncClient(base_url=outside.wechat.url, trust_env=False, timeout=30) as desk,
        ):
            web = house.webs[0]
            system = System(web.host, web.port, (), 0, (), outside.wechat)
            crowd = Crowd(house.webs)
            async with open_stage(system, house.dsn) as stage:
                dealers = await _dealers(stage)
                yield Market(
                    house=house,
                    outside=outside,
                    stage=stage,
                    crowd=crowd,
                    desk=desk,
                    dealers=dealers,
                )
                crowd.hang_up()


async def _dealers(stage: Stage) -> dict[str, Caller]:
    """A machine for each organization, which may do everything for it."""
    chain = stage.chain
    dealers = {
        name: Caller(
            name=f"client_{name}",
            secret=secrets.token_urlsafe(32),
            org_id=chain.orgs[name],
            edge=to_id("Relationship", chain.edges[name]) if name in chain.edges else "",
        )
        for name in DEALERS
    }
    machines = [(one.org_id, one.name, one.secret) for one in dealers.values()]
    async with stage.db.unit_of_work(chain.network_id) as conn:
        await insert_api_clients(conn, chain.network_id, machines, tuple(Permission))
    return dealers
