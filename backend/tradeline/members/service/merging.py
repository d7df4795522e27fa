"""Members who are one person.

A merge is a pointer: whose a row is stays in it, and whoever reads somebody's rows reads those of
all their members, `family_of`. So a merge is taken back by taking back the pointer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    NotFound,
    Page,
    PageRequest,
    Permission,
    make_page,
    record_changes,
    refuse,
)
from tradeline.members.model import (
    IdentityKind,
    Merge,
    MergeCause,
    Merged,
    masked_phone,
    older_first,
)
from tradeline.members.queries import people as queries
from tradeline.members.sealing import unseal
from tradeline.organizations import OrganizationKind, organizations_by_ids


async def merge_members(
    conn: Connection, *, network_id: int, one: int, other: int, cause: MergeCause
) -> Merged | None:
    """Make one person of two, whatever each of them was merged with before: who became known first
    stays. None where they are one already, or were once and somebody took it back.

    Waits for other merges of the network; whoever holds an identity's lock has it already.
    """
    await queries.lock_merging(conn, network_id)
    people = await queries.fetch_standings(conn, network_id, {one, other})
    if len(people) != 2 or await queries.were_told_apart(conn, network_id, *people):
        return None
    stays, goes = older_first(*people.values())
    merge_id = await queries.merge(conn, network_id, goes, stays.id, cause)
    return Merged(id=merge_id, from_id=goes.id, into_id=stays.id)


async def undo_merge(conn: Connection, *, actor: Actor, merge_id: int) -> Merged:
    """Take a merge back, and return it: everybody has again what was theirs. The two are never
    merged again by what they are recognized by.

    Raises:
        Forbidden: without `member:read`.
        Rejected: NotFound where nothing is to be undone, or for anybody but the brand.
    """
    actor.require(Permission.MEMBER_READ)
    undone = None
    if await _is_brand(conn, actor):
        await queries.lock_merging(conn, actor.network_id)
        undone = await queries.undo_merge(conn, actor.network_id, merge_id)
    if undone is None:
        raise refuse(NotFound(path=("mergeId",), subject="merge"))
    change = Change(
        action="member_merge.undo",
        subject_type="member_merge",
        subject_id=merge_id,
        before={"merged_into_id": undone["into_id"]},
        after={"member_id": undone["from_id"]},
    )
    await record_changes(conn, actor=actor, changes=[change])
    return Merged(id=merge_id, from_id=undone["from_id"], into_id=undone["into_id"])


async def list_merges(conn: Connection, *, actor: Actor, page: PageRequest) -> Page[Merge]:
    """Merges of members who were known, newest first; nothing for anybody but the brand. Forbidden
    without `member:read`. The cursor's shape is (int,)."""
    actor.require(Permission.MEMBER_READ)
    rows = await _merges(conn, actor, page)
    return make_page(rows, page, lambda merge: (merge.id,))


async def merges_by_ids(conn: Connection, *, actor: Actor, ids: Sequence[int]) -> dict[int, Merge]:
    """Those of `ids` that `list_merges` would list."""
    actor.require(Permission.MEMBER_READ)
    return {merge.id: merge for merge in await _merges(conn, actor, PageRequest(len(ids)), ids)}


async def survivor_ids(
    conn: Connection, network_id: int, member_ids: Collection[int]
) -> dict[int, int]:
    """Whom each of these members is by now."""
    return await queries.fetch_survivors(conn, network_id, member_ids)


async def family_of(conn: Connection, network_id: int, member_id: int) -> list[int]:
    """All members that are the person who this one is; one statement."""
    return await queries.fetch_family(conn, network_id, member_id)


async def families_of(
    conn: Connection, network_id: int, member_ids: Sequence[int]
) -> dict[int, list[int]]:
    """As `family_of`, for each of many."""
    return await queries.fetch_families(conn, network_id, member_ids)


async def lock_families(
    conn: Connection, network_id: int, member_ids: Sequence[int]
) -> dict[int, list[int]]:
    """As `families_of`; whoever locks the same people waits until the unit of work ends. They are
    locked before their carts, and before what they want."""
    await queries.lock_members(conn, network_id, member_ids)
    return await families_of(conn, network_id, member_ids)


async def openids_of(
    conn: Connection, network_id: int, wanted: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], str]:
    """The openid of each (member, app id) who has ever come by that mini-program: the one that was
    used last. For talking to WeChat alone; never an answer to anybody."""
    if not wanted:
        return {}
    seals = await queries.fetch_openids(conn, network_id, wanted)
    return {
        wanted[position]: unseal(network_id, IdentityKind.OPENID.value, sealed)
        for position, sealed in seals.items()
    }


async def openid_of(conn: Connection, network_id: int, member_id: int, app_id: str) -> str | None:
    """As `openids_of`, of one."""
    return (await openids_of(conn, network_id, [(member_id, app_id)])).get((member_id, app_id))


async def last_app_of(conn: Connection, network_id: int, member_id: int) -> str | None:
    """The mini-program by which somebody came last; None for a guest."""
    return await queries.fetch_last_app(conn, network_id, member_id)


async def _merges(
    conn: Connection, actor: Actor, page: PageRequest, ids: Sequence[int] | None = None
) -> list[Merge]:
    if not await _is_brand(conn, actor):
        return []
    return [
        Merge(
            id=row["id"],
            from_id=row["from_id"],
            into_id=row["into_id"],
            from_nickname=row["from_nickname"],
            into_nickname=row["into_nickname"],
            from_phone=_masked(actor.network_id, row["from_phones"]),
            into_phone=_masked(actor.network_id, row["into_phones"]),
            cause=MergeCause(row["cause"]),
            merged_at=row["merged_at"],
            undone_at=row["undone_at"],
        )
        for row in await queries.list_merges(conn, actor.network_id, page, ids)
    ]


def _masked(network_id: int, seals: Sequence[bytes]) -> str:
    return "".join(
        masked_phone(unseal(network_id, IdentityKind.PHONE.value, sealed)) for sealed in seals
    )


async def _is_brand(conn: Connection, actor: Actor) -> bool:
    """Members are the network's, not a dealer's: only who is at its head looks after them."""
    own = await organizations_by_ids(conn, actor=actor, ids=[actor.org_id])
    return actor.org_id in own and own[actor.org_id].kind is OrganizationKind.BRAND
