"""Networks, organization trees and legal entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tradeline.kernel import (
    Actor,
    AlreadyExists,
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
    make_page,
    publish,
    raise_any,
    read_search,
    record_changes,
    refuse,
)
from tradeline.organizations.errors import WouldBeItsOwnAncestor
from tradeline.organizations.model import (
    LegalEntity,
    Network,
    NewLegalEntity,
    NewOrganization,
    Organization,
    OrganizationChange,
    OrganizationKind,
    differences,
    judge_text,
    repeated,
)
from tradeline.organizations.queries import organizations as queries


async def create_network(
    conn: Connection, *, code: str, name: str, name_en: str, currency: str
) -> int:
    """Found a trading world. Only the owner of the database may: seeds, imports and tests."""
    return await queries.insert_network(conn, code, name, name_en, currency)


async def read_network(conn: Connection, *, network_id: int) -> Network | None:
    return await queries.fetch_network(conn, network_id)


async def brand_of(conn: Connection, *, network_id: int) -> int | None:
    """The organization at the head of a network, which looks after what is nobody else's."""
    return await queries.fetch_brand(conn, network_id)


async def create_organizations(
    conn: Connection, *, actor: Actor, organizations: Sequence[NewOrganization]
) -> list[int]:
    """Create organizations, each with its first legal entity; return their ids in order.

    One without a parent is a counterpart-to-be: its creator sees it, and manages it until it has
    people of its own. The first organizations of a network are created by its system, whose
    `org_id` is 0.

    Raises:
        Forbidden: without `organization:manage`.
        Rejected: NotFound for a parent that the actor does not manage, AlreadyExists for a code
            that is taken in the network, InvalidValue.
    """
    actor.require(Permission.ORGANIZATION_MANAGE)
    parents = [draft.parent_id for draft in organizations if draft.parent_id is not None]
    if parents:
        await queries.lock_trees(conn, actor.network_id)
    managed = await queries.fetch_managed(conn, actor, parents) if parents else set()
    raise_any(_judge_organizations(organizations, managed))
    ids = await queries.insert_organizations(conn, actor, organizations)
    if taken := [
        _taken("organization", draft.code, ("organizations", position, "code"))
        for position, draft in enumerate(organizations)
        if draft.code not in ids
    ]:
        raise Rejected(taken)
    await queries.insert_legal_entities(
        conn,
        actor.network_id,
        [
            NewLegalEntity(
                org_id=ids[draft.code],
                code=draft.code,
                name=draft.name,
                name_en=draft.name_en,
                tax_number=draft.tax_number,
            )
            for draft in organizations
        ],
    )
    await _record(
        conn,
        actor,
        "organization.create",
        "organization.created",
        [(ids[draft.code], {}, _shown(draft)) for draft in organizations],
    )
    return [ids[draft.code] for draft in organizations]


async def update_organization(
    conn: Connection, *, actor: Actor, organization_id: int, change: OrganizationChange
) -> Organization:
    """Change names, region or whether its people may act; never one's own `is_active`.

    Raises:
        Forbidden: without `organization:manage`.
        Rejected: NotFound for one that the actor does not manage, InvalidValue.
    """
    actor.require(Permission.ORGANIZATION_MANAGE)
    before = await _lock_managed(conn, actor, organization_id)
    values: dict[str, Any] = {
        name: value
        for name in ("name", "name_en", "region", "is_active")
        if (value := getattr(change, name)) is not None
    }
    problems = judge_text({k: v for k, v in values.items() if isinstance(v, str)}, ())
    if change.is_active is False and organization_id == actor.org_id:
        problems.append(
            InvalidValue(
                path=("isActive",),
                field="isActive",
                rule="your own organization stays active",
                rule_zh="不能停用自己的组织",
            )
        )
    raise_any(problems)
    after = replace(before, **values)
    await queries.update_organization(conn, after)
    await _record(
        conn,
        actor,
        "organization.update",
        "organization.updated",
        [(organization_id, *differences(before, after))],
    )
    return after


