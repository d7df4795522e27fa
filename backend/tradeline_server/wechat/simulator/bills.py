"""The simulated WeChat's bills of a day, in its columns, with a backtick before each value."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tradeline_server.wechat.model import CHINA
from tradeline_server.wechat.simulator.books import Books, Payment, RefundEntry, Refusal, invalid

READY_HOUR = 10
MONTHS_DAYS = 92
TRADE_TITLES = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_TOTALS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
FUND_TITLES = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),"
    "资金变更提交申请人,备注,业务凭证号"
)
FUND_TOTALS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that our books do not know: a row of the trade bill that is missing, one whose
    amount is `by` fen higher, or an extra one; or a file that does not fit its hash."""

    kind: str  # missing, amount, extra or corrupt
    about: str = ""  # our number of the payment
    by: int = 1


@dataclass(slots=True, kw_only=True)
class _Row:
    """One row of the trade bill, with its amounts in fen."""

    out_trade_no: str
    values: list[str]
    amount: int = 0
    refund: int = 0
    fee: int = 0


def trade_bill(books: Books, day: date, kind: str, differences: Sequence[Difference]) -> str:
    _check_day(books, day)
    rows = [*_paid(books, day, kind), *_refunded(books, day, kind)]
    for difference in differences:
        rows = list(_changed(books, rows, difference))
    if not rows:
        raise Refusal(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    fee, paid = sum(row.fee for row in rows), sum(row.amount for row in rows)
    back = sum(row.refund for row in rows)
    totals = [str(len(rows)), *map(_yuan, (paid, back, 0, fee, paid, back))]
    lines = [TRADE_TITLES, *(_line(_finished(row)) for row in rows), TRADE_TOTALS, _line(totals)]
    return "\r\n".join(lines) + "\r\n"


def fund_bill(books: Books, day: date) -> str:
    _check_day(books, day)
    found = [move for move in books.movements if _day(move.at) == day]
    if not found:
        raise Refusal(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    lines = [FUND_TITLES]
    for move in found:
        direction = "收入" if move.change > 0 else "支出"
        values = (_time(move.at), move.business_no, move.flow_no, move.name, move.kind, direction)
        sums = (_yuan(abs(move.change)), _yuan(move.balance))
        lines.append(_line((*values, *sums, "system", "", move.voucher_no)))
    gains = [move.change for move in found if move.change > 0]
    losses = [-move.change for move in found if move.change < 0]
    totals = (len(found), len(gains), _yuan(sum(gains)), len(losses), _yuan(sum(losses)))
    lines += [FUND_TOTALS, _line([str(total) for total in totals])]
    return "\r\n".join(lines) + "\r\n"


def day_of(query: Mapping[str, str]) -> date:
    try:
        return date.fromisoformat(query.get("bill_date", ""))
    except ValueError:
        raise Refusal(400, "PARAM_ERROR", "bill_date 的格式错误，须为 yyyy-MM-DD") from None


def _check_day(books: Books, day: date) -> None:
    now = datetime.fromtimestamp(books.now(), CHINA)
    if day >= now.date():
        raise invalid("账单日期不能晚于昨日")
    if day < now.date() - timedelta(days=MONTHS_DAYS):
        raise invalid("仅支持三个月内的账单下载申请")
    if day == now.date() - timedelta(days=1) and now.hour < READY_HOUR:
        raise Refusal(400, "STATEMENT_CREATING", "账单生成中，请在上午10点后再试")


def _paid(books: Books, day: date, kind: str) -> Iterator[_Row]:
    for payment in books.payments.values() if kind in ("ALL", "SUCCESS") else ():
        if payment.paid_at and _day(payment.paid_at) == day:
            values = _common(books, payment, payment.paid_at, "SUCCESS")
            yield _Row(
                out_trade_no=payment.out_trade_no,
                values=[*values, "0", "0", "", ""],
                amount=payment.total,
                fee=payment.fee,
            )


def _refunded(books: Books, day: date, kind: str) -> Iterator[_Row]:
    """By the day on which a refund was accepted, not that on which it ended."""
    for entry in books.refunds.values() if kind in ("ALL", "REFUND") else ():
        if _day(entry.created_at) == day:
            values = _common(books, entry.payment, entry.created_at, "REFUND")
            yield _Row(
                out_trade_no=entry.payment.out_trade_no,
                values=[*values, *_refund_values(entry)],
                refund=entry.amount,
                fee=-entry.fee_back,
            )


def _refund_values(entry: RefundEntry) -> list[str]:
    return [entry.refund_id, entry.out_refund_no, "ORIGINAL", entry.status]


def _common(books: Books, payment: Payment, at: float, state: str) -> list[str]:
    return [
        _time(at),
        books.appid,
        books.mchid,
        "0",
        "",
        payment.transaction_id,
        payment.out_trade_no,
        payment.openid,
        "JSAPI",
        state,
        "OTHERS",
        "CNY",
        str(payment.asked.get("description", "")),
        str(payment.asked.get("attach", "")),
        f"{_yuan(books.config.fee_rate)}%",
    ]


def _finished(row: _Row) -> list[str]:
    """The values in the bill's own order."""
    *head, description, attach, rate, refund_id, out_refund_no, refund_kind, state = row.values
    back = _yuan(row.refund)
    return [
        *head,
        _yuan(row.amount),
        "0.00",
        refund_id,
        out_refund_no,
        back,
        "0.00",
        refund_kind,
        state,
        description,
        attach,
        f"{_yuan(row.fee)}000",
        rate,
        _yuan(row.amount),
        back,
        "",
    ]


def _changed(books: Books, rows: Sequence[_Row], difference: Difference) -> Iterator[_Row]:
    for row in rows:
        is_meant = row.out_trade_no == difference.about and not row.refund
        if is_meant and difference.kind == "missing":
            continue
        if is_meant and difference.kind == "amount":
            row.amount += difference.by
        yield row
    if difference.kind == "extra" and rows:
        values = list(rows[0].values)
        # The same one each time that the bill is asked for.
        values[5] = f"4200{zlib.crc32(difference.about.encode()):024d}"
        values[6] = difference.about
        yield _Row(out_trade_no=difference.about, values=values, amount=difference.by)


def _line(values: Sequence[str]) -> str:
    return ",".join(f"`{_escaped(value)}" for value in values)


def _escaped(value: str) -> str:
    return value.replace("\r", "\\r").replace("\n", "\\n")


def _yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _time(time: float) -> str:
    return datetime.fromtimestamp(time, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _day(time: float) -> date:
    return datetime.fromtimestamp(time, CHINA).date()
