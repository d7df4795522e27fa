"""The trading world that other tests stand on."""

from tests.factories import EDGES, a_network
from tradeline.kernel import Database, Pool


async def test_a_network_is_complete(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)

    assert len(set(story.orgs.values())) == 7
    assert len(set(story.entities.values())) == 7
    assert set(story.relationships) == set(EDGES)
