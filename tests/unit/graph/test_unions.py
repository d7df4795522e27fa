"""What a use case says it refuses with is what its mutation can answer."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLUnionType, get_named_type

import tradeline_graph
from tradeline.kernel import Problem
from tradeline_graph.schema import schema

GRAPH = Path(next(iter(tradeline_graph.__path__)))
MODULES = {"catalog", "identity", "inventory", "ordering", "organizations", "pricing", "settlement"}


def kinds(kind: type[Problem]) -> Iterator[str]:
    for child in kind.__subclasses__():
        yield child.__name__
        yield from kinds(child)


def refusals_of(module: str, function: str) -> set[str]:
    """The problems that a use case's docstring names."""
    found = getattr(importlib.import_module(f"tradeline.{module}"), function, None)
    _, _, said = (inspect.getdoc(found) or "").partition("Rejected:")
    words = set(said.replace(".", " ").replace(",", " ").replace(";", " ").split())
    return words & set(kinds(Problem))


def mutations() -> Iterator[tuple[str, set[str]]]:
    """Each mutation with the problems of all use cases that its code names."""
    for path in GRAPH.rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.ClassDef) or "Mutation" not in node.name:
                continue
            for method in node.body:
                if isinstance(method, ast.AsyncFunctionDef):
                    called = (it for it in ast.walk(method) if isinstance(it, ast.Attribute))
                    said: set[str] = set()
                    for name in called:
                        if isinstance(name.value, ast.Name) and name.value.id in MODULES:
                            said |= refusals_of(name.value.id, name.attr)
                    yield method.name, said


CASES = sorted(mutations(), key=lambda case: case[0])


@pytest.mark.parametrize(("name", "said"), CASES, ids=[name for name, _ in CASES])
def test_every_refusal_of_a_use_case_is_in_its_mutations_union(name: str, said: set[str]) -> None:
    first, *others = name.split("_")
    root = schema._schema.mutation_type
    assert root is not None
    payload = get_named_type(root.fields[first + "".join(map(str.capitalize, others))].type)
    errors = get_named_type(payload.fields["errors"].type) if "errors" in payload.fields else None
    answers = errors.types if isinstance(errors, GraphQLUnionType) else ()

    assert said <= {member.name for member in answers}


def test_there_is_something_to_compare() -> None:
    assert dict(CASES)["assortment_skus_put"] >= {"AlreadyExists", "InvalidValue", "NotFound"}
