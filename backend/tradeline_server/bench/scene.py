"""The network that a bench trades in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import asyncpg

from tradeline.kernel import SESSION_SETTINGS, Connection, Database, Permission, Pool, open_pool
from tradeline.settlement import NewObligation, ObligationKind, owe, post_journals
from tradeline_server.bench.queries import scene as queries

CURRENCY = "CNY"
REGION = "CN-ZJ"
TIERS = 3
CONTRACT_SKUS = 20
SCARCE_SKUS = 5
SCARCE_UNITS = 24  # in each of the two warehouses
UNITS = 10**9
CREDIT_MINOR = 10**13

DEALER_MAY = (
    Permission.CATALOG_READ,
    Permission.CREDIT_READ,
    Permission.ORDER_PLACE,
    Permission.ORDER_READ,
    Permission.ORGANIZATION_READ,
    Permission.PRICE_READ,
    Permission.RELATIONSHIP_READ,
    Permission.STOCK_READ,
)
BRAND_MAY = (Permission.ORDER_READ, Permission.ORDER_SHIP)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A machine that acts for a dealer, or for the brand; only a dealer's has an edge."""

    client_id: str
    secret: str
    relationship_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What was made. `sku_ids` and `case_ids` (packs of twelve) go together; the first
    SCARCE_SKUS of them run out."""

    network_id: int
    edge_ids: Sequence[int]
    sku_ids: Sequence[int]
    case_ids: Sequence[int]
    dealers: Sequence[Client]
    brand: Client


async def make_scene(dsn: str, *, relationships: int, skus: int, tell: Progress) -> Scene:
    """Fill a migrated, empty database."""
    tell(f"Making {relationships:,} dealers and {skus:,} SKUs …")
    async with await open_pool(dsn, role=None, max_size=2) as pool:
        scene = await _make_network(pool, relationships, skus)
        async with pool.acquire() as conn:
            await queries.tidy_up(conn)
            await queries.checkpoint(conn)
    return scene


async def _make_network(pool: Pool, relationships: int, skus: int) -> Scene:
    async with pool.acquire() as conn:
        network_id = await queries.insert_network(conn, CURRENCY)
    async with Database(pool).unit_of_work(network_id) as conn:
        brand_id, edge_ids = await queries.insert_parties(
            conn, network_id, relationships, CURRENCY, REGION
        )
        deposits = await queries.insert_exposures(
            conn, network_id, edge_ids, CURRENCY, CREDIT_MINOR
        )
        await pay(conn, network_id, [(*deposit, CREDIT_MINOR) for deposit in deposits])
        sku_ids, case_ids = await queries.insert_catalog(conn, network_id, brand_id, skus, edge_ids)
        await queries.insert_prices(
            conn, network_id, brand_id, edge_ids, sku_ids, CURRENCY, TIERS, CONTRACT_SKUS
        )
        await queries.insert_stock(
            conn,
            network_id,
            brand_id,
            edge_ids,
            sku_ids,
            scarce_skus=SCARCE_SKUS,
            scarce_units=SCARCE_UNITS,
            units=UNITS,
        )
        dealers, brand = await _make_clients(conn, network_id, brand_id)
    return Scene(
        network_id=network_id,
        edge_ids=edge_ids,
        sku_ids=sku_ids,
        case_ids=case_ids,
        dealers=dealers,
        brand=brand,
    )


async def _make_clients(
    conn: Connection, network_id: int, brand_id: int
) -> tuple[list[Client], Client]:
    buyers = await queries.fetch_buyers(conn, network_id)
    dealers = [
        Client(
            client_id=f"client_dealer_{org_id}",
            secret=secrets.token_urlsafe(32),
            relationship_id=edge_id,
        )
        for edge_id, org_id in buyers
    ]
    brand = Client(client_id=f"client_brand_{brand_id}", secret=secrets.token_urlsafe(32))
    machines = [
        (org_id, dealer.client_id, dealer.secret)
        for (_, org_id), dealer in zip(buyers, dealers, strict=True)
    ]
    await queries.insert_api_clients(conn, network_id, machines, DEALER_MAY)
    await queries.insert_api_clients(
        conn, network_id, [(brand_id, brand.client_id, brand.secret)], BRAND_MAY
    )
    return dealers, brand


async def pay(
    conn: Connection, network_id: int, payments: Sequence[tuple[int, str, int, int]]
) -> None:
    """Let confirmed payments move the accounts, and post them."""
    await owe(
        conn,
        network_id=network_id,
        obligations=[
            NewObligation(
                relationship_id=edge_id,
                kind=ObligationKind.PAYMENT,
                owed_by=ObligationKind.PAYMENT.owed_by,
                amount_minor=minor,
                document_type="payment",
                document_id=payment_id,
                document_number=number,
            )
            for payment_id, number, edge_id, minor in payments
        ],
    )
    await post_journals(conn, limit=max(1, len(payments)))


async def connect(dsn: str) -> asyncpg.Connection[asyncpg.Record]:
    """As the owner, for looking at what happened."""
    return await asyncpg.connect(dsn, server_settings=SESSION_SETTINGS)
