"""Values that nobody can use are the caller's to mend: told, never masked, and never stored."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tradeline.kernel import Locale
from tradeline_graph._context import Context
from tradeline_graph.schema import schema

DIGITS = "9" * 5_000
FIND = "query($search: String){ skus(search: $search) { edges { cursor } } }"


async def refusals(document: str, variables: Any = None) -> list[tuple[str, str]]:
    """Code and message of each error of a document that nobody signed in has sent."""
    context = Context(db=None, locale=Locale.EN)  # type: ignore[arg-type]
    result = await schema.execute(document, variables, context_value=context)
    return [
        ((error.extensions or {}).get("code", ""), error.message) for error in result.errors or ()
    ]


async def is_bad_request(document: str, variables: Any = None, *, saying: str = "") -> None:
    [(code, message), *_] = await refusals(document, variables)
    assert (code, saying in message) == ("BAD_REQUEST", True), message


LITERALS = {
    "a NUL": r'{ skus(search: "a\u0000b") { edges { cursor } } }',
    "a NUL written in braces": r'{ skus(search: "a\u{0}b") { edges { cursor } } }',
    "a NUL in a block": '{ skus(search: """a\0b""") { edges { cursor } } }',
    "a NUL where a default is": r'query($s: String = "\u0000") { skus(search: $s) { __typename } }',
    "half a pair": r'{ skus(search: "\ud800") { edges { cursor } } }',
    "half a pair in braces": r'{ skus(search: "\u{d800}") { edges { cursor } } }',
    "half a pair as it is": '{ skus(search: "\ud800") { edges { cursor } } }',
    "an endless number": f"{{ skus(first: {DIGITS}) {{ edges {{ cursor }} }} }}",
    "an endless fraction": f"{{ skus(first: 1.{DIGITS}) {{ edges {{ cursor }} }} }}",
    "no document": "{",
}


@pytest.mark.parametrize("name", LITERALS)
async def test_documents_with_unusable_literals_are_refused(name: str) -> None:
    await is_bad_request(LITERALS[name])


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


VARIABLES = {
    "a NUL": ({"search": "a\0b"}, "NUL"),
    "half a pair": ({"search": "a\udfffb"}, "surrogate"),
    "a NUL deep down": ({"search": {"a": [{"b": "\0"}]}}, "$search.a[0].b"),
    "a NUL in a name": ({"search": {"\0": 1}}, "name"),
    "an endless number": ({"search": 10**5_000}, "too large"),
    "endless nesting": ({"search": nested(50_000)}, "levels"),
}


@pytest.mark.parametrize("name", VARIABLES)
async def test_unusable_variables_are_refused_by_name(name: str) -> None:
    variables, saying = VARIABLES[name]

    await is_bad_request(FIND, variables, saying=saying)


async def test_the_name_of_an_operation_is_looked_at_too() -> None:
    context = Context(db=None, locale=Locale.EN)  # type: ignore[arg-type]

    result = await schema.execute("{ ping }", context_value=context, operation_name="a\0")

    assert result.errors
    assert "operation" in result.errors[0].message


async def test_all_other_characters_are_text() -> None:
    text = "龙井 🍵 \x01\x7f￿ \U0010ffff"

    assert (await refusals(FIND, {"search": text}))[0][0] == "UNAUTHENTICATED"
    document = r'{ skus(search: "\ud83c\udf75 \n") { edges { cursor } } }'
    assert (await refusals(document))[0][0] == "UNAUTHENTICATED"


def a_literal(scalar: str, literal: str) -> str:
    """A document with a literal where a scalar is asked for."""
    return f"query($value: {scalar} = {literal}) {{ __typename @skip(if: false) }}"


UNUSABLE = [
    ("PositiveInt", "0"),
    ("PositiveInt", '"1"'),
    ("PositiveInt", "true"),
    ("Decimal", '"1e5"'),
    ("Decimal", "19.99"),
    ("Decimal", '"nan"'),
    ("Decimal", '"x"'),
    ("Date", '"0001-01-01"'),
    ("Date", '"9999-12-31"'),
    ("Date", '"1999-12-31"'),
    ("Date", '"2200-01-01"'),
    ("Date", '"2026-02-30"'),
    ("Date", "20260230"),
    ("DateTime", '"0001-01-01T00:00:00+14:00"'),
    ("DateTime", '"9999-12-31T23:59:59-14:00"'),
    ("DateTime", '"1999-12-31T23:59:59Z"'),
    ("DateTime", '"2200-01-01T00:00:00Z"'),
    ("DateTime", '"2026-03-31T08:00:00"'),
    ("DateTime", '"2026-03-31"'),
    ("DateTime", '"infinity"'),
    ("DateTime", "5"),
]


@pytest.mark.parametrize(("scalar", "literal"), UNUSABLE)
async def test_an_unusable_scalar_is_a_bad_request(scalar: str, literal: str) -> None:
    answers = await refusals(a_literal(scalar, literal))

    told = [message for code, message in answers if "must" in message and code == "BAD_REQUEST"]
    assert told, answers


ASK_PRICE = """
    query($quantity: PositiveInt) {
        offers { edges { node { price(quantity: $quantity) { amount { amount } } } } }
    }
