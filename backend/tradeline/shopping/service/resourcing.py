"""Units of a paid order that their source cannot serve: from another source, or given back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from tradeline.catalog import Sellable, load_sellable, load_traded
from tradeline.channels import Store, Tier, stores_by_ids
from tradeline.inventory import Allocation, NewHold, Stock, lock_stock, store_holds
from tradeline.kernel import Actor, Connection, UnitPrice, raise_any
from tradeline.marketing import lock_coupons, release_coupons
from tradeline.pricing import load_sheets
from tradeline.settlement import Exposure, lock_exposures
from tradeline.shopping.allowed import SaleStep, require_step
from tradeline.shopping.model import (
    LINE_REFERENCE,
    ConsumerOrderLine,
    ConsumerOrderState,
    Delivery,
    OrderTier,
)
from tradeline.shopping.moving import NewSplit, move_freight, move_units
from tradeline.shopping.prices import EdgePrices
from tradeline.shopping.queries import locks
from tradeline.shopping.queries import moving as queries
from tradeline.shopping.queries.moving import LegPrice, MovedLeg, MovedLine, OrderPlace
from tradeline.shopping.refunds import (
    NOTHING,
    TakenBack,
    freight_left_minor,
    refund_units,
    reverse,
)
from tradeline.shopping.sales import (
    OpenSale,
    RefundCause,
    cancel_units,
    freight_of_nothing,
    state_of,
)
from tradeline.shopping.service.steps import (
    SaleRefund,
    Stepped,
    judge_reason,
    lines_after,
    lock_sale,
    nothing_given,
    reference_for,
    release_units,
    require_turn,
    store,
    take_back,
    too_many,
    unknown_lines,
)
from tradeline.sourcing import (
    Plan,
    QuotaTake,
    Rules,
    Sources,
    SourceTier,
    SourcingLine,
    give_back_quotas,
    lock_rules,
    plan,
    rules_owner,
    take_quotas,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Whence goods may come instead, and what they cost on the way. What an organization has
    `given_up` of an order, by SKU, does not come back to it. `exposures` are of the edges."""

    place: OrderPlace
    store: Store
    skus: Mapping[int, Sellable]
    prices: EdgePrices
    frozen: Mapping[tuple[int, int], LegPrice]
    given_up: AbstractSet[tuple[int, int]]
    exposures: Mapping[int, Exposure] = field(default_factory=dict)

    def leg_price(self, line: ConsumerOrderLine, edge: int, units: int) -> LegPrice | None:
        """What an edge asks: as it was when the line was ordered, else as it is today."""
        if (line.id, edge) in self.frozen:
            return self.frozen[line.id, edge]
        relationship_id = self.store.tiers[edge].relationship_id
        sku = self.skus.get(line.sku_id)
        if relationship_id is None or sku is None:
            return None
        found = self.prices.find(relationship_id, sku, units)
        if found is None:
            return None
        return LegPrice(found.unit_price, self.prices.explain(relationship_id, sku, units))

    def lent_up_to(
        self, sale: OpenSale, lines: Sequence[ConsumerOrderLine], units: Mapping[int, int]
    ) -> int:
        """The highest tier up to which each edge above the collector lends for all the lines that
        have not come by it, and for the freight, as if all came from there."""
        for tier in range(sale.order.collector_tier + 1, len(self.store.tiers)):
            cost = freight_left_minor([split for split in sale.splits if split.tier < tier])
            for line in lines:
                price = self.leg_price(line, tier, units[line.id])
                if price is not None and tier > line.source_tier:
                    unit_price = UnitPrice(price.unit_price, self.store.currency)
                    cost += unit_price.times(units[line.id]).minor
            exposure = self.exposures.get(self.store.tiers[tier].relationship_id or 0)
            free = 0 if exposure is None or exposure.is_blocked else exposure.free_minor
            if cost > free:
                return tier - 1
        return len(self.store.tiers) - 1

    def reach(self, line: ConsumerOrderLine, units: int) -> int:
        """The highest tier whose goods can come down every edge to the store, each paid for by what
        the consumer paid: an edge that the line did not come by has lent nothing for it."""
        if self.place.delivery == Delivery.PICKUP or line.sku_id not in self.skus:
            return 0
        top = 0
        left = line.remaining_goods_minor - line.remaining_coupon_minor
        worth = left * units // line.remaining
        while top + 1 < len(self.store.tiers):
            price = self.leg_price(line, top + 1, units)
            if price is None:
                break
            cost = UnitPrice(price.unit_price, self.store.currency).times(units).minor
            if cost > worth and top + 1 > line.source_tier:
                break
            top += 1
        return top


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouted:
    """What becomes of units that their source cannot serve. `sale` has the tiers that come in;
    `moved` are the new lines, with whence they come."""

    sale: OpenSale
    units: Mapping[int, int]
    moved: tuple[tuple[MovedLine, tuple[Allocation, ...]], ...]
    moved_back: Mapping[int, TakenBack]
    lost_back: Mapping[int, TakenBack]
    skus: Mapping[int, Sellable]


