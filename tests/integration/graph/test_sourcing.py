"""Sourcing through the graph: rules as they were said, and what they come to."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.factories import Story, a_network
from tests.factories_catalog import a_catalog
from tests.factories_channels import a_store, listed
from tests.factories_inventory import a_warehouse, stock
from tests.factories_pricing import a_price_list
from tradeline.kernel import Actor, Database, Locale, Permission, Pool
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema

RULES = "kind tier region quantity warehouse { code }"
PREVIEW = """
    query($store: ID!, $lines: [SourcingLineInput!]!) {
      sourcingPreview(storeId: $store, region: "CN-SH", lines: $lines) {
        isComplete parcelCount
        lines { quantity unfilled sku { code } options {
          tier quantity organization { code } warehouse { code } reasons { code message } } }
      }
    }
"""


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_network(owner_pool, db)


async def run(db: Database, actor: Actor, document: str, locale: Locale, **variables: Any) -> Any:
    context = Context(db=db, actor=actor, locale=locale)
    return await schema.execute(document, variables, context_value=context)


async def ask(
    db: Database, actor: Actor, document: str, /, locale: Locale = Locale.EN, **variables: Any
) -> Any:
    result = await run(db, actor, document, locale, **variables)
    assert not result.errors, result.errors
    return result.data


async def put(db: Database, actor: Actor, *rules: dict[str, Any]) -> Any:
    document = (
        "mutation($input: SourcingRulesPutInput!) { sourcingRulesPut(input: $input) {"
        f" rules {{ {RULES} }} errors {{ __typename ... on Problem {{ path }} }} }} }}"
    )
    body = {"requestId": uuid4().hex, "rules": rules}
    return (await ask(db, actor, document, input=body))["sourcingRulesPut"]


async def test_rules_are_said_and_read_again(db: Database, owner_pool: Pool, story: Story) -> None:
    brand = story.actor("brand")
    warehouse = to_id("Warehouse", await a_warehouse(owner_pool, story, "brand"))
    region = {"kind": "PREFER_REGION", "warehouseId": warehouse, "region": "CN-SH"}

    done = await put(db, brand, {"kind": "PREFER_TIER", "tier": 2}, region)
    refused = await put(db, brand, {"kind": "QUOTA", "tier": 2}, {"kind": "COST", "tier": 1})
    strange = await put(db, story.actor("trader_a"), region)

    assert done["rules"] == [
        {"kind": "PREFER_TIER", "tier": 2, "region": "", "quantity": None, "warehouse": None},
        {
            "kind": "PREFER_REGION",
            "tier": None,
            "region": "CN-SH",
            "quantity": None,
            "warehouse": {"code": "MAIN"},
        },
    ]
    assert [it["path"] for it in refused["errors"]] == [
        ["rules", "0", "quantity"],
        ["rules", "1", "quantity"],
        ["rules", "1", "tier"],
    ]
    assert [it["__typename"] for it in strange["errors"]] == ["NotFound"]
    standing = await ask(db, brand, f"{{ sourcingRules {{ {RULES} }} }}")
    others = await ask(db, story.actor("trader_a"), f"{{ sourcingRules {{ {RULES} }} }}")
    assert standing["sourcingRules"] == done["rules"]
    assert others["sourcingRules"] == []


async def test_a_preview_says_what_gives_and_what_does_not_in_the_viewers_language(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    catalog = await a_catalog(db, story)
    store = await a_store(db, story)
    await listed(db, story, store, catalog, {"TEA": "9.90"})
    for seller, price in (("brand", "3.00"), ("trader_a", "4.00")):
        await a_price_list(db, story, catalog, seller, {"TEA": price})
    for owner, units in (("retailer_1", 2), ("trader_a", 0), ("brand", 9)):
        warehouse = await a_warehouse(owner_pool, story, owner, f"W-{owner}")
        await stock(owner_pool, story, warehouse, catalog.skus["TEA"], units)
    wanted = {
        "store": to_id("Store", store),
        "lines": [{"skuId": to_id("Sku", catalog.skus["TEA"]), "quantity": 3}],
    }

    seen = await ask(db, story.actor("retailer_1"), PREVIEW, **wanted)
    in_chinese = await ask(db, story.actor("brand"), PREVIEW, locale=Locale.ZH, **wanted)

    preview = seen["sourcingPreview"]
    assert (preview["isComplete"], preview["parcelCount"]) == (True, 2)
    [line] = preview["lines"]
    assert (line["quantity"], line["unfilled"], line["sku"]) == (3, 0, {"code": "TEA"})
    assert [
        (it["tier"], it["quantity"], it["warehouse"], [reason["code"] for reason in it["reasons"]])
        for it in line["options"]
    ] == [
        (0, 2, {"code": "W-retailer_1"}, ["NEAREST_TIER", "ONLY_WAREHOUSE"]),
        (2, 1, None, ["REST_OF_LINE", "ONLY_WAREHOUSE"]),
        (1, 0, None, ["NO_STOCK"]),
    ]
    [line] = in_chinese["sourcingPreview"]["lines"]
    assert line["options"][1]["warehouse"] == {"code": "W-brand"}
    assert line["options"][1]["reasons"][0]["message"] == "共需 3，排在前面的可供 2"


async def test_strangers_preview_and_say_nothing(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    catalog = await a_catalog(db, story)
    store = await a_store(db, story)
    await listed(db, story, store, catalog, {"TEA": "9.90"})
    elsewhere = await a_network(owner_pool, db)
    wanted = {
        "store": to_id("Store", store),
        "lines": [{"skuId": to_id("Sku", catalog.skus["TEA"]), "quantity": 3}],
    }

    for stranger in (story.actor("trader_b"), elsewhere.actor("brand")):
        result = await run(db, stranger, PREVIEW, Locale.EN, **wanted)
        assert result.data is None
        assert [error.extensions["code"] for error in result.errors] == ["REFUSED"]
    reader = story.actor("brand", Permission.STOCK_READ)
    for document in (PREVIEW, f"{{ sourcingRules {{ {RULES} }} }}"):
        result = await run(db, reader, document, Locale.EN, **wanted)
        assert [error.extensions for error in result.errors] == [{"code": "FORBIDDEN"}]
