"""The cells of an XLSX from anybody, read within bounds.

A workbook is a zip of XML: a small one may unfold to gigabytes, or name one cell at the far end
of a sheet, for which a reader makes room for all before it, or show one long text in each of a
million cells. So it is unfolded here, up to a bound, and only what was found to be sound and
small is handed to the reader.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine

UNFOLDED_BYTES_MAX = 16_000_000
PARTS_MAX = 200
ROWS_MAX = 10_000
COLUMNS_MAX = 100
CELLS_MAX = 300_000
# Of all parts together; each cell, and its text, takes two.
ELEMENTS_MAX = 1_500_000
# Whoever reads XML keeps all elements that are open.
DEPTH_MAX = 64
SHARED_CHARACTERS_MAX = 50_000_000
CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
RELATIONSHIP_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class NotAWorkbook(Exception):
    """It is none, or one that nobody needs to order from."""


@dataclass(slots=True)
class Sheet:
    """What is watched for while a part is read: where its cells lie, which rows are hidden, how
    many cells show a shared text, and how long the longest of the texts is that cells share."""

    parser: expat.XMLParserType
    elements_left: int = ELEMENTS_MAX
    depth: int = 0
    row: int = 0
    column: int = 0
    hidden: set[int] = field(default_factory=set)
    bottom: int = 0
    right: int = 0
    cells: int = 0
    shared: int = 0
    longest: int = 0
    _length: int = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements_left -= 1
        if self.depth > DEPTH_MAX or self.elements_left < 0:
            raise NotAWorkbook
        match name.rpartition(":")[2]:
            case "si":
                self.parser.CharacterDataHandler = self.read
            case "row":
                self.row = _number(attributes.get("r"), self.row + 1)
                self.column = 0
                if attributes.get("hidden") in ("1", "true"):
                    self.hidden.add(self.row)
            case "c":
                self.column += 1
                if (reference := attributes.get("r")) is not None:
                    self.column, self.row = _place(reference)
                self.bottom = max(self.bottom, self.row)
                self.right = max(self.right, self.column)
                self.cells += 1
                self.shared += attributes.get("t") == "s"
                if self.bottom > ROWS_MAX or self.right > COLUMNS_MAX:
                    raise NotAWorkbook
                # The reader makes room for each cell of the square, and one may be told twice.
                if max(self.bottom * self.right, self.cells) > CELLS_MAX:
                    raise NotAWorkbook

    def read(self, text: str) -> None:
        self._length += len(text)
        self.longest = max(self.longest, self._length)

    def end(self, name: str) -> None:
        self.depth -= 1
        if name.rpartition(":")[2] == "si":
            self._length = 0


def read_workbook(content: bytes) -> list[list[Any]]:
    """The cells of the first visible sheet, without its hidden rows.

    Raises NotAWorkbook for what is none, unfolds to more than 16 MB, has cells beyond 10,000 rows
    or 100 columns or more than 300,000 of them, nests or repeats elements as no workbook does, or
    shows texts so long in so many cells that they may come to more than 50 million characters.
    """
    parts = _unfold(content)
    sheets: dict[str, Sheet] = {}
    left = ELEMENTS_MAX
    for name, part in parts.items():
        sheets[name] = _look_at(part, left)
        left = sheets[name].elements_left
    if "xl/workbook.xml" not in parts or _may_unfold_on_reading(sheets.values()):
        raise NotAWorkbook
    try:
        place, path = _first_visible(parts)
        workbook = python_calamine.CalamineWorkbook.from_filelike(_fold(parts))
        table = workbook.get_sheet_by_index(place).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, ElementTree.ParseError, KeyError, IndexError):
        raise NotAWorkbook from None
    hidden = sheets[path].hidden if path in sheets else set()
    return [row for number, row in enumerate(table, start=1) if number not in hidden]


def _unfold(content: bytes) -> dict[str, bytes]:
    """The XML parts of a workbook. Other parts, such as pictures, are left out."""
    parts: dict[str, bytes] = {}
    left = UNFOLDED_BYTES_MAX
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if len(names) > PARTS_MAX:
                raise NotAWorkbook
            for name in names:
                if not name.endswith((".xml", ".rels")):
                    continue
                with archive.open(name) as part:
                    unfolded = part.read(left + 1)
                left -= len(unfolded)
                if left < 0:
                    raise NotAWorkbook
                parts[name] = unfolded
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,  # names in no encoding, places before the beginning
    ):
        raise NotAWorkbook from None
    return parts


def _fold(parts: dict[str, bytes]) -> io.BytesIO:
    """The same parts as a zip of their true sizes."""
    folded = io.BytesIO()
    with zipfile.ZipFile(folded, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    folded.seek(0)
    return folded


def _look_at(part: bytes, elements_max: int) -> Sheet:
    """Read a part to its end, whatever it is called. Raises NotAWorkbook for what is not XML."""
    parser = expat.ParserCreate()
    sheet = Sheet(parser, elements_max)
    parser.StartElementHandler = sheet.begin
    parser.EndElementHandler = sheet.end
    # No part of a workbook declares anything. What it declared, such as the place of each cell,
    # would hold here, and not for the reader.
    parser.StartDoctypeDeclHandler = _refuse_declarations
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        raise NotAWorkbook from None
    return sheet


def _refuse_declarations(*_: object) -> None:
    raise NotAWorkbook


def _may_unfold_on_reading(sheets: Collection[Sheet]) -> bool:
    """Whether the reader, which copies a shared text into each of its cells, may run out of room.
    As if each cell showed the longest: which one it shows, only the reader knows for sure."""
    cells = max((sheet.shared for sheet in sheets), default=0)
    longest = max((sheet.longest for sheet in sheets), default=0)
    return cells * longest > SHARED_CHARACTERS_MAX


def _first_visible(parts: dict[str, bytes]) -> tuple[int, str]:
    """The place of the first sheet that is shown, and the part that holds it."""
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    links = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {link.attrib["Id"]: link.attrib["Target"] for link in links}
    sheets = [node for node in book.iter() if node.tag.endswith("}sheet")]
    for place, node in enumerate(sheets):
        if node.attrib.get("state", "visible") == "visible":
            target = targets[node.attrib[RELATIONSHIP_ID]]
            return place, posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    raise NotAWorkbook


def _place(reference: str) -> tuple[int, int]:
    """(column, row) of such as B7, both from 1."""
    found = CELL.fullmatch(reference)
    if found is None:
        raise NotAWorkbook
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(found[2])


def _number(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not text.isascii() or not text.isdigit() or len(text) > 7:
        raise NotAWorkbook
    return int(text)