async def move_organization(
    conn: Connection, *, actor: Actor, organization_id: int, parent_id: int | None
) -> Organization:
    """Put an organization, with all below it, under another parent that the actor manages.

    The network's trees stay locked until the unit of work ends. One's own organization cannot be
    moved: that is for those above it.

    Raises:
        Forbidden: without `organization:manage`.
        Rejected: NotFound for either organization, WouldBeItsOwnAncestor for a circle.
    """
    actor.require(Permission.ORGANIZATION_MANAGE)
    await queries.lock_trees(conn, actor.network_id)
    before = await _lock_managed(conn, actor, organization_id)
    if organization_id == actor.org_id:
        raise refuse(_not_found("organizationId"))
    if parent_id is not None:
        if parent_id not in await queries.fetch_managed(conn, actor, [parent_id]):
            raise refuse(_not_found("parentOrganizationId"))
        if parent_id in await queries.fetch_tree(conn, actor.network_id, organization_id):
            raise refuse(
                WouldBeItsOwnAncestor(path=("parentOrganizationId",), organization=before.name)
            )
    after = replace(before, parent_id=parent_id)
    await queries.update_organization(conn, after)
    await _record(
        conn,
        actor,
        "organization.move",
        "organization.moved",
        [(organization_id, *differences(before, after))],
    )
    return after


async def create_legal_entities(
    conn: Connection, *, actor: Actor, entities: Sequence[NewLegalEntity]
) -> list[int]:
    """Add legal entities to organizations that the actor manages; return their ids in order.

    Raises:
        Forbidden: without `organization:manage`.
        Rejected: NotFound for an organization, AlreadyExists for a code, InvalidValue.
    """
    actor.require(Permission.ORGANIZATION_MANAGE)
    managed = await queries.fetch_managed(conn, actor, [draft.org_id for draft in entities])
    problems: list[Problem] = []
    for position, draft in enumerate(entities):
        path = ("entities", position)
        if draft.org_id not in managed:
            problems.append(NotFound(path=(*path, "organizationId"), subject="organization"))
        problems += judge_text(
            {
                "code": draft.code,
                "name": draft.name,
                "name_en": draft.name_en,
                "tax_number": draft.tax_number,
            },
            path,
        )
    keys = [(draft.org_id, draft.code) for draft in entities]
    for position in repeated(keys):
        path = ("entities", position)
        problems.append(_taken("legal entity", entities[position].code, (*path, "code")))
    raise_any(problems)
    ids = await queries.insert_legal_entities(conn, actor.network_id, entities)
    if taken := [
        _taken("legal entity", key[1], ("entities", position, "code"))
        for position, key in enumerate(keys)
        if key not in ids
    ]:
        raise Rejected(taken)
    await record_changes(
        conn,
        actor=actor,
        changes=[
            Change(
                action="legal_entity.create",
                subject_type="legal_entity",
                subject_id=ids[draft.org_id, draft.code],
                after={"org_id": draft.org_id, "code": draft.code, "name": draft.name},
                on_behalf_of_org_id=None if draft.org_id == actor.org_id else draft.org_id,
            )
            for draft in entities
        ],
    )
    return [ids[key] for key in keys]


async def release_organizations(conn: Connection, *, network_id: int, ids: Sequence[int]) -> None:
    """They have people of their own now: their creators no longer manage them."""
    await queries.make_independent(conn, network_id, ids)


async def managed_organizations(conn: Connection, *, actor: Actor, ids: Sequence[int]) -> set[int]:
    """Those of `ids` that the actor's organization manages: its tree, and its creations that have
    nobody of their own yet. For modules above, which check what may be done to them."""
    return await queries.fetch_managed(conn, actor, ids)


