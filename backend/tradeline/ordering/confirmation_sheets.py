"""Confirming orders by a sheet that a supplier fills in: a row for each line that waits. Pure.

The sheet that was downloaded can be uploaded again as it is, and then confirms all of it. An order
whose rows all have an empty "confirmed" is left for later; of any other, each open line has to be
there, so that nothing is confirmed by having been left out. Lines of orders that were confirmed
before can be promised for another day; where the day is the same, or empty, they are left.

A row that names other goods offers them in place of what is not confirmed of its line. Nothing of
that is refused: it stays open until the buyer decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tradeline.kernel import InvalidValue, NotFound, Problem, Rejected, WrongState, refuse
from tradeline.ordering.drafts import CODE_LENGTH_MAX, TypedRow
from tradeline.ordering.errors import BadFile, ReasonMissing
from tradeline.ordering.model import (
    LINES_MAX,
    ORDERS_AT_ONCE_MAX,
    NewOrderLine,
    Order,
    OrderLine,
    OrderState,
)
from tradeline.ordering.rows import ReadRow, fold
from tradeline.ordering.rules import judge_day, judge_texts
from tradeline.ordering.sheets import text_of
from tradeline.ordering.substitutes import JudgedOffer, NewSubstitute, judge_last_day

# Each column under its names, folded and without blanks; the first two are what a download says.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "order": ("order", "订单号", "ordernumber", "订单"),
    "line": ("line", "行号", "lineno", "行"),
    "confirmed": ("confirmed", "确认数量", "confirmedquantity"),
    "promised": ("promisedon", "承诺日期", "promised", "date", "日期"),
    "reason": ("reason", "原因"),
    "substitute": ("substitutecode", "替代商品编码", "substitute", "替代商品"),
    "substituteQuantity": ("substitutequantity", "替代数量"),
    "validUntil": ("offervaliduntil", "报价有效期至", "validuntil", "有效期至"),
}
NEEDED = ("order", "line", "confirmed")

# Where the sheet says what an offer, or goods as they are typed, call so.
OFFER_COLUMNS: Mapping[str, str] = {
    "orderLineId": "line",
    "quantity": "confirmed",
    "packQuantity": "substituteQuantity",
    "packId": "substituteQuantity",
    "quantityText": "substituteQuantity",
    "promisedOn": "promised",
    "validUntil": "validUntil",
    "reason": "reason",
}
HEADER_ROWS_MAX = 10
NUMBER = re.compile(r"[0-9]{1,15}")
DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 00:00:00)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedConfirmation:
    """A row as it was filled in; `row` counts from 1, as spreadsheets do."""

    row: int
    order_number: str
    line_text: str
    confirmed_text: str
    promised_text: str
    reason: str
    substitute_text: str
    substitute_quantity_text: str
    valid_until_text: str

    @property
    def is_offer(self) -> bool:
        texts = (self.substitute_text, self.substitute_quantity_text, self.valid_until_text)
        return any(texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedConfirmation:
    """A row, the line that it is of as far as it is known, and all that is wrong with it. A row
    that is `is_left` changes nothing: nobody has filled its order in, or given it another day.

    For `replaced` units of the line other goods are offered: `offer` is what they come to.
    """

    typed: TypedConfirmation
    order: Order | None = None
    line: OrderLine | None = None
    confirmed: int | None = None
    promised_on: date | None = None
    is_left: bool = False
    replaced: int = 0
    valid_until: date | None = None
    offer: JudgedOffer | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def comes(self) -> bool:
        """Whether anything of the line itself is to come, on the day that is promised."""
        return self.line is not None and self.replaced < self.line.unshipped

    @property
    def replaced_minor(self) -> int:
        """What the replaced units cost as they were ordered, and no longer would."""
        return 0 if self.line is None else self.line.drop(self.replaced)[1]


def read_confirmations(table: Sequence[Sequence[object]]) -> list[TypedConfirmation]:
    """The rows of a sheet. Raises Rejected with BadFile for one that is no such sheet."""
    cells = [[text_of(value) for value in row] for row in table]
    begin, columns = _columns(cells)

    def cell(row: Sequence[str], name: str) -> str:
        at = columns.get(name)
        return row[at].strip() if at is not None and at < len(row) else ""

    rows = [
        TypedConfirmation(
            row=number,
            order_number=cell(row, "order"),
            line_text=cell(row, "line"),
            confirmed_text=cell(row, "confirmed"),
            promised_text=cell(row, "promised"),
            reason=cell(row, "reason"),
            substitute_text=cell(row, "substitute"),
            substitute_quantity_text=cell(row, "substituteQuantity"),
            valid_until_text=cell(row, "validUntil"),
        )
        for number, row in enumerate(cells[begin:], start=begin + 1)
        if any(row)
    ]
    if not rows:
        raise _bad("it has no rows; download the sheet anew", "没有内容；请重新下载")
    if len(rows) > LINES_MAX or len({row.order_number for row in rows}) > ORDERS_AT_ONCE_MAX:
        raise _bad(
            f"it has more than {LINES_MAX} rows or {ORDERS_AT_ONCE_MAX} orders; split it by orders",
            f"超过 {LINES_MAX} 行或 {ORDERS_AT_ONCE_MAX} 张订单；请按订单拆分",
        )
    return rows


def judge_confirmations(
    rows: Sequence[TypedConfirmation],
    orders: Mapping[str, Order],
    lines: Mapping[int, Sequence[OrderLine]],
    today: date,
) -> list[JudgedConfirmation]:
    """Each row against the seller's `orders` by number and their lines, by order."""
    filled = {row.order_number for row in rows if row.confirmed_text or row.is_offer}
    named: dict[str, set[int]] = defaultdict(set)
    judged = []
    for row in rows:
        order = orders.get(row.order_number)
        if order is not None and order.state is OrderState.TO_SHIP:
            dated = _judge_date(row, order, lines.get(order.id, ()), named[order.number], today)
            if dated.line is not None:
                named[order.number].add(dated.line.line_no)
            judged.append(dated)
            continue
        known = {line.line_no: line for line in lines.get(order.id, ())} if order else {}
        one = _judge_row(row, order, known, named[row.order_number], today)
        if one.line is not None:
            named[row.order_number].add(one.line.line_no)
        is_left = order is not None and row.order_number not in filled
        judged.append(replace(one, is_left=True, problems=(), confirmed=None) if is_left else one)
    offering = [_with_offer(row, today) if row.typed.is_offer else row for row in judged]
    return _with_missing_lines(offering, lines, named)


