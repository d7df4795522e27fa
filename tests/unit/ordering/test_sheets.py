"""Rows of an order from files as people have them, and from files that nobody should have."""

from __future__ import annotations

import io
import resource
import tracemalloc
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from tradeline.kernel import Locale, Rejected
from tradeline.ordering import BadFile, read_rows_of_file


def book(*rows: Sequence[Any], hidden: Sequence[int] = (), before: bool = False) -> bytes:
    """An XLSX of these rows, some of them hidden; `before` puts a hidden sheet first."""
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content)
    if before:
        other = workbook.add_worksheet("old")
        other.write(0, 0, "OLD")
        other.hide()
    sheet = workbook.add_worksheet()
    sheet.activate()
    sheet.set_first_sheet()
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    for number in hidden:
        sheet.set_row(number, None, None, {"hidden": True})
    workbook.close()
    return content.getvalue()


def read(content: bytes, name: str = "order.csv") -> list[tuple[str, str]]:
    return [(row.code, row.quantity_text) for row in read_rows_of_file(name, content)]


@pytest.mark.parametrize(
    "content",
    [
        "SKU,QTY\nTEA,12\n",
        "﻿SKU,QTY\r\nTEA,12\r\n",
        "商品编码;数量\nTEA;12\n",
        "sep=;\nSKU;Qty\nTEA;12\n",
        "sep=\t\nSKU\tQty\nTEA\t12\n",
        "SKU;Qty\rTEA;12\r",
        "TEA\t12\n",
        "TEA,12",
        ",,\n,TEA,12\n,,\n",
        "采购单,,\n日期,2026-01-01,\n名称,编码,订购数量\n绿茶,TEA,12\n",
        "Order Qty,Product name,Product code\n12,Green tea,TEA\n",
        'code,note,quantity\n"TEA","a, b\nc",12\n',
    ],
)
def test_rows_are_found_in_tables_of_many_shapes(content: str) -> None:
    assert read(content.encode()) == [("TEA", "12")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_of_spreadsheets(encoding: str) -> None:
    assert read("商品编码\t数量\n龙井茶\t2 箱\n".encode(encoding)) == [("龙井茶", "2 箱")]


def test_a_pack_has_a_column_of_its_own_if_it_likes() -> None:
    content = "编码,数量,单位\nTEA,2,箱\nOIL,3,\nJAM,4 EA,箱\nHAM,,箱\n"

    assert read(content.encode()) == [("TEA", "2 箱"), ("OIL", "3"), ("JAM", "4 EA"), ("HAM", "")]


def test_a_row_without_a_code_goes_by_its_barcode_or_name() -> None:
    content = "商品名称,条码,商品编码,数量\n绿茶,69,TEA,1\n绿茶,69,,2\n绿茶,,,3\n,,,4\n,,,\n"

    assert read(content.encode()) == [("TEA", "1"), ("69", "2"), ("绿茶", "3"), ("", "4")]


def test_cells_of_a_workbook_read_as_they_were_typed() -> None:
    content = book(
        ["商品编码", "数量"],
        ["00123", 12],
        [6901234567892, "2 箱"],
        [1e15, 12.5],
        [0.1, 1e-7],
        ["a\nb", date(2026, 1, 2).isoformat()],
        [],
        [None, None],
        [True, 3],
    )

    assert read(content) == [
        ("00123", "12"),
        ("6901234567892", "2 箱"),
        ("1000000000000000", "12.5"),
        ("0.1", "0.0000001"),
        ("a b", "2026-01-02"),
        ("True", "3"),
    ]


def test_hidden_rows_and_hidden_sheets_are_left_out() -> None:
    rows = [["SKU", "QTY"], ["A", 1], ["B", 2], ["C", 3]]

    assert read(book(*rows, hidden=[2], before=True)) == [("A", "1"), ("C", "3")]


@pytest.mark.parametrize("rows", [1000, 1001])
def test_a_thousand_rows_are_taken_and_no_more(rows: int) -> None:
    content = "SKU,QTY\n" + "TEA,1\n" * rows

    if rows == 1000:
        assert len(read(content.encode())) == 1000
    else:
        assert "split it into files of at most 1000" in refusal(content.encode())


def refusal(content: bytes, name: str = "order.csv") -> str:
    with pytest.raises(Rejected) as refused:
        read(content, name)
    [problem] = refused.value.problems
    assert isinstance(problem, BadFile)
    assert problem.message(Locale.ZH).startswith("无法读取该文件：")
    return problem.message(Locale.EN)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no row in it has a code"),
        (b"SKU,QTY\n", "no row in it has a code"),
        (b"a,1\n" * 250_001, "larger than 1 MB"),
        (b"\xd0\xcf\x11\xe0 old", "save it as .xlsx or CSV"),
        (b"PK\x03\x04 not a zip", "no workbook"),
        (b"\x00\x01\x02", "cannot be read"),
        (b"\xff\xfea", "cannot be read"),
        (b'SKU,QTY\n"TEA,1\n', "quotes do not match"),
        (b"TEA" + b"," * 450_000 + b"\n" + b"TEA\n" * 120_000, "more than 10000 lines, or 100 col"),
        (b"TEA\n" * 10_001, "more than 10000 lines, or 100 col"),
        (b"TEA" + b"," * 100, "more than 10000 lines, or 100 col"),
        (b"SKU,QTY\nTEA,1\n" + b"x" * 201 + b",1\n", "row 3 holds a text"),
    ],
)
def test_a_file_that_cannot_be_taken_says_what_to_do(content: bytes, told: str) -> None:
    assert told in refusal(content)


