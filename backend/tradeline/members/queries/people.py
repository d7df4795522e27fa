"""Members, what they are recognized by, and which of them are one person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from tradeline.kernel import Connection, Locale, PageRequest
from tradeline.members.model import IdentityKind, Known, MergeCause, Standing
from tradeline.members.sealing import lookup_of, seal

# What is recognized by the same things at the same time waits for each other, so that somebody who
# comes twice at once becomes one member; in one order, so that nobody waits in a circle. The lock
# is held until the unit of work ends.
LOCK_IDENTITIES = """
    SELECT pg_advisory_xact_lock(key)
      FROM (SELECT DISTINCT hashtextextended(encode(lookup, 'hex'), $1) AS key
              FROM unnest($2::bytea[]) AS lookup
             ORDER BY key) AS keys
"""

# Members are merged and told apart one pair at a time in each network, for two merges could close a
# circle together. Taken after the identities' locks.
LOCK_MERGING = """
    SELECT pg_advisory_xact_lock(hashtextextended('members.merging', $1))
"""

FETCH_IDENTITIES = """
    SELECT identity.id, identity.kind, identity.app_id, identity.member_id,
           coalesce(member.survivor_id, member.id) AS survivor_id,
           now() - identity.last_used_at AS unused_for
      FROM unnest($2::text[], $3::text[], $4::bytea[]) AS wanted (kind, app_id, lookup)
      JOIN members.identity AS identity
        ON identity.network_id = $1
       AND identity.kind = wanted.kind
       AND identity.app_id = wanted.app_id
       AND identity.lookup = wanted.lookup
       AND identity.unlinked_at IS NULL
      JOIN members.member AS member
        ON member.network_id = identity.network_id AND member.id = identity.member_id
"""

INSERT_IDENTITIES = """
    INSERT INTO members.identity (network_id, member_id, kind, app_id, lookup, seal)
    SELECT $1, $2, added.kind, added.app_id, added.lookup, added.seal
      FROM unnest($3::text[], $4::text[], $5::bytea[], $6::bytea[])
           AS added (kind, app_id, lookup, seal)
"""

# Also takes the member's lock, which comes after that of merging, and before identities and
# sessions of theirs are changed.
SEE = """
    UPDATE members.member
       SET last_seen_at = now()
     WHERE network_id = $1 AND id = $2
"""

USE = """
    UPDATE members.identity
       SET last_used_at = now()
     WHERE network_id = $1 AND id = ANY($2::bigint[])
"""

UNLINK = """
    UPDATE members.identity
       SET unlinked_at = now()
     WHERE network_id = $1 AND id = ANY($2::bigint[]) AND unlinked_at IS NULL
"""

# The numbers of one member, but for one of them.
FETCH_OWN_PHONES = """
    SELECT identity.id
      FROM members.identity AS identity
     WHERE identity.network_id = $1
       AND identity.member_id = $2
       AND identity.kind = 'phone'
       AND identity.unlinked_at IS NULL
       AND identity.lookup <> $3
"""

INSERT_MEMBER = """
    INSERT INTO members.member (network_id, state, locale, known_at)
    VALUES ($1, $2, $3, CASE WHEN $2 = 'member' THEN now() END)
    RETURNING id
"""

# Of two logins of one guest at once, the second waits here, and then finds no guest any more.
LOCK_GUEST = """
    SELECT member.id
      FROM members.member AS member
     WHERE member.network_id = $1 AND member.id = $2 AND member.state = 'guest'
       FOR NO KEY UPDATE
"""

# Several at once in one order, as nobody waits in a circle.
LOCK_MEMBERS = """
    SELECT member.id
      FROM members.member AS member
     WHERE member.network_id = $1 AND member.id = ANY($2::bigint[])
     ORDER BY member.id
       FOR NO KEY UPDATE
"""

# By the owner, over all networks. Whoever came lately has a session still; of whom a merge was
# undone, the record stays.
LOCK_PAST_GUESTS = """
    SELECT member.network_id, member.id
      FROM members.member AS member
     WHERE member.state = 'guest'
       AND member.last_seen_at < now() - $2::interval
       AND NOT EXISTS (
           SELECT
             FROM members.session AS session
            WHERE session.network_id = member.network_id AND session.member_id = member.id)
       AND NOT EXISTS (
           SELECT
             FROM members.merge AS merge
            WHERE merge.network_id = member.network_id
              AND (merge.from_id = member.id OR merge.into_id = member.id))
     ORDER BY member.last_seen_at
     LIMIT $1
       FOR UPDATE OF member SKIP LOCKED
