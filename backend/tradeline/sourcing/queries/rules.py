"""Rules, and what went of quotas."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from tradeline.kernel import Actor, Connection
from tradeline.sourcing.model import NewRule, QuotaTake, Rule, RuleKind

FETCH_RULES = """
    SELECT org_id, id, position, kind, tier, warehouse_id, region, quantity
      FROM sourcing.rule
     WHERE network_id = $1 AND org_id = ANY($2::bigint[])
     ORDER BY org_id, position
"""

FETCH_USES = """
    SELECT org_id, tier, used
      FROM sourcing.quota_use
     WHERE network_id = $1 AND org_id = ANY($2::bigint[]) AND day = $3
"""

# Makes the day's rows and locks them, in one order. A quota that was lowered below what went of it
# stays where it was reached.
LOCK_USES = """
    INSERT INTO sourcing.quota_use AS quota (network_id, org_id, tier, day, quantity_max)
    SELECT $1, wanted.org_id, wanted.tier, $2, wanted.quantity_max
      FROM unnest($3::bigint[], $4::integer[], $5::bigint[])
           AS wanted (org_id, tier, quantity_max)
     ORDER BY wanted.org_id, wanted.tier
        ON CONFLICT (network_id, org_id, tier, day)
        DO UPDATE SET quantity_max = greatest(quota.used, excluded.quantity_max)
    RETURNING org_id, tier, used
"""

# The caller has locked them, on the same day.
TAKE_QUOTAS = """
    WITH wanted AS (
        SELECT order_id, org_id, tier, sum(quantity)::bigint AS quantity
          FROM unnest($3::bigint[], $4::bigint[], $5::integer[], $6::bigint[])
               AS wanted (order_id, org_id, tier, quantity)
         GROUP BY order_id, org_id, tier
    ), counted AS (
        UPDATE sourcing.quota_use AS quota
           SET used = quota.used + more.quantity
          FROM (SELECT org_id, tier, sum(quantity)::bigint AS quantity
                  FROM wanted
                 GROUP BY org_id, tier) AS more
         WHERE quota.network_id = $1
           AND quota.org_id = more.org_id
           AND quota.tier = more.tier
           AND quota.day = $2
    )
    INSERT INTO sourcing.quota_take AS taken (network_id, order_id, org_id, tier, day, quantity)
    SELECT $1, order_id, org_id, tier, $2, quantity
      FROM wanted
     ORDER BY org_id, tier, order_id
        ON CONFLICT (network_id, order_id, org_id, tier, day)
        DO UPDATE SET quantity = taken.quantity + excluded.quantity
"""

# Of two who give back the same, the second finds it gone: it waits for the locks, and what was
# deleted meanwhile is not deleted again.
RELEASE_QUOTAS = """
    WITH kept AS (
        SELECT quota.org_id, quota.tier, quota.day
          FROM sourcing.quota_use AS quota
         WHERE quota.network_id = $1
           AND EXISTS (SELECT
                         FROM sourcing.quota_take AS taken
                        WHERE taken.network_id = $1
                          AND taken.order_id = ANY($2::bigint[])
                          AND taken.org_id = quota.org_id
                          AND taken.tier = quota.tier
                          AND taken.day = quota.day)
         ORDER BY quota.org_id, quota.tier, quota.day
           FOR NO KEY UPDATE OF quota
    ), given_back AS (
        DELETE FROM sourcing.quota_take AS taken
         USING kept
         WHERE taken.network_id = $1
           AND taken.order_id = ANY($2::bigint[])
           AND taken.org_id = kept.org_id
           AND taken.tier = kept.tier
           AND taken.day = kept.day
        RETURNING taken.org_id, taken.tier, taken.day, taken.quantity
    )
    UPDATE sourcing.quota_use AS quota
       SET used = quota.used - less.quantity
      FROM (SELECT org_id, tier, day, sum(quantity)::bigint AS quantity
              FROM given_back
             GROUP BY org_id, tier, day) AS less
     WHERE quota.network_id = $1
       AND quota.org_id = less.org_id
       AND quota.tier = less.tier
       AND quota.day = less.day
"""

# Of the day's quotas, which the caller has locked; never more than was taken.
GIVE_BACK_QUOTAS = """
    WITH back AS (
        SELECT taken.order_id, taken.org_id, taken.tier, taken.quantity AS had,
               least(taken.quantity, wanted.quantity) AS quantity
          FROM unnest($3::bigint[], $4::bigint[], $5::integer[], $6::bigint[])
               AS wanted (order_id, org_id, tier, quantity)
          JOIN sourcing.quota_take AS taken
            ON taken.network_id = $1
           AND taken.order_id = wanted.order_id
           AND taken.org_id = wanted.org_id
           AND taken.tier = wanted.tier
           AND taken.day = $2
    ), ended AS (
        DELETE FROM sourcing.quota_take AS taken
         USING back
         WHERE taken.network_id = $1
           AND taken.order_id = back.order_id
           AND taken.org_id = back.org_id
           AND taken.tier = back.tier
           AND taken.day = $2
           AND back.quantity = back.had
    ), lessened AS (
        UPDATE sourcing.quota_take AS taken
           SET quantity = taken.quantity - back.quantity
          FROM back
         WHERE taken.network_id = $1
           AND taken.order_id = back.order_id
           AND taken.org_id = back.org_id
           AND taken.tier = back.tier
           AND taken.day = $2
           AND back.quantity < back.had
    )
    UPDATE sourcing.quota_use AS quota
       SET used = quota.used - less.quantity
      FROM (SELECT org_id, tier, sum(quantity)::bigint AS quantity
              FROM back
             GROUP BY org_id, tier) AS less
     WHERE quota.network_id = $1
       AND quota.org_id = less.org_id
       AND quota.tier = less.tier
       AND quota.day = $2
