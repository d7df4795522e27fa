"""What stands around a store: freight, deep links, mini-programs and who collects."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict

from tradeline.catalog import visible_sku_ids
from tradeline.channels.model import FreightRule, Link, MiniProgram, NewLink, PaymentAccount
from tradeline.channels.queries import selling as queries
from tradeline.channels.queries import stores as store_queries
from tradeline.channels.rules import (
    FREIGHT_RULES_MAX,
    LINKS_MAX,
    judge_batch,
    judge_found,
    judge_freight,
    judge_link,
)
from tradeline.channels.service.listings import lock_own_store
from tradeline.kernel import (
    Actor,
    AlreadyExists,
    Change,
    Connection,
    Forbidden,
    Page,
    PageRequest,
    Permission,
    Problem,
    make_page,
    raise_any,
    record_and_publish,
    record_changes,
    refuse,
)

# Without letters and digits that are taken for one another; nobody guesses a code.
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 10


async def put_freight_rules(
    conn: Connection, *, actor: Actor, store_id: int, rules: Sequence[FreightRule]
) -> None:
    """Say what delivery from one of the organization's own stores costs: these rules and no others,
    and without any, nothing is delivered. Locks the store.

    Raises:
        Forbidden: without `store:manage`.
        Rejected: InvalidValue, AlreadyExists for a region that is named twice, NotFound for the
            store.
    """
    actor.require(Permission.STORE_MANAGE)
    problems = judge_batch("rules", rules, FREIGHT_RULES_MAX) if rules else []
    raise_any(problems + judge_freight(rules, ("rules",)))
    await lock_own_store(conn, actor, store_id)
    before = (await queries.load_freight(conn, actor.network_id, [store_id]))[store_id]
    if sorted(before, key=_region) == sorted(rules, key=_region):
        return
    await queries.replace_freight(conn, actor, store_id, rules)
    change = Change(
        action="store.put_freight_rules",
        subject_type="store",
        subject_id=store_id,
        before={"rules": [asdict(rule) for rule in before]},
        after={"rules": [asdict(rule) for rule in rules]},
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic="store.freight_rules_put")


async def freight_rules_of(
    conn: Connection, *, actor: Actor, store_ids: Sequence[int]
) -> dict[int, list[FreightRule]]:
    """Of the organization's own stores, by region; nothing of others'. Raises Forbidden without
    `store:read`."""
    actor.require(Permission.STORE_READ)
    return await queries.fetch_freight(conn, actor, store_ids)


async def load_freight(
    conn: Connection, *, network_id: int, store_ids: Sequence[int]
) -> dict[int, list[FreightRule]]:
    """The rules of any stores, for modules above (see `freight_of`). One statement."""
    return await queries.load_freight(conn, network_id, store_ids)


async def create_links(conn: Connection, *, actor: Actor, links: Sequence[NewLink]) -> list[int]:
    """Make deep links into the organization's own stores; ids in the order given.

    Raises:
        Forbidden: without `store:manage`.
        Rejected: InvalidValue, NotFound for a store or a SKU.
    """
    actor.require(Permission.STORE_MANAGE)
    problems: list[Problem] = judge_batch("links", links, LINKS_MAX)
    paths = [("links", position) for position in range(len(links))]
    for link, path in zip(links, paths, strict=True):
        problems += judge_link(link, path)
    raise_any(problems)
    store_ids = [link.store_id for link in links]
    stores = await store_queries.fetch_stores(conn, actor, store_ids)
    own = {id for id, store in stores.items() if store.org_id == actor.org_id}
    problems += judge_found("store", store_ids, own, [(*path, "storeId") for path in paths])
    sku_ids = [link.sku_id for link in links]
    named = [id for id in sku_ids if id is not None]
    seen = await visible_sku_ids(conn, actor=actor, ids=named)
    problems += judge_found("SKU", sku_ids, seen, [(*path, "skuId") for path in paths])
    raise_any(problems)
    coded = [(_new_code(), link) for link in links]
    ids = await queries.insert_links(conn, actor, coded)
    changes = [
        Change(
            action="store.create_link",
            subject_type="store",
            subject_id=link.store_id,
            after=asdict(link) | {"id": id, "code": code},
        )
        for id, (code, link) in zip(ids, coded, strict=True)
    ]
    await record_changes(conn, actor=actor, changes=changes)
    return ids


async def links_by_ids(conn: Connection, *, actor: Actor, ids: Sequence[int]) -> dict[int, Link]:
    """Into the organization's own stores. Raises Forbidden without `store:read`."""
    actor.require(Permission.STORE_READ)
    return await queries.fetch_links(conn, actor, ids)


