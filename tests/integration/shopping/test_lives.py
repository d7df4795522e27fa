"""Random lives of sales: whatever is done in whatever order, the doctor finds nothing, and what is
taken back whole leaves nobody with anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random

import pytest

from tests.factories_sale_rows import TIERS, Counter, Want
from tests.factories_sales import Placed, pay, placed, refunds_succeed, violations
from tradeline.kernel import Forbidden, Money, Rejected
from tradeline.shopping import (
    cancel_consumer_order,
    decide_after_sale,
    refund_freight,
    refund_price,
    request_after_sale,
    resource_orders,
    ship_consumer_order,
    withdraw_after_sale,
)

COSTS = {"SHIRT": ("52.30", "41.70"), "COAT": ("98.50", "80.10")}
STEPS = 60


class Life:
    """One sale and what may be done to it; what is refused changes nothing."""

    def __init__(self, counter: Counter, order: Placed, chance: Random, *, keeps: bool) -> None:
        self.counter, self.order, self.chance = counter, order, chance
        self.keeps = keeps

    async def lines(self) -> list[dict[str, int]]:
        rows = await self.counter.owner_pool.fetch(
            "SELECT id, source_tier, quantity - cancelled_quantity - shipped_quantity AS unshipped,"
            "       shipped_quantity - returned_quantity AS returnable,"
            "       goods_minor - coupon_minor - refunded_goods_minor"
            "       + refunded_coupon_minor AS left"
            "  FROM shopping.order_line WHERE order_id = $1 ORDER BY id",
            self.order.id,
        )
        return [dict(row) for row in rows]

    async def do(self, deed: Callable[..., Awaitable[object]], **values: object) -> bool:
        """Whether it was done."""
        with suppress(Rejected, Forbidden):
            async with self.counter.db.unit_of_work(self.counter.network_id) as conn:
                await deed(conn, **values)
            return True
        return False

    async def some(self, key: str, tier: int | None = None) -> dict[int, int]:
        """Some of what is left of some lines."""
        found = [
            line
            for line in await self.lines()
            if line[key] and (tier is None or line["source_tier"] == tier)
        ]
        picked = self.chance.sample(found, self.chance.randint(min(1, len(found)), len(found)))
        return {line["id"]: self.chance.randint(1, line[key]) for line in picked}

    def actor(self, tier: int) -> object:
        return self.counter.story.actor(TIERS[tier])

    async def cancel(self) -> None:
        asker = self.chance.choice([self.counter.shopper, self.actor(0)])
        await self.do(cancel_consumer_order, asker=asker, order_id=self.order.id, reason="不要了")

    async def ship(self) -> None:
        tier = self.chance.choice([line["source_tier"] for line in await self.lines()])
        await self.do(
            ship_consumer_order,
            actor=self.actor(tier),
            order_id=self.order.id,
            quantities=await self.some("unshipped", tier),
        )

    async def resource(self) -> None:
        tier = self.chance.choice([line["source_tier"] for line in await self.lines()])
        await self.do(
            resource_orders,
            actor=self.actor(tier),
            order_id=self.order.id,
            quantities=await self.some("unshipped", tier),
            reason="缺货",
        )

    async def send_back(self) -> None:
        await self.do(
            request_after_sale,
            shopper=self.counter.shopper,
            order_id=self.order.id,
            quantities=await self.some("returnable"),
            reason="不合适",
        )

    async def decide(self, accepts: bool | None = None) -> None:
        rows = await self.counter.owner_pool.fetch(
            "SELECT id FROM shopping.after_sale"
            " WHERE order_id = $1 AND state IN ('requested', 'referred')",
            self.order.id,
        )
        for row in rows:
            choice = self.chance.random() if accepts is None else 1.0
            alone = self.keeps and accepts is None and self.chance.random() < 0.7
            if choice < 0.2:
                await self.do(
                    withdraw_after_sale, shopper=self.counter.shopper, after_sale_id=row["id"]
                )
            else:
                await self.do(
                    decide_after_sale,
                    actor=self.actor(
                        2 if accepts else 0 if alone else self.chance.choice([0, 1, 2])
                    ),
                    after_sale_id=row["id"],
                    accepts=choice > 0.4,
                    at_own_cost=alone,
                    reason="好",
                )

    async def give_money(self, *, whole: bool = False) -> None:
        for line in await self.lines():
            if line["left"] > 0 and (whole or self.chance.random() < 0.5):
                minor = line["left"] if whole else self.chance.randint(1, line["left"])
                await self.do(
                    refund_price,
                    actor=self.actor(0),
                    line_id=line["id"],
                    amount=Money(minor, "CNY"),
                    reason="补偿",
                )

    async def give_freight(self) -> None:
        rows = await self.counter.owner_pool.fetch(
            "SELECT tier, sum(original_minor - reversed_minor)::bigint AS minor"
            "  FROM shopping.split WHERE order_id = $1 AND part = 'freight' GROUP BY tier",
            self.order.id,
        )
        for row in rows:
            await self.do(
                refund_freight,
                actor=self.actor(row["tier"]),
                order_id=self.order.id,
                amount=Money(row["minor"], "CNY"),
                reason="补偿",
            )

    async def end_at_nothing(self) -> None:
        """Take all of it back: what is shipped as returns, the rest by cancelling."""
        await self.cancel()
        await self.send_back()
        await self.decide(accepts=None if self.keeps else True)
        await self.decide(accepts=True)
        back = {line["id"]: line["returnable"] for line in await self.lines()}
        await self.do(
            request_after_sale,
            shopper=self.counter.shopper,
            order_id=self.order.id,
            quantities=back,
            reason="不合适",
        )
        await self.decide(accepts=True)
        await self.give_freight()


async def a_life(counter: Counter, chance: Random, *, keeps: bool) -> Life:
    wants = [
        Want(
            sku=sku,
            units=chance.randint(1, 7),
            # Now and then below what the store pays itself.
            price=chance.choice(["69.90", "45.01", "129.00", "12.34"]),
            costs=COSTS[sku],
            tier=chance.randrange(3),
        )
        for sku in chance.choices(["SHIRT", "COAT"], k=chance.randint(1, 3))
    ]
    order = await placed(
        counter,
        wants,
        coupon=chance.choice([{0: 10_000}, {0: 1000, 1: 3000, 2: 6000}, {2: 10_000}]),
        coupon_minor=chance.choice([0, 333, 1001]),
        freight_minor=chance.choice([0, 600]),
        freight_tier=wants[0].tier,
    )
    if chance.random() < 0.9:
        await pay(counter, order)
    return Life(counter, order, chance, keeps=keeps)


async def let_owe(counter: Counter, minor: int) -> None:
    await counter.owner_pool.execute(
        "UPDATE settlement.exposure SET credit_limit_minor = $1", minor
    )


# Where the store keeps goods at its own cost, others keep what they got for them.
@pytest.mark.parametrize(("seed", "keeps"), [(0, False), (1, False), (2, True), (3, True)])
async def test_random_lives_of_sales_leave_all_in_order_and_end_at_nothing(
    counter: Counter, seed: int, keeps: bool
) -> None:
    chance = Random(seed)
    await let_owe(counter, 10**7)
    lives = [await a_life(counter, chance, keeps=keeps) for _ in range(8)]
    for _ in range(STEPS):
        life = chance.choice(lives)
        deeds = (life.ship, life.ship, life.resource, life.send_back, life.decide, life.give_money)
        await chance.choice([*deeds, life.cancel] if chance.random() < 0.2 else deeds)()

    assert await violations(counter) == []
    for life in lives:
        await life.end_at_nothing()
    await refunds_succeed(counter)

    assert await violations(counter) == []
    left = await counter.owner_pool.fetch(
        "SELECT split.order_id FROM shopping.split AS split"
        "  JOIN shopping.consumer_order AS consumer_order"
        "    ON consumer_order.id = split.order_id AND consumer_order.paid_at IS NOT NULL"
        " GROUP BY split.order_id, CASE WHEN NOT $1 THEN split.tier END"
        " HAVING sum((original_minor - reversed_minor)"
        "            * CASE part WHEN 'coupon' THEN -1 ELSE 1 END) <> 0",
        keeps,
    )
    assert left == []
    kept = await counter.owner_pool.fetchval("SELECT sum(kept_quantity) FROM shopping.order_line")
    assert bool(kept) is keeps
    if keeps:
        return
    owed = await counter.owner_pool.fetch(
        "SELECT relationship_id FROM settlement.exposure"
        " WHERE (owed_minor, returnable_minor) <> (0, 0)"
    )
    assert owed == []
    accounts = await counter.owner_pool.fetch(
        "SELECT account.id, account.code FROM settlement.account AS account"
        "  JOIN (SELECT debit_account_id AS id, amount_minor AS minor FROM settlement.transfer"
        "        UNION ALL"
        "        SELECT credit_account_id, -amount_minor FROM settlement.transfer) AS entry"
        "    USING (id) GROUP BY account.id, account.code HAVING sum(entry.minor) <> 0"
    )
    assert accounts == []
