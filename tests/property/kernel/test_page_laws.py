"""Laws of cursors."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from tradeline.kernel import CursorKey, PageRequest, Rejected, make_page, page_request
from tradeline.kernel.pages import encode_cursor

bigints = st.integers(-(2**63), 2**63 - 1)
characters = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
keys = st.lists(bigints | st.text(characters), min_size=1, max_size=4).map(tuple)


@given(keys)
def test_a_cursor_leads_back_to_its_key(key: CursorKey) -> None:
    shape = [type(part) for part in key]

    assert page_request(None, encode_cursor(key), shape).after == key


@given(st.text(), st.lists(st.sampled_from([int, str]), min_size=1, max_size=3))
def test_whatever_is_sent_is_a_cursor_or_is_refused(text: str, shape: list[type]) -> None:
    with contextlib.suppress(Rejected):
        after = page_request(None, text, shape).after
        assert after is not None
        assert [type(part) for part in after] == shape


@given(st.sets(bigints), st.integers(1, 100))
def test_pages_show_each_item_once_and_in_order(items: set[int], size: int) -> None:
    seen: list[int] = []
    request = PageRequest(size)
    while True:
        behind = [n for n in sorted(items) if request.after is None or (n,) > request.after]
        page = make_page(behind[: request.limit], request, lambda item: (item,))
        seen += page.items
        if not page.has_next:
            break
        request = page_request(size, page.cursors[-1], (int,))

    assert seen == sorted(items)