"""
CONFIRM = """
    mutation($input: OrderConfirmInput!) { orderConfirm(input: $input) { order { id } } }
"""
ISSUE = """
    mutation($input: StatementIssueInput!) { statementIssue(input: $input) { statement { id } } }
"""


def confirming(promised_on: object) -> dict[str, object]:
    line = {"orderLineId": "x", "quantity": 1, "promisedOn": promised_on}
    return {"input": {"requestId": "r", "orderId": "x", "lines": [line]}}


def issuing(period_to: object) -> dict[str, object]:
    return {"input": {"requestId": "r", "relationshipId": "x", "periodTo": period_to}}


@pytest.mark.parametrize(
    ("document", "variables", "saying"),
    [
        (ASK_PRICE, {"quantity": 0}, "whole number"),
        (CONFIRM, confirming("9999-12-31"), "must lie in the years"),
        (CONFIRM, confirming(5), "must be a day"),
        (ISSUE, issuing("9999-12-31T23:59:59-14:00"), "must lie in the years"),
        (ISSUE, issuing("2026-03-31T08:00:00"), "with its offset"),
        (ISSUE, issuing("x" * 100), "with its offset"),
    ],
)
async def test_an_unusable_variable_is_a_bad_request(
    document: str, variables: dict[str, object], saying: str
) -> None:
    await is_bad_request(document, variables, saying=saying)


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (ASK_PRICE, {"quantity": 1}),
        (CONFIRM, confirming("2199-12-31")),
        (ISSUE, issuing("2026-03-31T16:00:00+08:00")),
    ],
)
async def test_usable_variables_are_taken(document: str, variables: dict[str, object]) -> None:
    assert (await refusals(document, variables))[0][0] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("scalar", "literal"),
    [
        ("Date", '"2000-01-01"'),
        ("Date", '"2199-12-31"'),
        ("DateTime", '"2026-03-31T08:00:00Z"'),
        ("DateTime", '"2026-03-31T16:00:00.123456+08:00"'),
        ("Decimal", '"19.99"'),
        ("PositiveInt", "1000000000"),
    ],
)
async def test_usable_scalars_are_taken(scalar: str, literal: str) -> None:
    answers = await refusals(a_literal(scalar, literal))

    assert [message for _, message in answers if "must" in message] == []


async def test_a_document_that_nests_without_end_is_a_bad_request() -> None:
    deep = "[" * 1_500 + "]" * 1_500

    assert sys.getrecursionlimit() < 1_500
    await is_bad_request(f"{{ skus(search: {deep}) {{ edges {{ cursor }} }} }}", saying="nested")
