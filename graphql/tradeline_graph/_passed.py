"""Documents that a check has let pass need not be checked again: what it looks at is the text."""

from __future__ import annotations


class Passed:
    """The texts that passed, at most so many; the one that came first goes first."""

    def __init__(self, texts_max: int) -> None:
        self._texts: dict[str, None] = {}
        self._texts_max = texts_max

    def __contains__(self, text: object) -> bool:
        return text in self._texts

    def add(self, text: str) -> None:
        if len(self._texts) >= self._texts_max:
            del self._texts[next(iter(self._texts))]
        self._texts[text] = None
