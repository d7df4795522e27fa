"""Exposures, their holds, and the obligations that move them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradeline.kernel import Connection
from tradeline.settlement.model import (
    Exposure,
    ExposureRelease,
    NewExposure,
    NewExposureHold,
    NewObligation,
)

INSERT_EXPOSURES = """
    INSERT INTO settlement.exposure (network_id, relationship_id, currency, credit_limit_minor)
    SELECT $1, exposure.relationship_id, exposure.currency, exposure.credit_limit_minor
      FROM unnest($2::bigint[], $3::text[], $4::bigint[])
           AS exposure (relationship_id, currency, credit_limit_minor)
     ORDER BY exposure.relationship_id
        ON CONFLICT DO NOTHING
"""

LOAD_EXPOSURES = """
    SELECT relationship_id, currency, credit_limit_minor, held_minor, owed_minor, is_blocked,
           returnable_minor
      FROM settlement.exposure
     WHERE network_id = $1 AND relationship_id = ANY($2::bigint[])
"""

# The ORDER BY is the lock order.
LOCK_EXPOSURES = LOAD_EXPOSURES + " ORDER BY relationship_id FOR NO KEY UPDATE"

FETCH_EXPOSURES = """
    SELECT exposure.relationship_id, exposure.currency, exposure.credit_limit_minor,
           exposure.held_minor, exposure.owed_minor, exposure.is_blocked,
           exposure.returnable_minor
      FROM settlement.exposure AS exposure
      JOIN organizations.relationship AS edge
        ON edge.network_id = $1 AND edge.id = exposure.relationship_id
     WHERE exposure.network_id = $1
       AND exposure.relationship_id = ANY($3::bigint[])
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
"""

INSERT_EXPOSURE_HOLDS = """
    WITH wanted AS (
        SELECT hold.relationship_id, hold.reference_type, hold.reference_id,
               sum(hold.amount_minor)::bigint AS amount_minor
          FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[])
               AS hold (relationship_id, reference_type, reference_id, amount_minor)
         GROUP BY hold.relationship_id, hold.reference_type, hold.reference_id
    ), raised AS (
        UPDATE settlement.exposure AS exposure
           SET held_minor = exposure.held_minor + more.amount_minor
          FROM (SELECT relationship_id, sum(amount_minor)::bigint AS amount_minor
                  FROM wanted
                 GROUP BY relationship_id) AS more
         WHERE exposure.network_id = $1 AND exposure.relationship_id = more.relationship_id
    )
    INSERT INTO settlement.exposure_hold AS hold
           (network_id, relationship_id, reference_type, reference_id, amount_minor)
    SELECT $1, relationship_id, reference_type, reference_id, amount_minor
      FROM wanted
     ORDER BY reference_type, reference_id
        ON CONFLICT (network_id, reference_type, reference_id)
        DO UPDATE SET amount_minor = hold.amount_minor + excluded.amount_minor
"""

LOCK_EXPOSURES_OF_HOLDS = """
    SELECT
      FROM settlement.exposure AS exposure
     WHERE exposure.network_id = $1
       AND exposure.relationship_id IN (
               SELECT hold.relationship_id
                 FROM unnest($2::text[], $3::bigint[]) AS wanted (reference_type, reference_id)
                 JOIN settlement.exposure_hold AS hold
                   ON hold.network_id = $1
                  AND hold.reference_type = wanted.reference_type
                  AND hold.reference_id = wanted.reference_id)
     ORDER BY exposure.relationship_id
       FOR NO KEY UPDATE OF exposure
"""

# The exposures are locked.
RELEASE_EXPOSURE = """
    WITH taken AS (
        SELECT hold.reference_type, hold.reference_id, hold.relationship_id,
               least(hold.amount_minor, sum(release.amount_minor))::bigint AS amount_minor
          FROM unnest($2::text[], $3::bigint[], $4::bigint[])
               AS release (reference_type, reference_id, amount_minor)
          JOIN settlement.exposure_hold AS hold
            ON hold.network_id = $1
           AND hold.reference_type = release.reference_type
           AND hold.reference_id = release.reference_id
         GROUP BY hold.reference_type, hold.reference_id, hold.relationship_id, hold.amount_minor
    ), lowered AS (
        UPDATE settlement.exposure_hold AS hold
           SET amount_minor = hold.amount_minor - taken.amount_minor
          FROM taken
         WHERE hold.network_id = $1
           AND hold.reference_type = taken.reference_type
           AND hold.reference_id = taken.reference_id
    ), freed AS (
        UPDATE settlement.exposure AS exposure
           SET held_minor = exposure.held_minor - less.amount_minor
          FROM (SELECT relationship_id, sum(amount_minor)::bigint AS amount_minor
                  FROM taken
                 GROUP BY relationship_id) AS less
         WHERE exposure.network_id = $1 AND exposure.relationship_id = less.relationship_id
    )
    SELECT reference_type, reference_id, amount_minor FROM taken
