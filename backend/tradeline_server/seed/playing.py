"""Plays the plot: every scene is a use case, done by a person of the story, on its day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import assert_never

from tradeline import inventory, ordering, organizations, settlement
from tradeline.kernel import Actor, Connection, Money, PageRequest, Permission
from tradeline_server.seed import queries
from tradeline_server.seed.acts import (
    Act,
    Adjust,
    BlockCredit,
    CancelOrder,
    ConfirmOrder,
    CountStock,
    DecidePayment,
    DecideReturn,
    Moment,
    Pay,
    PlaceOrder,
    ReceiveShipment,
    RedateLine,
    RequestReturn,
    ReviewOrder,
    Scene,
    ShipOrder,
    SuspendEdge,
    WriteOff,
)
from tradeline_server.seed.story import ORGANIZATIONS, Ends
from tradeline_server.seed.world import World

# Shanghai: without summer time, and without a table of time zones, which not every machine has.
TIME_ZONE = timezone(timedelta(hours=8))
ANALYZE_AFTER = (0, 100, 400)
STOCK_PAGE = PageRequest(size=100)
PLACES = {org.key: org for org in ORGANIZATIONS}
PAID_IN_STEPS_OF_MINOR = 100_00
CARRIER = "示例快运 Demo Express"

P = Permission


def time_of(moment: Moment, now: datetime) -> datetime:
    """When a moment was, seen from `now`."""
    if moment.days_ago == 0:
        return now - timedelta(minutes=moment.minute)
    midnight = now.astimezone(TIME_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    day = midnight - timedelta(days=moment.days_ago)
    return (day + timedelta(minutes=moment.minute)).astimezone(UTC)


async def play(
    conn: Connection,
    world: World,
    scenes: list[Scene],
    now: datetime,
    advance: Callable[[], None],
) -> None:
    """Play all scenes, which are in order of time; `advance` is called after each."""
    stage = _Stage(conn, world, now)
    for number, (moment, act) in enumerate(scenes):
        if number in ANALYZE_AFTER:
            await queries.analyze(conn)
        stage.at = time_of(moment, now)
        await stage.perform(act)
        await queries.move_scene(conn, world.network_id, stage.at)
        advance()


@dataclass(slots=True)
class _Stage:
    """What the scenes so far have made, by the keys of the plan; `at` is the time of this one."""

    conn: Connection
    world: World
    at: datetime
    orders: dict[int, tuple[Ends, int]] = field(default_factory=dict)
    shipments: dict[int, list[int]] = field(default_factory=dict)
    returns: dict[int, int] = field(default_factory=dict)
    payments: dict[int, tuple[Ends, int]] = field(default_factory=dict)

    async def perform(self, act: Act) -> None:
        match act:
            case PlaceOrder():
                await self._place(act)
            case ReviewOrder():
                await self._review(act)
            case ConfirmOrder():
                await self._confirm(act)
            case RedateLine():
                await self._redate(act)
            case ShipOrder():
                await self._ship(act)
            case ReceiveShipment():
                await self._receive(act)
            case CancelOrder():
                await self._cancel(act)
            case RequestReturn():
                await self._request_return(act)
            case DecideReturn():
                await self._decide_return(act)
            case Pay():
                await self._pay(act)
            case DecidePayment():
                await self._decide_payment(act)
            case Adjust():
                await self._adjust(act)
            case CountStock():
                await self._count_stock(act)
            case WriteOff():
                await self._write_off(act)
            case BlockCredit():
                await self._block(act)
            case SuspendEdge():
                await self._suspend(act)
            case _:
                assert_never(act)

    async def _place(self, act: PlaceOrder) -> None:
        buyer = PLACES[act.ends[1]]
        order = ordering.NewOrder(
            relationship_id=self.world.edges[act.ends],
            lines=tuple(
                ordering.NewOrderLine(
                    sku_id=self.world.skus[line.sku].id,
                    quantity=line.quantity,
                    pack_id=self.world.skus[line.sku].packs[line.pack] if line.pack else None,
                )
                for line in act.lines
            ),
            buyer_reference=f"PO-{act.key:04d}",
            note=act.note,
            ship_to_region=buyer.region,
            ship_to_address=buyer.address,
            requested_on=self._day(act.wanted_in_days),
        )
        actor = self.world.actor(buyer.key, P.ORDER_PLACE)
        order_id = await ordering.place_order(self.conn, actor=actor, order=order)
        self.orders[act.key] = act.ends, order_id

    async def _review(self, act: ReviewOrder) -> None:
        actor, order_id = self._seller_of(act.key, P.ORDER_REVIEW)
        await ordering.review_order(
            self.conn, actor=actor, order_id=order_id, approves=act.approves, reason=act.reason
        )

    async def _confirm(self, act: ConfirmOrder) -> None:
        actor, order_id = self._seller_of(act.key, P.ORDER_CONFIRM)
        shares = {line: (tenths, reason) for line, tenths, reason in act.shares}
        confirmations = []
        for place, line in enumerate(await self._lines(actor, order_id)):
            tenths, reason = shares.get(place, (10, None))
            confirmations.append(
                ordering.Confirmation(
                    order_line_id=line.id,
                    quantity=line.unshipped * tenths // 10,
                    promised_on=self._day(act.promised_in_days),
                    reason=reason,
                )
            )
        await ordering.confirm_order(
            self.conn, actor=actor, order_id=order_id, confirmations=confirmations
        )

    async def _redate(self, act: RedateLine) -> None:
        actor, order_id = self._seller_of(act.key, P.ORDER_CONFIRM)
        day = self._day(act.in_days)
        assert day is not None
        line = (await self._lines(actor, order_id))[act.line]
        await ordering.redate_lines(
            self.conn, actor=actor, order_id=order_id, dates=[(line.id, day)]
        )

    async def _ship(self, act: ShipOrder) -> None:
        actor, order_id = self._seller_of(act.key, P.ORDER_SHIP)
        open_lines = [line for line in await self._lines(actor, order_id) if line.unshipped]
        packed = open_lines[::2] if act.is_first_part else open_lines
        shipment_id = await ordering.ship_order(
            self.conn,
            actor=actor,
            order_id=order_id,
            quantities={line.id: line.unshipped for line in packed},
            carrier=CARRIER,
            tracking_number=f"DEMO{order_id:06d}{len(self.shipments.get(act.key, [])) + 1}",
        )
        self.shipments.setdefault(act.key, []).append(shipment_id)

    async def _receive(self, act: ReceiveShipment) -> None:
        """The oldest shipment that was not counted yet."""
        actor, _ = self._buyer_of(act.key, P.ORDER_RECEIVE)
        shipment_id = self.shipments[act.key].pop(0)
        shipment = (await ordering.shipments_by_ids(self.conn, actor=actor, ids=[shipment_id]))[
            shipment_id
        ]
        found = {}
        for place, difference in act.differences:
            line = shipment.lines[place]
            found[line.order_line_id] = line.quantity + difference
        await ordering.receive_shipment(
            self.conn, actor=actor, shipment_id=shipment_id, found=found, note=act.note
        )

    async def _cancel(self, act: CancelOrder) -> None:
        actor, order_id = self._buyer_of(act.key, P.ORDER_CANCEL)
        quantities = None
        if act.line is not None:
            line = (await self._lines(actor, order_id))[act.line]
            quantities = {line.id: line.unshipped}
        await ordering.cancel_order(
            self.conn, actor=actor, order_id=order_id, quantities=quantities, reason=act.reason
        )

    async def _request_return(self, act: RequestReturn) -> None:
        actor, order_id = self._buyer_of(act.key, P.ORDER_RETURN)
        lines = await self._lines(actor, order_id)
        line = next(line for line in lines if line.returnable >= act.units)
        self.returns[act.key] = await ordering.request_return(
            self.conn,
            actor=actor,
            order_id=order_id,
            quantities={line.id: act.units},
            reason=act.reason,
        )

    async def _decide_return(self, act: DecideReturn) -> None:
        actor, _ = self._seller_of(act.key, P.ORDER_CONFIRM)
        await ordering.decide_return(
            self.conn,
            actor=actor,
            return_id=self.returns[act.key],
            accepts=act.accepts,
            reason=act.reason,
        )

    async def _pay(self, act: Pay) -> None:
        """Nothing is paid where nothing, or very little, is owed."""
        seller, buyer = act.ends
        actor = self.world.actor(seller if act.recorded_by_seller else buyer, P.PAYMENT_RECORD)
        amount = Money.parse(str(act.yuan), self.world.currency)
        if act.tenths:
            edge_id = self.world.edges[act.ends]
            exposures = await settlement.exposures_by_relationship(
                self.conn, actor=actor, ids=[edge_id]
            )
            share = exposures[edge_id].owed_minor * act.tenths // 10
            amount = Money(share - share % PAID_IN_STEPS_OF_MINOR, self.world.currency)
        if amount.minor <= 0:
            return
        payment_id = await settlement.record_payment(
            self.conn,
            actor=actor,
            payment=settlement.NewPayment(
                relationship_id=self.world.edges[act.ends],
                paid_by=settlement.Side.BUYER,
                amount=amount,
                method=settlement.PaymentMethod(act.method),
                paid_on=self.at.astimezone(TIME_ZONE).date(),
                reference=f"DEMO-{act.key:04d}",
            ),
        )
        self.payments[act.key] = act.ends, payment_id

    async def _decide_payment(self, act: DecidePayment) -> None:
        if act.key not in self.payments:
            return
        (seller, _), payment_id = self.payments[act.key]
        actor = self.world.actor(seller, P.PAYMENT_RECORD)
        if act.accepts:
            await settlement.confirm_payment(self.conn, actor=actor, payment_id=payment_id)
        else:
            await settlement.refuse_payment(
                self.conn, actor=actor, payment_id=payment_id, reason=act.reason
            )

    async def _adjust(self, act: Adjust) -> None:
        adjustment_id = await settlement.adjust(
            self.conn,
            actor=self.world.actor(act.ends[0], P.CREDIT_MANAGE),
            relationship_id=self.world.edges[act.ends],
            kind=settlement.ObligationKind(act.kind),
            amount=Money.parse(str(act.yuan), self.world.currency),
            reason=act.reason,
            due_on=self._day(30) if act.kind == "charge" else None,
        )
        if act.kind == "charge":
            await settlement.confirm_adjustment(
                self.conn,
                actor=self.world.actor(act.ends[1], P.STATEMENT_CONFIRM),
                adjustment_id=adjustment_id,
            )

    async def _count_stock(self, act: CountStock) -> None:
        actor = self.world.actor(act.org, P.STOCK_MANAGE)
        levels = await inventory.list_stock_levels(self.conn, actor=actor, page=STOCK_PAGE)
        counts = [
            inventory.StockCount(
                warehouse_id=level.warehouse_id,
                sku_id=level.sku_id,
                counted=level.on_hand * act.tenths_left // 10,
                note=act.note,
            )
            for level in levels.items
        ]
        await inventory.count_stock(self.conn, actor=actor, counts=counts)

    async def _write_off(self, act: WriteOff) -> None:
        adjustment = inventory.StockAdjustment(
            warehouse_id=self.world.warehouses[act.org, act.warehouse],
            sku_id=self.world.skus[act.sku].id,
            quantity=-act.units,
            note=act.note,
        )
        await inventory.adjust_stock(
            self.conn,
            actor=self.world.actor(act.org, P.STOCK_MANAGE),
            adjustments=[adjustment],
        )

    async def _block(self, act: BlockCredit) -> None:
        await settlement.block_credit(
            self.conn,
            actor=self.world.actor(act.ends[0], P.CREDIT_MANAGE),
            relationship_id=self.world.edges[act.ends],
            is_blocked=True,
        )

    async def _suspend(self, act: SuspendEdge) -> None:
        await organizations.suspend_relationship(
            self.conn,
            actor=self.world.actor(act.ends[0], P.RELATIONSHIP_MANAGE),
            relationship_id=self.world.edges[act.ends],
            reason=act.reason,
        )

    def _seller_of(self, key: int, permission: Permission) -> tuple[Actor, int]:
        (seller, _), order_id = self.orders[key]
        return self.world.actor(seller, permission), order_id

    def _buyer_of(self, key: int, permission: Permission) -> tuple[Actor, int]:
        (_, buyer), order_id = self.orders[key]
        return self.world.actor(buyer, permission), order_id

    async def _lines(self, actor: Actor, order_id: int) -> list[ordering.OrderLine]:
        found = await ordering.lines_of_orders(self.conn, actor=actor, order_ids=[order_id])
        return found[order_id]

    def _day(self, in_days: int | None) -> date | None:
        """So many days after the scene, as the story's people count days."""
        if in_days is None:
            return None
        return self.at.astimezone(TIME_ZONE).date() + timedelta(days=in_days)
