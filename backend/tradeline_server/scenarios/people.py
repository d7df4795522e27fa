"""Who plays: consumers with a mini-program in their hands, and the organizations' people.

Consumers speak by the mini-program's own documents and nothing else, over HTTP; they pay where
WeChat's cash desk is, which is the simulator.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx2
import msgspec

from tradeline_server.errors import CommandError
from tradeline_server.scenarios.chain import REGION

SECONDS_MAX: Final = 60.0


class Refused(CommandError):
    """The graph said no, for these reasons."""

    def __init__(self, what: str, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(f"{what}: " + "; ".join(error["message"] for error in errors))


class Graph:
    """The graph, asked by one after another over shared connections."""

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self._url = f"{url}/graphql"
        self._http = http

    async def ask(
        self, document: str, variables: Mapping[str, object], token: str | None
    ) -> dict[str, Any]:
        """The data. Raises CommandError for top-level errors: what may be refused comes as data."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        response = await self._http.post(
            self._url, json={"query": document, "variables": variables}, headers=headers
        )
        answer = msgspec.json.decode(response.content)
        if answer.get("errors"):
            raise CommandError(f"The graph answers: {answer['errors'][0].get('message')}")
        data: dict[str, Any] = answer["data"]
        return data


class CashDesk:
    """What people do at WeChat: arrive, pay; and what goes wrong there."""

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self._url = url
        self._http = http

    async def tell(self, control: str, **values: object) -> dict[str, Any]:
        response = await self._http.post(f"{self._url}/_simulator/{control}", json=values)
        answer: dict[str, Any] = msgspec.json.decode(response.content)
        if response.status_code != 200:
            raise CommandError(f"The simulator refuses {control}: {answer.get('message')}")
        return answer


class Consumer:
    """One person with the mini-program open."""

    def __init__(
        self, graph: Graph, desk: CashDesk, documents: Mapping[str, str], app_id: str
    ) -> None:
        self._graph = graph
        self._desk = desk
        self._documents = documents
        self._app_id = app_id
        self._token: str | None = None
        self.openid = f"o-{secrets.token_hex(12)}"
        self.address_id: str | None = None

    async def log_in(self) -> None:
        """By WeChat, and with an address to be delivered to."""
        arrived = await self._desk.tell("arrive", openid=self.openid)
        session = await self.do("ShopLogin", appId=self._app_id, code=arrived["login_code"])
        self._token = session["session"]["accessToken"]
        saved = await self.do(
            "ShopAddressSave",
            requestId=secrets.token_hex(8),
            recipient="收件人",
            phone="13800138000",
            region=REGION,
            detail="湖州市吴兴区示例路 2 号",
        )
        self.address_id = saved["address"]["id"]

    async def do(self, operation: str, **values: object) -> dict[str, Any]:
        """The payload of a mutation with the one variable `input`. Raises Refused."""
        data = await self.ask(operation, input=values)
        payload: dict[str, Any] = next(iter(data.values()))
        if payload.get("errors"):
            raise Refused(operation, payload["errors"])
        return payload

    async def ask(self, operation: str, **variables: object) -> dict[str, Any]:
        return await self._graph.ask(self._documents[operation], variables, self._token)

    async def place(
        self,
        store_id: str,
        units: Mapping[str, int],
        *,
        coupon_id: str | None = None,
        is_picked_up: bool = False,
    ) -> dict[str, Any]:
        """Put so many of each SKU into the cart, look what it comes to, and order that."""
        put = await self.do(
            "ShopCartPut",
            requestId=secrets.token_hex(8),
            storeId=store_id,
            lines=[{"skuId": sku_id, "quantity": quantity} for sku_id, quantity in units.items()],
        )
        way = {
            "cartId": put["cart"]["id"],
            "delivery": "PICKUP" if is_picked_up else "DELIVERY",
            "addressId": None if is_picked_up else self.address_id,
            "couponId": coupon_id,
        }
        checkout = (await self.ask("ShopCheckout", input=way))["checkout"]
        placed = await self.do(
            "ShopOrderPlace",
            requestId=secrets.token_hex(8),
            cartVersion=put["cart"]["version"],
            expectedTotal=checkout["total"]["amount"],
            **way,
        )
        order: dict[str, Any] = placed["order"]
        return order

    async def start_payment(self, order_id: str) -> dict[str, str]:
        """What the mini-program calls the cash desk with."""
        started = await self.do(
            "ShopPaymentStart", requestId=secrets.token_hex(8), orderId=order_id
        )
        call: dict[str, str] = started["call"]
        return call

    async def pay(self, call: Mapping[str, str]) -> dict[str, Any]:
        """Put the finger on the sensor; the transaction as WeChat has it."""
        return await self._desk.tell("pay", call=dict(call), openid=self.openid)

    async def order(self, order_id: str) -> dict[str, Any]:
        order: dict[str, Any] = (await self.ask("ShopOrder", id=order_id))["consumerOrder"]
        return order


class Clerk:
    """Somebody of an organization, by the token of a machine."""

    def __init__(self, graph: Graph, token: str) -> None:
        self._graph = graph
        self._token = token

    async def do(self, document: str, **values: object) -> dict[str, Any]:
        """The payload of a mutation with the one variable `input`. Raises Refused."""
        data = await self._graph.ask(
            document, {"input": {"requestId": secrets.token_hex(8), **values}}, self._token
        )
        payload: dict[str, Any] = next(iter(data.values()))
        if payload.get("errors"):
            raise Refused("refused", payload["errors"])
        return payload

    async def ask(self, document: str, **variables: object) -> dict[str, Any]:
        return await self._graph.ask(document, variables, self._token)
