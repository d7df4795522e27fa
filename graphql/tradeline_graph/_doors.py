"""The doors that consumers come through: what arrives together is done together (ADR 0022)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import structlog

from tradeline import channels, members, payments, shopping
from tradeline.kernel import (
    Connection,
    Database,
    Gathering,
    Rejected,
    Shopper,
    Stage,
    add_time,
)
from tradeline_graph._intake import BATCH_WEIGHT_MAX, ORDER_WEIGHT, WAITING_WEIGHT_MAX, Intake
from tradeline_graph._turns import busy

# How many lines a consumer's order or checkout has is in its cart, which nobody has read yet.
CONSUMER_ORDER_WEIGHT = 2 * ORDER_WEIGHT
LOOKED_AT_TOGETHER_MAX = BATCH_WEIGHT_MAX // CONSUMER_ORDER_WEIGHT
LOOKS_WAITING_MAX = WAITING_WEIGHT_MAX // CONSUMER_ORDER_WEIGHT

log = structlog.get_logger("tradeline.doors")

Skus: TypeAlias = Mapping[int, channels.OfferedSku | None]


@dataclass(frozen=True, slots=True)
class PutCart:
    """A cart that was filled, what its store offers of it, and the SKUs of its lines."""

    filled: shopping.FilledCart
    skus: Skus


@dataclass(frozen=True, slots=True)
class SeenCheckout:
    """What a cart comes to, and the SKUs of its lines."""

    checkout: shopping.Checkout
    skus: Skus


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order that was placed, with its payment if it is to be paid at once, and who WeChat knows
    its consumer as."""

    order: shopping.ConsumerOrder
    payment: payments.Payment | None = None
    openid: str | None = field(default=None, repr=False)


class CartIntake(Intake[shopping.CartRequest, PutCart | int]):
    """The door for what is put into carts."""

    def network_of(self, request: shopping.CartRequest) -> int:
        return request.shopper.network_id

    def weigh(self, request: shopping.CartRequest) -> int:
        return ORDER_WEIGHT + len(request.lines)

    async def take(
        self, conn: Connection, network_id: int, requests: Sequence[shopping.CartRequest]
    ) -> Sequence[PutCart | int | Exception]:
        put = await shopping.put_carts(conn, network_id=network_id, requests=requests)
        filled = [
            one.cart
            for one, request in zip(put, requests, strict=True)
            if isinstance(one, shopping.FilledCart) and request.looks_at_lines
        ]
        skus = await _skus_of(conn, network_id, filled)
        return [PutCart(one, skus) if isinstance(one, shopping.FilledCart) else one for one in put]


class ConsumerOrderIntake(Intake[shopping.ConsumerOrderRequest, PlacedOrder | int]):
    """The door for consumers' orders."""

    def network_of(self, request: shopping.ConsumerOrderRequest) -> int:
        return request.shopper.network_id

    def weigh(self, request: shopping.ConsumerOrderRequest) -> int:
        return CONSUMER_ORDER_WEIGHT

    async def take(
        self, conn: Connection, network_id: int, requests: Sequence[shopping.ConsumerOrderRequest]
    ) -> Sequence[PlacedOrder | int | Exception]:
        taken = await shopping.take_consumer_orders(conn, network_id=network_id, requests=requests)
        placed = [one for one in taken if isinstance(one, shopping.ConsumerOrder)]
        to_pay = [one.payment_id for one in placed if one.payment_id is not None]
        found = await payments.payments_by_ids(conn, network_id=network_id, ids=to_pay)
        payers = {
            one.id: (one.member_id, found[one.payment_id].app_id)
            for one in placed
            if one.payment_id is not None
        }
        openids = await members.openids_of(conn, network_id, list(payers.values()))
        return [
            Rejected(one.problems)
            if isinstance(one, shopping.RefusedConsumerOrder)
            else one
            if isinstance(one, int)
            else PlacedOrder(
                one,
                None if one.payment_id is None else found[one.payment_id],
                openids.get(payers[one.id]) if one.id in payers else None,
            )
            for one in taken
        ]


class CheckoutDoor:
    """The door for looks at what carts come to: reads alone, and so in no unit of work."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._networks: dict[
            int,
            Gathering[tuple[Shopper, shopping.CheckoutRequest, float], SeenCheckout | None],
        ] = {}

    async def look(
        self, shopper: Shopper, request: shopping.CheckoutRequest
    ) -> SeenCheckout | None:
        """None for a cart that is not theirs.

        Raises Rejected with Busy if too many wait already.
        """
        network_id = shopper.network_id
        if network_id not in self._networks:

            async def look_all(
                asked: Sequence[tuple[Shopper, shopping.CheckoutRequest, float]],
            ) -> Sequence[SeenCheckout | Exception | None]:
                return await self._look(network_id, asked)

            self._networks[network_id] = Gathering(look_all, weight_max=LOOKED_AT_TOGETHER_MAX)
        waiting = self._networks[network_id]
        if waiting.weight_waiting >= LOOKS_WAITING_MAX:
            raise busy(waiting.weight_waiting * waiting.seconds_per_weight)
        return await waiting.add((shopper, request, time.perf_counter()))

    async def _look(
        self, network_id: int, asked: Sequence[tuple[Shopper, shopping.CheckoutRequest, float]]
    ) -> Sequence[SeenCheckout | Exception | None]:
        now = time.perf_counter()
        for _, _, arrived_at in asked:
            add_time(Stage.WAITING, now - arrived_at)
        requests = [(shopper, request) for shopper, request, _ in asked]
        try:
            return await self._look_at(network_id, requests)
        except Exception:  # a bug of ours, or a statement that broke: whose it is has it alone
            if len(requests) == 1:
                raise
            log.exception("looks that failed together go one by one", looks=len(requests))
        return [await self._look_alone(network_id, request) for request in requests]

    async def _look_alone(
        self, network_id: int, request: tuple[Shopper, shopping.CheckoutRequest]
    ) -> SeenCheckout | Exception | None:
        try:
            [seen] = await self._look_at(network_id, [request])
        except Exception as error:
            return error
        return seen

    async def _look_at(
        self, network_id: int, requests: Sequence[tuple[Shopper, shopping.CheckoutRequest]]
    ) -> list[SeenCheckout | None]:
        async with self._db.reading(network_id) as conn:
            found = await shopping.check_outs(conn, network_id=network_id, requests=requests)
            skus = await _skus_of(conn, network_id, [one.cart for one in found if one])
        return [None if one is None else SeenCheckout(one, skus) for one in found]


class ConsumerDoors:
    """A process's own."""

    def __init__(self, db: Database) -> None:
        self.carts = CartIntake(db)
        self.checkouts = CheckoutDoor(db)
        self.orders = ConsumerOrderIntake(db)

    async def close(self) -> None:
        """Take nothing more, and wait until what was taken is answered."""
        await self.carts.close()
        await self.orders.close()


async def _skus_of(conn: Connection, network_id: int, carts: Sequence[shopping.Cart]) -> Skus:
    """What consumers see of all SKUs in some carts."""
    ids = sorted({line.sku_id for cart in carts for line in cart.lines})
    if not ids:
        return {}
    found = await channels.load_offered_skus(conn, network_id=network_id, ids=ids)
    return {id: found.get(id) for id in ids}
