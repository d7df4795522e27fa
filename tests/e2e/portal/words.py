"""What the portal says, out of its own texts: a test names a text by its key, as a page does."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

SOURCES = Path(__file__).parents[3] / "portal/src"
PAIR = re.compile(r'^    "?([\w.]+)"?:\s+"((?:[^"\\]|\\.)*)",$', re.MULTILINE)


class Words:
    """The texts of one file in one language: `words("confirm.title", number="SO1")`."""

    def __init__(self, file: str, locale: str) -> None:
        self._texts = _read(file)[locale]

    def __call__(self, key: str, **values: object) -> str:
        text = self._texts[key]
        for name, value in values.items():
            text = text.replace("{{" + name + "}}", str(value))
        return text


@cache
def _read(file: str) -> dict[str, dict[str, str]]:
    source = (SOURCES / file).read_text()
    zh, _, en = source.partition("\n  en: {")
    return {"zh": dict(PAIR.findall(zh)), "en": dict(PAIR.findall(en))}


@cache
def all_keys() -> frozenset[str]:
    """All keys that cannot be taken for a word."""
    texts = (_read(str(path.relative_to(SOURCES))) for path in SOURCES.rglob("*exts.ts"))
    keys = {key for languages in texts for key in languages["en"]}
    return frozenset(key for key in keys if "." in key or re.search("[a-z][A-Z]", key))