async def list_links(
    conn: Connection, *, actor: Actor, store_ids: Sequence[int], page: PageRequest
) -> dict[int, Page[Link]]:
    """Into each of the organization's own stores, oldest first; the same page of all. The cursor's
    shape is (int,). Raises Forbidden without `store:read`."""
    actor.require(Permission.STORE_READ)
    found = await queries.fetch_link_pages(conn, actor, store_ids, page)
    return {id: make_page(links, page, lambda link: (link.id,)) for id, links in found.items()}


async def list_mini_programs(conn: Connection, *, actor: Actor) -> list[MiniProgram]:
    """Those of the network. Raises Forbidden without `store:read`."""
    actor.require(Permission.STORE_READ)
    return await queries.fetch_mini_programs(conn, actor.network_id)


async def load_mini_programs(conn: Connection, *, network_id: int) -> dict[int, MiniProgram]:
    """Those of the network by id, for modules above, whoever asks."""
    return {one.id: one for one in await queries.fetch_mini_programs(conn, network_id)}


async def mini_program_of(conn: Connection, *, app_id: str) -> MiniProgram | None:
    """Whose mini-program an app id is; asked outside of any network."""
    return await queries.load_mini_program_of(conn, app_id)


async def put_mini_program(conn: Connection, *, actor: Actor, app_id: str, name: str) -> int:
    """Make a mini-program known to the network, or call it otherwise. Whose an app id is nobody can
    prove in a request: this is for whoever runs the system.

    Raises:
        Forbidden: to anyone but the system.
        Rejected: AlreadyExists where it is another network's.
    """
    _require_system(actor)
    id = await queries.put_mini_program(conn, actor.network_id, app_id, name)
    if id is None:
        raise refuse(AlreadyExists(path=("appId",), subject="mini-program", code=app_id))
    return id


async def put_payment_account(
    conn: Connection,
    *,
    actor: Actor,
    merchant_id: str,
    sharing_ratio_max_bp: int = 3000,
    sharing_wait_days: int = 0,
    fee_bp: int | None = None,
) -> None:
    """Say as which merchant of WeChat's the organization collects. For whoever runs the system, who
    has the merchant's keys. With `fee_bp`, what WeChat takes, its bills are checked to the fen.

    Raises:
        Forbidden: to anyone but the system.
        Rejected: AlreadyExists where another organization collects as that merchant.
    """
    _require_system(actor)
    held = await queries.load_payment_account_of(conn, merchant_id)
    if held is not None and (held.network_id, held.org_id) != (actor.network_id, actor.org_id):
        raise refuse(
            AlreadyExists(path=("merchantId",), subject="payment account", code=merchant_id)
        )
    await queries.put_payment_account(
        conn, actor, merchant_id, sharing_ratio_max_bp, sharing_wait_days, fee_bp
    )


async def payment_accounts(
    conn: Connection, *, network_id: int, org_ids: Sequence[int]
) -> dict[int, PaymentAccount]:
    """As which merchants organizations collect, for modules above. Whoever has none is absent."""
    return await queries.load_payment_accounts(conn, network_id, org_ids)


async def payment_accounts_of(
    conn: Connection, *, merchant_ids: Sequence[str]
) -> dict[str, PaymentAccount]:
    """As `payment_account_of`, of many; what is nobody's is absent."""
    return await queries.load_payment_accounts_of(conn, merchant_ids)


async def payment_account_of(conn: Connection, *, merchant_id: str) -> PaymentAccount | None:
    """Whose a merchant is that WeChat tells us something about; asked outside of any network."""
    return await queries.load_payment_account_of(conn, merchant_id)


def _require_system(actor: Actor) -> None:
    if not actor.is_system:
        raise Forbidden(Permission.STORE_MANAGE)


def _new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def _region(rule: FreightRule) -> str:
    return rule.region
