"""SQL of what stands around a store: freight, links, mini-programs, payment accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradeline.channels.model import FreightRule, Link, MiniProgram, NewLink, PaymentAccount
from tradeline.kernel import Actor, Connection, PageRequest, grouped

LOAD_FREIGHT = """
    SELECT rule.store_id, rule.region, rule.base_minor, rule.free_from_minor
      FROM channels.freight_rule AS rule
     WHERE rule.network_id = $1 AND rule.store_id = ANY($2::bigint[])
     ORDER BY rule.store_id, rule.region
"""

FETCH_FREIGHT = """
    SELECT rule.store_id, rule.region, rule.base_minor, rule.free_from_minor
      FROM channels.freight_rule AS rule
      JOIN channels.store AS store
        ON store.network_id = $1 AND store.id = rule.store_id AND store.org_id = $2
     WHERE rule.network_id = $1 AND rule.store_id = ANY($3::bigint[])
     ORDER BY rule.store_id, rule.region
"""

REMOVE_FREIGHT = "DELETE FROM channels.freight_rule WHERE network_id = $1 AND store_id = $2"

INSERT_FREIGHT = """
    INSERT INTO channels.freight_rule
           (network_id, store_id, region, base_minor, free_from_minor)
    SELECT $1, $2, new.region, new.base_minor, new.free_from_minor
      FROM unnest($3::text[], $4::bigint[], $5::bigint[])
           AS new (region, base_minor, free_from_minor)
"""

_LINK = """
    SELECT link.id, link.code, link.store_id, link.sku_id, link.source, link.campaign,
           link.created_at
      FROM channels.link AS link
"""

FIND_LINK = _LINK + " WHERE link.network_id = $1 AND link.code = $2"

LIST_LINKS = (
    "SELECT found.* FROM unnest($3::bigint[]) AS asked (id)"
    " JOIN channels.store AS store"
    " ON store.network_id = $1 AND store.id = asked.id AND store.org_id = $2"
    " CROSS JOIN LATERAL ("
    + _LINK
    + """
     WHERE link.network_id = $1 AND link.store_id = store.id AND link.id > $4
     ORDER BY link.id
     LIMIT $5) AS found
     ORDER BY found.store_id, found.id
    """
)

FETCH_LINKS = (
    _LINK
    + """
      JOIN channels.store AS store
        ON store.network_id = $1 AND store.id = link.store_id AND store.org_id = $2
     WHERE link.network_id = $1 AND link.id = ANY($3::bigint[])
    """
)

INSERT_LINKS = """
    INSERT INTO channels.link (network_id, code, store_id, sku_id, source, campaign)
    SELECT $1, new.code, new.store_id, new.sku_id, new.source, new.campaign
      FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
           WITH ORDINALITY AS new (code, store_id, sku_id, source, campaign, place)
     ORDER BY new.place
    RETURNING id
"""

FETCH_MINI_PROGRAMS = """
    SELECT program.network_id, program.id, program.app_id, program.name
      FROM channels.mini_program AS program
     WHERE program.network_id = $1
     ORDER BY program.id
"""

LOAD_MINI_PROGRAM_OF = "SELECT * FROM channels.mini_program_of($1)"

# The network's own keeps its id; one that is another network's comes back without a row.
PUT_MINI_PROGRAM = """
    INSERT INTO channels.mini_program AS program (network_id, app_id, name)
    VALUES ($1, $2, $3)
        ON CONFLICT (app_id) DO UPDATE SET name = excluded.name WHERE program.network_id = $1
    RETURNING id
"""

LOAD_PAYMENT_ACCOUNTS = """
    SELECT account.network_id, account.org_id, account.provider, account.merchant_id,
           account.sharing_ratio_max_bp, account.sharing_wait_days, account.fee_bp
      FROM channels.payment_account AS account
     WHERE account.network_id = $1
       AND account.provider = 'wechat'
       AND account.org_id = ANY($2::bigint[])
"""

LOAD_PAYMENT_ACCOUNTS_OF = """
    SELECT account.*
      FROM unnest($1::text[]) AS merchant (id)
     CROSS JOIN LATERAL channels.payment_account_of('wechat', merchant.id) AS account
"""

PUT_PAYMENT_ACCOUNT = """
    INSERT INTO channels.payment_account
           (network_id, org_id, provider, merchant_id, sharing_ratio_max_bp, sharing_wait_days,
            fee_bp)
    VALUES ($1, $2, 'wechat', $3, $4, $5, $6)
        ON CONFLICT (network_id, org_id, provider) DO UPDATE
       SET merchant_id = excluded.merchant_id,
           sharing_ratio_max_bp = excluded.sharing_ratio_max_bp,
           sharing_wait_days = excluded.sharing_wait_days,
           fee_bp = excluded.fee_bp