def forged(**parts: str | bytes) -> bytes:
    """A workbook whose parts were replaced; a double underscore stands for a slash."""
    genuine = zipfile.ZipFile(io.BytesIO(book(["SKU", "QTY"], ["TEA", 1])))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in genuine.namelist():
            if name not in parts:
                archive.writestr(name, genuine.read(name))
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
CELLS = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    "{}</sheetData></worksheet>"
)


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r = "XFD1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r=\'&#88;FD1048576\'><v>1</v></c></row>',
        '<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="1">'
        '<x:c r="XFD1"><x:v>1</x:v></x:c></x:row>',
        '<row r="-1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A0"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c>' + "<c/>" * 101 + "</row>",
    ],
)
def test_cells_at_the_far_end_of_a_sheet_make_no_room_for_all_before_them(cells: str) -> None:
    content = forged(**{SHEET: CELLS.format(cells)})
    tracemalloc.start()

    assert "no workbook" in refusal(content)

    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_a_workbook_that_unfolds_without_end_is_refused() -> None:
    bomb = forged(**{SHEET: CELLS.format(" " * 200_000_000)})
    assert len(bomb) < 1_000_000
    assert "no workbook" in refusal(bomb)

    lying = bytearray(forged(**{SHEET: CELLS.format(" " * 17_000_000)}))
    real = (17_000_000 + len(CELLS) - 2).to_bytes(4, "little")
    assert real in lying
    assert "no workbook" in refusal(bytes(lying).replace(real, (10).to_bytes(4, "little")))


LONG_ROW = '<row r="1">' + '<c t="s"><v>0</v></c>' * 100 + "</row>"


@pytest.mark.parametrize(
    "texts",
    [
        "<sst><si><t>{}</t></si></sst>",
        "<sst><si><r><t>{0:.250001}</t></r><r><t>{0:.250001}</t></r></si></sst>",
        "<sst>" + "<si><t>{0:.5000}</t>" * 101 + "</si>" * 101 + "</sst>",
        '<x:sst xmlns:x="urn:x"><x:si><x:t>{}</x:t></x:si></x:sst>',
    ],
)
def test_a_long_text_is_not_copied_into_each_of_many_cells(texts: str) -> None:
    """Each part is small, and the reader would make 50 MB of them."""
    parts = {"xl/sharedStrings.xml": texts.format("x" * 500_001), SHEET: CELLS.format(LONG_ROW)}

    assert "no workbook" in refusal(forged(**parts))

    parts["xl/sharedStrings.xml"] = "<sst><si><t>x</t></si></sst>"
    assert read(forged(**parts)) == [("x", "x")]


