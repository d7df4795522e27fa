"""Rules: said by the organization at the top of stores' routes, and asked for by whoever plans."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    NotFound,
    Permission,
    listing,
    raise_any,
    record_and_publish,
)
from tradeline.sourcing.model import NewRule, QuotaTake, Rule, Rules, judge_rules
from tradeline.sourcing.queries import rules as queries


async def put_rules(conn: Connection, *, actor: Actor, rules: Sequence[NewRule]) -> int:
    """Say by which rules stock is chosen for all stores at the top of whose route the actor's
    organization stands, in place of what was said before; the organization's id.

    What was planned stays as it is, and what went of today's quotas stays gone. Locks the
    organization.

    Raises:
        Forbidden: without `sourcing:manage`.
        Rejected: InvalidValue; NotFound for a warehouse that is not the organization's own.
    """
    actor.require(Permission.SOURCING_MANAGE)
    raise_any(judge_rules(rules))
    named = [rule.warehouse_id for rule in rules if rule.warehouse_id is not None]
    own = await queries.find_own_warehouses(conn, actor, named) if named else set()
    raise_any(
        [
            NotFound(path=("rules", index, "warehouseId"), subject="warehouse")
            for index, rule in enumerate(rules)
            if rule.warehouse_id is not None and rule.warehouse_id not in own
        ]
    )
    await queries.lock_organization(conn, actor)
    before = await queries.fetch_rules(conn, actor.network_id, [actor.org_id])
    await queries.replace_rules(conn, actor, rules)
    change = Change(
        action="sourcing_rules.put",
        subject_type="organization",
        subject_id=actor.org_id,
        before=listing("rules", [_told(rule) for rule in before.get(actor.org_id, ())]),
        after=listing("rules", [_told(rule) for rule in rules]),
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic="sourcing_rules.put")
    return actor.org_id


async def list_rules(conn: Connection, *, actor: Actor) -> list[Rule]:
    """The rules of the actor's organization, in order; there are at most 100.

    Raises Forbidden without `sourcing:manage`.
    """
    actor.require(Permission.SOURCING_MANAGE)
    found = await queries.fetch_rules(conn, actor.network_id, [actor.org_id])
    return found.get(actor.org_id, [])


async def load_rules(
    conn: Connection, *, network_id: int, org_ids: Collection[int]
) -> dict[int, Rules]:
    """The rules of organizations (`rules_owner` of a store), with what quotas leave today: to look
    at. Each has some, be it that none was said."""
    return await _load(conn, network_id, org_ids, is_locking=False)


async def lock_rules(
    conn: Connection, *, network_id: int, org_ids: Collection[int]
) -> dict[int, Rules]:
    """As `load_rules`, and nobody else takes of their quotas until the unit of work ends.

    To be asked after coupons are locked, and before exposures and stock levels. Where there are no
    quotas it is one statement, and locks nothing.
    """
    return await _load(conn, network_id, org_ids, is_locking=True)


async def take_quotas(conn: Connection, *, network_id: int, takes: Sequence[QuotaTake]) -> None:
    """Count what orders take of quotas, which the caller has locked; `Plan.quota_uses` says it."""
    if takes:
        await queries.take_quotas(conn, network_id, takes, await queries.fetch_day(conn))


async def give_back_quotas(
    conn: Connection, *, network_id: int, backs: Sequence[QuotaTake]
) -> None:
    """Give back what orders took today of quotas, which the caller has locked, and what others
    serve instead. What was taken on another day is nobody's any more. One of each order and tier.
    """
    if backs:
        day = await queries.fetch_day(conn)
        await queries.give_back_quotas(conn, network_id, backs, day)


async def release_quotas(conn: Connection, *, network_id: int, order_ids: Collection[int]) -> None:
    """Give back what orders took of quotas, for they are not to be. Again, it changes nothing.

    Locks the quotas: to be asked after coupons are locked, and before stock levels.
    """
    if order_ids:
        await queries.release_quotas(conn, network_id, order_ids)


async def _load(
    conn: Connection, network_id: int, org_ids: Collection[int], *, is_locking: bool
) -> dict[int, Rules]:
    found = await queries.fetch_rules(conn, network_id, org_ids)
    said = {org_id: Rules.of(found.get(org_id, ())) for org_id in org_ids}
    quotas = {
        (org_id, tier): most
        for org_id, rules in said.items()
        for tier, most in rules.quotas.items()
    }
    if not quotas:
        return said
    day = await queries.fetch_day(conn)
    if is_locking:
        used = await queries.lock_uses(conn, network_id, quotas, day)
    else:
        used = await queries.fetch_uses(conn, network_id, org_ids, day)
    for (org_id, tier), units in used.items():
        if tier in said[org_id].left:
            said[org_id].left[tier] -= units
    return said


def _told(rule: NewRule) -> dict[str, Any]:
    """A rule as JSON values, with what its kind says."""
    told = {
        "kind": rule.kind.value,
        "tier": rule.tier,
        "warehouse_id": rule.warehouse_id,
        "region": rule.region or None,
        "quantity": rule.quantity,
    }
    return {name: value for name, value in told.items() if value is not None}
