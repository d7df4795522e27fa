"""Sharing captured money with the parties of a route, and taking shares back for refunds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradeline.kernel import Connection
from tradeline.payments.model import (
    RETRY_SECONDS,
    DueShare,
    DueSharing,
    Share,
    ShareablePayment,
    ShareRuns,
    ShareState,
    ShareWant,
    SharingPlan,
    SharingResult,
    SharingState,
)

# What is refunded, or on its way back, is not shared before that has ended.
FETCH_SHAREABLE = """
    SELECT payment.network_id, payment.id, payment.reference_type, payment.reference_id,
           payment.merchant_id, payment.amount_minor, payment.refunded_minor
      FROM payments.payment AS payment
     WHERE payment.shares_at <= now()
       AND NOT EXISTS (
           SELECT
             FROM payments.refund AS refund
            WHERE refund.network_id = payment.network_id
              AND refund.payment_id = payment.id
              AND refund.state IN ('requested', 'sent'))
     ORDER BY payment.shares_at
     LIMIT $1
"""

# The ceilings of the merchants, as the provider allows them.
FETCH_RATIOS = """
    SELECT merchant_id, sharing_ratio_max_bp
      FROM channels.payment_account
     WHERE network_id = $1 AND provider = 'wechat' AND merchant_id = ANY($2::text[])
"""

# The payments are locked. One that is shared already is left out.
INSERT_SHARINGS = """
    WITH inserted AS (
        INSERT INTO payments.sharing (network_id, number, payment_id)
        SELECT $1, payment.number || '-S' || nextval('payments.document_number'), payment.id
          FROM payments.payment AS payment
         WHERE payment.network_id = $1 AND payment.id = ANY($2::bigint[])
         ORDER BY payment.id
            ON CONFLICT (network_id, payment_id) WHERE state <> 'withdrawn' DO NOTHING
        RETURNING payment_id, id
    ), planned AS (
        UPDATE payments.payment AS payment
           SET shares_at = NULL
         WHERE payment.network_id = $1 AND payment.id = ANY($2::bigint[])
    )
    SELECT payment_id, id FROM inserted
"""

INSERT_SHARES = """
    INSERT INTO payments.share
           (network_id, sharing_id, org_id, receiver_merchant_id, relationship_ids, runs,
            wanted_minor, amount_minor, state)
    SELECT $1, sharing_id, org_id, merchant_id,
           string_to_array(relationship_ids, ',')::bigint[], runs, wanted_minor, amount_minor,
           CASE WHEN amount_minor > 0 THEN 'requested' ELSE 'left_on_account' END
      FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                  $8::bigint[])
           WITH ORDINALITY
           AS share (sharing_id, org_id, merchant_id, relationship_ids, runs, wanted_minor,
                     amount_minor, position)
     ORDER BY position
"""

# What the provider does not have is taken back, to be planned anew after the refund. Whoever has
# just claimed one has changed its state first.
WITHDRAW_SHARINGS = """
    WITH withdrawn AS (
        UPDATE payments.sharing AS sharing
           SET state = 'withdrawn', finished_at = now(), next_try_at = NULL
         WHERE sharing.network_id = $1
           AND sharing.payment_id = ANY($2::bigint[])
           AND sharing.state = $3
        RETURNING sharing.payment_id
    )
    UPDATE payments.payment AS payment
       SET shares_at = now()
      FROM withdrawn
     WHERE payment.network_id = $1
       AND payment.id = withdrawn.payment_id
       AND payment.refunded_minor < payment.amount_minor
