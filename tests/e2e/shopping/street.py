"""The demo network, open for business: a database of its own, two web processes, a worker, and a
simulated WeChat, each a process; consumers with the mini-program's documents, and stores' people.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
from websockets.asyncio.client import connect

from tests.factories_live import Ear
from tradeline.kernel import Pool, open_pool
from tradeline_graph._ids import to_id
from tradeline_graph.documents import documents_of, hash_of
from tradeline_server.bench.system import System, own_database, own_folder, running_system
from tradeline_server.doctor import examine
from tradeline_server.member_key import take_up_member_key
from tradeline_server.migrate import migrate
from tradeline_server.seed import ensure_demo
from tradeline_server.seed.story import NETWORK_CODE, PASSWORD
from tradeline_server.settings import Settings
from tradeline_server.wechat.beside import Beside

SECONDS_MAX: Final = 60.0
LOOK_SECONDS: Final = 0.1
TOKEN = """
    mutation Enter($input: TokenIssueInput!) { tokenIssue(input: $input) {
        tokens { accessToken } errors { __typename } } }
"""

WAITING = "SELECT count(*) FROM kernel.outbox_event WHERE delivered_at IS NULL"

_numbers = itertools.count(1)


def a_request_id() -> str:
    return f"{next(_numbers)}-{secrets.token_hex(4)}"


def documents() -> dict[str, str]:
    """The hashes of the mini-program's documents, by the names of their operations."""
    return {name: hash_of(text) for name, text in documents_of("miniprogram").items()}


