"""Documents that would cost more than they are worth are refused before they cost it."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from graphql import GraphQLError, parse

from tradeline.kernel import Locale
from tradeline_graph._context import Context
from tradeline_graph._limits import (
    ALIASES_MAX,
    DEFINITIONS_MAX,
    DEPTH_MAX,
    FIELDS_MAX,
    REPEATS_MAX,
    measure,
    most_repeats,
    refusal,
)
from tradeline_graph.schema import schema

ANSWERED_WITHIN_SECONDS = 0.5


def test_a_fragment_counts_as_often_as_it_is_spread() -> None:
    document = parse("{ ...A ...A a: ping } fragment A on Query { ping b: ping @skip(if: false) }")

    size = measure(document)

    assert (size.fields, size.aliases, size.depth, size.directives) == (5, 3, 1, 2)


def test_fragments_that_double_at_each_level_are_measured_at_once() -> None:
    levels = "".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }} " for i in range(60))
    document = parse(f"{{ ...F0 }} {levels} fragment F60 on Query {{ ping }}")

    began = time.perf_counter()
    fault = refusal(document)

    assert fault is not None
    assert time.perf_counter() - began < ANSWERED_WITHIN_SECONDS


def test_a_fragment_within_itself_is_refused() -> None:
    document = parse("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }")

    with pytest.raises(GraphQLError, match="contains itself"):
        measure(document)


def test_what_is_asked_for_is_counted_by_its_place_in_the_answer() -> None:
    document = parse(
        "{ viewer { locale a: locale } ...A ... on Query { viewer { locale } } }"
        " fragment A on Query { viewer { locale locale } }"
    )

    assert most_repeats(document) == 4


def spread(fragments: int, selection: str) -> str:
    """A document that spreads that many fragments once; `#` in the selection is their number."""
    spreads = " ".join(f"...F{i}" for i in range(fragments))
    parts = (
        f" fragment F{i} on Query {{ {selection.replace('#', str(i))} }}" for i in range(fragments)
    )
    return f"{{ {spreads} }}" + "".join(parts)


REPEATED = {
    "one field again and again": "{" + "viewer{locale permissions locale} " * 240 + "}",
    "inline fragments": "{" + "...on Query{viewer{locale locale}} " * 300 + "}",
    "many fragments": spread(120, "viewer { locale permissions locale locale }"),
    "a fragment that nobody spreads": "{ ping } fragment F on Query {"
    + "viewer{locale permissions locale} " * 240
    + "}",
    "repeats within repeats": "{" + f"viewer{{{'locale ' * 20}}} " * 20 + "}",
    "repeats of three levels": "{" + ("viewer{" + ("a{" + "b " * 7 + "} ") * 7 + "}") * 19 + "}",
    "fragments of many names": spread(380, "x#"),
    "fragments of many names with fields": spread(300, "x# { a b }"),
}
BATTERY = {
    **REPEATED,
    "repeated fields": "{" + " ping" * (FIELDS_MAX + 1) + "}",
    "aliases": "{" + " ".join(f"a{i}: ping" for i in range(ALIASES_MAX + 1)) + "}",
    "depth": "{" * (DEPTH_MAX + 1) + "a" + "}" * (DEPTH_MAX + 1),
    "directives": "{ ping " + "@skip(if: false) " * 100 + "}",
    "tokens": "{" + " ping" * 100_000 + "}",
    "text": "{ ping } #" + "x" * 1_000_000,
    "nesting": "{ a(x: " + "[" * 3_000 + "]" * 3_000 + ") }",
    "brackets": "{ a " * 1_900 + "}" * 1_900,
    "fragment bomb": "{ ...F0 }"
    + "".join(
        f" fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} ...F{i + 1} }}" for i in range(13)
    )
    + " fragment F13 on Query { ping }",
}


@contextmanager
def nothing_collected() -> Iterator[None]:
    """What the tests before left behind is not collected at the expense of this one."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.parametrize("name", BATTERY)
async def test_no_document_costs_more_than_half_a_second(name: str) -> None:
    context = Context(db=None, locale=Locale.EN)  # type: ignore[arg-type]

    with nothing_collected():
        began = time.process_time()
        result = await schema.execute(BATTERY[name], context_value=context)
        took = time.process_time() - began

    assert result.errors
    assert took < ANSWERED_WITHIN_SECONDS


@pytest.mark.parametrize("name", REPEATED)
def test_what_is_asked_for_again_and_again_is_refused(name: str) -> None:
    assert refusal(parse(REPEATED[name])) is not None


def test_a_few_repeats_and_fragments_are_fine() -> None:
    assert refusal(parse("{" + "ping " * REPEATS_MAX + "}")) is None
    assert refusal(parse(spread(DEFINITIONS_MAX - 1, "x#"))) is None


async def test_the_second_time_a_document_is_measured_too() -> None:
    context = Context(db=None, locale=Locale.EN)  # type: ignore[arg-type]
    results = [await schema.execute(BATTERY["aliases"], context_value=context) for _ in range(2)]

    assert all(result.errors for result in results)