"""

DELETE_CONSENTS = """
    DELETE FROM members.consent AS consent
     USING unnest($1::bigint[], $2::bigint[]) AS gone (network_id, id)
     WHERE consent.network_id = gone.network_id AND consent.member_id = gone.id
"""

DELETE_ADDRESSES = """
    DELETE FROM members.address AS address
     USING unnest($1::bigint[], $2::bigint[]) AS gone (network_id, id)
     WHERE address.network_id = gone.network_id AND address.member_id = gone.id
"""

DELETE_MEMBERS = """
    DELETE FROM members.member AS member
     USING unnest($1::bigint[], $2::bigint[]) AS gone (network_id, id)
     WHERE member.network_id = gone.network_id AND member.id = gone.id
"""

BECOME_KNOWN = """
    UPDATE members.member
       SET state = 'member', known_at = now()
     WHERE network_id = $1 AND id = $2
"""

# Whom a member is by now, where others are looked up by it. With coalesce, no index is used: under
# the policies of the tables PostgreSQL cannot see that it gives nothing away.
SURVIVOR = "CASE WHEN member.survivor_id IS NULL THEN member.id ELSE member.survivor_id END"

FETCH_STANDINGS = f"""
    SELECT survivor.id, survivor.state, survivor.known_at
      FROM members.member AS member
      JOIN members.member AS survivor
        ON survivor.network_id = member.network_id
       AND survivor.id = {SURVIVOR}
     WHERE member.network_id = $1 AND member.id = ANY($2::bigint[])
     GROUP BY survivor.network_id, survivor.id
"""

FETCH_SURVIVORS = """
    SELECT member.id, coalesce(member.survivor_id, member.id) AS survivor_id
      FROM members.member AS member
     WHERE member.network_id = $1 AND member.id = ANY($2::bigint[])
"""

FETCH_FAMILIES = f"""
    SELECT member.id AS member_id, relative.id
      FROM members.member AS member
      JOIN members.member AS relative
        ON relative.network_id = member.network_id
       AND (relative.id = {SURVIVOR}
            OR relative.survivor_id = {SURVIVOR})
     WHERE member.network_id = $1 AND member.id = ANY($2::bigint[])
     ORDER BY member.id, relative.id
"""

# Whether two people were one once, and somebody took it back.
WERE_TOLD_APART = """
    SELECT EXISTS (
        SELECT
          FROM members.merge AS merge
          JOIN members.member AS one
            ON one.network_id = merge.network_id AND one.id = merge.from_id
          JOIN members.member AS other
            ON other.network_id = merge.network_id AND other.id = merge.into_id
         WHERE merge.network_id = $1
           AND merge.undone_at IS NOT NULL
           AND ((coalesce(one.survivor_id, one.id) = $2
                 AND coalesce(other.survivor_id, other.id) = $3)
                OR (coalesce(one.survivor_id, one.id) = $3
                    AND coalesce(other.survivor_id, other.id) = $2)))
"""

INSERT_MERGE = """
    INSERT INTO members.merge (network_id, from_id, into_id, cause, from_state)
    VALUES ($1, $2, $3, $4, $5)
    RETURNING id
"""

POINT = """
    UPDATE members.member
       SET state = CASE WHEN id = $2 THEN 'merged' ELSE state END,
           merged_into_id = CASE WHEN id = $2 THEN $3 ELSE merged_into_id END,
           survivor_id = $3
     WHERE network_id = $1 AND (id = $2 OR survivor_id = $2)
"""

UNDO_MERGE = """
    UPDATE members.merge
       SET undone_at = now()
     WHERE network_id = $1 AND id = $2 AND undone_at IS NULL
    RETURNING from_id, into_id, from_state
"""

# Whoever was merged into the one that is free again, before or afterwards, goes along with them.
POINT_BACK = """
    WITH RECURSIVE branch AS (
        SELECT member.id
          FROM members.member AS member
         WHERE member.network_id = $1 AND member.id = $2
         UNION
        SELECT member.id
          FROM branch
          JOIN members.member AS member
            ON member.network_id = $1 AND member.merged_into_id = branch.id
    )
    UPDATE members.member AS member
       SET state = CASE WHEN member.id = $2 THEN $3 ELSE member.state END,
           merged_into_id = CASE WHEN member.id = $2 THEN NULL ELSE member.merged_into_id END,
           survivor_id = CASE WHEN member.id = $2 THEN NULL ELSE $2 END
      FROM branch
     WHERE member.network_id = $1 AND member.id = branch.id