async def resource_orders(
    conn: Connection,
    *,
    actor: Actor,
    order_id: int,
    quantities: Mapping[int, int],
    reason: str,
) -> int:
    """Have others serve units of lines that the actor's organization cannot ship; the order's id.

    What somebody else of the route has in stock comes from there, at the prices of the edges that
    it comes by; what nobody has is given back to the consumer, with the coupon if that was all of
    the order. What was planned stays to be read.

    Raises:
        Forbidden: without `consumer_order:fulfil`, or where none of it is the organization's.
        Rejected: NotFound, also for another's line; WrongState, UnitsNotOpen, InvalidValue
            without units or reason.
    """
    require_step(actor, SaleStep.RESOURCE)
    raise_any(judge_reason(reason))
    network_id = actor.network_id
    reference = await reference_for(conn, actor, order_id)
    known = await locks.fetch_lines(conn, network_id, [order_id])
    elsewhere = await _load(conn, network_id, order_id, known)
    coupon_ids = [] if reference.coupon_id is None else [reference.coupon_id]
    await lock_coupons(conn, network_id=network_id, coupon_ids=coupon_ids)
    owner = rules_owner(elsewhere.store)
    rules = await lock_rules(conn, network_id=network_id, org_ids=[owner])
    edges = {tier.relationship_id for tier in elsewhere.store.tiers[1:]}
    edges |= set(reference.relationship_ids)
    known_edges = sorted(edge for edge in edges if edge is not None)
    exposures = await lock_exposures(conn, network_id=network_id, relationship_ids=known_edges)
    stock = await _lock_stock(conn, network_id, elsewhere, known)
    sale = await lock_sale(conn, network_id, reference)
    require_turn(actor, sale, SaleStep.RESOURCE)
    lines = _judge(sale, actor.org_id, quantities)
    units = {line.id: quantities[line.id] for line in lines}
    lent = replace(elsewhere, exposures=exposures)
    found = _plan(sale, lines, units, lent, stock, rules.get(owner, Rules()), actor.org_id)
    takes = [
        QuotaTake(order_id=order_id, org_id=owner, tier=tier, quantity=quantity)
        for tier, quantity in found.quota_uses.items()
    ]
    backs = _given_up(sale, lines, units, rules.get(owner, Rules()), owner)
    await give_back_quotas(conn, network_id=network_id, backs=backs)
    await take_quotas(conn, network_id=network_id, takes=takes)
    await release_units(conn, network_id, units)
    rerouted = _reroute(sale, lines, units, found, elsewhere)
    stepped = await _move(conn, network_id, sale, rerouted, reason.strip())
    if stepped.state is ConsumerOrderState.CANCELLED:
        await release_coupons(conn, network_id=network_id, order_ids=[order_id])
    await store(conn, actor, network_id, "resource", [stepped])
    return order_id