def goods_of(row: JudgedConfirmation) -> tuple[int, TypedRow] | None:
    """The goods that a row offers, as they were typed for its edge; None if it offers none, or if
    it is not clear for how many units."""
    if row.order is None or not row.replaced:
        return None
    typed = TypedRow(row.typed.substitute_text, row.typed.substitute_quantity_text)
    return row.order.relationship_id, typed


def offer_of(row: JudgedConfirmation, goods: ReadRow) -> NewSubstitute | None:
    """What a row offers, of goods that were read; None where they were not understood."""
    if goods.problems or goods.sku_id is None or goods.pack is None or goods.count is None:
        return None
    assert row.order is not None
    assert row.line is not None
    return NewSubstitute(
        order_id=row.order.id,
        order_line_id=row.line.id,
        quantity=row.replaced,
        replacement=NewOrderLine(goods.sku_id, goods.count, goods.pack.id),
        promised_on=row.promised_on,
        valid_until=row.valid_until,
        reason=row.typed.reason,
    )


def with_faults(row: JudgedConfirmation, found: Sequence[Problem]) -> JudgedConfirmation:
    """The row with what is wrong with the goods that it offers, or with the offer, at its columns;
    without what it has told already."""
    told = {problem.path[-1] for problem in row.problems}
    problems: list[Problem] = []
    for problem in found:
        column = OFFER_COLUMNS.get(str(problem.path[-1]) if problem.path else "", "substitute")
        if column in told:
            continue
        named = replace(problem, path=("rows", row.typed.row, column))
        if isinstance(named, InvalidValue):
            named = replace(named, field=column)
        problems.append(named)
    return replace(row, problems=(*row.problems, *problems))


