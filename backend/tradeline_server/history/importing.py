"""Makes a network of what an order history suggests, in one transaction.

The network remembers the digest of its file in its audit trail: the same file once more changes
nothing, and another file gets a network of its own, for prices suggested by two files would
contradict one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tradeline import catalog, inventory, organizations, pricing, settlement
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Rejected,
    exponent_of,
    open_pool,
    record_changes,
    system_actor,
)
from tradeline_server.errors import CommandError, UsageError
from tradeline_server.history import queries
from tradeline_server.history.reading import History
from tradeline_server.history.suggestions import Steps, SuggestedRetailer, Suggestion

NETWORK_CODE = "order-history"
NETWORK_NAME = "Order history"
SELLER_CODE = "wholesaler"
ACTION = "order_history.import"
BATCH = 1_000

Item = TypeVar("Item")
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The network to make. Without a `code`, the first that is free or holds the file already."""

    code: str | None = None
    name: str = NETWORK_NAME
    currency: str = "GBP"

    def check(self) -> None:
        """Raises UsageError for what no network can have."""
        try:
            exponent_of(self.currency)
        except ValueError as error:
            raise UsageError(f"--currency: {error}.") from error
        for name, text in (("--network-code", self.code or NETWORK_CODE), ("--network", self.name)):
            if not (text.strip() and text.isprintable() and len(text) <= 64):
                raise UsageError(f"{name} needs 1 to 64 printable characters.")

    def codes(self, digest: str) -> tuple[str, ...]:
        """The codes that the network of such a file may have."""
        own = f"{NETWORK_CODE}-{digest[:8]}"
        return (NETWORK_CODE, own) if self.code is None else (self.code,)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file belongs; `network_id` is None until it is there."""

    code: str
    network_id: int | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: "made", or "nothing_to_do" where the file was there before."""

    outcome: str
    network_code: str


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges of the network and the ids of what is traded on them, by code."""

    relationships: dict[str, int]
    skus: dict[str, int]


async def import_history(
    dsn: str,
    history: History,
    suggestion: Suggestion,
    target: Target,
    progress: Progress = lambda _, __: None,
) -> Imported:
    """Make the network of the file, unless it is there.

    `progress` is told each time what was made, and how many of them. Raises CommandError if the
    code that was asked for holds another file, or if the file holds nothing that can be sold.
    """
    if not suggestion.sales:
        raise CommandError(
            "No line of the file can be taken: `tradeline import order-history … --dry-run` writes "
            "why, line by line, into an error file."
        )
    pool = await open_pool(dsn, role=None, max_size=1)
    try:
        async with pool.acquire() as conn, conn.transaction():
            await queries.lock_imports(conn)
            place = await find_place(conn, target, history.digest)
            if place.network_id is not None:
                return Imported("nothing_to_do", place.code)
            await _make(conn, history, suggestion, target, place.code, progress)
            return Imported("made", place.code)
    except Rejected as rejection:
        raise CommandError(f"Nothing was made: {rejection}") from rejection
    finally:
        await pool.close()


async def find_place(conn: Connection, target: Target, digest: str) -> Place:
    """The network that was made from this file, which is entered, or the code of the one to make.

    Raises CommandError if the code that was asked for is taken by anything else.
    """
    free: str | None = None
    for code in target.codes(digest):
        network_id = await queries.fetch_network_id(conn, code)
        if network_id is None:
            free = free or code
            continue
        await queries.enter_network(conn, network_id)
        if await queries.fetch_digest(conn, network_id, ACTION) == digest:
            return Place(code, network_id)
    if free is None:
        raise CommandError(
            f"Network {code} was not made from this file; name another with --network-code."
        )
    return Place(free, None)


async def _make(
    conn: Connection,
    history: History,
    suggestion: Suggestion,
    target: Target,
    code: str,
    progress: Progress,
) -> None:
    network_id = await organizations.create_network(
        conn, code=code, name=target.name, name_en=target.name, currency=target.currency
    )
    await queries.enter_network(conn, network_id)
    actor = await _make_seller(conn, network_id, target)
    relationships = await _make_retailers(conn, actor, suggestion, target)
    progress("retailers", len(relationships))
    skus = await _make_skus(conn, actor, suggestion)
    progress("SKUs", len(skus))
    edges = Edges(relationships, skus)
    await _make_assortment(conn, actor, edges)
    await _make_prices(conn, actor, suggestion, edges, progress)
    await _make_stock(conn, actor, suggestion, skus)
    progress("stock levels", len(skus))
    await record_changes(
        conn,
        actor=actor,
        changes=[
            Change(
                action=ACTION,
                subject_type="network",
                subject_id=network_id,
                after={"digest": history.digest, "lines": len(history.originals)},
            )
        ],
    )


async def _make_seller(conn: Connection, network_id: int, target: Target) -> Actor:
    """The system acting for the wholesaler, which is the first organization of the network."""
    founder = system_actor(network_id, 0)
    (org_id,) = await organizations.create_organizations(
        conn,
        actor=founder,
        organizations=[
            organizations.NewOrganization(
                kind=organizations.OrganizationKind.TRADER,
                code=SELLER_CODE,
                name=target.name,
                name_en=target.name,
            )
        ],
    )
    return system_actor(network_id, org_id)


async def _make_retailers(
    conn: Connection, actor: Actor, suggestion: Suggestion, target: Target
) -> dict[str, int]:
    """The edge of each customer, with a limit of all that it bought."""
    ids: dict[str, int] = {}
    for batch in _batches(list(suggestion.retailers.values())):
        org_ids = await organizations.create_organizations(
            conn, actor=actor, organizations=[_organization(retailer) for retailer in batch]
        )
        relationship_ids = await organizations.create_relationships(
            conn,
            actor=actor,
            relationships=[
                organizations.NewRelationship(
                    buyer_org_id=org_id,
                    currency=target.currency,
                    requires_review=False,
                    requires_confirmation=True,
                    requires_receipt=True,
                    holds_stock=True,
                )
                for org_id in org_ids
            ],
        )
        await settlement.open_exposures(
            conn,
            network_id=actor.network_id,
            exposures=[
                settlement.NewExposure(
                    relationship_id=relationship_id,
                    currency=target.currency,
                    credit_limit_minor=retailer.bought_minor,
                )
                for relationship_id, retailer in zip(relationship_ids, batch, strict=True)
            ],
        )
        codes = [retailer.code for retailer in batch]
        ids |= zip(codes, relationship_ids, strict=True)
    return ids


def _organization(retailer: SuggestedRetailer) -> organizations.NewOrganization:
    return organizations.NewOrganization(
        kind=organizations.OrganizationKind.RETAILER,
        code=retailer.code,
        name=retailer.name_zh,
        name_en=retailer.name,
        region=retailer.country,
    )


async def _make_skus(conn: Connection, actor: Actor, suggestion: Suggestion) -> dict[str, int]:
    """Each code becomes a product with one SKU: the file tells of no variants."""
    ids: dict[str, int] = {}
    for batch in _batches(list(suggestion.skus.values())):
        product_ids = await catalog.create_products(
            conn,
            actor=actor,
            products=[
                catalog.NewProduct(code=sku.code, name=sku.name, name_en=sku.name) for sku in batch
            ],
        )
        sku_ids = await catalog.create_skus(
            conn,
            actor=actor,
            skus=[
                catalog.NewSku(
                    product_id=product_id, code=sku.code, name=sku.name, name_en=sku.name
                )
                for product_id, sku in zip(product_ids, batch, strict=True)
            ],
        )
        codes = [sku.code for sku in batch]
        ids |= zip(codes, sku_ids, strict=True)
    return ids


async def _make_assortment(conn: Connection, actor: Actor, edges: Edges) -> None:
    """One set of everything, granted to all."""
    (assortment_id,) = await catalog.create_assortments(
        conn,
        actor=actor,
        assortments=[catalog.NewAssortment(code="all", name="全部商品", name_en="Everything")],
    )
    for sku_ids in _batches(list(edges.skus.values())):
        await catalog.put_assortment_skus(
            conn,
            actor=actor,
            assortment_id=assortment_id,
            items=[catalog.AssortmentItem(sku_id=sku_id) for sku_id in sku_ids],
        )
    for relationship_ids in _batches(list(edges.relationships.values())):
        await catalog.grant_assortments(
            conn,
            actor=actor,
            grants=[
                catalog.AssortmentGrant(relationship_id=each, assortment_id=assortment_id)
                for each in relationship_ids
            ],
        )


async def _make_prices(
    conn: Connection, actor: Actor, suggestion: Suggestion, edges: Edges, progress: Progress
) -> None:
    """The base list with its breaks, and a contract list for each customer that has one."""
    agreed = {code: r.contract for code, r in suggestion.retailers.items() if r.contract}
    drafts = [_price_list("base", "价格表", "List prices", "base", suggestion.currency)]
    for code in agreed:
        names = (f"{code} 协议价", f"Contract of {code}")
        drafts.append(_price_list(f"contract-{code}", *names, "contract", suggestion.currency))
    list_ids: list[int] = []
    for batch in _batches(drafts):
        list_ids += await pricing.create_price_lists(conn, actor=actor, price_lists=batch)
    base_id, *contract_ids = list_ids
    listed = {code: sku.prices for code, sku in suggestion.skus.items()}
    progress("prices", await _put_prices(conn, actor, base_id, listed, edges))
    for list_id, contract in zip(contract_ids, agreed.values(), strict=True):
        progress("prices", await _put_prices(conn, actor, list_id, contract, edges))
    grants = [
        pricing.PriceListGrant(relationship_id=edges.relationships[code], price_list_id=list_id)
        for list_id, code in zip(contract_ids, agreed, strict=True)
    ]
    for granted in _batches(grants):
        await pricing.grant_price_lists(conn, actor=actor, grants=granted)


def _price_list(
    code: str, name: str, name_en: str, level: str, currency: str
) -> pricing.NewPriceList:
    return pricing.NewPriceList(
        code=code,
        name=name,
        name_en=name_en,
        level=pricing.PriceLevel(level),
        currency=currency,
    )


async def _put_prices(
    conn: Connection, actor: Actor, list_id: int, by_sku: Mapping[str, Steps], edges: Edges
) -> int:
    """Fill one list; how many prices it got. A list has a lock and a history of its own, hence
    one call for each."""
    prices = [
        pricing.NewPrice(sku_id=edges.skus[code], quantity_minimum=minimum, unit_price=price)
        for code, steps in by_sku.items()
        for minimum, price in zip(steps.minimums, steps.prices, strict=True)
    ]
    for batch in _batches(prices):
        await pricing.put_prices(conn, actor=actor, price_list_id=list_id, prices=batch)
    return len(prices)


async def _make_stock(
    conn: Connection, actor: Actor, suggestion: Suggestion, skus: dict[str, int]
) -> None:
    """A warehouse that opens with all that was sold."""
    (warehouse_id,) = await inventory.create_warehouses(
        conn,
        actor=actor,
        warehouses=[inventory.NewWarehouse(code="main", name="主仓", name_en="Main warehouse")],
    )
    opening = [(skus[code], sku.sold) for code, sku in suggestion.skus.items()]
    for batch in _batches(opening):
        await inventory.adjust_stock(
            conn,
            actor=actor,
            adjustments=[
                inventory.StockAdjustment(
                    warehouse_id=warehouse_id, sku_id=sku_id, quantity=quantity
                )
                for sku_id, quantity in batch
            ],
            reason=inventory.MovementReason.OPENING,
        )


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The faces take lists, each with a bound on what one statement should carry."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
