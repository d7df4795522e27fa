"""What a replay sends is what the published graph takes."""

import pytest
from graphql import build_schema, parse, validate

from tradeline_graph.schema import schema
from tradeline_server.history import documents

TEXTS = {
    name: value.text if isinstance(value, documents.Mutation) else value
    for name, value in vars(documents).items()
    if name.isupper()
}
PUBLISHED = build_schema(schema.as_str())


@pytest.mark.parametrize("name", TEXTS)
def test_every_document_is_valid(name: str) -> None:
    assert validate(PUBLISHED, parse(TEXTS[name])) == []
