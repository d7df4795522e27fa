"""What no request may hold: characters that PostgreSQL cannot keep, endless numbers and nesting.

Refused once, before anything runs, instead of wherever such a value would happen to break.
"""

from __future__ import annotations

import re
from typing import cast

from graphql import GraphQLError, TokenKind
from graphql.language import Token

DIGITS_MAX = 64
BITS_MAX = 64
LEVELS_MAX = 64
NO_TEXT = re.compile("[\x00\ud800-\udfff]")

_TEXTS = (TokenKind.STRING, TokenKind.BLOCK_STRING)
_NUMBERS = (TokenKind.INT, TokenKind.FLOAT)


def _refuse(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})


def fault_in_text(text: str, place: str) -> GraphQLError | None:
    """Why a text cannot be kept, or None. `place` says where it stands."""
    found = NO_TEXT.search(text)
    if found is None:
        return None
    character = "NUL" if found[0] == "\0" else "half of a surrogate pair"
    return _refuse(f"{place} holds a character that is no text ({character}).")


def fault_in_variables(variables: object) -> GraphQLError | None:
    """Why values as JSON has them cannot be taken, or None."""
    return None if _is_harmless(variables, 0) else _first_fault(variables)


def _is_harmless(value: object, level: int) -> bool:
    """Whether there is nothing to look for: so it is nearly always, and found out quickly."""
    if level > LEVELS_MAX:
        return False
    kind = type(value)
    if kind is str:
        text = cast("str", value)
        return text.isprintable() or NO_TEXT.search(text) is None
    if kind is dict:
        for name, part in cast("dict[str, object]", value).items():
            if not (name.isprintable() and _is_harmless(part, level + 1)):
                return False
        return True
    if kind is list:
        for part in cast("list[object]", value):  # noqa: SIM110 - a generator takes twice as long
            if not _is_harmless(part, level + 1):
                return False
        return True
    if kind is int:
        return cast("int", value).bit_length() <= BITS_MAX
    return value is None or kind is bool or kind is float


def _first_fault(variables: object) -> GraphQLError | None:
    """The fault in words, with its place. Never recurs, however deep the values are."""
    left: list[tuple[object, str, int]] = [(variables, "", 0)]
    while left:
        value, place, level = left.pop()
        if level > LEVELS_MAX:
            return _refuse(f"The variables nest deeper than {LEVELS_MAX} levels.")
        if isinstance(value, str):
            if (fault := fault_in_text(value, f"The variable {place}")) is not None:
                return fault
        elif isinstance(value, dict):
            for name, part in value.items():
                inner = f"{place}.{name}" if place else f"${name}"
                if fault := fault_in_text(str(name), "The name of a variable or field"):
                    return fault
                left.append((part, inner, level + 1))
        elif isinstance(value, list | tuple):
            left += [(part, f"{place}[{index}]", level + 1) for index, part in enumerate(value)]
        elif isinstance(value, int) and value.bit_length() > BITS_MAX:
            return _refuse(f"The variable {place} is too large a number.")
    return None


def fault_in_literals(first: Token | None) -> GraphQLError | None:
    """Why a literal of a document cannot be taken, or None; `first` is the document's token."""
    token = first
    while token is not None:
        value = token.value or ""
        if token.kind in _TEXTS and NO_TEXT.search(value):
            return fault_in_text(value, f"The text in line {token.line}, column {token.column}")
        if token.kind in _NUMBERS and len(value) > DIGITS_MAX:
            place = f"line {token.line}, column {token.column}"
            return _refuse(f"The number in {place} has too many digits.")
        token = token.next
    return None