"""

LIST_MERGES = """
    SELECT merge.id, merge.from_id, merge.into_id, merge.cause, merge.merged_at, merge.undone_at,
           one.nickname AS from_nickname, other.nickname AS into_nickname,
           array(SELECT phone.seal
                   FROM members.identity AS phone
                  WHERE phone.network_id = merge.network_id AND phone.member_id = merge.from_id
                    AND phone.kind = 'phone' AND phone.unlinked_at IS NULL
                  ORDER BY phone.id DESC LIMIT 1) AS from_phones,
           array(SELECT phone.seal
                   FROM members.identity AS phone
                  WHERE phone.network_id = merge.network_id AND phone.member_id = merge.into_id
                    AND phone.kind = 'phone' AND phone.unlinked_at IS NULL
                  ORDER BY phone.id DESC LIMIT 1) AS into_phones
      FROM members.merge AS merge
      JOIN members.member AS one
        ON one.network_id = merge.network_id AND one.id = merge.from_id
      JOIN members.member AS other
        ON other.network_id = merge.network_id AND other.id = merge.into_id
     WHERE merge.network_id = $1
       AND merge.cause <> 'guest'
       AND ($3::bigint IS NULL OR merge.id < $3)
       AND ($4::bigint[] IS NULL OR merge.id = ANY($4))
     ORDER BY merge.id DESC
     LIMIT $2
"""

# The one that the person came with last: that is the WeChat on the phone in their hand.
FETCH_OPENIDS = f"""
    SELECT DISTINCT ON (wanted.position) wanted.position, identity.seal
      FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS wanted (member_id, app_id, position)
      JOIN members.member AS member
        ON member.network_id = $1 AND member.id = wanted.member_id
      JOIN members.member AS relative
        ON relative.network_id = $1
       AND (relative.id = {SURVIVOR}
            OR relative.survivor_id = {SURVIVOR})
      JOIN members.identity AS identity
        ON identity.network_id = $1
       AND identity.member_id = relative.id
       AND identity.kind = 'openid'
       AND identity.app_id = wanted.app_id
       AND identity.unlinked_at IS NULL
     ORDER BY wanted.position, identity.last_used_at DESC, identity.id DESC
"""


FETCH_LAST_APP = """
    SELECT identity.app_id
      FROM members.member AS relative
      JOIN members.identity AS identity
        ON identity.network_id = relative.network_id AND identity.member_id = relative.id
     WHERE relative.network_id = $1
       AND (relative.id = $2 OR relative.survivor_id = $2)
       AND identity.kind = 'openid' AND identity.unlinked_at IS NULL
     ORDER BY identity.last_used_at DESC, identity.id DESC
     LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An identity that is known. `survivor_id` is the person whose it is by now; `unused_for` is
    since they proved it last."""

    id: int
    kind: IdentityKind
    member_id: int
    survivor_id: int
    unused_for: timedelta


async def lock_identities(conn: Connection, network_id: int, identities: Sequence[Known]) -> None:
    await conn.execute(LOCK_IDENTITIES, network_id, _lookups(network_id, identities))


async def lock_merging(conn: Connection, network_id: int) -> None:
    await conn.execute(LOCK_MERGING, network_id)


async def fetch_identities(
    conn: Connection, network_id: int, identities: Sequence[Known]
) -> dict[IdentityKind, Found]:
    """Those that are somebody's; each kind is asked for once."""
    rows = await conn.fetch(
        FETCH_IDENTITIES,
        network_id,
        [one.kind.value for one in identities],
        [one.app_id for one in identities],
        _lookups(network_id, identities),
    )
    return {
        IdentityKind(row["kind"]): Found(
            id=row["id"],
            kind=IdentityKind(row["kind"]),
            member_id=row["member_id"],
            survivor_id=row["survivor_id"],
            unused_for=row["unused_for"],
        )
        for row in rows
    }


async def insert_identities(
    conn: Connection, network_id: int, member_id: int, identities: Sequence[Known]
) -> None:
    await conn.execute(
        INSERT_IDENTITIES,
        network_id,
        member_id,
        [one.kind.value for one in identities],
        [one.app_id for one in identities],
        _lookups(network_id, identities),
        [seal(network_id, one.kind.value, one.value) for one in identities],
    )


async def see(conn: Connection, network_id: int, member_id: int) -> None:
    await conn.execute(SEE, network_id, member_id)


async def use(conn: Connection, network_id: int, identity_ids: Collection[int]) -> None:
    await conn.execute(USE, network_id, sorted(identity_ids))


async def unlink(conn: Connection, network_id: int, identity_ids: Collection[int]) -> None:
    await conn.execute(UNLINK, network_id, list(identity_ids))


async def fetch_other_phones(
    conn: Connection, network_id: int, member_id: int, phone: Known
) -> list[int]:
    [lookup] = _lookups(network_id, [phone])
    rows = await conn.fetch(FETCH_OWN_PHONES, network_id, member_id, lookup)
    return [row["id"] for row in rows]