async def organizations_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Organization]:
    """Those of `ids` that the actor's organization may know of. Names of partners are for
    everybody who acts for it: no permission is asked."""
    return await queries.fetch_visible_organizations(conn, actor, ids)


async def list_organizations(
    conn: Connection,
    *,
    actor: Actor,
    page: PageRequest,
    kind: OrganizationKind | None = None,
    search: str | None = None,
) -> Page[Organization]:
    """All that the actor's organization may know of, oldest first; `search` is a part of a name or
    code. The cursor's shape is (int,).

    Raises:
        Forbidden: without `organization:read`.
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.ORGANIZATION_READ)
    rows = await queries.list_visible_organizations(conn, actor, page, kind, read_search(search))
    return make_page(rows, page, lambda organization: (organization.id,))


async def children_of(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, list[Organization]]:
    """The visible organizations directly below each of `ids`."""
    children: dict[int, list[Organization]] = {parent_id: [] for parent_id in ids}
    for child in await queries.list_visible_children(conn, actor, ids):
        assert child.parent_id is not None, "a child has a parent"
        children[child.parent_id].append(child)
    return children


async def legal_entities_of(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, list[LegalEntity]]:
    """The legal entities of each of `ids`, oldest first: all of an organization that the actor's
    manages; of a partner the ones on their edges."""
    entities: dict[int, list[LegalEntity]] = {org_id: [] for org_id in ids}
    for entity in await queries.fetch_visible_entities(conn, actor, ids):
        entities[entity.org_id].append(entity)
    return entities


async def legal_entities_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, LegalEntity]:
    """Those of `ids` that the actor's organization may know of, as `legal_entities_of`."""
    return await queries.fetch_visible_entities_by_id(conn, actor, ids)


async def _lock_managed(conn: Connection, actor: Actor, organization_id: int) -> Organization:
    locked = await queries.lock_managed_organizations(conn, actor, [organization_id])
    if organization_id not in locked:
        raise refuse(_not_found("organizationId"))
    return locked[organization_id]


async def _record(
    conn: Connection,
    actor: Actor,
    action: str,
    topic: str,
    changes: Sequence[tuple[int, Mapping[str, Any], Mapping[str, Any]]],
) -> None:
    """Audit and publish changes of organizations: their id, before, after."""
    await record_changes(
        conn,
        actor=actor,
        changes=[
            Change(
                action=action,
                subject_type="organization",
                subject_id=org_id,
                before=before,
                after=after,
                on_behalf_of_org_id=None if org_id == actor.org_id else org_id,
            )
            for org_id, before, after in changes
        ],
    )
    await publish(
        conn,
        network_id=actor.network_id,
        events=[
            Event(topic=topic, key=f"organization:{org_id}", payload={"id": org_id, **after})
            for org_id, _, after in changes
        ],
    )


def _judge_organizations(
    organizations: Sequence[NewOrganization], managed: set[int]
) -> list[Problem]:
    problems: list[Problem] = []
    for position, draft in enumerate(organizations):
        path = ("organizations", position)
        if draft.parent_id is not None and draft.parent_id not in managed:
            problems.append(NotFound(path=(*path, "parentOrganizationId"), subject="organization"))
        problems += judge_text(_shown(draft), path)
    for position in repeated([draft.code for draft in organizations]):
        code = organizations[position].code
        problems.append(_taken("organization", code, ("organizations", position, "code")))
    return problems


def _shown(draft: NewOrganization) -> dict[str, str]:
    return {
        "kind": draft.kind.value,
        "code": draft.code,
        "name": draft.name,
        "name_en": draft.name_en,
        "region": draft.region,
        "tax_number": draft.tax_number,
    }


def _taken(subject: str, code: str, path: tuple[str | int, ...]) -> AlreadyExists:
    return AlreadyExists(path=path, subject=subject, code=code)


def _not_found(field: str) -> NotFound:
    return NotFound(path=(field,), subject="organization")
