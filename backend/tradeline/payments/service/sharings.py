"""Sharing captured money along the route, and taking shares back. The debts that it settles move
with it: a share raises what the receiver's side owes on each edge between it and the collector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tradeline.kernel import Connection, grouped
from tradeline.payments.model import (
    DueShareReturn,
    DueSharing,
    NewSharing,
    PaymentState,
    Refund,
    RefundState,
    Share,
    ShareablePayment,
    ShareReturnResult,
    ShareRuns,
    SharingResult,
    SharingState,
)
from tradeline.payments.queries import payments as payment_queries
from tradeline.payments.queries import refunds as refund_queries
from tradeline.payments.queries import returns as return_queries
from tradeline.payments.queries import sharings as queries
from tradeline.payments.queries.returns import Returnable
from tradeline.payments.queries.sharings import Moved
from tradeline.payments.rules import plan_returns, plan_sharing
from tradeline.settlement import NewObligation, ObligationKind, lock_exposures, owe

KINDS = {
    ShareRuns.DOWN: ObligationKind.SHARED_DOWN,
    ShareRuns.UP: ObligationKind.SHARED_UP,
}
KINDS_BACK = {
    ShareRuns.DOWN: ObligationKind.SHARED_UP,
    ShareRuns.UP: ObligationKind.SHARED_DOWN,
}


async def shareable_payments(conn: Connection, *, limit: int) -> list[ShareablePayment]:
    """Captured payments whose waiting time is over, longest first; none with a refund under way.

    For the owner's connection, over all networks. `request_sharings` takes them off the list.
    """
    return await queries.fetch_shareable(conn, limit)


async def request_sharings(
    conn: Connection, *, network_id: int, sharings: Sequence[NewSharing]
) -> dict[int, int]:
    """Plan how captured payments are shared; the ids of the sharings by payment.

    Locks the payments. What the provider's ceiling leaves over stays on account, with whom and how
    much is stored with the plan. A payment is shared once: one that is planned already, or is not
    there to be shared, is left out. So is one with a refund under way, which may have been asked
    for since the wants were read: it stays on the list, to be planned by what is left then.
    """
    wants = {sharing.payment_id: sharing.wants for sharing in sharings}
    if not wants:
        return {}
    payments = await payment_queries.lock_by_ids(conn, network_id, sorted(wants))
    refunds = await refund_queries.fetch_by_payments(conn, network_id, sorted(wants))
    refunded = {
        refund.payment_id
        for refund in refunds
        if refund.state in (RefundState.REQUESTED, RefundState.SENT)
    }
    ready = [
        id
        for id, payment in payments.items()
        if id not in refunded
        and payment.state is PaymentState.CAPTURED
        and payment.is_shareable
        and not payment.is_surplus
    ]
    ids = await queries.insert_sharings(conn, network_id, ready)
    ratios = await queries.fetch_ratios(
        conn, network_id, sorted({payments[id].merchant_id for id in ids})
    )
    planned = [
        (
            sharing_id,
            wants[id],
            plan_sharing(
                [want.amount_minor for want in wants[id]],
                captured_minor=payments[id].amount_minor,
                refunded_minor=payments[id].refunded_minor,
                ratio_bp=ratios.get(payments[id].merchant_id, 0),
            ),
        )
        for id, sharing_id in ids.items()
    ]
    if any(wants[id] for id in ids):
        await queries.insert_shares(conn, network_id, planned)
    return ids


async def due_sharings(conn: Connection, *, limit: int) -> list[DueSharing]:
    """Sharings to send, or to ask about, given to one worker at a time. Without shares, the payment
    is only unfrozen.

    For the owner's connection, over all networks. From now on they are `sent`, whether or not
    whoever was given them lives to tell; each is due again after a while.
    """
    async with conn.transaction():
        return await queries.claim_due(conn, limit)


async def settle_sharings(
    conn: Connection, *, network_id: int, results: Sequence[SharingResult]
) -> list[str]:
    """Take the provider's word on how sharings ended; the numbers of those that it ended now.

    Locks exposures, then payments. What a receiver got becomes an obligation on each edge between
    the collector and it; what failed stays on account. A result that does not speak of every share
    has not ended, and changes nothing.
    """
    told = {result.number: result for result in results}
    seen = await queries.fetch_under_way(conn, network_id, list(told))
    await _lock(
        conn,
        network_id,
        (share for sharing in seen.values() for share in sharing.shares.values()),
        (sharing.payment_id for sharing in seen.values()),
    )
    locked = await queries.fetch_under_way(conn, network_id, list(told))
    finished = [
        (sharing, told[number])
        for number, sharing in locked.items()
        if sharing.state is SharingState.SENT
        and sharing.shares.keys() <= {share.merchant_id for share in told[number].shares}
    ]
    if not finished:
        return []
    await queries.settle_sharings(conn, network_id, finished)
    got = [
        sharing.shares[share.merchant_id]
        for sharing, result in finished
        for share in result.shares
        if share.is_success and share.merchant_id in sharing.shares
    ]
    await _owe(conn, network_id, "payment_share", got, KINDS)
    await plan_returns_for(
        conn, network_id, sorted({sharing.payment_id for sharing, _ in finished})
    )
    return [sharing.number for sharing, _ in finished]


async def withdraw_refused_sharing(conn: Connection, *, network_id: int, payment_id: int) -> None:
    """Let refunds of a payment go before its sharing, which the provider refused and does not have:
    it is planned anew by what they leave. Where no refund waits, it is tried on.

    Locks the payment.
    """
    await payment_queries.lock_by_ids(conn, network_id, [payment_id])
    refunds = await refund_queries.fetch_by_payments(conn, network_id, [payment_id])
    if any(refund.state is RefundState.REQUESTED for refund in refunds):
        await queries.withdraw_sharings(conn, network_id, [payment_id], SharingState.SENT)


async def due_share_returns(conn: Connection, *, limit: int) -> list[DueShareReturn]:
    """Shares to take back, or to ask about, given to one worker at a time.

    For the owner's connection, over all networks; as `due_sharings`.
    """
    return await return_queries.claim_due_returns(conn, limit)


async def settle_share_returns(
    conn: Connection, *, network_id: int, results: Sequence[ShareReturnResult]
) -> list[str]:
    """Take the provider's word on how returns ended; the numbers of those that it ended now.

    Locks exposures, then payments. What came back is owed the other way round; what did not stays
    with the receiver, on account, and the refund that waited for it goes on without.
    """
    told = {result.number: result for result in results}
    seen = await return_queries.fetch_returns(conn, network_id, list(told))
    await _lock(conn, network_id, seen, (back.payment_id for back in seen))
    locked = await return_queries.fetch_returns(conn, network_id, list(told))
    if not locked:
        return []
    await return_queries.settle_returns(
        conn, network_id, [(back.id, told[back.number]) for back in locked]
    )
    came = [back for back in locked if told[back.number].is_success]
    await _owe(conn, network_id, "payment_share_return", came, KINDS_BACK)
    return [back.number for back in locked]


async def shares_of_payments(
    conn: Connection, *, network_id: int, payment_ids: Sequence[int]
) -> dict[int, list[Share]]:
    """Who wanted, was planned and got what of some payments, by payment."""
    found = await queries.fetch_shares(conn, network_id, payment_ids)
    return grouped(payment_ids, ((share.payment_id, share) for share in found))


async def note_sharing_failures(
    conn: Connection, *, network_id: int, failures: Sequence[tuple[int, str]]
) -> None:
    """Why sharings, by id, could not be sent this time: for whoever looks after them."""
    if failures:
        await return_queries.note_sharing_failures(conn, network_id, failures)


async def note_share_return_failures(
    conn: Connection, *, network_id: int, failures: Sequence[tuple[int, str]]
) -> None:
    """Why returns of shares, by id, could not be sent this time."""
    if failures:
        await return_queries.note_return_failures(conn, network_id, failures)


async def plan_returns_for(conn: Connection, network_id: int, payment_ids: Sequence[int]) -> None:
    """Have receivers give back their part of refunds that nobody has sent yet, of payments that the
    caller has locked. While a sharing is under way nobody knows what they have: then it is planned
    when that has ended."""
    shares = await return_queries.fetch_returnable(conn, network_id, payment_ids)
    if not any(share.amount_minor for share in shares):
        return
    given: dict[int, list[Returnable]] = {}
    for share in shares:
        given.setdefault(share.payment_id, []).append(share)
    payments = await payment_queries.fetch_by_ids(conn, network_id, list(given))
    refunds = await refund_queries.fetch_by_payments(conn, network_id, list(given))
    planned = await return_queries.fetch_refunds_with_returns(
        conn, network_id, [refund.id for refund in refunds]
    )
    remaining = {id: payment.amount_minor for id, payment in payments.items()}
    returns: list[tuple[int, int, int]] = []
    for refund in refunds:
        if refund.state is RefundState.CLOSED:
            continue
        if refund.state is RefundState.REQUESTED and refund.id not in planned:
            have = given[refund.payment_id]
            back = _plan(have, refund, remaining[refund.payment_id])
            pairs = list(zip(have, back, strict=True))
            returns += [(share.share_id, refund.id, minor) for share, minor in pairs if minor]
            given[refund.payment_id] = [
                replace(share, amount_minor=share.amount_minor - minor) for share, minor in pairs
            ]
        remaining[refund.payment_id] -= refund.amount_minor
    if returns:
        await return_queries.insert_returns(conn, network_id, returns)


def _plan(have: Sequence[Returnable], refund: Refund, remaining_minor: int) -> tuple[int, ...]:
    """What receivers give back for a refund, in their order."""
    orgs = [share.org_id for share in have]
    return plan_returns(
        [share.amount_minor for share in have],
        refund_minor=refund.amount_minor,
        remaining_minor=remaining_minor,
        borne_minor=refund.borne_minor,
        bearer=orgs.index(refund.borne_by_org_id) if refund.borne_by_org_id in orgs else None,
    )


async def _lock(
    conn: Connection, network_id: int, moved: Iterable[Moved], payment_ids: Iterable[int]
) -> None:
    edges = {relationship_id for move in moved for relationship_id in move.relationship_ids}
    if edges:
        await lock_exposures(conn, network_id=network_id, relationship_ids=sorted(edges))
    await payment_queries.lock_by_ids(conn, network_id, sorted(set(payment_ids)))


async def _owe(
    conn: Connection,
    network_id: int,
    document_type: str,
    moved: Sequence[Moved],
    kinds: dict[ShareRuns, ObligationKind],
) -> None:
    """Obligations of money that moved, on every edge that it passed. Their edges are locked."""
    obligations = [
        NewObligation(
            relationship_id=relationship_id,
            kind=kinds[move.runs],
            owed_by=kinds[move.runs].owed_by,
            amount_minor=move.amount_minor,
            document_type=document_type,
            document_id=move.id,
            document_number=move.number,
        )
        for move in moved
        for relationship_id in move.relationship_ids
    ]
    await owe(conn, network_id=network_id, obligations=obligations)
