"""Coupons: who has which, and for which order they are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from tradeline.kernel import Connection, PageRequest
from tradeline.marketing.model import Claimable, CouponState, CouponTerms, Issuing

_COUPON = """
    SELECT coupon.id AS coupon_id, coupon.campaign_id, coupon.member_id, coupon.state,
           coupon.order_id, campaign.code, campaign.name, campaign.name_en,
           campaign.value_minor, campaign.threshold_minor, campaign.currency,
           campaign.valid_from, campaign.valid_to,
           now() >= campaign.valid_from AND now() < campaign.valid_to AS is_valid
      FROM marketing.coupon AS coupon
      JOIN marketing.campaign AS campaign
        ON campaign.network_id = $1 AND campaign.id = coupon.campaign_id
"""

LOAD_COUPONS = _COUPON + " WHERE coupon.network_id = $1 AND coupon.id = ANY($2::bigint[])"

# The ORDER BY is the lock order; what another transaction changed meanwhile is read again.
LOCK_COUPONS = LOAD_COUPONS + " ORDER BY coupon.id FOR NO KEY UPDATE OF coupon"

LIST_COUPONS = (
    _COUPON
    + """
     WHERE coupon.network_id = $1
       AND coupon.member_id = ANY($2::bigint[])
       AND ($3::bigint IS NULL OR coupon.id < $3)
       AND ($5::text IS NULL OR coupon.state = $5)
     ORDER BY coupon.id DESC
     LIMIT $4
"""
)

# The dearest first, as its owner would try them; of each who asks so many. `wanted` has a row for
# each member of their family.
LIST_USABLE = f"""
    SELECT wanted.asked_by, wanted.store_id, usable.*
      FROM unnest($2::bigint[], $3::bigint[], $4::bigint[])
           AS wanted (asked_by, store_id, member_id)
     CROSS JOIN LATERAL (
         {_COUPON}
          JOIN marketing.campaign_store AS place
            ON place.network_id = $1
           AND place.campaign_id = coupon.campaign_id
           AND place.store_id = wanted.store_id
         WHERE coupon.network_id = $1
           AND coupon.member_id = wanted.member_id
           AND coupon.state = 'open'
           AND now() >= campaign.valid_from
           AND now() < campaign.valid_to
         ORDER BY campaign.value_minor DESC, coupon.id
         LIMIT $5) AS usable
     ORDER BY usable.value_minor DESC, usable.coupon_id
"""

FETCH_STORES = """
    SELECT campaign_id, array_agg(store_id) AS store_ids
      FROM marketing.campaign_store
     WHERE network_id = $1 AND campaign_id = ANY($2::bigint[])
     GROUP BY campaign_id
"""

FETCH_SHARES = """
    SELECT campaign_id, org_id, basis_points
      FROM marketing.campaign_share
     WHERE network_id = $1 AND campaign_id = ANY($2::bigint[])
     ORDER BY campaign_id, org_id
"""

LOCK_ISSUING = """
    SELECT campaign.id, campaign.name, campaign.name_en, campaign.state, campaign.quantity_max,
           campaign.issued_count, campaign.per_member_max,
           now() >= campaign.valid_from AND now() < campaign.valid_to AS is_valid
      FROM marketing.campaign AS campaign
     WHERE campaign.network_id = $1 AND campaign.id = $2 AND campaign.state <> 'draft'
       FOR NO KEY UPDATE OF campaign
"""

COUNT_CLAIMED = """
    SELECT count(*)
      FROM marketing.coupon
     WHERE network_id = $1 AND campaign_id = $2 AND member_id = ANY($3::bigint[])
"""

ISSUE_COUPON = """
    WITH counted AS (
        UPDATE marketing.campaign
           SET issued_count = issued_count + 1
         WHERE network_id = $1 AND id = $2
    )
    INSERT INTO marketing.coupon (network_id, campaign_id, member_id)
    VALUES ($1, $2, $3)
    RETURNING id
"""

LIST_CLAIMABLE = """
    SELECT campaign.id AS campaign_id, campaign.name, campaign.name_en, campaign.value_minor,
           campaign.threshold_minor, campaign.currency, campaign.valid_from, campaign.valid_to,
           campaign.per_member_max, campaign.issued_count >= campaign.quantity_max AS is_gone,
           (SELECT count(*)
              FROM marketing.coupon AS mine
             WHERE mine.network_id = $1
               AND mine.campaign_id = campaign.id
               AND mine.member_id = ANY($3::bigint[])) AS claimed_count
      FROM marketing.campaign_store AS place
      JOIN marketing.campaign AS campaign
        ON campaign.network_id = $1 AND campaign.id = place.campaign_id
     WHERE place.network_id = $1
       AND place.store_id = $2
       AND campaign.state = 'agreed'
       AND now() >= campaign.valid_from
       AND now() < campaign.valid_to
     ORDER BY campaign.value_minor DESC, campaign.id
     LIMIT $4
"""

# The caller has locked them. One that is not open is not kept for anybody else.
HOLD_COUPONS = """
    UPDATE marketing.coupon AS coupon
       SET state = 'held', order_id = wanted.order_id, held_at = now()
      FROM unnest($2::bigint[], $3::bigint[]) AS wanted (coupon_id, order_id)
     WHERE coupon.network_id = $1 AND coupon.id = wanted.coupon_id AND coupon.state = 'open'
    RETURNING coupon.id