def _with_offer(row: JudgedConfirmation, today: date) -> JudgedConfirmation:
    """A row that says something of other goods: for how many units, and until when."""
    if row.line is None:
        return row
    path, typed = ("rows", row.typed.row), row.typed
    told = {problem.path[-1] for problem in row.problems}
    problems: list[Problem] = []
    has_code = 1 <= len(typed.substitute_text) <= CODE_LENGTH_MAX
    if not has_code:
        problems.append(
            _unreadable(
                (*path, "substitute"),
                "the code of what is offered, or leave all of the offer empty",
                "替代商品的编码；不提供替代品时请将替代各列留空",
            )
        )
    is_number = NUMBER.fullmatch(typed.confirmed_text) is not None
    replaced = row.line.unshipped - int(typed.confirmed_text) if is_number else 0
    if replaced <= 0 and "confirmed" not in told:
        problems.append(
            _unreadable(
                (*path, "confirmed"),
                "less than is open: for the rest something else is offered",
                "少于未发数量的数：其余数量由替代品供应",
            )
        )
    valid_until = _day(typed.valid_until_text)
    if typed.valid_until_text and valid_until is None:
        problems.append(_no_day((*path, "validUntil")))
    problems += judge_last_day(valid_until, today, (*path, "validUntil"))
    return replace(
        row,
        replaced=max(replaced, 0) if has_code else 0,
        valid_until=valid_until,
        problems=(*row.problems, *problems),
    )


def _judge_row(
    row: TypedConfirmation,
    order: Order | None,
    lines: Mapping[int, OrderLine],
    named: set[int],
    today: date,
) -> JudgedConfirmation:
    path = ("rows", row.row)
    if order is None:
        return JudgedConfirmation(
            typed=row, problems=(NotFound(path=(*path, "order"), subject="order"),)
        )
    line_no = int(row.line_text) if NUMBER.fullmatch(row.line_text) else 0
    line = lines.get(line_no)
    if line is None or line_no in named:
        return JudgedConfirmation(
            typed=row,
            order=order,
            problems=(NotFound(path=(*path, "line"), subject="order line"),),
        )
    if order.state is not OrderState.TO_CONFIRM:
        over = WrongState(path=(*path, "order"), subject="order", state=order.state.value)
        return JudgedConfirmation(typed=row, order=order, line=line, problems=(over,))
    problems: list[Problem] = []
    confirmed = int(row.confirmed_text) if NUMBER.fullmatch(row.confirmed_text) else None
    if confirmed is None:
        problems.append(
            _unreadable(
                (*path, "confirmed"),
                "a whole number, or leave the whole order empty",
                "整数；暂不确认的订单请将该列全部留空",
            )
        )
    elif confirmed > line.unshipped:
        problems.append(
            _unreadable(
                (*path, "confirmed"),
                f"at most {line.unshipped}, which is what is open of the line",
                f"不超过该行未发数量 {line.unshipped} 的数",
            )
        )
    elif confirmed < line.unshipped and not row.reason and not row.is_offer:
        problems.append(ReasonMissing(path=(*path, "reason")))
    promised_on = _day(row.promised_text)
    if row.promised_text and promised_on is None:
        problems.append(_no_day((*path, "promised")))
    problems += judge_day(
        promised_on, today, (*path, "promised"), "promisedOn", earliest=order.placed_on
    )
    faults = judge_texts(texts={"reason": row.reason})
    problems += [replace(fault, path=(*path, *fault.path)) for fault in faults]
    return JudgedConfirmation(
        typed=row,
        order=order,
        line=line,
        confirmed=confirmed,
        promised_on=promised_on,
        problems=tuple(problems),
    )