"""

# Of two who say an organization's rules at once, the second replaces what the first said.
LOCK_ORGANIZATION = """
    SELECT
      FROM organizations.organization
     WHERE network_id = $1 AND id = $2
       FOR NO KEY UPDATE
"""

FIND_OWN_WAREHOUSES = """
    SELECT id
      FROM inventory.warehouse
     WHERE network_id = $1 AND org_id = $2 AND id = ANY($3::bigint[])
"""

DELETE_RULES = "DELETE FROM sourcing.rule WHERE network_id = $1 AND org_id = $2"

INSERT_RULES = """
    INSERT INTO sourcing.rule
           (network_id, org_id, position, kind, tier, warehouse_id, region, quantity)
    SELECT $1, $2, rule.position, rule.kind, rule.tier, rule.warehouse_id, rule.region,
           rule.quantity
      FROM unnest($3::text[], $4::integer[], $5::bigint[], $6::text[], $7::bigint[])
           WITH ORDINALITY
           AS rule (kind, tier, warehouse_id, region, quantity, position)
     ORDER BY rule.position
"""


async def fetch_rules(
    conn: Connection, network_id: int, org_ids: Collection[int]
) -> dict[int, list[Rule]]:
    """By organization, in order; nothing for one that has none."""
    found: dict[int, list[Rule]] = {}
    for row in await conn.fetch(FETCH_RULES, network_id, list(org_ids)):
        values = dict(row)
        org_id = values.pop("org_id")
        values["kind"] = RuleKind(values["kind"])
        found.setdefault(org_id, []).append(Rule(**values))
    return found


async def fetch_uses(
    conn: Connection, network_id: int, org_ids: Collection[int], day: date
) -> dict[tuple[int, int], int]:
    """What went on a day, by (organization, tier)."""
    rows = await conn.fetch(FETCH_USES, network_id, list(org_ids), day)
    return {(row["org_id"], row["tier"]): row["used"] for row in rows}


async def lock_uses(
    conn: Connection, network_id: int, quotas: Mapping[tuple[int, int], int], day: date
) -> dict[tuple[int, int], int]:
    """The same, of these quotas by (organization, tier), until the unit of work ends."""
    rows = await conn.fetch(
        LOCK_USES,
        network_id,
        day,
        [org_id for org_id, _ in quotas],
        [tier for _, tier in quotas],
        list(quotas.values()),
    )
    return {(row["org_id"], row["tier"]): row["used"] for row in rows}


async def take_quotas(
    conn: Connection, network_id: int, takes: Sequence[QuotaTake], day: date
) -> None:
    await conn.execute(
        TAKE_QUOTAS,
        network_id,
        day,
        [take.order_id for take in takes],
        [take.org_id for take in takes],
        [take.tier for take in takes],
        [take.quantity for take in takes],
    )


async def release_quotas(conn: Connection, network_id: int, order_ids: Collection[int]) -> None:
    await conn.execute(RELEASE_QUOTAS, network_id, list(order_ids))


async def give_back_quotas(
    conn: Connection, network_id: int, backs: Sequence[QuotaTake], day: date
) -> None:
    """Give back some of what orders took today."""
    await conn.execute(
        GIVE_BACK_QUOTAS,
        network_id,
        day,
        [back.order_id for back in backs],
        [back.org_id for back in backs],
        [back.tier for back in backs],
        [back.quantity for back in backs],
    )


async def lock_organization(conn: Connection, actor: Actor) -> None:
    await conn.execute(LOCK_ORGANIZATION, actor.network_id, actor.org_id)


async def find_own_warehouses(conn: Connection, actor: Actor, ids: Sequence[int]) -> set[int]:
    """Which of the warehouses are the actor's organization's."""
    rows = await conn.fetch(FIND_OWN_WAREHOUSES, actor.network_id, actor.org_id, list(ids))
    return {row["id"] for row in rows}


async def replace_rules(conn: Connection, actor: Actor, rules: Sequence[NewRule]) -> None:
    """The caller has locked the organization."""
    await conn.execute(DELETE_RULES, actor.network_id, actor.org_id)
    await conn.execute(
        INSERT_RULES,
        actor.network_id,
        actor.org_id,
        [rule.kind.value for rule in rules],
        [rule.tier for rule in rules],
        [rule.warehouse_id for rule in rules],
        [rule.region for rule in rules],
        [rule.quantity for rule in rules],
    )


async def fetch_day(conn: Connection) -> date:
    """The day of the trade by the database's clock, the same throughout a transaction."""
    day: date = await conn.fetchval("SELECT (now() AT TIME ZONE interval '8 hours')::date")
    return day
