"""Who is to get what of a payment, where its provider can share it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from tradeline.channels import payment_accounts
from tradeline.kernel import Connection
from tradeline.payments import NewSharing, ShareablePayment, ShareRuns, ShareWant
from tradeline.shopping.model import ORDER_DOCUMENT
from tradeline.shopping.queries import sales as queries
from tradeline.shopping.queries.sales import TierNet


async def sharings_of(
    conn: Connection, *, network_id: int, payments: Sequence[ShareablePayment]
) -> list[NewSharing]:
    """What the parties of sales want of captured payments: what remains of their split. Who has no
    merchant number, or owes more than it has, gets nothing by this way; the account says so."""
    order_ids = [one.reference_id for one in payments if one.reference_type == ORDER_DOCUMENT]
    nets = await queries.fetch_nets(conn, network_id, order_ids)
    orgs = sorted({net.org_id for net in nets})
    accounts = await payment_accounts(conn, network_id=network_id, org_ids=orgs)
    wants: dict[int, tuple[ShareWant, ...]] = {}
    for payment_id, of_payment in groupby(nets, key=attrgetter("payment_id")):
        tiers = list(of_payment)
        wants[payment_id] = tuple(
            ShareWant(
                org_id=net.org_id,
                merchant_id=accounts[net.org_id].merchant_id,
                relationship_ids=_edges(tiers, net.collector_tier, net.tier),
                runs=ShareRuns.DOWN if net.tier < net.collector_tier else ShareRuns.UP,
                amount_minor=net.minor,
            )
            for net in tiers
            if net.minor > 0 and net.tier != net.collector_tier and net.org_id in accounts
        )
    return [NewSharing(payment_id=one.id, wants=wants.get(one.id, ())) for one in payments]


def _edges(tiers: Sequence[TierNet], collector: int, receiver: int) -> tuple[int, ...]:
    """The edges between the two, nearest to the collector first."""
    by_tier = {net.tier: net.relationship_id for net in tiers}
    if receiver < collector:
        passed = range(collector, receiver, -1)
    else:
        passed = range(collector + 1, receiver + 1)
    edges = [by_tier[tier] for tier in passed]
    return tuple(edge for edge in edges if edge is not None)
