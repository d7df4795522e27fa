"""Accounts of edges for tests to stand on."""

from __future__ import annotations

from itertools import count

from tests.factories import Story, a_network
from tradeline.kernel import Database, Pool
from tradeline.settlement import (
    Exposure,
    NewExposure,
    NewObligation,
    ObligationKind,
    open_exposures,
    owe,
    post_journals,
)

_documents = count(1)


async def a_trading_network(owner_pool: Pool, db: Database, *, limit_minor: int = 10_000) -> Story:
    """`a_network` whose edges have accounts, all with the same limit."""
    story = await a_network(owner_pool, db)
    async with db.unit_of_work(story.network_id) as conn:
        await open_exposures(
            conn,
            network_id=story.network_id,
            exposures=[
                NewExposure(relationship_id=edge_id, currency="CNY", credit_limit_minor=limit_minor)
                for edge_id in story.relationships.values()
            ],
        )
    await owner_pool.execute(
        "UPDATE settlement.exposure SET credit_limit_minor = $2 WHERE network_id = $1",
        story.network_id,
        limit_minor,
    )
    return story


def a_debt(
    edge_id: int, amount_minor: int, kind: ObligationKind = ObligationKind.GOODS
) -> NewObligation:
    """A new document of `kind` on the edge."""
    document_id = next(_documents)
    return NewObligation(
        relationship_id=edge_id,
        kind=kind,
        owed_by=kind.owed_by,
        amount_minor=amount_minor,
        document_type="receipt",
        document_id=document_id,
        document_number=f"R-{document_id}",
    )


async def owing(db: Database, story: Story, *debts: NewObligation) -> list[int | None]:
    async with db.unit_of_work(story.network_id) as conn:
        return await owe(conn, network_id=story.network_id, obligations=debts)


async def posted(owner_pool: Pool) -> int:
    """Post all that waits, of whatever test."""
    total = 0
    async with owner_pool.acquire() as conn:
        while taken := await post_journals(conn, limit=1000):
            total += taken
    return total


async def exposure_of(owner_pool: Pool, edge_id: int) -> Exposure:
    row = await owner_pool.fetchrow(
        "SELECT relationship_id, currency, credit_limit_minor, held_minor, owed_minor, is_blocked,"
        "       returnable_minor"
        "  FROM settlement.exposure WHERE relationship_id = $1",
        edge_id,
    )
    assert row is not None
    return Exposure(**row)
