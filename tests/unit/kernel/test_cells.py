"""What may stand in a cell."""

from __future__ import annotations

import pytest

from tradeline.kernel import shield, unshield


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM", "\tx", "\rx", "=", "-"])
def test_what_a_spreadsheet_would_run_is_shielded_and_comes_back(text: str) -> None:
    assert shield(text) == f"'{text}"
    assert unshield(shield(text)) == text


@pytest.mark.parametrize("text", ["", "茶 = 10", "0012", "A-1", "'quoted'", "'"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert shield(text) == text
    assert unshield(text) == text