def test_a_sheet_of_too_many_cells_is_refused() -> None:
    """Whether they are there, or only have to be made room for, or are told again and again."""
    for cells, is_taken in (
        (f"<row>{'<c/>' * 100}</row>" * 3000, True),
        ('<row><c/></row><row r="3000"><c r="CV3000"/></row>', True),
        ('<row><c/></row><row r="3001"><c r="CV3001"/></row>', False),
        ('<row r="9999"><c/></row><row r="1"><c r="AE1"/></row>', False),
        ("<row>" + '<c r="A1"/>' * 300_001 + "</row>", False),
    ):
        content = forged(**{SHEET: CELLS.format(cells)})
        assert ("no row in it" if is_taken else "no workbook") in refusal(content)


def test_elements_that_lie_deeper_than_in_any_workbook_are_not_followed() -> None:
    """Whoever reads them keeps all that are open: 26 kB came to more than a gigabyte."""
    deep = CELLS.format("<a>" * 63 + "</a>" * 63)
    bomb = forged(**{SHEET: "<a>" * 5_000_000})
    assert len(bomb) < 50_000

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "no workbook" in refusal(bomb)
    assert "no workbook" in refusal(forged(**{SHEET: deep}))

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_elements_of_all_parts_are_counted_together() -> None:
    """Each takes its time, and millions of them fit into a small file."""
    many = f"<r>{'<a/>' * 800_000}</r>"
    once = {SHEET: CELLS.format(""), "xl/x.xml": many}
    assert "no row in it" in refusal(forged(**once))

    assert "no workbook" in refusal(forged(**once, **{"xl/y.xml": many}))


def test_what_a_sheet_declares_does_not_hide_where_its_cells_lie() -> None:
    """An attribute's default would hold for who looks at the sheet, and not for its reader."""
    declared = '<!DOCTYPE worksheet [<!ATTLIST c r CDATA "A1"><!ATTLIST row r CDATA "1">]>'
    cells = CELLS.format("<row>" + "<c><v>1</v></c>" * 101 + "</row>")

    assert "no workbook" in refusal(forged(**{SHEET: declared + cells}))


def test_a_zip_with_a_name_that_is_no_text_is_no_workbook() -> None:
    content = forged(**{"xl/é.xml": "<x/>"}).replace("é".encode(), b"\xe9.")

    assert "no workbook" in refusal(content)


def test_what_a_workbook_hides_behind_its_stated_size_never_reaches_the_reader() -> None:
    """The size and the check sum are those of the sound beginning of a part."""
    cells = CELLS.format(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>TEA</t></is></c><c r="B1"><v>2</v></c></row>'
    ).encode()
    whole = cells + b" " * 17_000_000
    lying = forged(**{SHEET: whole})
    for told, true in ((len(cells), len(whole)), (zlib.crc32(cells), zlib.crc32(whole))):
        assert lying.count(true.to_bytes(4, "little")) == 2
        lying = lying.replace(true.to_bytes(4, "little"), told.to_bytes(4, "little"))

    assert read(lying) == [("TEA", "2")]


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/workbook.xml": "<workbook/>"},
        {"xl/workbook.xml": "not xml"},
        {"xl/_rels/workbook.xml.rels": "<Relationships/>"},
        {SHEET: "<worksheet><sheetData>"},
        {SHEET: '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + CELLS.format("&a;")},
        {f"xl/part{n}.xml": "<x/>" for n in range(201)},
    ],
)
def test_a_workbook_with_parts_that_are_not_sound_is_refused(parts: dict[str, str]) -> None:
    assert "no workbook" in refusal(forged(**parts))


def test_a_zip_of_something_else_is_no_workbook() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")

    assert "no workbook" in refusal(content.getvalue())
    assert "save it as .xlsx" in refusal(b"anything", "order.ods")
