"""Drafts through the graph: what is saved is told row by row, and placed once for each request."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from tests.factories_counting import CountingDatabase
from tests.factories_drafts import Shop, a_shop, saved
from tests.factories_inventory import level_of
from tests.integration.graph.test_ordering import ask
from tradeline.catalog import NewSku, create_skus
from tradeline.kernel import Actor, Database, Locale, Permission, Pool
from tradeline_graph import _intake
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph._intake import OrderIntake
from tradeline_graph.schema import schema

DRAFT = """
    id version rowCount readyCount problemCount amount { amount currency }
    problems { __typename ... on Problem { message } }
    rows {
        position code quantityText state mergedInto chosenSkuId quantity packQuantity unitPrice
        amount { amount } available sku { code product { code } } pack { code }
        price { unitPrice explanation { steps { message } } }
        problems {
            __typename
            ... on Problem { message path }
            ... on CodeAmbiguous { candidates { id code } }
        }
    }
    exposure { free { amount } } relationship { id seller { nameEn } }
"""
READ = f"query Read($id: ID!) {{ orderDraft(relationshipId: $id) {{ {DRAFT} }} }}"
SAVE = f"""
    mutation Save($input: OrderDraftSaveInput!) {{
        orderDraftSave(input: $input) {{
            draft {{ {DRAFT} }}
            errors {{
                __typename ... on Problem {{ message path }} ... on DraftChanged {{ version }}
            }}
        }}
    }}
"""
PLACE = """
    mutation Place($input: OrderDraftPlaceInput!) {
        orderDraftPlace(input: $input) {
            order { id amount { amount } lines { skuCode quantity } }
            draft { version rows { code } }
            errors { __typename ... on Problem { path } }
        }
    }
