"""What a step leaves on an order's time line, and how people are told of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from tradeline.kernel import Locale, Money, listing
from tradeline.ordering.model import Order, OrderEvent, OrderLine, OrderState

LINES_WORDED_MAX = 3

# Of a step's paper, what its event tells; all else is in the audit trail.
PAPER = (
    "number",
    "amount_minor",
    "carrier",
    "line_no",
    "offer",
    "valid_until",
    "expected_on",
    "damaged_quantity",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """What a step did to one line: so many units, of so many that it could have been."""

    line_no: int
    sku_code: str
    quantity: int | None = None
    expected: int | None = None
    promised_on: date | None = None
    promised_before: date | None = None
    expected_on: date | None = None
    expected_before: date | None = None
    reason: str | None = None


def _confirmed(was: OrderLine, now: OrderLine) -> EventLine:
    return EventLine(
        line_no=now.line_no,
        sku_code=now.sku_code,
        quantity=now.unshipped,
        expected=was.unshipped,
        promised_on=now.promised_on,
        promised_before=was.promised_on,
        reason=now.refusal_reason if now.unshipped < was.unshipped else None,
    )


def _redated(was: OrderLine, now: OrderLine) -> EventLine | None:
    if now.promised_on == was.promised_on:
        return None
    return EventLine(
        line_no=now.line_no,
        sku_code=now.sku_code,
        promised_on=now.promised_on,
        promised_before=was.promised_on,
    )


def _received(was: OrderLine, now: OrderLine) -> EventLine | None:
    counted = now.counted_quantity - was.counted_quantity
    if not counted:
        return None
    return EventLine(
        line_no=now.line_no,
        sku_code=now.sku_code,
        quantity=now.received_quantity - was.received_quantity,
        expected=counted,
    )


def _grown(name: str) -> Callable[[OrderLine, OrderLine], EventLine | None]:
    """So many units more of one kind."""

    def tell(was: OrderLine, now: OrderLine) -> EventLine | None:
        units = getattr(now, name) - getattr(was, name)
        if not units:
            return None
        return EventLine(line_no=now.line_no, sku_code=now.sku_code, quantity=units)

    return tell


_TELLERS: Mapping[str, Callable[[OrderLine, OrderLine], EventLine | None]] = {
    "confirm": _confirmed,
    "redate": _redated,
    "cancel": _grown("cancelled_quantity"),
    "ship": _grown("shipped_quantity"),
    "receive": _received,
    "return": _grown("returned_quantity"),
}


def detail_of(
    step: str, before: Sequence[OrderLine], after: Sequence[OrderLine], paper: Mapping[str, Any]
) -> dict[str, Any]:
    """What the event of a step keeps, as JSON values: totals, the first lines, the paper.

    Both parties read it: nothing goes in that only one of them may know.
    """
    told = []
    if (tell := _TELLERS.get(step)) is not None:
        lines = (tell(was, now) for was, now in zip(before, after, strict=True))
        told = [line for line in lines if line is not None]
    elif "returned" in paper:
        codes = {line.line_no: line.sku_code for line in after}
        told = [
            EventLine(
                line_no=entry["line_no"],
                sku_code=codes[entry["line_no"]],
                quantity=entry["quantity"],
            )
            for entry in paper["returned"]
        ]
    elif "moved" in paper:
        codes = {line.line_no: line.sku_code for line in after}
        told = [
            EventLine(
                line_no=entry["line_no"],
                sku_code=codes[entry["line_no"]],
                expected_on=_day(entry["expected_on"]),
                expected_before=_day(entry["expected_before"]),
            )
            for entry in paper["moved"]
        ]
    totals = {
        name: sum(values)
        for name in ("quantity", "expected")
        if (values := [v for line in told if (v := getattr(line, name)) is not None])
    }
    # Only the first are kept: those that went otherwise than asked for come before the others.
    told.sort(key=lambda line: not _is_worth_words(step, line))
    kept = {name: paper[name] for name in PAPER if paper.get(name)}
    return totals | kept | (listing("lines", [_as_json(line) for line in told]) if told else {})


def _as_json(line: EventLine) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(line).items()
        if value is not None
    }


def lines_of_event(event: OrderEvent) -> list[EventLine]:
    """The lines that an event tells of, at most the first hundred."""
    return [
        EventLine(
            line_no=line["line_no"],
            sku_code=line["sku_code"],
            quantity=line.get("quantity"),
            expected=line.get("expected"),
            promised_on=_day(line.get("promised_on")),
            promised_before=_day(line.get("promised_before")),
            expected_on=_day(line.get("expected_on")),
            expected_before=_day(line.get("expected_before")),
            reason=line.get("reason"),
        )
        for line in event.detail.get("lines", ())
    ]


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


# With what is known of the step; older events know less, and are told in fewer words.
ZH = {
    "place": "下单，金额 {amount}",
    "review": "审核通过",
    "review_refused": "审核未通过，订单被拒绝",
    "confirm": "已确认",
    "redate": "调整了承诺日期",
    "cancel": "已取消",
    "ship": "已发货",
    "receive": "已收货",
    "request_return": "申请退货",
    "refuse_return": "拒绝退货",
    "return": "同意退货",
    "dispute": "提出争议",
    "close_dispute": "了结争议",
    "move_expected": "预计日期推迟",
    "propose_substitute": "建议替代品",
    "accept_substitute": "接受替代品",
    "refuse_substitute": "谢绝替代品",
    "withdraw_substitute": "撤回替代品",
}
EN = {
    "place": "Ordered for {amount}",
    "review": "Passed review",
    "review_refused": "Refused in review",
    "confirm": "Confirmed",
    "redate": "Promised other dates",
    "cancel": "Cancelled",
    "ship": "Shipped",
    "receive": "Received",
    "request_return": "Asked to give back",
    "refuse_return": "Refused to take back",
    "return": "Took back",
    "dispute": "Disputed",
    "close_dispute": "Closed the dispute",
    "move_expected": "Expected later",
    "propose_substitute": "Offered a substitute",
    "accept_substitute": "Took the substitute",
    "refuse_substitute": "Declined the substitute",
    "withdraw_substitute": "Withdrew the substitute",
}


def word_event(event: OrderEvent, order: Order, locale: Locale) -> str:
    """The step in a sentence. What its person wrote is the event's note, and not repeated."""
    in_chinese = locale is Locale.ZH
    step = event.step
    if step == "review" and event.state is OrderState.REFUSED:
        step = "review_refused"
    head = (ZH if in_chinese else EN)[step].format(amount=order.amount)
    parts = [head + _units(event.detail, in_chinese), *_papers(event.detail, order, in_chinese)]
    kept = lines_of_event(event)
    lines = [line for line in kept if _is_worth_words(step, line)]
    parts += [_word_line(line, in_chinese) for line in lines[:LINES_WORDED_MAX]]
    count = event.detail["lines_count"] if kept and len(lines) == len(kept) else len(lines)
    if (more := count - LINES_WORDED_MAX) > 0:
        parts.append(f"另有 {more} 行" if in_chinese else f"{more} more lines")
    return "；".join(parts) + "。" if in_chinese else "; ".join(parts) + "."


