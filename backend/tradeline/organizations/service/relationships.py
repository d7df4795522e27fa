"""Edges and their terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Event,
    InvalidValue,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Problem,
    Rejected,
    WrongState,
    exponent_of,
    make_page,
    publish,
    raise_any,
    read_search,
    record_changes,
)
from tradeline.organizations.errors import EdgeExists, TermsChanged
from tradeline.organizations.model import (
    NewRelationship,
    Relationship,
    RelationshipState,
    RelationshipStep,
    Side,
    TermsChange,
    change_relationship,
    differences,
    judge_terms,
    judge_text,
    spoken,
)
from tradeline.organizations.queries import organizations as organization_queries
from tradeline.organizations.queries import relationships as queries

LIVING = frozenset(
    {RelationshipState.PROPOSED, RelationshipState.ACTIVE, RelationshipState.SUSPENDED}
)


async def create_relationships(
    conn: Connection, *, actor: Actor, relationships: Sequence[NewRelationship]
) -> list[int]:
    """Offer to sell to organizations that the actor may know of; return the edges' ids in order.

    They are proposed until their buyers accept them; active at once if the actor manages the buyer.
    The system (see `system_actor`), which seeds and imports, may join any two of its network.

    Raises:
        Forbidden: without `relationship:manage`.
        Rejected: NotFound for a buyer or an entity, EdgeExists, InvalidValue.
    """
    actor.require(Permission.RELATIONSHIP_MANAGE)
    org_ids = [actor.org_id, *(draft.buyer_org_id for draft in relationships)]
    is_system = actor.is_system
    entities = await organization_queries.fetch_entities_to_join(
        conn, actor, org_ids, is_system=is_system
    )
    currency, today = await queries.fetch_defaults(conn, actor.network_id)
    problems: list[Problem] = []
    drafts = []
    for position, given in enumerate(relationships):
        draft = replace(
            given,
            currency=given.currency or currency,
            valid_from=given.valid_from or today,
        )
        complete, faults = _complete(draft, actor.org_id, entities, ("relationships", position))
        drafts.append(complete)
        problems += faults
    raise_any(problems)
    created = await queries.insert_relationships(conn, actor, drafts, is_system=is_system)
    made = {_joint(asdict(edge)): edge for edge in created}
    ids = []
    for position, complete in enumerate(drafts):
        edge = made.pop(_joint(complete), None)
        if edge is None:
            problems.append(
                EdgeExists(path=("relationships", position), currency=complete["currency"])
            )
        else:
            ids.append(edge.id)
    raise_any(problems)
    await _record(conn, actor, "create", "created", [(edge, {}, _terms(edge)) for edge in created])
    return ids


async def change_terms(
    conn: Connection, *, actor: Actor, changes: Sequence[TermsChange]
) -> list[Relationship]:
    """Give edges new terms: the seller all but one, the buyer whether it shares its sell-out and
    whether it counts what arrives, which its seller cannot stop it from once it has accepted.

    What was ordered before keeps what was frozen on it.

    Raises:
        Forbidden: without `relationship:manage`.
        Rejected: NotFound, WrongState for an ended edge, TermOfTheOtherSide, InvalidValue.
    """
    actor.require(Permission.RELATIONSHIP_MANAGE)
    edges = await queries.lock_relationships(
        conn, actor, [change.relationship_id for change in changes]
    )
    managed = await organization_queries.fetch_managed(
        conn, actor, [edge.buyer_org_id for edge in edges.values()]
    )
    problems: list[Problem] = []
    changed: dict[int, Relationship] = {}
    for position, change in enumerate(changes):
        path = ("changes", position)
        edge = changed.get(change.relationship_id) or edges.get(change.relationship_id)
        if edge is None:
            problems.append(NotFound(path=(*path, "relationshipId"), subject="relationship"))
            continue
        if edge.state not in LIVING:
            problems.append(WrongState(path=path, subject="relationship", state=edge.state))
        side = edge.side_of(actor.org_id) or Side.BUYER
        changed[edge.id], faults = change_relationship(
            edge, change, side, path, manages_buyer=edge.buyer_org_id in managed
        )
        problems += faults
    raise_any(problems)
    await queries.update_terms(conn, actor.network_id, [_terms(edge) for edge in changed.values()])
    await _record(
        conn,
        actor,
        "terms_change",
        "terms_changed",
        [(edge, *differences(edges[edge.id], edge)) for edge in changed.values()],
    )
    return [changed[change.relationship_id] for change in changes]


async def accept_relationship(
    conn: Connection,
    *,
    actor: Actor,
    relationship_id: int,
    reason: str = "",
    terms_hash: str | None = None,
) -> Relationship:
    """Agree to buy on an edge that was proposed to the actor: from now on it trades. To decline is
    to end it. `terms_hash` is that of the terms that were read, if the caller knows it.

    Raises:
        Forbidden: without `relationship:manage`.
        Rejected: NotFound unless the actor buys on it, WrongState unless it is proposed,
            TermsChanged if the terms are not those that were read.
    """
    return await _change_state(conn, actor, relationship_id, _ACCEPT, reason, terms_hash)


async def suspend_relationship(
    conn: Connection, *, actor: Actor, relationship_id: int, reason: str = ""
) -> Relationship:
    """Stop trade on an edge the actor sells on, at once; its history stays.

    Raises:
        Forbidden: without `relationship:manage`.
        Rejected: NotFound, WrongState unless it is active.
    """
    return await _change_state(conn, actor, relationship_id, _SUSPEND, reason)


async def resume_relationship(
    conn: Connection, *, actor: Actor, relationship_id: int, reason: str = ""
) -> Relationship:
    """Trade again on a suspended edge the actor sells on.

    Raises:
        Forbidden: without `relationship:manage`.
        Rejected: NotFound, WrongState unless it is suspended.
    """
    return await _change_state(conn, actor, relationship_id, _RESUME, reason)


async def end_relationship(
    conn: Connection, *, actor: Actor, relationship_id: int, reason: str = ""
) -> Relationship:
    """End an edge for good, from either side; what was ordered and is owed goes on. One that is
    proposed is declined so, or taken back.

    Raises:
        Forbidden: without `relationship:manage`.
        Rejected: NotFound, WrongState if it has ended already.
    """
    return await _change_state(conn, actor, relationship_id, _END, reason)


async def relationships_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Relationship]:
    """Those of `ids` on which the actor's organization sells or buys; Forbidden without
    `relationship:read`."""
    actor.require(Permission.RELATIONSHIP_READ)
    return await queries.fetch_relationships(conn, actor, ids)


async def load_relationships(
    conn: Connection, *, network_id: int, ids: Sequence[int]
) -> dict[int, Relationship]:
    """Any edges of the network: for modules above, which have checked who is asking."""
    return await queries.load_relationships(conn, network_id, ids)


async def load_known_and_trading(
    conn: Connection, *, network_id: int, ids: Sequence[int]
) -> tuple[dict[int, Relationship], dict[int, Relationship]]:
    """`load_relationships`, and those of them that `load_trading_relationships` has; one
    statement."""
    return await queries.load_known_and_trading(conn, network_id, ids)


async def load_trading_relationships(
    conn: Connection, *, network_id: int, ids: Sequence[int]
) -> dict[int, Relationship]:
    """Those of the edges that trade today, by the database's clock; as `load_relationships`."""
    return await queries.load_trading_relationships(conn, network_id, ids)


