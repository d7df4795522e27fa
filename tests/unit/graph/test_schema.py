"""The graph as a whole: its published SDL and its scopes."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    print_schema,
)
from graphql.language.ast import ObjectTypeDefinitionNode

from tradeline.kernel import Permission
from tradeline_graph.schema import schema

GRAPHQL = Path(__file__).parents[3] / "graphql"
PUBLISHED = (GRAPHQL / "schema.graphql").read_text()
SCOPES = {"public", "viewer", "organization", "party", "value"}

# What may be asked or done without signing in: each gives nothing of anybody's.
PUBLIC = {"ping", "signIn", "tokenIssue", "tokenRefresh", "invitationAccept"}

# Inputs that set prices: those of whoever manages price lists, and of nobody else.
SET_PRICES = {"PriceInput", "PricesPutInput"}


@pytest.fixture(scope="module")
def sdl() -> GraphQLSchema:
    return build_schema(PUBLISHED)


def test_the_published_sdl_is_current() -> None:
    assert schema.as_str().strip() == PUBLISHED.strip(), "run: make sdl"


def unscoped(sdl: GraphQLSchema) -> list[str]:
    """Root fields and object types that do not say by what they are scoped."""
    found = []
    for object_type in sdl.type_map.values():
        if not isinstance(object_type, GraphQLObjectType) or object_type.name.startswith("__"):
            continue
        if object_type in (sdl.query_type, sdl.mutation_type, sdl.subscription_type):
            found += [
                f"{object_type.name}.{name}"
                for name, field in object_type.fields.items()
                if scope_of(field.ast_node) not in SCOPES
            ]
        elif scope_of(object_type.ast_node) not in SCOPES:
            found.append(object_type.name)
    return found


def scope_of(node: object) -> str | None:
    for directive in getattr(node, "directives", None) or ():
        if directive.name.value == "scope":
            return str(directive.arguments[0].value.value)
    return None


def test_every_type_and_root_field_says_by_what_it_is_scoped(sdl: GraphQLSchema) -> None:
    assert unscoped(sdl) == []


def test_a_new_field_or_type_without_a_scope_is_found() -> None:
    careless = PUBLISHED.replace("type Query {", "type Query {\n  secrets: [Secret!]!")
    careless += "\ntype Secret { id: ID! }"

    assert unscoped(build_schema(careless)) == ["Query.secrets", "Secret"]


def test_only_listed_fields_are_public(sdl: GraphQLSchema) -> None:
    public = {
        name
        for root in (sdl.query_type, sdl.mutation_type)
        if root is not None
        for name, field in root.fields.items()
        if scope_of(field.ast_node) == "public"
    }

    assert public == PUBLIC


def test_every_mutation_asks_for_a_permission_or_is_the_viewers_own(sdl: GraphQLSchema) -> None:
    assert sdl.mutation_type is not None
    permissions = {permission.value for permission in Permission}
    for name, field in sdl.mutation_type.fields.items():
        node = field.ast_node
        assert node is not None
        required = [
            part
            for directive in node.directives
            if directive.name.value == "requires"
            for part in directive.arguments[0].value.value.split(" or ")
        ]
        assert set(required) <= permissions, name
        assert required or scope_of(node) in ("public", "viewer"), name


def test_only_price_lists_are_told_prices(sdl: GraphQLSchema) -> None:
    told = {
        input_type.name
        for input_type in sdl.type_map.values()
        if isinstance(input_type, GraphQLInputObjectType)
        and any("price" in name.lower() and "Id" not in name for name in input_type.fields)
        and not any(name.lower() in ("pricestrategy",) for name in input_type.fields)
    }

    assert told <= SET_PRICES, "no order, cart or quote is told what it costs"


def test_fields_of_one_name_are_alike_within_a_union(sdl: GraphQLSchema) -> None:
    """Else a client that asks two members for them gets its document refused."""
    for union in sdl.type_map.values():
        if isinstance(union, GraphQLUnionType):
            kinds: dict[str, set[str]] = {}
            for member in union.types:
                for name, field in member.fields.items():
                    kinds.setdefault(name, set()).add(str(field.type))
            assert {n: k for n, k in kinds.items() if len(k) > 1} == {}, union.name


def test_no_field_is_a_float(sdl: GraphQLSchema) -> None:
    assert "Float" not in print_schema(sdl)


def test_every_type_is_described(sdl: GraphQLSchema) -> None:
    nameless = [
        node.name
        for node in sdl.type_map.values()
        if isinstance(node, GraphQLObjectType)
        and not node.name.startswith("__")
        and isinstance(node.ast_node, ObjectTypeDefinitionNode)
        and not node.description
    ]

    assert nameless == []
