"""What is refused of transfers that are taken is told by its place in the request."""

from __future__ import annotations

from tests.factories_replenishment import a_shop, expects, of_kind, proposed, stands
from tests.integration.replenishment.test_proposals import refused
from tradeline.inventory import WarehouseClosed
from tradeline.kernel import Database, Pool
from tradeline.replenishment import ProposalKind, Take

CLOSE = "UPDATE inventory.warehouse SET is_active = false WHERE network_id = $1 AND id = $2"


async def test_what_cannot_move_is_refused_by_its_place_in_the_request(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    tea, oil = shop.market.tea, shop.market.oil
    await expects(db, shop, tea, 1)
    for sku_id in (tea, oil):
        await stands(owner_pool, shop, sku_id, 40, at=shop.second, days=100)
    lines = await proposed(db, shop)
    [transfer] = of_kind(lines, ProposalKind.TRANSFER)
    slow = next(line for line in of_kind(lines, ProposalKind.CLEAR) if line.sku_id == oil)
    await owner_pool.execute(CLOSE, shop.story.network_id, shop.first)

    [problem] = await refused(db, shop, Take(slow.id), Take(transfer.id))

    assert isinstance(problem, WarehouseClosed)
    assert problem.path == ("lines", 1, "toWarehouseId")
