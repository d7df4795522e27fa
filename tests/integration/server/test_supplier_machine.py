"""A supplier's own system works through its orders: a machine's credentials, trusted documents."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import msgspec
import pytest
from graphql import OperationDefinitionNode, parse
from litestar import Litestar
from litestar.datastructures import State

from tests.factories_ordering import Market, a_market, placed
from tests.integration.identity.test_tokens import KEYS, a_client
from tests.integration.ordering.test_steps import do
from tests.integration.server.test_auth import a_browser
from tradeline.kernel import TRADE_ZONE, Database, Permission, Pool
from tradeline.ordering import SubstituteDecision, decide_substitutes, receive_shipment
from tradeline_graph._ids import from_id, to_id
from tradeline_graph.documents import FOLDERS
from tradeline_server.auth import oauth_token
from tradeline_server.files.routes import FILES
from tradeline_server.graph import GRAPH

MANIFEST: Path = FOLDERS[0] / "supplier.json"
DAY = "2027-03-12"
OF_SUPPLIERS = (
    Permission.ORDER_READ,
    Permission.ORDER_CONFIRM,
    Permission.ORDER_SHIP,
    Permission.ORDER_CANCEL,
    Permission.RELATIONSHIP_READ,
    Permission.CATALOG_READ,
)


def hashes() -> dict[str, str]:
    """The hash of each document that a supplier may send, by its operation's name."""
    found = {}
    for key, text in msgspec.json.decode(MANIFEST.read_bytes(), type=dict[str, str]).items():
        for definition in parse(text).definitions:
            if isinstance(definition, OperationDefinitionNode):
                assert definition.name is not None
                found[definition.name.value] = key
    return found


@dataclass(frozen=True, slots=True)
class Machine:
    """Sends hashes of trusted documents, and never a text."""

    client: httpx2.AsyncClient
    token: str

    async def ask(self, operation: str, **variables: object) -> Any:
        answer = await self.client.post(
            "/graphql",
            json={
                "variables": variables,
                "extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASHES[operation]}},
            },
            headers={"authorization": f"Bearer {self.token}"},
        )
        body = answer.json()
        assert answer.status_code == 200, body
        assert "errors" not in body, body
        [data] = body["data"].values()
        return data

    async def do(self, operation: str, **fields: object) -> Any:
        """A mutation that has to succeed."""
        data = await self.ask(operation, input={"requestId": uuid4().hex, **fields})
        assert data["errors"] == [], data
        return data


HASHES = hashes()


@pytest.fixture
async def market(owner_pool: Pool, db: Database) -> Market:
    return await a_market(owner_pool, db)


@pytest.fixture
async def browser(db: Database) -> AsyncIterator[httpx2.AsyncClient]:
    app = Litestar([*GRAPH, *FILES, oauth_token], state=State({"db": db, "token_keys": KEYS}))
    async with a_browser(app) as client:
        yield client


@pytest.fixture
async def machine(db: Database, market: Market, browser: httpx2.AsyncClient) -> Machine:
    """Trader A's own system, let in by its client's id and secret."""
    made = await a_client(db, market.story, "trader_a", *OF_SUPPLIERS)
    grant = {
        "grant_type": "client_credentials",
        "client_id": made.client_id,
        "client_secret": made.client_secret,
    }
    answer = await browser.post("/oauth/token", data=grant)
    return Machine(browser, answer.json()["access_token"])


