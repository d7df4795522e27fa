"""What the rows of a draft come to: found by whatever was typed, summed, judged as orders are."""

from __future__ import annotations

import itertools

import pytest

from tests.factories_drafts import CASE_GTIN, GTIN, a_shop, names, resolved, saved
from tests.factories_inventory import stock
from tradeline.catalog import NewBuyerCode, NewSku, create_skus, put_buyer_codes
from tradeline.kernel import (
    Database,
    Locale,
    Pool,
)
from tradeline.ordering import (
    CodeAmbiguous,
    NewDraft,
    ResolvedRow,
    RowState,
    TypedRow,
    resolve_drafts,
    save_draft,
)


def said(row: ResolvedRow) -> tuple[str, int | None, str | None]:
    """State, base units and pack of a row."""
    return row.state.value, row.quantity, None if row.pack is None else row.pack.code


@pytest.mark.parametrize(
    ("code", "quantity", "expected"),
    [
        ("BEER", "12", ("ready", 12, "EA")),
        ("  beer ", "12", ("ready", 12, "EA")),
        ("ＢＥＥＲ", "１２", ("ready", 12, "EA")),
        ("ale-01", "1", ("ready", 1, "EA")),
        (GTIN, "6", ("ready", 6, "EA")),
        ("６９０１２３４５６７８９２", "6", ("ready", 6, "EA")),
        (CASE_GTIN, "2", ("ready", 24, "CASE")),
        (CASE_GTIN, "2 EA", ("ready", 2, "EA")),
        ("BEER", "2 CASE", ("ready", 24, "CASE")),
        ("BEER", "2cases", ("ready", 24, "CASE")),
        ("BEER", "2箱", ("ready", 24, "CASE")),
        ("BEER", "２ × 箱", ("ready", 24, "CASE")),
        ("晨露啤酒 500ML", "1", ("ready", 1, "EA")),
        ("morning dew BEER", "1", ("ready", 1, "EA")),
        ("green tea", "3", ("ready", 3, "EA")),
    ],
)
async def test_a_row_is_found_by_whatever_it_is_called(
    owner_pool: Pool, db: Database, code: str, quantity: str, expected: tuple[str, int, str]
) -> None:
    shop = await a_shop(owner_pool, db)

    draft = await resolved(db, shop, (code, quantity))

    assert said(draft.rows[0]) == expected
    assert (draft.rows[0].code, draft.rows[0].quantity_text) == (code, quantity)


async def test_all_that_a_draft_comes_to_is_told_row_by_row(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)

    draft = await resolved(
        db,
        shop,
        ("BEER", "5"),
        ("nonsense", "1"),
        ("lvcha", "1"),
        ("ale-01", "7"),
        ("TEA", "many"),
        ("TEA", "2 CASE"),
        ("BEER", "1 CASE"),
        ("", ""),
    )

    assert [row.state.value for row in draft.rows] == [
        *("ready", "problem", "problem", "merged", "problem", "problem", "ready", "problem"),
    ]
    assert draft.rows[3].merged_into == 0
    assert [row.quantity for row in draft.rows] == [12, None, None, 7, None, None, 12, None]
    assert [names(row.problems) for row in draft.rows] == [
        [],
        ["CodeUnknown"],
        ["CodeAmbiguous"],
        [],
        ["QuantityUnclear"],
        ["UnknownPack"],
        [],
        ["CodeUnknown", "QuantityUnclear"],
    ]
    assert draft.rows[2].problems[0].message(Locale.EN) == (
        "“lvcha” is not sure. Did you mean TEA Green tea? Choose one."
    )
    assert [str(row.amount) for row in draft.rows if row.amount] == ["36.00 CNY", "36.00 CNY"]
    assert (draft.ready_count, draft.problem_count, str(draft.amount)) == (2, 5, "72.00 CNY")
    assert draft.problems == ()


