"""Text in the cells of sheets that people open in a spreadsheet, and give us back."""

from __future__ import annotations

from typing import Final

# A spreadsheet would take a text that begins so for a formula, and run it.
STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def shield(text: str) -> str:
    """A text that no spreadsheet takes for a formula, not even once it is saved as CSV."""
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text


def unshield(text: str) -> str:
    """The text that `shield` was given: what was downloaded can be uploaded again."""
    return text[1:] if text.startswith("'") and text[1:].startswith(STARTS_FORMULA) else text