"""


def save_input(shop: Shop, version: int, *typed: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {
        "input": {
            "requestId": f"save {version}",
            "relationshipId": to_id("Relationship", shop.edge),
            "version": version,
            "rows": [{"code": code, "quantityText": quantity} for code, quantity in typed],
            **more,
        }
    }


async def test_what_is_saved_comes_back_row_by_row_and_is_there_tomorrow(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    typed = [("beer", "2 箱"), ("TEA", "1"), ("ＢＥＥＲ", "1 CASE"), ("lvcha", "1"), ("?", "?")]

    answer = await ask(db, shop.buyer, SAVE, save_input(shop, 0, *typed, note="quick"))

    draft = answer["orderDraftSave"]["draft"]
    assert answer["orderDraftSave"]["errors"] == []
    assert (draft["version"], draft["rowCount"], draft["readyCount"], draft["problemCount"]) == (
        *(1, 5, 2, 2),
    )
    assert draft["amount"] == {"amount": "120.50", "currency": "CNY"}
    first, second, third, fourth, fifth = draft["rows"]
    assert first == {
        "position": 0,
        "code": "beer",
        "quantityText": "2 箱",
        "state": "READY",
        "mergedInto": None,
        "chosenSkuId": None,
        "quantity": 36,
        "packQuantity": 2,
        "unitPrice": "3.00",
        "amount": {"amount": "108.00"},
        "available": 100,
        "sku": {"code": "BEER", "product": {"code": "DRINKS"}},
        "pack": {"code": "CASE"},
        "price": {
            "unitPrice": "3.00",
            "explanation": {
                "steps": [{"message": "Base price 3.00 per EA (BASE): it holds."}],
            },
        },
        "problems": [],
    }
    assert (second["state"], second["quantity"]) == ("READY", 1)
    assert (third["state"], third["mergedInto"], third["quantity"]) == ("MERGED", 0, 12)
    assert (third["price"], third["amount"], third["unitPrice"]) == (None, None, None)
    tea = to_id("Sku", shop.catalog.skus["TEA"])
    assert fourth["problems"] == [
        {
            "__typename": "CodeAmbiguous",
            "message": "“lvcha” is not sure. Did you mean TEA Green tea? Choose one.",
            "path": ["rows", "3", "code"],
            "candidates": [{"id": tea, "code": "TEA"}],
        }
    ]
    assert [problem["__typename"] for problem in fifth["problems"]] == [
        "CodeUnknown",
        "QuantityUnclear",
    ]
    assert draft["problems"] == []
    assert draft["exposure"] == {"free": {"amount": "1000.00"}}
    assert draft["relationship"]["seller"] == {"nameEn": "trader_a"}

    edge = to_id("Relationship", shop.edge)
    assert (await ask(db, shop.buyer, READ, {"id": edge}))["orderDraft"] == draft
    listed = await ask(db, shop.buyer, "{ orderDrafts { edges { node { id rowCount } } } }")
    assert listed["orderDrafts"]["edges"] == [{"node": {"id": draft["id"], "rowCount": 5}}]


async def test_a_candidate_that_is_chosen_is_remembered(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    tea = to_id("Sku", shop.catalog.skus["TEA"])
    variables = save_input(shop, 0)
    variables["input"]["rows"] = [{"code": "lvcha", "quantityText": "1", "skuId": tea}]

    answer = await ask(db, shop.buyer, SAVE, variables)

    [row] = answer["orderDraftSave"]["draft"]["rows"]
    assert (row["code"], row["state"], row["chosenSkuId"]) == ("lvcha", "READY", tea)
    assert row["sku"]["code"] == "TEA"


async def test_problems_are_worded_in_the_viewers_language(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    await saved(db, shop, ("nonsense", "many"), ("lvcha", "1"))

    edge = to_id("Relationship", shop.edge)
    answer = await ask(db, shop.buyer, READ, {"id": edge}, Locale.ZH)

    draft = answer["orderDraft"]
    assert [p["message"] for row in draft["rows"] for p in row["problems"]] == [
        "找不到“nonsense”；请核对编码、条码或名称，或从商品目录中选择。",
        "数量“many”无法识别；请填写正整数，可加包装，例如 12 或 2 箱。",
        "“lvcha”不能确定是哪个商品，您是指：TEA 重山绿茶？请选择其一。",
    ]
    assert [problem["message"] for problem in draft["problems"]] == [
        "没有可下单的行；请添加商品，或先修正有问题的行。"
    ]


async def test_a_stale_version_is_told_the_newest_one(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    await saved(db, shop, ("BEER", "1"))
    await saved(db, shop, ("BEER", "2"))

    answer = await ask(db, shop.buyer, SAVE, save_input(shop, 1, ("BEER", "3")))

    assert answer["orderDraftSave"] == {
        "draft": None,
        "errors": [
            {
                "__typename": "DraftChanged",
                "message": "The draft was changed elsewhere meanwhile; open it again and go on"
                " there.",
                "path": ["version"],
                "version": 2,
            }
        ],
    }


def place_input(draft_id: int, version: int, *, keep: bool = False) -> dict[str, Any]:
    return {
        "input": {
            "requestId": "place",
            "orderDraftId": to_id("OrderDraft", draft_id),
            "version": version,
            "keepProblemRows": keep,
        }
    }


async def test_a_draft_that_is_placed_twenty_times_at_once_is_one_order(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "3"), ("nonsense", "1"), ("TEA", "1"))
    variables = place_input(draft.id, draft.version, keep=True)

    answers = await asyncio.gather(*(ask(db, shop.buyer, PLACE, variables) for _ in range(20)))

    assert all(answer == answers[0] for answer in answers)
    placed = answers[0]["orderDraftPlace"]
    assert placed["errors"] == []
    assert placed["order"]["amount"] == {"amount": "21.50"}
    assert placed["draft"] == {"version": 2, "rows": [{"code": "nonsense"}]}
    beer = shop.catalog.skus["BEER"]
    assert await level_of(owner_pool, shop.story, shop.warehouse, beer) == (100, 3)


async def test_drafts_wait_for_their_turn_and_too_many_are_told_when_to_come_again(
    owner_pool: Pool, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_intake, "ALONE_AT_ONCE", 1)
    monkeypatch.setattr(_intake, "ALONE_WAITING_MAX", 2)
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("TEA", "2"))
    intake = OrderIntake(db)
    left: list[int] = []

    def asked(number: int) -> Any:
        context = Context(
            db=db,
            actor=shop.story.actor("retailer_1"),
            locale=Locale.EN,
            order_intake=intake,
            has_left=lambda: number in left,
        )
        variables = place_input(draft.id, draft.version)
        variables["input"]["requestId"] = str(number)
        return asyncio.create_task(schema.execute(PLACE, variables, context))

    async with intake.alone(shop.story.network_id, lambda: False):
        callers = [asked(1), asked(2), asked(3)]
        await asyncio.wait(callers, return_when=asyncio.FIRST_COMPLETED)
        assert [caller.done() for caller in callers] == [False, False, True]
        left.append(1)
    first, second, third = [(await caller).data["orderDraftPlace"] for caller in callers]

    for refused in (first, third):
        assert [error["__typename"] for error in refused["errors"]] == ["Busy"]
        assert (refused["order"], refused["draft"]) == (None, None)
    assert second["errors"] == []
    assert second["order"]["lines"] == [{"skuCode": "TEA", "quantity": 2}]


async def test_a_draft_with_a_problem_is_refused_whole_and_says_where(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "101"), ("TEA", "1"))

    answer = await ask(db, shop.buyer, PLACE, place_input(draft.id, draft.version))

    assert answer["orderDraftPlace"] == {
        "order": None,
        "draft": {"version": 1, "rows": [{"code": "BEER"}, {"code": "TEA"}]},
        "errors": [{"__typename": "NotEnoughStock", "path": ["rows", "0", "quantityText"]}],
    }


async def test_a_discarded_draft_is_empty(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "101"))
    discard = """
        mutation Discard($input: OrderDraftDiscardInput!) {
            orderDraftDiscard(input: $input) { draft { version rowCount } errors { __typename } }
        }
    """

    variables = {"input": {"requestId": "1", "orderDraftId": to_id("OrderDraft", draft.id)}}
    answer = await ask(db, shop.buyer, discard, variables)

    assert answer["orderDraftDiscard"] == {"draft": {"version": 2, "rowCount": 0}, "errors": []}


async def test_a_colleague_and_the_other_side_find_no_draft(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("BEER", "1"))
    edge = to_id("Relationship", shop.edge)
    colleague = Actor(
        network_id=shop.buyer.network_id,
        org_id=shop.buyer.org_id,
        account_id=shop.story.accounts["brand"],
        permissions=frozenset(Permission),
    )
    for other in (colleague, shop.story.actor("trader_a"), shop.story.actor("retailer_3")):
        assert (await ask(db, other, READ, {"id": edge}))["orderDraft"] is None
        answer = await ask(db, other, PLACE, place_input(draft.id, draft.version))
        assert [error["__typename"] for error in answer["orderDraftPlace"]["errors"]] == [
            "NotFound"
        ]
        assert answer["orderDraftPlace"]["draft"] is None


async def test_a_thousand_rows_take_as_many_statements_as_ten(
    owner_pool: Pool, pool: Pool, db: Database
) -> None:
    """Rows of every kind: by code, by name, similar, unknown, merged, and out of stock."""
    shop = await a_shop(owner_pool, db)
    await _more_skus(owner_pool, db, shop)
    kinds = [("SK-{:04}", "1"), ("Tin {:04}", "2"), ("in {:03}", "3"), ("none {:04}", "4")]
    kinds += [("BEER", "1"), ("SK-{:04}", "9999")]
    counts = []
    for rows in (12, 1000):
        typed = [(kinds[n % 6][0].format(n // 6), kinds[n % 6][1]) for n in range(rows)]
        await saved(db, shop, *typed)
        counting = CountingDatabase(pool)

        answer = await ask(counting, shop.buyer, READ, {"id": to_id("Relationship", shop.edge)})

        counts.append(counting.count)
        states = {row["state"] for row in answer["orderDraft"]["rows"]}
        assert states == {"READY", "MERGED", "PROBLEM"}
        assert len(answer["orderDraft"]["rows"]) == rows
    assert counts[0] == counts[1] <= 25


async def _more_skus(owner_pool: Pool, db: Database, shop: Shop) -> None:
    """SK-0000 to SK-0199, called Tin 0000 and so on, which trader A sells too."""
    story = shop.story
    async with db.unit_of_work(story.network_id) as conn:
        ids = await create_skus(
            conn,
            actor=story.actor("brand"),
            skus=[
                NewSku(
                    product_id=shop.catalog.product_id,
                    code=f"SK-{n:04}",
                    name=f"罐 {n:04}",
                    name_en=f"Tin {n:04}",
                )
                for n in range(200)
            ],
        )
    await owner_pool.execute(
        "INSERT INTO catalog.assortment_sku (network_id, assortment_id, sku_id)"
        " SELECT $1, $2, id FROM unnest($3::bigint[]) AS id",
        story.network_id,
        shop.catalog.assortments["trader_a/ALL"],
        ids,
    )
    await owner_pool.execute(
        "INSERT INTO inventory.stock_level (network_id, warehouse_id, sku_id, on_hand)"
        " SELECT $1, $2, id, 50 FROM unnest($3::bigint[]) AS id",
        story.network_id,
        shop.warehouse,
        ids,
    )
    await owner_pool.execute(
        "INSERT INTO pricing.price (network_id, price_list_id, sku_id, unit_price)"
        " SELECT $1, (SELECT id FROM pricing.price_list WHERE network_id = $1), id, 2"
        "   FROM unnest($2::bigint[]) AS id",
        story.network_id,
        ids,
    )


FILE = """
    query File($name: String!, $content: String!) {
        orderRowsFromFile(name: $name, content: $content) { code quantityText }
    }
