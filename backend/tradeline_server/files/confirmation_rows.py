"""The sheet in which a supplier fills in what it confirms: a row for each line that waits."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import xlsxwriter  # type: ignore[import-untyped]

from tradeline.kernel import Locale, PageRequest, shield
from tradeline.ordering import (
    Order,
    OrderFilter,
    OrderLine,
    OrderSide,
    OrderState,
    lines_of_orders,
    list_orders,
)
from tradeline_server.files.answers import Asking
from tradeline_server.files.words import CONFIRMATION_SHEET

ORDERS_MAX = 100
ROWS_MAX = 1_000
WIDTHS = (16, 8, 20, 32, 12, 12, 14, 40, 20, 14, 14)
# To be filled in: what is confirmed, by when, and why not all of it; what is offered instead, how
# much of it, and until when.
FILLED_IN = (5, 6, 7, 8, 9, 10)

Waiting = tuple[Order, OrderLine]


async def load_waiting(asking: Asking) -> list[Waiting]:
    """The lines that wait for the asker to confirm them, and then those that wait to be shipped:
    of whole orders, and as many as a sheet takes, the newest orders first."""
    orders: list[Order] = []
    async with asking.db.reading(asking.actor.network_id) as conn:
        for state in (OrderState.TO_CONFIRM, OrderState.TO_SHIP):
            page = await list_orders(
                conn,
                actor=asking.actor,
                page=PageRequest(size=ORDERS_MAX),
                only=OrderFilter(side=OrderSide.SELLING, states=(state,)),
            )
            orders += page.items[: ORDERS_MAX - len(orders)]
        ids = [order.id for order in orders]
        lines = await lines_of_orders(conn, actor=asking.actor, order_ids=ids)
    rows: list[Waiting] = []
    for order in orders:
        of_order = [(order, line) for line in lines[order.id] if line.unshipped]
        if len(rows) + len(of_order) <= ROWS_MAX:
            rows += of_order
    return rows


def cells_of(waiting: Sequence[Waiting], locale: Locale) -> Iterator[tuple[str, ...]]:
    """Each row as text. What is open is confirmed unless somebody says otherwise."""
    for order, line in waiting:
        english = line.sku_name_en if locale is Locale.EN else ""
        yield (
            order.number,
            str(line.line_no),
            line.sku_code,
            english or line.sku_name,
            str(line.unshipped),
            str(line.unshipped),
            "" if line.promised_on is None else line.promised_on.isoformat(),
            "",
            "",
            "",
            "",
        )


def write_confirmations(waiting: Sequence[Waiting], locale: Locale) -> bytes:
    """The sheet as XLSX. Every cell is text, so that codes keep their zeros, and what somebody
    called a product is never run as a formula."""
    words = CONFIRMATION_SHEET[locale]
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        open_cell = book.add_format({"num_format": "@", "bg_color": "#FFF9E5", "border": 1})
        head = book.add_format({"num_format": "@", "bold": True, "bg_color": "#EEEEEE"})
        sheet = book.add_worksheet(words.title)
        sheet.freeze_panes(1, 0)
        for column, (title, width) in enumerate(zip(words.header, WIDTHS, strict=True)):
            sheet.set_column(column, column, width, text)
            sheet.write_string(0, column, title, head)
        for column, hint in zip(FILLED_IN, words.hints, strict=True):
            sheet.write_comment(0, column, hint)
        for number, row in enumerate(cells_of(waiting, locale), start=1):
            for column, cell in enumerate(row):
                style = open_cell if column in FILLED_IN else text
                sheet.write_string(number, column, shield(cell), style)
    return target.getvalue()
