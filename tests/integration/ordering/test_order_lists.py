"""Saved lists: an organization's own, shared by its people."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.factories import a_network
from tests.factories_drafts import names, rows
from tradeline.kernel import Actor, Database, Forbidden, PageRequest, Permission, Pool, Rejected
from tradeline.ordering import (
    OrderList,
    TypedRow,
    delete_order_list,
    list_order_lists,
    order_lists_by_ids,
    save_order_list,
)


async def save(
    db: Database, actor: Actor, name: str, *typed: tuple[str, str], id: int | None = None
) -> int:
    async with db.unit_of_work(actor.network_id) as conn:
        return await save_order_list(
            conn, actor=actor, name=name, rows=rows(*typed), order_list_id=id
        )


async def lists_of(db: Database, actor: Actor) -> list[OrderList]:
    async with db.reading(actor.network_id) as conn:
        return list((await list_order_lists(conn, actor=actor, page=PageRequest())).items)


async def test_a_list_keeps_rows_as_typed_for_all_of_its_organization(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    buyer = story.actor("retailer_1")
    colleague = replace(buyer, account_id=story.accounts["brand"])
    await save(db, buyer, " 周一 ", ("TEA", "2 箱"), ("what", "ever"))
    list_id = await save(db, buyer, "Always", ("OIL", "1"))

    await save(db, colleague, "Always", ("OIL", "2"), id=list_id)

    always, monday = await lists_of(db, colleague)
    assert (monday.name, monday.rows) == ("周一", rows(("TEA", "2 箱"), ("what", "ever")))
    assert (always.id, always.rows) == (list_id, rows(("OIL", "2")))
    assert always.updated_by_account_id == colleague.account_id
    trail = await owner_pool.fetch(
        "SELECT action FROM kernel.audit_entry WHERE network_id = $1 AND subject_id = $2"
        " AND subject_type = 'order_list' ORDER BY id",
        story.network_id,
        list_id,
    )
    assert [row["action"] for row in trail] == ["order_list.save"] * 2


async def test_a_list_that_is_forgotten_is_gone(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    buyer = story.actor("retailer_1")
    list_id = await save(db, buyer, "Always", ("OIL", "1"))
    async with db.unit_of_work(story.network_id) as conn:
        await delete_order_list(conn, actor=buyer, order_list_id=list_id)

    assert await lists_of(db, buyer) == []
    with pytest.raises(Rejected) as refused:
        async with db.unit_of_work(story.network_id) as conn:
            await delete_order_list(conn, actor=buyer, order_list_id=list_id)
    assert names(refused.value.problems) == ["NotFound"]


async def test_a_name_is_given_once(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    buyer = story.actor("retailer_1")
    await save(db, buyer, "Always")
    other_id = await save(db, buyer, "Sometimes", ("OIL", "1"))
    before = await lists_of(db, buyer)

    for id in (None, other_id):
        with pytest.raises(Rejected) as refused:
            await save(db, buyer, "Always", ("TEA", "1"), id=id)
        assert names(refused.value.problems) == ["AlreadyExists"]

    assert await lists_of(db, buyer) == before
    await save(db, story.actor("retailer_2"), "Always")


async def test_of_two_who_take_a_name_at_once_one_is_told_so(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    buyer = story.actor("retailer_1")
    ids = [await save(db, buyer, name) for name in ("a", "b", "c")]

    outcomes = await asyncio.gather(
        *(save(db, buyer, "same", id=id) for id in (*ids, None, None)), return_exceptions=True
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert len(refused) == 4
    assert {name for each in refused for name in names(each.problems)} == {"AlreadyExists"}


async def test_lists_of_others_are_not_there(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    buyer, stranger = story.actor("retailer_1"), story.actor("trader_a")
    list_id = await save(db, buyer, "Always", ("OIL", "1"))
    before = await lists_of(db, buyer)

    assert await lists_of(db, stranger) == []
    async with db.reading(story.network_id) as conn:
        assert await order_lists_by_ids(conn, actor=stranger, ids=[list_id]) == {}
    with pytest.raises(Rejected) as refused:
        await save(db, stranger, "Mine", id=list_id)
    assert names(refused.value.problems) == ["NotFound"]
    with pytest.raises(Rejected):
        async with db.unit_of_work(story.network_id) as conn:
            await delete_order_list(conn, actor=stranger, order_list_id=list_id)
    assert await lists_of(db, buyer) == before


async def test_whoever_may_not_place_orders_has_no_lists(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    reader = story.actor("retailer_1", Permission.ORDER_READ)
    async with db.unit_of_work(story.network_id) as conn:
        for use in (
            save_order_list(conn, actor=reader, name="Mine", rows=()),
            delete_order_list(conn, actor=reader, order_list_id=1),
            list_order_lists(conn, actor=reader, page=PageRequest()),
            order_lists_by_ids(conn, actor=reader, ids=[1]),
        ):
            with pytest.raises(Forbidden):
                await use


@pytest.mark.parametrize(
    ("name", "typed", "paths"),
    [
        ("  ", (), [("name",)]),
        ("x" * 101, (), [("name",)]),
        ("a\nb", (), [("name",)]),
        ("fine", (TypedRow("x" * 201, "1"),), [("rows", 0, "code")]),
        ("fine", (TypedRow("x", "1"),) * 1001, [("rows",)]),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    owner_pool: Pool,
    db: Database,
    name: str,
    typed: tuple[TypedRow, ...],
    paths: list[tuple[str | int, ...]],
) -> None:
    story = await a_network(owner_pool, db)
    buyer = story.actor("retailer_1")

    with pytest.raises(Rejected) as refused:
        async with db.unit_of_work(story.network_id) as conn:
            await save_order_list(conn, actor=buyer, name=name, rows=typed)

    assert [problem.path for problem in refused.value.problems] == paths
    assert await lists_of(db, buyer) == []