"""

_OF_ORDERS = """
    WITH kept AS (
        SELECT id
          FROM marketing.coupon
         WHERE network_id = $1 AND order_id = ANY($2::bigint[])
         ORDER BY id
           FOR NO KEY UPDATE
    )
"""

USE_COUPONS = (
    _OF_ORDERS
    + """
    UPDATE marketing.coupon AS coupon
       SET state = 'used', used_at = now()
      FROM kept
     WHERE coupon.network_id = $1 AND coupon.id = kept.id AND coupon.state = 'held'
"""
)

RELEASE_COUPONS = (
    _OF_ORDERS
    + """
    UPDATE marketing.coupon AS coupon
       SET state = 'open', order_id = NULL, held_at = NULL, used_at = NULL
      FROM kept
     WHERE coupon.network_id = $1 AND coupon.id = kept.id
"""
)


async def fetch_coupons(
    conn: Connection, network_id: int, ids: Collection[int], *, is_locking: bool
) -> dict[int, CouponTerms]:
    statement = LOCK_COUPONS if is_locking else LOAD_COUPONS
    rows = await conn.fetch(statement, network_id, list(ids))
    return {terms.coupon_id: terms for terms in await _terms(conn, network_id, rows)}


async def list_coupons(
    conn: Connection,
    network_id: int,
    member_ids: Sequence[int],
    page: PageRequest,
    state: CouponState | None,
) -> list[CouponTerms]:
    after = None if page.after is None else page.after[0]
    rows = await conn.fetch(
        LIST_COUPONS, network_id, list(member_ids), after, page.limit, state and state.value
    )
    return await _terms(conn, network_id, rows)


async def list_usable(
    conn: Connection,
    network_id: int,
    wanted: Mapping[tuple[int, int], Sequence[int]],
    limit: int,
) -> dict[tuple[int, int], list[CouponTerms]]:
    """By (member, store); `wanted` tells the members that each of them is."""
    pairs = [(*key, member_id) for key, family in wanted.items() for member_id in family]
    columns = [list(column) for column in zip(*pairs, strict=True)] or [[], [], []]
    rows = await conn.fetch(LIST_USABLE, network_id, *columns, limit)
    plain = [{k: v for k, v in row.items() if k not in ("asked_by", "store_id")} for row in rows]
    found: dict[tuple[int, int], list[CouponTerms]] = {key: [] for key in wanted}
    for row, terms in zip(rows, await _terms(conn, network_id, plain), strict=True):
        found[row["asked_by"], row["store_id"]].append(terms)
    return {key: terms[:limit] for key, terms in found.items()}


async def lock_issuing(conn: Connection, network_id: int, campaign_id: int) -> Issuing | None:
    row = await conn.fetchrow(LOCK_ISSUING, network_id, campaign_id)
    return None if row is None else Issuing(**row)


async def count_claimed(
    conn: Connection, network_id: int, campaign_id: int, member_ids: Sequence[int]
) -> int:
    """A statement of its own after the lock: it sees what whoever had it before us claimed."""
    count: int = await conn.fetchval(COUNT_CLAIMED, network_id, campaign_id, list(member_ids))
    return count


async def issue_coupon(conn: Connection, network_id: int, campaign_id: int, member_id: int) -> int:
    """The caller has locked the campaign."""
    id: int = await conn.fetchval(ISSUE_COUPON, network_id, campaign_id, member_id)
    return id


async def list_claimable(
    conn: Connection, network_id: int, store_id: int, member_ids: Sequence[int], limit: int
) -> list[Claimable]:
    rows = await conn.fetch(LIST_CLAIMABLE, network_id, store_id, list(member_ids), limit)
    return [Claimable(**row) for row in rows]


async def hold_coupons(conn: Connection, network_id: int, orders: Mapping[int, int]) -> set[int]:
    """Which of the coupons are held now, each for its order."""
    rows = await conn.fetch(HOLD_COUPONS, network_id, list(orders), list(orders.values()))
    return {row["id"] for row in rows}


async def use_coupons(conn: Connection, network_id: int, order_ids: Collection[int]) -> None:
    await conn.execute(USE_COUPONS, network_id, list(order_ids))


async def release_coupons(conn: Connection, network_id: int, order_ids: Collection[int]) -> None:
    await conn.execute(RELEASE_COUPONS, network_id, list(order_ids))


async def get_time(conn: Connection) -> datetime:
    """The database's clock, which decides."""
    now: datetime = await conn.fetchval("SELECT now()")
    return now


async def _terms(conn: Connection, network_id: int, rows: Sequence[Any]) -> list[CouponTerms]:
    """Coupons with the stores and shares of their campaigns, each read once."""
    campaign_ids = list({row["campaign_id"] for row in rows})
    if not campaign_ids:
        return []
    stores = {
        row["campaign_id"]: frozenset(row["store_ids"])
        for row in await conn.fetch(FETCH_STORES, network_id, campaign_ids)
    }
    shares: dict[int, dict[int, int]] = {id: {} for id in campaign_ids}
    for row in await conn.fetch(FETCH_SHARES, network_id, campaign_ids):
        shares[row["campaign_id"]][row["org_id"]] = row["basis_points"]
    return [
        CouponTerms(
            **dict(row)
            | {
                "state": CouponState(row["state"]),
                "store_ids": stores.get(row["campaign_id"], frozenset()),
                "shares": shares[row["campaign_id"]],
            }
        )
        for row in rows
    ]
