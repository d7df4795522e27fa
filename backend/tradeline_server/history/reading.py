"""Reads an order history, strictly: each line is understood, or refused with its reason.

The columns are those of the UCI set "Online Retail", in any order; others are tolerated.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from tradeline.kernel import QUANTITY_MAX, Locale
from tradeline_server.errors import CommandError
from tradeline_server.history.reasons import Reason, RefusedLine

BYTES_MAX = 256 * 1024 * 1024
CODE_LENGTH_MAX = 64
NAME_LENGTH_MAX = 200
PRICE_MAX = 10**6
AMOUNT_MAX = 10**10
COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
# What wholesalers book as if it were an article: postage, discounts, manual entries, fees.
CHARGE_CODES = frozenset(
    ("AMAZONFEE", "B", "BANK CHARGES", "C2", "CRUK", "D", "DOT", "M", "PADS", "POST", "S")
)
WALK_IN = "WALK-IN"
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,12}")
DECIMAL = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{0,6})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")


class FileError(CommandError):
    """The file as a whole cannot be used."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en

    def message(self, locale: Locale) -> str:
        return self.zh if locale is Locale.ZH else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """A line that was understood. `quantity` is positive; `is_cancellation` tells which way."""

    number: int
    invoice: str
    day: date
    is_cancellation: bool
    sku_code: str
    name: str
    quantity: int
    unit_price: Decimal
    customer: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A whole file. Every data line is in `lines` or in `refused`, and in `originals`.

    `digest` is that of the uncompressed content, so that packing a file does not make it another.
    """

    digest: str
    columns: tuple[str, ...]
    originals: Mapping[int, tuple[str, ...]]
    lines: tuple[HistoryLine, ...]
    refused: tuple[RefusedLine, ...]


class _Refusal(Exception):
    def __init__(self, reason: Reason, **values: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


def read_history(path: Path) -> History:
    """Read a .csv or .csv.gz whole. Raises FileError, in one sentence, if it cannot be used."""
    content = _read_bytes(path)
    records = _records(_decode(content))
    _, columns = next(records)
    columns = tuple(name.strip() for name in columns)
    _check_columns(columns)
    originals: dict[int, tuple[str, ...]] = {}
    lines: list[HistoryLine] = []
    refused: list[RefusedLine] = []
    customers: dict[str, str] = {}
    for number, cells in records:
        originals[number] = cells
        try:
            line = _read_line(number, columns, cells)
            owner = customers.setdefault(line.invoice, line.customer)
            if owner != line.customer:
                raise _Refusal(Reason.CUSTOMER_DIFFERS, invoice=line.invoice, customer=owner)
            lines.append(line)
        except _Refusal as refusal:
            refused.append(RefusedLine(number, refusal.reason, refusal.values))
    if not originals:
        raise FileError("文件中只有表头，没有数据行。", "The file has a heading and no lines.")
    return History(
        digest=hashlib.sha256(content).hexdigest(),
        columns=columns,
        originals=originals,
        lines=tuple(lines),
        refused=tuple(refused),
    )


def _read_bytes(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b" or path.suffix == ".gz"
            file.seek(0)
            unpacked = gzip.GzipFile(fileobj=file) if packed else file
            content = unpacked.read(BYTES_MAX + 1)
    except FileNotFoundError as error:
        raise FileError(f"找不到文件 {path}。", f"There is no file {path}.") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileError(
            f"压缩文件 {path.name} 已损坏或不完整，请重新获取。",
            f"The compressed file {path.name} is damaged or cut short; get it again.",
        ) from error
    except OSError as error:
        raise FileError(
            f"无法读取 {path}：{error.strerror}。", f"Cannot read {path}: {error.strerror}."
        ) from error
    if len(content) > BYTES_MAX:
        megabytes = BYTES_MAX // 1024**2
        raise FileError(
            f"文件超过 {megabytes} MB，请拆分后再导入。",
            f"The file has more than {megabytes} MB of text; split it.",
        )
    return content


def _decode(content: bytes) -> str:
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise FileError(
            f"第 {line} 行含有 NUL 字节；文件应为 UTF-8 文本。",
            f"Line {line} holds a NUL byte; the file has to be text in UTF-8.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(
            f"第 {line} 行不是 UTF-8；请以 UTF-8 编码另存后再导入。",
            f"Line {line} is not UTF-8; save the file as UTF-8 and try again.",
        ) from error
    if not text.strip():
        raise FileError("文件是空的。", "The file is empty.")
    return text


def _records(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each record with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, tuple(cells)
            number = reader.line_num + 1
    except csv.Error as error:
        raise FileError(
            f"从第 {number} 行起无法按 CSV 读取（引号未闭合或位置不对）。",
            f"From line {number} on this is no CSV; look for a quote that is not closed ({error}).",
        ) from error


def _check_columns(columns: tuple[str, ...]) -> None:
    missing = [name for name in COLUMNS if name not in columns]
    twice = [name for name in COLUMNS if columns.count(name) > 1]
    if missing:
        names = ", ".join(missing)
        raise FileError(
            f"缺少列：{names}；第一行应为表头。",
            f"These columns are missing: {names}; the first line has to name them.",
        )
    if twice:
        names = ", ".join(twice)
        raise FileError(f"列重复：{names}。", f"These columns are there twice: {names}.")


def _read_line(number: int, columns: tuple[str, ...], cells: tuple[str, ...]) -> HistoryLine:
    """Raises _Refusal with the first thing that is wrong with the line."""
    if not any(cell.strip() for cell in cells):
        raise _Refusal(Reason.EMPTY_LINE)
    if len(cells) != len(columns):
        raise _Refusal(Reason.WRONG_CELLS, found=str(len(cells)), expected=str(len(columns)))
    row = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    invoice = _code(row, "InvoiceNo", Reason.MISSING_INVOICE)
    is_cancellation = invoice.startswith("C")
    if row["StockCode"].upper() in CHARGE_CODES:
        raise _Refusal(Reason.NOT_GOODS, code=row["StockCode"].upper())
    sku_code = _code(row, "StockCode", Reason.MISSING_CODE)
    quantity = int(_match(WHOLE_NUMBER, row["Quantity"], Reason.UNREADABLE_QUANTITY))
    unit_price = Decimal(_match(DECIMAL, row["UnitPrice"], Reason.UNREADABLE_PRICE))
    day = _read_day(row["InvoiceDate"])
    _check_amount(quantity, unit_price, is_cancellation)
    return HistoryLine(
        number=number,
        invoice=invoice,
        day=day,
        is_cancellation=is_cancellation,
        sku_code=sku_code,
        name=_clean(row["Description"]),
        quantity=abs(quantity),
        unit_price=unit_price,
        customer=_code(row, "CustomerID", None) or WALK_IN,
        country=_clean(row["Country"]),
    )


def _code(row: Mapping[str, str], column: str, if_missing: Reason | None) -> str:
    """Codes that differ only by case or blanks around them are one code."""
    code = row[column].upper()
    if not code and if_missing is not None:
        raise _Refusal(if_missing)
    if len(code) > CODE_LENGTH_MAX or not code.isprintable() or " " in code:
        raise _Refusal(Reason.UNREADABLE_CODE, field=column)
    return code


def _match(pattern: re.Pattern[str], text: str, otherwise: Reason) -> str:
    if pattern.fullmatch(text) is None:
        raise _Refusal(otherwise, value=text)
    return text


def _read_day(text: str) -> date:
    _match(DATE, text, Reason.UNREADABLE_DATE)
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise _Refusal(Reason.UNREADABLE_DATE, value=text) from None


def _check_amount(quantity: int, unit_price: Decimal, is_cancellation: bool) -> None:
    faults = (
        (Reason.ZERO_QUANTITY, quantity == 0),
        (Reason.STOCK_ADJUSTMENT, quantity < 0 and not is_cancellation),
        (Reason.POSITIVE_CANCELLATION, quantity > 0 and is_cancellation),
        (Reason.ZERO_PRICE, unit_price == 0),
        (Reason.NEGATIVE_PRICE, unit_price < 0),
        (Reason.TOO_LARGE, abs(quantity) > QUANTITY_MAX or unit_price > PRICE_MAX),
        (Reason.TOO_LARGE, abs(quantity) * unit_price > AMOUNT_MAX),
    )
    for reason, applies in faults:
        if applies:
            raise _Refusal(reason)


def _clean(text: str) -> str:
    """One blank between words, nothing invisible, not too long."""
    visible = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(visible.split())[:NAME_LENGTH_MAX]