async def test_a_sku_that_is_seen_elsewhere_is_not_in_the_assortment_and_others_are_unknown(
    owner_pool: Pool, db: Database
) -> None:
    """Retailer 2 buys soda from trader B, so it may see it; retailer 1 may not."""
    shop = await a_shop(owner_pool, db)

    draft = await resolved(db, shop, ("SODA", "1"), ("苏打水", "1"))
    assert [names(row.problems) for row in draft.rows] == [["CodeUnknown"], ["CodeUnknown"]]

    draft = await resolved(db, shop, ("SODA", "1"), ("苏打水", "1"), by="retailer_2")
    assert [names(row.problems) for row in draft.rows] == [["NotInAssortment"]] * 2
    assert draft.rows[0].sku_id == shop.catalog.skus["SODA"]


async def test_how_many_there_are_of_what_one_is_not_sold_is_not_told(
    owner_pool: Pool, db: Database
) -> None:
    """Neither by a code that one may see, nor by an id that somebody guessed."""
    shop = await a_shop(owner_pool, db)
    soda = shop.catalog.skus["SODA"]
    await stock(owner_pool, shop.story, shop.warehouse, soda, 70)

    draft = await resolved(db, shop, ("SODA", "1"), ("BEER", "1 pallet"), by="retailer_2")
    assert [row.available for row in draft.rows] == [None, 100]

    before = await saved(db, shop, ("BEER", "1"))
    new = NewDraft(relationship_id=shop.edge, rows=(TypedRow("BEER", "1", soda),))
    async with db.unit_of_work(shop.story.network_id) as conn:
        await save_draft(conn, actor=shop.buyer, draft=new, version=before.version)
        found = await resolve_drafts(conn, actor=shop.buyer, ids=[before.id])
    assert [row.available for row in found[before.id].rows] == [None]


async def test_similar_skus_are_told_only_of_what_the_edge_trades_now(
    owner_pool: Pool, db: Database
) -> None:
    """Retailer 2 may see soda, for trader B sells it; on trader A's edge it is no suggestion."""
    shop = await a_shop(owner_pool, db)

    draft = await resolved(db, shop, ("sudashui", "1"), ("lvcha", "1"), by="retailer_2")
    assert [names(row.problems) for row in draft.rows] == [["CodeUnknown"], ["CodeAmbiguous"]]

    await owner_pool.execute(
        "UPDATE catalog.sku SET is_active = false WHERE id = $1", shop.catalog.skus["TEA"]
    )
    draft = await resolved(db, shop, ("sudashui", "1"), ("lvcha", "1"), by="retailer_2")
    assert [names(row.problems) for row in draft.rows] == [["CodeUnknown"], ["CodeUnknown"]]


@pytest.mark.parametrize(
    ("seller", "is_active"), [(None, True), ("trader_b", True), ("trader_a", False)]
)
async def test_suggestions_are_not_used_up_by_what_cannot_be_ordered(
    owner_pool: Pool, db: Database, seller: str | None, is_active: bool
) -> None:
    """Six that come before tea in lists: of nobody, of another seller, and no longer sold."""
    shop = await a_shop(owner_pool, db)
    async with db.unit_of_work(shop.story.network_id) as conn:
        ids = await create_skus(
            conn,
            actor=shop.story.actor("brand"),
            skus=[
                NewSku(product_id=shop.catalog.product_id, code=f"A{n}", name=f"矮绿茶 {n}")
                for n in range(6)
            ],
        )
    if seller:
        await owner_pool.execute(
            "INSERT INTO catalog.assortment_sku (network_id, assortment_id, sku_id)"
            " SELECT $1, $2, id FROM unnest($3::bigint[]) AS id",
            shop.story.network_id,
            shop.catalog.assortments[f"{seller}/ALL"],
            ids,
        )
    await owner_pool.execute(
        "UPDATE catalog.sku SET is_active = $2 WHERE id = ANY($1::bigint[])", ids, is_active
    )

    draft = await resolved(db, shop, ("绿茶", "1"))

    [problem] = draft.rows[0].problems
    assert isinstance(problem, CodeAmbiguous)
    assert problem.sku_ids == (shop.catalog.skus["TEA"],)


async def test_what_another_calls_a_sku_finds_nothing(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)

    for by in ("retailer_2", "trader_a"):
        draft = await resolved(db, shop, ("Ale-01", "1"), by=by)
        assert [names(row.problems) for row in draft.rows] == [["CodeUnknown"]]