async def _load(
    conn: Connection, network_id: int, order_id: int, lines: Sequence[ConsumerOrderLine]
) -> Elsewhere:
    place = await queries.fetch_order_place(conn, network_id, order_id)
    stores = await stores_by_ids(conn, network_id=network_id, ids=[place.store_id])
    found = stores[place.store_id]
    sku_ids = sorted({line.sku_id for line in lines})
    pairs = [
        (tier.relationship_id, sku_id)
        for tier in found.tiers
        if tier.relationship_id is not None
        for sku_id in sku_ids
    ]
    return Elsewhere(
        place=place,
        store=found,
        skus=await load_sellable(conn, network_id=network_id, sku_ids=sku_ids),
        prices=EdgePrices(
            await load_sheets(conn, network_id=network_id, pairs=pairs),
            frozenset(await load_traded(conn, network_id=network_id, pairs=pairs)),
        ),
        frozen=await queries.fetch_leg_prices(conn, network_id, order_id),
        given_up=await queries.fetch_given_up(conn, network_id, order_id),
    )


async def _lock_stock(
    conn: Connection,
    network_id: int,
    elsewhere: Elsewhere,
    lines: Sequence[ConsumerOrderLine],
) -> Stock:
    """Lock what stands with anybody of the route, and what the lines hold now, at once."""
    org_ids = {tier.org_id for tier in elsewhere.store.tiers}
    org_ids |= {line.source_org_id for line in lines}
    sku_ids = {line.sku_id for line in lines}
    bundles = {sku.sku_id: sku.composition for sku in elsewhere.skus.values() if sku.composition}
    pairs = [(org_id, sku_id) for org_id in sorted(org_ids) for sku_id in sorted(sku_ids)]
    return await lock_stock(conn, network_id=network_id, pairs=pairs, bundles=bundles)


def _judge(sale: OpenSale, org_id: int, quantities: Mapping[int, int]) -> list[ConsumerOrderLine]:
    """The lines of which units are to come from elsewhere; raises Rejected."""
    own = [line for line in sale.lines if line.source_org_id == org_id]
    open_units = {line.id: line.unshipped for line in own}
    problems = unknown_lines(list(quantities), own) + too_many(quantities, open_units, own)
    if not any(quantities.values()):
        problems.append(nothing_given())
    raise_any(problems)
    return [line for line in own if quantities.get(line.id)]


def _plan(
    sale: OpenSale,
    lines: Sequence[ConsumerOrderLine],
    units: Mapping[int, int],
    elsewhere: Elsewhere,
    stock: Stock,
    rules: Rules,
    org_id: int,
) -> Plan:
    """Who else serves the units. Nobody does where the route is not any more what it was: its
    debts would have to run along edges that the order does not know."""
    tiers = [tier for tier in elsewhere.store.tiers if tier.org_id != org_id]
    if not _is_same_route(sale.tiers, elsewhere.store.tiers):
        tiers = []
    lent = elsewhere.lent_up_to(sale, lines, units)
    reach = {
        line.id: min(elsewhere.reach(line, units[line.id]), max(lent, line.source_tier))
        for line in lines
    }
    beyond = {
        (place.warehouse_id, line.sku_id)
        for line in lines
        for tier in tiers
        if tier.tier > reach[line.id] or (tier.org_id, line.sku_id) in elsewhere.given_up
        for place in stock.places(tier.org_id)
    }
    sources = Sources(
        tiers=[SourceTier(tier.tier, tier.org_id) for tier in tiers],
        stock=stock,
        region=elsewhere.place.ship_to_region,
        excluded=beyond,
    )
    wanted = [
        SourcingLine(position, line.sku_id, units[line.id]) for position, line in enumerate(lines)
    ]
    return plan(wanted, sources, rules)


