"""Texts that people write are judged by their length alone."""

from __future__ import annotations

import pytest

from tradeline.kernel import Locale, judge_length


@pytest.mark.parametrize("text", ["x", " x ", "一二三四五", "x    "])
def test_a_text_that_says_something_and_is_short_enough_has_no_fault(text: str) -> None:
    assert judge_length(text, ("note",), least=1, most=5) == []


@pytest.mark.parametrize("text", ["", "   ", "123456", "x     ", "a\0b"])
def test_blanks_say_nothing_and_count_for_the_length(text: str) -> None:
    [fault] = judge_length(text, ("lines", 2, "note"), least=1, most=5)

    assert fault.path == ("lines", 2, "note")
    assert fault.message() == "note cannot be used: write 1 to 5 characters."
    assert fault.message(Locale.ZH) == "“备注”不可用：请填写 1 至 5 个字符。"


def test_a_text_that_may_be_empty_is_only_told_how_long_it_may_be() -> None:
    [fault] = judge_length("123456", ("note",), most=5)

    assert fault.message() == "note cannot be used: write at most 5 characters."
    assert fault.message(Locale.ZH) == "“备注”不可用：最多 5 个字符。"
