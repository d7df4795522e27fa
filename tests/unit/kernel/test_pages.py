"""Pages of long lists."""

from __future__ import annotations

import base64

import pytest

from tradeline.kernel import InvalidValue, PageRequest, Rejected, make_page, page_request
from tradeline.kernel.pages import encode_cursor

GOOD = encode_cursor(("茶", 7))


def test_a_page_fetches_one_more_than_it_shows() -> None:
    request = page_request(2, None, (int,))

    page = make_page([1, 2, 3], request, lambda item: (item,))

    assert request.limit == 3
    assert page.items == (1, 2)
    assert page.has_next
    assert page_request(2, page.cursors[-1], (int,)).after == (2,)


def test_the_last_page_has_no_next() -> None:
    page = make_page([1, 2], PageRequest(2), lambda item: (item,))

    assert (page.items, page.has_next) == ((1, 2), False)


def test_an_empty_page_has_no_cursors() -> None:
    page = make_page([], PageRequest(2), lambda item: (item,))

    assert (page.items, page.cursors, page.has_next) == ((), (), False)


def test_twenty_at_a_time_unless_said_otherwise() -> None:
    assert page_request(None, None, (int,)) == PageRequest(20, None)


@pytest.mark.parametrize("first", [0, -1, 101])
def test_a_page_has_one_to_a_hundred_items(first: int) -> None:
    with pytest.raises(Rejected) as refused:
        page_request(first, None, (int,))

    [problem] = refused.value.problems
    assert isinstance(problem, InvalidValue)
    assert problem.path == ("first",)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "not a cursor",
        "茶",
        GOOD[:-2],
        encode_cursor((7, "茶")),
        encode_cursor(("茶",)),
        encode_cursor(("茶", 7, 7)),
        encode_cursor(("茶", 2**63)),
        encode_cursor(("\0", 7)),
        base64.urlsafe_b64encode(b'["\\ud800",7]').decode(),
        base64.urlsafe_b64encode(b'["a",true]').decode(),
        base64.urlsafe_b64encode(b'["a",1.5]').decode(),
        base64.urlsafe_b64encode(b'{"a":1}').decode(),
        base64.urlsafe_b64encode(b"null").decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_what_is_no_cursor_of_this_list_is_refused(cursor: str) -> None:
    assert page_request(None, GOOD, (str, int)).after == ("茶", 7)

    with pytest.raises(Rejected) as refused:
        page_request(None, cursor, (str, int))

    assert [problem.path for problem in refused.value.problems] == [("after",)]


def test_a_cursor_of_endless_nesting_is_refused_as_well() -> None:
    bomb = base64.urlsafe_b64encode(b"[" * 100_000).decode()

    with pytest.raises(Rejected):
        page_request(None, bomb, (int,))
