"""What somebody reads whose role allows one thing and not the next: all of the one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.factories_ordering import a_market, placed
from tradeline.kernel import Actor, Database, Locale, Permission, Pool
from tradeline_graph._context import Context
from tradeline_graph.schema import schema

Errors = list[tuple[list[str | int], str]]


async def ask(db: Database, actor: Actor, document: str) -> tuple[Any, Errors]:
    """The data, and of each error its path and code."""
    result = await schema.execute(document, None, Context(db=db, actor=actor, locale=Locale.EN))
    errors = result.errors or []
    return result.data, [(error.path or [], (error.extensions or {})["code"]) for error in errors]


def only(actor: Actor, *permissions: Permission) -> Actor:
    return replace(actor, permissions=frozenset(permissions))


async def test_orders_are_read_whole_by_whom_only_orders_concern(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    await placed(db, market, tea=2)
    actor = only(market.story.actor("retailer_1"), Permission.ORDER_READ)

    data, errors = await ask(
        db,
        actor,
        """{ orders(side: BUYING) { edges { node {
            number amount { amount }
            seller { name } buyer { name } heldBy { name } placedBy { name }
            lines { skuCode quantity amount { amount } priceExplanation { steps { message } } }
            events { step organization { name } } shipments { number } returns { number }
        } } } }""",
    )

    assert errors == []
    [edge] = data["orders"]["edges"]
    assert edge["node"]["seller"]["name"]
    assert edge["node"]["buyer"]["name"]
    assert edge["node"]["heldBy"]["name"]
    assert [line["quantity"] for line in edge["node"]["lines"]] == [2]


async def test_a_link_that_asks_for_more_is_null_and_says_so(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    await placed(db, market, tea=2)
    actor = only(market.story.actor("retailer_1"), Permission.ORDER_READ)

    data, errors = await ask(
        db,
        actor,
        """{ orders(side: BUYING) { edges { node {
            number relationship { id } lines { quantity sku { id } }
        } } } }""",
    )

    [edge] = data["orders"]["edges"]
    assert edge["node"]["relationship"] is None
    assert edge["node"]["lines"] == [{"quantity": 2, "sku": None}]
    assert sorted(errors) == [
        (["orders", "edges", 0, "node", "lines", 0, "sku"], "FORBIDDEN"),
        (["orders", "edges", 0, "node", "relationship"], "FORBIDDEN"),
    ]


async def test_offers_are_read_without_prices_by_whom_no_prices_concern(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    actor = only(market.story.actor("retailer_1"), Permission.CATALOG_READ)

    data, errors = await ask(
        db,
        actor,
        """{ offers(first: 1) { edges { node {
            sku { code } seller { name } available
            price { currency } priceBreaks { unit } relationship { id }
        } } } }""",
    )

    [edge] = data["offers"]["edges"]
    assert edge["node"]["sku"]["code"]
    assert edge["node"]["available"] == 100
    hidden = ("price", "priceBreaks", "relationship")
    assert [edge["node"][name] for name in hidden] == [None, None, None]
    assert {(path[-1], code) for path, code in errors} == {(name, "FORBIDDEN") for name in hidden}


async def test_edges_are_read_without_their_accounts_by_whom_no_money_concerns(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    actor = only(market.story.actor("trader_a"), Permission.RELATIONSHIP_READ)

    data, errors = await ask(
        db,
        actor,
        """{ relationships(first: 1, side: SELLER) { edges { node {
            buyer { name } exposure { isBlocked } balance { amount { amount } }
            account { edges { node { id } } }
        } } } }""",
    )

    [edge] = data["relationships"]["edges"]
    assert edge["node"]["buyer"]["name"]
    hidden = ("exposure", "balance", "account")
    assert [edge["node"][name] for name in hidden] == [None, None, None]
    assert {(path[-1], code) for path, code in errors} == {(name, "FORBIDDEN") for name in hidden}


async def test_everybody_is_told_in_which_network_they_act(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)

    data, errors = await ask(
        db,
        market.story.visitor("retailer_1"),
        "{ viewer { network { code name nameEn currency } } }",
    )

    assert errors == []
    assert data["viewer"]["network"] == {
        "code": market.story.code,
        "name": "测试网络",
        "nameEn": "Test network",
        "currency": "CNY",
    }
