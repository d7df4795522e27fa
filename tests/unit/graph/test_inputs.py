"""Inputs are taken as graphql-core takes them, only sooner."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, Undefined, is_required_input_field
from graphql.execution import VariableValues, get_variable_values
from graphql.utilities import coerce_input_value
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeline.kernel import Locale
from tradeline_graph._context import Context
from tradeline_graph._inputs import Takers
from tradeline_graph._mutations import body_of
from tradeline_graph._prepared import Documents, Operation
from tradeline_graph.ordering.inputs import OrderLineInput, OrderPlaceInput
from tradeline_graph.schema import schema

INPUTS = {
    name: kind
    for name, kind in schema._schema.type_map.items()
    if isinstance(kind, GraphQLInputObjectType)
}
TAKERS = Takers()
ODD = [
    *(None, True, False, 0, 1, -1, 2**31, 2**70, 1.0, 1.5, float("nan")),
    *("", "x", "1", "19.99", "1e9", "2026-03-31", "1999-01-01", "2026-03-31T08:00:00Z", "EA"),
    *([], {}, [[]], [None], ["x"], [{}], {"x": 1}),
]
PLACE = "mutation($input: OrderPlaceInput!) { orderPlace(input: $input) { order { id } } }"


def values_of(kind: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Mostly right values of a type, as JSON has them, and odd ones anywhere."""
    odd = st.sampled_from(ODD)
    if (of_type := getattr(kind, "of_type", None)) is not None:
        inner = values_of(of_type, depth)
        if type(kind).__name__ == "GraphQLList":
            inner = st.one_of(st.lists(inner, max_size=3), inner)
        return inner
    if isinstance(kind, GraphQLInputObjectType):
        if depth > 3:
            return st.just({})
        fields = {name: values_of(field.type, depth + 1) for name, field in kind.fields.items()}
        whole = st.fixed_dictionaries(fields)
        some = st.fixed_dictionaries({}, optional=fields)
        more = st.tuples(some, st.just({"nobodyKnows": 1})).map(lambda two: {**two[0], **two[1]})
        return st.one_of(whole, whole, some, more, odd)
    names = list(getattr(kind, "values", {})) or ODD
    return st.one_of(st.sampled_from(names), odd)


def taken(kind: GraphQLInputObjectType, value: Any) -> Any:
    try:
        return TAKERS.of(kind)(value)
    except Exception:
        return Undefined


@pytest.mark.parametrize("name", INPUTS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_what_is_taken_at_once_is_what_graphql_core_makes_of_it(
    name: str, data: st.DataObject
) -> None:
    value = data.draw(values_of(INPUTS[name]))

    found = taken(INPUTS[name], value)

    expected = coerce_input_value(value, INPUTS[name])
    assert found is Undefined or repr(found) == repr(expected)


def test_what_is_plainly_right_is_taken_at_once() -> None:
    sent = {
        "requestId": "1",
        "relationshipId": "a",
        "lines": [{"skuId": "b", "quantity": 2}, {"skuId": "c", "quantity": 1, "packId": "d"}],
        "requestedOn": None,
    }

    assert taken(INPUTS["OrderPlaceInput"], sent) == OrderPlaceInput(
        request_id="1",
        relationship_id="a",
        lines=[
            OrderLineInput(sku_id="b", quantity=2),
            OrderLineInput(sku_id="c", quantity=1, pack_id="d"),
        ],
    )


LINE = {"skuId": "b", "quantity": 1}
ORDER = {"requestId": "1", "relationshipId": "a", "lines": [LINE]}
WRONG: dict[str, Any] = {
    "nothing": {},
    "null": {"input": None},
    "a list": {"input": [ORDER]},
    "no lines": {"input": {"requestId": "1", "relationshipId": "a"}},
    "a line that is null": {"input": {**ORDER, "lines": [None]}},
    "a field that is not": {"input": {**ORDER, "price": "0.01"}},
    "none of a thing": {"input": {**ORDER, "lines": [{**LINE, "quantity": 0}, LINE]}},
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_wrong_is_refused_in_graphql_cores_words(name: str) -> None:
    context = Context(db=None, locale=Locale.EN)  # type: ignore[arg-type]

    result = await schema.execute(PLACE, WRONG[name], context)

    assert result.data is None
    assert result.errors
    expected = get_variable_values(
        schema._schema, operation_of(PLACE).node.variable_definitions, WRONG[name]
    )
    assert isinstance(expected, list)
    assert [error.message for error in result.errors] == [error.message for error in expected]


@pytest.mark.parametrize("character", ["\0", "\ud800"])
async def test_a_character_that_is_none_is_refused_wherever_it_stands(character: str) -> None:
    context = Context(db=None, locale=Locale.EN)  # type: ignore[arg-type]
    sent = {"input": {**ORDER, "lines": [LINE, {**LINE, "packId": f"x{character}"}]}}

    result = await schema.execute(PLACE, sent, context)

    [error] = result.errors or []
    assert error.message.startswith("The variable $input.lines[1].packId holds a character")


def test_lines_and_all_kinds_of_characters_are_texts() -> None:
    note = "第一行\n\t– second “line” 🍵\u200b"

    found = operation_of(PLACE).take({"input": {**ORDER, "note": note}})

    assert isinstance(found, VariableValues)
    assert found.coerced["input"].note == note


@pytest.mark.parametrize(
    "sent",
    [{}, {"first": None}, {"first": 5, "after": None}, {"after": "x"}, {"more": 1}, {"first": "5"}],
)
def test_left_out_variables_are_left_out_or_have_their_default(sent: dict[str, Any]) -> None:
    operation = operation_of(
        "query($first: Int = 3, $after: String) { skus(first: $first, after: $after) "
        "{ pageInfo { hasNextPage } } }"
    )

    found = operation.take(sent)

    definitions = operation.node.variable_definitions
    expected = get_variable_values(schema._schema, definitions, sent)
    if isinstance(expected, list):
        assert [str(error) for error in expected] == [str(error) for error in found]
    else:
        assert getattr(found, "coerced", None) == expected.coerced
        assert list(expected.sources) == list(getattr(found, "sources", ()))


def test_a_body_is_the_same_however_it_was_written() -> None:
    """Sent again in another order of its keys, with nulls for what was left out."""
    kind = INPUTS["OrderPlaceInput"]
    again = {
        "lines": [{"quantity": 1, "packId": None, "skuId": "b"}],
        "note": "",
        "relationshipId": "a",
        "requestedOn": None,
        "requestId": "1",
    }

    assert body_of(taken(kind, ORDER)) == body_of(taken(kind, again))
    assert body_of(taken(kind, ORDER)) != body_of(taken(kind, {**ORDER, "note": "x"}))


def test_a_body_tells_left_out_from_null_where_its_input_does() -> None:
    kind = INPUTS["CategoryUpdateInput"]
    needed = {name: "1" for name, field in kind.fields.items() if is_required_input_field(field)}

    assert body_of(taken(kind, needed)) != body_of(taken(kind, {**needed, "parentId": None}))


def operation_of(text: str) -> Operation:
    document = Documents(schema._schema).prepare(text)
    assert not isinstance(document, list), document
    operation = document.operation(None)
    assert operation is not None
    return operation


def test_an_empty_list_is_each_requests_own() -> None:
    kind = INPUTS["SkuCreateInput"]
    needed = {"requestId": "1", "productId": "a", "code": "T", "name": "茶"}

    first, second = (coerce_input_value(needed, kind) for _ in range(2))

    assert first.packs == []
    assert first.packs is not second.packs