"""

# By the owner, over all networks. A payment with a refund that is not over is not shared.
CLAIM_DUE = """
    UPDATE payments.sharing AS sharing
       SET state = 'sent',
           tries = sharing.tries + 1,
           next_try_at = now() + make_interval(
               secs => ($2::integer[])[least(sharing.tries + 1, cardinality($2::integer[]))])
      FROM (SELECT waiting.network_id, waiting.id
              FROM payments.sharing AS waiting
             WHERE waiting.next_try_at <= now()
               AND (waiting.state = 'sent' OR NOT EXISTS (
                    SELECT
                      FROM payments.refund AS refund
                     WHERE refund.network_id = waiting.network_id
                       AND refund.payment_id = waiting.payment_id
                       AND refund.state IN ('requested', 'sent')))
             ORDER BY waiting.next_try_at
             LIMIT $1
               FOR NO KEY UPDATE SKIP LOCKED) AS due,
           payments.payment AS payment
     WHERE sharing.network_id = due.network_id
       AND sharing.id = due.id
       AND payment.network_id = due.network_id
       AND payment.id = sharing.payment_id
    RETURNING sharing.network_id, sharing.id, sharing.number, sharing.payment_id,
              payment.transaction_id, payment.merchant_id, sharing.tries
"""

FETCH_DUE_SHARES = """
    SELECT share.network_id, share.sharing_id, share.id,
           share.receiver_merchant_id AS merchant_id, share.amount_minor
      FROM payments.share AS share
      JOIN unnest($1::bigint[], $2::bigint[]) AS due (network_id, sharing_id)
        ON due.network_id = share.network_id AND due.sharing_id = share.sharing_id
     WHERE share.state = 'requested'
     ORDER BY share.id
"""

FETCH_SHARES = """
    SELECT share.id, sharing.payment_id, sharing.number AS sharing_number, share.org_id,
           share.relationship_ids, share.runs, share.wanted_minor, share.amount_minor,
           share.returned_minor, share.state, sharing.finished_at
      FROM payments.sharing AS sharing
      JOIN payments.share AS share
        ON share.network_id = $1 AND share.sharing_id = sharing.id
     WHERE sharing.network_id = $1
       AND sharing.payment_id = ANY($2::bigint[])
       AND sharing.state <> 'withdrawn'
     ORDER BY share.id
"""

FETCH_SHARINGS = """
    SELECT sharing.id, sharing.number, sharing.payment_id, sharing.state
      FROM payments.sharing AS sharing
     WHERE sharing.network_id = $1 AND sharing.number = ANY($2::text[])
"""

FETCH_SHARES_OF_SHARINGS = """
    SELECT share.sharing_id, share.id, share.receiver_merchant_id AS merchant_id,
           share.relationship_ids, share.runs, share.amount_minor
      FROM payments.share AS share
     WHERE share.network_id = $1
       AND share.sharing_id = ANY($2::bigint[])
       AND share.state = 'requested'
     ORDER BY share.id
"""

# The payments of the sharings are locked.
SETTLE_SHARINGS = """
    WITH told AS (
        UPDATE payments.share AS share
           SET state = told.state, fail_reason = told.fail_reason
          FROM unnest($4::bigint[], $5::text[], $6::text[]) AS told (id, state, fail_reason)
         WHERE share.network_id = $1 AND share.id = told.id
    )
    UPDATE payments.sharing AS sharing
       SET state = 'finished', finished_at = now(), next_try_at = NULL, last_error = NULL,
           provider_order_id = finished.provider_order_id
      FROM unnest($2::bigint[], $3::text[]) AS finished (id, provider_order_id)
     WHERE sharing.network_id = $1 AND sharing.id = finished.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Money of one payment that moves along edges: of a share, or back."""

    id: int
    number: str
    payment_id: int
    relationship_ids: tuple[int, ...]
    runs: ShareRuns
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A sharing as it is stored, with the shares that wait for their outcome, by receiver."""

    id: int
    number: str
    payment_id: int
    state: SharingState
    shares: dict[str, Moved]


async def fetch_shareable(conn: Connection, limit: int) -> list[ShareablePayment]:
    return [ShareablePayment(**row) for row in await conn.fetch(FETCH_SHAREABLE, limit)]


async def fetch_ratios(
    conn: Connection, network_id: int, merchant_ids: Sequence[str]
) -> dict[str, int]:
    """In basis points, by merchant."""
    rows = await conn.fetch(FETCH_RATIOS, network_id, merchant_ids)
    return {row["merchant_id"]: row["sharing_ratio_max_bp"] for row in rows}


async def insert_sharings(
    conn: Connection, network_id: int, payment_ids: Sequence[int]
) -> dict[int, int]:
    """Store sharings of payments that the caller has locked; ids by payment, of the new ones."""
    rows = await conn.fetch(INSERT_SHARINGS, network_id, payment_ids)
    return {row["payment_id"]: row["id"] for row in rows}


