"""Documents of others than our own clients are kept ready within bounds, whoever sends how many."""

from __future__ import annotations

import pytest

from tradeline_graph import _prepared
from tradeline_graph._prepared import Document, Documents
from tradeline_graph.schema import schema


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Documents:
    monkeypatch.setattr(_prepared, "OTHERS_LENGTH_MAX", 50)
    return Documents(schema._schema)


def padded(name: str, length: int) -> str:
    return f"query {name} {{ ping }}".ljust(length)


def test_a_document_is_prepared_once_while_there_is_room(kept: Documents) -> None:
    first, second, third = (padded(name, 25) for name in "ABC")
    found = [kept.prepare(text) for text in (first, second, first)]
    assert found[0] is found[2]

    kept.prepare(third)

    assert kept.prepare(first) is found[0]
    again = kept.prepare(second)
    assert isinstance(again, Document)
    assert again is not found[1]


def test_what_is_wrong_with_a_document_is_not_kept(kept: Documents) -> None:
    good, bad = padded("A", 25), "{ nothing }".ljust(40)
    found = kept.prepare(good)

    faults = kept.prepare(bad)

    assert isinstance(faults, list)
    assert kept.prepare(good) is found


def test_room_counts_characters_and_not_documents(kept: Documents) -> None:
    many = [padded(f"A{number}", 20) for number in range(10)]
    first = kept.prepare(many[0])
    for text in many[1:]:
        kept.prepare(text)

    assert kept.prepare(many[0]) is not first
    assert kept.prepare(many[-1]) is kept.prepare(many[-1])
    large = kept.prepare(padded("B", 60))
    assert isinstance(large, Document)
    assert kept.prepare(padded("B", 60)) is not large
