"""Rows of consumers' orders for tests, as placing stores them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from uuid import uuid4

from tests.factories import Story
from tests.factories_inventory import level_of
from tests.factories_outbox import Place
from tradeline.inventory import NewHold, lock_stock, store_holds
from tradeline.kernel import Connection, Database, Pool, Shopper, UnitPrice
from tradeline.marketing import share_coupon
from tradeline.members import lookup_of, seal
from tradeline.settlement import NewExposureHold, store_exposure_holds
from tradeline.shopping.credit import lent_for, shortfalls_of
from tradeline.shopping.debts import TierSums
from tradeline.shopping.model import LINE_REFERENCE, SplitPart
from tradeline.shopping.queries.credit import insert_shortfalls
from tradeline.shopping.splits import split_goods

TIERS = ("retailer_1", "trader_a", "brand")
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A store, its suppliers' stock, a consumer, and the database that they are alone in."""

    place: Place
    story: Story
    store_id: int
    shopper: Shopper
    skus: dict[str, int]
    warehouses: dict[str, int]

    @property
    def db(self) -> Database:
        return self.place.db

    @property
    def owner_pool(self) -> Pool:
        return self.place.owner_pool

    @property
    def network_id(self) -> int:
        return self.story.network_id

    @property
    def edges(self) -> dict[int, int]:
        return {
            1: self.story.edge("trader_a", "retailer_1"),
            2: self.story.edge("brand", "trader_a"),
        }

    async def level(self, name: str, sku: str) -> tuple[int, int]:
        """(on hand, held) of a SKU in the warehouse of an organization."""
        return await level_of(self.owner_pool, self.story, self.warehouses[name], self.skus[sku])


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Units of a SKU from the stock of a tier, at the store's price and at those of the edges."""

    sku: str
    units: int
    price: str
    costs: tuple[str, ...] = ()
    tier: int = 2


# The worked example: 324.69 captured.
EXAMPLE = (
    Want(sku="SHIRT", units=3, price="69.90", costs=("52.30", "41.70")),
    Want(sku="COAT", units=1, price="129.00", costs=("98.50", "80.10")),
)


@dataclass(slots=True)
class Parts:
    """Rows of the split, by the index of the line (None: freight)."""

    rows: list[tuple[int | None, SplitPart, int, int]] = field(default_factory=list)

    def add(self, line: int | None, part: SplitPart, shares: Mapping[int, int]) -> None:
        self.rows += [(line, part, tier, minor) for tier, minor in shares.items() if minor]

    def sums(self) -> TierSums:
        sums = TierSums()
        for _, part, tier, minor in self.rows:
            sums.add(part, tier, minor)
        return sums


def sum_of(price: str, units: int) -> int:
    return UnitPrice(Decimal(price), "CNY").times(units).minor


def parts_of(
    wants: Sequence[Want], goods: Sequence[int], coupon: Mapping[int, int], coupon_minor: int
) -> tuple[Parts, list[tuple[int, int, str, int]]]:
    """The split of the lines, and their legs: (line, tier, unit price, amount)."""
    parts, legs = Parts(), []
    borne = share_coupon(coupon_minor, dict(enumerate(goods)), coupon) if coupon_minor else {}
    for index, want in enumerate(wants):
        costs = [sum_of(price, want.units) for price in want.costs[: want.tier]]
        parts.add(index, SplitPart.GOODS, split_goods(goods[index], costs))
        shares = {tier: minor for (line, tier), minor in borne.items() if line == index}
        parts.add(index, SplitPart.COUPON, shares)
        legs += [
            (index, tier, price, amount)
            for tier, (price, amount) in enumerate(zip(want.costs, costs, strict=False), 1)
        ]
    return parts, legs


async def store_order(
    conn: Connection,
    counter: Counter,
    order_id: int,
    goods: int,
    coupon: int,
    freight: int,
    code: str | None,
    expires_in: timedelta,
    collector: str,
) -> None:
    story, network_id = counter.story, counter.network_id
    seals = [
        None if code else seal(network_id, purpose, text)
        for purpose, text in (("recipient", "某人"), ("phone", "13800138000"), ("address", "某处"))
    ]
    await conn.execute(
        """
        INSERT INTO shopping.consumer_order
               (network_id, id, number, store_id, seller_org_id, seller_entity_id,
                collector_org_id, collector_entity_id, collector_tier, member_id, currency, state,
                delivery, goods_minor, coupon_minor, freight_minor, total_minor, ship_to_region,
                recipient_seal, phone_seal, detail_seal, pickup_code_lookup, pickup_code_seal,
                plan, expires_at)
        OVERRIDING SYSTEM VALUE
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $20, $9, 'CNY', 'to_pay', $10, $11::bigint,
                $12::bigint, $13::bigint, $11::bigint - $12::bigint + $13::bigint, 'CN-ZJ',
                $14, $15, $16, $17, $18, '{}', now() + $19::interval)
        """,
        network_id,
        order_id,
        f"CO{next(_numbers):08}-{uuid4().hex[:6]}",
        counter.store_id,
        story.orgs["retailer_1"],
        story.entities["retailer_1"],
        story.orgs[collector],
        story.entities[collector],
        counter.shopper.member_id,
        "pickup" if code else "delivery",
        goods,
        coupon,
        freight,
        *seals,
        lookup_of(network_id, "pickup_code", code) if code else None,
        seal(network_id, "pickup_code", code) if code else None,
        expires_in,
        TIERS.index(collector),
    )
    await conn.executemany(
        "INSERT INTO shopping.order_tier VALUES ($1, $2, $3, $4, $5, $6)",
        [
            (network_id, order_id, tier, story.orgs[name], story.entities[name], edge)
            for tier, (name, edge) in enumerate(
                zip(TIERS, (None, *counter.edges.values()), strict=True)
            )
        ],
    )


