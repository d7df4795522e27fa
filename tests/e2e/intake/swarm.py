"""Everything that can be done to the orders of one edge, by many at once and in no order: attempts
to owe more than the limit allows."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.e2e.asking import Caller, Crowd, Reply, mutation
from tests.e2e.intake.scene import CURRENCY, Scene
from tradeline.kernel import TRADE_ZONE

ORDER = "order { id state lines { id quantity } }"
PLACE = mutation("orderPlace", ORDER)
SAVE_DRAFT = mutation("orderDraftSave", "draft { id version }")
PLACE_DRAFT = mutation("orderDraftPlace", ORDER)
REVIEW = mutation("orderReview", "order { id }")
CONFIRM = mutation("orderConfirm", "order { id }")
CONFIRM_MANY = mutation("ordersConfirm", "orders { id }")
REDATE = mutation("orderRedate", "order { id }")
CANCEL = mutation("orderCancel", "order { id }")
SHIP = mutation("orderShip", "shipment { id lines { orderLineId quantity } }")
RECEIVE = mutation("shipmentReceive", "shipment { id }")
RETURN = mutation("orderReturnRequest", "orderReturn { id }")
DECIDE_RETURN = mutation("orderReturnDecide", "orderReturn { id }")
PAY = mutation("paymentRecord", "payment { id }")
SET_LIMIT = mutation("creditLimitSet", "relationship { id }")
BLOCK = mutation("creditBlock", "relationship { id }")
SUSPEND = mutation("relationshipSuspend", "relationship { id }")
RESUME = mutation("relationshipResume", "relationship { id }")

UNITS_MAX = 30
LATEST = 20  # whoever does something to an order chooses among so many
FORBIDDEN_FAULTS = {"InvalidValue", "NotFound", "RequestReused"}


@dataclass(slots=True)
class Swarm:
    """What all of them know of: orders, shipments and returns, as the graph tells them."""

    crowd: Crowd
    scene: Scene
    dealer: Caller
    buyer: Caller
    limits: Sequence[int]
    told: Counter[str] = field(default_factory=Counter)
    _orders: list[Mapping[str, Any]] = field(default_factory=list)
    _shipments: list[Mapping[str, Any]] = field(default_factory=list)
    _returns: list[str] = field(default_factory=list)
    _sent: list[tuple[Caller, Mapping[str, Any]]] = field(default_factory=list)
    _draft_version: int = 0

    async def work(self, *, workers: int, steps: int, seed: int) -> None:
        """So many do so many things each; then the edge trades again, whatever was done to it."""
        await asyncio.gather(
            *(self._one_of_them(random.Random(f"{seed}-{n}"), steps) for n in range(workers))
        )
        await self.crowd.ask(self.scene.brand, RESUME, self._edge)
        await self.ask(self.scene.brand, BLOCK, {**self._edge, "isBlocked": False})

    async def ask(self, caller: Caller, document: str, values: Mapping[str, Any]) -> Reply:
        """It may be refused for what others did meanwhile, but not for how it was asked."""
        reply = await self.crowd.ask(caller, document, values)
        assert not FORBIDDEN_FAULTS & set(reply.problems), reply.body
        self.told.update([document, *reply.problems])
        return reply

    @property
    def _edge(self) -> dict[str, str]:
        return {"relationshipId": self.dealer.edge}

    async def _one_of_them(self, chance: random.Random, steps: int) -> None:
        things: Mapping[Callable[[random.Random], Awaitable[object]], int] = {
            self._place: 12,
            self._place_again: 2,
            self._place_draft: 2,
            self._cancel: 4,
            self._review: 6,
            self._confirm: 6,
            self._confirm_many: 1,
            self._redate: 1,
            self._ship: 5,
            self._receive: 5,
            self._give_back: 1,
            self._decide_return: 1,
            self._pay: 2,
            self._set_limit: 2,
            self._block: 1,
            self._suspend: 1,
        }
        for thing in chance.choices(list(things), list(things.values()), k=steps):
            await thing(chance)

    async def _place(self, chance: random.Random) -> None:
        caller = chance.choice((self.dealer, self.dealer, self.scene.brand))  # or on its behalf
        want = self.scene.order(
            self.dealer, {0: chance.randint(1, UNITS_MAX), 1: chance.randint(1, UNITS_MAX)}
        )
        values = {"requestId": f"swarm-{chance.getrandbits(64)}", **want}
        self._sent.append((caller, values))
        self._learn(await self.ask(caller, PLACE, values))

    async def _place_again(self, chance: random.Random) -> None:
        if self._sent:
            caller, values = chance.choice(self._sent[-LATEST:])
            self._learn(await self.ask(caller, PLACE, values))

    async def _place_draft(self, chance: random.Random) -> None:
        rows = [{"code": "B000001", "quantityText": str(chance.randint(1, UNITS_MAX))}]
        saved = await self.ask(
            self.buyer, SAVE_DRAFT, {**self._edge, "version": self._draft_version, "rows": rows}
        )
        if (draft := saved.payload["draft"]) is None:
            return  # somebody else was faster
        self._draft_version = draft["version"]
        values = {"orderDraftId": draft["id"], "version": draft["version"]}
        reply = await self.ask(self.buyer, PLACE_DRAFT, values)
        if self._learn(reply):
            self._draft_version += 1

    def _learn(self, reply: Reply) -> bool:
        order = reply.payload["order"]
        if order is not None:
            self._orders.append(order)
        return order is not None

    async def _cancel(self, chance: random.Random) -> None:
        if order := self._some_order(chance):
            caller = chance.choice((self.dealer, self.scene.brand))
            lines = chance.choice((None, self._part(chance, order)))
            values = {"orderId": order["id"], "lines": lines, "reason": "no room"}
            await self.ask(caller, CANCEL, values)

    async def _review(self, chance: random.Random) -> None:
        if order := self._some_order(chance):
            approves = chance.random() < 0.8
            values = {"orderId": order["id"], "approves": approves, "reason": "too much"}
            await self.ask(self.scene.brand, REVIEW, values)

    async def _confirm(self, chance: random.Random) -> None:
        if order := self._some_order(chance):
            lines = [
                {**line, "reason": "out of stock", "promisedOn": str(today())}
                for line in self._part(chance, order, least=0)
            ]
            await self.ask(self.scene.brand, CONFIRM, {"orderId": order["id"], "lines": lines})

    async def _confirm_many(self, chance: random.Random) -> None:
        if order := self._some_order(chance):
            await self.ask(self.scene.brand, CONFIRM_MANY, {"orderIds": [order["id"]]})

    async def _redate(self, chance: random.Random) -> None:
        if order := self._some_order(chance):
            day = str(today() + timedelta(days=chance.randint(1, 30)))
            lines = [{"orderLineId": line["id"], "promisedOn": day} for line in order["lines"]]
            await self.ask(self.scene.brand, REDATE, {"orderId": order["id"], "lines": lines})

    async def _ship(self, chance: random.Random) -> None:
        if order := self._some_order(chance):
            lines = chance.choice((None, self._part(chance, order)))
            values = {"orderId": order["id"], "lines": lines}
            shipment = (await self.ask(self.scene.brand, SHIP, values)).payload["shipment"]
            if shipment is not None:
                self._shipments.append({**shipment, "orderId": order["id"]})

    async def _receive(self, chance: random.Random) -> None:
        """In full or short; what is over is owed beyond any limit, for it is there."""
        if self._shipments:
            shipment = chance.choice(self._shipments[-LATEST:])
            line = chance.choice(shipment["lines"])
            short = {**line, "quantity": chance.randint(0, line["quantity"])}
            values = {"shipmentId": shipment["id"], "lines": chance.choice(([], [short]))}
            await self.ask(self.dealer, RECEIVE, values)

    async def _give_back(self, chance: random.Random) -> None:
        if self._shipments:
            shipment = chance.choice(self._shipments[-LATEST:])
            line = {**chance.choice(shipment["lines"]), "quantity": 1}
            values = {"orderId": shipment["orderId"], "lines": [line], "reason": "broken"}
            back = (await self.ask(self.dealer, RETURN, values)).payload["orderReturn"]
            if back is not None:
                self._returns.append(back["id"])

    async def _decide_return(self, chance: random.Random) -> None:
        if self._returns:
            values = {"orderReturnId": chance.choice(self._returns), "reason": "it was whole"}
            accepts = chance.random() < 0.7
            await self.ask(self.scene.brand, DECIDE_RETURN, {**values, "accepts": accepts})

    async def _pay(self, chance: random.Random) -> None:
        await self.ask(self.scene.brand, PAY, payment(self.dealer, chance.randint(1, 20) * 10))

    async def _set_limit(self, chance: random.Random) -> None:
        limit = money(chance.choice(self.limits))
        await self.ask(self.scene.brand, SET_LIMIT, {**self._edge, "limit": limit})

    async def _block(self, chance: random.Random) -> None:
        await self.ask(self.scene.brand, BLOCK, {**self._edge, "isBlocked": True})
        await self.ask(self.scene.brand, BLOCK, {**self._edge, "isBlocked": False})

    async def _suspend(self, chance: random.Random) -> None:
        await self.ask(self.scene.brand, SUSPEND, self._edge)
        await self.ask(self.scene.brand, RESUME, self._edge)

    def _some_order(self, chance: random.Random) -> Mapping[str, Any] | None:
        return chance.choice(self._orders[-LATEST:]) if self._orders else None

    def _part(
        self, chance: random.Random, order: Mapping[str, Any], *, least: int = 1
    ) -> list[dict[str, Any]]:
        return [
            {"orderLineId": line["id"], "quantity": chance.randint(least, line["quantity"])}
            for line in order["lines"]
        ]


def money(yuan: int) -> dict[str, str]:
    return {"amount": f"{yuan}.00", "currency": CURRENCY}


def payment(dealer: Caller, yuan: int) -> dict[str, Any]:
    """What the brand records of the dealer's money that has come."""
    paid = {"paidBy": "BUYER", "method": "BANK", "paidOn": str(today())}
    return {"relationshipId": dealer.edge, "amount": money(yuan), **paid}


def today() -> date:
    return datetime.now(TRADE_ZONE).date()
