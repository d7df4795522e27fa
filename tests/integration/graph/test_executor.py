"""What the portal asks is answered the short way as it would be the long way, whoever asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    parse,
    print_ast,
    type_from_ast,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from tradeline.kernel import Actor, Database, Locale, Permission, Pool, open_pool
from tradeline_graph import _execution
from tradeline_graph._context import Context
from tradeline_graph._executor import Executor, Shapes
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema
from tradeline_server.seed import ensure_demo

OPERATIONS = Path(__file__).parents[3] / "graphql" / "operations" / "portal"
TABLES = {
    "Assortment": "catalog.assortment",
    "Category": "catalog.category",
    "Order": "ordering.trade_order",
    "Organization": "organizations.organization",
    "PriceList": "pricing.price_list",
    "Product": "catalog.product",
    "Relationship": "organizations.relationship",
    "Sku": "catalog.sku",
    "Warehouse": "inventory.warehouse",
}
IDS_TRIED = 2
FEW = frozenset({Permission.CATALOG_READ, Permission.RELATIONSHIP_READ, Permission.ORDER_READ})


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo network, its ids by type, and who is to ask."""

    db: Database
    ids: dict[str, list[str]]
    actors: list[Actor]


@pytest.fixture(scope="module")
async def demo(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Demo]:
    dsn = await clone()
    await ensure_demo(dsn)
    owner_pool = await open_pool(dsn, role=None)
    pool = await open_pool(dsn)
    network_id = await owner_pool.fetchval(
        "SELECT id FROM organizations.network WHERE code = 'demo'"
    )
    edge = await owner_pool.fetchrow(
        "SELECT seller_org_id, buyer_org_id FROM organizations.relationship"
        " WHERE network_id = $1 AND state = 'active' ORDER BY id LIMIT 1",
        network_id,
    )
    actors = [
        Actor(
            network_id=network_id,
            org_id=org_id,
            account_id=1,
            permissions=permissions,
            locale=Locale.EN,
        )
        for org_id in edge.values()
        for permissions in (frozenset(Permission), FEW)
    ]
    ids = {name: await _ids(owner_pool, network_id, name) for name in TABLES}
    yield Demo(db=Database(pool), ids=ids, actors=actors)
    await pool.close()
    await owner_pool.close()


async def _ids(owner_pool: Pool, network_id: int, name: str) -> list[str]:
    rows = await owner_pool.fetch(
        f"SELECT id FROM {TABLES[name]} WHERE network_id = $1 ORDER BY id LIMIT $2",
        network_id,
        IDS_TRIED,
    )
    return [to_id(name, row["id"]) for row in rows]


def questions(ids: dict[str, list[str]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every query of the portal's: its document, its name, and variables with each of the ids."""
    text = "\n".join(file.read_text() for file in sorted(OPERATIONS.glob("*.graphql")))
    document = parse(text)
    operations = [each for each in document.definitions if _is_query(each)]
    fragments = [each for each in document.definitions if each.kind == "fragment_definition"]
    for operation in operations:
        assert isinstance(operation, OperationDefinitionNode)
        assert operation.name is not None
        whole = "\n".join(print_ast(each) for each in (operation, *_used(operation, fragments)))
        for place in range(IDS_TRIED):
            variables = {
                each.variable.name.value: _value(operation, each, ids, place)
                for each in operation.variable_definitions or ()
            }
            yield whole, operation.name.value, variables


def _is_query(node: Any) -> bool:
    return isinstance(node, OperationDefinitionNode) and node.operation is OperationType.QUERY


def _used(node: Any, fragments: list[Any]) -> list[Any]:
    """The fragments that a document needs, each once."""
    used: dict[str, Any] = {}
    texts = [print_ast(node)]
    while texts:
        text = texts.pop()
        for fragment in fragments:
            name = fragment.name.value
            if name not in used and f"...{name}" in text.split():
                used[name] = fragment
                texts.append(print_ast(fragment))
    return list(used.values())


def _value(
    operation: OperationDefinitionNode, variable: Any, ids: dict[str, list[str]], place: int
) -> Any:
    name = variable.variable.name.value
    kind = str(type_from_ast(schema._schema, variable.type)).strip("!")
    if kind == "ID":
        root = operation.selection_set.selections[0]
        assert isinstance(root, FieldNode)
        query = schema._schema.query_type
        assert isinstance(query, GraphQLObjectType)
        returned = get_named_type(query.fields[root.name.value].type).name
        stem = name.removesuffix("Id")
        wanted = returned if name == "id" else stem[:1].upper() + stem[1:]
        of_type = ids.get(wanted, [])
        required = str(type_from_ast(schema._schema, variable.type)).endswith("!")
        return of_type[place] if len(of_type) > place and required else "x" if required else None
    known: dict[str, Any] = {"String": "e" if place else None, "Int": 20, "Boolean": True}
    given = known.get(kind)
    if given is None and str(type_from_ast(schema._schema, variable.type)).endswith("!"):
        return {"String": "tea", "PositiveInt": 3, "Date": "2026-03-31"}.get(kind, [])
    return given


def _without_moments(value: Any) -> Any:
    """Of a price it is told when it was asked for."""
    if isinstance(value, dict):
        return {key: _without_moments(item) for key, item in value.items() if key != "at"}
    return [_without_moments(item) for item in value] if isinstance(value, list) else value


class Plain(StrawberryGraphQLCoreExecutionContext):
    """Finds everything out anew, as the library does."""

    def share(self, _shapes: Shapes) -> None:
        pass


async def test_the_portals_questions_are_answered_as_by_the_plain_executor(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = set()
    refused = set()
    for actor in demo.actors:
        for document, name, variables in questions(demo.ids):
            told = []
            for executor in (Executor, Plain):
                monkeypatch.setattr(_execution, "Executor", executor)
                context = Context(db=demo.db, actor=actor, locale=Locale.EN)
                result = await schema.execute(document, variables, context)
                errors = [
                    (str(error.path), error.message, str(error.extensions), str(error.locations))
                    for error in result.errors or []
                ]
                told.append((_without_moments(result.data), sorted(errors)))
            assert repr(told[0]) == repr(told[1]), (name, variables)
            assert "INTERNAL" not in repr(told[0][1]), (name, told[0][1])
            if told[0][0]:
                answered.add(name)
            if "FORBIDDEN" in repr(told[0][1]):
                refused.add(name)
    assert {"CatalogOffers", "GridOffers", "GridProducts", "CatalogPack"} <= answered
    assert {"CatalogOffers", "CatalogPack"} <= refused