@dataclass
class Street:
    """What runs. `told` is all that consumers were answered so far, as it came; `asked` names the
    documents that they asked by."""

    system: System
    owner: Pool
    network_id: int
    dsn: str
    wechat: Beside
    client: httpx2.AsyncClient
    documents: dict[str, str] = field(default_factory=documents)
    told: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    @property
    def host(self) -> str:
        return f"{self.system.host}:{self.system.port}"

    async def post(self, body: dict[str, Any], token: str | None = None) -> Any:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        answer = await self.client.post(f"http://{self.host}/graphql", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    async def play(self, name: str, **values: object) -> Any:
        """Something that happens at WeChat."""
        answer = await self.client.post(f"{self.wechat.url}/_simulator/{name}", json=values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def arrival(self) -> Consumer:
        """Somebody new opens the mini-program."""
        return Consumer(self, f"oPayer{secrets.token_hex(8)}")

    async def staff(self, email: str) -> Staff:
        answer = await self.post(
            {"query": TOKEN, "variables": {"input": {"email": email, "password": PASSWORD}}}
        )
        issued = answer.json()["data"]["tokenIssue"]
        assert issued["errors"] == [], email
        return Staff(self, issued["tokens"]["accessToken"])

    async def store(self, code: str) -> str:
        """The graph's id of a store."""
        store_id = await self.owner.fetchval(
            "SELECT id FROM channels.store WHERE network_id = $1 AND code = $2",
            self.network_id,
            code,
        )
        return to_id("Store", store_id)

    async def violations(self) -> list[str]:
        """What the doctor finds, each in words."""
        async with self.owner.acquire() as conn:
            report = await examine(conn)
        return [found.message() for found in report.findings if found.count]

    async def settled(self) -> None:
        """Wait until the worker has done all that the outbox holds."""

        async def waiting() -> int:
            count: int = await self.owner.fetchval(WAITING)
            return count

        await until(waiting, lambda count: count == 0)


class Consumer:
    """A mini-program in somebody's hand. It knows its documents by their hashes, and nothing else
    of the graph."""

    def __init__(self, street: Street, openid: str) -> None:
        self.street = street
        self.openid = openid
        self.phone = f"139{secrets.randbelow(10**8):08}"
        self.token: str | None = None
        self.refresh_token = ""

    async def reply(self, name: str, /, **variables: Any) -> Any:
        """All that is answered, errors as well."""
        self.street.asked.add(name)
        named = {"version": 1, "sha256Hash": self.street.documents[name]}
        answer = await self.street.post(
            {"variables": variables, "extensions": {"persistedQuery": named}}, self.token
        )
        self.street.told.append(answer.text)
        return answer.json()

    async def ask(self, name: str, /, **variables: Any) -> Any:
        """What the one field of a document holds."""
        answer = await self.reply(name, **variables)
        assert "errors" not in answer, (name, answer)
        [found] = answer["data"].values()
        return found

    async def do(self, name: str, /, **input: Any) -> Any:
        """What came of a request that has to succeed."""
        payload = await self.try_to(name, **input)
        assert payload["errors"] == [], (name, payload)
        return payload

    async def try_to(self, name: str, /, **input: Any) -> Any:
        return await self.ask(name, input={"requestId": a_request_id(), **input})

    async def start(self) -> None:
        """As a guest."""
        payload = await self.ask("ShopGuestStart", input={"appId": self.street.wechat.app_id})
        self._take(payload)

    async def log_in(self) -> None:
        """As whom WeChat says; a guest becomes them."""
        codes = await self.street.play("arrive", openid=self.openid)
        self._take(
            await self.ask(
                "ShopLogin",
                input={"appId": self.street.wechat.app_id, "code": codes["login_code"]},
            )
        )

    async def bind_phone(self) -> Any:
        codes = await self.street.play("arrive", openid=self.openid, phone=self.phone)
        return (await self.do("ShopPhoneBind", code=codes["phone_code"]))["member"]

    async def refresh(self) -> None:
        self._take(await self.ask("ShopSessionRefresh", input={"refreshToken": self.refresh_token}))

    async def settle_down(self, region: str = "CN-SH") -> str:
        """Save an address; its id."""
        saved = await self.do(
            "ShopAddressSave",
            recipient="林小满",
            phone="13800138000",
            region=region,
            detail="示例路 1 号 2 室",
        )
        return str(saved["address"]["id"])

    async def fill(self, store: str, quantities: dict[str, int]) -> Any:
        """Put SKUs into the cart; the cart."""
        lines = [{"skuId": sku, "quantity": units} for sku, units in quantities.items()]
        return (await self.do("ShopCartPut", storeId=store, lines=lines))["cart"]

    async def order(self, cart: Any, **how: Any) -> Any:
        """Look at the checkout and order what it says; the payload."""
        seen = await self.ask(
            "ShopCheckout",
            input={
                "cartId": cart["id"],
                **{k: v for k, v in how.items() if k in ("delivery", "addressId", "couponId")},
            },
        )
        return await self.try_to(
            "ShopOrderPlace",
            cartId=cart["id"],
            cartVersion=seen["cart"]["version"],
            expectedTotal=seen["total"]["amount"],
            **how,
        )

    async def pay(self, call: dict[str, str]) -> None:
        """At WeChat's cash desk, which the call opens."""
        await self.street.play("pay", call=call, openid=self.openid)

    async def until(self, order_id: str, is_so: Callable[[Any], bool]) -> Any:
        """The order, once it is as it is waited for."""
        return await until(lambda: self.ask("ShopOrder", id=order_id), is_so)

    @contextlib.asynccontextmanager
    async def watching(self, order_id: str) -> AsyncIterator[Watch]:
        """What is told of an order while the block lasts."""
        self.street.asked.add("ShopOrderChanged")
        async with connect(
            f"ws://{self.street.host}/graphql",
            subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
            proxy=None,
        ) as socket:
            ear = await Ear(socket).init(self.token)
            await ear.subscribe(
                "",
                variables={"orderId": order_id},
                extensions={
                    "persistedQuery": {
                        "version": 1,
                        "sha256Hash": self.street.documents["ShopOrderChanged"],
                    }
                },
            )
            yield Watch(ear, self.street)

    def _take(self, payload: Any) -> None:
        assert payload["errors"] == [], payload
        self.token = payload["session"]["accessToken"]
        self.refresh_token = payload["session"]["refreshToken"]


@dataclass
class Watch:
    """A subscription to an order."""

    ear: Ear
    street: Street

    async def state(self) -> str:
        """The order's state as it is told next."""
        message = await self.ear.receive()
        assert message["type"] == "next", message
        self.street.told.append(json.dumps(message, ensure_ascii=False))
        return str(message["payload"]["data"]["consumerOrderChanged"]["state"])

    async def until(self, state: str) -> Sequence[str]:
        """All states that are told, up to that one."""
        states = [await self.state()]
        while states[-1] != state:
            states.append(await self.state())
        return states


@dataclass
class Staff:
    """Somebody of an organization, with a program that asks what it likes."""

    street: Street
    token: str

    async def reply(self, query: str, **variables: Any) -> Any:
        answer = await self.street.post({"query": query, "variables": variables}, self.token)
        return answer.json()

    async def ask(self, query: str, **variables: Any) -> Any:
        answer = await self.reply(query, **variables)
        assert "errors" not in answer, answer
        [found] = answer["data"].values()
        return found

    async def do(self, name: str, answers: str, /, **input: Any) -> Any:
        """What a mutation answers that has to succeed; `answers` are the payload's fields."""
        kind = f"{name[0].upper()}{name[1:]}Input"
        payload = await self.ask(
            f"mutation Do($input: {kind}!) {{ {name}(input: $input) {{ {answers} errors {{"
            " __typename ... on Problem { message path } } } }",
            input={"requestId": a_request_id(), **input},
        )
        assert payload["errors"] == [], payload
        return payload


async def until(look: Callable[[], Awaitable[Any]], is_so: Callable[[Any], bool]) -> Any:
    """What is seen once it is as it is waited for: what a worker does is done soon."""
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so(seen := await look()):
        assert time.monotonic() < deadline, f"waited in vain: {seen}"
        await asyncio.sleep(LOOK_SECONDS)
    return seen


@contextlib.asynccontextmanager
async def a_street(home: Path) -> AsyncIterator[Street]:
    settings = Settings(home=home)
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(own_folder(settings))
        database = await stack.enter_async_context(own_database(settings, folder))
        await migrate(database.dsn)
        await take_up_member_key(Settings(home=folder), database.dsn)
        await ensure_demo(database.dsn)
        owner = await open_pool(database.dsn, role=None, max_size=5)
        stack.callback(owner.terminate)
        network_id = await owner.fetchval(
            "SELECT id FROM organizations.network WHERE code = $1", NETWORK_CODE
        )
        system = await stack.enter_async_context(
            running_system(folder, database.dsn, web_processes=2, has_wechat=True)
        )
        assert system.wechat is not None, "it was asked for"
        client = await stack.enter_async_context(
            httpx2.AsyncClient(trust_env=False, timeout=SECONDS_MAX)
        )
        yield Street(
            system=system,
            owner=owner,
            network_id=network_id,
            dsn=database.dsn,
            wechat=system.wechat,
            client=client,
        )