async def list_relationships(
    conn: Connection,
    *,
    actor: Actor,
    page: PageRequest,
    side: Side | None = None,
    state: RelationshipState | None = None,
    search: str | None = None,
) -> Page[Relationship]:
    """The edges of the actor's organization, oldest first; `side` is where it stands itself,
    `search` a part of the other side's name or code. The cursor's shape is (int,).

    Raises:
        Forbidden: without `relationship:read`.
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.RELATIONSHIP_READ)
    rows = await queries.list_relationships(conn, actor, page, side, state, read_search(search))
    return make_page(rows, page, lambda edge: (edge.id,))


@dataclass(frozen=True, slots=True)
class _Step:
    """One way from some states into another, and which sides may go it."""

    verb: str
    past: str
    since: frozenset[RelationshipState]
    state: RelationshipState
    sides: frozenset[Side]


_ACCEPT = _Step(
    "accept",
    "accepted",
    frozenset({RelationshipState.PROPOSED}),
    RelationshipState.ACTIVE,
    frozenset({Side.BUYER}),
)
_SUSPEND = _Step(
    "suspend",
    "suspended",
    frozenset({RelationshipState.ACTIVE}),
    RelationshipState.SUSPENDED,
    frozenset({Side.SELLER}),
)
_RESUME = _Step(
    "resume",
    "resumed",
    frozenset({RelationshipState.SUSPENDED}),
    RelationshipState.ACTIVE,
    frozenset({Side.SELLER}),
)
_END = _Step("end", "ended", LIVING, RelationshipState.ENDED, frozenset(Side))


_WAYS = {
    RelationshipStep.ACCEPT: (_ACCEPT.since, _ACCEPT.sides),
    RelationshipStep.CHANGE_TERMS: (LIVING, frozenset(Side)),
    RelationshipStep.SUSPEND: (_SUSPEND.since, _SUSPEND.sides),
    RelationshipStep.RESUME: (_RESUME.since, _RESUME.sides),
    RelationshipStep.END: (_END.since, _END.sides),
}


def allowed_steps(actor: Actor, edge: Relationship) -> list[RelationshipStep]:
    """What the actor may do to the edge as it is now; each use case judges anew."""
    if not actor.may(Permission.RELATIONSHIP_MANAGE):
        return []
    side = edge.side_of(actor.org_id)
    return [
        step for step, (states, sides) in _WAYS.items() if edge.state in states and side in sides
    ]


async def _change_state(
    conn: Connection,
    actor: Actor,
    relationship_id: int,
    step: _Step,
    reason: str,
    terms_hash: str | None = None,
) -> Relationship:
    actor.require(Permission.RELATIONSHIP_MANAGE)
    edges = await queries.lock_relationships(conn, actor, [relationship_id])
    edge = edges.get(relationship_id)
    if edge is None or edge.side_of(actor.org_id) not in step.sides:
        raise Rejected([NotFound(path=("relationshipId",), subject="relationship")])
    if edge.state not in step.since:
        raise Rejected(
            [WrongState(path=("relationshipId",), subject="relationship", state=edge.state)]
        )
    problems = judge_text({"reason": reason}, ())
    if terms_hash not in (None, edge.terms_hash):
        problems.append(TermsChanged(path=("termsHash",)))
    raise_any(problems)
    await queries.update_state(conn, actor.network_id, [edge.id], step.state)
    after = {"state": step.state.value} | ({"reason": reason} if reason else {})
    if step is _ACCEPT:
        after["terms_hash"] = edge.terms_hash
    await _record(conn, actor, step.verb, step.past, [(edge, {"state": edge.state.value}, after)])
    stored = await queries.load_relationships(conn, actor.network_id, [edge.id])
    return stored[edge.id]


async def _record(
    conn: Connection,
    actor: Actor,
    verb: str,
    past: str,
    changes: Sequence[tuple[Relationship, Mapping[str, Any], Mapping[str, Any]]],
) -> None:
    """Audit and publish changes of edges that this unit of work has locked or created."""
    await record_changes(
        conn,
        actor=actor,
        changes=[
            Change(
                action=f"relationship.{verb}",
                subject_type="relationship",
                subject_id=edge.id,
                before=before,
                after=after,
            )
            for edge, before, after in changes
        ],
    )
    await publish(
        conn,
        network_id=actor.network_id,
        events=[
            Event(
                topic=f"relationship.{past}",
                key=f"relationship:{edge.id}",
                payload={
                    "id": edge.id,
                    "seller_org_id": edge.seller_org_id,
                    "buyer_org_id": edge.buyer_org_id,
                    "before": before,
                    "after": after,
                },
            )
            for edge, before, after in changes
        ],
    )


def _complete(
    draft: NewRelationship,
    seller_org_id: int,
    entities: Mapping[int, Sequence[int]],
    path: tuple[str | int, ...],
) -> tuple[dict[str, Any], list[Problem]]:
    """The draft with both entities chosen, and what is wrong with it."""
    problems: list[Problem] = []
    complete = {field.name: getattr(draft, field.name) for field in fields(draft)}
    ends = (
        ("seller_entity_id", seller_org_id, draft.seller_entity_id),
        ("buyer_entity_id", draft.buyer_org_id, draft.buyer_entity_id),
    )
    for name, org_id, wanted in ends:
        owned = entities.get(org_id, ())
        if not owned:
            problems.append(NotFound(path=(*path, "buyerOrganizationId"), subject="organization"))
        elif wanted is not None and wanted not in owned:
            problems.append(NotFound(path=(*path, spoken(name)), subject="legal entity"))
        else:
            complete[name] = owned[0] if wanted is None else wanted
    if draft.buyer_org_id == seller_org_id:
        problems.append(
            InvalidValue(
                path=(*path, "buyerOrganizationId"),
                field="buyerOrganizationId",
                rule="name another organization than your own",
                rule_zh="请选择本组织以外的组织",
            )
        )
    if not _is_currency(draft.currency or ""):
        problems.append(
            InvalidValue(
                path=(*path, "currency"),
                field="currency",
                rule="send an ISO 4217 code such as CNY",
                rule_zh="请使用 ISO 4217 货币代码，例如 CNY",
            )
        )
    return complete, problems + judge_terms(complete, draft.valid_from, path)


def _is_currency(code: str) -> bool:
    try:
        exponent_of(code)
    except (KeyError, ValueError):
        return False
    return True


def _joint(edge: Mapping[str, Any]) -> tuple[int, int, str]:
    return edge["seller_entity_id"], edge["buyer_entity_id"], edge["currency"]


def _terms(edge: Relationship) -> dict[str, Any]:
    """An edge as JSON values, for storing and for the audit trail."""
    values = asdict(edge)
    for name in ("network_id", "created_at", "accepted_at"):
        del values[name]
    return values | {"territory": list(edge.territory)}
