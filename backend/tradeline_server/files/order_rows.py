"""Sheets of order rows: an empty one to fill in, and the rows of a draft that wait for help.

Both have the columns that an import takes, so that what was downloaded can be uploaded again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]

from tradeline.kernel import Locale, shield
from tradeline.ordering import ResolvedDraft, RowState
from tradeline_server.files.words import ORDER_SHEET

BYTE_ORDER_MARK: Final = "\ufeff"  # without it, spreadsheets take UTF-8 for a local encoding
WIDTHS: Final = (28, 14, 80)


def rows_with_problems(draft: ResolvedDraft, locale: Locale) -> Iterator[tuple[str, str, str]]:
    """Code and quantity as they were typed, and what is wrong, of each row that placing the ready
    ones would leave: those with problems, and what is one with them in other places."""
    for row in draft.rows:
        first = row if row.merged_into is None else draft.rows[row.merged_into]
        if first.state is not RowState.PROBLEM:
            continue
        if first is row:
            told = dict.fromkeys(problem.message(locale) for problem in row.problems)
            yield row.code, row.quantity_text, " ".join(told)
        else:
            same = ORDER_SHEET[locale].same_as.format(code=first.code)
            yield row.code, row.quantity_text, same


def write_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(header)
    writer.writerows([shield(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + target.getvalue()).encode()


def write_xlsx(
    name: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    hints: Sequence[str] = (),
) -> bytes:
    """Every cell is text, also those to be filled in: a code keeps its zeros and its length. Hints
    are notes on the header."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"num_format": "@", "bold": True, "bg_color": "#EEEEEE"})
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, (title, width) in enumerate(zip(header, WIDTHS, strict=False)):
            sheet.set_column(column, column, width, text)
            sheet.write_string(0, column, title, head)
        for column, hint in enumerate(hints):
            sheet.write_comment(0, column, hint)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, shield(cell), text)
    return target.getvalue()
