"""The account of one edge: its credit, agreed adjustments, what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Event,
    InvalidValue,
    Money,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Problem,
    Rejected,
    make_page,
    publish,
    record_changes,
    refuse,
)
from tradeline.organizations import Side
from tradeline.settlement.model import (
    AMOUNT_MINOR_MAX,
    TEXT_LENGTH_MAX,
    Adjustment,
    Ageing,
    Balance,
    Edge,
    Exposure,
    NewObligation,
    Obligation,
    ObligationKind,
    age_debts,
)
from tradeline.settlement.queries import edges as queries
from tradeline.settlement.queries import exposures as exposure_queries
from tradeline.settlement.service.exposures import owe

Found = TypeVar("Found")

ADJUSTMENTS = frozenset({ObligationKind.CHARGE, ObligationKind.CREDIT_NOTE})


async def set_credit_limit(
    conn: Connection, *, actor: Actor, relationship_id: int, limit: Money
) -> int:
    """Let the buyer of an edge owe so much; returns the edge's id. Only its seller may.

    A limit below what is owed already refuses new orders and takes nothing back.

    Raises:
        Forbidden: without `credit:manage`.
        Rejected: NotFound if the actor does not sell on the edge; InvalidValue for the limit.
    """
    actor.require(Permission.CREDIT_MANAGE)
    edge = await _lock_as_seller(conn, actor, relationship_id)
    if problems := judge_amount(limit, edge.exposure.currency, "limit", minimum=0):
        raise Rejected(problems)
    after = replace(edge.exposure, credit_limit_minor=limit.minor)
    await _store_credit(conn, actor, edge.exposure, after, "credit.limit_set")
    return relationship_id


async def block_credit(
    conn: Connection, *, actor: Actor, relationship_id: int, is_blocked: bool
) -> int:
    """Stop, or allow again, all new orders on an edge; returns its id. Only its seller may.

    Raises:
        Forbidden: without `credit:manage`.
        Rejected: NotFound if the actor does not sell on the edge.
    """
    actor.require(Permission.CREDIT_MANAGE)
    edge = await _lock_as_seller(conn, actor, relationship_id)
    after = replace(edge.exposure, is_blocked=is_blocked)
    topic = "credit.blocked" if is_blocked else "credit.unblocked"
    await _store_credit(conn, actor, edge.exposure, after, topic)
    return relationship_id


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
    """Charge the buyer something, or credit it, by agreement; returns the adjustment's id.

    Only the seller may: it is the seller's books that say what is owed, and a buyer who disagrees
    disputes the statement. Both sides read the reason.

    Raises:
        Forbidden: without `credit:manage`.
        Rejected: NotFound if the actor does not sell on the edge; InvalidValue.
    """
    actor.require(Permission.CREDIT_MANAGE)
    if kind not in ADJUSTMENTS:
        raise ValueError(f"a {kind} comes from a document of its own")
    edge = await _lock_as_seller(conn, actor, relationship_id)
    problems = judge_amount(amount, edge.exposure.currency, "amount")
    problems += judge_text(reason, "reason")
    if problems:
        raise Rejected(problems)
    adjustment_id, number = await queries.insert_adjustment(
        conn, actor, edge, kind, amount.minor, reason.strip()
    )
    await owe(
        conn,
        network_id=actor.network_id,
        obligations=[
            NewObligation(
                relationship_id=relationship_id,
                kind=kind,
                owed_by=kind.owed_by,
                amount_minor=amount.minor,
                document_type="adjustment",
                document_id=adjustment_id,
                document_number=number,
                due_on=due_on if kind is ObligationKind.CHARGE else None,
            )
        ],
    )
    change = Change(
        action="adjustment.create",
        subject_type="adjustment",
        subject_id=adjustment_id,
        before={"owed_minor": edge.exposure.owed_minor},
        after={"number": number, "kind": kind, "amount_minor": amount.minor, "reason": reason},
    )
    await record_changes(conn, actor=actor, changes=[change])
    await _publish(conn, actor, "adjustment.created", relationship_id, adjustment_id)
    return adjustment_id


async def adjustments_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Adjustment]:
    """Adjustments on edges of the actor.

    Raises Forbidden without `statement:read` or `credit:manage`.
    """
    require_either(actor, Permission.STATEMENT_READ, Permission.CREDIT_MANAGE)
    return await queries.fetch_adjustments(conn, actor, ids)


async def list_obligations(
    conn: Connection, *, actor: Actor, relationship_ids: Sequence[int], page: PageRequest
) -> dict[int, Page[Obligation]]:
    """What moved the accounts of some edges, newest first, a page of each in one statement.

    Both sides read the same; of an edge of others the page is empty. The cursor is (int,). Raises
    Forbidden without `statement:read`.
    """
    actor.require(Permission.STATEMENT_READ)
    found = await queries.fetch_obligations(conn, actor, relationship_ids, page)
    return {
        id: make_page(found.get(id, ()), page, lambda row: (row.id,)) for id in relationship_ids
    }


async def balances_by_relationship(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Balance]:
    """What edges of the actor come to, aged by the database's today; two statements for any number.

    Counts every obligation, posted or not. Raises Forbidden without `credit:read`.
    """
    actor.require(Permission.CREDIT_READ)
    exposures = await exposure_queries.fetch_exposures(conn, actor.network_id, actor.org_id, ids)
    debts = await queries.fetch_debts(conn, actor, list(exposures))
    return {
        id: Balance(
            relationship_id=id,
            currency=exposure.currency,
            ageing=age_debts(*debts[id]) if id in debts else Ageing(),
        )
        for id, exposure in exposures.items()
    }


def require_either(actor: Actor, reads: Permission, acts: Permission) -> None:
    """Raise Forbidden unless the actor may read; whoever may act reads what came of it."""
    if not actor.may(acts):
        actor.require(reads)


def judge_amount(amount: Money, currency: str, field: str, *, minimum: int = 1) -> list[Problem]:
    """The faults of a sum on an edge that trades in `currency`."""
    problems: list[Problem] = []
    if amount.currency != currency:
        problems.append(
            InvalidValue(
                path=(field, "currency"),
                field="currency",
                rule=f"this relationship trades in {currency}",
                rule_zh=f"此经销关系以 {currency} 结算",
            )
        )
    elif not minimum <= amount.minor <= AMOUNT_MINOR_MAX:
        lowest, highest = Money(minimum, currency), Money(AMOUNT_MINOR_MAX, currency)
        problems.append(
            InvalidValue(
                path=(field, "amount"),
                field=field,
                rule=f"send {lowest} to {highest}",
                rule_zh=f"须在 {lowest} 至 {highest} 之间",
            )
        )
    return problems


def judge_text(text: str, field: str, *, minimum: int = 1) -> list[Problem]:
    """The faults of a reason or a note."""
    if minimum <= len(text.strip()) <= TEXT_LENGTH_MAX and "\0" not in text:
        return []
    return [
        InvalidValue(
            path=(field,),
            field=field,
            rule=f"write {minimum} to {TEXT_LENGTH_MAX} characters",
            rule_zh=f"请填写 {minimum} 至 {TEXT_LENGTH_MAX} 个字符",
        )
    ]


def found_or_refuse(value: Found | None, subject: str, field: str) -> Found:
    """`value`, or a refusal that does not tell "not there" from "not yours"."""
    if value is None:
        raise refuse(NotFound(path=(field,), subject=subject))
    return value


async def _lock_as_seller(conn: Connection, actor: Actor, relationship_id: int) -> Edge:
    edge = await queries.lock_edge(conn, actor, relationship_id)
    if edge is not None and edge.side_of(actor.org_id) is not Side.SELLER:
        edge = None
    return found_or_refuse(edge, "relationship", "relationshipId")


async def _store_credit(
    conn: Connection, actor: Actor, before: Exposure, after: Exposure, topic: str
) -> None:
    await queries.update_credit(conn, actor.network_id, after)
    change = Change(
        action=topic,
        subject_type="relationship",
        subject_id=after.relationship_id,
        before={
            "credit_limit_minor": before.credit_limit_minor,
            "is_blocked": before.is_blocked,
        },
        after={"credit_limit_minor": after.credit_limit_minor, "is_blocked": after.is_blocked},
    )
    await record_changes(conn, actor=actor, changes=[change])
    await _publish(conn, actor, topic, after.relationship_id, after.relationship_id)


async def _publish(
    conn: Connection, actor: Actor, topic: str, relationship_id: int, subject_id: int
) -> None:
    event = Event(
        topic=topic,
        key=f"exposure:{relationship_id}",
        payload={"id": subject_id, "relationship_id": relationship_id},
    )
    await publish(conn, network_id=actor.network_id, events=[event])
