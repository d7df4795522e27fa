"""Who sees proposals and terms, who takes them, and how they are found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories_replenishment import a_shop, done, expects, proposed
from tests.integration.replenishment.test_proposals import ordered, take
from tradeline.kernel import (
    Database,
    Forbidden,
    NotFound,
    PageRequest,
    Permission,
    Pool,
    Rejected,
    WrongState,
)
from tradeline.replenishment import (
    ProposalFilter,
    ProposalKind,
    ProposalState,
    Take,
    Term,
    accept_proposals,
    dismiss_proposals,
    list_proposals,
    make_proposals,
    proposals_by_ids,
    put_terms,
    terms_said,
)


async def test_a_stranger_finds_no_line_and_nobody_takes_one_without_the_permissions(
    owner_pool: Pool, db: Database
) -> None:
    shop, other = await a_shop(owner_pool, db), await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    [line] = await proposed(db, shop)
    missing = NotFound(path=("lines", 0, "id"), subject="proposal")

    for stranger in (other.story.actor("retailer_1"), shop.story.actor("trader_a")):
        async with db.unit_of_work(stranger.network_id) as conn:
            assert await proposals_by_ids(conn, actor=stranger, ids=[line.id]) == {}
            page = PageRequest(size=10)
            assert (await list_proposals(conn, actor=stranger, page=page)).items == ()
            with pytest.raises(Rejected) as caught:
                await accept_proposals(conn, actor=stranger, takes=[Take(line.id)])
            assert caught.value.problems == (missing,)
        with pytest.raises(Rejected) as caught:
            await done(db, stranger, dismiss_proposals, line_ids=[line.id])
        assert caught.value.problems == (missing,)
        with pytest.raises(Rejected) as caught:
            await done(db, stranger, make_proposals, warehouse_ids=[shop.first])
        assert caught.value.problems == (NotFound(path=("warehouseIds", 0), subject="warehouse"),)
    manages, places = Permission.REPLENISHMENT_MANAGE, Permission.ORDER_PLACE
    for lacking in ((manages,), (places,), (Permission.REPLENISHMENT_READ, places)):
        with pytest.raises(Forbidden):
            await take(db, shop, Take(line.id), by=shop.story.actor("retailer_1", *lacking))
    assert await ordered(owner_pool, shop) == []


async def test_terms_are_said_by_who_buys_on_the_edge_of_what_it_sees(
    owner_pool: Pool, db: Database
) -> None:
    shop, other = await a_shop(owner_pool, db), await a_shop(owner_pool, db)
    wrongs: tuple[tuple[str, dict[str, Any]], ...] = (
        ("trader_a", {}),
        ("retailer_1", {"sku_id": other.market.tea}),
        ("retailer_1", {"pack_id": 10**9, "sku_id": shop.market.tea}),
    )
    for by, wrong in wrongs:
        term = Term(relationship_id=shop.edge, lead_time_days=1, **wrong)
        with pytest.raises(Rejected) as caught:
            await done(db, shop.story.actor(by), put_terms, terms=[term])
        assert isinstance(caught.value.problems[0], NotFound)
    keys = [(shop.edge, shop.market.tea), (shop.edge, None)]
    for by, count in (("retailer_1", 1), ("trader_a", 0)):
        async with db.reading(shop.story.network_id) as conn:
            said = await terms_said(conn, actor=shop.story.actor(by), keys=keys)
        assert [term.sku_id for term in said] == [None] * count


async def test_lines_are_listed_by_kind_state_and_what_their_goods_are_called(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    await expects(db, shop, shop.market.oil, 5)
    await proposed(db, shop)
    await proposed(db, shop)
    actor = shop.story.actor("retailer_1")

    async def listed(**only: Any) -> int:
        async with db.reading(shop.story.network_id) as conn:
            page = await list_proposals(
                conn, actor=actor, page=PageRequest(size=10), only=ProposalFilter(**only)
            )
        return len(page.items)

    assert await listed() == 4
    assert await listed(state=ProposalState.OPEN) == 2
    assert await listed(kind=ProposalKind.CLEAR) == 0
    assert await listed(state=ProposalState.OPEN, search="nothing of that name") == 0
    assert await listed(warehouse_id=shop.second) == 0


async def test_whoever_proposes_while_others_do_is_told_so_and_waits_no_longer_than_it_may(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    planner = shop.story.actor("retailer_1")

    async with db.unit_of_work(shop.story.network_id) as conn:
        made = await make_proposals(conn, actor=planner)
        for _ in range(2):
            with pytest.raises(Rejected) as caught:
                await done(db, planner, make_proposals, patience_ms=50)
            assert list(caught.value.problems) == [
                WrongState(path=(), subject="proposal", state="being planned")
            ]

    # It is the first for the organization, and the desk is free again.
    assert len(made) == 1
    assert len(await done(db, planner, make_proposals, patience_ms=50)) == 1
