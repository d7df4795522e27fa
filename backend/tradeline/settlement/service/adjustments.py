"""Charges and credit notes: what the seller writes, true once the one it costs agrees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Event,
    Money,
    Page,
    PageRequest,
    Permission,
    WrongState,
    make_page,
    publish,
    raise_any,
    record_changes,
    refuse,
)
from tradeline.organizations import RelationshipState
from tradeline.settlement.ageing import judge_due_on
from tradeline.settlement.allowed import DECIDES_ADJUSTMENTS, is_debtor, is_undecided
from tradeline.settlement.errors import BuyerDecides
from tradeline.settlement.model import (
    ADJUSTMENT_MINOR_MAX,
    Adjustment,
    AdjustmentState,
    NewObligation,
    ObligationKind,
)
from tradeline.settlement.queries import adjustments as queries
from tradeline.settlement.queries import edges as edge_queries
from tradeline.settlement.service.edges import (
    ACCEPTED,
    found_or_refuse,
    judge_amount,
    judge_state,
    judge_text,
    lock_as_seller,
    require_either,
)
from tradeline.settlement.service.exposures import owe

# On which edges each kind may be made: a charge on living ones, a credit note after the end too.
MADE_ON = {
    ObligationKind.CHARGE: frozenset({RelationshipState.ACTIVE, RelationshipState.SUSPENDED}),
    ObligationKind.CREDIT_NOTE: ACCEPTED,
}


async def adjust(
    conn: Connection,
    *,
    actor: Actor,
    relationship_id: int,
    kind: ObligationKind,
    amount: Money,
    reason: str,
    due_on: date | None = None,
) -> int:
    """Charge the buyer something, or credit it; returns the adjustment's id. Only the seller may.

    A credit note, which costs the seller, counts at once. A charge waits for the buyer
    (`confirm_adjustment`, `refuse_adjustment`): it owes nothing until then. Both sides read the
    reason.

    Raises:
        Forbidden: without `credit:manage`.
        Rejected: NotFound if the actor does not sell on the edge; WrongState for a charge on a
            proposed or ended edge, or a credit note on one that was never accepted; InvalidValue.
    """
    actor.require(Permission.CREDIT_MANAGE)
    if kind not in MADE_ON:
        raise ValueError(f"a {kind} comes from a document of its own")
    edge = await lock_as_seller(conn, actor, relationship_id)
    problems = judge_state(edge, MADE_ON[kind])
    problems += judge_amount(amount, edge.exposure.currency, "amount", maximum=ADJUSTMENT_MINOR_MAX)
    problems += judge_text(reason, "reason")
    problems += judge_due_on(due_on, await edge_queries.fetch_today(conn))
    raise_any(problems)
    is_charge = kind is ObligationKind.CHARGE
    adjustment_id = await queries.insert_adjustment(
        conn,
        actor,
        edge,
        kind,
        amount.minor,
        reason.strip(),
        due_on if is_charge else None,
        AdjustmentState.RECORDED if is_charge else AdjustmentState.CONFIRMED,
    )
    stored = (await queries.fetch_adjustments(conn, actor, [adjustment_id]))[adjustment_id]
    if not is_charge:
        await _settle(conn, actor, stored)
    change = Change(
        action="adjustment.create",
        subject_type="adjustment",
        subject_id=adjustment_id,
        before={"owed_minor": edge.exposure.owed_minor},
        after={
            "number": stored.number,
            "kind": kind,
            "state": stored.state,
            "amount_minor": amount.minor,
            "reason": stored.reason,
        },
    )
    await record_changes(conn, actor=actor, changes=[change])
    await _publish(conn, actor, "adjustment.created", stored)
    return adjustment_id


async def confirm_adjustment(conn: Connection, *, actor: Actor, adjustment_id: int) -> int:
    """The buyer agrees to a charge: it is owed from now on. Returns the adjustment's id.

    Like a statement, it is agreed to by whoever may say what is owed. An edge that ended
    meanwhile does not stand in the way.

    Raises:
        Forbidden: without `statement:confirm`.
        Rejected: NotFound; BuyerDecides for the seller; WrongState unless it waits.
    """
    adjustment = await _lock_as_buyer(conn, actor, adjustment_id)
    await _decide(conn, actor, adjustment, AdjustmentState.CONFIRMED, None)
    await _settle(conn, actor, adjustment)
    await _publish(conn, actor, "adjustment.confirmed", adjustment)
    return adjustment_id


async def refuse_adjustment(
    conn: Connection, *, actor: Actor, adjustment_id: int, reason: str
) -> int:
    """The buyer does not agree to a charge: it never counts. Returns the adjustment's id.

    Raises:
        Forbidden: without `statement:confirm`.
        Rejected: NotFound; BuyerDecides for the seller; WrongState unless it waits; InvalidValue
            without a reason.
    """
    adjustment = await _lock_as_buyer(conn, actor, adjustment_id)
    raise_any(judge_text(reason, "reason"))
    await _decide(conn, actor, adjustment, AdjustmentState.REFUSED, reason.strip())
    await _publish(conn, actor, "adjustment.refused", adjustment)
    return adjustment_id


async def adjustments_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Adjustment]:
    """Adjustments on edges of the actor.

    Raises Forbidden without `statement:read`, `credit:manage` or `statement:confirm`.
    """
    if not actor.may(Permission.STATEMENT_CONFIRM):
        require_either(actor, Permission.STATEMENT_READ, Permission.CREDIT_MANAGE)
    return await queries.fetch_adjustments(conn, actor, ids)


async def list_adjustments(
    conn: Connection,
    *,
    actor: Actor,
    page: PageRequest,
    relationship_id: int | None = None,
    state: AdjustmentState | None = None,
) -> Page[Adjustment]:
    """Newest first; the cursor is (int,). Raises Forbidden without `statement:read`."""
    actor.require(Permission.STATEMENT_READ)
    rows = await queries.list_adjustments(conn, actor, page, relationship_id, state)
    return make_page(rows, page, lambda adjustment: (adjustment.id,))


async def _lock_as_buyer(conn: Connection, actor: Actor, adjustment_id: int) -> Adjustment:
    """The adjustment, waiting and under its edge's lock, which covers its state."""
    actor.require(DECIDES_ADJUSTMENTS)
    seen = found_or_refuse(
        (await queries.fetch_adjustments(conn, actor, [adjustment_id])).get(adjustment_id),
        "adjustment",
        "adjustmentId",
    )
    if not is_debtor(seen, actor.org_id):
        raise refuse(BuyerDecides(path=("adjustmentId",), number=seen.number))
    await edge_queries.lock_edge(conn, actor, seen.relationship_id)
    adjustment = (await queries.fetch_adjustments(conn, actor, [adjustment_id]))[adjustment_id]
    if not is_undecided(adjustment):
        raise refuse(
            WrongState(path=("adjustmentId",), subject="adjustment", state=adjustment.state)
        )
    return adjustment