async def insert_shares(
    conn: Connection,
    network_id: int,
    planned: Sequence[tuple[int, Sequence[ShareWant], SharingPlan]],
) -> None:
    """Store what each sharing, by its id, gives to those who want some."""
    shares = [
        (sharing_id, want, amount_minor)
        for sharing_id, wants, plan in planned
        for want, amount_minor in zip(wants, plan.shares, strict=True)
    ]
    await conn.execute(
        INSERT_SHARES,
        network_id,
        [sharing_id for sharing_id, _, _ in shares],
        [want.org_id for _, want, _ in shares],
        [want.merchant_id for _, want, _ in shares],
        [",".join(map(str, want.relationship_ids)) for _, want, _ in shares],
        [want.runs for _, want, _ in shares],
        [want.amount_minor for _, want, _ in shares],
        [amount_minor for _, _, amount_minor in shares],
    )


async def withdraw_sharings(
    conn: Connection, network_id: int, payment_ids: Sequence[int], state: SharingState
) -> None:
    """Those of payments that the caller has locked, which are in this state."""
    await conn.execute(WITHDRAW_SHARINGS, network_id, payment_ids, state.value)


async def claim_due(conn: Connection, limit: int) -> list[DueSharing]:
    rows = await conn.fetch(CLAIM_DUE, limit, list(RETRY_SECONDS))
    keys = [(row["network_id"], row["id"]) for row in rows]
    shares: dict[tuple[int, int], list[DueShare]] = {key: [] for key in keys}
    for row in await conn.fetch(
        FETCH_DUE_SHARES,
        [network_id for network_id, _ in keys],
        [sharing_id for _, sharing_id in keys],
    ):
        values = dict(row)
        key = values.pop("network_id"), values.pop("sharing_id")
        shares[key].append(DueShare(**values))
    return [
        DueSharing(**row, shares=tuple(shares[key])) for key, row in zip(keys, rows, strict=True)
    ]


async def fetch_shares(
    conn: Connection, network_id: int, payment_ids: Sequence[int]
) -> list[Share]:
    rows = await conn.fetch(FETCH_SHARES, network_id, payment_ids)
    return [Share(**dict(row) | run_of(row) | {"state": ShareState(row["state"])}) for row in rows]


async def fetch_under_way(
    conn: Connection, network_id: int, numbers: Sequence[str]
) -> dict[str, UnderWay]:
    """Sharings by number, with the shares that wait."""
    rows = await conn.fetch(FETCH_SHARINGS, network_id, numbers)
    found = {
        row["id"]: UnderWay(**dict(row) | {"state": SharingState(row["state"])}, shares={})
        for row in rows
    }
    for row in await conn.fetch(FETCH_SHARES_OF_SHARINGS, network_id, list(found)):
        sharing = found[row["sharing_id"]]
        sharing.shares[row["merchant_id"]] = Moved(
            id=row["id"],
            number=sharing.number,
            payment_id=sharing.payment_id,
            amount_minor=row["amount_minor"],
            **run_of(row),
        )
    return {sharing.number: sharing for sharing in found.values()}


async def settle_sharings(
    conn: Connection,
    network_id: int,
    finished: Sequence[tuple[UnderWay, SharingResult]],
) -> None:
    """Store how sharings ended, whose payments the caller has locked."""
    told = [
        (sharing.shares[share.merchant_id].id, share)
        for sharing, result in finished
        for share in result.shares
        if share.merchant_id in sharing.shares
    ]
    await conn.execute(
        SETTLE_SHARINGS,
        network_id,
        [sharing.id for sharing, _ in finished],
        [result.provider_order_id for _, result in finished],
        [id for id, _ in told],
        [ShareState.SUCCEEDED if share.is_success else ShareState.FAILED for _, share in told],
        [share.fail_reason for _, share in told],
    )


def run_of(row: Any) -> dict[str, Any]:
    return {
        "relationship_ids": tuple(row["relationship_ids"]),
        "runs": ShareRuns(row["runs"]),
    }