async def store_lines(
    conn: Connection,
    counter: Counter,
    order_id: int,
    wants: Sequence[Want],
    goods: Sequence[int],
    parts: Parts,
) -> list[int]:
    coupon = [
        sum(
            minor
            for line, part, _, minor in parts.rows
            if line == index and part is SplitPart.COUPON
        )
        for index in range(len(wants))
    ]
    return [
        await conn.fetchval(
            """
            INSERT INTO shopping.order_line
                   (network_id, order_id, line_no, sku_id, sku_code, sku_name, sku_name_en,
                    base_unit, source_tier, source_org_id, quantity, unit_price, goods_minor,
                    coupon_minor, explanation)
            VALUES ($1, $2, $3, $4, $5, $5, $5, 'pc', $6, $7, $8, $9, $10, $11, '{}')
            RETURNING id
            """,
            counter.network_id,
            order_id,
            index + 1,
            counter.skus[want.sku],
            want.sku,
            want.tier,
            counter.story.orgs[TIERS[want.tier]],
            want.units,
            Decimal(want.price),
            goods[index],
            coupon[index],
        )
        for index, want in enumerate(wants)
    ]


async def store_legs(
    conn: Connection,
    counter: Counter,
    order_id: int,
    line_ids: Sequence[int],
    legs: Sequence[tuple[int, int, str, int]],
) -> None:
    amounts: dict[int, int] = {}
    for _, tier, _, amount in legs:
        amounts[tier] = amounts.get(tier, 0) + amount
    orgs = counter.story.orgs
    await conn.executemany(
        "INSERT INTO shopping.leg VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            (
                counter.network_id,
                order_id,
                tier,
                counter.edges[tier],
                orgs[TIERS[tier]],
                orgs[TIERS[tier - 1]],
                amount,
            )
            for tier, amount in amounts.items()
        ],
    )
    await conn.executemany(
        "INSERT INTO shopping.leg_line VALUES ($1, $2, $3, $4, $5, $6, '{}')",
        [
            (counter.network_id, line_ids[line], tier, order_id, Decimal(price), amount)
            for line, tier, price, amount in legs
        ],
    )


async def store_splits(
    conn: Connection, counter: Counter, order_id: int, line_ids: Sequence[int], parts: Parts
) -> None:
    await conn.executemany(
        "INSERT INTO shopping.split (network_id, order_id, order_line_id, part, tier, org_id,"
        " entity_id, original_minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (
                counter.network_id,
                order_id,
                None if line is None else line_ids[line],
                part.value,
                tier,
                counter.story.orgs[TIERS[tier]],
                counter.story.entities[TIERS[tier]],
                minor,
            )
            for line, part, tier, minor in parts.rows
        ],
    )


async def store_shortfalls(
    conn: Connection, counter: Counter, order_id: int, parts: Parts, collector: str, total: int
) -> None:
    """What edges lend for a sale, and hold while it waits to be paid."""
    lacks = shortfalls_of(len(TIERS), TIERS.index(collector), parts.rows)
    holds = [
        NewExposureHold(
            relationship_id=counter.edges[tier],
            reference_type=lent_for(tier),
            reference_id=order_id,
            amount_minor=minor,
        )
        for tier, minor in lacks.items()
        if total
    ]
    await store_exposure_holds(conn, network_id=counter.network_id, holds=holds)
    await insert_shortfalls(
        conn,
        counter.network_id,
        [(order_id, tier, counter.edges[tier], minor) for tier, minor in lacks.items()],
    )


async def hold_stock_for(
    conn: Connection, counter: Counter, line_ids: Sequence[int], wants: Sequence[Want]
) -> None:
    pairs = [(counter.story.orgs[TIERS[want.tier]], counter.skus[want.sku]) for want in wants]
    await lock_stock(conn, network_id=counter.network_id, pairs=pairs)
    holds = [
        NewHold(
            warehouse_id=counter.warehouses[TIERS[want.tier]],
            sku_id=counter.skus[want.sku],
            held_for_org_id=counter.story.orgs["retailer_1"],
            reference_type=LINE_REFERENCE,
            reference_id=line_id,
            quantity=want.units,
        )
        for line_id, want in zip(line_ids, wants, strict=True)
    ]
    await store_holds(conn, network_id=counter.network_id, holds=holds)