def _judge_date(
    row: TypedConfirmation,
    order: Order,
    lines: Sequence[OrderLine],
    named: set[int],
    today: date,
) -> JudgedConfirmation:
    """A row of an order that is confirmed: it can give another day, and offer other goods."""
    path = ("rows", row.row)
    line = next((line for line in lines if str(line.line_no) == row.line_text), None)
    if line is None or line.line_no in named:
        unknown = NotFound(path=(*path, "line"), subject="order line")
        return JudgedConfirmation(typed=row, order=order, problems=(unknown,))
    promised_on = _day(row.promised_text)
    problems: list[Problem] = []
    if row.promised_text and promised_on is None:
        problems.append(_no_day((*path, "promised")))
    if row.confirmed_text not in ("", str(line.unshipped)) and not row.is_offer:
        problems.append(
            _unreadable(
                (*path, "confirmed"),
                "what is open: this line is confirmed, and what will not come of it is cancelled",
                "未发数量：该行已确认，不能供应的部分请取消",
            )
        )
    problems += judge_day(
        promised_on, today, (*path, "promised"), "promisedOn", earliest=order.placed_on
    )
    is_same = promised_on in (None, line.promised_on)
    is_left = not problems and is_same and not row.is_offer
    if not line.unshipped and not is_left:
        problems.append(
            _unreadable(
                (*path, "promised"),
                "nothing: nothing of the line is open",
                "空白：该行已无未发数量",
            )
        )
    return JudgedConfirmation(
        typed=row,
        order=order,
        line=line,
        promised_on=promised_on,
        is_left=is_left,
        problems=tuple(problems),
    )


def _no_day(path: tuple[str | int, ...]) -> InvalidValue:
    return _unreadable(path, "a day such as 2026-03-12", "日期，例如 2026-03-12")


def _with_missing_lines(
    judged: Sequence[JudgedConfirmation],
    lines: Mapping[int, Sequence[OrderLine]],
    named: Mapping[str, set[int]],
) -> list[JudgedConfirmation]:
    """The first row of each order says which open lines of it the sheet leaves out."""
    told: set[int] = set()
    found = []
    for row in judged:
        is_asked = row.order is not None and row.order.state is OrderState.TO_CONFIRM
        if row.order is None or not is_asked or row.is_left or row.order.id in told:
            found.append(row)
            continue
        told.add(row.order.id)
        missing = [
            str(line.line_no)
            for line in lines.get(row.order.id, ())
            if line.unshipped and line.line_no not in named[row.order.number]
        ]
        if missing:
            numbers = ", ".join(missing[:10])
            left_out = _unreadable(
                ("rows", row.typed.row, "line"),
                f"every open line of an order; line {numbers} is missing",
                f"订单的全部未发行；缺少第 {numbers} 行",
            )
            row = replace(row, problems=(*row.problems, left_out))
        found.append(row)
    return found


def _columns(cells: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """At which row the data begins, and where each column is."""
    for place, row in enumerate(cells[:HEADER_ROWS_MAX]):
        named = [fold(text).replace(" ", "").replace("_", "").rstrip("*:") for text in row]
        columns = {
            name: at
            for name, titles in COLUMNS.items()
            for at, text in reversed(list(enumerate(named)))
            if text in titles
        }
        if all(name in columns for name in NEEDED):
            return place + 1, columns
    raise _bad(
        "it lacks a column for the order, its line or what is confirmed; download the sheet anew",
        "缺少订单号、行号或确认数量列；请重新下载表格",
    )


def _day(text: str) -> date | None:
    found = DAY.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _unreadable(path: tuple[str | int, ...], rule: str, rule_zh: str) -> InvalidValue:
    return InvalidValue(
        path=path, field=str(path[-1]), rule=f"fill in {rule}", rule_zh=f"请填写{rule_zh}"
    )


def _bad(why: str, why_zh: str) -> Rejected:
    return refuse(BadFile(path=("content",), why=why, why_zh=why_zh))