def _units(detail: Mapping[str, Any], in_chinese: bool) -> str:
    quantity, expected = detail.get("quantity"), detail.get("expected")
    if quantity is None:
        return ""
    if expected is None or expected == quantity:
        return f" {quantity} 件" if in_chinese else f" {quantity} units"
    return (
        f" {quantity} 件（应为 {expected} 件）"
        if in_chinese
        else f" {quantity} of {expected} units"
    )


def _papers(detail: Mapping[str, Any], order: Order, in_chinese: bool) -> list[str]:
    found = [detail[name] for name in ("number", "carrier", "offer") if detail.get(name)]
    if detail.get("expected_on"):
        day = detail["expected_on"]
        found.append(f"预计 {day} 到货" if in_chinese else f"due on {day}")
    if detail.get("damaged_quantity"):
        units = detail["damaged_quantity"]
        found.append(f"损坏 {units} 件" if in_chinese else f"{units} damaged")
    if detail.get("amount_minor"):
        found.append(str(Money(detail["amount_minor"], order.currency)))
    if detail.get("line_no"):
        found.append(f"第 {detail['line_no']} 行" if in_chinese else f"line {detail['line_no']}")
    if detail.get("valid_until"):
        day = detail["valid_until"]
        found.append(f"{day} 前有效（含当日）" if in_chinese else f"good until {day}")
    return found


def _is_worth_words(step: str, line: EventLine) -> bool:
    """What went as it should needs no line of its own, but a date that was promised does."""
    if step in ("confirm", "receive"):
        return line.quantity != line.expected or line.promised_on != line.promised_before
    return True


def _word_line(line: EventLine, in_chinese: bool) -> str:
    parts = []
    if line.quantity is not None:
        of = "" if line.expected in (None, line.quantity) else f"/{line.expected}"
        parts.append(f"{line.quantity}{of}")
    if line.promised_on is not None and line.promised_before is not None:
        verb = "由 {} 改为 {}" if in_chinese else "{} becomes {}"
        parts.append(verb.format(line.promised_before, line.promised_on))
    elif line.promised_on is not None:
        parts.append(
            f"承诺 {line.promised_on}" if in_chinese else f"promised for {line.promised_on}"
        )
    if line.expected_before is not None:
        later = "{} → {}".format(
            line.expected_before, line.expected_on or ("待定" if in_chinese else "not known")
        )
        parts.append(later)
    if line.reason:
        parts.append(line.reason)
    if in_chinese:
        return f"第 {line.line_no} 行 {line.sku_code}：" + "，".join(parts)
    return f"line {line.line_no} {line.sku_code}: " + ", ".join(parts)
