"""What no request may hold: characters that PostgreSQL cannot keep, endless numbers and nesting.

Refused once, before anything runs, instead of wherever such a value would happen to break.
"""

from __future__ import annotations

import re

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
    """Why values as JSON has them cannot be taken, or None. Never recurs, however deep they are."""
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
