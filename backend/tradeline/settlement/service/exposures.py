"""What documents do to an edge's account. For modules above: they have checked the actor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradeline.kernel import Actor, Connection, Permission
from tradeline.settlement.model import (
    Exposure,
    ExposureRelease,
    NewExposure,
    NewExposureHold,
    NewObligation,
)
from tradeline.settlement.queries import exposures as queries


async def open_exposures(
    conn: Connection, *, network_id: int, exposures: Sequence[NewExposure]
) -> None:
    """Give new edges their guarded row; one that is there keeps its limit."""
    if exposures:
        await queries.insert_exposures(conn, network_id, exposures)


async def lock_exposures(
    conn: Connection, *, network_id: int, relationship_ids: Sequence[int]
) -> dict[int, Exposure]:
    """Lock and read the guarded rows of some edges, in one order, until the unit of work ends.

    Whoever also locks stock locks exposures first.
    """
    return await queries.lock_exposures(conn, network_id, sorted(set(relationship_ids)))


async def load_exposures(
    conn: Connection, *, network_id: int, relationship_ids: Sequence[int]
) -> dict[int, Exposure]:
    """As `lock_exposures`, without locking: to look at, for modules above, whoever asks."""
    return await queries.load_exposures(conn, network_id, relationship_ids)


async def exposures_by_relationship(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Exposure]:
    """The exposures of edges that the actor's organization is on; others are left out.

    Raises Forbidden without `credit:read` or `credit:manage`.
    """
    if not actor.may(Permission.CREDIT_MANAGE):
        actor.require(Permission.CREDIT_READ)
    return await queries.fetch_exposures(conn, actor.network_id, actor.org_id, ids)


async def store_exposure_holds(
    conn: Connection, *, network_id: int, holds: Sequence[NewExposureHold]
) -> None:
    """Count open documents against their edges, which `lock_exposures` has locked."""
    if holds:
        await queries.insert_exposure_holds(conn, network_id, holds)


async def release_exposure(
    conn: Connection, *, network_id: int, releases: Sequence[ExposureRelease]
) -> dict[tuple[str, int], int]:
    """Free so much of what documents hold, locking their edges.

    Never more than is held; returns what became free by (reference_type, reference_id).
    """
    if not releases:
        return {}
    return await queries.release_exposure(conn, network_id, releases)


async def move_returnable(conn: Connection, *, network_id: int, moves: Mapping[int, int]) -> None:
    """Count so much more, or less, as what may go back of what edges owe their buyers: they cannot
    spend it. By edge, each of which the caller has locked."""
    changes = {edge: minor for edge, minor in moves.items() if minor}
    if changes:
        await queries.move_returnable(conn, network_id, changes)


async def owe(
    conn: Connection, *, network_id: int, obligations: Sequence[NewObligation]
) -> list[int | None]:
    """Make debts of documents: moves what the edges owe, releases their holds, queues the journals.

    Locks the edges. Idempotent by (edge, kind, document): one that is there changes nothing, and
    answers None instead of its id. One document may owe several things on one edge in one call,
    each of another kind.

    Raises:
        LookupError: for an edge without an exposure, which is a fault of the caller.
        ValueError: for the same thing owed twice in one call, which is another.
    """
    if not obligations:
        return []
    if len({_what_of(obligation) for obligation in obligations}) < len(obligations):
        raise ValueError("an obligation stands twice in one call")
    ids = {obligation.relationship_id for obligation in obligations}
    exposures = await queries.lock_exposures(conn, network_id, sorted(ids))
    if missing := ids - exposures.keys():
        raise LookupError(f"no exposure was opened for the relationships {sorted(missing)}")
    return await queries.insert_obligations(conn, network_id, obligations)


def _what_of(obligation: NewObligation) -> tuple[int, str, str, int]:
    return (
        obligation.relationship_id,
        obligation.kind,
        obligation.document_type,
        obligation.document_id,
    )