"""

# The exposures are locked.
MOVE_RETURNABLE = """
    UPDATE settlement.exposure AS exposure
       SET returnable_minor = exposure.returnable_minor + change.minor
      FROM unnest($2::bigint[], $3::bigint[]) AS change (relationship_id, minor)
     WHERE exposure.network_id = $1 AND exposure.relationship_id = change.relationship_id
"""

# The exposures are locked. What was owed before (same edge, kind and document) changes nothing, and
# releases nothing. The time is read under the lock, so that the obligations of an edge are in the
# order of their times, and none slips in before a statement that was issued meanwhile.
INSERT_OBLIGATIONS = """
    WITH wanted AS (
        SELECT *
          FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[],
                      $7::bigint[], $8::text[], $9::date[], $10::timestamptz[], $11::text[],
                      $12::bigint[], $13::bigint[])
               WITH ORDINALITY
               AS wanted (relationship_id, kind, owed_by, amount_minor, document_type,
                          document_id, document_number, due_on, occurred_at, reference_type,
                          reference_id, release_minor, position)
    ), inserted AS (
        INSERT INTO settlement.obligation
               (network_id, relationship_id, kind, debtor_entity_id, creditor_entity_id, currency,
                amount_minor, document_type, document_id, document_number, due_on, occurred_at)
        SELECT $1, wanted.relationship_id, wanted.kind,
               CASE wanted.owed_by WHEN 'buyer' THEN edge.buyer_entity_id
                                   ELSE edge.seller_entity_id END,
               CASE wanted.owed_by WHEN 'buyer' THEN edge.seller_entity_id
                                   ELSE edge.buyer_entity_id END,
               edge.currency, wanted.amount_minor, wanted.document_type, wanted.document_id,
               wanted.document_number, wanted.due_on,
               coalesce(wanted.occurred_at, clock_timestamp())
          FROM wanted
          JOIN organizations.relationship AS edge
            ON edge.network_id = $1 AND edge.id = wanted.relationship_id
         ORDER BY wanted.position
            ON CONFLICT ON CONSTRAINT one_obligation_for_each_document DO NOTHING
        RETURNING id, relationship_id, kind, document_type, document_id
    ), queued AS (
        INSERT INTO settlement.posting_queue (network_id, obligation_id)
        SELECT $1, id FROM inserted
    ), fresh AS (
        SELECT inserted.id, wanted.*
          FROM inserted
          JOIN wanted USING (relationship_id, kind, document_type, document_id)
    ), taken AS (
        SELECT hold.reference_type, hold.reference_id, hold.relationship_id,
               least(hold.amount_minor, sum(fresh.release_minor))::bigint AS amount_minor
          FROM fresh
          JOIN settlement.exposure_hold AS hold
            ON hold.network_id = $1
           AND hold.reference_type = fresh.reference_type
           AND hold.reference_id = fresh.reference_id
           AND hold.relationship_id = fresh.relationship_id
         GROUP BY hold.reference_type, hold.reference_id, hold.relationship_id, hold.amount_minor
    ), lowered AS (
        UPDATE settlement.exposure_hold AS hold
           SET amount_minor = hold.amount_minor - taken.amount_minor
          FROM taken
         WHERE hold.network_id = $1
           AND hold.reference_type = taken.reference_type
           AND hold.reference_id = taken.reference_id
    ), moved AS (
        UPDATE settlement.exposure AS exposure
           SET owed_minor = exposure.owed_minor + change.owed_minor,
               held_minor = exposure.held_minor - change.released_minor
          FROM (SELECT relationship_id, sum(owed_minor)::bigint AS owed_minor,
                       sum(released_minor)::bigint AS released_minor
                  FROM (SELECT relationship_id, 0 AS released_minor,
                               CASE owed_by WHEN 'buyer' THEN amount_minor
                                            ELSE -amount_minor END AS owed_minor
                          FROM fresh
                        UNION ALL
                        SELECT relationship_id, amount_minor, 0 FROM taken) AS part
                 GROUP BY relationship_id) AS change
         WHERE exposure.network_id = $1 AND exposure.relationship_id = change.relationship_id
    )
    SELECT position, id FROM fresh
