"""What a person may type to find a SKU: Chinese, pinyin, initials, Latin, codes. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin

from tradeline.kernel import InvalidValue, refuse

SORT_KEY_LENGTH_MAX = 200
SEARCH_LENGTH_MAX = 100
SEARCH_TERMS_MAX = 8


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """How a SKU is found. `text` holds every field on a line of its own; `grams` are all single
    characters and pairs of neighbours within a word of it, sorted."""

    text: str
    grams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """A search as typed, cut into words. All must be found; `grams` narrow down where."""

    terms: tuple[str, ...]
    grams: tuple[str, ...]


def normalise(text: str) -> str:
    """NFKC, folded case and without accents, so that ＡＢＣ finds abc and lóngjǐng longjing; blanks
    in a row become one, and what cannot be printed becomes a blank."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    folded = unicodedata.normalize("NFKC", bare)
    return " ".join("".join(c if c.isprintable() else " " for c in folded).split())


def pinyin(text: str) -> str:
    """Without tones and blanks, everything else as it is: 青岛 500ml becomes qingdao500ml."""
    return "".join(lazy_pinyin(normalise(text))).replace(" ", "")


def initials(text: str) -> str:
    """The first letter of each Chinese character, everything else as it is: 青岛 becomes qd."""
    parts = lazy_pinyin(normalise(text), style=Style.FIRST_LETTER)
    return "".join(parts).replace(" ", "")


def sort_key_of(name: str) -> str:
    """Where a name stands in a list: by its pinyin, as in a Chinese dictionary."""
    return pinyin(name)[:SORT_KEY_LENGTH_MAX]


def search_index(fields: Iterable[str]) -> SearchIndex:
    """Index the fields, and the pinyin and initials of those that hold Chinese."""
    lines: dict[str, None] = {}
    for field in fields:
        text = normalise(field)
        for line in (text, pinyin(text), initials(text)):
            if line and line.replace(" ", "") not in {known.replace(" ", "") for known in lines}:
                lines[line] = None
    return SearchIndex("\n".join(lines), _grams(" ".join(lines).split()))


def search_terms(search: str | None) -> SearchTerms | None:
    """Read a search as typed; None if there is nothing to search for.

    Raises:
        Rejected: with InvalidValue if it is longer than anybody types.
    """
    words = normalise(search or "").split()
    if not words:
        return None
    if len(search or "") > SEARCH_LENGTH_MAX or len(words) > SEARCH_TERMS_MAX:
        raise refuse(
            InvalidValue(
                path=("search",),
                field="search",
                rule=f"type at most {SEARCH_LENGTH_MAX} characters in {SEARCH_TERMS_MAX} words",
                rule_zh=f"最多 {SEARCH_LENGTH_MAX} 个字符、{SEARCH_TERMS_MAX} 个词",
            )
        )
    pairs = [gram for word in words for gram in _pairs(word) or [word]]
    return SearchTerms(tuple(words), tuple(sorted(set(pairs))))


def _grams(words: Iterable[str]) -> tuple[str, ...]:
    found: set[str] = set()
    for word in words:
        found.update(word)
        found.update(_pairs(word))
    return tuple(sorted(found))


def _pairs(word: str) -> list[str]:
    return [word[i : i + 2] for i in range(len(word) - 1)]
