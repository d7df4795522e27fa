"""Other goods that a seller offers in place of those that were ordered. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tradeline.kernel import InvalidValue, Money, NotFound, Problem, WrongState
from tradeline.ordering.allowed import OrderStep, judge_state
from tradeline.ordering.decisions import PlacedLine, PlacementState, judge_lines
from tradeline.ordering.errors import CreditBlocked, NotEnoughCredit, NotTrading
from tradeline.ordering.model import LINES_MAX, NewOrder, NewOrderLine, Order, OrderLine
from tradeline.ordering.rules import judge_day, judge_texts
from tradeline.organizations import Relationship

OFFERS_AT_ONCE_MAX = 100
SUBSTITUTED = "substituted"

Path = tuple[str | int, ...]

# What judging the goods of an offer as a line of an order calls what the offer calls otherwise.
FIELDS = {"quantity": "packQuantity"}


class SubstituteState(StrEnum):
    """What became of an offer. LAPSED: nobody decided, and its line has not so many units left, its
    order is in no state for it, or its last day is over."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitute:
    """`quantity` base units of a SKU for `replaced_quantity` units of a line, at the price that the
    edge had when it was offered. `new_line_id` is the line that it became."""

    id: int
    order_id: int
    order_line_id: int
    replaced_quantity: int
    state: SubstituteState
    sku_id: int
    sku_code: str
    sku_name: str
    sku_name_en: str
    base_unit: str
    pack_id: int
    pack_code: str
    pack_quantity: int
    quantity: int
    unit_price: Decimal
    priced_quantity: int
    amount_minor: int
    currency: str
    explanation: Mapping[str, Any] = field(hash=False)
    promised_on: date | None
    valid_until: date | None
    reason: str
    proposed_at: datetime
    decided_at: datetime | None
    decision_reason: str
    new_line_id: int | None

    @property
    def offer(self) -> str:
        """What is offered, as the time line tells it."""
        return f"{self.sku_code} × {self.quantity}"

    @property
    def wanted(self) -> NewOrderLine:
        return NewOrderLine(self.sku_id, self.pack_quantity, self.pack_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubstitute:
    """What a seller offers for `quantity` units of a line: so many packs of another SKU. It may be
    taken until that day, if there is one."""

    order_id: int
    order_line_id: int
    quantity: int
    replacement: NewOrderLine
    promised_on: date | None = None
    valid_until: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class JudgedOffer:
    """An offer with what it comes to, or with all that is wrong with it, at paths within it."""

    new: NewSubstitute
    placed: PlacedLine | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class SubstituteDecision:
    """What the buyer says to an offer."""

    substitute_id: int
    accepts: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOffer:
    """An offer that is taken: the line of the order that it becomes, and the order's lines as they
    were and as they are then, without it. `dropped_minor` is what replaced units no longer cost."""

    offer: Substitute
    order: Order
    placed: PlacedLine
    line_no: int
    before: tuple[OrderLine, ...]
    after: tuple[OrderLine, ...]
    dropped_minor: int


def judge_count(count: int, field: str) -> list[Problem]:
    """A list with nothing in it, or with more than is done at once."""
    if 1 <= count <= OFFERS_AT_ONCE_MAX:
        return []
    return [
        InvalidValue(
            path=(field,),
            field=field,
            rule=f"name 1 to {OFFERS_AT_ONCE_MAX} of them",
            rule_zh=f"每次 1 至 {OFFERS_AT_ONCE_MAX} 项",
        )
    ]


def judge_offers(
    offers: Sequence[NewSubstitute],
    lines: Mapping[int, Sequence[OrderLine]],
    standing: Mapping[int, Sequence[Substitute]],
    today: date,
    coming: Mapping[int, int],
) -> list[list[Problem]]:
    """What is wrong with each offer, whatever the goods. Units that are to come themselves, so many
    of each line in `coming`, are not offered for, nor, once more, those for which something is
    offered already, or by an offer before it."""
    taken = Counter(coming)
    for one in (one for found in standing.values() for one in found):
        if one.state is SubstituteState.PROPOSED:
            taken[one.order_line_id] += one.replaced_quantity
    judged = []
    for offer in offers:
        judged.append(_judge_offer(offer, lines.get(offer.order_id, ()), taken, today))
        taken[offer.order_line_id] += max(offer.quantity, 0)
    return judged


def judge_last_day(day: date | None, today: date, path: Path) -> list[Problem]:
    """The last day of an offer, if it has one, is not over."""
    if day is None or day >= today:
        return judge_day(day, today, path, "validUntil")
    return [
        InvalidValue(
            path=path,
            field="validUntil",
            rule="give today or a later day",
            rule_zh="请填写今天或以后的日期",
        )
    ]


def judge_goods(
    position: int, offer: NewSubstitute, order: Order, state: PlacementState
) -> PlacedLine | list[Problem]:
    """What the goods of an offer cost and whether they are there, as if they were ordered; the
    `position` is that of the offer among those for which the state was loaded."""
    edge = state.relationships.get(order.relationship_id)
    if edge is None:
        return [NotTrading(path=())]
    wanted = NewOrder(relationship_id=edge.id, lines=(offer.replacement,))
    [placed] = judge_lines(position, wanted, as_placed(edge, order), state)
    if isinstance(placed, PlacedLine):
        return placed
    return [replace(problem, path=_of_offer(problem.path)) for problem in placed]


def judge_found(
    found: Substitute | None, orders: Mapping[int, Order], step: OrderStep, path: Path
) -> list[Problem]:
    """Why a step cannot be taken on an offer; its order is locked, if it is a party's."""
    if found is None or found.order_id not in orders:
        return [NotFound(path=path, subject="substitute")]
    if problems := judge_state(orders[found.order_id], step, path):
        return problems
    if found.state is SubstituteState.PROPOSED:
        return []
    return [_decided(path, found.state)]


def judge_named(ids: Sequence[int], paths: Sequence[Path]) -> list[Problem]:
    """Offers that are named twice."""
    return [
        InvalidValue(
            path=path,
            field=str(path[-1]),
            rule="name each of them once",
            rule_zh="每个替代品只能出现一次",
        )
        for place, (substitute_id, path) in enumerate(zip(ids, paths, strict=True))
        if substitute_id in ids[:place]
    ]


def take_offers(
    offers: Sequence[tuple[Path, Substitute]],
    orders: Mapping[int, Order],
    lines: Mapping[int, Sequence[OrderLine]],
    state: PlacementState,
) -> tuple[list[TakenOffer], list[Problem]]:
    """Take offers one after the other, each as it finds what those before it have left; and all
    that is wrong, at their paths. What a replaced line held of stock is not given to another."""
    now = {order_id: tuple(found) for order_id, found in lines.items()}
    numbers = {order_id: max(line.line_no for line in found) for order_id, found in now.items()}
    counts = {order_id: len(found) for order_id, found in now.items()}
    taken: list[TakenOffer] = []
    problems: list[Problem] = []
    for position, (path, offer) in enumerate(offers):
        order = orders[offer.order_id]
        before = now[order.id]
        [old] = [line for line in before if line.id == offer.order_line_id]
        if old.unshipped < offer.replaced_quantity:
            problems.append(_decided(path, SubstituteState.LAPSED))
            continue
        if counts[order.id] >= LINES_MAX:
            problems.append(_full(path))
            continue
        shrunk, dropped = old.refuse(offer.replaced_quantity, SUBSTITUTED)
        placed = _take(position, path, offer, dropped, order, state)
        if not isinstance(placed, PlacedLine):
            problems += placed
            continue
        numbers[order.id] += 1
        counts[order.id] += 1
        now[order.id] = tuple(shrunk if line.id == old.id else line for line in before)
        taken.append(
            TakenOffer(
                offer=offer,
                order=order,
                placed=placed,
                line_no=numbers[order.id],
                before=before,
                after=now[order.id],
                dropped_minor=dropped,
            )
        )
    return taken, problems


def as_placed(edge: Relationship, order: Order) -> Relationship:
    """The order's edge: whether stock is held, the order froze, whatever the edge does by now."""
    return replace(edge, holds_stock=order.holds_stock)


def _take(
    position: int,
    path: Path,
    offer: Substitute,
    dropped_minor: int,
    order: Order,
    state: PlacementState,
) -> PlacedLine | list[Problem]:
    """Take stock and credit for an offer, or say all that stands against it."""
    edge = state.relationships.get(order.relationship_id)
    if edge is None:
        return [NotTrading(path=path)]
    wanted = NewOrder(relationship_id=edge.id, lines=(offer.wanted,))
    [placed] = judge_lines(position, wanted, as_placed(edge, order), state)
    problems: list[Problem] = []
    if not isinstance(placed, PlacedLine):
        problems += [replace(problem, path=path) for problem in placed]
    if state.exposures[edge.id].is_blocked:
        problems.append(CreditBlocked(path=path))
    free = state.free_minor[edge.id] + dropped_minor
    if offer.amount_minor > free:
        required = Money(offer.amount_minor, order.currency)
        left = Money(max(free, 0), order.currency)
        problems.append(NotEnoughCredit(path=path, required=required, free=left))
    if isinstance(placed, PlacedLine) and not problems:
        state.free_minor[edge.id] = free - offer.amount_minor
        return placed
    if isinstance(placed, PlacedLine):
        state.supply.put_back(offer.sku_id, placed.allocations)
    return problems


def _judge_offer(
    offer: NewSubstitute, lines: Sequence[OrderLine], taken: Mapping[int, int], today: date
) -> list[Problem]:
    problems = judge_texts(texts={"reason": offer.reason})
    problems += judge_day(offer.promised_on, today, ("promisedOn",), "promisedOn", earliest=today)
    problems += judge_last_day(offer.valid_until, today, ("validUntil",))
    line = next((line for line in lines if line.id == offer.order_line_id), None)
    if line is None:
        return [*problems, NotFound(path=("orderLineId",), subject="order line")]
    left = line.unshipped - taken.get(line.id, 0)
    if not 1 <= offer.quantity <= left:
        problems.append(_too_many(line.line_no, max(left, 0)))
    if offer.replacement.sku_id == line.sku_id:
        problems.append(
            InvalidValue(
                path=("skuId",),
                field="skuId",
                rule="offer another SKU than the one that was ordered",
                rule_zh="请选择与原订单不同的规格",
            )
        )
    return [*problems, _full(("orderLineId",))] if len(lines) >= LINES_MAX else problems


def _of_offer(path: Path) -> Path:
    """("lines", 0, "quantity") is ("packQuantity",)."""
    return tuple(FIELDS.get(str(step), step) for step in path[2:])


def _decided(path: Path, state: SubstituteState) -> Problem:
    return WrongState(path=path, subject="substitute", state=state.value)


def _full(path: Path) -> Problem:
    return InvalidValue(
        path=path,
        field=str(path[-1]),
        rule=f"the order has {LINES_MAX} lines, and takes no more",
        rule_zh=f"订单已有 {LINES_MAX} 行，不能再增加",
    )


def _too_many(line_no: int, left: int) -> InvalidValue:
    return InvalidValue(
        path=("quantity",),
        field="quantity",
        rule=f"line {line_no} has {left} left for which something else can be offered",
        rule_zh=f"第 {line_no} 行还有 {left} 可提供替代品",
    )
