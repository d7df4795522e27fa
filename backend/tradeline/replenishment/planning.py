"""What has to be bought, moved or cleared, and the whole arithmetic of it. Pure: no storage.

A warehouse's stock of a SKU is looked at every so many days (review) and what is ordered then comes
after the lead time: what stands and comes now has to last for both together. The target is the
demand that is expected in this time and a safety stock for what may come otherwise,

    safety = z · √((L + R) · σ² + d² · σ_L²)

where z belongs to the service level, σ is by how much a day's forecast is off, d the demand of a
day and σ_L the spread of the lead time (Silver, Pyke & Thomas, "Inventory and Production Management
in Supply Chains", 4th edition, chapter 6). What is missing to the target is needed.

Quantities are base units, or thousandths of them where their names say so. Every figure is rounded
where it is written down, and what follows is worked out from what is written: whoever adds it up
comes to the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import lcm
from statistics import NormalDist

from tradeline.replenishment.model import (
    COVER_DAYS_MAX,
    NewProposalLine,
    Position,
    ProposalKind,
    Term,
)

# Stock that lasts longer than this, where the terms name nothing else, is slow, and so is what
# nobody has asked for in so many days.
SLOW_COVER_DAYS = 180
SILENT_DAYS = 90
WEEK = 7
MILLI = Decimal("0.001")
DAY_STEP = Decimal("0.01")

Step = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTimeUsed:
    """`source` is "scorecard", over so many `deliveries`, or "term"."""

    days: Decimal
    spread_days: Decimal
    source: str
    deliveries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """How a SKU may be bought on an edge: at least `minimum`, in whole `step`s of base units."""

    relationship_id: int
    pack_id: int | None
    pack_units: int
    minimum: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A SKU in a warehouse, as it is when planning begins. `mean_milli` is the forecast from today
    on; `term` and `lead_time` are of the edge that it would be bought on, if there is one.
    `is_silent`: stood there for long, and nobody asked for it in SILENT_DAYS."""

    warehouse_id: int
    sku_id: int
    position: Position
    mean_milli: Sequence[int] = ()
    sigma_milli: int = 0
    method: str = ""
    term: Term | None = None
    lead_time: LeadTimeUsed | None = None
    is_silent: bool = False

    @property
    def free(self) -> int:
        return self.position.on_hand - self.position.held


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a stand comes to; `steps` are the arithmetic so far."""

    stand: Stand
    daily: Decimal
    target: int
    need: int
    cover_days: Decimal
    steps: tuple[Step, ...]

    @property
    def surplus(self) -> int:
        return spare(self.stand.position, self.target)


def spare(position: Position, target: int) -> int:
    """Free units beyond the target, which another warehouse may have."""
    return max(0, min(position.on_hand - position.held, position.units - target))


def judge_need(stand: Stand) -> Need:
    """Target, position and need of one SKU in one warehouse."""
    term, lead = stand.term, stand.lead_time
    if term is None or lead is None:
        # Nobody sells it to us: what it needs can come from another warehouse only, and is what
        # a week asks for.
        days, service, spread = Decimal(WEEK), 5000, Decimal(0)
    else:
        days, spread = lead.days + term.review_days, lead.spread_days
        service = term.service_level_bp
    demand = expected(stand.mean_milli, days)
    daily = (demand / days).quantize(MILLI, ROUND_HALF_UP)
    z = service_factor(service)
    sigma = Decimal(stand.sigma_milli) / 1000
    safety = safety_stock(z, days, sigma, daily, spread)
    target = int((demand + safety).to_integral_value(ROUND_CEILING))
    position = stand.position
    need = max(0, target - position.units)
    steps: list[Step] = []
    if term is not None and lead is not None:
        steps += [
            ("lead_time", _text(lead.days)),
            ("lead_time_spread", _text(lead.spread_days)),
            ("lead_time_source", lead.source),
            ("lead_time_deliveries", str(lead.deliveries)),
            ("review", str(term.review_days)),
        ]
    steps += [
        ("days", _text(days)),
        ("method", stand.method),
        ("demand", _text(demand)),
        ("daily_demand", _text(daily)),
        ("sigma", _text(sigma)),
        ("service_level", _text(Decimal(service) / 10_000)),
        ("service_factor", _text(z)),
        ("safety", _text(safety)),
        ("target", str(target)),
        ("on_hand", str(position.on_hand)),
        ("held", str(position.held)),
        ("incoming", str(position.incoming)),
        ("backorders", str(position.backorders)),
        ("position", str(position.units)),
        ("need", str(need)),
    ]
    return Need(
        stand=stand,
        daily=daily,
        target=target,
        need=need,
        cover_days=cover(position.units, daily),
        steps=tuple(steps),
    )


def expected(mean_milli: Sequence[int], days: Decimal) -> Decimal:
    """What the forecast comes to over so many days, a part of the last one included; beyond the
    forecast each day is as the mean of its last week."""
    whole = int(days)
    total = sum(mean_milli[:whole])
    beyond = max(0, whole - len(mean_milli))
    part = days - whole
    last = mean_milli[-WEEK:]
    tail = Decimal(sum(last)) / len(last) if last else Decimal(0)
    rest = Decimal(mean_milli[whole]) if whole < len(mean_milli) else tail
    return ((total + beyond * tail + part * rest) / 1000).quantize(MILLI, ROUND_HALF_UP)


def safety_stock(
    z: Decimal, days: Decimal, sigma: Decimal, daily: Decimal, spread_days: Decimal
) -> Decimal:
    variance = days * sigma * sigma + daily * daily * spread_days * spread_days
    return (z * variance.sqrt()).quantize(MILLI, ROUND_HALF_UP)


@lru_cache(maxsize=4096)
def service_factor(service_level_bp: int) -> Decimal:
    """So many standard deviations keep a cycle from running out with this probability."""
    exact = NormalDist().inv_cdf(service_level_bp / 10_000)
    return Decimal(repr(exact)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def cover(units: int, daily: Decimal) -> Decimal:
    """For how many days so many units last; what nobody asks for lasts for ever."""
    if units <= 0:
        return Decimal(0)
    if not daily:
        return COVER_DAYS_MAX
    return min(COVER_DAYS_MAX, (Decimal(units) / daily).quantize(DAY_STEP, ROUND_HALF_UP))


def round_up(units: int, minimum: int, step: int) -> int:
    """At least so many, at least the minimum, in whole steps; nothing for nothing."""
    if units <= 0:
        return 0
    return -(-max(units, minimum) // step) * step


def step_of(pack_units: int, step: int) -> int:
    """What can be ordered in whole packs, and in the steps of the edge."""
    return lcm(pack_units, step)


def plan_transfers(needs: Sequence[Need]) -> tuple[list[NewProposalLine], list[Need]]:
    """Carry what is too much in one warehouse to where the same SKU is needed, the most urgent
    first, from where there is most; and the needs that are left."""
    by_sku: dict[int, list[Need]] = {}
    for need in needs:
        by_sku.setdefault(need.stand.sku_id, []).append(need)
    lines: list[NewProposalLine] = []
    left: dict[tuple[int, int], Need] = {}
    for sku_id, own in by_sku.items():
        if len(own) < 2 or not any(need.need for need in own):
            continue
        targets = {need.stand.warehouse_id: need.target for need in own}
        surplus = {need.stand.warehouse_id: need.surplus for need in own if not need.need}
        for need in sorted(own, key=lambda one: (one.cover_days, one.stand.warehouse_id)):
            rest, steps = need.need, list(need.steps)
            for from_id in sorted(surplus, key=lambda id: (-surplus[id], id)):
                taken = min(rest, surplus[from_id])
                if not taken:
                    continue
                surplus[from_id] -= taken
                rest -= taken
                steps.append(("transfer", str(taken)))
                lines.append(
                    NewProposalLine(
                        kind=ProposalKind.TRANSFER,
                        warehouse_id=need.stand.warehouse_id,
                        sku_id=sku_id,
                        quantity=taken,
                        from_warehouse_id=from_id,
                        days_of_cover=need.cover_days,
                        arithmetic={
                            **written([*steps[:-1], ("quantity", str(taken))], need),
                            "source_target": targets[from_id],
                        },
                    )
                )
            if rest != need.need:
                left[need.stand.warehouse_id, sku_id] = replace(
                    need, need=rest, steps=tuple([*steps, ("need_left", str(rest))])
                )
    return lines, [left.get((one.stand.warehouse_id, one.stand.sku_id), one) for one in needs]


def plan_purchase(need: Need, offer: Offer) -> NewProposalLine | None:
    """What to order for what is needed; None if nothing may be: the cap leaves less than the least
    that can be ordered."""
    term = need.stand.term
    assert term is not None, "it is bought on an edge with terms"
    minimum = max(term.order_minimum, offer.minimum)
    wanted = round_up(need.need, minimum, offer.step)
    steps = [
        *need.steps,
        ("minimum", str(minimum)),
        ("step", str(offer.step)),
        ("rounded", str(wanted)),
    ]
    quantity = wanted
    for name, days in (("shelf_life", term.shelf_life_days), ("max_cover", term.max_cover_days)):
        if days is None:
            continue
        lasting = expected(need.stand.mean_milli, Decimal(days))
        room = max(0, int(lasting) - need.stand.position.units)
        steps += [(name, str(days)), (f"{name}_room", str(room))]
        quantity = min(quantity, room // offer.step * offer.step)
    if quantity < round_up(1, minimum, offer.step):
        return None
    return NewProposalLine(
        kind=ProposalKind.BUY,
        warehouse_id=need.stand.warehouse_id,
        sku_id=need.stand.sku_id,
        quantity=quantity,
        relationship_id=offer.relationship_id,
        pack_id=offer.pack_id,
        pack_units=offer.pack_units,
        days_of_cover=need.cover_days,
        arithmetic=written([*steps, ("quantity", str(quantity))], need, minimum, offer.step),
    )


def cut_to_budget(
    lines: Sequence[NewProposalLine], left_minor: Mapping[str, int]
) -> list[NewProposalLine]:
    """What the budgets, by currency, still pay for, the most urgent first; of a line that they do
    not pay for whole, as many steps as they do. Currencies without a budget are free.

    The sums are those of the whole lines in proportion, rounded up: never more than there is.
    """
    left = dict(left_minor)
    order = sorted(
        range(len(lines)),
        key=lambda at: (
            lines[at].days_of_cover or Decimal(0),
            lines[at].sku_id,
            lines[at].warehouse_id,
        ),
    )
    kept: dict[int, NewProposalLine] = {}
    for at in order:
        line = lines[at]
        if line.currency is None or line.currency not in left or line.amount_minor is None:
            kept[at] = line
            continue
        quantity = line.quantity
        if line.amount_minor > left[line.currency]:
            step = int(line.arithmetic["step"])
            affordable = line.quantity * max(0, left[line.currency]) // line.amount_minor
            quantity = affordable // step * step
            least = round_up(1, int(line.arithmetic["minimum"]), step)
            if quantity < least:
                continue
        amount = -(-line.amount_minor * quantity // line.quantity)
        left[line.currency] -= amount
        kept[at] = line if quantity == line.quantity else _cut(line, quantity, amount)
    return [kept[at] for at in sorted(kept)]


def _cut(line: NewProposalLine, quantity: int, amount_minor: int) -> NewProposalLine:
    steps = [
        *line.arithmetic["steps"][:-1],
        ("budget_cut", str(line.quantity - quantity)),
        ("quantity", str(quantity)),
    ]
    return replace(
        line,
        quantity=quantity,
        amount_minor=amount_minor,
        arithmetic={**line.arithmetic, "steps": steps},
    )


def plan_clearance(need: Need, *, given: int, moves_elsewhere: bool) -> NewProposalLine | None:
    """What stands for too long, less what is `given` to other warehouses, and what could be done
    about it: move it to where it is asked for, give it back to who sold it, or sell it for less.
    None for what is not slow."""
    stand, term = need.stand, need.stand.term
    days = SLOW_COVER_DAYS if term is None or term.max_cover_days is None else term.max_cover_days
    lasting = expected(stand.mean_milli, Decimal(days))
    slow = stand.free if stand.is_silent else stand.position.units - int(lasting)
    units = min(stand.free, slow) - given
    if units <= 0:
        return None
    advice = "move" if moves_elsewhere else "return" if stand.is_silent and term else "discount"
    reason = ("silent", str(SILENT_DAYS)) if stand.is_silent else ("slow", str(days))
    steps = [*need.steps, ("cover", _text(need.cover_days)), reason, ("advice", advice)]
    return NewProposalLine(
        kind=ProposalKind.CLEAR,
        warehouse_id=stand.warehouse_id,
        sku_id=stand.sku_id,
        quantity=units,
        days_of_cover=need.cover_days,
        arithmetic=written([*steps, ("quantity", str(units))], need),
    )


def written(
    steps: Sequence[Step], need: Need, minimum: int = 1, step: int = 1
) -> dict[str, object]:
    """The arithmetic as it is stored: the steps in their order, and what accepting asks again."""
    return {"steps": list(steps), "target": need.target, "minimum": minimum, "step": step}


def still_needed(line: NewProposalLine, position: Position, source: Position | None = None) -> int:
    """How much of a line is needed as the position is now, and can be spared at the `source` of
    what moves: never more than was proposed."""
    if line.kind is ProposalKind.CLEAR:
        return max(0, min(line.quantity, position.on_hand - position.held))
    need = int(line.arithmetic["target"]) - position.units
    rounded = round_up(need, int(line.arithmetic["minimum"]), int(line.arithmetic["step"]))
    if source is not None:
        # Lines that were made before it was stored give what is free.
        rounded = min(rounded, spare(source, int(line.arithmetic.get("source_target", 0))))
    return min(line.quantity, rounded)


@lru_cache(maxsize=65_536)
def _text(value: Decimal) -> str:
    """Without an exponent, and without zeros that say nothing."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
