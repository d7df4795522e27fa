"""What holds of search whatever the names are."""

from hypothesis import given
from hypothesis import strategies as st

from tradeline.catalog.rules import gtin_check_digit, judge_barcode
from tradeline.catalog.search_text import normalise, search_index, search_terms

texts = st.text(st.sampled_from("青岛啤酒绿茶重 abAB１ ſ%_\\\n"), min_size=1, max_size=12)


@given(st.lists(texts, min_size=1, max_size=4), st.data())
def test_any_part_of_a_word_finds_it(fields: list[str], data: st.DataObject) -> None:
    words = [word for field in fields for word in normalise(field).split()]
    if not words:
        return
    word = data.draw(st.sampled_from(words))
    start = data.draw(st.integers(0, len(word) - 1))
    part = word[start : data.draw(st.integers(start + 1, len(word)))]

    index, terms = search_index(fields), search_terms(part)

    assert terms is not None
    assert set(terms.grams) <= set(index.grams)
    assert all(term in index.text for term in terms.terms)


@given(st.from_regex(r"[0-9]{7}|[0-9]{11,13}", fullmatch=True), st.integers(1, 9))
def test_any_single_wrong_digit_of_a_gtin_is_noticed(digits: str, shift: int) -> None:
    code = digits + gtin_check_digit(digits)
    for position in range(len(code)):
        wrong = str((int(code[position]) + shift) % 10)
        assert judge_barcode(code[:position] + wrong + code[position + 1 :], ()) != []
    assert judge_barcode(code, ()) == []
