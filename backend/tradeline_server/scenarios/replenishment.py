"""Replenishment: from what consumers bought in a month to what the supplier delivered and is owed.

What is expected stands here in units and fen, worked out by hand from what is sold in `SOLD`, from
the prices in `chain.py` and from these terms: it takes ten days, give or take one, until goods
come, and every four days somebody looks, so what stands has to last for fourteen. A bottle of
vinegar sells twice a day: 28 in fourteen days, and 1.6449 × 2 × 1 = 3.29 for the spread, 32 in
all. Wine sells three times on Saturdays and once on Sundays: 8, and 1.6449 × 0.571 = 0.94, 9 in
all. Of tea and juice one a day: 14 and 1.64, 16 in all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from tradeline import organizations, replenishment
from tradeline.kernel import trade_day
from tradeline_graph._ids import from_id, to_id
from tradeline_graph.documents import documents_of
from tradeline_server.errors import CommandError
from tradeline_server.scenarios import queries
from tradeline_server.scenarios.chain import (
    BRAND,
    DEALER,
    RETAILER,
    SUPPLIER,
    TRADER,
)
from tradeline_server.scenarios.figures import Figure, count, money
from tradeline_server.scenarios.papers import (
    ACCEPT,
    ACCEPT_PREVIEW,
    DEMAND,
    FORECAST_MAKE,
    OFFERS,
    ORDER,
    ORDER_PLACE,
    PROPOSALS,
    PROPOSE,
    SHIPMENT_RECEIVE,
    STATEMENT_ISSUE,
    SUBSTITUTES_DECIDE,
    TERM_PUT,
)
from tradeline_server.scenarios.people import Consumer, Refused
from tradeline_server.scenarios.stage import Scenario, Stage

WEEK: Final = 7
DAYS: Final = 4 * WEEK
SATURDAY, SUNDAY = 5, 6
# What stands with the brand when the month is over.
LEFT: Final = {"VINEGAR": 5, "WINE": 1, "TEA": 4, "JUICE": 0}
SOLD: Final = {"VINEGAR": 56, "WINE": 16, "TEA": 28, "JUICE": 28}
TRADERS_OWN: Final = 24
DEALER_WANTS: Final = 10
# Target less what stands, and of vinegar the dealer's 10 as well, which wait.
NEEDED: Final = {"VINEGAR": 37, "WINE": 8, "TEA": 12, "JUICE": 16}
ORDERED_MINOR: Final = 1287_20 + 10 * 22_40


class NotThere(dict[str, str]):
    """Of an order that was never placed."""

    def __missing__(self, key: str) -> str:
        raise CommandError("What comes before did not come to its end.")


@dataclass(slots=True)
class Month:
    """What one part of the story hands to the next. `lines` are those of the order to the supplier,
    by SKU code; `papers` are what the supplier's own system sends."""

    papers: Mapping[str, str] = field(default_factory=lambda: documents_of("supplier"))
    dealers_order: str = ""
    order: str = ""
    lines: Mapping[str, str] = field(default_factory=NotThere)

    async def sell(self, stage: Stage) -> Sequence[Figure]:
        """Four weeks of sales through the store, from the brand's stock; and what dealers order."""
        held = {code: SOLD[code] + LEFT[code] for code in SOLD}
        await stage.stock(BRAND, **held | {"VINEGAR": held["VINEGAR"] + TRADERS_OWN})
        await self._share_sell_out(stage, shares=True)
        sold = await asyncio.gather(
            *(_buy_each_week(stage, weekday) for weekday in range(1, WEEK + 1))
        )
        paid = {order_id: ago for orders in sold for order_id, ago in orders.items()}
        await self._order(stage, TRADER, TRADERS_OWN)
        self.dealers_order = await self._order(stage, DEALER, DEALER_WANTS)
        async with stage.owner.acquire() as conn:
            await queries.move_sales_to_their_days(conn, stage.chain.network_id, paid)
            await replenishment.recount_demand(conn, network_id=stage.chain.network_id)
        figures = []
        for code, units in SOLD.items():
            asked = await _demand(stage, code)
            orders = DEALER_WANTS if code == "VINEGAR" else 0
            figures.append(count(f"asked for of {code}", units + orders, _sum(asked["days"])))
        vinegar = await _demand(stage, "VINEGAR")
        sold_in = SOLD["VINEGAR"] + TRADERS_OWN + DEALER_WANTS
        figures.append(count("sold in of VINEGAR", sold_in, _sum(vinegar["sellIn"])))
        await self._share_sell_out(stage, shares=False)
        unshared = await _demand(stage, "VINEGAR")
        await self._share_sell_out(stage, shares=True)
        figures.append(count("asked for as seen without consent", sold_in, _sum(unshared["days"])))
        return figures

    async def propose(self, stage: Stage) -> Sequence[Figure]:
        """Forecasts, and proposals by the terms; two planners take them at the same moment."""
        clerk = stage.clerks[BRAND]
        edge = to_id("Relationship", stage.chain.edges[BRAND])
        await clerk.do(
            TERM_PUT,
            terms=[
                {
                    "relationshipId": edge,
                    "leadTimeDays": 10,
                    "leadTimeSpreadDays": "1",
                    "serviceLevel": "0.95",
                    "reviewDays": 4,
                }
            ],
        )
        skus = {code: to_id("Sku", stage.chain.skus[code]) for code in SOLD}
        await clerk.do(FORECAST_MAKE, skuIds=list(skus.values()))
        figures = []
        for code, units in SOLD.items():
            forecast = (await _demand(stage, code))["forecast"]
            days = [float(day["mean"]) for day in forecast["days"][:14]]
            figures.append(count(f"expected of {code} in 14 days", units // 2, round(sum(days))))
        await clerk.do(PROPOSE)
        proposed = await clerk.ask(PROPOSALS)
        lines = [edge["node"] for edge in proposed["replenishmentProposals"]["edges"]]
        found = {line["sku"]["code"]: line["quantity"] for line in lines}
        figures += [
            count(f"proposed of {code}", units, found.get(code, 0))
            for code, units in NEEDED.items()
        ]
        take = [{"id": line["id"], "quantity": line["quantity"]} for line in lines]
        preview = (await clerk.ask(ACCEPT_PREVIEW, lines=take))["replenishmentAcceptPreview"]
        shown = [
            {"relationshipId": one["relationship"]["id"], "amount": one["amount"]}
            for one in preview["orders"]
        ]
        amount = sum(_minor(one["amount"]) for one in preview["orders"])
        figures.append(money("shown before it is ordered", ORDERED_MINOR, amount))
        answers = await asyncio.gather(
            *(clerk.do(ACCEPT, lines=take, shown=shown) for _ in range(2)), return_exceptions=True
        )
        accepted = [answer for answer in answers if isinstance(answer, dict)]
        figures += [
            count("planners who took them", 1, len(accepted)),
            count("planners told that it was done", 1, _refusals(answers)),
        ]
        orders = [order["id"] for answer in accepted for order in answer["orders"]]
        figures.append(count("orders", 1, len(orders)))
        [self.order] = orders
        order = await _order(stage, BRAND, self.order)
        self.lines = {line["skuCode"]: line["id"] for line in order["lines"]}
        figures.append(money("ordered", ORDERED_MINOR, _minor(order["amount"])))
        return figures

    async def confirm(self, stage: Stage) -> Sequence[Figure]:
        """One line whole, one in part, one not at all, and another SKU in place of one."""
        clerk, lines = stage.clerks[SUPPLIER], self.lines
        soon = _in_days(5)
        answer: list[dict[str, object]] = [
            {
                "orderLineId": lines["VINEGAR"],
                "quantity": 30,
                "promisedOn": soon,
                "reason": "原料不足",
            },
            {"orderLineId": lines["WINE"], "quantity": 8, "promisedOn": soon},
            {"orderLineId": lines["TEA"], "quantity": 0, "reason": "停产"},
            {"orderLineId": lines["JUICE"], "quantity": 16, "promisedOn": soon},
        ]
        await self._wait_until_noted(stage)
        await clerk.do(self.papers["SupplierConfirm"], orderId=self.order, lines=answer)
        await stage.wait_until_posted()
        dealers = await _order(stage, DEALER, self.dealers_order)
        told_first = dealers["lines"][0]["expectedOn"]
        await clerk.do(
            self.papers["SupplierRedate"],
            orderId=self.order,
            lines=[{"orderLineId": lines["VINEGAR"], "promisedOn": _in_days(9)}],
        )
        proposed = await clerk.do(
            self.papers["SupplierSubstitutes"],
            substitutes=[
                {
                    "orderId": self.order,
                    "orderLineId": lines["JUICE"],
                    "quantity": 16,
                    "skuId": to_id("Sku", stage.chain.skus["NECTAR"]),
                    "packQuantity": 16,
                    "promisedOn": soon,
                    "validUntil": soon,
                    "reason": "果汁缺货",
                }
            ],
        )
        taken = [
            {"orderSubstituteId": offer["id"], "accepts": True} for offer in proposed["substitutes"]
        ]
        await stage.clerks[BRAND].do(SUBSTITUTES_DECIDE, decisions=taken)
        order = await _order(stage, BRAND, self.order)
        found = {line["skuCode"]: line for line in order["lines"]}
        self.lines = {code: line["id"] for code, line in found.items()}
        coming = {code: line["quantity"] - line["refusedQuantity"] for code, line in found.items()}
        expected = {"VINEGAR": 30, "WINE": 8, "TEA": 0, "JUICE": 0, "NECTAR": 16}
        figures = [
            count(f"coming of {code}", units, coming.get(code, 0))
            for code, units in expected.items()
        ]
        told_then = await self._told_later(stage)
        return [
            *figures,
            count("days until the dealer's goods, as told first", 5, _days_until(told_first)),
            count("days until the dealer's goods, as told again", 9, _days_until(told_then)),
        ]

    async def promise(self, stage: Stage) -> Sequence[Figure]:
        """What the trader, and a consumer, may count on: the dealer came first."""
        asked = await stage.clerks[TRADER].ask(
            OFFERS, relationshipId=to_id("Relationship", stage.chain.edges[TRADER])
        )
        offers = {edge["node"]["sku"]["code"]: edge["node"] for edge in asked["offers"]["edges"]}
        figures = []
        for code, now, later, days in (("VINEGAR", 0, 25, 9), ("WINE", 1, 8, 5), ("TEA", 4, 0, 0)):
            promise = offers[code]["availability"]
            figures += [
                count(f"{code} now", now, promise["now"]),
                count(f"{code} later", later, sum(part["quantity"] for part in promise["later"])),
            ]
            if days:
                figures.append(
                    count(f"days until {code}", days, _days_until(_first(promise["later"])))
                )
        consumer = await stage.consumer()
        shop = await consumer.ask("ShopOffers", storeId=stage.store(BRAND))
        wine = next(
            edge["node"]["availability"]
            for edge in shop["storeOffers"]["edges"]
            if edge["node"]["sku"]["code"] == "WINE"
        )
        return [
            *figures,
            count("WINE now, for a consumer", 1, wine["now"]),
            count("days until WINE, for a consumer", 5, _days_until(_first(wine["later"]))),
        ]

    async def wait(self, stage: Stage) -> Sequence[Figure]:
        """The day of the wine goes by, and no wine has come: the supplier sees that it is late."""
        async with stage.owner.acquire() as conn:
            await queries.let_line_be_late(
                conn, stage.chain.network_id, from_id("OrderLine", self.lines["WINE"])
            )
            # The worker looks once a minute, and would find the same.
            await replenishment.watch_supply(conn, limit=1)

        async def look() -> Sequence[dict[str, Any]] | None:
            asked = await stage.clerks[SUPPLIER].ask(self.papers["SupplierAlerts"], isOpen=True)
            return [edge["node"] for edge in asked["replenishmentAlerts"]["edges"]] or None

        alerts = await stage.wait_for("an alert", look)
        return [
            count("alerts", 1, len(alerts)),
            count(
                "bottles of wine that are late",
                8,
                sum(
                    int(alert["quantity"])
                    for alert in alerts
                    if alert["kind"] == "LATE_DELIVERY"
                    and alert["orderLineId"] == self.lines["WINE"]
                ),
            ),
        ]

    async def receive(self, stage: Stage) -> Sequence[Figure]:
        """Two bottles of vinegar are missing, one of wine too many, one of nectar is broken."""
        lines = self.lines
        shipped = await stage.clerks[SUPPLIER].do(
            self.papers["SupplierShip"],
            orderId=self.order,
            carrier="示例物流",
            trackingNumber="SF-1",
            expectedOn=_in_days(1),
            packages=3,
        )
        await stage.clerks[BRAND].do(
            SHIPMENT_RECEIVE,
            shipmentId=shipped["shipment"]["id"],
            lines=[
                {"orderLineId": lines["VINEGAR"], "quantity": 28},
                {"orderLineId": lines["WINE"], "quantity": 9},
                {
                    "orderLineId": lines["NECTAR"],
                    "quantity": 15,
                    "damagedQuantity": 1,
                    "damageReason": "瓶身破裂",
                },
            ],
        )
        order = await _order(stage, BRAND, self.order)
        owed = {line["skuCode"]: _minor(line["owed"]) for line in order["lines"]}
        await stage.wait_until_posted()
        statement = await stage.clerks[SUPPLIER].do(
            STATEMENT_ISSUE, relationshipId=to_id("Relationship", stage.chain.edges[BRAND])
        )
        return [
            money("owed for VINEGAR", 28 * 22_40, owed["VINEGAR"]),
            money("owed for WINE", 9 * 45_60, owed["WINE"]),
            money("owed for NECTAR", 15 * 13_00, owed["NECTAR"]),
            money("owed for TEA and JUICE", 0, owed["TEA"] + owed["JUICE"]),
            money("owed for all", 1232_60, _minor(order["owed"])),
            money("on the statement", 1232_60, _minor(statement["statement"]["buyerOwesClosing"])),
            *[
                count(f"{code} in stock", units, await _on_hand(stage, code))
                for code, units in (("VINEGAR", 33), ("WINE", 10), ("NECTAR", 15))
            ],
        ]

    async def score(self, stage: Stage) -> Sequence[Figure]:
        """How the supplier kept its word, by what it said first: nectar is no juice."""
        today = trade_day()
        asked = await stage.clerks[SUPPLIER].ask(
            self.papers["SupplierScorecards"],
            relationshipIds=[to_id("Relationship", stage.chain.edges[BRAND])],
            **{"from": (today - timedelta(days=1)).isoformat(), "to": today.isoformat()},
        )
        total = asked["scorecards"][0]["total"]
        return [
            count(name, expected, int(float(total[key])))
            for name, key, expected in (
                ("orders", "orderCount", 1),
                ("deliveries", "deliveryCount", 1),
                ("counted", "countedQuantity", 54),
                ("short", "shortQuantity", 2),
                ("damaged", "damagedQuantity", 1),
                ("due", "dueQuantity", 73),
                ("filled", "filledQuantity", 36),
            )
        ]

    async def _wait_until_noted(self, stage: Stage) -> None:
        """Until it is known what the dealer has been told: nothing yet."""

        async def look() -> bool | None:
            async with stage.owner.acquire() as conn:
                return (
                    await queries.count_expectations(
                        conn, stage.chain.network_id, from_id("Order", self.dealers_order)
                    )
                    > 0
                    or None
                )

        await stage.wait_for("the dealer's goods to be looked for", look)

    async def _told_later(self, stage: Stage) -> str:
        """When the dealer's goods come, once its order's time line says that it is later."""

        async def look() -> str | None:
            order = await _order(stage, DEALER, self.dealers_order)
            if any(event["step"] == "move_expected" for event in order["events"]):
                day: str = order["lines"][0]["expectedOn"]
                return day
            return None

        return await stage.wait_for("the dealer to be told", look)

    async def _order(self, stage: Stage, buyer: str, units: int) -> str:
        placed = await stage.clerks[buyer].do(
            ORDER_PLACE,
            relationshipId=to_id("Relationship", stage.chain.edges[buyer]),
            lines=[{"skuId": to_id("Sku", stage.chain.skus["VINEGAR"]), "quantity": units}],
        )
        order_id: str = placed["order"]["id"]
        return order_id

    async def _share_sell_out(self, stage: Stage, *, shares: bool) -> None:
        """Both the trader and the retailer say whether their sellers see what they sell."""
        async with stage.db.unit_of_work(stage.chain.network_id) as conn:
            for buyer in (TRADER, RETAILER):
                await organizations.change_terms(
                    conn,
                    actor=stage.chain.actor(buyer),
                    changes=[
                        organizations.TermsChange(
                            relationship_id=stage.chain.edges[buyer], shares_sell_out=shares
                        )
                    ],
                )


def _basket(day: date) -> dict[str, int]:
    wine = {SATURDAY: 3, SUNDAY: 1}.get(day.weekday(), 0)
    basket = {"VINEGAR": 2, "WINE": wine, "TEA": 1, "JUICE": 1}
    return {code: units for code, units in basket.items() if units}


async def _buy_each_week(stage: Stage, first: int) -> dict[int, int]:
    """Somebody who buys every week, last so many days ago: which order is to be how old."""
    consumer = await stage.consumer()
    today = trade_day()
    return {
        await _buy(stage, consumer, _basket(today - timedelta(days=ago))): ago
        for ago in range(first, DAYS + 1, WEEK)
    }


async def _buy(stage: Stage, consumer: Consumer, basket: Mapping[str, int]) -> int:
    order = await consumer.place(stage.store(BRAND), stage.units(**basket))
    await consumer.pay(await consumer.start_payment(order["id"]))
    await stage.wait_for_state(consumer, order["id"], "TO_SHIP")
    return from_id("ConsumerOrder", order["id"])


async def _demand(stage: Stage, code: str) -> dict[str, Any]:
    today = trade_day()
    asked = await stage.clerks[BRAND].ask(
        DEMAND,
        skuId=to_id("Sku", stage.chain.skus[code]),
        to=today.isoformat(),
        **{"from": (today - timedelta(days=DAYS + 1)).isoformat()},
    )
    demand: dict[str, Any] = asked["demand"]
    return demand


async def _order(stage: Stage, name: str, order_id: str) -> dict[str, Any]:
    order: dict[str, Any] = (await stage.clerks[name].ask(ORDER, id=order_id))["order"]
    return order


async def _on_hand(stage: Stage, code: str) -> int:
    async with stage.owner.acquire() as conn:
        return await queries.fetch_free(
            conn,
            stage.chain.network_id,
            stage.chain.warehouses[BRAND],
            stage.chain.skus[code],
        )


def _refusals(answers: Sequence[object]) -> int:
    """How many were refused; whatever else went wrong is raised."""
    broken = [answer for answer in answers if isinstance(answer, BaseException)]
    for error in broken:
        if not isinstance(error, Refused):
            raise CommandError(str(error)) from error
    return len(broken)


def _first(later: Sequence[Mapping[str, str]]) -> str | None:
    return later[0]["on"] if later else None


def _sum(days: Sequence[Mapping[str, str]]) -> int:
    return sum(int(day["quantity"]) for day in days)


def _minor(amount: Mapping[str, str]) -> int:
    return int(amount["amount"].replace(".", ""))


def _in_days(days: int) -> str:
    return (trade_day() + timedelta(days=days)).isoformat()


def _days_until(day: str | None) -> int:
    """-1 where nothing is said."""
    if day is None:
        return -1
    return (date.fromisoformat(day) - trade_day()).days


def month() -> Sequence[Scenario]:
    """A month from its beginning."""
    played = Month()
    return (
        Scenario("demand", "What consumers bought in a month", "一个月的终端销售", played.sell),
        Scenario(
            "proposal", "What has to come, taken once", "补货建议，只接受一次", played.propose
        ),
        Scenario("confirmation", "What the supplier confirms", "供应商确认", played.confirm),
        Scenario("promise", "What may be counted on", "可承诺量", played.promise),
        Scenario("lateness", "A promise that is not kept", "逾期预警", played.wait),
        Scenario("receipt", "What came, and is owed", "收货与应付", played.receive),
        Scenario("scorecard", "How the supplier kept its word", "供应商评分", played.score),
    )