"""


async def test_rows_of_a_file_come_back_as_if_typed(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    content = base64.b64encode("编码,数量\nTEA,2 箱\n".encode("gb18030")).decode()

    answer = await ask(db, shop.buyer, FILE, {"name": "a.csv", "content": content})

    assert answer["orderRowsFromFile"] == [{"code": "TEA", "quantityText": "2 箱"}]


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (
            base64.b64encode(b"PK").decode(),
            "BAD_FILE",
            "The file cannot be taken: it is no workbook that can be read; save it as .xlsx with"
            " one small sheet, or as CSV.",
        ),
        ("no base64!", "BAD_REQUEST", "content must be the file in base64"),
        ("编码", "BAD_REQUEST", "content must be the file in base64"),
    ],
)
async def test_a_bad_file_is_an_error_that_says_what_to_do(
    owner_pool: Pool, db: Database, content: str, code: str, message: str
) -> None:
    shop = await a_shop(owner_pool, db)
    context = Context(db=db, actor=shop.buyer, locale=Locale.EN)

    result = await schema.execute(FILE, {"name": "a.xlsx", "content": content}, context)

    [error] = result.errors or []
    assert (error.extensions, error.message) == ({"code": code}, message)


async def test_saved_lists_say_who_saved_them(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db)
    save = """
        mutation Save($input: OrderListSaveInput!) {
            orderListSave(input: $input) {
                orderList { id name updatedBy rows { code quantityText chosenSkuId } }
                errors { __typename }
            }
        }
    """
    delete = """
        mutation Delete($input: OrderListDeleteInput!) {
            orderListDelete(input: $input) { errors { __typename } }
        }
    """
    tea = to_id("Sku", shop.catalog.skus["TEA"])
    rows = [{"code": "tea", "quantityText": "1", "skuId": tea}]
    variables: dict[str, Any] = {"input": {"requestId": "1", "name": "Monday", "rows": rows}}

    answer = (await ask(db, shop.buyer, save, variables))["orderListSave"]

    assert answer["errors"] == []
    list_id = answer["orderList"].pop("id")
    assert answer["orderList"] == {
        "name": "Monday",
        "updatedBy": "retailer_1",
        "rows": [{"code": "tea", "quantityText": "1", "chosenSkuId": tea}],
    }
    listed = await ask(db, shop.buyer, "{ orderLists { edges { node { id } } } }")
    assert listed["orderLists"]["edges"] == [{"node": {"id": list_id}}]
    for request_id, errors in (("2", []), ("2", []), ("3", [{"__typename": "NotFound"}])):
        variables = {"input": {"requestId": request_id, "orderListId": list_id}}
        answer = await ask(db, shop.buyer, delete, variables)
        assert answer["orderListDelete"]["errors"] == errors