def _given_up(
    sale: OpenSale,
    lines: Sequence[ConsumerOrderLine],
    units: Mapping[int, int],
    rules: Rules,
    owner: int,
) -> list[QuotaTake]:
    """What the order does not take of quotas any more: others serve it."""
    by_tier: Counter[int] = Counter()
    for line in lines:
        by_tier[line.source_tier] += units[line.id]
    return [
        QuotaTake(order_id=sale.order.id, org_id=owner, tier=tier, quantity=quantity)
        for tier, quantity in by_tier.items()
        if tier in rules.left
    ]


def _is_same_route(was: Sequence[OrderTier], now: Sequence[Tier]) -> bool:
    """Whether the tiers of an order are still the lowest of its store's."""
    pairs = zip(was, now, strict=False)
    return len(was) <= len(now) and all(
        (old.org_id, old.entity_id, old.relationship_id)
        == (new.org_id, new.entity_id, new.relationship_id)
        for old, new in pairs
    )


async def _move(
    conn: Connection, network_id: int, sale: OpenSale, rerouted: Rerouted, reason: str
) -> Stepped:
    """Store the new lines with their money, and give back what nobody has."""
    order_id, moved = sale.order.id, rerouted.moved
    back = {
        line.id: rerouted.moved_back.get(line.id, NOTHING)
        + rerouted.lost_back.get(line.id, NOTHING)
        for line in sale.lines
    }
    cancelled = [cancel_units(line, rerouted.units.get(line.id, 0)) for line in sale.lines]
    after = lines_after(cancelled, back)
    freight_back, freight = _move_freight(sale, after, rerouted)
    refunds = []
    if moved:
        # The new lines have no ids yet.
        parts: dict[int | None, Sequence[NewSplit]] = {
            -position: line.units.splits for position, (line, _) in enumerate(moved, start=1)
        }
        parts[None] = freight
        refunds.append(
            SaleRefund(
                sale=rerouted.sale,
                cause=RefundCause.MOVED,
                reason=reason,
                lines=rerouted.moved_back,
                freight=freight_back,
                moved=parts,
            )
        )
    if rerouted.lost_back:
        # Where something was moved there is still something to ship.
        rest = NOTHING if moved else freight_of_nothing(sale, after)
        refunds.append(
            SaleRefund(
                sale=rerouted.sale,
                cause=RefundCause.UNAVAILABLE,
                reason=reason,
                lines=rerouted.lost_back,
                freight=rest,
            )
        )
    await queries.insert_tiers(conn, network_id, rerouted.sale.tiers)
    documents = await take_back(conn, network_id, refunds)
    new_ids: list[int] = []
    if moved:
        new_ids = await queries.insert_lines(conn, network_id, order_id, [it for it, _ in moved])
        splits: dict[int | None, Sequence[NewSplit]] = {None: freight}
        splits |= {id: it.units.splits for id, (it, _) in zip(new_ids, moved, strict=True)}
        await queries.insert_splits(conn, network_id, order_id, documents[0].id, splits)
        holds = _holds(sale, rerouted, new_ids)
        await store_holds(conn, network_id=network_id, holds=holds)
    facts = {
        "line_ids": new_ids,
        "refund_ids": [document.id for document in documents],
        "amount_minor": sum(document.amount_minor for document in documents),
    }
    state = sale.order.state if moved else state_of(sale.order, after)
    return Stepped(sale=sale, lines=after, state=state, note=reason, facts=facts)


