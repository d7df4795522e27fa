"""A statement as a spreadsheet: sums are numbers, days are days, nothing is a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]

from tradeline.kernel import Locale, Money, shield
from tradeline_server.files.answers import Refused
from tradeline_server.files.cells import number_format, number_of
from tradeline_server.files.statements import Ledger, moment
from tradeline_server.files.words import STATEMENT, StatementWords

LINES_MAX: Final = 50_000
# How wide the columns of the two sheets are, in characters.
PARTICULARS: Final = (34, 34, 34, 34, 24)
COLUMNS: Final = (18, 16, 24, 14, 18, 18, 20)


class Sheet:
    """A worksheet that is written from the top down; what is above leaves memory."""

    def __init__(self, book: Any, name: str, currency: str, widths: Sequence[int]) -> None:
        money = number_format(currency)
        self.worksheet = book.add_worksheet(name)
        self.worksheet.set_paper(9)  # A4
        self.worksheet.fit_to_pages(1, 0)
        for column, width in enumerate(widths):
            self.worksheet.set_column(column, column, width)
        self.row = 0
        self.text = book.add_format({"num_format": "@"})
        self.title = book.add_format({"num_format": "@", "bold": True, "font_size": 16})
        self.head = book.add_format(
            {"num_format": "@", "bold": True, "bottom": 1, "bg_color": "#EEEEEE"}
        )
        self.bold = book.add_format({"num_format": "@", "bold": True, "top": 1})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.money = book.add_format({"num_format": money})
        self.sum = book.add_format({"num_format": money, "bold": True, "top": 1})

    def write(self, *cells: str | date | Money | None, style: Any = None) -> None:
        """One row; an empty cell for None."""
        is_bold = style is self.bold
        for column, value in enumerate(cells):
            if isinstance(value, str):
                self.worksheet.write_string(self.row, column, shield(value), style or self.text)
            elif isinstance(value, date):
                self.worksheet.write_datetime(self.row, column, value, self.day)
            elif isinstance(value, Money):
                number = number_of(value)
                if number is None:
                    raise _too_large(value)
                form = self.sum if is_bold else self.money
                self.worksheet.write_number(self.row, column, number, form)
            elif is_bold:
                self.worksheet.write_blank(self.row, column, None, self.bold)
        self.row += 1


def write_statement(ledger: Ledger, locale: Locale) -> bytes:
    """Raises Refused for a sum of more digits than a spreadsheet keeps exactly."""
    words = STATEMENT[locale]
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        currency = ledger.statement.currency
        _write_particulars(Sheet(book, words.title, currency, PARTICULARS), ledger, locale)
        _write_lines(Sheet(book, words.lines, currency, COLUMNS), ledger, words)
    return target.getvalue()


def _write_particulars(sheet: Sheet, ledger: Ledger, locale: Locale) -> None:
    words = STATEMENT[locale]
    statement = ledger.statement
    sheet.write(words.title, style=sheet.title)
    sheet.write(words.number, statement.number)
    for label, party in ((words.seller, ledger.seller), (words.buyer, ledger.buyer)):
        sheet.write(label, *party.names(locale))
        sheet.write(words.confirmed, moment(party.confirmed_at) or words.not_confirmed)
    begins = moment(statement.period_from) or words.beginning
    sheet.write(words.period, f"{begins} – {moment(statement.period_to)}")
    sheet.write(words.state, ledger.state(words))
    if statement.dispute_reason:
        sheet.write(words.disputed, statement.dispute_reason)
    sheet.write(words.issued, moment(statement.issued_at) or "")
    sheet.write(words.currency, statement.currency)
    sheet.write(words.opening, ledger.opening)
    sheet.write(words.movement, ledger.closing - ledger.opening)
    sheet.write(words.closing, ledger.closing)
    sheet.write(words.hash, statement.hash.hex())
    sheet.write(words.previous_hash, statement.previous_hash.hex() or words.first)
    sheet.write(words.account)
    sheet.write(words.zone)


def _write_lines(sheet: Sheet, ledger: Ledger, words: StatementWords) -> None:
    sheet.worksheet.set_landscape()
    sheet.worksheet.freeze_panes(1, 0)
    sheet.worksheet.repeat_rows(0)
    sheet.write(
        words.date,
        words.kind,
        words.document,
        words.due_on,
        words.increase,
        words.decrease,
        words.balance,
        style=sheet.head,
    )
    nothing = (None,) * 5
    sheet.write(words.opening, *nothing, ledger.opening)
    for line in ledger.lines:
        sheet.write(
            line.day,
            words.kinds[line.kind],
            line.document_number,
            line.due_on,
            line.increase,
            line.decrease,
            line.balance,
        )
    sums = (ledger.increase, ledger.decrease)
    sheet.write(words.total, None, None, None, *sums, ledger.closing, style=sheet.bold)


def _too_large(value: Money) -> Refused:
    return Refused(
        422,
        "TOO_LARGE",
        zh=f"金额 {value} 超出电子表格能精确表示的范围；请下载 PDF。",
        en=f"{value} is more than a spreadsheet keeps exactly; download the PDF.",
    )
