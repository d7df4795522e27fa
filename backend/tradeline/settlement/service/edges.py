"""The account of one edge: its credit, what moved it, what it comes to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
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
    WrongState,
    judge_length,
    make_page,
    publish,
    raise_any,
    record_changes,
    refuse,
)
from tradeline.organizations import RelationshipState, Side
from tradeline.settlement.ageing import age_debts
from tradeline.settlement.model import (
    AMOUNT_MINOR_MAX,
    TEXT_LENGTH_MAX,
    Ageing,
    Balance,
    Edge,
    Exposure,
    Obligation,
)
from tradeline.settlement.queries import edges as queries
from tradeline.settlement.queries import exposures as exposure_queries
from tradeline.settlement.queries import running as running_queries

Found = TypeVar("Found")

# Both sides have agreed to the edge at some time: money may move on it, after its end too.
ACCEPTED = frozenset(
    {RelationshipState.ACTIVE, RelationshipState.SUSPENDED, RelationshipState.ENDED}
)


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
    edge = await lock_as_seller(conn, actor, relationship_id)
    raise_any(judge_amount(limit, edge.exposure.currency, "limit", minimum=0))
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
    edge = await lock_as_seller(conn, actor, relationship_id)
    after = replace(edge.exposure, is_blocked=is_blocked)
    topic = "credit.blocked" if is_blocked else "credit.unblocked"
    await _store_credit(conn, actor, edge.exposure, after, topic)
    return relationship_id


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


async def owed_after_entries(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, int]:
    """What the buyer owed, in minor units, once each of some entries had moved its account.

    An entry of others is absent. Raises Forbidden without `statement:read`.
    """
    actor.require(Permission.STATEMENT_READ)
    return await running_queries.fetch_owed_after(conn, actor, ids)


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


def judge_state(edge: Edge, states: Collection[RelationshipState]) -> list[Problem]:
    """The fault of an edge that is in none of the states in which something may be done."""
    if edge.state in states:
        return []
    return [WrongState(path=("relationshipId",), subject="relationship", state=edge.state.value)]


def judge_amount(
    amount: Money,
    currency: str,
    field: str,
    *,
    minimum: int = 1,
    maximum: int = AMOUNT_MINOR_MAX,
) -> list[Problem]:
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
    elif not minimum <= amount.minor <= maximum:
        lowest, highest = Money(minimum, currency), Money(maximum, currency)
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
    return judge_length(text, (field,), least=minimum, most=TEXT_LENGTH_MAX)


def found_or_refuse(value: Found | None, subject: str, field: str) -> Found:
    """`value`, or a refusal that does not tell "not there" from "not yours"."""
    if value is None:
        raise refuse(NotFound(path=(field,), subject=subject))
    return value


async def lock_as_seller(conn: Connection, actor: Actor, relationship_id: int) -> Edge:
    """The edge and its account, locked, or a refusal unless the actor sells on it."""
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
