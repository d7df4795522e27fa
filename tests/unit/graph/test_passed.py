"""What is remembered of documents that passed."""

from __future__ import annotations

from tradeline_graph._passed import Passed


def test_only_what_passed_and_only_so_much_is_remembered() -> None:
    passed = Passed(2)
    for text in ("a", "b", "c"):
        passed.add(text)

    assert [text in passed for text in ("a", "b", "c", "d")] == [False, True, True, False]