def _reroute(
    sale: OpenSale,
    lines: Sequence[ConsumerOrderLine],
    units: Mapping[int, int],
    found: Plan,
    elsewhere: Elsewhere,
) -> Rerouted:
    """What a plan makes of the lines: new ones, with what is taken of the old for them, and what is
    to be given back."""
    given: dict[int, dict[int, list[Allocation]]] = defaultdict(lambda: defaultdict(list))
    for part in found.parts:
        given[part.position][part.tier].append(Allocation(part.warehouse_id, part.quantity))
    moved: list[tuple[MovedLine, tuple[Allocation, ...]]] = []
    moved_back: dict[int, TakenBack] = {}
    lost_back: dict[int, TakenBack] = {}
    for position, line in enumerate(lines):
        splits, remaining = sale.splits_of(line.id), line.remaining
        by_tier = {tier: sum(it.quantity for it in its) for tier, its in given[position].items()}
        if by_tier:
            legs = {
                tier: _legs(line, tier, quantity, units[line.id], elsewhere, sale.order.currency)
                for tier, quantity in by_tier.items()
            }
            costs = {tier: [leg.amount_minor for leg in its] for tier, its in legs.items()}
            back, new = move_units(line, splits, by_tier, costs)
            moved_back[line.id] = back
            moved += [
                (
                    MovedLine(line.id, elsewhere.store.tiers[it.tier].org_id, it, legs[it.tier]),
                    tuple(given[position][it.tier]),
                )
                for it in new
            ]
            splits, remaining = reverse(splits, back.reversals), remaining - sum(by_tier.values())
        if lost := units[line.id] - sum(by_tier.values()):
            lost_back[line.id] = refund_units(splits, lost, remaining, line.kept_quantity)
    reached = max([len(sale.tiers) - 1, *(part.tier for part in found.parts)])
    wider = [
        OrderTier(
            order_id=sale.order.id,
            tier=tier.tier,
            org_id=tier.org_id,
            entity_id=tier.entity_id,
            relationship_id=tier.relationship_id,
        )
        for tier in elsewhere.store.tiers[len(sale.tiers) : reached + 1]
    ]
    return Rerouted(
        sale=replace(sale, tiers=(*sale.tiers, *wider)),
        units=units,
        moved=tuple(moved),
        moved_back=moved_back,
        lost_back=lost_back,
        skus=elsewhere.skus,
    )


def _legs(
    line: ConsumerOrderLine,
    tier: int,
    quantity: int,
    asked: int,
    elsewhere: Elsewhere,
    currency: str,
) -> tuple[MovedLeg, ...]:
    """What so many units come to on each edge below a tier."""
    legs = []
    for edge in range(1, tier + 1):
        price = elsewhere.leg_price(line, edge, asked)
        assert price is not None, "tiers without prices on the way are left out of the plan"
        amount = UnitPrice(price.unit_price, currency).times(quantity).minor
        legs.append(MovedLeg(edge, price, amount))
    return tuple(legs)


def _move_freight(
    sale: OpenSale, after: Sequence[ConsumerOrderLine], rerouted: Rerouted
) -> tuple[TakenBack, list[NewSplit]]:
    """The freight of who ships nothing of the order any more is whose parcels go instead."""
    left = {line.source_tier for line in sale.lines if line.id in rerouted.units}
    left -= {line.source_tier for line in after if line.unshipped or line.shipped_quantity}
    parcels: dict[int, set[int]] = defaultdict(set)
    for line, allocations in rerouted.moved:
        parcels[line.units.tier] |= {it.warehouse_id for it in allocations}
    return move_freight(sale.splits, left, {tier: len(it) for tier, it in parcels.items()})


def _holds(sale: OpenSale, rerouted: Rerouted, line_ids: Sequence[int]) -> list[NewHold]:
    """Stock for the new lines; of a bundle, its components."""
    sku_ids = {line.id: line.sku_id for line in sale.lines}
    holds = []
    for line_id, (line, allocations) in zip(line_ids, rerouted.moved, strict=True):
        sku_id = sku_ids[line.replaces_line_id]
        parts = rerouted.skus[sku_id].composition or {sku_id: 1}
        holds += [
            NewHold(
                warehouse_id=allocation.warehouse_id,
                sku_id=part,
                held_for_org_id=sale.order.seller_org_id,
                reference_type=LINE_REFERENCE,
                reference_id=line_id,
                quantity=allocation.quantity * each,
                quantity_each=each,
            )
            for allocation in allocations
            for part, each in parts.items()
        ]
    return holds