"""


async def insert_exposures(
    conn: Connection, network_id: int, exposures: Sequence[NewExposure]
) -> None:
    await conn.execute(
        INSERT_EXPOSURES,
        network_id,
        [exposure.relationship_id for exposure in exposures],
        [exposure.currency for exposure in exposures],
        [exposure.credit_limit_minor for exposure in exposures],
    )


async def load_exposures(
    conn: Connection, network_id: int, relationship_ids: Sequence[int]
) -> dict[int, Exposure]:
    rows = await conn.fetch(LOAD_EXPOSURES, network_id, relationship_ids)
    return {row["relationship_id"]: Exposure(**row) for row in rows}


async def lock_exposures(
    conn: Connection, network_id: int, relationship_ids: Sequence[int]
) -> dict[int, Exposure]:
    """Lock the guarded rows of some edges until the unit of work ends."""
    rows = await conn.fetch(LOCK_EXPOSURES, network_id, relationship_ids)
    return {row["relationship_id"]: Exposure(**row) for row in rows}


async def fetch_exposures(
    conn: Connection, network_id: int, org_id: int, relationship_ids: Sequence[int]
) -> dict[int, Exposure]:
    """Exposures of edges on which the organization is one side."""
    rows = await conn.fetch(FETCH_EXPOSURES, network_id, org_id, relationship_ids)
    return {row["relationship_id"]: Exposure(**row) for row in rows}


async def insert_exposure_holds(
    conn: Connection, network_id: int, holds: Sequence[NewExposureHold]
) -> None:
    """Store holds and count them in the exposures, which the caller has locked."""
    await conn.execute(
        INSERT_EXPOSURE_HOLDS,
        network_id,
        [hold.relationship_id for hold in holds],
        [hold.reference_type for hold in holds],
        [hold.reference_id for hold in holds],
        [hold.amount_minor for hold in holds],
    )


async def release_exposure(
    conn: Connection, network_id: int, releases: Sequence[ExposureRelease]
) -> dict[tuple[str, int], int]:
    """Lock the exposures, lower the holds; returns what became free, by document."""
    types = [release.reference_type for release in releases]
    ids = [release.reference_id for release in releases]
    await conn.execute(LOCK_EXPOSURES_OF_HOLDS, network_id, types, ids)
    rows = await conn.fetch(
        RELEASE_EXPOSURE,
        network_id,
        types,
        ids,
        [release.amount_minor for release in releases],
    )
    return {(row["reference_type"], row["reference_id"]): row["amount_minor"] for row in rows}


async def move_returnable(conn: Connection, network_id: int, moves: Mapping[int, int]) -> None:
    """Change by so much what may go back, by edge."""
    await conn.execute(MOVE_RETURNABLE, network_id, list(moves), list(moves.values()))


async def insert_obligations(
    conn: Connection, network_id: int, obligations: Sequence[NewObligation]
) -> list[int | None]:
    """Store obligations and what they move, under the caller's lock of the exposures; the ids in
    the order given, None for one that was there before."""
    releases = [obligation.releases for obligation in obligations]
    rows = await conn.fetch(
        INSERT_OBLIGATIONS,
        network_id,
        [obligation.relationship_id for obligation in obligations],
        [obligation.kind for obligation in obligations],
        [obligation.owed_by for obligation in obligations],
        [obligation.amount_minor for obligation in obligations],
        [obligation.document_type for obligation in obligations],
        [obligation.document_id for obligation in obligations],
        [obligation.document_number for obligation in obligations],
        [obligation.due_on for obligation in obligations],
        [obligation.occurred_at for obligation in obligations],
        [release and release.reference_type for release in releases],
        [release and release.reference_id for release in releases],
        [release and release.amount_minor for release in releases],
    )
    ids = {row["position"]: row["id"] for row in rows}
    return [ids.get(position) for position in range(1, len(obligations) + 1)]
