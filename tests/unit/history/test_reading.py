"""A file is read whole and strictly, or refused in one sentence."""

import gzip
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tests.history_data import HEADING, HISTORY
from tradeline.kernel import Locale
from tradeline_server.history import reading
from tradeline_server.history.reading import FileError, read_history
from tradeline_server.history.reasons import Reason


def _written(folder: Path, content: bytes | str, name: str = "history.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_every_line_is_understood_or_refused() -> None:
    history = read_history(HISTORY)

    understood = {line.number for line in history.lines}
    refused = {line.number for line in history.refused}
    assert understood | refused == set(history.originals)
    assert not understood & refused
    assert len(history.originals) == len(history.lines) + len(history.refused) == 43


def test_each_kind_of_dirt_has_its_reason() -> None:
    counted = Counter(line.reason for line in read_history(HISTORY).refused)

    assert counted == {
        Reason.NOT_GOODS: 3,
        Reason.STOCK_ADJUSTMENT: 1,
        Reason.ZERO_PRICE: 1,
        Reason.UNREADABLE_QUANTITY: 1,
        Reason.UNREADABLE_PRICE: 1,
        Reason.UNREADABLE_DATE: 1,
        Reason.MISSING_CODE: 1,
        Reason.MISSING_INVOICE: 1,
        Reason.WRONG_CELLS: 1,
        Reason.EMPTY_LINE: 1,
        Reason.NEGATIVE_PRICE: 1,
        Reason.CUSTOMER_DIFFERS: 1,
        Reason.POSITIVE_CANCELLATION: 1,
        Reason.UNREADABLE_CODE: 1,
    }


def test_a_refused_line_says_why_in_both_languages() -> None:
    refused = {line.number: line for line in read_history(HISTORY).refused}

    assert refused[4].words(Locale.EN) == "POST is a charge, not goods."
    assert refused[4].words(Locale.ZH) == "“POST”是费用，不是商品。"


def test_values_are_tidied() -> None:
    lines = {line.number: line for line in read_history(HISTORY).lines}

    assert (lines[3].sku_code, lines[3].name) == ("B200", "BLUE CUP")
    assert lines[3].unit_price == Decimal("1.25")
    assert lines[15].customer == "WALK-IN"


def test_a_line_is_named_by_where_it_begins_in_the_file() -> None:
    numbers = [line.number for line in read_history(HISTORY).lines if line.invoice == "7011"]

    text = HISTORY.read_text().splitlines()
    assert [text[number - 1].split(",")[0] for number in numbers] == ["7011"]
    assert text[numbers[0] + 1 - 1].startswith("TWO LINES")


def test_a_packed_file_is_the_same_file(tmp_path: Path) -> None:
    packed = _written(tmp_path, gzip.compress(HISTORY.read_bytes()), "h.csv.gz")

    assert read_history(packed) == read_history(HISTORY)


def test_columns_may_come_in_any_order_with_others_between(tmp_path: Path) -> None:
    path = _written(
        tmp_path,
        "\ufeffCountry, Note,UnitPrice,InvoiceNo,StockCode,Description,CustomerID,InvoiceDate,"
        "Quantity\r\nPeru,x,2.50,1,K1,KITE,9,2024-01-02T03:04:05,2\r\n",
    )

    (line,) = read_history(path).lines
    assert (line.number, line.customer, line.quantity) == (2, "9", 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\n \n", "The file is empty."),
        (HEADING.encode(), "The file has a heading and no lines."),
        (b"a,b\n1,2\n", "These columns are missing: InvoiceNo"),
        (HEADING.strip().encode() + b",Country\n", "These columns are there twice: Country."),
        (HEADING.encode() + b"1,K,caf\xe9,1,2024-01-01,1,1,X\n", "Line 2 is not UTF-8"),
        (HEADING.encode() + b"1,K,\0,1,2024-01-01,1,1,X\n", "Line 2 holds a NUL byte"),
        (HEADING.encode("utf-16"), "NUL byte"),
        (HEADING.encode() + b'1,K,"open,1,2024-01-01,1,1,X\n', "From line 2 on this is no CSV"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(FileError) as refusal:
        read_history(_written(tmp_path, content))
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert refusal.value.message(Locale.ZH) != refusal.value.message(Locale.EN)


@pytest.mark.parametrize("kept", [1, 5, 40, -9, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    packed = gzip.compress(HISTORY.read_bytes())

    with pytest.raises(FileError, match="damaged or cut short"):
        read_history(_written(tmp_path, packed[:kept], "h.csv.gz"))


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="There is no file"):
        read_history(tmp_path / "missing.csv")
    with pytest.raises(FileError, match="Cannot read"):
        read_history(tmp_path)


def test_a_file_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BYTES_MAX", 1000)

    with pytest.raises(FileError, match="split it"):
        read_history(_written(tmp_path, gzip.compress(b"x" * 5000), "h.csv.gz"))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("1,K1,KITE,1e3,2024-01-01,1,1,X", Reason.UNREADABLE_QUANTITY),
        ("1,K1,KITE,٣,2024-01-01,1,1,X", Reason.UNREADABLE_QUANTITY),
        ("1,K1,KITE,99999999999,2024-01-01,1,1,X", Reason.TOO_LARGE),
        ("1,K1,KITE,1,2024-01-01,NaN,1,X", Reason.UNREADABLE_PRICE),
        ("1,K1,KITE,1,2024-01-01,9999999,1,X", Reason.TOO_LARGE),
        ("1,K1,KITE,1,2024-13-01,1,1,X", Reason.UNREADABLE_DATE),
        ("1,K\u20281,KITE,1,2024-01-01,1,1,X", Reason.UNREADABLE_CODE),
        ("1," + "K" * 65 + ",KITE,1,2024-01-01,1,1,X", Reason.UNREADABLE_CODE),
        ("1,K1,KITE,0,2024-01-01,1,1,X", Reason.ZERO_QUANTITY),
        ("C1,K1,KITE,1,2024-01-01,1,1,X", Reason.POSITIVE_CANCELLATION),
    ],
)
def test_values_that_cannot_be_used_refuse_their_line(
    tmp_path: Path, cells: str, reason: Reason
) -> None:
    (line,) = read_history(_written(tmp_path, f"{HEADING}{cells}\n")).refused
    assert line.reason is reason


def test_an_invoice_belongs_to_one_customer(tmp_path: Path) -> None:
    rows = "1,K1,KITE,1,2024-01-01,1,A,X\n1,K1,KITE,1,2024-01-01,1,B,X\n"

    (line,) = read_history(_written(tmp_path, HEADING + rows)).refused
    assert line.words(Locale.EN) == "The earlier lines of invoice 1 are of customer A."