"""


async def load_freight(
    conn: Connection, network_id: int, store_ids: Sequence[int]
) -> dict[int, list[FreightRule]]:
    rows = await conn.fetch(LOAD_FREIGHT, network_id, list(store_ids))
    return _freight(store_ids, rows)


async def fetch_freight(
    conn: Connection, actor: Actor, store_ids: Sequence[int]
) -> dict[int, list[FreightRule]]:
    """Of the organization's own stores."""
    rows = await conn.fetch(FETCH_FREIGHT, actor.network_id, actor.org_id, list(store_ids))
    return _freight(store_ids, rows)


async def replace_freight(
    conn: Connection, actor: Actor, store_id: int, rules: Sequence[FreightRule]
) -> None:
    """All rules of a store that the caller has locked."""
    await conn.execute(REMOVE_FREIGHT, actor.network_id, store_id)
    await conn.execute(
        INSERT_FREIGHT,
        actor.network_id,
        store_id,
        [rule.region for rule in rules],
        [rule.base_minor for rule in rules],
        [rule.free_from_minor for rule in rules],
    )


async def find_link(conn: Connection, network_id: int, code: str) -> Link | None:
    row = await conn.fetchrow(FIND_LINK, network_id, code)
    return None if row is None else Link(**row)


async def fetch_link_pages(
    conn: Connection, actor: Actor, store_ids: Sequence[int], page: PageRequest
) -> dict[int, list[Link]]:
    [after_id] = page.after or (0,)
    rows = await conn.fetch(
        LIST_LINKS, actor.network_id, actor.org_id, list(store_ids), after_id, page.limit
    )
    return grouped(store_ids, ((row["store_id"], Link(**row)) for row in rows))


async def fetch_links(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, Link]:
    """Into the organization's own stores."""
    rows = await conn.fetch(FETCH_LINKS, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: Link(**row) for row in rows}


async def insert_links(
    conn: Connection, actor: Actor, links: Sequence[tuple[str, NewLink]]
) -> list[int]:
    """Links with the code of each."""
    rows = await conn.fetch(
        INSERT_LINKS,
        actor.network_id,
        [code for code, _ in links],
        [link.store_id for _, link in links],
        [link.sku_id for _, link in links],
        [link.source for _, link in links],
        [link.campaign for _, link in links],
    )
    return [row["id"] for row in rows]


async def fetch_mini_programs(conn: Connection, network_id: int) -> list[MiniProgram]:
    rows = await conn.fetch(FETCH_MINI_PROGRAMS, network_id)
    return [MiniProgram(**row) for row in rows]


async def load_mini_program_of(conn: Connection, app_id: str) -> MiniProgram | None:
    row = await conn.fetchrow(LOAD_MINI_PROGRAM_OF, app_id)
    return None if row is None else MiniProgram(**row)


async def put_mini_program(conn: Connection, network_id: int, app_id: str, name: str) -> int | None:
    """Its id; None where it is another network's."""
    id: int | None = await conn.fetchval(PUT_MINI_PROGRAM, network_id, app_id, name)
    return id


async def load_payment_accounts(
    conn: Connection, network_id: int, org_ids: Sequence[int]
) -> dict[int, PaymentAccount]:
    rows = await conn.fetch(LOAD_PAYMENT_ACCOUNTS, network_id, list(org_ids))
    return {row["org_id"]: PaymentAccount(**row) for row in rows}


async def load_payment_accounts_of(
    conn: Connection, merchant_ids: Sequence[str]
) -> dict[str, PaymentAccount]:
    rows = await conn.fetch(LOAD_PAYMENT_ACCOUNTS_OF, list(merchant_ids))
    return {row["merchant_id"]: PaymentAccount(**row) for row in rows}


async def load_payment_account_of(conn: Connection, merchant_id: str) -> PaymentAccount | None:
    return (await load_payment_accounts_of(conn, [merchant_id])).get(merchant_id)


async def put_payment_account(
    conn: Connection,
    actor: Actor,
    merchant_id: str,
    ratio_max_bp: int,
    wait_days: int,
    fee_bp: int | None,
) -> None:
    await conn.execute(
        PUT_PAYMENT_ACCOUNT,
        actor.network_id,
        actor.org_id,
        merchant_id,
        ratio_max_bp,
        wait_days,
        fee_bp,
    )


def _freight(store_ids: Sequence[int], rows: Sequence[Any]) -> dict[int, list[FreightRule]]:
    return grouped(
        store_ids,
        (
            (
                row["store_id"],
                FreightRule(
                    region=row["region"],
                    base_minor=row["base_minor"],
                    free_from_minor=row["free_from_minor"],
                ),
            )
            for row in rows
        ),
    )