async def insert_member(conn: Connection, network_id: int, state: str, locale: Locale) -> int:
    member_id: int = await conn.fetchval(INSERT_MEMBER, network_id, state, locale.value)
    return member_id


async def lock_guest(conn: Connection, network_id: int, guest_id: int) -> bool:
    """Whether they are still a guest."""
    return await conn.fetchval(LOCK_GUEST, network_id, guest_id) is not None


async def lock_members(conn: Connection, network_id: int, member_ids: Collection[int]) -> None:
    await conn.execute(LOCK_MEMBERS, network_id, list(member_ids))


async def lock_past_guests(conn: Connection, limit: int, rest: timedelta) -> list[tuple[int, int]]:
    rows = await conn.fetch(LOCK_PAST_GUESTS, limit, rest)
    return [(row["network_id"], row["id"]) for row in rows]


async def delete_members(conn: Connection, gone: Sequence[tuple[int, int]]) -> None:
    """With all that they said of themselves."""
    networks, ids = [network_id for network_id, _ in gone], [id for _, id in gone]
    for statement in (DELETE_CONSENTS, DELETE_ADDRESSES, DELETE_MEMBERS):
        await conn.execute(statement, networks, ids)


async def become_known(conn: Connection, network_id: int, guest_id: int) -> None:
    await conn.execute(BECOME_KNOWN, network_id, guest_id)


async def fetch_standings(
    conn: Connection, network_id: int, member_ids: Collection[int]
) -> dict[int, Standing]:
    """The people whom these members are by now, by their own ids."""
    rows = await conn.fetch(FETCH_STANDINGS, network_id, list(member_ids))
    return {row["id"]: Standing(**row) for row in rows}


async def fetch_survivors(
    conn: Connection, network_id: int, member_ids: Collection[int]
) -> dict[int, int]:
    rows = await conn.fetch(FETCH_SURVIVORS, network_id, list(member_ids))
    return {row["id"]: row["survivor_id"] for row in rows}


async def fetch_family(conn: Connection, network_id: int, member_id: int) -> list[int]:
    return (await fetch_families(conn, network_id, [member_id]))[member_id]


async def fetch_families(
    conn: Connection, network_id: int, member_ids: Sequence[int]
) -> dict[int, list[int]]:
    families: dict[int, list[int]] = {member_id: [] for member_id in member_ids}
    for row in await conn.fetch(FETCH_FAMILIES, network_id, list(families)):
        families[row["member_id"]].append(row["id"])
    return families


async def were_told_apart(conn: Connection, network_id: int, one: int, other: int) -> bool:
    told_apart: bool = await conn.fetchval(WERE_TOLD_APART, network_id, one, other)
    return told_apart


async def merge(
    conn: Connection, network_id: int, merged: Standing, into_id: int, cause: MergeCause
) -> int:
    merge_id: int = await conn.fetchval(
        INSERT_MERGE, network_id, merged.id, into_id, cause.value, merged.state
    )
    await conn.execute(POINT, network_id, merged.id, into_id)
    return merge_id


async def undo_merge(conn: Connection, network_id: int, merge_id: int) -> asyncpg.Record | None:
    """What was undone, or None if there is nothing to undo."""
    row = await conn.fetchrow(UNDO_MERGE, network_id, merge_id)
    if row is not None:
        await conn.execute(POINT_BACK, network_id, row["from_id"], row["from_state"])
    return row


async def list_merges(
    conn: Connection, network_id: int, page: PageRequest, ids: Sequence[int] | None = None
) -> list[asyncpg.Record]:
    after = None if page.after is None else page.after[0]
    rows: list[asyncpg.Record] = await conn.fetch(
        LIST_MERGES, network_id, page.limit, after, None if ids is None else list(ids)
    )
    return rows


async def fetch_openids(
    conn: Connection, network_id: int, wanted: Sequence[tuple[int, str]]
) -> Mapping[int, bytes]:
    """The sealed openids, by the position of (member, app)."""
    rows = await conn.fetch(
        FETCH_OPENIDS,
        network_id,
        [member_id for member_id, _ in wanted],
        [app_id for _, app_id in wanted],
    )
    return {row["position"] - 1: row["seal"] for row in rows}


async def fetch_last_app(conn: Connection, network_id: int, survivor_id: int) -> str | None:
    app_id: str | None = await conn.fetchval(FETCH_LAST_APP, network_id, survivor_id)
    return app_id


def _lookups(network_id: int, identities: Sequence[Known]) -> list[bytes]:
    return [
        lookup_of(network_id, f"{one.kind.value} {one.app_id}", one.value) for one in identities
    ]
