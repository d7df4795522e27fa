"""Writes the manifests of clients whose code is not built here (`python -m` this module).

The mini-program's documents are `operations/miniprogram/*.graphql`, those of a supplier's own
system `operations/supplier/*.graphql`; the portal's build writes its own manifest. Each operation
is a document with the fragments that it uses, and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from graphql import parse, print_ast
from graphql.utilities import separate_operations, strip_ignored_characters

from tradeline_graph.documents import FOLDERS, hash_of

NAMES: Final = ("miniprogram", "supplier")


def manifest_of(folder: Path) -> bytes:
    """The manifest of all documents of a folder, as it stands beside it."""
    text = "\n".join(path.read_text() for path in sorted(folder.glob("*.graphql")))
    documents = [
        strip_ignored_characters(print_ast(document))
        for document in separate_operations(parse(text)).values()
    ]
    by_hash = dict(sorted((hash_of(document), document) for document in documents))
    return msgspec.json.format(msgspec.json.encode(by_hash), indent=2) + b"\n"


if __name__ == "__main__":
    for name in NAMES:
        (FOLDERS[0] / f"{name}.json").write_bytes(manifest_of(FOLDERS[0] / name))