async def _decide(
    conn: Connection,
    actor: Actor,
    adjustment: Adjustment,
    state: AdjustmentState,
    reason: str | None,
) -> None:
    await queries.decide_adjustment(conn, actor.network_id, adjustment.id, state, reason)
    change = Change(
        action="adjustment.confirm" if state is AdjustmentState.CONFIRMED else "adjustment.refuse",
        subject_type="adjustment",
        subject_id=adjustment.id,
        before={"state": adjustment.state},
        after={"state": state, "refusal_reason": reason},
    )
    await record_changes(conn, actor=actor, changes=[change])


async def _settle(conn: Connection, actor: Actor, adjustment: Adjustment) -> None:
    """Let a confirmed adjustment move the account."""
    await owe(
        conn,
        network_id=actor.network_id,
        obligations=[
            NewObligation(
                relationship_id=adjustment.relationship_id,
                kind=adjustment.kind,
                owed_by=adjustment.kind.owed_by,
                amount_minor=adjustment.amount_minor,
                document_type="adjustment",
                document_id=adjustment.id,
                document_number=adjustment.number,
                due_on=adjustment.due_on,
            )
        ],
    )


async def _publish(conn: Connection, actor: Actor, topic: str, adjustment: Adjustment) -> None:
    event = Event(
        topic=topic,
        key=f"exposure:{adjustment.relationship_id}",
        payload={"id": adjustment.id, "relationship_id": adjustment.relationship_id},
    )
    await publish(conn, network_id=actor.network_id, events=[event])