async def test_of_many_texts_that_are_similar_the_first_fifty_get_suggestions(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    words = ("重", "山", "绿", "茶", "绿茶", "重山", "lvcha", "green")
    texts = [" ".join(some) for some in itertools.permutations(words, 2)]

    draft = await resolved(db, shop, *((text, "1") for text in texts))

    kinds = [names(row.problems) for row in draft.rows]
    assert kinds == [["CodeAmbiguous"]] * 50 + [["CodeUnknown"]] * (len(texts) - 50)


async def test_of_a_code_that_several_skus_have_nothing_is_taken_until_one_is_chosen(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    async with db.unit_of_work(shop.story.network_id) as conn:
        await put_buyer_codes(
            conn,
            actor=shop.buyer,
            codes=[NewBuyerCode(sku_id=shop.catalog.skus["TEA"], code="beer")],
        )

    draft = await resolved(db, shop, ("Beer", "1"), ("beer", "1"), ("BEER", "1"))
    assert [names(row.problems) for row in draft.rows] == [["CodeAmbiguous"], [], []]
    assert draft.rows[1].sku_id == shop.catalog.skus["TEA"]
    assert draft.rows[2].sku_id == shop.catalog.skus["BEER"]

    chosen = TypedRow("Beer", "1", shop.catalog.skus["TEA"])
    foreign = TypedRow("Beer", "1", shop.catalog.skus["SODA"])
    async with db.unit_of_work(shop.story.network_id) as conn:
        await save_draft(
            conn,
            actor=shop.buyer,
            draft=NewDraft(relationship_id=shop.edge, rows=(chosen, foreign)),
            version=1,
        )
        found = await resolve_drafts(conn, actor=shop.buyer, ids=[draft.draft.id])
    first, second = found[draft.draft.id].rows
    assert (first.sku_id, first.state) == (shop.catalog.skus["TEA"], RowState.READY)
    assert names(second.problems) == ["NotInAssortment"]


async def test_minimum_step_and_stock_are_judged_on_the_sum_of_merged_rows(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await owner_pool.execute(
        "UPDATE catalog.assortment_sku SET quantity_minimum = 10, quantity_step = 5"
        " WHERE network_id = $1 AND assortment_id = $2",
        shop.story.network_id,
        shop.catalog.assortments["trader_a/ALL"],
    )

    draft = await resolved(db, shop, ("BEER", "4"), ("TEA", "7"), (GTIN, "6"), ("TEA", "4"))
    assert [row.state.value for row in draft.rows] == ["ready", "problem", "merged", "merged"]
    assert [names(row.problems) for row in draft.rows] == [[], ["OutOfStep"], [], []]
    assert draft.rows[1].problems[0].path == ("rows", 1, "quantityText")

    draft = await resolved(db, shop, ("BEER", "4"), ("TEA", "60"), ("TEA", "45"))
    assert [names(row.problems) for row in draft.rows] == [
        ["BelowMinimum", "OutOfStep"],
        ["NotEnoughStock"],
        [],
    ]
    assert [row.available for row in draft.rows] == [100, 100, 100]
    assert names(draft.problems) == ["NothingToOrder"]


async def test_everything_that_keeps_ready_rows_from_being_an_order_is_told_at_once(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await owner_pool.execute(
        "UPDATE organizations.relationship"
        "   SET territory = '{CN-31}', order_minimum_minor = 500000 WHERE id = $1",
        shop.edge,
    )
    await owner_pool.execute(
        "UPDATE settlement.exposure SET is_blocked = true WHERE relationship_id = $1", shop.edge
    )

    draft = await resolved(db, shop, ("TEA", "90"), ("x", "1"), region="CN-11")
    assert names(draft.problems) == [
        "OutsideTerritory",
        "BelowOrderMinimum",
        "CreditBlocked",
        "NotEnoughCredit",
    ]
    assert str(draft.amount) == "1,125.00 CNY"

    draft = await resolved(db, shop, ("TEA", "1"), ("x", "1"), region="CN-31")
    assert names(draft.problems) == ["BelowOrderMinimum", "CreditBlocked"]
