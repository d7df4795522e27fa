"""What consumers can ask for: nothing that tells what a dealer pays, or where goods come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
)

from tests.unit.graph.test_schema import PUBLISHED, required_by, scope_of

# Words of the trade between dealers. A field or type that is called by one of them, or has it for a
# part of its name, is not for consumers.
NOT_FOR_CONSUMERS = {
    "cost",
    "costs",
    "edge",
    "edges",
    "explanation",
    "leg",
    "legs",
    "margin",
    "margins",
    "markup",
    "relationship",
    "relationships",
    "split",
    "splits",
    "supplier",
    "suppliers",
    "tier",
    "tiers",
    "warehouse",
    "warehouses",
}


def words_of(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def reachable(sdl: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    """All types that a consumer's root fields lead to."""
    found: dict[str, GraphQLNamedType] = {}

    def walk(kind: GraphQLNamedType) -> None:
        if kind.name in found:
            return
        found[kind.name] = kind
        if isinstance(kind, GraphQLUnionType):
            for member in kind.types:
                walk(member)
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field in kind.fields.values():
                walk(get_named_type(field.type))

    for root in (sdl.query_type, sdl.mutation_type, sdl.subscription_type):
        assert root is not None
        for field in root.fields.values():
            if scope_of(field.ast_node) == "member":
                walk(get_named_type(field.type))
    return found


def told_to_consumers(sdl: GraphQLSchema) -> Iterator[str]:
    """What is named by a word that is not for them. A page of a list has edges, but of another
    kind: "StoreFrontConnection.edges", "StoreFrontEdge"."""
    for name, kind in reachable(sdl).items():
        is_page = name.endswith(("Connection", "Edge"))
        if not is_page and words_of(name) & NOT_FOR_CONSUMERS:
            yield name
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field_name in kind.fields:
                is_of_page = is_page and field_name == "edges"
                if not is_of_page and words_of(field_name) & NOT_FOR_CONSUMERS:
                    yield f"{name}.{field_name}"


def test_nothing_that_a_consumer_can_reach_is_of_the_dealers() -> None:
    sdl = build_schema(PUBLISHED)

    assert {"ConsumerOrder", "Cart", "Checkout", "StoreFront", "AfterSale"} <= set(reachable(sdl))
    assert sorted(told_to_consumers(sdl)) == []


def test_what_is_an_organizations_is_not_reached() -> None:
    """A type of theirs would tell what is theirs. What a SKU is called is said of the SKU."""
    scopes = {
        name: scope_of(kind.ast_node)
        for name, kind in reachable(build_schema(PUBLISHED)).items()
        if isinstance(kind, GraphQLObjectType)
    }

    others = {name for name, scope in scopes.items() if scope not in ("member", "value")}
    assert others <= {"Attribute"}


def test_a_field_that_tells_what_a_dealer_pays_is_found() -> None:
    careless = re.sub(
        r"(type StoreFront [^{]*\{)", r"\1\n  leak: Leak\n  legalName: String", PUBLISHED
    )
    careless += (
        "\ntype Leak { unitCost: Int, legal: Int, store: StoreLeg }\ntype StoreLeg { a: Int }"
    )

    told = list(told_to_consumers(build_schema(careless)))

    assert sorted(told) == ["Leak.unitCost", "StoreLeg"]


def test_a_consumers_root_fields_take_no_permission() -> None:
    """Roles are given to organizations' people; what is a consumer's own is not for them."""
    sdl = build_schema(PUBLISHED)
    roots = [root for root in (sdl.query_type, sdl.mutation_type, sdl.subscription_type) if root]

    assert {
        name
        for root in roots
        for name, field in root.fields.items()
        if scope_of(field.ast_node) == "member" and required_by(field)
    } == set()
