"""The graph as a whole: its published SDL and its scopes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    print_schema,
)
from graphql.language.ast import ObjectTypeDefinitionNode

from tradeline.kernel import Permission
from tradeline_graph.schema import schema

GRAPHQL = Path(__file__).parents[3] / "graphql"
PUBLISHED = (GRAPHQL / "schema.graphql").read_text()
SCOPES = {"public", "viewer", "member", "organization", "party", "value"}

# What may be asked or done without signing in: each gives nothing of anybody's.
PUBLIC = {
    "ping",
    "signIn",
    "tokenIssue",
    "tokenRefresh",
    "invitationAccept",
    "passwordReset",
    "guestStart",
    "memberLogin",
    "memberSessionRefresh",
}

# Mutations without a requestId. The first eight come before there is somebody to act for, whose key
# it could be: to sign in twice makes two sessions, a refresh token works once by design, and who
# accepts an invitation or resets a password twice is told that the token is used. To sign out or to
# switch again leaves what the first time left; to change a password again is refused, for the old
# one does not fit. ADR 9.
NOT_KEYED = {
    "invitationAccept",
    "passwordReset",
    "signIn",
    "tokenIssue",
    "tokenRefresh",
    "guestStart",
    "memberLogin",
    "memberSessionRefresh",
    "memberLogout",
    "signOut",
    "membershipSwitch",
    "passwordChange",
}

# Inputs that set prices: those of whoever manages price lists, and of nobody else.
SET_PRICES = {"PriceInput", "PricesPutInput", "StoreListingInput"}


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
        required = required_by(field)
        assert required <= permissions, name
        assert required or scope_of(field.ast_node) in ("public", "viewer", "member"), name


def required_by(field: GraphQLField) -> set[str]:
    """The permissions of which any one opens the field."""
    return {
        part
        for directive in getattr(field.ast_node, "directives", None) or ()
        if directive.name.value == "requires"
        for part in directive.arguments[0].value.value.split(" or ")
    }


def test_a_guarded_field_inside_a_type_takes_nothing_else_along(sdl: GraphQLSchema) -> None:
    """Its error makes null of it alone; of a field that cannot be null, of all around it."""
    guarded = {
        f"{object_type.name}.{name}": field
        for object_type in sdl.type_map.values()
        if isinstance(object_type, GraphQLObjectType)
        and object_type not in (sdl.query_type, sdl.mutation_type)
        for name, field in object_type.fields.items()
        if required_by(field)
    }

    assert {"Offer.priceBreaks", "Relationship.account", "OrderLine.sku"} <= set(guarded)
    assert [name for name, field in guarded.items() if isinstance(field.type, GraphQLNonNull)] == []
    permissions = {permission.value for permission in Permission}
    assert all(required_by(field) <= permissions for field in guarded.values())


def test_every_mutation_is_sent_again_without_harm_or_is_listed(sdl: GraphQLSchema) -> None:
    assert sdl.mutation_type is not None
    not_keyed = {
        name
        for name, field in sdl.mutation_type.fields.items()
        if "input" not in field.args or "requestId" not in input_of(field).fields
    }

    assert not_keyed == NOT_KEYED


def input_of(field: GraphQLField) -> GraphQLInputObjectType:
    input_type = get_named_type(field.args["input"].type)
    assert isinstance(input_type, GraphQLInputObjectType)
    return input_type


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


def test_no_resolver_reads_at_which_path_it_is() -> None:
    """All rows of a list are given the same info (ADR 0017)."""
    readers = [
        file.name
        for file in sorted(GRAPHQL.rglob("*.py"))
        if re.search(r"info\.path|_raw_info\.path", file.read_text())
    ]
    assert readers == []
