"""Where files are asked for. GET only; nothing is changed by it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from tradeline import ordering
from tradeline.kernel import Forbidden, Locale, Permission
from tradeline_graph._ids import from_id
from tradeline_server.files import answers, statement_pdf, statement_xlsx
from tradeline_server.files.answers import AnyRequest, Asking, answer, not_found, send
from tradeline_server.files.confirmation_rows import (
    cells_of,
    load_waiting,
    write_confirmations,
)
from tradeline_server.files.order_rows import rows_with_problems, write_csv, write_xlsx
from tradeline_server.files.statements import Ledger, load_ledger
from tradeline_server.files.words import CONFIRMATION_SHEET, ORDER_SHEET, STATEMENT


@get("/files/statements/{file_name:str}")
async def statement_file(request: AnyRequest, file_name: str) -> Response[Any]:
    """`<id>.xlsx` or `<id>.pdf` of a statement that the graph would show."""

    async def make(asking: Asking) -> Response[bytes]:
        statement_id, _, kind = file_name.rpartition(".")
        if kind == "xlsx":
            ledger = await load_ledger(asking, statement_id, statement_xlsx.LINES_MAX)
            content = await asyncio.to_thread(statement_xlsx.write_statement, ledger, asking.locale)
            return _statement(ledger, content, answers.XLSX, asking.locale, kind)
        if kind == "pdf":
            ledger = await load_ledger(asking, statement_id, statement_pdf.LINES_MAX)
            content = await statement_pdf.print_statement(ledger, asking.locale)
            return _statement(ledger, content, answers.PDF, asking.locale, kind)
        raise not_found()

    return await answer(request, make)


@get(["/files/order-template.xlsx", "/files/order-template.csv"])
async def order_template(request: AnyRequest) -> Response[Any]:
    """An empty sheet of order rows, for whoever may place orders."""

    async def make(asking: Asking) -> Response[bytes]:
        may_order(asking)
        words = ORDER_SHEET[asking.locale]
        header = (words.code, words.quantity)
        if request.scope["path"].endswith(".csv"):
            return _sheet(write_csv(header, ()), words.template, "order-template", "csv")
        hints = (words.code_hint, words.quantity_hint)
        content = write_xlsx(words.template, header, (), hints)
        return _sheet(content, words.template, "order-template", "xlsx")

    return await answer(request, make)


@get("/files/order-drafts/{draft_id:str}/{file_name:str}")
async def draft_problems(request: AnyRequest, draft_id: str, file_name: str) -> Response[Any]:
    """`problems.xlsx` or `problems.csv`: the rows of one's own draft that are to be mended."""

    async def make(asking: Asking) -> Response[bytes]:
        may_order(asking)
        name, _, kind = file_name.rpartition(".")
        id = from_id("OrderDraft", draft_id)
        async with asking.db.reading(asking.actor.network_id) as conn:
            found = await ordering.resolve_drafts(conn, actor=asking.actor, ids=[id])
        if id not in found or name != "problems" or kind not in ("csv", "xlsx"):
            raise not_found()
        words = ORDER_SHEET[asking.locale]
        header = (words.code, words.quantity, words.problem)
        rows = list(rows_with_problems(found[id], asking.locale))
        if kind == "csv":
            return _sheet(write_csv(header, rows), words.problems, "problems", kind)
        content = await asyncio.to_thread(write_xlsx, words.problems, header, rows)
        return _sheet(content, words.problems, "problems", kind)

    return await answer(request, make)


@get(["/files/order-confirmations.xlsx", "/files/order-confirmations.csv"])
async def order_confirmations(request: AnyRequest) -> Response[Any]:
    """The lines that wait for the asker's confirmation, as a sheet to fill in."""

    async def make(asking: Asking) -> Response[bytes]:
        asking.actor.require(Permission.ORDER_CONFIRM)
        waiting = await load_waiting(asking)
        words = CONFIRMATION_SHEET[asking.locale]
        if request.scope["path"].endswith(".csv"):
            content = write_csv(words.header, list(cells_of(waiting, asking.locale)))
            return _sheet(content, words.title, "order-confirmations", "csv")
        content = await asyncio.to_thread(write_confirmations, waiting, asking.locale)
        return _sheet(content, words.title, "order-confirmations", "xlsx")

    return await answer(request, make)


FILES: Sequence[ControllerRouterHandler] = (
    statement_file,
    order_template,
    draft_problems,
    order_confirmations,
)


def may_order(asking: Asking) -> None:
    """Raises Forbidden for whoever may place no order, for themselves or for a buyer."""
    ways = (Permission.ORDER_PLACE, Permission.ORDER_PLACE_ON_BEHALF)
    if not any(map(asking.actor.may, ways)):
        raise Forbidden(*ways)


def _sheet(content: bytes, name: str, ascii_name: str, kind: str) -> Response[bytes]:
    return send(
        content,
        media_type=answers.CSV if kind == "csv" else answers.XLSX,
        name=f"{name}.{kind}",
        ascii_name=f"{ascii_name}.{kind}",
    )


def _statement(
    ledger: Ledger, content: bytes, media_type: str, locale: Locale, kind: str
) -> Response[bytes]:
    number = ledger.statement.number
    parts = [STATEMENT[locale].title, number]
    parts += [side.names(locale)[0] for side in (ledger.seller, ledger.buyer) if side.organization]
    return send(
        content,
        media_type=media_type,
        name=f"{' '.join(parts)}.{kind}",
        ascii_name=f"statement-{number}.{kind}",
    )
