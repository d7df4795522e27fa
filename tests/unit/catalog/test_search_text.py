"""What a SKU is found by, by examples."""

import pytest

from tradeline.catalog.search_text import (
    initials,
    normalise,
    pinyin,
    search_index,
    search_terms,
    sort_key_of,
)
from tradeline.kernel import Rejected


def finds(search: str, *fields: str) -> bool:
    index = search_index(fields)
    terms = search_terms(search)
    assert terms is not None
    by_text = all(term in index.text for term in terms.terms)
    if by_text:
        assert set(terms.grams) <= set(index.grams), "the index would miss what the text holds"
    return by_text


@pytest.mark.parametrize(
    "search",
    [
        "青岛",
        "岛汽",
        "水",
        "qingdao",
        "ngd",
        "qd",
        "qdqs",
        "500",
        "ML",
        "汽水 青",
        "qing 500",
        "ＱＤ",
    ],
)
def test_chinese_is_found_as_one_types_it(search: str) -> None:
    assert finds(search, "青岛汽水 500ml")


@pytest.mark.parametrize("search", ["lóngjǐng", "LONGJING", "café", "cafe", "straße"])
def test_accents_make_no_difference(search: str) -> None:
    assert finds(search, "龙井 Café Strasse")


@pytest.mark.parametrize("search", ["岛青", "sd", "5000", "青 茶", "%", "_"])
def test_what_is_not_there_is_not_found(search: str) -> None:
    assert not finds(search, "青岛汽水 500ml")


def test_a_search_does_not_run_over_from_one_field_into_the_next() -> None:
    assert not finds("茶a", "绿茶", "a1")


def test_a_phrase_is_read_as_it_is_spoken() -> None:
    assert pinyin("重庆小面") == "chongqingxiaomian"
    assert initials("重山") == "zs"


def test_text_is_folded_and_cleaned() -> None:
    assert normalise(" ＡＢＣ\x00\n  Ⅷ ") == "abc viii"


def test_names_are_in_the_order_of_their_pinyin() -> None:
    names = ["苏打水", "绿茶", "啤酒", "Apple", "啊"]

    assert sorted(names, key=sort_key_of) == ["啊", "Apple", "绿茶", "啤酒", "苏打水"]


@pytest.mark.parametrize("search", [None, "", "  ", "\x00"])
def test_nothing_typed_is_no_search(search: str | None) -> None:
    assert search_terms(search) is None


@pytest.mark.parametrize("search", ["x" * 101, "a b c d e f g h i"])
def test_more_than_anybody_types_is_refused(search: str) -> None:
    with pytest.raises(Rejected):
        search_terms(search)
