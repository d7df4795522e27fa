"""Trusted documents: the operations that our own clients send, known before anybody sends them.

Each manifest `operations/*.json` maps the SHA-256 of a document to its text. A request may name a
document by its hash instead of sending it; where only trusted documents run, no other is taken.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from graphql import GraphQLError

from tradeline.kernel import Locale

HERE: Final = Path(__file__).parent
# In a checkout the manifests stand beside us; in an installed wheel, inside of us.
FOLDERS: Final = (HERE.parent / "operations", HERE / "operations")
# In a manifest each document has one, with a name.
OPERATION: Final = re.compile(r"\b(?:query|mutation|subscription)\s+(\w+)")


class Manifests:
    """What the manifests of some folders hold. Files that have changed are read again when one asks
    for what was not in them; what they held before stays known, for pages that are still open."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._seen: list[tuple[str, int, int]] | None = None
        self._by_hash: dict[str, str] = {}
        self._texts: set[str] = set()

    def __contains__(self, text: object) -> bool:
        """Whether the text is known by now; never looks at the files."""
        return text in self._texts

    def holds(self, text: str) -> bool:
        return text in self._texts or (self._read() and text in self._texts)

    def find(self, key: str) -> str | None:
        """The document of that hash: our hash of it, whatever a manifest says."""
        if key not in self._by_hash:
            self._read()
        return self._by_hash.get(key)

    def _read(self) -> bool:
        """Whether there was anything new to read."""
        paths = [path for folder in self._folders for path in sorted(folder.glob("*.json"))]
        seen = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths]
        if seen == self._seen:
            return False
        for path in paths:
            for text in msgspec.json.decode(path.read_bytes(), type=dict[str, str]).values():
                self._by_hash[hash_of(text)] = text
                self._texts.add(text)
        self._seen = seen
        return True


MANIFESTS: Final = Manifests(FOLDERS)


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def documents_of(client: str) -> dict[str, str]:
    """The documents of a client, such as "miniprogram", by the names of their operations."""
    paths = [folder / f"{client}.json" for folder in FOLDERS]
    path = next(path for path in paths if path.exists())
    texts = msgspec.json.decode(path.read_bytes(), type=dict[str, str]).values()
    return {found[1]: text for text in texts if (found := OPERATION.search(text))}


def document_text(
    query: str | None, extensions: Mapping[str, Any] | None, locale: Locale
) -> str | None:
    """The document that a request asks to run, by its text or by its hash; None without either.

    Raises GraphQLError for a hash that no manifest holds, or that is not the text's.
    """
    asked = (extensions or {}).get("persistedQuery")
    if asked is None:
        return query
    key = asked.get("sha256Hash") if isinstance(asked, dict) else None
    if not isinstance(key, str):
        raise GraphQLError(
            "extensions.persistedQuery holds no sha256Hash.", extensions={"code": "BAD_REQUEST"}
        )
    if query:
        if hash_of(query) != key:
            raise GraphQLError(
                "The sha256Hash is not that of the query; send either.",
                extensions={"code": "BAD_REQUEST"},
            )
        return query
    text = MANIFESTS.find(key)
    if text is None:
        raise _refusal(
            "DOCUMENT_UNKNOWN",
            "服务器不认识此文档，它可能来自其他版本；请刷新页面，或发送文档全文。",
            "This server does not know the document, which may be another version's; "
            "reload the page, or send the document's text.",
            locale,
        )
    return text


def _refusal(code: str, in_chinese: str, in_english: str, locale: Locale) -> GraphQLError:
    message = in_chinese if locale is Locale.ZH else in_english
    return GraphQLError(message, extensions={"code": code})


def require_trust(text: str | None, trusted: frozenset[str] | None, locale: Locale) -> None:
    """Raises GraphQLError for a text that is neither among the trusted ones nor in a manifest;
    where None are trusted, all are."""
    if trusted is not None and text and text not in trusted and not MANIFESTS.holds(text):
        raise _refusal(
            "DOCUMENT_NOT_TRUSTED",
            "本服务器只运行受信任的文档；请发送清单中的文档，或请管理员设置 "
            "TRADELINE_DOCUMENTS=any。",
            "This server runs trusted documents only; send one of its manifests', "
            "or ask its operator to set TRADELINE_DOCUMENTS=any.",
            locale,
        )
