"""The way of a sale's money, from the consumer to every party, as one of them may see it. Pure.

A party sees the edges that it is on and what it has of the sale itself, never what others earn.
What the consumer and the provider did is for whoever sold the goods or took the money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tradeline.shopping.model import REFUND_DOCUMENT, ConsumerOrder, OrderTier


class TrailRole(StrEnum):
    """What somebody is in a sale."""

    CONSUMER = "consumer"
    PROVIDER = "provider"
    STORE = "store"
    SELLER = "seller"


class FlowKind(StrEnum):
    """Why money, or a debt of it, goes from one to another."""

    PAYMENT = "payment"
    CAPTURE = "capture"
    FEE = "fee"
    REFUND = "refund"
    SHARE = "share"
    GOODS = "goods"
    RETURN = "return"
    FREIGHT = "freight"
    FREIGHT_RETURN = "freight_return"
    COST_SHARE = "cost_share"
    COST_SHARE_RETURN = "cost_share_return"
    COLLECTED = "collected"
    COLLECTED_RETURN = "collected_return"


# What moves what a party earns; the others are how it gets it.
EARNINGS = frozenset(
    {
        FlowKind.GOODS,
        FlowKind.RETURN,
        FlowKind.FREIGHT,
        FlowKind.FREIGHT_RETURN,
        FlowKind.COST_SHARE,
        FlowKind.COST_SHARE_RETURN,
    }
)
CONSUMER, PROVIDER = "consumer", "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailParty:
    """Somebody of the sale. `net_minor` is what it has of it, after what was given back; only an
    organization's own is known to it, and of the consumer what they paid in the end."""

    key: str
    role: TrailRole
    tier: int | None = None
    org_id: int | None = None
    net_minor: int | None = None
    is_mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFlow:
    """So much goes, or is owed, from one to another, on a document. `journal_ids` are where it
    stands in the asking organization's own books."""

    from_key: str
    to_key: str
    kind: FlowKind
    amount_minor: int
    occurred_at: datetime
    document_type: str
    document_id: int
    document_number: str
    journal_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyTrail:
    """All that one party may see of a sale's money. `is_complete` when what came and went comes to
    what it was to have, to the last minor unit."""

    order_id: int
    currency: str
    parties: tuple[TrailParty, ...]
    flows: tuple[TrailFlow, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRows:
    """What a trail is put together from. `flows` run between tiers and, for who may know, the
    consumer and the provider; `own_minor` is what remains of the organization's split."""

    order: ConsumerOrder
    tiers: Sequence[OrderTier]
    own_minor: int
    flows: Sequence[TrailFlow]


def refunds_in(trail: MoneyTrail) -> frozenset[int]:
    """The refunds that move something of what the party may see."""
    return frozenset(
        flow.document_id for flow in trail.flows if flow.document_type == REFUND_DOCUMENT
    )


def key_of(tier: int) -> str:
    return f"tier:{tier}"


def put_together(rows: TrailRows, org_id: int) -> MoneyTrail | None:
    """The trail as the organization may see it; None for who is no party of the sale."""
    own = [tier.tier for tier in rows.tiers if tier.org_id == org_id]
    if not own:
        return None
    order, mine = rows.order, {key_of(tier) for tier in own}
    knows_payment = 0 in own or order.collector_org_id == org_id
    flows = tuple(
        flow
        for flow in rows.flows
        if {flow.from_key, flow.to_key} & mine
        or (knows_payment and {flow.from_key, flow.to_key} <= {CONSUMER, PROVIDER})
    )
    seen = {key for flow in flows for key in (flow.from_key, flow.to_key)} | mine
    fees = sum(
        flow.amount_minor if flow.from_key in mine else -flow.amount_minor
        for flow in flows
        if flow.kind is FlowKind.FEE
    )
    parties = []
    if knows_payment:
        paid = 0 if order.paid_at is None else order.total_minor - order.refunded_minor
        parties.append(TrailParty(key=CONSUMER, role=TrailRole.CONSUMER, net_minor=-paid))
        parties.append(TrailParty(key=PROVIDER, role=TrailRole.PROVIDER))
    parties += [
        TrailParty(
            key=key_of(tier.tier),
            role=TrailRole.SELLER if tier.tier else TrailRole.STORE,
            tier=tier.tier,
            org_id=tier.org_id,
            net_minor=_net(rows, fees) if tier.org_id == org_id else None,
            is_mine=tier.org_id == org_id,
        )
        for tier in rows.tiers
        if key_of(tier.tier) in seen
    ]
    return MoneyTrail(
        order_id=order.id,
        currency=order.currency,
        parties=tuple(parties),
        flows=flows,
        is_complete=_earned(rows, mine) == rows.own_minor and order.paid_at is not None,
    )


def _net(rows: TrailRows, fees: int) -> int:
    return rows.own_minor - fees if rows.order.paid_at is not None else 0


def _earned(rows: TrailRows, mine: set[str]) -> int:
    """What a party's own edges, and the consumer where it is the store, come to for it."""
    order = rows.order
    from_consumer = order.total_minor - order.refunded_minor if key_of(0) in mine else 0
    return from_consumer + sum(
        flow.amount_minor if flow.to_key in mine else -flow.amount_minor
        for flow in rows.flows
        if flow.kind in EARNINGS and {flow.from_key, flow.to_key} & mine
    )
