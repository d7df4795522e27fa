"""Keeping drafts and placing them: one person's, at one version, whole or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.factories_drafts import Shop, a_shop, names, rows, saved
from tests.factories_inventory import level_of
from tests.factories_settlement import exposure_of
from tradeline.kernel import (
    TRADE_ZONE,
    Database,
    Forbidden,
    PageRequest,
    Permission,
    Pool,
    Rejected,
    page_request,
)
from tradeline.ordering import (
    DraftChanged,
    NewDraft,
    NewOrder,
    NewOrderLine,
    OrderDraft,
    discard_draft,
    draft_of_edge,
    drafts_by_ids,
    lines_of_orders,
    list_drafts,
    orders_by_ids,
    place_draft,
    place_order,
    resolve_drafts,
    save_draft,
)


async def placed(
    db: Database, shop: Shop, draft: OrderDraft, *, keeps: bool = False, by: str = "retailer_1"
) -> int:
    async with db.unit_of_work(shop.story.network_id) as conn:
        return await place_draft(
            conn,
            actor=shop.story.actor(by),
            draft_id=draft.id,
            version=draft.version,
            keeps_problem_rows=keeps,
        )


async def now(db: Database, shop: Shop, by: str = "retailer_1") -> OrderDraft:
    async with db.reading(shop.story.network_id) as conn:
        found = await draft_of_edge(conn, actor=shop.story.actor(by), relationship_id=shop.edge)
    assert found is not None
    return found


async def test_a_draft_on_an_edge_that_no_longer_trades_opens_and_loses_nothing(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "1"), ("what ever", "2"))
    await owner_pool.execute(
        "UPDATE organizations.relationship SET state = 'ended' WHERE id = $1", shop.edge
    )

    async with db.reading(shop.story.network_id) as conn:
        found = (await resolve_drafts(conn, actor=shop.buyer, ids=[draft.id]))[draft.id]
    assert [row.code for row in found.rows] == ["BEER", "what ever"]
    assert [names(row.problems) for row in found.rows] == [["NotTrading"], ["NotTrading"]]
    assert names(found.problems) == ["NotTrading"]
    with pytest.raises(Rejected) as refused:
        await placed(db, shop, draft)
    assert names(refused.value.problems) == ["NotTrading"]

    await saved(db, shop, ("BEER", "1"), ("what ever", "3"))


async def test_placing_with_a_problem_refuses_all_of_it_and_changes_nothing(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "1"), ("nonsense", "1"), ("TEA", "101"))

    with pytest.raises(Rejected) as refused:
        await placed(db, shop, draft)

    assert [(type(p).__name__, p.path) for p in refused.value.problems] == [
        ("CodeUnknown", ("rows", 1, "code")),
        ("NotEnoughStock", ("rows", 2, "quantityText")),
    ]
    assert await now(db, shop) == draft
    assert await level_of(owner_pool, shop.story, shop.warehouse, shop.catalog.skus["BEER"]) == (
        100,
        0,
    )
    assert (await exposure_of(owner_pool, shop.edge)).held_minor == 0


async def test_placing_what_is_ready_keeps_exactly_the_rows_with_a_problem(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(
        db,
        shop,
        ("TEA", "60"),
        ("BEER", "1 CASE"),
        ("nonsense", "1"),
        ("TEA", "41"),
        ("ale-01", "2 箱"),
        ("BEER", "7"),
        region="CN-31",
    )

    order_id = await placed(db, shop, draft, keeps=True)

    async with db.reading(shop.story.network_id) as conn:
        lines = (await lines_of_orders(conn, actor=shop.buyer, order_ids=[order_id]))[order_id]
    assert [(line.sku_code, line.pack_code, line.quantity) for line in lines] == [
        ("BEER", "CASE", 36),
        ("BEER", "EA", 7),
    ]
    left = await now(db, shop)
    assert [(row.code, row.quantity_text) for row in left.rows] == [
        ("TEA", "60"),
        ("nonsense", "1"),
        ("TEA", "41"),
    ]
    assert (left.version, left.ship_to_region) == (draft.version + 1, "CN-31")


@pytest.mark.parametrize("problem_rows", [(), (("nonsense", "1"),)])
async def test_what_was_written_over_an_order_goes_with_it_and_where_to_ship_stays(
    owner_pool: Pool, db: Database, problem_rows: tuple[tuple[str, str], ...]
) -> None:
    shop = await a_shop(owner_pool, db)
    places: dict[str, Any] = {"ship_to_region": "CN-31", "ship_to_address": "Nanjing Road 1"}
    day = datetime.now(TRADE_ZONE).date() + timedelta(days=9)
    written: dict[str, Any] = {"buyer_reference": "PO-7", "note": "Ring", "requested_on": day}
    async with db.unit_of_work(shop.story.network_id) as conn:
        await save_draft(
            conn,
            actor=shop.buyer,
            draft=NewDraft(
                relationship_id=shop.edge,
                rows=rows(("BEER", "1"), *problem_rows),
                **places,
                **written,
            ),
            version=0,
        )
    draft = await now(db, shop)

    order_id = await placed(db, shop, draft, keeps=True)

    async with db.reading(shop.story.network_id) as conn:
        order = (await orders_by_ids(conn, actor=shop.buyer, ids=[order_id]))[order_id]
    assert {name: getattr(order, name) for name in places | written} == places | written
    left = await now(db, shop)
    assert left.rows == rows(*problem_rows)
    assert (left.buyer_reference, left.note, left.requested_on) == ("", "", None)
    assert {name: getattr(left, name) for name in places} == places


async def test_placing_a_draft_comes_to_what_placing_its_lines_comes_to(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "2 CASE"), ("TEA", "3"), ("BEER", "1 CASE"))
    async with db.unit_of_work(shop.story.network_id) as conn:
        other_id = await place_order(
            conn,
            actor=shop.buyer,
            order=NewOrder(
                relationship_id=shop.edge,
                lines=(
                    NewOrderLine(shop.catalog.skus["BEER"], 3, shop.catalog.packs["BEER", "CASE"]),
                    NewOrderLine(shop.catalog.skus["TEA"], 3),
                ),
            ),
        )

    order_id = await placed(db, shop, draft)

    async with db.reading(shop.story.network_id) as conn:
        orders = await orders_by_ids(conn, actor=shop.buyer, ids=[other_id, order_id])
        lines = await lines_of_orders(conn, actor=shop.buyer, order_ids=[other_id, order_id])
    assert orders[order_id].amount == orders[other_id].amount
    assert _bare(lines[order_id]) == _bare(lines[other_id])
    left = await now(db, shop)
    assert (left.rows, left.version, left.ship_to_region) == ((), draft.version + 1, "")
    assert (await exposure_of(owner_pool, shop.edge)).held_minor == 2 * (10_800 + 3_750)


def _bare(lines: Any) -> list[Any]:
    """Lines without what tells one order from another: ids, and the moment they were priced at."""
    return [
        replace(line, id=0, order_id=0, explanation={**line.explanation, "at": ""})
        for line in lines
    ]


async def test_of_two_who_place_the_last_goods_at_once_one_is_told_so(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    drafts = {
        name: await saved(db, shop, ("BEER", "70"), by=name)
        for name in ("retailer_1", "retailer_2")
    }

    outcomes = await asyncio.gather(
        *(placed(db, shop, draft, by=name) for name, draft in drafts.items()),
        return_exceptions=True,
    )

    [refused] = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert [(type(p).__name__, p.path) for p in refused.problems] == [
        ("NotEnoughStock", ("rows", 0, "quantityText"))
    ]
    assert await level_of(owner_pool, shop.story, shop.warehouse, shop.catalog.skus["BEER"]) == (
        100,
        70,
    )


async def test_of_two_who_keep_problem_rows_the_second_orders_what_is_left(
    owner_pool: Pool, db: Database
) -> None:
    """The rows are judged by what is locked: nobody is refused for what they would have kept."""
    shop = await a_shop(owner_pool, db)
    buyers = ("retailer_1", "retailer_2")
    drafts = {name: await saved(db, shop, ("BEER", "70"), ("TEA", "1"), by=name) for name in buyers}

    ids = await asyncio.gather(
        *(placed(db, shop, draft, by=name, keeps=True) for name, draft in drafts.items())
    )

    seller = shop.story.actor("trader_a")
    async with db.reading(shop.story.network_id) as conn:
        orders = await lines_of_orders(conn, actor=seller, order_ids=ids)
    codes = sorted([line.sku_code for line in orders[order_id]] for order_id in ids)
    assert codes == [["BEER", "TEA"], ["TEA"]]


async def test_a_draft_that_is_placed_from_two_windows_is_one_order(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "3"))

    outcomes = await asyncio.gather(
        *(placed(db, shop, draft) for _ in range(5)), return_exceptions=True
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert [names(each.problems) for each in refused] == [["DraftChanged"]] * 4
    assert (await exposure_of(owner_pool, shop.edge)).held_minor == 900


async def test_drafts_that_draw_on_the_same_goods_are_each_judged_alone(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    story = shop.story
    seller = story.actor("trader_a")
    async with db.unit_of_work(story.network_id) as conn:
        ids = [
            await save_draft(
                conn,
                actor=seller,
                draft=NewDraft(
                    relationship_id=story.edge("trader_a", name), rows=rows(("BEER", "70"))
                ),
                version=0,
            )
            for name in ("retailer_1", "retailer_2")
        ]
        found = await resolve_drafts(conn, actor=seller, ids=ids)

    assert [draft.ready_count for draft in found.values()] == [1, 1]
    assert [draft.problems for draft in found.values()] == [(), ()]


async def test_a_stale_window_neither_saves_nor_places(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    stale = await saved(db, shop, ("BEER", "1"))
    newest = await saved(db, shop, ("BEER", "2"))

    with pytest.raises(Rejected) as refused:
        await placed(db, shop, stale)
    assert refused.value.problems == (DraftChanged(path=("version",), version=2),)
    for version in (0, 1, 3):
        with pytest.raises(Rejected) as refused:
            async with db.unit_of_work(shop.story.network_id) as conn:
                await save_draft(
                    conn,
                    actor=shop.buyer,
                    draft=NewDraft(relationship_id=shop.edge),
                    version=version,
                )
        assert refused.value.problems == (DraftChanged(path=("version",), version=2),)
    assert await now(db, shop) == newest


async def test_a_version_never_comes_back_once_it_was_placed_or_discarded(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "1"))
    await placed(db, shop, draft)
    assert (await now(db, shop)).version == 2

    await saved(db, shop, ("BEER", "1"))
    async with db.unit_of_work(shop.story.network_id) as conn:
        await discard_draft(conn, actor=shop.buyer, draft_id=draft.id)
    left = await now(db, shop)
    assert (left.id, left.version, left.rows) == (draft.id, 4, ())


async def test_a_draft_is_its_persons_for_the_organization_acted_for(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "1"))
    colleague = replace(shop.buyer, account_id=shop.story.accounts["brand"])
    elsewhere = replace(shop.buyer, org_id=shop.story.orgs["retailer_2"])
    for other in (colleague, elsewhere, shop.story.actor("trader_a")):
        async with db.unit_of_work(shop.story.network_id) as conn:
            assert await drafts_by_ids(conn, actor=other, ids=[draft.id]) == {}
            assert await resolve_drafts(conn, actor=other, ids=[draft.id]) == {}
            assert await draft_of_edge(conn, actor=other, relationship_id=shop.edge) is None
            assert (await list_drafts(conn, actor=other, page=PageRequest())).items == ()
            for use in (
                place_draft(conn, actor=other, draft_id=draft.id, version=1),
                discard_draft(conn, actor=other, draft_id=draft.id),
            ):
                with pytest.raises(Rejected) as refused:
                    await use
                assert names(refused.value.problems) == ["NotFound"]
    assert await now(db, shop) == draft


async def test_whoever_may_not_place_orders_has_no_drafts(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "1"))
    new = NewDraft(relationship_id=shop.edge)
    reader = shop.story.actor("retailer_1", Permission.ORDER_READ)
    seller = shop.story.actor("trader_a", Permission.ORDER_PLACE)
    buyer = shop.story.actor("retailer_1", Permission.ORDER_PLACE_ON_BEHALF)
    machine = replace(shop.buyer, account_id=None, api_client_id=1)
    async with db.unit_of_work(shop.story.network_id) as conn:
        for use in (
            save_draft(conn, actor=reader, draft=new, version=1),
            save_draft(conn, actor=seller, draft=new, version=0),
            save_draft(conn, actor=buyer, draft=new, version=1),
            save_draft(conn, actor=machine, draft=new, version=0),
            draft_of_edge(conn, actor=reader, relationship_id=shop.edge),
            list_drafts(conn, actor=reader, page=PageRequest()),
            resolve_drafts(conn, actor=reader, ids=[draft.id]),
            place_draft(conn, actor=reader, draft_id=draft.id, version=1),
            place_draft(conn, actor=buyer, draft_id=draft.id, version=1),
            discard_draft(conn, actor=reader, draft_id=draft.id),
        ):
            with pytest.raises(Forbidden):
                await use
    assert await now(db, shop) == draft


async def test_a_draft_of_another_organizations_edge_is_not_kept(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    for edge in (shop.story.edge("trader_b", "retailer_3"), 0):
        with pytest.raises(Rejected) as refused:
            async with db.unit_of_work(shop.story.network_id) as conn:
                await save_draft(
                    conn, actor=shop.buyer, draft=NewDraft(relationship_id=edge), version=0
                )
        assert names(refused.value.problems) == ["NotFound"]


async def test_a_seller_drafts_on_its_buyers_behalf(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "1"), ("green tea", "2"), by="trader_a")

    order_id = await placed(db, shop, draft, by="trader_a")

    async with db.reading(shop.story.network_id) as conn:
        order = (await orders_by_ids(conn, actor=shop.buyer, ids=[order_id]))[order_id]
    assert order.placed_by_org_id == shop.story.orgs["trader_a"]
    assert str(order.amount) == "28.00 CNY"


async def test_drafts_are_listed_newest_first_without_empty_ones(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    story = shop.story
    seller = story.actor("trader_a")
    edges = [story.edge("trader_a", name) for name in ("retailer_1", "retailer_2")]
    edges.append(story.edge("brand", "trader_a"))
    for edge, held in zip(edges, (("BEER", "1"), ("TEA", "1"), None), strict=True):
        async with db.unit_of_work(story.network_id) as conn:
            draft = NewDraft(relationship_id=edge, rows=rows(held) if held else ())
            await save_draft(conn, actor=seller, draft=draft, version=0)

    async with db.reading(story.network_id) as conn:
        first = await list_drafts(conn, actor=seller, page=PageRequest(size=1))
        after = page_request(1, first.cursors[0], (int, int))
        second = await list_drafts(conn, actor=seller, page=after)
        found = await resolve_drafts(
            conn, actor=seller, ids=[draft.id for draft in (*first.items, *second.items)]
        )
    assert [draft.relationship_id for draft in (*first.items, *second.items)] == edges[1::-1]
    assert (first.has_next, second.has_next) == (True, False)
    assert [str(draft.amount) for draft in found.values()] == ["3.00 CNY", "12.50 CNY"]


async def test_two_thousand_rows_are_resolved_at_once_and_no_more(
    owner_pool: Pool, db: Database
) -> None:
    """However many buyers a seller drafts for, a page of its drafts keeps nobody waiting."""
    shop = await a_shop(owner_pool, db)
    story = shop.story
    seller = story.actor("trader_a")
    edges = [story.edge("trader_a", name) for name in ("retailer_1", "retailer_2")]
    edges.append(story.edge("brand", "trader_a"))
    ids = []
    for edge, count in zip(edges, (1000, 1000, 1), strict=True):
        async with db.unit_of_work(story.network_id) as conn:
            draft = NewDraft(relationship_id=edge, rows=rows(*[("nonsense", "1")] * count))
            ids.append(await save_draft(conn, actor=seller, draft=draft, version=0))

    async with db.reading(story.network_id) as conn:
        assert len(await resolve_drafts(conn, actor=seller, ids=ids[:2])) == 2
        with pytest.raises(Rejected) as refusal:
            await resolve_drafts(conn, actor=seller, ids=ids)
    assert [problem.message() for problem in refusal.value.problems] == [
        "rows cannot be used: ask for at most 2000 at once, in fewer drafts."
    ]


async def test_what_cannot_be_kept_is_refused(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    for draft, paths in (
        (NewDraft(relationship_id=shop.edge, rows=rows(*[("x", "1")] * 1001)), [("rows",)]),
        (
            NewDraft(
                relationship_id=shop.edge,
                rows=rows(("x" * 201, "1"), ("two\nlines", "1" * 61)),
                note="x" * 1001,
                buyer_reference="x" * 101,
                requested_on=date(2001, 1, 1),
            ),
            [
                ("rows", 0, "code"),
                ("rows", 1, "code"),
                ("rows", 1, "quantityText"),
                ("buyerReference",),
                ("note",),
                ("requestedOn",),
            ],
        ),
    ):
        with pytest.raises(Rejected) as refused:
            async with db.unit_of_work(shop.story.network_id) as conn:
                await save_draft(conn, actor=shop.buyer, draft=draft, version=0)
        assert [problem.path for problem in refused.value.problems] == paths