async def test_orders_are_confirmed_in_part_substituted_shipped_ahead_and_told_of(
    db: Database, market: Market, machine: Machine
) -> None:
    buyer = market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10, oil=4)
    page = await machine.ask("SupplierOrders", states=["TO_CONFIRM"])
    [order] = [edge["node"] for edge in page["edges"]]
    assert order["id"] == to_id("Order", order_id)
    tea, oil = order["lines"]
    goods = (await machine.ask("SupplierSkus"))["edges"]
    [other] = [edge["node"] for edge in goods if edge["node"]["code"] == oil["skuCode"]]

    offered = await machine.do(
        "SupplierSubstitutes",
        substitutes=[
            {
                "orderId": order["id"],
                "orderLineId": tea["id"],
                "quantity": quantity,
                "skuId": other["id"],
                "packQuantity": quantity // 2,
                "reason": "茶叶断货",
            }
            for quantity in (4, 2)
        ],
    )
    taken, withdrawn = offered["substitutes"]
    assert taken["amount"] == {"amount": "25.00", "currency": "CNY"}
    await machine.do("SupplierSubstitutesWithdraw", orderSubstituteIds=[withdrawn["id"]])
    said = [
        {"orderLineId": tea["id"], "quantity": 10, "promisedOn": DAY},
        {"orderLineId": oil["id"], "quantity": 0, "reason": "停产"},
    ]
    confirmed = await machine.do("SupplierConfirm", orderId=order["id"], lines=said)
    assert confirmed["order"]["state"] == "TO_SHIP"
    decision = SubstituteDecision(from_id("OrderSubstitute", taken["id"]), accepts=True)
    await do(db, buyer, decide_substitutes, decisions=[decision])
    later = [{"orderLineId": tea["id"], "promisedOn": "2027-03-15"}]
    await machine.do("SupplierRedate", orderId=order["id"], lines=later)
    shipped = await machine.do(
        "SupplierShip", orderId=order["id"], carrier="顺丰", expectedOn=DAY, packages=2
    )
    assert (shipped["shipment"]["expectedOn"], shipped["shipment"]["packages"]) == (DAY, 2)
    shipment = from_id("Shipment", shipped["shipment"]["id"])
    await do(db, buyer, receive_shipment, shipment_id=shipment)

    told = await machine.ask("SupplierOrder", id=order["id"])

    assert told["state"] == "CLOSED"
    assert [
        (line["skuCode"], line["receivedQuantity"], line["refusalReason"]) for line in told["lines"]
    ] == [("TEA", 6, "substituted"), ("OIL", 0, "停产"), ("OIL", 2, None)]
    assert told["lines"][2]["replacesLineId"] == tea["id"]
    assert [it["state"] for it in told["substitutes"]] == ["ACCEPTED", "WITHDRAWN"]
    today = datetime.now(TRADE_ZONE).date()
    buyers = (await machine.ask("SupplierRelationships"))["edges"]
    [card] = await machine.ask(
        "SupplierScorecards",
        relationshipIds=[buyer["node"]["id"] for buyer in buyers],
        **{"from": (today - timedelta(days=2)).isoformat(), "to": today.isoformat()},
    )
    assert (card["total"]["orderCount"], card["total"]["filledQuantity"]) == (1, "6")
    assert (await machine.ask("SupplierAlerts", isOpen=True))["edges"] == []


async def test_a_sheet_is_looked_at_and_applied_and_a_request_sent_twice_is_done_once(
    db: Database, market: Market, machine: Machine
) -> None:
    await placed(db, market, tea=10)
    headers = {"authorization": f"Bearer {machine.token}"}
    file = await machine.client.get("/files/order-confirmations.csv?locale=en", headers=headers)
    sheet = {"name": "a.csv", "content": base64.b64encode(file.content).decode()}

    [row] = await machine.ask("SupplierConfirmationsPreview", **sheet)

    assert (row["lineNo"], row["confirmedQuantity"], row["messages"]) == (1, 10, [])
    same = {"requestId": uuid4().hex, **sheet}
    for _ in range(2):
        done = await machine.ask("SupplierConfirmationsApply", input=same)
        assert done == {"orderCount": 1, "errors": []}
    again = await machine.ask(
        "SupplierConfirmationsApply", input={"requestId": uuid4().hex, **sheet}
    )
    assert again["orderCount"] is None
    assert [error["path"] for error in again["errors"]] == [["content"]]
    assert (await machine.ask("SupplierOrders", states=["TO_CONFIRM"]))["edges"] == []


async def test_a_machine_sees_and_does_nothing_of_others_and_only_what_it_was_given(
    db: Database, market: Market, machine: Machine, browser: httpx2.AsyncClient
) -> None:
    order_id = to_id("Order", await placed(db, market, tea=10))
    made = await a_client(db, market.story, "trader_b", *OF_SUPPLIERS)
    reader = await a_client(db, market.story, "trader_a", Permission.ORDER_READ)

    async def let_in(client_id: str, client_secret: str) -> Machine:
        grant = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        answer = await browser.post("/oauth/token", data=grant)
        return Machine(browser, answer.json()["access_token"])

    stranger = await let_in(made.client_id, made.client_secret)
    assert await stranger.ask("SupplierOrder", id=order_id) is None
    assert (await stranger.ask("SupplierOrders"))["edges"] == []
    edges = (await stranger.ask("SupplierRelationships"))["edges"]
    assert to_id("Relationship", market.edge) not in [edge["node"]["id"] for edge in edges]
    refused = await stranger.ask(
        "SupplierConfirm", input={"requestId": "r-1", "orderId": order_id, "lines": []}
    )
    assert [error["path"] for error in refused["errors"]] == [["orderId"]]
    looking = await let_in(reader.client_id, reader.client_secret)
    assert (await looking.ask("SupplierOrder", id=order_id))["state"] == "TO_CONFIRM"
    with pytest.raises(AssertionError, match="FORBIDDEN"):
        await looking.ask(
            "SupplierConfirm", input={"requestId": "r-2", "orderId": order_id, "lines": []}
        )
    assert (await machine.ask("SupplierOrder", id=order_id))["state"] == "TO_CONFIRM"
