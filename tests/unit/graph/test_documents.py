"""The manifests of trusted documents: whole, current, and taken by the graph."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from graphql import GraphQLError, OperationDefinitionNode, build_schema, parse, validate

from tradeline.kernel import Locale
from tradeline_graph import _prepared, documents
from tradeline_graph._context import Context
from tradeline_graph._limits import TEXT_LENGTH_MAX, TOKENS_MAX, refusal
from tradeline_graph._texts import fault_in_literals
from tradeline_graph.documents import FOLDERS, MANIFESTS, document_text, documents_of, hash_of
from tradeline_graph.manifest import NAMES, manifest_of
from tradeline_graph.schema import schema

OPERATIONS = Path(__file__).parents[3] / "graphql/operations"
MANIFESTS_WRITTEN = sorted(OPERATIONS.glob("*.json"))
PUBLISHED = build_schema(schema.as_str())


def operations_in(text: str) -> list[str]:
    return [
        definition.name.value if definition.name else "(without a name)"
        for definition in parse(text).definitions
        if isinstance(definition, OperationDefinitionNode)
    ]


def content(manifest: Path) -> dict[str, str]:
    return msgspec.json.decode(manifest.read_bytes(), type=dict[str, str])


@pytest.mark.parametrize("manifest", MANIFESTS_WRITTEN, ids=lambda path: path.stem)
def test_each_key_is_the_hash_of_its_document(manifest: Path) -> None:
    assert [key for key, text in content(manifest).items() if hash_of(text) != key] == []


@pytest.mark.parametrize("manifest", MANIFESTS_WRITTEN, ids=lambda path: path.stem)
def test_each_document_is_taken_by_the_graph(manifest: Path) -> None:
    faults = {}
    for text in content(manifest).values():
        document = parse(text, max_tokens=TOKENS_MAX)
        assert document.loc is not None
        fault = refusal(document) or fault_in_literals(document.loc.start_token)
        found = validate(PUBLISHED, document) or ([fault] if fault else [])
        if found or len(text) > TEXT_LENGTH_MAX:
            faults[" ".join(operations_in(text))] = [error.message for error in found]
    assert faults == {}


@pytest.mark.parametrize("manifest", MANIFESTS_WRITTEN, ids=lambda path: path.stem)
def test_a_manifest_holds_what_its_sources_do(manifest: Path) -> None:
    """`portal.json` is written from `portal/*.graphql`, when the portal's code is generated, and
    the others likewise by `make sdl`."""
    sources = [path.read_text() for path in (OPERATIONS / manifest.stem).rglob("*.graphql")]
    held = [operations_in(text) for text in content(manifest).values()]

    assert all(len(names) == 1 for names in held)
    assert sorted(name for [name] in held) == sorted(
        name for source in sources for name in operations_in(source)
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_of_a_client_that_is_not_built_here_is_current(name: str) -> None:
    written = (OPERATIONS / f"{name}.json").read_bytes()

    assert written == manifest_of(OPERATIONS / name), "run: make sdl"


def test_each_operation_has_a_name_of_its_own() -> None:
    names = Counter(
        name
        for manifest in MANIFESTS_WRITTEN
        for text in content(manifest).values()
        for name in operations_in(text)
    )
    assert [name for name, count in names.items() if count > 1] == []
    assert "(without a name)" not in names


@pytest.mark.parametrize("manifest", MANIFESTS_WRITTEN, ids=lambda path: path.stem)
def test_every_manifest_is_known_to_the_server(manifest: Path) -> None:
    assert {key: MANIFESTS.find(key) for key in content(manifest)} == content(manifest)


def test_a_text_is_what_it_is_and_no_request_is_none() -> None:
    assert document_text("{ ping }", None, Locale.EN) == "{ ping }"
    assert document_text("{ ping }", {}, Locale.EN) == "{ ping }"
    assert document_text(None, {}, Locale.EN) is None


def test_half_a_character_has_no_hash_that_anybody_could_send() -> None:
    with pytest.raises(GraphQLError, match="not that of the query"):
        document_text('{ a(b: "\ud800") }', {"persistedQuery": {"sha256Hash": ""}}, Locale.EN)


async def test_what_a_manifest_holds_is_parsed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "query OnceAndForAll { ping }"
    (tmp_path / "one.json").write_bytes(msgspec.json.encode({hash_of(text): text}))
    monkeypatch.setattr(documents, "MANIFESTS", documents.Manifests([tmp_path]))
    context = Context(db=None, locale=Locale.EN)  # type: ignore[arg-type]
    asked = {"persistedQuery": {"sha256Hash": hash_of(text)}}

    answers = [
        await schema.execute(None, context_value=context, operation_extensions=asked)
        for _ in range(2)
    ]
    monkeypatch.setattr(_prepared, "parse", None)
    monkeypatch.setattr(_prepared, "validate", None)
    answers.append(await schema.execute(text, context_value=context))

    assert [answer.data for answer in answers] == [{"ping": True}] * 3


def test_a_clients_documents_are_known_by_the_names_of_their_operations() -> None:
    found = documents_of("miniprogram")

    assert "query ShopCart(" in found["ShopCart"]
    assert "subscription ShopOrderChanged" in found["ShopOrderChanged"]
    assert all(MANIFESTS.find(hash_of(text)) == text for text in found.values())
    held = msgspec.json.decode((FOLDERS[0] / "miniprogram.json").read_bytes())
    assert len(found) == len(held)
