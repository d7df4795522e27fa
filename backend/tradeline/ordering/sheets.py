"""Rows of an order from a file that somebody drops: CSV, or XLSX within bounds. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tradeline.kernel import Rejected, refuse, unshield
from tradeline.ordering.drafts import CODE_LENGTH_MAX, QUANTITY_LENGTH_MAX, ROWS_MAX, TypedRow
from tradeline.ordering.errors import BadFile
from tradeline.ordering.rows import fold
from tradeline.ordering.workbooks import COLUMNS_MAX as WIDTH_MAX
from tradeline.ordering.workbooks import ROWS_MAX as LENGTH_MAX
from tradeline.ordering.workbooks import NotAWorkbook, read_workbook

FILE_BYTES_MAX = 1_000_000
HEADER_ROWS_MAX = 10

# What columns are called, folded and without blanks. Where a file has several for the code, the
# first that is filled counts.
CODE_HEADERS = tuple(
    names.split()
    for names in (
        "sku skucode code item itemcode productcode owncode 编码 商品编码 规格编码 产品编码"
        " 物料编码 商品代码 货号 自有编码 編碼 商品編碼 貨號",
        "barcode ean gtin upc 条码 条形码 商品条码 條碼 條形碼",
        "name product productname skuname 品名 名称 商品名称 商品 名稱",
    )
)
QUANTITY_HEADERS = {
    *("qty", "quantity", "orderqty", "orderquantity"),
    *("数量", "订购数量", "订货数量", "采购数量", "下单数量", "數量", "訂購數量"),
}
PACK_HEADERS = {"pack", "unit", "uom", "packunit", "包装", "单位", "包裝", "單位"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table has what; `codes` in the order in which they count."""

    codes: tuple[int, ...]
    quantity: int | None
    pack: int | None = None


def read_rows_of_file(name: str, content: bytes) -> list[TypedRow]:
    """The rows that a file holds, as if they had been typed.

    The columns are told by their headers, in Chinese or English; without any, the first is the
    code and the second the quantity. Hidden and empty rows are left out.

    Raises:
        Rejected: with BadFile, which says what to do.
    """
    rows = list(_rows(table_of_file(name, content)))
    if len(rows) > ROWS_MAX:
        raise _bad(
            f"it holds {len(rows)} rows; split it into files of at most {ROWS_MAX}",
            f"共 {len(rows)} 行；请拆分为每个文件最多 {ROWS_MAX} 行",
        )
    if not rows:
        raise _bad(
            "no row in it has a code; put codes in the first column, quantities in the second",
            "没有含编码的行；请将编码放在第一列，数量放在第二列",
        )
    return rows


def table_of_file(name: str, content: bytes) -> Sequence[Sequence[object]]:
    """The cells of a file, row by row. Raises as `read_rows_of_file`."""
    if len(content) > FILE_BYTES_MAX:
        raise _bad("it is larger than 1 MB; split it", "文件超过 1 MB；请拆分后再导入")
    if content.startswith(b"PK"):
        try:
            return read_workbook(content)
        except NotAWorkbook:
            raise _bad(
                "it is no workbook that can be read; save it as .xlsx with one small sheet, or"
                " as CSV",
                "不是可读取的工作簿；请另存为只含一张小表的 .xlsx，或 CSV",
            ) from None
    elif content.startswith(b"\xd0\xcf\x11\xe0") or name.lower().endswith((".xls", ".ods", ".pdf")):
        raise _bad("save it as .xlsx or CSV", "请另存为 .xlsx 或 CSV")
    return _read_csv(_decode(content))


def text_of(value: object) -> str:
    """A cell as somebody would have typed it: 12.0 is 12, 0.1 is 0.1, never 1E+16; one line."""
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value))
        return f"{Decimal(repr(value)):f}"
    return " ".join(unshield(str("" if value is None else value)).split())


def _decode(content: bytes) -> str:
    """UTF-8, or what spreadsheets write in China; UTF-16 where it says so."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _bad(
        "its text cannot be read; save it as CSV UTF-8", "无法识别文字编码；请另存为 CSV UTF-8"
    )


def _read_csv(text: str) -> list[list[str]]:
    """The cells of a CSV by its own delimiter, which its first line with any of them tells."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.splitlines(keepends=True)
    delimiter = ","
    if lines and lines[0].rstrip("\n").lower() in {f"sep={mark}" for mark in "\t;,|"}:
        delimiter = lines.pop(0)[4]
    else:
        told = (found for line in lines for found in "\t;," if found in line)
        delimiter = next(told, delimiter)
    table: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO("".join(lines)), delimiter=delimiter, strict=True):
            if len(table) == LENGTH_MAX or len(row) > WIDTH_MAX:
                raise _bad(
                    f"it has more than {LENGTH_MAX} lines, or {WIDTH_MAX} columns; keep only what"
                    " is to be ordered",
                    f"超过 {LENGTH_MAX} 行或 {WIDTH_MAX} 列；请只保留要订购的内容",
                )
            table.append(row)
    except csv.Error:
        raise _bad(
            "its quotes do not match; export it once more", "引号不匹配；请重新导出"
        ) from None
    return table


def _rows(table: Iterable[Sequence[object]]) -> Iterator[TypedRow]:
    cells = [[text_of(value) for value in row] for row in table]
    cells = [row for row in cells if any(row)]
    begin, columns = _columns(cells)
    for number, row in enumerate(cells[begin:], start=begin + 1):
        code = next((found for at in columns.codes if (found := _cell(row, at))), "")
        quantity = _cell(row, columns.quantity)
        pack = _cell(row, columns.pack)
        if pack and quantity.replace(",", "").isdigit():
            quantity = f"{quantity} {pack}"
        if not code and not quantity:
            continue
        if len(code) > CODE_LENGTH_MAX or len(quantity) > QUANTITY_LENGTH_MAX:
            raise _bad(
                f"row {number} holds a text that is no code or quantity: {code[:20]}…",
                f"第 {number} 行的内容不是编码或数量：{code[:20]}…",
            )
        yield TypedRow(code, quantity)


def _columns(cells: Sequence[Sequence[str]]) -> tuple[int, Columns]:
    """At which row the data begins, and its columns."""
    for place, row in enumerate(cells[:HEADER_ROWS_MAX]):
        named = [fold(text).replace(" ", "").replace("_", "").rstrip("*:") for text in row]
        codes = [at for group in CODE_HEADERS for at, text in enumerate(named) if text in group]
        quantity = next((at for at, text in enumerate(named) if text in QUANTITY_HEADERS), None)
        if codes:
            pack = next((at for at, text in enumerate(named) if text in PACK_HEADERS), None)
            return place + 1, Columns(tuple(codes), quantity, pack)
    filled = [
        at for at in range(max(map(len, cells), default=0)) if any(_cell(r, at) for r in cells)
    ]
    if not filled:
        return 0, Columns((), None)
    return 0, Columns((filled[0],), filled[1] if len(filled) > 1 else None)


def _cell(row: Sequence[str], at: int | None) -> str:
    return row[at] if at is not None and at < len(row) else ""


def _bad(why: str, why_zh: str) -> Rejected:
    return refuse(BadFile(path=("content",), why=why, why_zh=why_zh))
